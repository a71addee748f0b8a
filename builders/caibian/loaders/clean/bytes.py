"""Undo slipped bytes: text that a mirror read one byte off behind what it put inside a character.

Cause A: a table character was found across two characters and its reading inserted between its two bytes.
Cause B: a punctuation mark was found across two characters. The signs of both start a search (lattice.py).
"""

import re
from functools import lru_cache, partial

from caibian.loaders.clean import readings, script
from caibian.loaders.clean.lattice import Lattice
from caibian.loaders.clean.parses import Context, Run
from caibian.loaders.clean.quick import Quick
from caibian.loaders.clean.readings import EATEN, FIRST_LETTERS, LETTERS, Evidence

_READING = rf"[{LETTERS}]{{1,6}}\s?[)）]"
_MARKS = "！？。，；：、"
# What a sign begins with comes first, so that `re` skips to it; lookbehinds ask which it is.
_BEGINS = rf"[?\ufffd@-~{FIRST_LETTERS}\ue000-\uf8ff]"
_GOES_ON = (
    rf"(?<=[?\ufffd])\s?[(（]?\s?{_READING}"  # a broken lead byte, which may have taken the bracket with it
    rf"|[(（](?<=[@-~].){_READING}"  # an ASCII letter that was taken for the second half of a character
    rf"|(?<=[{FIRST_LETTERS}])[{LETTERS}]{{0,5}}\s?）"  # a full-width bracket read one byte off
    r"|(?<=[\ue000-\uf8ff\ufffd])"  # bytes that are no character, or a broken one
)
SIGN = re.compile(f"{_BEGINS}(?:{_GOES_ON})")
_MARK_SIGN = rf"|(?<=\?)[{_MARKS}]"
_FOLDED_MARK_SIGN = r"|(?<=\?)(?=[?!](?:\S|$))"
_SWALLOWED = re.compile(rf"\?\s?{_READING}")
_KEPT = re.compile(rf"[?\ufffd][(（]\s?{_READING}")
_SHOWN = re.compile(EATEN)
_SLIPPED = 12  # characters before a sign that are read again where the slip began before its sign
_OPENED = 300  # characters before a stretch in which a bracket may have been opened
_LOOKED_BACK = 80  # characters, readings included, that are looked at for ...
_BEFORE = 6  # ... the characters before a stretch: more than the longest word that a guess may end
_READING_CHARS = 12  # at least those of a reading and the character before it
_CLOSING = ("", ")", "）")
MIN_GAIN = 8.0  # nats that a reading must be likelier than the text as it stands ...
MIN_GAIN_CONVERTED = 2.0  # ... and on a page that a mirror has converted or annotated


def context(text: str, evidence: Evidence, *, folded: bool) -> Context:
    """Return what the text shows around its damaged places."""
    converted = (evidence.injected and not evidence.everywhere) or script.is_traditional(text)
    if "?" not in text and "\ufffd" not in text:
        return Context(evidence, converted, folded, drops=evidence.injected)
    drops = evidence.injected and _SHOWN.search(text) is None
    return Context(evidence, converted, folded, _swallows(text), drops)


def _swallows(text: str) -> bool:
    """Tell whether the decoder took the ASCII character behind a broken lead byte with it, as readings show."""
    kept, swallowed = _KEPT.search(text), _SWALLOWED.search(text)
    if kept is None or swallowed is None:
        return swallowed is not None or (kept is None and "\ufffd" not in text)
    return len(_SWALLOWED.findall(text)) > len(_KEPT.findall(text))


def undo(text: str, context: Context) -> tuple[str, int, int]:
    """Return the text with slipped bytes read again, the number of places, and of those where something is lost."""
    sign = _sign(marks=context.converted, folded=context.folded)
    odd = readings.find_odd(text, context.readings, drops=context.drops) if context.readings.injected else []
    signs = _Signs(sign, text, odd)
    found = signs.first(0)
    if found is None:
        return text, 0, 0
    reader = _Reader(text, context)
    at = count = lost = 0
    while found is not None:
        run = reader.read(found, at)
        if run is not None:
            at = run.end
            count += 1
            lost += run.lost
        found = signs.first(found[1] if run is None else max(at, found[0] + 1))
    return reader.finish(at), count, lost


class _Reader:
    """Reads one page and keeps what has been read."""

    def __init__(self, text: str, context: Context) -> None:
        self.text = text
        self.lattice = Lattice(text, context)
        self.quick = Quick(text, self.lattice.scores)
        self.minimum = MIN_GAIN_CONVERTED if context.converted or context.readings.injected else MIN_GAIN
        self.parts: list[str] = []

    def read(self, sign: tuple[int, int], at: int) -> Run | None:
        """Return the reading of the stretch with this sign, if one is likelier; all before `at` is done."""
        text = self.text
        start = sign[0]
        run = self.quick.read(start, self._last(start, at))
        if run is not None:
            self.parts += [text[at:start], run.text]
            return run
        for back in (0, _SLIPPED) if self.lattice.budget > 0 else ():
            start = max(at, sign[0] - back)
            start = max(start, text.rfind("\n", start, sign[0]) + 1)
            opened = partial(self._line, start, at)
            run = self.lattice.read(start, sign[1], self._before(start, at), opened)
            if run is not None and run.gain >= self.minimum and run.text != text[start : run.end]:
                self.parts += [text[at:start], run.text]
                return run
        return None

    def finish(self, at: int) -> str:
        """Return the whole page."""
        return "".join([*self.parts, self.text[at:]])

    def _line(self, start: int, at: int) -> str:
        """Return what of the line is before `start`, its end where that is long, as it was read."""
        line = self.text[max(at, start - _OPENED) : start]
        for part in reversed(self.parts):
            if len(line) >= _OPENED:
                break
            line = part[-_OPENED:] + line
        return line.rsplit("\n", 1)[-1]

    def _last(self, start: int, at: int) -> str:
        """Return the last of the characters before `start`."""
        shown = self.text[max(at, start - _READING_CHARS) : start]
        if shown[-1:] in _CLOSING:
            shown = readings.without(shown)
        return shown[-1] if shown[-1:] not in _CLOSING else self._before(start, at)[-1:]

    def _before(self, start: int, at: int) -> str:
        """Return the characters before `start`, readings left out; before `at` they are those of what was read."""
        shown = self.text[max(at, start - _LOOKED_BACK) : start]
        before = readings.without(shown)[-_BEFORE:] if "(" in shown or "（" in shown else shown[-_BEFORE:]
        if len(before) < _BEFORE and start - len(shown) == at and self.parts:
            before = (self.parts[-1] + before)[-_BEFORE:]
        return before.rsplit("\n", 1)[-1]


class _Signs:
    """Finds the next sign: the pattern's, or an odd reading, of which the list holds the first one last."""

    def __init__(self, pattern: re.Pattern[str], text: str, odd: list[tuple[int, int]]) -> None:
        self.pattern = pattern
        self.text = text
        self.odd = odd
        self.shown: tuple[int, int] | None = (-1, -1)  # the pattern's next; None: it finds no more

    def first(self, at: int) -> tuple[int, int] | None:
        """Return the first sign from `at`; asked for places in order, it searches the text once."""
        if self.shown is not None and self.shown[0] < at:
            found = self.pattern.search(self.text, at)
            self.shown = None if found is None else found.span()
        while self.odd and self.odd[-1][0] < at:
            self.odd.pop()
        if self.odd and (self.shown is None or self.odd[-1][0] < self.shown[0]):
            return self.odd.pop()
        return self.shown


@lru_cache(maxsize=4)
def _sign(*, marks: bool, folded: bool) -> re.Pattern[str]:
    """Return the pattern of a slip's signs: where the page is converted, `?` before a mark too; people write `?！`."""
    if not marks:
        return SIGN
    return re.compile(f"{_BEGINS}(?:{_GOES_ON}{_MARK_SIGN}{_FOLDED_MARK_SIGN if folded else ''})")
