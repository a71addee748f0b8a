"""Undo slipped bytes: text that a mirror read one byte off behind an insertion it made inside a character."""

import re

from caibian.loaders.clean import likelihood, script
from caibian.loaders.clean.lattice import Context, Lattice
from caibian.loaders.clean.readings import LETTERS, Evidence

_READING = rf"[{LETTERS}]{{1,6}}\s?[)）]"
SIGN = re.compile(rf"[?\ufffd]\s?[(（]?{_READING}|[@-~][(（]{_READING}|[\ue000-\uf8ff]|\ufffd")
CONTEXT = 12


def context(text: str, evidence: Evidence) -> Context:
    """Return what the text shows around its damaged places."""
    return Context(evidence, converted=script.detect(text) in ("converted", "traditional"))


def undo(text: str, context: Context, minimum: float = 6.0):
    lattice = None
    parts, at, search = [], 0, 0
    count = lost = 0
    while (found := SIGN.search(text, search)) is not None:
        lattice = lattice or Lattice(likelihood.load(), context)
        start = max(at, _aligned(text, found.start()))
        run = lattice.read(text, start, found.end())
        if run is not None and run.gain >= minimum:
            parts += [text[at:start], run.text]
            at = search = run.end
            count += 1
        else:
            search = found.end()
    parts.append(text[at:])
    return "".join(parts), count, lost


def _aligned(text: str, sign: int) -> int:
    return max(0, sign - CONTEXT, text.rfind("\n", 0, sign) + 1)
