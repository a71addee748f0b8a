"""What a published version holds, read back for the next build and for review."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from caibian.errors import DataError
from caibian.publish import manifest
from caibian.publish.index import batches, named, reading
from caibian.publish.store import at_hand


def assignments(dataset: str | Path) -> pa.Table:
    """Return `id` and `split` (string) of every article published in a folder, or at an address, in order.

    Raises DataError where it is no dataset of ours, or is damaged.
    """
    tables = [pa.table({"id": pa.array([], pa.string()), "split": pa.array([], pa.string())})]
    with at_hand(str(dataset), only=("data/articles/",)) as folder, reading(folder):
        record = manifest.read(folder)
        for file in record["files"]:
            if file.get("config") == "articles":
                split = pa.scalar(file["split"])
                ids = batches(folder / file["path"], ["id"])
                tables += [rows.append_column("split", pa.repeat(split, len(rows))) for rows in ids]
    return pa.concat_tables(tables).combine_chunks()


def label_options(folder: Path) -> dict[str, Any]:
    """Return the section `label` of the config that a dataset was built by. Raises DataError for other folders."""
    options: dict[str, Any] = manifest.read(folder)["config"]["label"]
    return options


def articles(folder: Path, columns: Sequence[str]) -> pa.Table:
    """Return some columns of all articles in `folder`, in order, and `topics` (list of string).

    Raises DataError where the folder is no dataset of ours, is damaged, has no topics, or lacks a column
    (withheld text).
    """
    record = manifest.read(folder)
    names = [label["name"] for label in record["labels"]]
    present = {column["name"] for column in record["configs"]["articles"]["columns"]}
    if missing := sorted({*columns, "topics"} - present):
        lacks = ", ".join(missing)
        raise DataError(f"{folder}: has no column {lacks}; it was built with text withheld or single labels")
    tables = []
    with reading(folder):
        for file in record["files"]:
            if file.get("config") == "articles":
                for rows in batches(folder / file["path"], [*columns, "topics"]):
                    topics = named(rows["topics"].combine_chunks(), names)
                    tables.append(rows.set_column(len(columns), "topics", topics).replace_schema_metadata())
    return pa.concat_tables(tables).combine_chunks()
