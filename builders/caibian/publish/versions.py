"""Which version number is due: MAJOR when existing rows, labels or splits changed, MINOR when something was added,
PATCH when only storage or metadata changed. The sense is that of TensorFlow Datasets.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from caibian.errors import DataError
from caibian.publish import manifest
from caibian.publish.diff import Diff, Part, diff
from caibian.publish.draft import Draft
from caibian.publish.due import due_part

_VERSION = re.compile(r"\d{1,5}\.\d{1,5}\.\d{1,5}")


def require_due(draft: Draft, digest: str) -> None:
    """Raise DataError where the draft's number is taken by other rows, or does not fit what changed since the last."""
    if draft.target.exists():
        if manifest.read(draft.target)["content_sha256"] == digest:
            return
        found = diff(draft.target, draft.folder, examples_of_each=0)
        what = found.summary() if found.is_seen else "none but dropped ones, or where rows were read"
        raise DataError(f"{draft.target}: exists with other rows: {what}; due version is {found.due}")
    earlier = latest_before(draft.target)
    if earlier is None:
        return
    if not fits(earlier.name, draft.version, due_part(earlier, draft.folder)):
        found = diff(earlier, draft.folder, examples_of_each=0)
        raise DataError(
            f"{draft.target}: is not the number for what changed since {found.old} ({found.summary()}):"
            f" {found.part} is due, that is {found.due}{_advice(found, earlier)}"
        )


def _advice(found: Diff, earlier: Path) -> str:
    """Return how rows that changed their split for the sake of rare labels can be kept where they were."""
    if not found.articles["moved"].rows:
        return ""
    return f"; with `split: {{frozen: {earlier}}}` in the config no row moves"


def latest_before(target: Path) -> Path | None:
    """Return the folder of the latest version before `target` beside it, None where there is none."""
    if not target.parent.exists():  # the shelf of a store that has none
        return None
    names = down_from(target.name, [folder.name for folder in target.parent.iterdir()])
    folders = (target.parent / name for name in names if _number(name) < _number(target.name))
    return next((folder for folder in folders if (folder / manifest.MANIFEST).exists()), None)


def down_from(version: str, names: Iterable[str]) -> list[str]:
    """Return those of the names that are `version` or an earlier one, the latest first.

    >>> down_from("1.10.0", ["1.9.0", "1.10.0", ".shards", "2.0.0", "0.1.0"])
    ['1.10.0', '1.9.0', '0.1.0']
    """
    found = [name for name in names if _VERSION.fullmatch(name) and _number(name) <= _number(version)]
    return sorted(found, key=_number, reverse=True)


def fits(earlier: str, version: str, part: Part) -> bool:
    """Return whether `version` raises the part of the earlier number that is due, and no higher one.

    Numbers may be left out: after 1.2.0 a MINOR change may be 1.3.0 or 1.4.0, but not 2.0.0.
    """
    old, new = _number(earlier), _number(version)
    place = {"MAJOR": 0, "MINOR": 1, "PATCH": 2}[part]
    return new[:place] == old[:place] and new[place] > old[place]


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
