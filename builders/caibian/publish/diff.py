"""What changed from one version to another, and which version number that makes due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from caibian.publish import manifest
from caibian.publish.examples import examples
from caibian.publish.index import index
from caibian.publish.markdown import table

Part = Literal["MAJOR", "MINOR", "PATCH"]
KINDS = ("added", "removed", "moved", "relabelled", "retexted", "changed")
# Where a row was read: a file that grew has another hash, and rows that move in it are the same rows.
WHERE = {"source", "place", "source_sha256", "format", "encoding"}
COMPARED = ("articles", "paragraphs")  # the config `dropped` is a record of the build, not data to learn from


@dataclass(frozen=True, slots=True)
class Change:
    """How many rows of one kind of change, with a few of them."""

    rows: int
    examples: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Diff:
    """The changes from `old` to `new`: of articles by kind, of paragraphs by kind, of columns and of labels.

    A row may be moved to another split, relabelled, retexted (title or text) and changed (any other column, but for
    those that say where it was read) at once.
    """

    old: str
    new: str
    articles: Mapping[str, Change]
    paragraphs: Mapping[str, Change]
    columns_added: Sequence[str]
    columns_removed: Sequence[str]  # or of another type
    labels_added: Sequence[str]
    labels_removed: Sequence[str]
    labels_renumbered: bool  # a label that stayed has another id

    @property
    def part(self) -> Part:
        """Return the part of the version number that these changes make due."""
        rows = [kinds[kind].rows for kinds in (self.articles, self.paragraphs) for kind in KINDS if kind != "added"]
        if any(rows) or self.columns_removed or self.labels_removed or self.labels_renumbered:
            return "MAJOR"
        added = self.articles["added"].rows or self.paragraphs["added"].rows
        return "MINOR" if added or self.columns_added or self.labels_added else "PATCH"

    @property
    def due(self) -> str:
        """Return the version number that is due after `old`."""
        major, minor, patch = map(int, self.old.split("."))
        return {
            "MAJOR": f"{major + 1}.0.0",
            "MINOR": f"{major}.{minor + 1}.0",
            "PATCH": f"{major}.{minor}.{patch + 1}",
        }[self.part]

    @property
    def is_seen(self) -> bool:
        """Return whether a reader of articles or paragraphs would notice anything."""
        return self.part != "PATCH"

    def summary(self) -> str:
        """Return the changes as one phrase."""
        found = _counted("row", self.articles) or _counted("paragraph", self.paragraphs)
        for what, names in (
            ("columns added", self.columns_added),
            ("columns removed", self.columns_removed),
            ("labels added", self.labels_added),
            ("labels removed", self.labels_removed),
        ):
            found += [f"{what}: {', '.join(names)}"] if names else []
        found += ["labels renumbered"] if self.labels_renumbered else []
        return ", ".join(found) or "the same rows"

    def to_json(self) -> dict[str, Any]:
        """Return the diff as plain JSON."""
        return {
            "old": self.old,
            "new": self.new,
            **{
                config: {kind: {"rows": change.rows, "examples": change.examples} for kind, change in kinds.items()}
                for config, kinds in (("articles", self.articles), ("paragraphs", self.paragraphs))
            },
            "columns": {"added": list(self.columns_added), "removed": list(self.columns_removed)},
            "labels": {
                "added": list(self.labels_added),
                "removed": list(self.labels_removed),
                "renumbered": self.labels_renumbered,
            },
            "part": self.part,
            "due": self.due,
        }

    def to_table(self) -> str:
        """Return the diff as a Markdown table of counts."""
        rows = [[kind, self.articles[kind].rows, self.paragraphs[kind].rows] for kind in KINDS]
        return table(["rows", "articles", "paragraphs"], rows)


def diff(old: Path, new: Path, *, examples_of_each: int = 3) -> Diff:
    """Return what changed from the version in folder `old` to the one in folder `new`.

    Raises DataError where a folder is no dataset of ours.
    """
    records = manifest.read(old), manifest.read(new)
    shapes = [{name: columns_of(record, name) for name in COMPARED} for record in records]
    changes = {
        config: _changes((old, new), records, config, shapes[0][config], shapes[1][config], examples_of_each)
        for config in COMPARED
    }
    before, after = ([label["name"] for label in record["labels"]] for record in records)
    stayed = [name for name in before if name in set(after)]
    return Diff(
        old=records[0]["version"],
        new=records[1]["version"],
        articles=changes["articles"],
        paragraphs=changes["paragraphs"],
        columns_added=missing(shapes[1], shapes[0]),
        columns_removed=missing(shapes[0], shapes[1]),
        labels_added=[name for name in after if name not in set(before)],
        labels_removed=[name for name in before if name not in set(after)],
        labels_renumbered=any(before.index(name) != after.index(name) for name in stayed),
    )


def _counted(what: str, changes: Mapping[str, Change]) -> list[str]:
    """Return phrases such as "3 rows added" for the kinds that have any."""
    return [
        f"{change.rows:,} {what}{'' if change.rows == 1 else 's'} {kind}"
        for kind, change in changes.items()
        if change.rows
    ]


def columns_of(record: Mapping[str, Any], config: str) -> dict[str, str]:
    """Return the type of each column of a config by its name; none where the version has no such config."""
    return {column["name"]: column["type"] for column in record["configs"].get(config, {}).get("columns", [])}


def missing(have: Mapping[str, Mapping[str, str]], other: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Return the columns of `have`, as config.column, that `other` lacks or has of another type."""
    return [
        f"{config}.{name}"
        for config, columns in have.items()
        for name, kind in columns.items()
        if other[config].get(name) != kind
    ]


def _changes(
    folders: tuple[Path, Path],
    records: tuple[dict[str, Any], dict[str, Any]],
    config: str,
    before: Mapping[str, str],
    after: Mapping[str, str],
    limit: int,
) -> dict[str, Change]:
    if manifest.digests(records[0], config) == manifest.digests(records[1], config):
        return {kind: Change(0) for kind in KINDS}
    common = [name for name, kind in after.items() if before.get(name) == kind and name not in WHERE]
    old, new = (index(folder, record, config, columns=common) for folder, record in zip(folders, records, strict=True))
    found = _ids(old, new)
    shown = examples(folders, records, config, {kind: ids.slice(0, limit).to_pylist() for kind, ids in found.items()})
    return {kind: Change(len(ids), shown[kind]) for kind, ids in found.items()}


def _ids(old: pa.Table, new: pa.Table) -> dict[str, pa.Array]:
    """Return the ids of each kind of change, in the order of the rows."""
    place = pc.index_in(new["id"], value_set=old["id"]).combine_chunks()
    both = place.is_valid()
    after, before = new.filter(both), old.take(place.drop_null())
    differs = {
        kind: pc.fill_null(pc.not_equal(after[column], before[column]), False)
        for kind, column in (("moved", "split"), ("relabelled", "labels"), ("retexted", "text"), ("changed", "rest"))
    }
    gone = pc.invert(pc.is_in(old["id"], value_set=new["id"]))
    return {
        "added": new["id"].filter(pc.invert(both)),
        "removed": old["id"].filter(gone),
        **{kind: after["id"].filter(mask) for kind, mask in differs.items()},
    }
