"""Which rows go into which files: runs of rows in input order, each two tasks that need no other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.feather as feather

from caibian.publish.facts import SPLITS, Shard

ASSIGNMENT = ("id", "cluster", "duplicate_of", "similarity", "split", "dropped")
WORK = ".work"  # in the draft: plans and row hashes, removed before the draft becomes visible
DROPPED = "dropped"  # the split of rows that are not published


@dataclass(frozen=True, slots=True)
class Part:
    """Rows [start, stop) of a shard."""

    shard: Shard
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Task:
    """A run of rows in input order, written to one file a split: as articles and dropped rows, or as paragraphs.

    Every row is read once for each of the two, however many splits there are.
    """

    plan: Path  # Arrow table: the ASSIGNMENT of the rows
    parts: tuple[Part, ...]
    files: tuple["File", ...]

    @property
    def is_light(self) -> bool:
        """Return whether nothing but labels must be written: a few rows may be dropped besides."""
        return all(file.note is not None for file in self.files if file.config != DROPPED)


@dataclass(frozen=True, slots=True)
class File:
    """A file to write; `key` stands for all that its columns beside the labels depend on."""

    config: str
    split: str
    name: str
    key: str = ""
    note: Path | None = None  # of an earlier file with the same columns


def plan_tasks(folder: Path, shares: Sequence[Shard], assignment: pa.Table, rows_per_shard: int) -> list[Task]:
    """Write the plan of each run of rows and return the tasks: all articles, then all paragraphs."""
    work = folder / WORK
    work.mkdir(exist_ok=True)
    splits = split_of(assignment)
    runs = range(0, len(splits), rows_per_shard)
    present = [set(pc.unique(splits.slice(start, rows_per_shard)).to_pylist()) for start in runs]
    numbers = {
        split: {run: file for file, run in enumerate(run for run, here in enumerate(present) if split in here)}
        for split in (*SPLITS, DROPPED)
    }
    ends = np.cumsum([shard.rows for shard in shares])
    tasks: dict[str, list[Task]] = {"articles": [], "paragraphs": []}
    for number, start in enumerate(runs):
        plan = work / f"{number:05d}.plan"
        rows = assignment.select(ASSIGNMENT).slice(start, rows_per_shard)
        feather.write_feather(rows, str(plan), compression="uncompressed")
        parts = tuple(_parts(shares, ends, start, start + rows.num_rows))
        named = {
            split: f"{split}-{own[number]:05d}-of-{len(own):05d}.parquet"
            for split, own in numbers.items()
            if number in own
        }
        for config, others in tasks.items():
            files = [File(config, split, name) for split, name in named.items() if split != DROPPED]
            if config == "articles" and DROPPED in named:
                files.append(File(DROPPED, DROPPED, named[DROPPED]))
            if files:
                others.append(Task(plan, parts, tuple(files)))
    return [*tasks["articles"], *tasks["paragraphs"]]


def _parts(shares: Sequence[Shard], ends: np.ndarray, start: int, stop: int) -> Iterator[Part]:
    """Yield the parts of shards that rows [start, stop) of all are; `ends` says where each shard ends."""
    for number in range(int(np.searchsorted(ends, start, side="right")), len(shares)):
        first = int(ends[number]) - shares[number].rows
        if first >= stop:
            return
        if shares[number].rows:
            yield Part(shares[number], max(start - first, 0), min(stop - first, shares[number].rows))


def split_of(rows: pa.Table) -> pa.ChunkedArray:
    """Return the split of each row with an assignment; of those that are not published, DROPPED."""
    return pc.if_else(rows["dropped"].is_null(), rows["split"], DROPPED)
