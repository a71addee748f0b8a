"""A few changed rows, as a person wants to see them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from caibian.publish.index import LABEL_COLUMNS, TEXT_COLUMNS

_AROUND = 20  # characters shown on each side of the first difference
_SHOWN = 60  # characters of a text that is new or gone

Rows = dict[str, dict[str, Any]]


def examples(
    folders: tuple[Path, Path],
    records: tuple[Mapping[str, Any], Mapping[str, Any]],
    config: str,
    ids: Mapping[str, Sequence[str]],
) -> dict[str, list[dict[str, Any]]]:
    """Return for each kind of change the rows with the given ids: what was before, what is now."""
    wanted = sorted({one for some in ids.values() for one in some})
    old, new = (rows_by_id(*pair, config, wanted) for pair in zip(folders, records, strict=True))
    return {kind: [_example(kind, one, old.get(one), new.get(one)) for one in some] for kind, some in ids.items()}


def rows_by_id(folder: Path, record: Mapping[str, Any], config: str, ids: Sequence[str]) -> Rows:
    """Return the rows of a config with these ids, their split and their labels by name."""
    names = [label["name"] for label in record["labels"]]
    found: Rows = {}
    files = [file for file in record["files"] if file.get("config") == config] if ids else []
    for file in files:
        rows = pq.read_table(folder / file["path"], filters=[("id", "in", list(ids))], partitioning=None)
        for row in rows.to_pylist():
            found[row["id"]] = {"split": file["split"], **with_names(row, names)}
    return found


def with_names(row: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return the row with its labels by name and its date in ISO 8601."""
    if row.get("published") is not None:
        row["published"] = row["published"].isoformat()
    for column in LABEL_COLUMNS:
        if row.get(column) is not None:
            ids = row[column]
            row[column] = [names[one] for one in ids] if isinstance(ids, list) else names[ids]
    return row


def _example(kind: str, one: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> dict[str, Any]:
    row = new or old or {}
    shown: dict[str, Any] = {"id": one, "title": row.get("title")}
    if old is None or new is None:
        return shown | {"split": row.get("split"), "labels": labels_of(row), "text": (row.get("text") or "")[:_SHOWN]}
    match kind:
        case "moved":
            return shown | {"old": old["split"], "new": new["split"]}
        case "relabelled":
            return shown | {"old": labels_of(old), "new": labels_of(new)}
        case "retexted":
            columns = [name for name in TEXT_COLUMNS if old.get(name) != new.get(name)]
            before, after = _difference(*(_as_text(row.get(columns[0])) for row in (old, new)))
            return shown | {"column": columns[0], "old": before, "new": after}
    columns = sorted(
        name
        for name in old.keys() & new.keys()
        if old[name] != new[name] and name not in (*TEXT_COLUMNS, *LABEL_COLUMNS)
    )
    return shown | {"columns": [name for name in columns if name != "split"]}


def labels_of(row: Mapping[str, Any]) -> Any:
    """Return the row's labels, whichever column holds them."""
    return next((row[name] for name in LABEL_COLUMNS if name in row), None)


def _as_text(value: object) -> str:
    return "\n".join(value) if isinstance(value, list) else str(value or "")


def _difference(old: str, new: str) -> tuple[str, str]:
    """Return the surroundings of the first place where two texts differ."""
    pairs = zip(old, new, strict=False)
    place = next((number for number, (one, other) in enumerate(pairs) if one != other), min(len(old), len(new)))
    start = max(0, place - _AROUND)
    return old[start : place + _AROUND], new[start : place + _AROUND]
