"""Which part of the version number is due, without reading more of two versions than decides it.

`diff` says everything and reads everything, which takes as long as to publish. A build needs one word: most changes
show in ids, splits or labels, which are a hundredth of the bytes.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from caibian.publish import manifest
from caibian.publish.diff import COMPARED, WHERE, Part, columns_of, missing
from caibian.publish.index import LABEL_COLUMNS, batches, index, named, reading

Record = Mapping[str, Any]


def due_part(old: Path, new: Path) -> Part:
    """Return the part of the version number that is due for `new` after `old`: that of `diff(old, new)`.

    Raises DataError where a folder is no dataset of ours, or is damaged.
    """
    before, after = manifest.read(old), manifest.read(new)
    labels = [[label["name"] for label in record["labels"]] for record in (before, after)]
    shapes = [{config: columns_of(record, config) for config in COMPARED} for record in (before, after)]
    if missing(shapes[0], shapes[1]) or labels[0] != labels[1][: len(labels[0])]:
        return "MAJOR"
    changed = [config for config in COMPARED if manifest.digests(before, config) != manifest.digests(after, config)]
    added = labels[0] != labels[1] or shapes[0] != shapes[1]
    in_order = set()  # configs that have the same rows in the same order
    for config in changed:
        sides = ((old, before), (new, after))
        rows = [_light(folder, record, config, shapes[0][config]) for folder, record in sides]
        place = pc.index_in(rows[0]["id"], value_set=rows[1]["id"])
        if place.null_count or not rows[0].equals(rows[1].take(place)):
            return "MAJOR"
        added = added or len(rows[1]) > len(rows[0])
        if rows[0]["id"].equals(rows[1]["id"]):
            in_order.add(config)
    for config in changed:
        differs = _differs_in_order if config in in_order else _differs
        if differs((old, new), (before, after), config, shapes[0][config]):
            return "MAJOR"
    return "MINOR" if added else "PATCH"


def _light(folder: Path, record: Record, config: str, shape: Mapping[str, str]) -> pa.Table:
    """Return id, split and labels (by name, as one string; null where not judged) of every row of a config.

    Of the columns in `shape`: labels that only the newer version has are new columns, and change none.
    """
    names = [label["name"] for label in record["labels"]]
    columns = ["id", *(name for name in shape if name in LABEL_COLUMNS)]
    tables = [pa.table({name: pa.array([], pa.string()) for name in (*columns, "split")})]
    with reading(folder):
        for file in record["files"]:
            if file.get("config") == config:
                for rows in batches(folder / file["path"], columns):
                    found = {name: rows[name] if name == "id" else _joined(rows[name], names) for name in columns}
                    tables.append(pa.table({**found, "split": pa.repeat(file["split"], len(rows))}))
    return pa.concat_tables(tables).combine_chunks()


def _joined(ids: pa.ChunkedArray, names: list[str]) -> pa.Array:
    labels = named(ids.combine_chunks(), names)
    return pc.binary_join(labels, "\0") if pa.types.is_list(labels.type) else labels


def _differs(
    folders: tuple[Path, Path], records: tuple[Record, Record], config: str, columns: Mapping[str, str]
) -> bool:
    """Return whether a row of both versions differs in a column that a reader would notice."""
    for group in _groups(columns):
        old, new = (
            index(folder, record, config, columns=group) for folder, record in zip(folders, records, strict=True)
        )
        same = new.take(pc.index_in(old["id"], value_set=new["id"]).drop_null())
        for part in ("text", "rest"):
            if not old[part].equals(same[part]):
                return True
    return False


def _differs_in_order(
    folders: tuple[Path, Path], records: tuple[Record, Record], config: str, columns: Mapping[str, str]
) -> bool:
    """Return what `_differs` does where row after row is the same document: no hash is needed then."""
    for group in _groups(columns):
        sides = [_stream(folder, record, config, group) for folder, record in zip(folders, records, strict=True)]
        if any(not old.equals(new) for old, new in _in_step(*sides)):
            return True
    return False


def _stream(folder: Path, record: Record, config: str, columns: list[str]) -> Iterator[pa.Table]:
    with reading(folder):
        for file in record["files"]:
            if file.get("config") == config:
                for rows in batches(folder / file["path"], columns):
                    yield rows.replace_schema_metadata()


def _in_step(left: Iterator[pa.Table], right: Iterator[pa.Table]) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Yield the rows of both, as many of the one as of the other at a time; they have equally many."""
    one, other = next(left, None), next(right, None)
    while one is not None and other is not None:
        rows = min(len(one), len(other))
        yield one.slice(0, rows), other.slice(0, rows)
        one = one.slice(rows) if len(one) > rows else next(left, None)
        other = other.slice(rows) if len(other) > rows else next(right, None)


def _groups(columns: Mapping[str, str]) -> Iterator[list[str]]:
    """Yield the columns that are left to compare: first the one that a change of rules changes, which is small."""
    left = [name for name in columns if name not in (*LABEL_COLUMNS, *WHERE, "id")]
    yield from filter(None, ([name for name in left if (name == "evidence") is first] for first in (True, False)))
