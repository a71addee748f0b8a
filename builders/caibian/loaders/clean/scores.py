"""What a page's evidence and the likelihood of text say about a choice of bytes, in nats."""

import math
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache

import numpy as np

from caibian.loaders.clean import candidates, gbk, likelihood, script
from caibian.loaders.clean.parses import Before, Context, Parse, Run, Spelling, spell
from caibian.loaders.clean.readings import without

# Only the order of magnitude matters: a wrong parse turns everything behind it into rare characters, at some
# 8 nats each.
_INSERTED = -0.5
_KNOWN = 2.0  # the page annotates this character elsewhere, with this reading
_UNKNOWN = -3.0  # the page shows this character without a reading elsewhere
_NOT_CONVERTED = -5.0  # mirrors annotate what they converted
_DUE = 5.0  # a character that the page annotates everywhere else stands without its reading
_ON_PAGE = 2.0  # the page has the two characters side by side elsewhere: names, places, its subject
_CLOSES, _DANGLES = 2.5, -3.0  # a mark closes one that is open; it closes none, or opens a second one
_OPENS = 7.0  # a mark opens what is closed behind it: any other choice would leave that closed but never opened

CONFIDENCE = 0.5  # a guess at a lost byte that is more often wrong than right is not made
_WORDS = 0.7  # how far words, not characters, decide about a lost byte
_WEIGHED = 10  # parses, of those that guess, that are weighed by words: each costs some 30 microseconds ...
_CLOSE = 12.0  # ... and those only that are so many nats from the best
_MAX_GUESSES = 8  # in one stretch; where more is lost, nobody knows
_AROUND = 5  # characters on either side of a guess that a word with it may reach
_CANDIDATES = 40  # characters kept for a lost byte; the rest together have less than 2 % of the probability
_MAX_PAIRS = 300_000  # scores kept; bounds the memory
_CLOSED = 300  # characters behind a stretch in which a bracket may be closed
_MAX_PAGE = 20_000  # characters of the page, from its start, whose neighbours are known; an article has a tenth of it
_SHORT = 2_000  # characters that are searched sooner than a set of them is made
_PAIRS_OF_MARKS = {"”": "“", "》": "《", "）": "（", "’": "‘"}
_ALL_MARKS = _PAIRS_OF_MARKS.keys() | set(_PAIRS_OF_MARKS.values())


class Scores:
    """Scores of characters on one page."""

    def __init__(self, page: str, context: Context) -> None:
        """Keep the page's evidence; loads the model of likelihood."""
        self.context = context
        self.page = page
        self.model = likelihood.load()
        self.simple = script.simple_forms()
        self.characters = gbk.characters()
        self.foreign = script.simplified_only() if context.converted else frozenset()
        self.pairs, self.ranks = _kept(context.converted)
        self.plain = context.readings.bare()

    def after(self, before: str, character: str) -> float:
        """Return log P(character | before) on a page in this script."""
        pair = before + character
        score = self.pairs.get(pair)
        if score is None:
            score = self.model.chance(self.simple.get(before, before), self.simple.get(character, character))
            score += candidates.OTHER_SCRIPT if character in self.foreign else 0.0
            if len(self.pairs) > _MAX_PAIRS:
                self.pairs.clear()
            self.pairs[pair] = score
        return score

    def due(self, character: str) -> float:
        """Return what it costs that the character stands without a reading."""
        if character not in self.simple or character in self.plain:
            return 0.0
        return _DUE if character in self.context.readings.annotated else self.bare_due

    @cached_property
    def bare_due(self) -> float:
        """Return what it costs that a converted character that the page never annotates has no reading."""
        annotated = self.context.readings.annotated
        bare = len(script.traditional_characters().intersection(self.plain).difference(annotated))
        return math.log((len(annotated) + bare + 1) / (bare + 1))

    def annotation(self, character: str, reading: str) -> float:
        """Return what it costs that the mirror put this reading behind this character."""
        evidence = self.context.readings
        shown = evidence.annotated.get(character)
        if shown is not None:
            return _INSERTED + (_KNOWN if shown == reading else _UNKNOWN)
        cost = _INSERTED + (0.0 if character in self.simple else _NOT_CONVERTED)
        return cost + (_UNKNOWN if character in self.plain else 0.0)

    def best(self, last: str, byte: int, *, is_lead: bool) -> Sequence[tuple[float, int]]:
        """Return scores and codes of the likeliest characters after `last` that have this byte, best first."""
        key = (last, byte, is_lead)
        found = self.ranks.get(key)
        if found is None:
            group = candidates.with_byte(byte, is_lead=is_lead)
            words = self.model.after_each(self.simple.get(last, last), group.simple)
            if self.context.converted:
                words += group.foreign
            scores = np.concatenate(([self.after(last, mark) for mark in group.marks], words))
            order = np.argsort(-scores, kind="stable")[:_CANDIDATES]
            order = order[scores[order] > scores[order[:1]] - _CLOSE]
            found = tuple(zip(scores[order].tolist(), group.codes[order].tolist(), strict=True))
            if len(self.ranks) > _MAX_PAIRS // _CANDIDATES:
                self.ranks.clear()
            self.ranks[key] = found
        return found

    def choose(self, beam: list[Parse], before: Before, span: tuple[int, int], literal: float, follows: str) -> Run:
        """Return the best parse of the page's `span`; a guess that is less than CONFIDENCE likely becomes `?`.

        `follows` are the characters behind it that its choice bears on.
        """
        joined = spell(beam, [self._joined(parse.last, follows) for parse in beam])
        best, joins = joined[0]
        if not best.guessed:
            return Run(best.text, span[1], best.score + joins - literal, 0)
        if len(best.guessed) > _MAX_GUESSES:
            return Run(_marked(best.text, best.guessed), span[1], best.score - literal, 1)
        floor = best.score + joins - _CLOSE
        opened = before.line()
        behind = self.page[span[1] : span[1] + _CLOSED].split("\n", 1)[0]
        near = before.characters
        weighed = [
            spelling._replace(score=spelling.score + joins + self._weigh(spelling, near, follows, opened, behind))
            for spelling, joins in joined[:_WEIGHED]
            if spelling.score + joins > floor
        ]
        chosen = max(range(len(weighed)), key=lambda at: weighed[at].score)
        text = _sure(weighed, weighed[chosen])
        return Run(text, span[1], joined[chosen][0].score - literal, int("?" in text))

    def _joined(self, last: str, follows: str) -> float:
        return sum(self.after(a, b) for a, b in zip(last + follows, follows, strict=False))

    def _weigh(self, spelling: Spelling, before: str, follows: str, opened: str, behind: str) -> float:
        """Return what words, the page and open brackets change in the score of a text that is guessed in places."""
        _, text, guessed = spelling
        if not guessed:
            return 0.0
        simple = "".join([self.simple.get(character, character) for character in before + text + follows])
        gain = 0.0
        for first, last in _near(guessed):
            gain += _of_words(simple[max(0, len(before) + first - _AROUND) : len(before) + last + _AROUND])
        whole = before[-1:] + text + follows[:1]
        shift = len(before[-1:])
        for at in guessed:
            gain += _ON_PAGE * self._is_on_page(whole[at + shift - 1 : at + shift + 1])
            gain += _ON_PAGE * self._is_on_page(whole[at + shift : at + shift + 2])
            if text[at] in _ALL_MARKS:
                gain += _balance(opened + text[:at], text[at], text[at + 1 :] + behind)
        return gain

    def _is_on_page(self, pair: str) -> bool:
        """Tell whether two characters stand side by side on the page, readings left out."""
        return len(pair) > 1 and pair in self.neighbours

    @cached_property
    def neighbours(self) -> str | frozenset[str]:
        """Return the page, or where it is long each two characters that stand side by side on it."""
        page = without(self.page[:_MAX_PAGE])
        return page if len(page) < _SHORT else frozenset(map(str.__add__, page, page[1:]))


def _balance(before: str, mark: str, behind: str) -> float:
    """Return what it is worth that a mark closes what is open, or opens what is closed behind it."""
    opener = _PAIRS_OF_MARKS.get(mark)
    if opener is not None:
        return _CLOSES if before.count(opener) > before.count(mark) else _DANGLES
    closer = next(close for close, open_ in _PAIRS_OF_MARKS.items() if open_ == mark)
    if before.count(mark) > before.count(closer):
        return _DANGLES
    return _OPENS if closer in behind.partition(mark)[0] else 0.0


def _sure(weighed: list[Spelling], best: Spelling) -> str:
    """Return the best text with `?` for each guess that the texts together give less than CONFIDENCE."""
    weights = [math.exp(min(0.0, spelling.score - best.score)) for spelling in weighed]
    pairs = list(zip(weights, weighed, strict=True))
    enough = CONFIDENCE * sum(weights)
    unsure = [
        at
        for at in best.guessed
        if sum(weight for weight, (_, text, _) in pairs if text[at : at + 1] == best.text[at]) < enough
    ]
    return _marked(best.text, unsure)


def _near(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and last of places that are so near each other that one word may reach both."""
    first = last = places[0]
    for at in places[1:]:
        if at - last > 2 * _AROUND:
            yield first, last
            first = at
        last = at
    yield first, last


def _marked(text: str, places: Sequence[int]) -> str:
    """Return the text with `?` in these places."""
    characters = list(text)
    for at in places:
        characters[at] = "?"
    return "".join(characters)


@lru_cache(maxsize=1 << 14)
def _of_words(text: str) -> float:
    """Return what words, and not only neighbours, say about a text in Simplified characters."""
    model = likelihood.load()
    neighbours = sum(map(model.after, text, text[1:])) + model.after("", text[0])
    return _WORDS * (model.of_words(text) - neighbours)


@lru_cache(maxsize=2)
def _kept(converted: bool) -> tuple[dict[str, float], dict[tuple[str, int, bool], tuple[tuple[float, int], ...]]]:
    """Return the scores of pairs and the ranks of candidates that are known so far, for such pages."""
    return {}, {}
