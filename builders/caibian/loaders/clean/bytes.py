"""Undo slipped bytes: text that a mirror read one byte off behind an insertion it made inside a character."""

import re

from caibian.loaders.clean import likelihood, script
from caibian.loaders.clean.lattice import FIRST_LETTERS, Context, Lattice
from caibian.loaders.clean.readings import LETTERS, Evidence

_READING = rf"[{LETTERS}]{{1,6}}\s?[)）]"
SIGN = re.compile(rf"[?\ufffd]\s?[(（]?{_READING}|[@-~][(（]{_READING}|[\ue000-\uf8ff]|\ufffd|[{FIRST_LETTERS}][{LETTERS}]{{0,5}}\s?）")
_SWALLOWED = re.compile(rf"\?\s?{_READING}")
_SHOWN = re.compile(rf"[?\ufffd]\s?[(（]?\s?{_READING}")
CONTEXT = 12  # characters before a sign that are read again, for the model and because the slip began there
MIN_GAIN = 6.0  # nats that a reading must be likelier than the text as it stands


def context(text: str, evidence: Evidence, *, folded: bool) -> Context:
    """Return what the text shows around its damaged places."""
    return Context(
        evidence,
        converted=script.detect(text) in ("converted", "traditional"),
        folded=folded,
        swallows=_SWALLOWED.search(text) is not None,
        drops=evidence.injected and _SHOWN.search(text) is None,
    )


def undo(text: str, context: Context) -> tuple[str, int, int]:
    """Return the text with slipped bytes read again, the number of places, and of those where something is lost."""
    sign = _sign(context.readings)
    if sign.search(text) is None:
        return text, 0, 0
    lattice = Lattice(likelihood.load(), context)
    parts: list[str] = []
    at = search = count = lost = 0
    while (found := sign.search(text, search)) is not None:
        start = max(at, found.start() - CONTEXT, text.rfind("\n", at, found.start()) + 1)
        before = parts[-1][-1:] if parts and start == at else ""
        run = lattice.read(text, start, found.end(), before)
        if run is not None and run.gain >= MIN_GAIN:
            parts += [text[at:start], run.text] if at < start else [run.text]
            at = search = run.end
            count += 1
            lost += run.lost > 0
        else:
            search = found.end()
    parts.append(text[at:])
    return "".join(parts), count, lost


def _sign(evidence: Evidence) -> re.Pattern[str]:
    """Return the pattern of a slip's signs; on an annotated page also readings that their characters do not have."""
    if not (evidence.injected and evidence.odd):
        return SIGN
    odd = "|".join(sorted(f"{character}[(（]\\s?{reading}\\s?[)）]" for character, reading in evidence.odd))
    return re.compile(f"{SIGN.pattern}|{odd}")
