"""The global half of a build, over light columns of all rows: which are copies of which, and in which split each is."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from caibian import account, dedup, publish, shards, splits
from caibian.config import Config
from caibian.corpus import Corpus, Shard

# All that splitting sees of every row, beside its cluster; the rest stays on disk.
_LIGHT = tuple(name for name in splits.LIGHT if name != "component")


@dataclass(frozen=True, slots=True)
class Assigned:
    """Every row's cluster, split and reason for dropping, in input order, and how the splits came out."""

    rows: pa.Table
    report: splits.Report


def assign(corpus: Corpus, config: Config, labels: publish.LabelSet, folder: shards.Folder) -> Assigned:
    """Return the cluster, the split and the reason for dropping of every row: the global half of a build."""
    rows, frozen = account.without_unlabelled(corpus.columns(*_LIGHT), labels), _frozen(config)
    precedence = splits.precedence(rows, options=config.split, frozen=frozen)
    if config.label.gold is not None and config.split.by != "source":
        # Of copies the one that people judged stays, or their work had no effect; shipped splits have their own order.
        judged = pc.fill_null(pc.equal(corpus.columns("label_source")["label_source"], "gold"), False).to_numpy()
        precedence = np.maximum(precedence, judged.astype(np.int8))
    clusters = _clusters(corpus, rows["dropped"], precedence, config.deduplicate.similarity, folder)
    rows = _with(rows, clusters.rows)
    assignment = splits.split(rows, options=config.split, pairs=clusters.pairs, frozen=frozen)
    rows = _with(rows, assignment.rows)
    return Assigned(_with(rows, pa.table({"id": _unique_ids(rows)})).select(publish.ASSIGNMENT), assignment.report)


def cluster_ahead(prepared: Sequence[Shard], config: Config, folder: shards.Folder) -> None:
    """Cluster rows that have no labels yet, for `assign` to find done; of use where labels decide nothing of it."""
    corpus = Corpus(prepared, [])
    rows = corpus.columns("id", "dropped", "given_split")
    precedence = splits.precedence(rows, options=config.split, frozen=_frozen(config))
    _clusters(corpus, rows["dropped"], precedence, config.deduplicate.similarity, folder)


def _frozen(config: Config) -> pa.Table | None:
    return publish.assignments(config.locate(config.split.frozen)) if config.split.frozen else None


def _clusters(
    corpus: Corpus, dropped: pa.ChunkedArray, precedence: npt.NDArray[np.int8], similarity: float, folder: shards.Folder
) -> dedup.Clusters:
    """Return which rows are copies of which, as an earlier build found it for the same texts, or found anew."""
    reasons = dropped.combine_chunks().dictionary_encode()
    codes = reasons.indices.fill_null(-1).to_numpy().astype("<i4")
    name = shards.key(
        *("clusters", shards.code_version("caibian.dedup", "caibian.schema"), similarity),
        *([shard.path.name for shard in corpus.prepared], reasons.dictionary.to_pylist()),
        *(hashlib.sha256(values.tobytes()).hexdigest() for values in (codes, precedence)),
    )
    paths = [folder.path / f"{name}-{part}.arrow" for part in dedup.Clusters._fields]
    folder.keep(paths)
    if all(map(shards.is_made, paths)):
        return dedup.Clusters(*map(shards.read, paths))
    light = _with(corpus.columns(*dedup.LIGHT), pa.table({"dropped": dropped}))
    found = dedup.cluster(light, similarity=similarity, texts=corpus.texts, precedence=precedence)
    for path, table in zip(paths, found, strict=True):
        shards.write(path, [table], schema=table.schema)
    return found


def _unique_ids(rows: pa.Table) -> pa.Array:
    """Return the ids, numbered from the second on where published rows share one: a test that ships copies keeps them.

    An id stands for the record's content, so rows share one only if they say the same.
    """
    ids = rows["id"].to_pylist()
    seen: Counter[str] = Counter()
    for row in np.flatnonzero(rows["dropped"].is_null().to_numpy()).tolist():
        seen[ids[row]] += 1
        if seen[ids[row]] > 1:
            ids[row] = f"{ids[row]}-{seen[ids[row]]}"
    return pa.array(ids, pa.string())


def _with(rows: pa.Table, new: pa.Table) -> pa.Table:
    """Return `rows` with the columns of `new`, which replace those of the same name."""
    kept = rows.select([name for name in rows.column_names if name not in new.column_names])
    return pa.table([*kept.columns, *new.columns], names=[*kept.column_names, *new.column_names])
