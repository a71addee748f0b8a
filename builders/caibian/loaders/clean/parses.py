"""Parses of damaged bytes: what one is, which are kept."""

import heapq
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
    spellings = heapq.nlargest(BEAM, [each for parse in parses for each in spell(parse)], key=by_score)
    heads = [Spelling(score - best.score, text, guessed) for score, text, guessed in spellings]
    return best._replace(text=None, heads=tuple(heads))


def spell(parse: Parse) -> list[Spelling]:
    """Return the texts that the parse stands for."""
    characters, places = [], []
    link = parse.text
    while link is not None:
        if link.guessed:
            places.append(len(characters))
        characters.append(link.character)
        link = link.back
    text = "".join(reversed(characters))
    found = []
    for score, head, guessed in parse.heads:
        end = len(head) + len(text) - 1
        found.append(Spelling(parse.score + score, head + text, (*guessed, *(end - at for at in reversed(places)))))
    return found


def by_score(parse: Parse | Spelling) -> float:
    """Return the score, to sort by."""
    return parse.score
