"""What a page's evidence and the likelihood of text say about a choice of bytes, in nats."""

import heapq
import math
from collections.abc import Sequence
from functools import cached_property, lru_cache

from caibian.loaders.clean import gbk, likelihood, script
from caibian.loaders.clean.parses import Context, Link, Parse, Run
from caibian.loaders.clean.readings import without

# Only the order of magnitude matters: a wrong parse turns everything behind it into rare characters, at some
# 8 nats each.
_INSERTED = -0.5
_KNOWN = 2.0  # the page annotates this character elsewhere, with this reading
_UNKNOWN = -3.0  # the page shows this character without a reading elsewhere
_NOT_CONVERTED = -5.0  # mirrors annotate what they converted
_OTHER_SCRIPT = -4.0  # a Simplified character on a converted page
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
_MIN_SHARE = 1e-6  # of running text; a rarer character is no guess at a lost byte
_MAX_PAIRS = 300_000  # scores kept; bounds the memory
_OPENED = 300  # characters before a stretch in which a bracket may have been opened
_MAX_PAGE = 20_000  # characters of the page, from its start, whose neighbours are known; an article has a tenth of it
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
        self.neighbours: frozenset[str] | None = None

    def after(self, before: str, character: str) -> float:
        """Return log P(character | before) on a page in this script."""
        pair = before + character
        score = self.pairs.get(pair)
        if score is None:
            score = self.model.after(self.simple.get(before, before), self.simple.get(character, character))
            score += _OTHER_SCRIPT if character in self.foreign else 0.0
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
        bare = len((self.plain & script.traditional_characters()) - annotated.keys())
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
            codes = _likely_codes()[0 if is_lead else 1][byte]
            scores = [(self.after(last, self.characters[code]), code) for code in codes]
            found = tuple(heapq.nlargest(_CANDIDATES, scores))
            found = tuple(pair for pair in found if pair[0] > found[0][0] - _CLOSE)
            if len(self.ranks) > _MAX_PAIRS // _CANDIDATES:
                self.ranks.clear()
            self.ranks[key] = found
        return found

    def choose(self, beam: list[Parse], before: str, span: tuple[int, int], literal: float, follows: str) -> Run:
        """Return the best parse of the page's `span`; a guess that is less than CONFIDENCE likely becomes `?`.

        `before` are the characters before it, `follows` those behind it that its choice bears on.
        """
        scores = []
        for parse in beam:
            pairs = zip(parse.last + follows, follows, strict=False)
            scores.append(parse.score + sum(self.after(a, b) for a, b in pairs))
        best = max(range(len(beam)), key=scores.__getitem__)
        if not beam[best].guesses:
            return Run(_spell(beam[best].text, sure=True), span[1], scores[best] - literal, 0)
        ranked = heapq.nlargest(_WEIGHED, range(len(beam)), key=scores.__getitem__)
        ranked = [at for at in ranked if scores[at] > scores[best] - _CLOSE]
        if beam[best].guesses > _MAX_GUESSES:
            return Run(_spell(beam[best].text, sure=False), span[1], beam[best].score - literal, 1)
        opened = self.page[max(0, span[0] - _OPENED) : span[0]].rsplit("\n", 1)[-1]
        behind = self.page[span[1] : span[1] + _OPENED].split("\n", 1)[0]
        weighed = {at: scores[at] + self._weigh(beam[at], before, follows, opened, behind) for at in ranked}
        best = max(ranked, key=lambda at: (weighed[at], -at))
        sure = _share(beam, weighed, best) >= CONFIDENCE
        text = _spell(beam[best].text, sure=sure)
        return Run(text, span[1], beam[best].score - literal, int("?" in text))

    def _weigh(self, parse: Parse, before: str, follows: str, opened: str, behind: str) -> float:
        """Return what words, the page and open brackets change in the score of a parse that guesses."""
        text = _spell(parse.text, sure=True)
        guessed = [at for at, link in enumerate(reversed(_links(parse.text))) if link.guessed]
        if not guessed:
            return 0.0
        around = (before + text + follows)[
            guessed[0] + max(0, len(before) - _AROUND) : guessed[-1] + len(before) + _AROUND
        ]
        simple = "".join([self.simple.get(character, character) for character in around])
        characters = sum(map(self.model.after, simple, simple[1:])) + self.model.after("", simple[0])
        gain = _WORDS * (self.model.of_words(simple) - characters)
        whole = before[-1:] + text + follows[:1]
        shift = len(before[-1:])
        neighbours = self._neighbours()
        for at in guessed:
            gain += _ON_PAGE * (whole[at + shift - 1 : at + shift + 1] in neighbours)
            gain += _ON_PAGE * (whole[at + shift : at + shift + 2] in neighbours)
            if text[at] in _ALL_MARKS:
                gain += _balance(opened + text[:at], text[at], text[at + 1 :] + behind)
        return gain

    def _neighbours(self) -> frozenset[str]:
        """Return each two characters that stand side by side on the page, readings left out."""
        if self.neighbours is None:
            page = without(self.page[:_MAX_PAGE])
            self.neighbours = frozenset(map(str.__add__, page, page[1:]))
        return self.neighbours


def _balance(before: str, mark: str, behind: str) -> float:
    """Return what it is worth that a mark closes what is open, or opens what is closed behind it."""
    opener = _PAIRS_OF_MARKS.get(mark)
    if opener is not None:
        return _CLOSES if before.count(opener) > before.count(mark) else _DANGLES
    closer = next(close for close, open_ in _PAIRS_OF_MARKS.items() if open_ == mark)
    if before.count(mark) > before.count(closer):
        return _DANGLES
    return _OPENS if closer in behind.partition(mark)[0] else 0.0


def _share(beam: list[Parse], weighed: dict[int, float], best: int) -> float:
    """Return the share of the probability of all parses that guess the same."""
    chosen = _guesses(beam[best].text)
    weights = {at: math.exp(min(0.0, score - weighed[best])) for at, score in weighed.items()}
    same = sum(weight for at, weight in weights.items() if _guesses(beam[at].text) == chosen)
    return same / sum(weights.values())


def _links(link: Link | None) -> list[Link]:
    found = []
    while link is not None:
        found.append(link)
        link = link.back
    return found


def _guesses(link: Link | None) -> list[str]:
    return [each.character for each in _links(link) if each.guessed]


def _spell(link: Link | None, *, sure: bool) -> str:
    return "".join("?" if each.guessed and not sure else each.character for each in reversed(_links(link)))


@lru_cache(maxsize=2)
def _kept(converted: bool) -> tuple[dict[str, float], dict[tuple[str, int, bool], tuple[tuple[float, int], ...]]]:
    """Return the scores of pairs and the ranks of candidates that are known so far, for such pages."""
    return {}, {}


@lru_cache(maxsize=1)
def _likely_codes() -> tuple[list[list[int]], list[list[int]]]:
    """Return the codes of the characters in use by their lead byte, and by their trail byte."""
    model, simple = likelihood.load(), script.simple_forms()
    trails: list[list[int]] = [[] for _ in range(256)]
    leads: list[list[int]] = [[] for _ in range(256)]
    for code, character in gbk.characters().items():
        if character in likelihood.PUNCTUATION or model.share(simple.get(character, character)) > _MIN_SHARE:
            trails[code >> 8].append(code)
            leads[code & 0xFF].append(code)
    return trails, leads
