"""Reads files as the pipeline does: found, planned, read."""

from pathlib import Path
from typing import Any

import pyarrow as pa

from caibian.config import Source
from caibian.loaders.read import find, plan, read
from caibian.schema import READ


def read_table(path: Path | str, **options: Any) -> pa.Table:
    """Return all rows of a source."""
    source = Source(path=str(path), **options)
    tables = [table for piece in plan(source, find(path)) for table in read(piece)]
    for table in tables:
        table.validate(full=True)
        assert table.schema == READ
    return pa.concat_tables([READ.empty_table(), *tables])


def read_rows(path: Path | str, **options: Any) -> list[dict[str, Any]]:
    """Return all rows of a source as dicts."""
    return read_table(path, **options).to_pylist()


def seen(path: Path | str, *columns: str, **options: Any) -> list[Any]:
    """Return the values of some columns, a tuple a row; of one column the values themselves."""
    rows = read_rows(path, **options)
    return [row[columns[0]] if len(columns) == 1 else tuple(row[name] for name in columns) for row in rows]
