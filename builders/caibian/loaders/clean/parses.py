"""Parses of damaged bytes: what one is, which are kept."""

import heapq
from dataclasses import dataclass
from typing import NamedTuple

from caibian.loaders.clean.readings import Evidence

BEAM = 24  # parses kept: a lost byte leaves 20 likely characters, and what follows decides
_GAP = 18.0  # a parse that is e**18 times less likely than the best is dropped


class Link(NamedTuple):
    """The characters of a parse, last first, shared between parses."""

    character: str
    back: "Link | None"
    guessed: bool = False  # a byte of it is lost


class Parse(NamedTuple):
    """One reading of the bytes so far."""

    score: float
    pending: int  # lead byte that waits for its trail, or NONE or ANY
    before: int  # the two bytes before this place, insertions left out
    last: str  # the character before this place
    text: Link | None
    due: float = 0.0  # what the last character costs unless its reading follows
    split: bool = False  # an insertion stands between the pending byte and its trail
    guesses: int = 0  # at lost bytes


class Run(NamedTuple):
    """A stretch read again: it ends at `end` of the searched text."""

    text: str
    end: int
    gain: float  # nats by which it is likelier than what was there
    lost: int  # 1 if something that is gone could not be guessed


@dataclass(frozen=True, slots=True)
class Context:
    """What the page around a damaged stretch shows."""

    readings: Evidence
    converted: bool = True  # the page is in Traditional characters
    folded: bool = False  # full-width punctuation was folded to ASCII
    swallows: bool = True  # the decoder showed `?` for a broken lead byte and the ASCII character behind it
    drops: bool = False  # the decoder shows nothing for a broken byte


def prune(beam: list[Parse]) -> list[Parse]:
    """Return the parses that are worth going on with."""
    if len(beam) < 2:
        return beam
    if len(beam) > BEAM:
        beam = heapq.nlargest(BEAM, beam, key=by_score)
    floor = max(beam, key=by_score).score - _GAP
    return [parse for parse in beam if parse.score >= floor]


def by_score(parse: Parse) -> float:
    """Return the score, to sort by."""
    return parse.score
