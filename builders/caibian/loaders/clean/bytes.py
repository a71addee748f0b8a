"""Undo slipped bytes: text that a mirror read one byte off behind what it put inside a character.

Cause A: a table character was found across two characters and its reading inserted between its two bytes.
Cause B: a punctuation mark was found across two characters. The signs of both start a search (lattice.py).
"""

import re

from caibian.loaders.clean import script
from caibian.loaders.clean.lattice import Lattice
from caibian.loaders.clean.parses import Context
from caibian.loaders.clean.readings import EATEN, FIRST_LETTERS, LETTERS, Evidence

_READING = rf"[{LETTERS}]{{1,6}}\s?[)）]"
_MARKS = "！？。，；：、"
SIGN = re.compile(
    rf"{EATEN}"  # a broken lead byte, which may have taken the bracket with it
    rf"|[@-~][(（]{_READING}"  # an ASCII letter that was taken for the second half of a character
    rf"|[{FIRST_LETTERS}][{LETTERS}]{{0,5}}\s?）"  # a full-width bracket read one byte off
    r"|[\ue000-\uf8ff\ufffd]"  # bytes that are no character, or a broken one
)
_MARK_SIGN = rf"|\?[{_MARKS}]"
_FOLDED_MARK_SIGN = r"|\?(?=[?!](?:\S|$))"
_SWALLOWED = re.compile(rf"\?\s?{_READING}")
_SHOWN = re.compile(EATEN)
_BEFORE = re.compile(rf"([^\n])(?:[(（]\s?{_READING}){{0,3}}\Z")
_CONTEXT = 12  # characters before a sign that are read again where the slip began before its sign
_MAX_INSERTED = 40  # characters of the readings between a sign and the character before it
MIN_GAIN = 8.0  # nats that a reading must be likelier than the text as it stands ...
MIN_GAIN_CONVERTED = 2.0  # ... and on a page that a mirror has converted or annotated


def context(text: str, evidence: Evidence, *, folded: bool) -> Context:
    """Return what the text shows around its damaged places."""
    return Context(
        evidence,
        converted=script.is_traditional(text),
        folded=folded,
        swallows=_SWALLOWED.search(text) is not None or "\ufffd" not in text,
        drops=evidence.injected and _SHOWN.search(text) is None,
    )


def undo(text: str, context: Context) -> tuple[str, int, int]:
    """Return the text with slipped bytes read again, the number of places, and of those where something is lost."""
    sign = _sign(context)
    found = sign.search(text)
    if found is None:
        return text, 0, 0
    lattice = Lattice(context)
    minimum = MIN_GAIN_CONVERTED if context.converted or context.readings.injected else MIN_GAIN
    parts: list[str] = []
    at = count = lost = 0
    while found is not None:
        run = None
        for back in (0, _CONTEXT):
            start = max(at, found.start() - back, text.rfind("\n", at, found.start()) + 1)
            run = lattice.read(text, start, found.end(), _before(text, start, at, parts))
            if run is not None and run.gain >= minimum and run.text != text[start : run.end]:
                break
            run = None
        if run is not None:
            parts += [text[at:start], run.text]
            at = run.end
            count += 1
            lost += run.lost
        found = sign.search(text, found.end() if run is None else max(at, found.start() + 1))
    parts.append(text[at:])
    return "".join(parts), count, lost


def _before(text: str, start: int, at: int, parts: list[str]) -> str:
    """Return the character before `start`: of the text from `at`, or of what was read before."""
    found = _BEFORE.search(text[max(at, start - _MAX_INSERTED) : start])
    if found is not None:
        return found[1]
    return parts[-1][-1:] if start == at and parts else ""


def _sign(context: Context) -> re.Pattern[str]:
    """Return the pattern of a slip's signs on such a page.

    On an annotated page readings that their characters do not have are signs too, and where the page is
    converted, a `?` before a mark; elsewhere people write `?！`.
    """
    pattern = SIGN.pattern
    if context.converted:
        pattern += _MARK_SIGN + (_FOLDED_MARK_SIGN if context.folded else "")
    if context.readings.injected and context.readings.odd:
        odd = sorted(context.readings.odd)
        pattern += "".join(
            f"|{re.escape(character)}[(（]\\s?{reading}\\s?[)）]" for character, reading in odd[:_MAX_ODD]
        )
    return re.compile(pattern) if pattern != SIGN.pattern else SIGN


_MAX_ODD = 200  # different readings at wrong characters that are looked for; a page has a handful
