"""Parquet: one document a row."""

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from caibian import storage
from caibian.config import Fields
from caibian.errors import DataError
from caibian.loaders.read import encodings
from caibian.loaders.read.fields import choose, pick
from caibian.loaders.read.record import Record

ROWS_AT_A_TIME = 256  # of articles of a few thousand characters: a few MB


def parts(path: str, *, size: int) -> Iterator[tuple[int, int, int]]:
    """Yield runs of row groups [start, stop) of about `size` bytes when unpacked, and their size.

    Raises DataError where it is no Parquet file.
    """
    metadata = _open(path).metadata
    start, held = 0, 0
    for group in range(metadata.num_row_groups):
        held += metadata.row_group(group).total_byte_size
        if held >= size:
            yield start, group + 1, held
            start, held = group + 1, 0
    if start < metadata.num_row_groups:
        yield start, metadata.num_row_groups, held


def read(
    path: str,
    *,
    fields: Fields = Fields(),  # noqa: B008  (immutable)
    labelled: bool = False,
    start: int = 0,
    stop: int | None = None,
) -> Iterator[Record]:
    """Yield the rows of row groups [start, stop). Raises DataError where a column is missing or a page is broken."""
    file = _open(path)
    groups = range(start, file.metadata.num_row_groups if stop is None else stop)
    chosen = choose(file.schema_arrow.names, fields=fields, labelled=labelled, where=path)
    number = sum(file.metadata.row_group(group).num_rows for group in range(start))
    columns = [str(key) for key in dict.fromkeys(chosen.values())]
    try:
        for batch in file.iter_batches(ROWS_AT_A_TIME, row_groups=list(groups), columns=columns):
            for row in _rows(batch, columns):
                number += 1
                yield pick(row.get, chosen, encoding="utf-8", place=f"record {number}")
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{path}: broken at record {number + 1}: {_first_line(error)}") from None


def _open(path: str) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(storage.open_binary(path) if storage.is_address(path) else path)
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{path}: not a readable Parquet file: {_first_line(error)}") from None


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _rows(batch: pa.RecordBatch, columns: Sequence[str]) -> Iterator[dict[str | int, object]]:
    """Yield the batch's rows as Python values."""
    values = [_values(batch.column(batch.schema.names.index(name))) for name in columns]
    for row in zip(*values, strict=True):
        yield dict(zip(columns, row, strict=True))


def _values(column: pa.Array) -> list[object]:
    """Return a column's values: texts, numbers, lists of them; dates as ISO 8601; bytes decoded where they are text."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.dictionary_decode()
        kind = column.type
    if pa.types.is_temporal(kind):  # Python has no dates before the year 1 and no nanoseconds
        return list(column.cast(pa.string()).to_pylist())
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        # One text that is no UTF-8 would raise for all of the batch.
        values = column.cast(pa.large_binary()).to_pylist()
        return [None if value is None else value.decode("utf-8", "replace") for value in values]
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return [_text(value) for value in column.to_pylist()]
    return list(column.to_pylist())


def _text(value: bytes | None) -> str | None:
    """Return bytes as text, as crawls keep pages; None where they are binary."""
    decoded = encodings.decode(value) if value is not None else None
    return decoded.text if decoded else None
