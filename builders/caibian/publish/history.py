"""The whole history of one row."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from caibian.errors import DataError
from caibian.publish import manifest
from caibian.publish.examples import with_names
from caibian.publish.index import reading

Row = dict[str, Any]


def history(folder: Path, id: str) -> Row:  # noqa: A002  (the column's own name)
    """Return everything the dataset says of a row: the record it came from, what became of it, and why.

    `id` may be an article's, a dropped row's or a paragraph's. Beside the row's own columns, labels by name, there are
    `config`, `split`, `file` (the source's entry in the manifest), and for an article or a dropped row `paragraph_rows`
    and `copies`: the dropped rows that it stands for, or that have the same content. Raises DataError where no row has
    the id, or the folder is damaged.
    """
    record = manifest.read(folder)
    for config in ("articles", "dropped", "paragraphs"):
        found = _rows(folder, record, config, "id", id)
        if found:
            break
    else:
        raise DataError(f"{folder}: has no row with the id {id!r}, neither published nor dropped")
    row = {"config": config, **found[0]}
    origin = (row.get("source"), row.get("source_sha256"))
    row["file"] = next((file for file in record["sources"] if (file["name"], file["sha256"]) == origin), None)
    if config != "paragraphs":
        row["copies"] = _copies(folder, record, id, found[1:])
        row["paragraph_rows"] = _rows(folder, record, "paragraphs", "article", id)
    return row


def _copies(folder: Path, record: Mapping[str, Any], identity: str, same: list[Row]) -> list[Row]:
    kept = ("id", "dropped", "similarity", "title", "source", "place")
    rows = same + _rows(folder, record, "dropped", "duplicate_of", identity)
    return [{name: row.get(name) for name in kept} for row in rows]


def _rows(folder: Path, record: Mapping[str, Any], config: str, column: str, value: str) -> list[Row]:
    """Return the rows of a config whose column has the value, in order."""
    names = [label["name"] for label in record["labels"]]
    found: list[Row] = []
    with reading(folder):
        for file in record["files"]:
            if file.get("config") == config:
                rows = pq.read_table(folder / file["path"], filters=[(column, "=", value)], partitioning=None)
                found += ({"split": file["split"], **with_names(row, names)} for row in rows.to_pylist())
    return found
