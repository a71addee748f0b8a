"""Step 7, publish: rows -> Parquet files, a run of rows after the other, each an independent task."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.feather as feather
import pyarrow.parquet as pq

from caibian import cuts
from caibian.errors import DataError
from caibian.publish import assemble, columns, features
from caibian.publish.draft import writing
from caibian.publish.facts import SPLITS, FileInfo, LabelSet, Options, Run, Shard
from caibian.publish.mask import Kind
from caibian.publish.masking import mask_rows
from caibian.publish.output import Output

ASSIGNMENT = ("id", "cluster", "duplicate_of", "similarity", "split", "dropped")
CONFIGS = ("articles", "paragraphs", "dropped")
WORK = ".work"  # in the draft: plans and row hashes, removed before the draft becomes visible
_DROPPED = "dropped"  # the split of rows that are not published
_SLICE = 2_000  # rows turned into published ones at a time, so that copies of their text stay small


@dataclass(frozen=True, slots=True)
class Layout:
    """What all files of a dataset have in common."""

    folder: Path
    schemas: dict[str, bytes]  # serialized, with the features' metadata
    labels: LabelSet
    mask: tuple[Kind, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Rows [start, stop) of a shard."""

    paths: tuple[Path, ...]
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Task:
    """A run of rows in input order, written to one file a split: as articles and dropped rows, or as paragraphs.

    Every row is read once for each of the two, however many splits there are.
    """

    plan: Path  # Arrow table: the ASSIGNMENT of the rows
    parts: tuple[Part, ...]
    files: tuple[tuple[str, str, str], ...]  # config, split and file name


def write_rows(
    folder: Path, shards: Sequence[Shard], assignment: pa.Table, *, labels: LabelSet, options: Options, run: Run
) -> list[FileInfo]:
    """Write the configs articles, paragraphs and dropped under `folder`/data and return their files in order.

    `assignment` has the ASSIGNMENT columns for each row of the shards in order; rows are published in that order.
    A split or config without rows gets no file, since `datasets` loads no empty split. Each run of
    `options.rows_per_shard` rows makes two items of `run`. Raises DataError where no row is left, where a label is
    unknown and where the disk is full.
    """
    _check(shards, assignment)
    plain = columns.schemas(labels, text=options.text)
    declared = {config: features.declare(schema, labels) for config, schema in plain.items()}
    stored = {name: schema.serialize().to_pybytes() for name, schema in declared.items()}
    layout = Layout(folder, stored, labels, tuple(options.mask))
    found: list[FileInfo] = []
    with writing(folder):
        tasks = _tasks(folder, shards, assignment, options.rows_per_shard)
        for result in run(partial(write_files, layout=layout), tasks):
            if not isinstance(result, list):
                raise DataError(f"{folder}: a file could not be written: {getattr(result, 'reason', result)}")
            found += result
        return _without_empty(folder, found)


def write_files(task: Task, *, layout: Layout) -> list[FileInfo]:
    """Write one task's files and return them."""
    outputs = {
        split: Output(layout.folder, config, split, name, pa.ipc.read_schema(pa.py_buffer(layout.schemas[config])))
        for config, split, name in task.files
    }
    configs = {split: config for config, split, _ in task.files}
    for rows in _rows(task):
        kept = pc.if_else(rows["dropped"].is_null(), rows["split"], _DROPPED)
        for split, output in outputs.items():
            own = rows.filter(pc.equal(kept, split))
            if own.num_rows:
                own = mask_rows(cuts.to_strings(own), layout.mask)
                output.add(_assemble(configs[split], own, output.schema, layout.labels))
    return [output.close() for output in outputs.values()]


def _assemble(config: str, rows: pa.Table, schema: pa.Schema, labels: LabelSet) -> pa.Table:
    match config:
        case "articles":
            return assemble.articles(rows, schema, labels)
        case "paragraphs":
            return assemble.paragraphs(rows, schema, labels)
    return assemble.dropped(rows, schema)


def _rows(task: Task) -> Iterator[pa.Table]:
    """Yield the task's rows with the steps' columns and their assignment, in order."""
    plan = feather.read_table(task.plan, memory_map=False)
    needed = assemble.PARAGRAPH_COLUMNS if task.files[0][0] == "paragraphs" else assemble.ARTICLE_COLUMNS
    first = 0
    for part in task.parts:
        rows = _side_by_side(part.paths, needed).slice(part.start, part.stop - part.start)
        assigned = plan.slice(first, rows.num_rows)
        first += rows.num_rows
        # An id that several published rows share got a number behind it.
        if not rows["id"].equals(pc.replace_substring_regex(assigned["id"], r"-\d+$", "")):
            raise ValueError(f"{part.paths[0]}: holds other rows than the assignment says")  # our bug, not the user's
        rows = rows.drop_columns([name for name in ASSIGNMENT if name in rows.column_names])
        rows = pa.table([*rows.columns, *assigned.columns], [*rows.column_names, *assigned.column_names])
        for start in range(0, rows.num_rows, _SLICE):
            yield rows.slice(start, _SLICE)


def _side_by_side(paths: Sequence[Path], columns: Sequence[str]) -> pa.Table:
    """Return those of the columns that the files have which stand side by side."""
    found: dict[str, pa.ChunkedArray] = {}
    for path in paths:
        with pq.ParquetFile(path) as file:
            wanted = [name for name in file.schema_arrow.names if name in columns and name not in found]
            table = file.read(columns=wanted)
        found |= {name: table[name] for name in wanted}
    return pa.table(found)


def _check(shards: Sequence[Shard], assignment: pa.Table) -> None:
    rows = sum(shard.rows for shard in shards)
    if assignment.num_rows != rows:
        raise ValueError(f"the shards have {rows} rows, the assignment has {assignment.num_rows}")
    if pc.all(assignment["dropped"].is_valid()).as_py():
        raise DataError(
            "no row is left to publish: every row was dropped; look at the reasons with --dry-run or inspect"
        )


def _tasks(folder: Path, shards: Sequence[Shard], assignment: pa.Table, rows_per_shard: int) -> list[Task]:
    """Write the plan of each run of rows and return the tasks: all articles, then all paragraphs."""
    work = folder / WORK
    work.mkdir(exist_ok=True)
    splits = pc.if_else(assignment["dropped"].is_null(), assignment["split"], _DROPPED)
    runs = range(0, len(splits), rows_per_shard)
    present = [set(pc.unique(splits.slice(start, rows_per_shard)).to_pylist()) for start in runs]
    numbers = {
        split: {run: file for file, run in enumerate(run for run, here in enumerate(present) if split in here)}
        for split in (*SPLITS, _DROPPED)
    }
    ends = np.cumsum([shard.rows for shard in shards])
    tasks: dict[str, list[Task]] = {"articles": [], "paragraphs": []}
    for number, start in enumerate(runs):
        plan = work / f"{number:05d}.plan"
        rows = assignment.select(ASSIGNMENT).slice(start, rows_per_shard)
        feather.write_feather(rows, str(plan), compression="uncompressed")
        parts = tuple(_parts(shards, ends, start, start + rows.num_rows))
        named = {
            split: f"{split}-{own[number]:05d}-of-{len(own):05d}.parquet"
            for split, own in numbers.items()
            if number in own
        }
        for config, others in tasks.items():
            files = [(config, split, name) for split, name in named.items() if split != _DROPPED]
            if config == "articles" and _DROPPED in named:
                files.append((_DROPPED, _DROPPED, named[_DROPPED]))
            if files:
                others.append(Task(plan, parts, tuple(files)))
    return [*tasks["articles"], *tasks["paragraphs"]]


def _parts(shards: Sequence[Shard], ends: np.ndarray, start: int, stop: int) -> Iterator[Part]:
    """Yield the parts of shards that rows [start, stop) of all are; `ends` says where each shard ends."""
    for number in range(int(np.searchsorted(ends, start, side="right")), len(shards)):
        first = int(ends[number]) - shards[number].rows
        if first >= stop:
            return
        if shards[number].rows:
            yield Part(shards[number].paths, max(start - first, 0), min(stop - first, shards[number].rows))


def _without_empty(folder: Path, files: Sequence[FileInfo]) -> list[FileInfo]:
    """Return the files by config, split and number, without those of a split that has no row at all."""
    rows: dict[tuple[str, str], int] = {}
    for file in files:
        rows[file.config, file.split] = rows.get((file.config, file.split), 0) + file.rows
    for file in files:
        if not rows[file.config, file.split]:
            (folder / file.path).unlink()
    order = {name: place for place, name in enumerate((*CONFIGS, *SPLITS))}
    return sorted(
        (file for file in files if rows[file.config, file.split]),
        key=lambda file: (order[file.config], order[file.split], file.path),
    )
