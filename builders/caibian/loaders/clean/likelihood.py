"""How likely a Chinese text is: the character bigrams implied by jieba's word frequencies.

The model is a stream of independent words drawn by the frequencies of jieba's dictionary (People's Daily and
other news; it is a dependency anyway, so nothing is downloaded or shipped). Its character bigram is exact:
P(b|a) = (words with ab inside + words ending in a * share of words starting with b) / occurrences of a.
It sees one character of context, which is what a beam search over bytes can use, and it is small.
"""

import math
from functools import lru_cache
from importlib.resources import files

PUNCTUATION = {"，": 0.06, "。": 0.03, "、": 0.025, "“": 0.008, "”": 0.008, "：": 0.004, "；": 0.004, "（": 0.003,
               "）": 0.003, "《": 0.003, "》": 0.003, "！": 0.001, "？": 0.0012, "—": 0.001, "…": 0.0005, "·": 0.001,
               "　": 0.01, "％": 0.0005, "‘": 0.0005, "’": 0.0005}  # fmt: skip
_PUNCTUATION = {mark: math.log(share) for mark, share in PUNCTUATION.items()}
_STOPS, _OPENERS = frozenset("，、；：。？！"), frozenset("“《（‘”’）》—…　")
_AFTER_STOP = -9.0  # two stops in a row are a mistake
_RARE = math.log(1e-9)  # a Han character that no word of the dictionary has
_SYMBOL = math.log(1e-7)  # any other character of GBK
_ASCII = math.log(1e-3)
_PRIVATE = math.log(1e-12)
_ADDED = 0.05  # share of a bigram given to the character alone: names follow no dictionary


class Likelihood:
    """Log probability of a character after another one, in Simplified text."""

    def __init__(self, words: dict[str, int]) -> None:
        """Count characters and neighbours in words with their frequencies."""
        self.inside: dict[str, int] = {}
        self.alone: dict[str, int] = {}
        self.first: dict[str, int] = {}
        self.last: dict[str, int] = {}
        for word, count in words.items():
            self.first[word[0]] = self.first.get(word[0], 0) + count
            self.last[word[-1]] = self.last.get(word[-1], 0) + count
            for character in word:
                self.alone[character] = self.alone.get(character, 0) + count
            for at in range(len(word) - 1):
                pair = word[at : at + 2]
                self.inside[pair] = self.inside.get(pair, 0) + count
        self.words = sum(self.first.values())
        self.characters = sum(self.alone.values())
        self._cache: dict[str, float] = {}

    def share(self, character: str) -> float:
        """Return the character's share of running text."""
        return self.alone.get(character, 0) / self.characters

    def after(self, before: str, character: str) -> float:
        """Return log P(character | before); `before` may be punctuation or empty."""
        pair = before + character
        known = self._cache.get(pair)
        if known is None:
            known = self._cache[pair] = self._after(before, character)
            if len(self._cache) > 200_000:
                self._cache.clear()
        return known

    def _after(self, before: str, character: str) -> float:
        if character in _PUNCTUATION:
            return _PUNCTUATION[character] + (_AFTER_STOP if before in _STOPS and character not in _OPENERS else 0.0)
        count = self.alone.get(character, 0)
        if not count:
            return _other(character)
        share = count / self.characters
        starts = self.first.get(character, 0) / self.words
        total = self.alone.get(before, 0)
        if not total:
            return math.log(0.5 * starts + 0.5 * share)
        joint = self.inside.get(before + character, 0) + self.last.get(before, 0) * starts
        return math.log((1 - _ADDED) * joint / total + _ADDED * share)


def _other(character: str) -> float:
    if character < "\x80":
        return _ASCII
    if "\ue000" <= character <= "\uf8ff":
        return _PRIVATE
    return _RARE if "\u3400" <= character <= "\u9fff" else _SYMBOL


@lru_cache(maxsize=1)
def load() -> Likelihood:
    """Return the model of jieba's dictionary; takes 1.5 CPU seconds, once a process and only on damage."""
    words = {}
    for line in (files("jieba") / "dict.txt").read_text("utf-8").splitlines():
        word, count, _ = line.split(" ")
        words[word] = int(count)
    return Likelihood(words)


@lru_cache(maxsize=1)
def places() -> frozenset[str]:
    """Return the names of places in jieba's dictionary (tag ns)."""
    lines = (files("jieba") / "dict.txt").read_text("utf-8").splitlines()
    return frozenset(line.split(" ")[0] for line in lines if line.endswith(" ns"))
