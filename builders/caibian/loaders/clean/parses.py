"""Parses of damaged bytes: what one is, which are kept."""

import heapq
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import NamedTuple

from caibian.loaders.clean.readings import Evidence

BEAM = 24  # parses kept: a lost byte leaves 20 likely characters, and what follows decides
_MANY = 3  # parses that are worth asking which of them are alike
_GAP = 18.0  # a parse that is e**18 times less likely than the best is dropped


class Link(NamedTuple):
    """The characters of a parse, last first, shared between parses."""

    character: str
    back: "Link | None"
    guessed: bool = False  # a byte of it is lost


class Spelling(NamedTuple):
    """A text that a parse may stand for."""

    score: float
    text: str
    guessed: tuple[int, ...]  # places of the characters of which a byte is lost


_EMPTY = (Spelling(0.0, "", ()),)


class Parse(NamedTuple):
    """One reading of the bytes so far, or several that nothing ahead can tell apart: those of `heads`, then `text`."""

    score: float  # of the best of them
    pending: int  # lead byte that waits for its trail, or NONE or ANY
    before: int  # the two bytes before this place, insertions left out
    last: str  # the character before this place
    text: Link | None
    due: float = 0.0  # what the last character costs unless its reading follows
    split: bool = False  # an insertion stands between the pending byte and its trail
    heads: tuple[Spelling, ...] = _EMPTY  # their scores are differences to the best


class Before(NamedTuple):
    """What is before a stretch."""

    characters: str  # the last ones
    line: Callable[[], str]  # returns more of them, back to where a bracket may have been opened


class Run(NamedTuple):
    """A stretch read again: it ends at `end` of the searched text."""

    text: str
    end: int
    gain: float  # nats by which it is likelier than what was there
    lost: int  # 1 if something that is gone could not be guessed


class Context(NamedTuple):
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


def merge(beam: list[Parse]) -> list[Parse]:
    """Return the beam with one parse for all those that nothing ahead can tell apart, whatever text is behind."""
    if len(beam) < _MANY:
        return beam
    alike: dict[tuple[object, ...], list[Parse]] = {}
    for at, parse in enumerate(beam):
        may_end = parse.text is None or parse.text.guessed  # a guess at the last character is judged there
        state = (at,) if may_end else (parse.pending, parse.before, parse.last, parse.due, parse.split)
        alike.setdefault(state, []).append(parse)
    return [_merged(parses) if len(parses) > 1 else parses[0] for parses in alike.values()]


def _merged(parses: list[Parse]) -> Parse:
    best = max(parses, key=by_score)
    spellings = spell(parses, [0.0] * len(parses))
    heads = [Spelling(score - best.score, text, guessed) for (score, text, guessed), _ in spellings]
    return best._replace(text=None, heads=tuple(heads))


def spell(parses: list[Parse], bonus: Sequence[float]) -> list[tuple[Spelling, float]]:
    """Return the likeliest texts that the parses stand for, best first, each with the bonus that its parse has."""
    options = [
        (parse.score + head[0] + more, at, head)
        for at, (parse, more) in enumerate(zip(parses, bonus, strict=True))
        for head in parse.heads
    ]
    chosen = heapq.nlargest(BEAM, options, key=itemgetter(0))
    tails = {at: _tail(parses[at].text) for _, at, _ in chosen}
    found = []
    for score, at, (_, head, guessed) in chosen:
        text, places = tails[at]
        if places:
            guessed = (*guessed, *(len(head) + place for place in places))
        found.append((Spelling(score - bonus[at], head + text, guessed), bonus[at]))
    return found


def _tail(link: Link | None) -> tuple[str, list[int]]:
    """Return the characters, and the places of those that are guessed."""
    if link is not None and link.back is None:
        return link.character, [0] if link.guessed else []
    links = []
    while link is not None:
        links.append(link)
        link = link.back
    links.reverse()
    return "".join([each.character for each in links]), [at for at, each in enumerate(links) if each.guessed]


def by_score(parse: Parse) -> float:
    """Return the score, to sort by."""
    return parse.score
