"""Step 4, label: articles and paragraphs -> topics, each with its evidence. The only door to caibian_labels."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
from caibian_labels import Document, Labeller, Labels, TopicLabel, load_taxonomy

from caibian.schema import LABEL, plus

_NEEDED = ["id", "title", "paragraphs", "words", "publisher", "section", "given_labels", "dropped"]
Gold = Mapping[str, list[str] | None]


def labeller(taxonomy: Path | None, *, threshold: float) -> Labeller:
    """Return what labels rows by the taxonomy in a folder, ours by default."""
    return Labeller(load_taxonomy(taxonomy), threshold=threshold)


def problems(taxonomy: Path) -> list[str]:
    """Return what is wrong with a user's topic files, a line each."""
    return list(caibian_labels.problems(taxonomy))


def label(rows: pa.Table, *, by: Labeller | None, gold: Gold) -> pa.Table:
    """Return `rows` with LABEL columns.

    People's labels (`gold`, by id) outrank the source's own, which outrank the rules; `by` None applies no rule.
    Dropped rows are not judged.
    """
    items = rows.select(_NEEDED).to_pylist()
    judged = [item for item in items if by is not None and item["dropped"] is None]
    by_rules = iter(by.label_all([_document(item) for item in judged]) if by is not None else ())
    results = [
        _values(item, next(by_rules) if by is not None and item["dropped"] is None else None, gold)
        for item in items
    ]
    new = pa.Table.from_pylist(results, schema=LABEL)
    return pa.table([*rows.columns, *new.columns], schema=plus(rows.schema, LABEL))


def _document(item: dict[str, Any]) -> Document:
    return Document(
        title=item["title"],
        paragraphs=item["paragraphs"],
        words=item["words"],
        publisher=item["publisher"],
        section=item["section"],
    )


def _values(item: dict[str, Any], labels: Labels | None, gold: Gold) -> dict[str, Any]:
    values: dict[str, Any] = dict.fromkeys(LABEL.names)
    if item["dropped"] is not None:
        return values
    if labels is not None:
        published = [topic for topic in labels.topics if topic.published]
        values["topics"] = [topic.topic for topic in published]
        values["label_source"] = "rules"
        values["evidence"] = [_evidence(topic) for topic in labels.topics]
        kept = [[topic for topic in topics if topic.published] for topics in labels.paragraphs]
        values["paragraph_topics"] = [[topic.topic for topic in topics] for topics in kept]
        values["paragraph_evidence"] = [[_evidence(topic) for topic in topics] for topics in kept]
    if item["given_labels"] is not None:
        values["topics"], values["label_source"] = item["given_labels"], "source"
    if item["id"] in gold:
        values["topics"], values["label_source"] = gold[item["id"]], "gold"
    return values


def _evidence(label: TopicLabel) -> dict[str, Any]:
    return {
        "topic": label.topic,
        "probability": label.probability,
        "functions": label.functions,
        "spans": [
            {"paragraph": paragraph, "start": start, "end": end} for paragraph, start, end in label.spans
        ],
    }
