"""A published version as light rows: ids, splits and hashes of what a reader would notice."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from caibian.errors import DataError
from caibian.publish.digest import HASH_BYTES, row_hashes

LABEL_COLUMNS = ("topics", "label")
TEXT_COLUMNS = ("title", "text")
_BATCH = 8_000  # rows read at a time: as many as a row group has
_KEPT = 16  # bytes of a hash that are compared: chance makes no two of a billion rows equal


def index(folder: Path, manifest: Mapping[str, Any], config: str, *, columns: Sequence[str]) -> pa.Table:
    """Return the rows of a config in order: id, split, and the hashes `labels`, `text` and `rest` over `columns`.

    Labels are hashed by name, so that a new label that shifts the ids changes no row. Raises DataError where a file
    cannot be read.
    """
    names = [label["name"] for label in manifest["labels"]]
    schema = pa.schema(
        [("id", pa.string()), ("split", pa.string()), *((part, pa.binary(_KEPT)) for part in _parts(columns))]
    )
    tables = [schema.empty_table()]
    with reading(folder):
        for file in manifest["files"]:
            if file.get("config") == config:
                pieces = batches(folder / file["path"], ["id", *(name for name in columns if name != "id")])
                tables += [_hashed(rows, str(file["split"]), names, schema, _parts(columns)) for rows in pieces]
    return pa.concat_tables(tables).combine_chunks()


def batches(path: Path, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
    """Yield the rows of a Parquet file piece by piece."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(_BATCH, columns=columns):
            yield pa.Table.from_batches([batch])


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """Turn what cannot be read in a dataset's folder, or lacks a column that its manifest names, into a DataError."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        reason = str(error).partition("\n")[0]
        raise DataError(f"{folder}: cannot be read, `build-dataset verify` says what is damaged: {reason}") from None


def _parts(columns: Sequence[str]) -> dict[str, list[str]]:
    parts: dict[str, list[str]] = {"labels": ["id"], "text": ["id"], "rest": ["id"]}  # never without a column
    for name in columns:
        if name != "id":
            parts["labels" if name in LABEL_COLUMNS else "text" if name in TEXT_COLUMNS else "rest"].append(name)
    return parts


def _hashed(
    rows: pa.Table, split: str, names: Sequence[str], schema: pa.Schema, parts: Mapping[str, Sequence[str]]
) -> pa.Table:
    for name in set(parts["labels"]) - {"id"}:
        rows = rows.set_column(rows.column_names.index(name), name, named(rows[name].combine_chunks(), names))
    hashes = [_short(rows.select(list(part))) for part in parts.values()]
    return pa.table([rows["id"], pa.repeat(split, rows.num_rows), *hashes], schema=schema)


def named(ids: pa.Array, names: Sequence[str]) -> pa.Array:
    """Return label ids as names; an id that stands for none becomes its number."""
    if pa.types.is_list(ids.type):
        flat = named(pc.list_flatten(ids), names)
        lengths = pc.fill_null(pc.list_value_length(ids), 0).to_numpy()
        offsets = pa.array(np.concatenate(([0], np.cumsum(lengths))).astype(np.int32))
        return pa.ListArray.from_arrays(offsets, flat, mask=ids.is_null())
    known = pc.and_(pc.greater_equal(ids, 0), pc.less(ids, len(names)))
    place = pc.if_else(known, ids, pa.scalar(None, pa.int64()))
    return pc.coalesce(pa.array(names, pa.string()).take(place), ids.cast(pa.string()))


def _short(rows: pa.Table) -> pa.Array:
    hashes = row_hashes(rows)
    short = np.frombuffer(hashes, np.uint8).reshape(-1, HASH_BYTES)[:, :_KEPT] if hashes else np.zeros((0, _KEPT))
    data = pa.py_buffer(np.ascontiguousarray(short))
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(_KEPT), rows.num_rows, [None, data])
