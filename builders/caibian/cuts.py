"""Sentences and words as shards hold them: the lengths of the pieces that paragraphs are cut into.

Joined, the pieces are their paragraph, so lengths say all, in a fraction of the bytes. As strings, words take longer
to write to a shard, to read and to select than everything else of a row together. Lengths are in bytes of UTF-8, as
Arrow's own offsets are, so that neither way needs a look at the text.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Offsets = npt.NDArray[np.int32]

COLUMNS = ("sentences", "words")
LENGTHS = pa.list_(pa.list_(pa.int32()))  # of the pieces of each paragraph, in bytes


def to_lengths(rows: pa.Table) -> pa.Table:
    """Return `rows` with lengths in place of the pieces in COLUMNS, those of them that it has."""
    return _replaced(rows, lambda pieces: _nested(pieces, pc.binary_length(pieces.flatten().flatten())))


def to_strings(rows: pa.Table) -> pa.Table:
    """Return `rows` with the pieces of `paragraphs` in place of their lengths in COLUMNS, those of them that it has.

    A row has lengths for each of its paragraphs, or none. A table without lengths is returned as it is.
    """
    if all(rows.schema.field(name).type != LENGTHS for name in COLUMNS if name in rows.column_names):
        return rows
    paragraphs = _whole(rows["paragraphs"])
    counts = pc.fill_null(paragraphs.value_lengths(), 0)

    def pieces(lengths: pa.ListArray) -> pa.ListArray:
        is_cut = pc.greater(pc.fill_null(lengths.value_lengths(), 0), 0)
        left_out = pc.and_(pc.invert(is_cut), pc.greater(counts, 0))  # the paragraphs of dropped rows
        texts = paragraphs.filter(is_cut) if pc.any(left_out).as_py() else paragraphs
        return _nested(lengths, _cut(texts.flatten(), lengths.flatten().flatten()))

    return _replaced(rows, pieces)


def _replaced(rows: pa.Table, change: Callable[[pa.ListArray], pa.ListArray]) -> pa.Table:
    for name in COLUMNS:
        if name in rows.column_names:
            rows = rows.set_column(rows.column_names.index(name), name, change(_whole(rows[name])))
    return rows


def _nested(like: pa.ListArray, values: pa.Array) -> pa.ListArray:
    """Return lists of lists as `like` has them, of other values; what is null there is empty."""
    inner = like.flatten()
    outer_ends, inner_ends = (np.cumsum(pc.fill_null(lists.value_lengths(), 0).to_numpy()) for lists in (like, inner))
    return pa.ListArray.from_arrays(offsets(outer_ends), pa.ListArray.from_arrays(offsets(inner_ends), values))


def offsets(ends: npt.NDArray[np.integer]) -> Offsets:
    """Return the ends with the first start before them."""
    return np.concatenate(([0], ends), dtype=np.int32)


def character_starts(data: pa.Buffer | bytes) -> Offsets:
    """Return the byte that each character of a UTF-8 text starts at, and the end of the last."""
    is_start = np.frombuffer(data, np.int8) >= -0x40  # all but 0x80 to 0xBF, as signed bytes
    return np.flatnonzero(np.append(is_start, True)).astype(np.int32)


def _cut(texts: pa.StringArray, lengths: pa.Int32Array) -> pa.StringArray:
    """Return the pieces of texts, one after the other, without a copy of them."""
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array([0, len(texts)], pa.int32()), texts), "")
    data = joined.buffers()[2] or pa.py_buffer(b"")
    ends = offsets(np.cumsum(lengths.to_numpy()))
    return pa.StringArray.from_buffers(len(lengths), pa.py_buffer(ends), data)


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
