"""A small dataset folder as publishing writes it, for the tests of the baseline."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from caibian.baseline import Examples, Task, from_rows
from caibian.schema import EVIDENCE, REPAIRS

SUBJECTS = {
    "roads": ["公路", "桥", "通车", "路"],
    "law": ["法院", "判决", "警方", "案"],
    "sport": ["比赛", "冠军", "球", "队"],
}
TOPICS = Task(tuple(SUBJECTS), single=False)
CLASSES = Task(tuple(SUBJECTS), single=True)


def article(number: int, labels: Sequence[str], **given: Any) -> dict[str, Any]:
    """Return a row whose words tell its labels."""
    said = [word for label in labels for word in SUBJECTS[label]]
    words = [*said, "在", f"县{number % 7}", "今天", "。"]
    return {
        "id": f"{number:016x}",
        "title": None,
        "text": "".join(words),
        "words": [words],
        "labels": list(labels),
        "label_source": "source",
        "cluster": f"{number:016x}",
        "published": None,
        "publisher": f"第{number % 2}日报",
        "script": "simplified",
        "repairs": [{"kind": "spam", "count": 1}] if number % 3 == 0 else [],
        "evidence": None,
        **given,
    }


def table(rows: Sequence[dict[str, Any]], task: Task) -> pa.Table:
    """Return rows of `article` as a published table."""
    place = {label: number for number, label in enumerate(task.labels)}
    names = ["id", "title", "text", "words", "label_source", "cluster", "published", "publisher", "script"]
    types = (
        [pa.string()] * 3 + [pa.list_(pa.list_(pa.string()))] + [pa.string()] * 2 + [pa.date32()] + [pa.string()] * 2
    )
    columns = [pa.array([row[name] for row in rows], kind) for name, kind in zip(names, types, strict=True)]
    ids = [None if row["labels"] is None else [place[label] for label in row["labels"]] for row in rows]
    first = [known[0] if known else None for known in ids]
    labels = pa.array(first, pa.int64()) if task.single else pa.array(ids, pa.list_(pa.int64()))
    feature = {"names": list(task.labels), "_type": "ClassLabel"}
    declared = {"label": feature} if task.single else {"topics": {"feature": feature, "_type": "List"}}
    return pa.table(
        [
            *columns,
            pa.array([row["repairs"] for row in rows], REPAIRS),
            pa.array([row["evidence"] for row in rows], EVIDENCE),
            labels,
        ],
        names=[*names, "repairs", "evidence", "label" if task.single else "topics"],
    ).replace_schema_metadata({"huggingface": json.dumps({"info": {"features": declared}})})


def examples(rows: Sequence[dict[str, Any]], task: Task) -> Examples:
    """Return rows of `article` as examples."""
    return from_rows(table(rows, task), task=task)


def some(count: int, task: Task, *, start: int = 0) -> list[dict[str, Any]]:
    """Return `count` rows; with topics, every fifth has two and every seventh none."""
    names = list(SUBJECTS)
    rows = []
    for number in range(start, start + count):
        labels = [names[number % 3]]
        if not task.single and number % 5 == 0:
            labels.append(names[(number + 1) % 3])
        rows.append(article(number, [] if not task.single and number % 7 == 0 else labels))
    return rows


def dataset(folder: Path, splits: dict[str, list[dict[str, Any]]], task: Task) -> Path:
    """Write a dataset folder and return it."""
    (folder / "data" / "articles").mkdir(parents=True)
    for split, rows in splits.items():
        pq.write_table(table(rows, task), folder / "data" / "articles" / f"{split}-00000-of-00001.parquet")
    return folder
