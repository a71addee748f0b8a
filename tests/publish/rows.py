"""Small step tables, as the pipeline would hand them to publishing."""

import datetime
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from caibian import cuts
from caibian.publish import Facts, LabelSet, Published, Shard, SourceFile, finish, open_draft, write_rows
from caibian.schema import CLEAN, LABEL, READ, SEGMENT, plus
from caibian.shards import write

LABELS = LabelSet(
    names=("industry", "roads", "yes", "meetings"),
    task="multi-label",
    zh=("工业", "道路", "是", "会议"),
    en=("Industry", "Roads", "Yes", "Meetings"),
)
SINGLE = LabelSet(names=("体育", "财经", "no"), task="single-label", explained=False)


@dataclass(frozen=True)
class Options:
    """The section `publish` of the config, as publishing sees it."""

    rows_per_shard: int = 7
    text: bool = True
    mask: tuple[Any, ...] = ()


def inline(function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
    """Stand in for the engine's run."""
    return (function(item) for item in items)


def row(number: int, **changes: Any) -> dict[str, Any]:
    """Return one row of all steps' columns; `changes` replaces values."""
    paragraphs = changes.get("paragraphs", [f"第{number}条新闻讲公路。县里修路。", f"会议第{number}次召开。"])
    topics = changes.get("topics", ["roads"] if number % 2 else ["meetings", "industry"])
    span = {"paragraph": 0, "start": 0, "end": 2}
    evidence = [
        {"topic": "roads", "probability": 0.75, "above_threshold": True, "functions": ["roads.words"], "spans": [span]}
    ]
    base = {
        "id": hashlib.sha256(f"row {number}".encode()).hexdigest()[:16],
        "source": "raw/news.jsonl",
        "place": f"line {number + 1}",
        "source_sha256": "ab" * 32,
        "format": "jsonl",
        "encoding": "utf-8",
        "content": "article",
        "raw": "x",
        "title": f"标题{number}",
        "paragraphs": paragraphs,
        "published": datetime.date(2024, 1, 1 + number % 28),
        "publisher": "溪口县融媒体中心",
        "author": None,
        "section": "要闻",
        "url": f"https://example.cn/{number}",
        "script": "simplified",
        "repairs": [{"kind": "spam", "count": 2}] if number % 3 == 0 else [],
        "sentences": [[text] for text in paragraphs],
        "words": [[text[:2], text[2:]] for text in paragraphs],
        "topics": topics,
        "label_source": None if topics is None else "rules",
        "evidence": evidence,
        "paragraph_topics": [["roads"], *[[] for _ in paragraphs[1:]]][: len(paragraphs)],
        "paragraph_evidence": [evidence, *[[] for _ in paragraphs[1:]]][: len(paragraphs)],
    }
    return base | {key: value for key, value in changes.items() if key not in ASSIGNED}


ASSIGNED = ("cluster", "duplicate_of", "similarity", "split", "dropped")


def assigned(number: int, **changes: Any) -> dict[str, Any]:
    """Return the assignment of the same row."""
    identity = row(number, **changes)["id"]
    split = ["train", "train", "train", "validation", "test"][number % 5]
    base = {"id": identity, "cluster": identity, "duplicate_of": None, "similarity": None, "split": split}
    found = base | {"dropped": None} | {key: changes[key] for key in ASSIGNED if key in changes}
    return found | ({"split": None} if found["dropped"] else {})


def shards(folder: Path, rows: Sequence[dict[str, Any]], *, size: int = 7) -> list[Shard]:
    """Write the rows as shards of two files side by side."""
    folder.mkdir(parents=True, exist_ok=True)
    first, second = plus(READ, CLEAN, SEGMENT), LABEL
    found = []
    for start in range(0, len(rows), size):
        part = list(rows[start : start + size])
        paths = (folder / f"{start}-clean.arrow", folder / f"{start}-label.arrow")
        for path, schema in zip(paths, (first, second), strict=True):
            table = cuts.to_lengths(pa.Table.from_pylist(part, schema=schema))
            write(path, [table], schema=table.schema)
        found.append(Shard(paths[:1], paths[1], len(part)))
    return found


ASSIGNMENT_SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("cluster", pa.string()),
        ("duplicate_of", pa.string()),
        ("similarity", pa.float32()),
        ("split", pa.string()),
        ("dropped", pa.string()),
    ]
)


def assignment(items: Sequence[dict[str, Any]]) -> pa.Table:
    """Return the assignment as a table."""
    return pa.Table.from_pylist(list(items), schema=ASSIGNMENT_SCHEMA)


CHANGES: dict[int, dict[str, Any]] = {
    5: {"dropped": "too_short", "paragraphs": ["短。"], "topics": None, "sentences": [], "words": []},
    8: {"dropped": "duplicate_near", "duplicate_of": row(7)["id"], "similarity": 0.9, "cluster": row(7)["id"]},
    11: {"topics": []},
    12: {"paragraph_topics": None, "paragraph_evidence": None},
}


def facts(version: str = "1.0.0", *, labels: LabelSet = LABELS, **changes: Any) -> Facts:
    """Return the facts of a build over such rows."""
    base: dict[str, Any] = {
        "config": {"name": "news", "version": version, "description": "县里的新闻。", "license": "CC-BY-4.0"},
        "labels": labels,
        "sources": [
            SourceFile("raw/news.jsonl", "ab" * 32, 1234, format="jsonl", license="CC0-1.0", encodings={"utf-8": 20})
        ],
        "funnel": {"read": 20, "too_short": 1, "duplicate_near": 1, "kept": 18},
        "topics": {"train": {"roads": 5, "meetings": 5}},
        "repairs": {"spam": {"documents": 7, "count": 14}},
    }
    return Facts(**(base | changes))


def build(
    folder: Path,
    version: str = "1.0.0",
    *,
    rows: int = 20,
    changes: dict[int, dict[str, Any]] | None = None,
    labels: LabelSet = LABELS,
    options: Options = Options(),
    name: str = "news",
    size: int = 7,
    **described: Any,
) -> Published:
    """Publish `rows` rows, with CHANGES and `changes`, as folder/dist/name/version."""
    changed = CHANGES | (changes or {})
    table = assignment([assigned(number, **changed.get(number, {})) for number in range(rows)])
    written = shards(folder / "shards", [row(number, **changed.get(number, {})) for number in range(rows)], size=size)
    with open_draft(folder / "dist", name, version) as draft:
        files, _ = write_rows(draft.folder, written, table, labels=labels, options=options, run=inline)
        return finish(draft, files, facts(version, labels=labels, **described))
