"""The common slip, read without a search: a reading across two characters, and what ends the shifted stretch.

Where one choice of the lost bytes gives ordinary text and no other comes near, a beam has nothing to add. All
else is for lattice.py.
"""

import re
from itertools import pairwise

from caibian.loaders.clean import gbk
from caibian.loaders.clean.parses import Run
from caibian.loaders.clean.readings import LETTERS
from caibian.loaders.clean.scores import Scores

_BROKEN = rf"[?\ufffd]\(?([{LETTERS}]{{1,6}})\)"
# A reading whose lead byte is lost, shifted characters, then another such reading, or the second half of a
# character that was taken for an ASCII letter.
_SLIP = re.compile(rf"{_BROKEN}([^\x00-\x7f\ufffd]{{0,40}})(?:{_BROKEN}|([@-~])(?=\(?[^\x00-\x7f]|\([a-zà-ǜ]))")
_ORDINARY = -9.0  # mean nats a character; 98 % of news paragraphs have -4.7 to -7.3
_WORST = -17.0  # the least likely character; one that is out of step costs some -20
_AHEAD = 6.0  # nats by which the best choice must lead


class Quick:
    """Reads the common slips of one page."""

    def __init__(self, page: str, scores: Scores) -> None:
        """Keep the page and its scores."""
        self.page = page
        self.scores = scores
        self.codes = gbk.codes()
        self.trails = gbk.trails_by_reading()
        self.may_read = scores.context.readings.injected and not scores.context.folded

    def read(self, start: int, before: str) -> Run | None:
        """Return the reading of the slip whose sign begins at `start`, if there is no doubt about it."""
        if not self.may_read or not before:
            return None
        match = _SLIP.match(self.page, start)
        if match is None or before[-1] not in self.codes:
            return None
        shifted = match[2].encode("gb18030")
        if len(shifted) != 2 * len(match[2]):
            return None
        choices = self._choices(match, before[-1], shifted)
        if not choices or choices[0][0] == _NEVER:
            return None
        if len(choices) > 1 and choices[1][0] > choices[0][0] - _AHEAD:
            return None
        return Run(choices[0][1], match.end(), _AHEAD, 0)

    def _choices(self, match: re.Match[str], before: str, shifted: bytes) -> list[tuple[float, str]]:
        """Return the scores of all choices of the lost bytes and the texts that they give, best first."""
        scores = self.scores
        first, last = match[1], match[3]
        lead = self.codes[before] & 0xFF
        closing = (shifted[-1:] or b"\0")[0]
        found = []
        for trail in self.trails.get((lead, first), ()):
            annotated = scores.annotation(scores.characters[lead << 8 | trail], first)
            closing_lead = closing if shifted else trail
            ends = self.trails.get((closing_lead, last), ()) if last else (ord(match[4]),)
            for end in ends:
                text = _decoded(bytes((trail,)) + shifted + bytes((end,)))
                if text is None:
                    continue
                score = annotated + self._likely(before + text, match.end())
                if last:
                    score += scores.annotation(scores.characters[closing_lead << 8 | end], last)
                found.append((score, text))
        return sorted(found, reverse=True)

    def _likely(self, text: str, end: int) -> float:
        follows = self.page[end : end + 1]
        chain = text + follows if follows > "\x7f" else text
        costs = [self.scores.after(a, b) for a, b in pairwise(chain)]
        if min(costs) < _WORST or sum(costs) < _ORDINARY * len(costs):
            return _NEVER
        return sum(costs)


_NEVER = float("-inf")


def _decoded(raw: bytes) -> str | None:
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError:
        return None
    return text if 2 * len(text) == len(raw) else None
