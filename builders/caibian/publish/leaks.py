"""Proof that no cluster is in two splits and no id is there twice."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

_EXAMPLES = 3  # ids named in a problem


def leak_problems(folder: Path, files: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what `files` (the manifest's entries) hold that one split may not share with another."""
    problems = []
    for config in ("articles", "paragraphs"):
        own = [file for file in files if file.get("config") == config and (folder / file["path"]).is_file()]
        if not own:
            continue
        try:
            rows = pa.concat_tables(_light(folder / file["path"], str(file["split"])) for file in own)
        except (OSError, KeyError, pa.ArrowException):
            problems.append(f"{config}: its ids and clusters cannot be read")
            continue
        problems += _repeated(config, rows) + _crossing(config, rows)
    return problems


def _light(path: Path, split: str) -> pa.Table:
    rows = pq.ParquetFile(path).read(columns=["id", "cluster"])
    return rows.append_column("split", pa.repeat(split, rows.num_rows))


def _repeated(config: str, rows: pa.Table) -> list[str]:
    twice = _recurring(rows["id"])
    return [f"{config}: {len(twice)} ids stand there twice, such as {_some(twice)}"] if len(twice) else []


def _crossing(config: str, rows: pa.Table) -> list[str]:
    masks = (pc.equal(rows["split"], split) for split in pc.unique(rows["split"]))
    of_splits = [pc.unique(rows["cluster"].filter(mask)) for mask in masks]
    crossing = _recurring(pa.chunked_array(of_splits, rows["cluster"].type))
    if not len(crossing):
        return []
    return [f"{config}: {len(crossing)} clusters of copies are in two splits, such as {_some(crossing)}"]


def _recurring(values: pa.ChunkedArray) -> pa.Array:
    """Return the values that stand there more than once."""
    counts = pc.value_counts(values)
    return counts.field("values").filter(pc.greater(counts.field("counts"), 1))


def _some(values: pa.Array) -> str:
    return ", ".join(sorted(values.to_pylist())[:_EXAMPLES])
