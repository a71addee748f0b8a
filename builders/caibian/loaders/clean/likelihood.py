"""How likely a Chinese text is: what jieba's word frequencies imply.

Two models, both a stream of independent words drawn by the frequencies of jieba's dictionary (People's Daily and
other news; it is a dependency anyway, so nothing is downloaded or shipped). Their character bigram is exact:
P(b|a) = (words with ab inside + words ending in a * share of words starting with b) / occurrences of a.
It sees one character of context, which is what a beam search over bytes can use. Where a lost byte leaves several
characters, `of_words` weighs the whole neighbourhood: the sum over its segmentations.
"""

import math
from bisect import bisect_left
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from caibian.loaders import lexicon
from caibian.loaders.lexicon import Integers

PUNCTUATION = {"，": 0.06, "。": 0.03, "、": 0.025, "“": 0.008, "”": 0.008, "：": 0.004, "；": 0.004, "（": 0.003,
               "）": 0.003, "《": 0.003, "》": 0.003, "！": 0.001, "？": 0.0012, "—": 0.001, "…": 0.0005, "·": 0.001,
               "　": 0.0003, "％": 0.0005, "‘": 0.0005, "’": 0.0005}  # fmt: skip
_PUNCTUATION = {mark: math.log(share) for mark, share in PUNCTUATION.items()}
_STOPS, _OPENERS = frozenset("，、；：。？！"), frozenset("“《（‘”’）》—…　")
_ENDS = frozenset("。！？；\n")
_AFTER_STOP = -9.0  # two stops in a row are a mistake
# 　（ stands before the reporter's name, 。” ends what somebody said; a title ends in no full stop.
_TOGETHER = {"　（": 0.1, "。”": 0.1, "！”": 0.1, "？”": 0.1, "。“": 0.03, "。》": 1e-5, "。）": 1e-4, "。　": 0.01}
_MARKS_TOGETHER = {pair: math.log(share) for pair, share in _TOGETHER.items()}
_RARE = math.log(1e-9)  # a Han character that no word of the dictionary has
_SYMBOL = math.log(1e-7)  # any other character of GBK
_ASCII = math.log(1e-3)
_PRIVATE = math.log(1e-12)
_ADDED = 0.05  # share of a bigram given to the character alone: names follow no dictionary
# What a number likes to stand behind; dates and amounts have prepositions, the rest is by feel.
_BEFORE_NUMBER = frozenset("从于至到在为達达约約近超第的了有共年前仅僅以、。，：（过過每下由自月")
_NUMBER, _NUMBER_ELSEWHERE = math.log(2e-2), math.log(1e-3)
# What begins a sentence of news more often than its share of words says, by feel.
_STARTERS = frozenset("这我在他据同目今当从对根通为随由但而如全近本截其与以因此她市昨记首接另该虽尽除")
_STARTER_CODES = np.array(sorted(map(ord, _STARTERS)))
_STARTS_SENTENCE = math.log(3.0)
# Particles that follow verbs and adjectives: 摧毁了, not 每个了.
_PARTICLES = frozenset("了着")
_IS_PARTICLE = np.isin(np.arange(1 << 16), [*map(ord, _PARTICLES)])
_VERBAL = np.array([ord(tag) for tag in "va"])
_HARDLY = 0.07  # of what they stand behind verbs, they stand behind other words; in 1,800 texts of news, a fifteenth

_LONGEST = 4  # characters of a word that fit in 64 bits; 98 % of the dictionary
_UNKNOWN = math.log(1e-4)  # what a character costs beyond its share where it is a word that the dictionary lacks
_HEAD = 5  # characters that texts which differ in one guess have in common before it
_MAX_KNOWN = 200_000  # answers kept; bounds the memory


class Likelihood:
    """Log probability of a character after another one, and of a text, in Simplified characters."""

    def __init__(self, lines: str) -> None:
        """Count characters, neighbours and words; a line is `word count tag`."""
        codes = np.frombuffer(lines.encode("utf-32-le"), np.uint32).astype(np.int64)
        starts, ends, counts, tags = lexicon.entries(codes)
        lengths = ends - starts
        inside = np.repeat(starts - np.cumsum(lengths) + lengths, lengths) + np.arange(lengths.sum())
        characters, weights = codes[inside], np.repeat(counts, lengths)
        alone = np.bincount(characters, weights, 1 << 16)
        self._shares = alone / weights.sum()  # of running text
        self._starts = np.bincount(codes[starts], counts, 1 << 16) / counts.sum()  # of words that begin with each
        self._share_list, self._start_list = self._shares.tolist(), self._starts.tolist()  # for one at a time
        self.alone = alone.tolist()
        self.last = np.bincount(codes[ends - 1], counts, 1 << 16).tolist()
        ending = np.bincount(codes[ends - 1], counts * np.isin(tags, _VERBAL), 1 << 16)
        verbal = _HARDLY + ending / np.maximum(1, self.last)
        self._verbal = (verbal * counts.sum() / (verbal * self.last).sum()).tolist()  # 1 on average
        goes_on = np.ones(len(inside), bool)
        goes_on[np.cumsum(lengths) - 1] = False
        here = np.flatnonzero(goes_on)
        pairs, self._counts = lexicon.sum_counts((characters[here] << 16) | characters[here + 1], weights[here])
        self._seconds = pairs & 0xFFFF
        self._rows = np.searchsorted(pairs, np.arange((1 << 16) + 1) << 16).tolist()  # where each first one's begin
        self._second_list, self._count_list = self._seconds.tolist(), self._counts.tolist()  # for one at a time
        short = lengths <= _LONGEST
        words, word_counts = lexicon.sum_counts(
            lexicon.pack(codes, starts[short], ends[short], longest=_LONGEST), counts[short]
        )
        self._words, self._word_counts = words.tolist(), word_counts.tolist()
        self.words = float(counts.sum())
        self._cache: dict[str, float] = {}
        self._known: dict[str, float | None] = {}
        self._alone: dict[str, float] = {}
        self._heads: dict[str, list[float]] = {}

    def share(self, character: str) -> float:
        """Return the character's share of running text."""
        return self._share_list[ord(character)] if character <= "\uffff" else 0.0

    def inside(self, pair: str) -> int:
        """Return how often the two characters are neighbours inside a word."""
        first, second = map(ord, pair)
        return self._inside(first, second) if first <= 0xFFFF else 0

    def _inside(self, first: int, second: int) -> int:
        end = self._rows[first + 1]
        at = bisect_left(self._second_list, second, self._rows[first], end)
        return self._count_list[at] if at < end and self._second_list[at] == second else 0

    def after(self, before: str, character: str) -> float:
        """Return log P(character | before); `before` may be punctuation or empty."""
        pair = before + character
        known = self._cache.get(pair)
        if known is None:
            known = self._cache[pair] = self.chance(before, character)
            if len(self._cache) > _MAX_KNOWN:
                self._cache.clear()
        return known

    def chance(self, before: str, character: str) -> float:
        """Return what `after` does, computed each time."""
        if character in _PUNCTUATION:
            known = _MARKS_TOGETHER.get(before + character)
            if known is not None:
                return known
            return _PUNCTUATION[character] + (_AFTER_STOP if before in _STOPS and character not in _OPENERS else 0.0)
        code = ord(character)
        if code < 0x80 or code > 0xFFFF or not self._share_list[code]:
            return _other(before, character)
        share, starts = self._share_list[code], self._start_list[code]
        if character in _PARTICLES and before:
            starts *= self._follows_verb(before)
        total = self.alone[ord(before)] if before and before <= "\uffff" else 0
        if not total:
            begins = _STARTS_SENTENCE if before in _ENDS and character in _STARTERS else 0.0
            return math.log(0.5 * starts + 0.5 * share) + begins
        joint = self._inside(ord(before), code) + self.last[ord(before)] * starts
        return math.log((1 - _ADDED) * joint / total + _ADDED * share)

    def after_each(self, before: str, characters: Integers) -> NDArray[np.float64]:
        """Return log P(character | before) for characters (code points) that words are made of, marks excepted."""
        shares, starts = self._shares[characters], self._starts[characters]
        if before:
            starts[_IS_PARTICLE[characters]] *= self._follows_verb(before)
        total = self.alone[ord(before)] if before and before <= "\uffff" else 0
        if not total:
            begins = _STARTS_SENTENCE * np.isin(characters, _STARTER_CODES) if before in _ENDS else 0.0
            return np.asarray(np.log(0.5 * starts + 0.5 * shares) + begins)
        row = slice(self._rows[ord(before)], self._rows[ord(before) + 1])
        seconds, counts = self._seconds[row], self._counts[row]
        joint = self.last[ord(before)] * starts
        if len(seconds):
            at = np.minimum(np.searchsorted(seconds, characters), len(seconds) - 1)
            joint += counts[at] * (seconds[at] == characters)
        return np.asarray(np.log((1 - _ADDED) * joint / total + _ADDED * shares))

    def _follows_verb(self, before: str) -> float:
        """Return how much more often than on average a particle of verbs stands behind a word that ends so."""
        return self._verbal[ord(before)] if before <= "\uffff" and self.alone[ord(before)] else 1.0

    def of_words(self, text: str) -> float:
        """Return the log probability of the text, over all its segmentations into words."""
        head = text[:_HEAD]
        sums = self._heads.get(head)
        if sums is None:
            if len(self._heads) > _MAX_KNOWN:
                self._heads.clear()
            sums = self._heads[head] = self._summed([0.0], head)
        return self._summed(sums.copy(), text)[-1]

    def _summed(self, sums: list[float], text: str) -> list[float]:
        """Return the log probabilities of the beginnings of the text; those in `sums` are known."""
        for end in range(len(sums), len(text) + 1):
            character = text[end - 1]
            if character in _PUNCTUATION or character < "\x80" or character > "\uffff":
                sums.append(sums[-1] + self.after(text[end - 2 : end - 1], character))
                continue
            alone = self._alone.get(character)
            ways = [sums[-1] + (self._as_word(character) if alone is None else alone)]
            if character in _PARTICLES and end > 1:
                ways[0] += math.log(self._follows_verb(text[end - 2]))
            for start in range(end - 2, max(0, end - _LONGEST) - 1, -1):
                if not self.inside(text[start : start + 2]):
                    break  # nor does a longer word have them
                word = text[start:end]
                score = self._known.get(word, 0.0)
                score = self._word(word) if score == 0.0 else score
                if score is not None:
                    ways.append(sums[start] + score)
            sums.append(_sum_of(ways) if len(ways) > 1 else ways[0])
        return sums

    def _as_word(self, character: str) -> float:
        """Return the log probability of the character as a word, one of the dictionary or none."""
        known = self._word(character)
        unknown = _UNKNOWN + math.log(self.share(character) + 1e-7)
        self._alone[character] = unknown if known is None else _sum_of([unknown, known])
        return self._alone[character]

    def _word(self, word: str) -> float | None:
        count = _find(self._words, self._word_counts, word)
        if len(self._known) > _MAX_KNOWN:
            self._known.clear()
        self._known[word] = math.log(count / self.words) if count else None
        return self._known[word]


def _sum_of(logs: list[float]) -> float:
    """Return the logarithm of the sum of what these are the logarithms of."""
    best = max(logs)
    return best + math.log(sum([math.exp(log - best) for log in logs]))


def _find(keys: list[int], counts: list[int], text: str) -> int:
    key = 0
    for character in text:
        key = key << 16 | ord(character)
    if key >= 1 << 63:  # begins with a character that makes the number negative
        key -= 1 << 64
    at = bisect_left(keys, key)
    return counts[at] if at < len(keys) and keys[at] == key else 0


def _other(before: str, character: str) -> float:
    if character < "\x80":
        if not character.isdigit():
            return _ASCII
        return _NUMBER if before in _BEFORE_NUMBER else _NUMBER_ELSEWHERE
    if "\ue000" <= character <= "\uf8ff":
        return _PRIVATE
    return _RARE if "\u3400" <= character <= "\u9fff" else _SYMBOL


@lru_cache(maxsize=1)
def load() -> Likelihood:
    """Return the model of jieba's dictionary; takes 0.3 CPU seconds, once a process and only on damage."""
    return Likelihood(lexicon.read())
