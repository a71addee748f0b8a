"""Parses of damaged bytes: what one is, which are kept, which is chosen."""

import heapq
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from caibian.loaders.clean import gbk, likelihood, script
from caibian.loaders.clean.readings import Evidence

BEAM = 40  # parses kept: a lost lead byte leaves some 60 characters, and what follows decides
GAP = 18.0  # a parse that is e**18 times less likely than the best is dropped
CONFIDENCE = 0.5  # a guess at a lost byte that is more often wrong than right is not made
MIN_SHARE = 1e-6  # of running text; a rarer character is no guess at a lost byte


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
    lost: int = 0  # guesses at lost bytes


class Run(NamedTuple):
    """A stretch read again: it ends at `end` of the searched text."""

    text: str
    end: int
    gain: float  # nats by which it is likelier than what was there
    lost: int  # 1 if information is gone


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
    floor = max(parse.score for parse in beam) - GAP
    return [parse for parse in beam if parse.score >= floor]


def by_score(parse: Parse) -> float:
    """Return the score, to sort by."""
    return parse.score


def choose(beam: list[Parse], scores: list[float], end: int, literal: float) -> Run:
    """Return the best parse; a guess that is less than CONFIDENCE likely becomes `?`."""
    best = max(range(len(beam)), key=scores.__getitem__)
    guesses = beam[best].lost > 0
    text = _spell(beam[best].text, sure=not guesses or _share(beam, scores, best) >= CONFIDENCE)
    return Run(text, end, beam[best].score - literal, int(guesses))


def _share(beam: list[Parse], scores: list[float], best: int) -> float:
    """Return the share of the probability of all parses that guess the same."""
    chosen = _guesses(beam[best].text)
    weights = [math.exp(score - scores[best]) for score in scores]
    same = (weight for parse, weight in zip(beam, weights, strict=True) if _guesses(parse.text) == chosen)
    return sum(same) / sum(weights)


def _guesses(link: Link | None) -> list[str]:
    found = []
    while link is not None:
        if link.guessed:
            found.append(link.character)
        link = link.back
    return found


def _spell(link: Link | None, *, sure: bool) -> str:
    characters = []
    while link is not None:
        characters.append("?" if link.guessed and not sure else link.character)
        link = link.back
    return "".join(reversed(characters))


@lru_cache(maxsize=2)
def pair_scores(converted: bool) -> dict[str, float]:
    """Return the scores of pairs of characters that are known so far, for such pages."""
    return {}


@lru_cache(maxsize=1)
def likely_codes() -> tuple[list[list[int]], list[list[int]]]:
    """Return the codes of the characters in use by their lead byte, and by their trail byte."""
    model, simple = likelihood.load(), script.simple_forms()
    trails: list[list[int]] = [[] for _ in range(256)]
    leads: list[list[int]] = [[] for _ in range(256)]
    for code, character in gbk.characters().items():
        if character in likelihood.PUNCTUATION or model.share(simple.get(character, character)) > MIN_SHARE:
            trails[code >> 8].append(code)
            leads[code & 0xFF].append(code)
    return trails, leads
