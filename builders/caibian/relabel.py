"""Labels of a shard's rows: those an earlier build left, but for rows in which a change of the rules can show."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from caibian import labelling, shards
from caibian.corpus import Shard
from caibian.recipe import Recipe, labeller, taxonomy
from caibian.schema import LABEL

LABEL_BYTES = 2 << 20  # of rows labelled at once: enough to hide numpy's cost a call, few enough for a cache
MAX_WORDS = 200  # that a change of the rules touches; with more, most rows are labelled anew anyway


@dataclass(frozen=True, slots=True)
class Earlier:
    """Labels that another build's rules left: a row without any of `words` has the same by ours."""

    code: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """What labels depend on beside the rows, as a key; where it is written down for the next build."""

    code: str
    file: Path | None = None
    earlier: tuple[Earlier, ...] = ()


def rules_of(how: Recipe) -> Rules:
    """Return the rules of a build, and write them beside its shards for the next one to compare."""
    given = shards.key(
        shards.code_version("caibian_labels", "caibian.labelling", "caibian.relabel"), how.label.threshold, how.gold
    )
    if not how.by_rules:
        return Rules(given)
    ours = labelling.rules(taxonomy(how.taxonomy))
    stored = json.dumps(ours, ensure_ascii=False)
    code = shards.key(given, stored)
    file = how.folder / f"{given}-{code}.rules.json"
    found = [_earlier(path, code, ours) for path in sorted(how.folder.glob(f"{given}-*.rules.json")) if path != file]
    shards.write_bytes(file, stored.encode())
    return Rules(code, file, tuple(one for one in found if one is not None))


def _earlier(path: Path, code: str, ours: labelling.Rules) -> Earlier | None:
    try:
        theirs = json.loads(path.read_bytes())
    except ValueError:
        return None  # the machine crashed when it was written
    words = labelling.touching(theirs, ours)
    if words is None or len(words) > MAX_WORDS:
        return None
    return Earlier(path.name.removesuffix(".rules.json").rpartition("-")[2], tuple(sorted(words)))


def label_shard(shard: Shard, *, how: Recipe, rules: Rules) -> Shard:
    """Label one prepared shard into a shard of LABEL columns, unless it is there already."""
    path = _path(shard, rules.code, how)
    if not shards.is_made(path):
        left = next((one for one in rules.earlier if shards.is_made(_path(shard, one.code, how))), None)
        if left is None:
            by = labeller_of(how)
            tables = shards.batches(shard.path, labelling.columns(by), size=LABEL_BYTES)
            found: Iterator[pa.Table] = (labelled(rows, by=by, how=how).select(LABEL.names) for rows in tables)
        else:
            found = iter([_relabelled(shard, shards.read(_path(shard, left.code, how)), left.words, how)])
        shards.write(path, found, schema=LABEL)
    return Shard(path, shard.rows, shard.dropped)


def is_labelled(prepared: Path, *, how: Recipe, rules: Rules) -> bool | None:
    """Return whether the labels of a shard are there; None where an earlier build left some that nearly are."""
    shard = Shard(prepared, 0, 0)
    if shards.is_made(_path(shard, rules.code, how)):
        return True
    return None if any(shards.is_made(_path(shard, one.code, how)) for one in rules.earlier) else False


def labelled(rows: pa.Table, *, by: labelling.Labeller | None, how: Recipe) -> pa.Table:
    """Return prepared rows with LABEL columns; `by` is `labeller_of(how)`."""
    return labelling.label(rows, by=by, gold=how.gold)


def labeller_of(how: Recipe) -> labelling.Labeller | None:
    """Return what labels by a recipe's rules, None where no rule does. It is found by its files, which takes a read."""
    return labeller(how.taxonomy, how.label.threshold) if how.by_rules else None


def _path(shard: Shard, code: str, how: Recipe) -> Path:
    return how.folder / f"{shards.key('labelled', code, shard.path.name)}.arrow"


def _relabelled(shard: Shard, labels: pa.Table, words: tuple[str, ...], how: Recipe) -> pa.Table:
    """Return the labels of a shard's rows, made anew where one of the words stands."""
    texts = shards.read(shard.path, ["title", "paragraphs", "publisher", "section"])
    at = np.flatnonzero(labelling.has_any(texts, words))
    if not len(at):
        return labels
    by = labeller_of(how)
    rows = shards.take(shard.path, labelling.columns(by), at)
    anew = labelled(rows, by=by, how=how).select(LABEL.names)
    place = np.arange(len(labels))
    place[at] = len(labels) + np.arange(len(at))
    return pa.concat_tables([labels, anew]).combine_chunks().take(pa.array(place))
