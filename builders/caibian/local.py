"""The local half of a build: what needs no other row, shard by shard, in any process on any machine."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from caibian import cuts, dedup, engine, shards
from caibian.config import Config, Source
from caibian.corpus import Corpus, Shard
from caibian.errors import DataError
from caibian.loaders import read as reading
from caibian.loaders.read import Piece
from caibian.loaders.read.files import find
from caibian.recipe import Recipe
from caibian.relabel import Rules, is_labelled, label_shard
from caibian.schema import CLEAN, READ, SEGMENT, SIGN, plus

# What a shard holds: not what cleaning has used up, which for pages is most of the bytes.
_USED_UP = {"raw", "content", *(name for name in READ.names if name.startswith("given_"))} - {
    "given_labels",
    "given_split",
}
PREPARED = pa.schema(
    [
        field.with_type(cuts.LENGTHS) if field.name in cuts.COLUMNS else field
        for field in plus(READ, CLEAN, SEGMENT, SIGN)
        if field.name not in _USED_UP
    ]
)
LIGHT_ROWS = 100_000  # to look for a changed word in so many takes as long as to start a worker
RESCUE_PARTS = 16  # a death costs the start of a worker: fewer parts would mean more deaths, more parts more work


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stage is; `total` is None while it is not known."""

    stage: str
    done: int
    total: int | None = None
    rows: int = 0
    dropped: int = 0


OnProgress = Callable[[Progress], None]
Pair = tuple[Shard, Shard]  # prepared rows and their labels
Run = Callable[..., Iterator[Any]]  # engine.run with engine and workers given


@dataclass(frozen=True, slots=True)
class Task:
    """Rows [start, stop) of a piece; stop None is the end. `crashed` says that they kill whoever works on them."""

    piece: Piece
    start: int = 0
    stop: int | None = None
    crashed: bool = False


def prepared(tables: Iterator[pa.Table], *, how: Recipe) -> Iterator[pa.Table]:
    """Yield READ rows cleaned, segmented and signed: all that needs no other row."""
    # Their patterns and dictionaries take half a second to load, for nothing where all shards are there.
    from caibian.loaders.clean import clean
    from caibian.loaders.segment import segment

    for rows in tables:
        rows = clean(rows, options=how.clean)
        rows = segment(rows, user_words=how.segment.user_words)
        yield dedup.sign(rows)


def find_pieces(config: Config) -> list[Piece]:
    """Return what the build reads, in order. Raises DataError where a source has nothing to read."""
    return [piece for source in config.sources for piece in _pieces(config, source)]


def _pieces(config: Config, source: Source) -> Iterator[Piece]:
    return reading.plan(source, find(config.locate(source.path)))


def prepare_piece(task: Task, *, how: Recipe, code: str) -> Shard:
    """Read, clean, segment and sign one piece into a shard, unless the shard is there already."""
    path = _prepared_path(task, how, code)
    if not shards.is_made(path):
        tables = (cuts.to_lengths(rows.select(PREPARED.names)) for rows in prepared(_rows_of(task), how=how))
        shards.write(path, tables, schema=PREPARED)
    dropped = shards.read(path, ["dropped"])["dropped"]
    return Shard(path, len(dropped), len(dropped) - dropped.null_count, _origin(path, task.piece))


def _prepared_path(task: Task, how: Recipe, code: str) -> Path:
    options = (how.clean.model_dump(), how.segment.model_dump())
    name = shards.key("prepared", code, task.piece.key(), task.start, task.stop, task.crashed, *options)
    return how.folder / f"{name}.arrow"


def _origin(path: Path, piece: Piece) -> Path | None:
    """Write what a shard's rows say of their files where it does not follow from the piece: of parts of files.

    Other parts may have changed since the shard was made.
    """
    if all(part.sha256 == part.content_sha256 for part in piece.parts):
        return None
    hashes = piece.file_hashes()
    origin = path.with_name(f"{shards.key('origin', path.name, hashes)}.arrow")
    if not shards.is_made(origin):
        rows = reading.with_file_hashes(shards.read(path, ["source", "source_sha256"]), hashes)
        rows = rows.select(["source_sha256"])
        shards.write(origin, [rows], schema=rows.schema)
    return origin


def _rows_of(task: Task) -> Iterator[pa.Table]:
    """Yield the READ rows of a task: rows [start, stop) of its piece; those known to crash a worker are dropped."""
    position = 0
    for rows in reading.read(task.piece):
        start = max(task.start - position, 0)
        stop = len(rows) if task.stop is None else max(min(task.stop - position, len(rows)), 0)
        position += len(rows)
        if start < stop:
            rows = rows.slice(start, stop - start)
            yield _drop(rows, "crashed") if task.crashed else rows


def _drop(rows: pa.Table, reason: str) -> pa.Table:
    reasons = pc.coalesce(rows["dropped"], pa.scalar(reason))
    return rows.set_column(rows.schema.get_field_index("dropped"), "dropped", reasons)


def count_rows(task: Task) -> int:
    """Return how many rows a task reads."""
    return sum(len(rows) for rows in _rows_of(task))


def local_steps(
    pieces: Sequence[Piece],
    *,
    how: Recipe,
    rules: Rules,
    run: Run,
    on_progress: OnProgress,
    on_prepared: Callable[[Sequence[Shard]], None] = lambda prepared: None,
) -> Corpus:
    """Return all rows of the pieces, prepared and labelled, in input order.

    `on_prepared` is called where all of them are prepared and none is labelled yet.
    """
    # The code's version is that of this process, on whatever machine a worker finds its own.
    code = shards.code_version("caibian.loaders", "caibian.dedup", "caibian.schema", "caibian.cuts", "caibian.local")
    step = partial(_local_step, how=how, prepare_code=code, rules=rules)
    tasks = [Task(piece) for piece in pieces]
    count = _counting("read", len(tasks), on_progress)
    done: dict[int, Pair] = {}
    for number in _light(tasks, how, code, rules):
        done[number] = step(tasks[number])
        count(done[number][0])
    heavy = [number for number in range(len(tasks)) if number not in done]
    prepare = partial(prepare_piece, how=how, code=code)
    shards_of = dict(zip(heavy, run(prepare, [tasks[number] for number in heavy], on_done=count), strict=True))
    prepared = {number: shard for number, shard in shards_of.items() if not isinstance(shard, engine.Lost)}
    if len(prepared) == len(tasks):
        on_prepared([prepared[number] for number in range(len(tasks))])
    count = _counting("label", len(prepared), on_progress)
    labels = run(partial(label_shard, how=how, rules=rules), prepared.values(), on_done=count)
    for number, labelled in zip(prepared, labels, strict=True):
        if not isinstance(labelled, engine.Lost):
            done[number] = prepared[number], labelled
    pairs: list[Pair] = []
    for number, task in enumerate(tasks):
        pairs += [done[number]] if number in done else _rescue(task, step=step, run=run)
    return Corpus([prepared for prepared, _ in pairs], [labelled for _, labelled in pairs])


def _light(tasks: Sequence[Task], how: Recipe, code: str, rules: Rules) -> list[int]:
    """Return the numbers of the tasks that are sooner done here than a worker is started: most is there already."""
    found, rows = [], 0
    for number, task in enumerate(tasks):
        path = _prepared_path(task, how, code)
        state = is_labelled(path, how=how, rules=rules) if shards.is_made(path) else False
        if state is None:
            rows += len(shards.read(path, ["dropped"]))
        if state or (state is None and rows <= LIGHT_ROWS):
            found.append(number)
    return found


def _local_step(task: Task, *, how: Recipe, prepare_code: str, rules: Rules) -> Pair:
    """Return the shards of one piece: of its rows prepared, and of their labels."""
    shard = prepare_piece(task, how=how, code=prepare_code)
    return shard, label_shard(shard, how=how, rules=rules)


def _rescue(task: Task, *, step: Callable[[Task], Pair], run: Run) -> list[Pair]:
    """Return the shards of a task that kills its worker: cut until the row that does it is alone, and dropped."""
    rows = next(run(count_rows, [task]))
    if isinstance(rows, engine.Lost) or task.crashed:
        names = ", ".join(part.file.path for part in task.piece.parts[:3])
        raise DataError(f"{names}: cannot even be read: {rows}")
    size = -(-rows // RESCUE_PARTS)
    starts = range(task.start, task.start + rows, size or 1)
    parts = [replace(task, start=start, stop=min(start + size, task.start + rows)) for start in starts]
    if rows <= 1:
        parts = [replace(task, crashed=True)]
    rescued: list[Pair] = []
    for part, pair in zip(parts, list(run(step, parts)), strict=True):
        rescued += _rescue(part, step=step, run=run) if isinstance(pair, engine.Lost) else [pair]
    return rescued


def _counting(stage: str, total: int, on_progress: OnProgress) -> Callable[[Shard | engine.Lost], None]:
    """Return what turns each finished shard into progress."""
    done = rows = dropped = 0

    def count(shard: Shard | engine.Lost) -> None:
        nonlocal done, rows, dropped
        done += 1
        if not isinstance(shard, engine.Lost):
            rows, dropped = rows + shard.rows, dropped + shard.dropped
        on_progress(Progress(stage, done, total, rows, dropped))

    return count
