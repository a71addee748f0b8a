"""What a build can say of itself: labels, the funnel of losses, repairs, sources, splits. Counts, no rows."""

import dataclasses
import os
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from caibian import publish, shards, splits, storage
from caibian.config import Config
from caibian.corpus import Corpus
from caibian.loaders.read import Piece


def label_set(rows: pa.Table, config: Config, titles: Mapping[str, tuple[str, str]]) -> publish.LabelSet:
    """Return the labels of the dataset: all of the taxonomy (`titles`: id -> zh, en), or those the source has.

    Labels that a source names keep the config's order, then the alphabet's; one label a row at most makes a
    single-label dataset.
    """
    if titles:
        names = tuple(titles)
        zh, en = (tuple(titles[name][position] for name in names) for position in (0, 1))
        return publish.LabelSet(names, "multi-label", zh, en)
    named = [name for source in config.sources for name in source.label_names.values()]
    found = sorted(name for name in pc.unique(pc.list_flatten(rows["topics"])).to_pylist() if name is not None)
    counts = pc.max(pc.list_value_length(rows["topics"])).as_py() or 0
    task: Literal["multi-label", "single-label"] = "multi-label" if counts > 1 else "single-label"
    present = set(found)
    ordered = [name for name in dict.fromkeys(named) if name in present]
    return publish.LabelSet((*ordered, *(name for name in found if name not in ordered)), task, explained=False)


def without_unlabelled(rows: pa.Table, labels: publish.LabelSet) -> pa.Table:
    """Return rows with those dropped as no_label that a single-label dataset cannot hold."""
    if labels.task == "multi-label":
        return rows
    missing = pc.equal(pc.fill_null(pc.list_value_length(rows["topics"]), 0), 0)
    reason = pc.if_else(missing, pa.scalar("no_label"), pa.scalar(None, pa.string()))
    position = rows.schema.get_field_index("dropped")
    return rows.set_column(position, "dropped", pc.coalesce(rows["dropped"], reason))


def facts(
    corpus: Corpus,
    rows: pa.Table,
    report: splits.Report,
    labels: publish.LabelSet,
    config: Config,
    pieces: Sequence[Piece],
) -> publish.Facts:
    """Return what the card and the manifest say of the rows; `rows` are the assigned ones."""
    return publish.Facts(
        config=_portable(config.model_dump(mode="json")),
        labels=labels,
        sources=_sources(corpus, pieces),
        funnel=funnel(rows["dropped"]),
        topics=_by_split(report.labels),
        repairs=_repairs(corpus, rows["dropped"]),
        splits=_jsonable(report),
        gold=gold_agreement(corpus, rows["dropped"]),
    )


def _portable(options: dict[str, Any]) -> dict[str, Any]:
    """Return a config's options without folders of this machine: of an absolute path or an address, its last name."""
    named = [*((source, "path") for source in options["sources"]), (options["label"], "taxonomy")]
    for section, key in (*named, (options["label"], "gold"), (options["split"], "frozen")):
        path = os.path.expanduser(section[key] or "")
        if os.path.isabs(path) or storage.is_address(path):
            section[key] = os.path.basename(os.path.normpath(path))
    return options


def gold_agreement(corpus: Corpus, dropped: pa.ChunkedArray) -> dict[str, Any] | None:
    """Return how people agree with what labels the published rows without them: the source, or else the rules.

    None where people judged no row that has such labels.
    """
    judged = pc.and_(pc.equal(corpus.columns("label_source")["label_source"], "gold"), pc.is_null(dropped))
    if not pc.any(judged).as_py():
        return None
    rows = corpus.columns("topics", "given_labels", "evidence").filter(judged)
    documents = right = said = true = 0
    for row in rows.to_pylist():
        without_people = row["given_labels"]
        if without_people is None and row["evidence"] is not None:
            without_people = [item["topic"] for item in row["evidence"] if item["above_threshold"]]
        if without_people is not None:
            given, by_people = set(without_people), set(row["topics"])
            right, said, true = right + len(given & by_people), said + len(given), true + len(by_people)
            documents += 1
    if not documents:
        return None
    return {
        "documents": documents,
        "precision": right / said if said else None,
        "recall": right / true if true else None,
        "micro_f1": 2 * right / (said + true) if said + true else None,
    }


def funnel(dropped: pa.ChunkedArray) -> dict[str, int]:
    """Return the count of rows read, of those dropped by reason (most first), and of those kept."""
    counts = Counter(reason for reason in dropped.to_pylist() if reason is not None)
    reasons = dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
    return {"read": len(dropped), **reasons, "kept": dropped.null_count}


def losses(counts: Mapping[str, int]) -> str:
    """Return a funnel as one line for an error: what was read, and why nothing was left."""
    reasons = ", ".join(f"{reason} {count}" for reason, count in counts.items() if reason not in ("read", "kept"))
    return f"{counts['read']} read; {reasons}"


def notes(report: splits.Report) -> list[str]:
    """Return what a user should know about the splits, a sentence each."""
    empty = dict.fromkeys(short.split for short in report.short if not report.sizes[short.split])
    found = [f"no row is in {split}" for split in empty]
    found += [
        f"{_lack(short)} ({short.clusters} clusters of copies in all)"
        for short in report.short
        if short.split not in empty
    ]
    found += [f"leak as shipped, {kind.replace(' ', ', ')}: {count} pairs" for kind, count in report.leaks.items()]
    found += [f"{count} rows of the unknown split {name!r}" for name, count in report.unknown.items()]
    return found


def _lack(short: splits.Short) -> str:
    if short.wanted:
        return f"{short.label}: {short.rows} of {short.wanted} rows wanted in {short.split}"
    return f"{short.label}: no row in {short.split}; split.min_rows_per_label moves clusters to where labels lack"


def crashed(corpus: Corpus, dropped: pa.ChunkedArray) -> list[str]:
    """Return which documents killed the worker that had them, a sentence each."""
    if not pc.any(pc.equal(dropped, "crashed")).as_py():
        return []
    rows = corpus.columns("source", "place").filter(pc.fill_null(pc.equal(dropped, "crashed"), False))
    where = [f"{row['source']}, {row['place']}" if row["place"] else row["source"] for row in rows.to_pylist()]
    return [f"dropped, as it crashes its worker: {place}" for place in where]


def unused_gold(corpus: Corpus, dropped: pa.ChunkedArray, gold: Collection[str]) -> list[str]:
    """Return how many documents that people judged are not published, a sentence each: their work has no effect."""
    if not gold:
        return []
    ids = corpus.columns("id")["id"].combine_chunks()
    judged = pc.is_in(ids, value_set=pa.array(list(gold), pa.string()))
    unknown = len(gold) - len(pc.unique(ids.filter(judged)))
    lost = pc.sum(pc.and_(judged, dropped.combine_chunks().is_valid())).as_py()
    found = [f"gold: {unknown} of {len(gold)} judged ids are no document of the input"] if unknown else []
    return found + ([f"gold: {lost} judged documents are dropped"] if lost else [])


def _by_split(labels: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    return {split: {name: counts[split] for name, counts in labels.items()} for split in splits.SPLITS}


def _jsonable(report: splits.Report) -> dict[str, Any]:
    return dataclasses.asdict(report)


def _repairs(corpus: Corpus, dropped: pa.ChunkedArray) -> dict[str, dict[str, int]]:
    """Return how many published documents each kind of repair touched, and how often."""
    repairs = corpus.columns("repairs")["repairs"].filter(pc.is_null(dropped))
    items = pc.list_flatten(repairs)
    if len(items) == 0:
        return {}
    kinds = pa.table({"kind": pc.struct_field(items, "kind"), "count": pc.struct_field(items, "count")})
    totals = kinds.group_by("kind", use_threads=False).aggregate([("count", "count"), ("count", "sum")]).sort_by("kind")
    return {row["kind"]: {"documents": row["count_count"], "count": row["count_sum"]} for row in totals.to_pylist()}


def _sources(corpus: Corpus, pieces: Iterable[Piece]) -> list[publish.SourceFile]:
    """Return the files that were read, in order, each once."""
    encodings: dict[str, Counter[str]] = {}
    for shard in corpus.prepared:
        table = (
            shards.read(shard.path, ["source", "encoding"])
            .group_by(["source", "encoding"], use_threads=False)
            .aggregate([([], "count_all")])
        )
        for row in table.to_pylist():
            encodings.setdefault(row["source"], Counter())[row["encoding"]] += row["count_all"]
    files = {(part.file.path, part.file.name): (piece.source, part) for piece in pieces for part in piece.parts}
    return [
        publish.SourceFile(
            name=part.file.name,
            sha256=part.sha256,
            bytes=part.file.size,
            format=part.format,
            license=source.license,
            attribution=source.attribution,
            encodings={name: count for name, count in sorted(encodings.get(part.file.name, Counter()).items()) if name},
        )
        for source, part in files.values()
    ]
