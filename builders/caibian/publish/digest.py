"""Hashes of rows: of what they say, not of how Arrow or Parquet lays them out.

A row's hash is that of two things, one after the other: of the hash of the canonical bytes of its other columns, and
of the canonical bytes of its LABELS. So a row with new labels has a new hash without another look at its text. A row
without LABELS has the first hash. Canonical bytes are those of the columns in order.

A number is one byte 1 and its little-endian bytes, null is 0 and zeros. A string is its length in bytes as int32 (-1:
null) and its UTF-8. A list is its length as int32 (-1: null), then its elements column by column; a struct is one
byte (0: null) and its fields. Lengths stand before what they measure, so two different rows of one schema never have
the same bytes. Chunks, offsets, dictionaries and what lies under a null leave no trace in them.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

LABELS = ("topics", "label", "label_source", "evidence")
HASH_BYTES = 32  # SHA-256; with hardware support it is as fast as any other good hash
_BATCH = 8192  # rows that are laid out at once: with 1,024, paragraphs take twice as long

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]
Part = tuple[pa.Buffer, Offsets]  # row i has the bytes buffer[offsets[i]:offsets[i + 1]]


def row_hashes(rows: pa.Table) -> bytes:
    """Return the SHA-256 of each row, one after the other."""
    return with_labels(other_hashes(rows)[0], rows)[0]


def other_hashes(rows: pa.Table) -> tuple[bytes, int]:
    """Return the SHA-256 of each row's columns but LABELS, one after the other, and the number of bytes they have."""
    others = rows.drop_columns([name for name in rows.column_names if name in LABELS])
    return _hashes([(others.slice(start, _BATCH), None) for start in range(0, rows.num_rows, _BATCH)])


def with_labels(others: bytes, rows: pa.Table) -> tuple[bytes, int]:
    """Return the rows' hashes, given those of their other columns, and the number of bytes that their labels have."""
    labels = rows.select([name for name in rows.column_names if name in LABELS])
    if not labels.column_names:
        return others, 0
    width = _BATCH * HASH_BYTES
    parts = [
        (labels.slice(number * _BATCH, _BATCH), others[number * width : (number + 1) * width])
        for number in range(-(-rows.num_rows // _BATCH))
    ]
    found, size = _hashes(parts)
    return found, size - len(others)


def _hashes(parts: Iterable[tuple[pa.Table, bytes | None]]) -> tuple[bytes, int]:
    """Return the SHA-256 of each row of tables, with HASH_BYTES a row before its own where they are given."""
    found: list[bytes] = []
    size = 0
    sha256 = hashlib.sha256
    for rows, before in parts:
        data, offsets = _canonical(rows, before)
        found += [sha256(data[start:end]).digest() for start, end in pairwise(offsets)]
        size += offsets[-1] - offsets[0]
    return b"".join(found), size


def table_sha256(rows: pa.Table) -> str:
    """Return the SHA-256 of the canonical bytes of all columns of all rows together."""
    total = hashlib.sha256()
    for start in range(0, rows.num_rows, _BATCH):
        total.update(_canonical(rows.slice(start, _BATCH), None)[0])
    return total.hexdigest()


def schema_sha256(schema: pa.Schema) -> str:
    """Return the SHA-256 of the columns' names, order and types, and of the label names in the metadata."""
    columns = [[field.name, _type_name(field.type)] for field in schema]
    features = (schema.metadata or {}).get(b"huggingface", b"{}")
    return _sha256_json([columns, json.loads(features)])


def content_digest(schemas: Mapping[str, str], rows: Mapping[str, Mapping[str, str]]) -> str:
    """Return the digest of a whole dataset from its schemas' and its splits' row digests (config -> split -> digest).

    It depends neither on how rows are cut into files nor on the order of the mappings.
    """
    return _sha256_json({"rows": {config: dict(splits) for config, splits in rows.items()}, "schemas": dict(schemas)})


def chain(hashes: Iterable[bytes]) -> str:
    """Return the SHA-256 of row hashes in order, however they are cut into pieces."""
    total = hashlib.sha256()
    for piece in hashes:
        total.update(piece)
    return total.hexdigest()


def _sha256_json(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _type_name(kind: pa.DataType) -> str:
    """Return a name that does not change with the Arrow version."""
    if _is_list(kind):
        return f"list<{_type_name(kind.value_type)}>"
    if pa.types.is_struct(kind):
        return "struct<" + ",".join(f"{field.name}:{_type_name(field.type)}" for field in kind) + ">"
    return "string" if _is_text(kind) else str(kind)


def _canonical(rows: pa.Table, before: bytes | None) -> tuple[memoryview, list[int]]:
    """Return the canonical bytes of all rows, each behind its hash in `before`, and where each row's begin and end."""
    starts = np.arange(rows.num_rows + 1, dtype=np.int64)
    parts = [] if before is None else [(pa.py_buffer(before), starts * HASH_BYTES)]
    parts += [part for column in rows.columns for part in _parts(_whole(column), starts)]
    joined = pc.binary_join_element_wise(*map(_as_binary, parts), pa.scalar(b"", pa.large_binary()))
    return memoryview(joined.buffers()[2] or b""), _ends(joined).tolist()


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def _as_binary(part: Part) -> pa.Array:
    data, offsets = part
    return pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(offsets) - 1, [None, pa.py_buffer(offsets), data])


def _parts(array: pa.Array, starts: Offsets) -> list[Part]:
    """Return the parts whose bytes, row by row, are the canonical bytes of the array's items.

    Row i has the items from `starts[i]` to `starts[i + 1]`.
    """
    kind = array.type
    if pa.types.is_dictionary(kind):
        return _parts(array.cast(kind.value_type), starts)
    if _is_list(kind):
        lengths = _lengths(pc.list_value_length(array))
        inner = np.concatenate(([0], np.cumsum(np.maximum(lengths, 0), dtype=np.int64)))
        return [_fixed(lengths, starts), *_parts(pc.list_flatten(array), inner[starts])]
    if pa.types.is_struct(kind):
        fields = [part for field in array.flatten() for part in _parts(field, starts)]
        return [_fixed(_validity(array), starts), *fields]
    if _is_text(kind):
        return _text_parts(array, starts)
    return [_fixed(_validity(array), starts), _fixed(_numbers(array), starts)]


def _text_parts(array: pa.Array, starts: Offsets) -> list[Part]:
    lengths = _lengths(pc.binary_length(array))
    # What lies under a null may be anything.
    whole = pc.fill_null(array, b"" if _is_binary(array.type) else "") if array.null_count else array
    return [_fixed(lengths, starts), (whole.buffers()[2] or pa.py_buffer(b""), _ends(whole)[starts].astype(np.int64))]


def _ends(texts: pa.Array) -> npt.NDArray[np.signedinteger]:
    """Return where in their buffer the texts begin, and where the last ends."""
    offsets = texts.buffers()[1]
    if offsets is None or offsets.size == 0:  # Arrow lets an empty array go without offsets
        return np.zeros(1, np.int64)
    is_large = pa.types.is_large_string(texts.type) or pa.types.is_large_binary(texts.type)
    return np.frombuffer(offsets, "<i8" if is_large else "<i4")[texts.offset : texts.offset + len(texts) + 1]


def _lengths(lengths: pa.Array) -> npt.NDArray[np.int32]:
    filled = pc.fill_null(lengths, -1) if lengths.null_count else lengths
    found: npt.NDArray[np.int32] = filled.to_numpy().astype("<i4", copy=False)
    return found


def _validity(array: pa.Array) -> Bytes:
    found: Bytes = array.is_valid().to_numpy(zero_copy_only=False).view(np.uint8)
    return found


def _numbers(array: pa.Array) -> npt.NDArray[np.generic]:
    kind = array.type
    if pa.types.is_boolean(kind):
        array = array.cast(pa.uint8())
    elif pa.types.is_temporal(kind):
        array = array.cast(pa.int32() if kind.bit_width == 32 else pa.int64())
    numbers = pc.fill_null(array, pa.scalar(0, array.type)).to_numpy(zero_copy_only=False)
    little: npt.NDArray[np.generic] = numbers.astype(numbers.dtype.newbyteorder("<"), copy=False)
    return little


def _fixed(numbers: npt.NDArray[np.generic], starts: Offsets) -> Part:
    """Return one number an item as a part."""
    return pa.py_buffer(np.ascontiguousarray(numbers)), starts * numbers.dtype.itemsize


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or _is_binary(kind))


def _is_binary(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))
