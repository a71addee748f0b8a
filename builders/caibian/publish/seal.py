"""Binds card and manifest to each other."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from caibian.publish.manifest import BLANK, CARD, MANIFEST, as_bytes

_STATED = re.compile(rb"manifest sha256: `([0-9a-f]{64})`")


def seal(folder: Path, card: str, record: Mapping[str, Any]) -> None:
    """Write the card and the manifest of `record`; `card` has BLANK for the manifest's hash."""
    blank = card.encode("utf-8", "replace")
    stored = as_bytes({**record, "card_sha256": hashlib.sha256(blank).hexdigest()})
    stated = f"manifest sha256: `{hashlib.sha256(stored).hexdigest()}`".encode()
    head, found, tail = blank.rpartition(f"manifest sha256: `{BLANK}`".encode())
    if not found:
        raise ValueError("the card has no place for the manifest's hash")
    (folder / MANIFEST).write_bytes(stored)
    (folder / CARD).write_bytes(head + stated + tail)


def seal_problems(folder: Path, record: Mapping[str, Any]) -> list[str]:
    """Return what is wrong between card and manifest: [] where each is the one that the other names."""
    try:
        card = (folder / CARD).read_bytes()
    except OSError as error:
        return [f"{CARD}: cannot be read: {error.strerror}"]
    found = list(_STATED.finditer(card))
    if not found:
        return [f"{CARD}: does not state the manifest's hash; it was edited"]
    last = found[-1]
    problems = []
    if last[1].decode() != hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest():
        problems.append(f"{MANIFEST}: is not the manifest that {CARD} was written with")
    blank = card[: last.start(1)] + BLANK.encode() + card[last.end(1) :]
    if hashlib.sha256(blank).hexdigest() != record.get("card_sha256"):
        problems.append(f"{CARD}: is not the card that {MANIFEST} was written with")
    return problems
