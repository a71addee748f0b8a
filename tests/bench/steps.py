"""The CPU time of each step, in one process."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import pyarrow as pa

from caibian import cuts, dedup, labelling, local, relabel, shards
from caibian.config import Config
from caibian.loaders import read as reading
from caibian.loaders.clean import clean
from caibian.loaders.read.files import find
from caibian.loaders.segment import segment
from caibian.recipe import Recipe, labeller, recipe
from caibian.schema import LABEL, READ

Result = TypeVar("Result")
STEPS = ("plan", "read", "clean", "segment", "sign", "write", "label", "write labels")


def config_of(source: Path) -> Config:
    """Return the config of a build without training, all else by default."""
    return Config.model_validate(
        {"name": "bench", "version": "1.0.0", "sources": [{"path": str(source)}], "baseline": None}
    )


def time_steps(source: Path, folder: Path) -> dict[str, float]:
    """Return the CPU seconds of each local step over the files of `source`, imports and tables loaded before."""
    folder.mkdir(parents=True, exist_ok=True)
    config = config_of(source)
    how, options = recipe(config, folder), config.sources[0]
    by = labeller(None, config.label.threshold)
    _warm_up(how, by)
    spent = dict.fromkeys(STEPS, 0.0)

    def timed(step: str, function: Callable[[], Result]) -> Result:
        before = time.process_time()
        result = function()
        spent[step] += time.process_time() - before
        return result

    pieces = timed("plan", lambda: list(reading.plan(options, find(options.path))))
    for number, piece in enumerate(pieces):
        tables = []
        source_rows = reading.read(piece)
        while (rows := timed("read", partial(next, source_rows, None))) is not None:
            rows = timed("clean", partial(clean, rows, options=how.clean))
            rows = timed("segment", partial(segment, rows))
            rows = timed("sign", partial(dedup.sign, rows)).select(local.PREPARED.names)
            tables.append(timed("write", partial(cuts.to_lengths, rows)))
        path = folder / f"{number}.arrow"
        timed("write", partial(shards.write, path, tables, schema=local.PREPARED))
        tables = timed("label", partial(list, shards.batches(path, labelling.columns(by), size=relabel.LABEL_BYTES)))
        labelled = [timed("label", partial(labelling.label, rows, by=by, gold={})) for rows in tables]
        labelled = [rows.select(LABEL.names) for rows in labelled]
        timed("write labels", partial(shards.write, folder / "labels.arrow", labelled, schema=LABEL))
    return spent


def _warm_up(how: Recipe, by: labelling.Labeller) -> None:
    """Let every step load its tables."""
    given = {
        "raw": "本报讯昨日，國務院召開會議。",
        "format": "jsonl",
        "content": "article",
        "id": "1",
    }
    rows = pa.Table.from_pylist([given], READ)
    for prepared in local.prepared(iter([rows]), how=how):
        labelling.label(prepared, by=by, gold={})
