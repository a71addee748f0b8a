"""Step 7, publish: rows -> Parquet files, each an independent task."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.feather as feather
import pyarrow.parquet as pq

from caibian.errors import DataError
from caibian.publish import assemble, columns, features
from caibian.publish.draft import writing
from caibian.publish.facts import SPLITS, FileInfo, LabelSet, Options, Run, Shard
from caibian.publish.mask import Kind
from caibian.publish.masking import mask_rows
from caibian.publish.output import Output

ASSIGNMENT = ("id", "cluster", "duplicate_of", "similarity", "split", "dropped")
WORK = ".work"  # in the draft: plans and row hashes, removed before the draft becomes visible
_SLICE = 2_000  # rows turned into published ones at a time, so that copies of their text stay small


@dataclass(frozen=True, slots=True)
class Layout:
    """What all files of a dataset have in common."""

    folder: Path
    schemas: dict[str, bytes]  # serialized, with the features' metadata
    labels: LabelSet
    mask: tuple[Kind, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """One file of articles with its file of paragraphs, or one file of dropped rows."""

    plan: Path  # Arrow table: which row of which shard, and its ASSIGNMENT
    split: str  # or "dropped"
    name: str  # such as train-00000-of-00001.parquet
    shards: dict[int, tuple[Path, ...]]


def write_rows(
    folder: Path, shards: Sequence[Shard], assignment: pa.Table, *, labels: LabelSet, options: Options, run: Run
) -> list[FileInfo]:
    """Write the configs articles, paragraphs and dropped under `folder`/data and return their files in order.

    `assignment` has the ASSIGNMENT columns for each row of the shards in order; rows are published in that order.
    A split or config without rows gets no file, since `datasets` loads no empty split. Each file is one item of
    `run`. Raises DataError where no row is left, where a label is unknown and where the disk is full.
    """
    _check(shards, assignment)
    plain = columns.schemas(labels, text=options.text)
    declared = {config: features.declare(schema, labels) for config, schema in plain.items()}
    stored = {name: schema.serialize().to_pybytes() for name, schema in declared.items()}
    layout = Layout(folder, stored, labels, tuple(options.mask))
    found: list[FileInfo] = []
    with writing(folder):
        tasks = _tasks(folder, shards, assignment, options.rows_per_shard)
        for result in run(partial(write_file, layout=layout), tasks):
            if not isinstance(result, list):
                raise DataError(f"{folder}: a file could not be written: {getattr(result, 'reason', result)}")
            found += result
        return _without_empty(folder, found)


def write_file(task: Task, *, layout: Layout) -> list[FileInfo]:
    """Write one task's files and return them."""
    configs = ["dropped"] if task.split == "dropped" else ["articles", "paragraphs"]
    outputs = {
        name: Output(layout.folder, name, task.split, task.name, pa.ipc.read_schema(pa.py_buffer(layout.schemas[name])))
        for name in configs
    }
    for plain in _rows(task):
        rows = mask_rows(plain, layout.mask)
        for name, output in outputs.items():
            output.add(_assemble(name, rows, output.schema, layout.labels))
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
    for number, paths in task.shards.items():
        part = plan.filter(pc.equal(plan["shard"], number))
        rows = _side_by_side(paths, _needed(task)).take(part["row"])
        # An id that several published rows share got a number behind it.
        if not rows["id"].equals(pc.replace_substring_regex(part["id"], r"-\d+$", "")):
            raise ValueError(f"{paths[0]}: holds other rows than the assignment says")  # our bug, not the user's
        for name in ASSIGNMENT:
            position = rows.column_names.index(name) if name in rows.column_names else None
            rows = (
                rows.append_column(name, part[name])
                if position is None
                else rows.set_column(position, name, part[name])
            )
        for start in range(0, rows.num_rows, _SLICE):
            yield rows.slice(start, _SLICE).combine_chunks()


def _needed(task: Task) -> Sequence[str]:
    """Return the columns that a task reads: dropped rows have neither words nor evidence."""
    return assemble.DROPPED_COLUMNS if task.split == "dropped" else assemble.READ_COLUMNS


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
    """Write the plan of each file and return the tasks, the splits in order and the dropped rows last."""
    work = folder / WORK
    work.mkdir(exist_ok=True)
    starts = np.cumsum([0] + [shard.rows for shard in shards])
    kept = assignment["dropped"].is_null()
    parts: dict[str, pa.ChunkedArray] = {split: pc.and_(kept, pc.equal(assignment["split"], split)) for split in SPLITS}
    parts["dropped"] = assignment["dropped"].is_valid()
    tasks = []
    for split, mask in parts.items():
        positions = np.flatnonzero(pc.fill_null(mask, False).to_numpy())
        files = -(-len(positions) // rows_per_shard)
        for number in range(files):
            chosen = positions[number * rows_per_shard : (number + 1) * rows_per_shard]
            name = f"{split}-{number:05d}-of-{files:05d}"
            tasks.append(_task(work / f"{name}.plan", split, name, chosen, starts, shards, assignment))
    return tasks


def _task(
    plan: Path,
    split: str,
    name: str,
    chosen: np.ndarray,
    starts: np.ndarray,
    shards: Sequence[Shard],
    assignment: pa.Table,
) -> Task:
    shard = np.searchsorted(starts, chosen, side="right") - 1
    table = assignment.select(ASSIGNMENT).take(pa.array(chosen))
    table = table.append_column("shard", pa.array(shard)).append_column("row", pa.array(chosen - starts[shard]))
    feather.write_feather(table, str(plan), compression="uncompressed")
    wanted = {int(number): shards[number].paths for number in np.unique(shard)}
    return Task(plan, split, f"{name}.parquet", wanted)


def _without_empty(folder: Path, files: Sequence[FileInfo]) -> list[FileInfo]:
    """Return the files, ordered by config, without those of a split that has no row at all."""
    rows: dict[tuple[str, str], int] = {}
    for file in files:
        rows[file.config, file.split] = rows.get((file.config, file.split), 0) + file.rows
    for file in files:
        if not rows[file.config, file.split]:
            (folder / file.path).unlink()
    order = ["articles", "paragraphs", "dropped"]
    return sorted((file for file in files if rows[file.config, file.split]), key=lambda file: order.index(file.config))
