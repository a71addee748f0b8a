"""Step 7, publish: rows -> Parquet files, a run of rows after the other, each an independent task."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.feather as feather

from caibian import cuts, shards
from caibian.errors import DataError
from caibian.publish import assemble, columns, features, reuse
from caibian.publish.digest import LABELS, table_sha256
from caibian.publish.draft import writing
from caibian.publish.facts import SPLITS, Cache, FileInfo, LabelSet, Options, Run, Shard
from caibian.publish.mask import Kind
from caibian.publish.masking import mask_rows
from caibian.publish.output import NewFile, Output, Place, Relabelled
from caibian.publish.plan import ASSIGNMENT, File, Task, plan_tasks, split_of

CONFIGS = ("articles", "paragraphs", "dropped")
LIGHT_TASKS = 4  # so many that write only labels are sooner done here than workers are started
_SLICE = 4_000  # rows turned into published ones at a time, so that copies of their text stay small


@dataclass(frozen=True, slots=True)
class Layout:
    """What all files of a dataset have in common."""

    folder: Path
    schemas: dict[str, bytes]  # serialized, with the features' metadata
    labels: LabelSet
    mask: tuple[Kind, ...]
    cache: Cache | None

    def schema(self, config: str) -> pa.Schema:
        """Return the schema of a config."""
        return pa.ipc.read_schema(pa.py_buffer(self.schemas[config]))


Wrote = tuple[FileInfo, Path | None]  # a file, and the note of it


def write_rows(
    folder: Path,
    shares: Sequence[Shard],
    assignment: pa.Table,
    *,
    labels: LabelSet,
    options: Options,
    run: Run,
    cache: Cache | None = None,
    on_wrote: Callable[[int, int, int], None] = lambda done, total, rows: None,
) -> tuple[list[FileInfo], list[Path]]:
    """Write the configs articles, paragraphs and dropped under `folder`/data; return their files in order, and notes.

    `assignment` has the ASSIGNMENT columns for each row of the shards in order; rows are published in that order.
    A split or config without rows gets no file, since `datasets` loads no empty split. Each run of
    `options.rows_per_shard` rows makes two items of `run`. Where a note in the `cache` says that an earlier version
    has the same rows, their columns beside the labels are copied from it; the notes returned are for the next build.
    `on_wrote` hears how many items are done, of how many, and how many rows of all configs they wrote.
    Raises DataError where no row is left, where a label is unknown and where the disk is full.
    """
    _check(shares, assignment)
    plain = columns.schemas(labels, text=options.text)
    declared = {config: features.declare(schema, labels) for config, schema in plain.items()}
    stored = {name: schema.serialize().to_pybytes() for name, schema in declared.items()}
    layout = Layout(folder, stored, labels, tuple(options.mask), cache)
    found: list[Wrote] = []
    with writing(folder):
        tasks = [_noted(task, layout) for task in plan_tasks(folder, shares, assignment, options.rows_per_shard)]
        is_light = len(tasks) <= LIGHT_TASKS and all(task.is_light for task in tasks)
        results = (map if is_light else run)(partial(write_files, layout=layout), tasks)
        for number, result in enumerate(results, start=1):
            if not isinstance(result, list):
                raise DataError(f"{folder}: a file could not be written: {getattr(result, 'reason', result)}")
            found += result
            on_wrote(number, len(tasks), sum(file.rows for file, _ in found))
        return _without_empty(folder, [file for file, _ in found]), [
            one for _, note in found if note is not None for one in reuse.of_all_versions(note)
        ]


def write_files(task: Task, *, layout: Layout) -> list[Wrote]:
    """Write one task's files and return them."""
    plan = feather.read_table(task.plan, memory_map=False)
    outputs = [(file, _open(file, layout)) for file in task.files]
    columns = [name for file, output in outputs for name in _needed(file.config, output)]
    for rows in _rows(task, plan, columns):
        kept = split_of(rows)
        for file, output in outputs:
            own = rows.filter(pc.equal(kept, file.split))
            if own.num_rows:
                if isinstance(output, NewFile):
                    own = mask_rows(cuts.to_strings(own), layout.mask)
                output.add(_assemble(file.config, own, output.schema, layout.labels))
    return [_close(output, layout.cache, file.key) for file, output in outputs]


def _noted(task: Task, layout: Layout) -> Task:
    """Return the task with what is known of its files: their keys, and notes of earlier ones."""
    if layout.cache is None:
        return task
    plan = feather.read_table(task.plan, memory_map=False)
    files = []
    for file in task.files:
        key = _key(task, plan, file.config, file.split, layout)
        has_labels = any(name in LABELS for name in layout.schema(file.config).names)
        files.append(replace(file, key=key, note=reuse.find(layout.cache.folder, key) if has_labels else None))
    return replace(task, files=tuple(files))


def _key(task: Task, plan: pa.Table, config: str, split: str, layout: Layout) -> str:
    """Return a key of all that the columns of a task's file depend on, but the labels."""
    is_own = pc.equal(split_of(plan), split)
    own, place = plan.filter(is_own), np.flatnonzero(is_own.to_numpy(zero_copy_only=False))
    return shards.key(
        shards.code_version("caibian.publish", "caibian.cuts", "caibian.schema"),
        config,
        [[field.name, str(field.type)] for field in layout.schema(config) if field.name not in LABELS],
        layout.mask,
        [[[path.name for path in part.shard.paths], part.start, part.stop] for part in task.parts],
        [hashlib.sha256(place.astype("<i8").tobytes()).hexdigest(), table_sha256(own)],
    )


def _open(file: File, layout: Layout) -> Output:
    place, schema = Place(layout.folder, file.config, file.split, file.name), layout.schema(file.config)
    return NewFile(place, schema) if file.note is None else Relabelled(place, schema, *reuse.read(file.note))


def _close(output: Output, cache: Cache | None, key: str) -> Wrote:
    info, written = output.close()
    return info, None if cache is None else reuse.note(cache.folder, key, cache.version, written)


def _needed(config: str, output: Output) -> Sequence[str]:
    """Return the columns of the steps that an output is made of."""
    if config == "dropped":
        return assemble.DROPPED_COLUMNS
    if config == "paragraphs":
        return assemble.PARAGRAPH_COLUMNS if isinstance(output, NewFile) else assemble.PARAGRAPH_LABELS
    return assemble.ARTICLE_COLUMNS if isinstance(output, NewFile) else assemble.ARTICLE_LABELS


def _assemble(config: str, rows: pa.Table, schema: pa.Schema, labels: LabelSet) -> pa.Table:
    match config:
        case "articles":
            return assemble.articles(rows, schema, labels)
        case "paragraphs":
            return assemble.paragraphs(rows, schema, labels)
    return assemble.dropped(rows, schema)


def _rows(task: Task, plan: pa.Table, needed: Sequence[str]) -> Iterator[pa.Table]:
    """Yield the task's rows with some of the steps' columns and their assignment, in order."""
    first = 0
    for part in task.parts:
        rows = _side_by_side((*part.shard.paths, part.shard.labels), needed).slice(part.start, part.stop - part.start)
        assigned = plan.slice(first, rows.num_rows)
        first += rows.num_rows
        # An id that several published rows share got a number behind it.
        if not rows["id"].equals(pc.replace_substring_regex(assigned["id"], r"-\d+$", "")):
            raise ValueError(
                f"{part.shard.paths[0]}: holds other rows than the assignment says"
            )  # our bug, not the user's
        rows = rows.drop_columns([name for name in ASSIGNMENT if name in rows.column_names])
        # In one chunk, as all that follows takes a step for each chunk of each column.
        rows = pa.table([*rows.columns, *assigned.columns], [*rows.column_names, *assigned.column_names])
        rows = rows.combine_chunks()
        for start in range(0, rows.num_rows, _SLICE):
            yield rows.slice(start, _SLICE)


def _side_by_side(paths: Sequence[Path], columns: Sequence[str]) -> pa.Table:
    """Return those of the columns that the files have which stand side by side."""
    found: dict[str, pa.ChunkedArray] = {}
    for path in paths:
        wanted = [name for name in shards.names(path) if name in columns and name not in found]
        if wanted:
            found |= dict(zip(wanted, shards.read(path, wanted).columns, strict=True))
    return pa.table(found)


def _check(shares: Sequence[Shard], assignment: pa.Table) -> None:
    rows = sum(shard.rows for shard in shares)
    if assignment.num_rows != rows:
        raise ValueError(f"the shards have {rows} rows, the assignment has {assignment.num_rows}")
    if pc.all(assignment["dropped"].is_valid()).as_py():
        raise DataError(
            "no row is left to publish: every row was dropped; look at the reasons with --dry-run or inspect"
        )


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
