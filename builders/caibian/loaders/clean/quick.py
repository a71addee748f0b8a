"""The common slip, read without a search: a reading across two characters, and what ends the shifted stretch.

Where one choice of the lost bytes gives ordinary text and no other comes near, a beam has nothing to add. All
else is for lattice.py.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from caibian.loaders.clean import gbk, script
from caibian.loaders.clean.parses import Run
from caibian.loaders.clean.readings import LETTERS
from caibian.loaders.clean.scores import Scores

_BROKEN = rf"[?\ufffd]\(?([{LETTERS}]{{1,6}})\)"
_INTACT = re.compile(rf"\(([{LETTERS}]{{1,6}})\)")
# A reading whose lead byte is lost, shifted characters, some with a reading, then another reading like the first, or
# the second half of a character that was taken for an ASCII letter.
_SLIP = re.compile(
    rf"{_BROKEN}((?:[^\x00-\x7f\ufffd](?:\([{LETTERS}]{{1,6}}\))?){{0,40}})"
    rf"(?:{_BROKEN}|([@-~])(?=\(?[^\x00-\x7f]|\([a-zà-ǜ]))"
)
_ORDINARY = -9.0  # mean nats a character; 98 % of news paragraphs have -4.7 to -7.3
_WORST = -17.0  # the least likely character; one that is out of step costs some -20
_AHEAD = 6.0  # nats by which the best choice must lead
_MAX_KNOWN = 20_000  # slips kept; bounds the memory


class _Choice(NamedTuple):
    """The lost bytes chosen: how likely the text is, the text, the characters that the two readings stand behind."""

    score: float
    text: str
    first: str
    last: str


class Quick:
    """Reads the common slips of one page."""

    def __init__(self, page: str, scores: Scores) -> None:
        """Keep the page and its scores."""
        self.page = page
        self.scores = scores
        self.codes = gbk.codes()
        self.characters = gbk.characters()
        evidence = scores.context.readings
        is_usual = evidence.usual or script.traditional_characters().issuperset(evidence.annotated)
        self.trails = _converted_trails() if is_usual else gbk.trails_by_reading()
        self.may_read = evidence.injected and not scores.context.folded
        self.known = _known(scores.context.converted, is_usual)

    def read(self, start: int, before: str) -> Run | None:
        """Return the reading of the slip whose sign begins at `start`, if there is no doubt about it."""
        if not self.may_read or not before:
            return None
        match = _SLIP.match(self.page, start)
        if match is None:
            return None
        follows = self.page[match.end() : match.end() + 1]
        slip = before[-1], match[0], follows if follows > "\x7f" else ""
        choices = self.known.get(slip)
        if choices is None:
            choices = self._choices(match, before[-1], slip[2])
            if len(self.known) > _MAX_KNOWN:
                self.known.clear()
            self.known[slip] = choices
        if not choices:
            return None
        ranked = sorted([(self._annotated(choice, match), choice.text) for choice in choices], reverse=True)
        if ranked[0][0] == _NEVER or (len(ranked) > 1 and ranked[1][0] > ranked[0][0] - _AHEAD):
            return None
        return Run(ranked[0][1], match.end(), _AHEAD, 0)

    def _annotated(self, choice: _Choice, match: re.Match[str]) -> float:
        score = choice.score + self.scores.annotation(choice.first, match[1])
        return score + self.scores.annotation(choice.last, match[3]) if match[3] else score

    def _choices(self, match: re.Match[str], before: str, follows: str) -> list[_Choice]:
        """Return all choices of the lost bytes that decode; they depend on nothing but the arguments."""
        shifted = _shifted(match[2])
        code = self.codes.get(before)
        if shifted is None or code is None:
            return []
        lead = code & 0xFF
        found = []
        for trail in self.trails.get((lead, match[1]), ()):
            *opening, closing = trail, *shifted
            head = _decoded(bytes(opening))
            likely = _NEVER if head is None else self._likely(before, head)
            if head is None or likely == _NEVER:
                continue
            for end in self.trails.get((closing, match[3]), ()) if match[3] else (ord(match[4]),):
                last = self.characters.get(closing << 8 | end)
                if last is not None:
                    score = likely + self._likely(head[-1:] or before, last + follows)
                    is_ordinary = score >= _ORDINARY * len(head + last + follows)
                    score = score if is_ordinary else _NEVER
                    found.append(_Choice(score, head + last, self.characters[lead << 8 | trail], last))
        return found

    def _likely(self, before: str, text: str) -> float:
        """Return how likely the text is behind a character."""
        costs = [self.scores.after(a, b) for a, b in zip(before + text, text, strict=False)]
        return _NEVER if costs and min(costs) < _WORST else sum(costs)


_NEVER = float("-inf")


def _shifted(shown: str) -> bytes | None:
    """Return the bytes of shifted characters without the readings, each of which must be the character's before it."""
    text = shown
    if "(" in shown:
        pieces = _INTACT.split(shown)
        listed = gbk.listed()
        if any(
            reading not in listed.get(piece[-1:], ())
            for piece, reading in zip(pieces[:-1:2], pieces[1::2], strict=True)
        ):
            return None
        text = "".join(pieces[::2])
    raw = text.encode("gb18030")
    return raw if len(raw) == 2 * len(text) else None


def _decoded(raw: bytes) -> str | None:
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError:
        return None
    return text if 2 * len(text) == len(raw) else None


@lru_cache(maxsize=1)
def _converted_trails() -> dict[tuple[int, str], tuple[int, ...]]:
    """Return (lead, reading) -> the trails of Traditional characters with that reading: what a mirror annotates."""
    characters, converted = gbk.characters(), script.traditional_characters()
    found = {}
    for (lead, reading), trails in gbk.trails_by_reading().items():
        kept = tuple(trail for trail in trails if characters[lead << 8 | trail] in converted)
        if kept:
            found[lead, reading] = kept
    return found


@lru_cache(maxsize=4)
def _known(converted: bool, is_usual: bool) -> dict[tuple[str, str, str], list[_Choice]]:
    """Return the choices of the slips read so far, for such pages: a mirror damages a word alike each time."""
    return {}
