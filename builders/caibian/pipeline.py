"""The one place where the steps are composed: files -> a published dataset, or files -> what became of them."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from caibian import baseline, dedup, engine, publish, shards, splits
from caibian.config import Config
from caibian.corpus import Corpus
from caibian.errors import DataError
from caibian.loaders import read as reading
from caibian.loaders.read.files import find
from caibian.local import OnProgress, Progress, find_pieces, labelled, local_steps, prepared, recipe


def inspect(paths: Sequence[str], *, config: Config) -> Iterator[dict[str, Any]]:
    """Yield what becomes of every record of the files, in order: all columns of a labelled row, `raw` included."""
    how = recipe(config, Path())
    for path in paths:
        source = config.sources[0].model_copy(update={"path": path})
        for piece in reading.plan(source, find(path)):
            for rows in prepared(reading.read(piece), how=how):
                yield from labelled(rows, how=how).to_pylist()




@dataclass(frozen=True, slots=True)
class Summary:
    """What a build did: counts that agree with each other, scores, and where the dataset is."""

    name: str
    version: str
    funnel: dict[str, int]  # read, each reason for dropping, kept
    rows: dict[str, int]  # by split
    labels: dict[str, dict[str, int]]  # split -> label -> rows
    repairs: dict[str, dict[str, int]]  # kind -> documents, count
    notes: list[str]  # what the user should know: labels short of rows, leaks that the source shipped
    baseline: dict[str, Any] | None
    folder: str | None  # None for a dry run
    state: str | None  # published, replaced, unchanged


def build(
    config: Config,
    *,
    out: Path,
    engine_name: engine.Engine = "local",
    workers: int | None = None,
    address: str | None = None,
    dry_run: bool = False,
    on_progress: OnProgress = lambda now: None,
) -> Summary:
    """Build the dataset that `config` describes into out/<name>/<version> and return what was built.

    Local steps run shard by shard on the engine; clustering and splitting see light columns of all rows; a shard
    that an earlier run left is not made again. Raises DataError where nothing can be read or published.
    """
    run = partial(engine.run, engine=engine_name, workers=workers or os.cpu_count() or 1, address=address)
    pieces = find_pieces(config)
    how = recipe(config, shards.folder(out / config.name))
    corpus = local_steps(pieces, how=how, run=run, on_progress=on_progress)
    on_progress(Progress("deduplicate", 0, 1))
    assigned = assign(corpus, config)
    on_progress(Progress("deduplicate", 1, 1))
    facts = gather(corpus, assigned, config, pieces)
    if dry_run:
        return _summary(facts, assigned, None)
    with publish.open_draft(out, config.name, config.version) as draft:
        on_progress(Progress("publish", 0, 1))
        parts = [
            publish.Shard((left.path, right.path), left.rows)
            for left, right in zip(corpus.prepared, corpus.labelled, strict=True)
        ]
        files = publish.write_rows(
            draft.folder, parts, assigned.rows, labels=facts.labels, options=config.publish, run=run
        )
        on_progress(Progress("publish", 1, 1))
        ...
