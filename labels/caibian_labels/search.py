"""Find many words in a text: numpy looks all places up at once, a character further at each step.

An automaton, which works through a text place by place, must build its hits object by object, and that takes several
times as long as to look for them. Here pairs of characters are looked up first; few texts have more than a place in
five where one of ours stands. Then a trie is walked from all of these together.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .layout import CODES, Bools, Ints

Codes = NDArray[np.uint32]
Keys = NDArray[np.uint64]
NOTHING: Ints = np.zeros(0, dtype=np.int64)
CODE_BITS = np.uint64(21)  # of a code point
ONE_CODE = np.uint64((1 << 21) - 1)
SPARSE = 16  # slots a pair: one place in sixteen is looked up in vain
GOLDEN = 0x9E3779B97F4A7C15  # Knuth's multiplier, 2**64 by the golden ratio, which spreads keys over slots


class Hits(NamedTuple):
    """Words found in a text, each by its number, in no order."""

    word: Ints
    start: Ints
    end: Ints


class Search:
    """Words (each with its number), ready to be found."""

    def __init__(self, numbers: Mapping[str, int]) -> None:
        alone = {ord(word): number for word, number in numbers.items() if len(word) == 1}
        self._alone = np.zeros(CODES, dtype=np.int32)
        self._alone[list(alone)] = list(alone.values())
        self._is_word: Bools = np.zeros(CODES, dtype=np.bool_)
        self._is_word[list(alone)] = True
        self._plant([word for word in numbers if len(word) > 1], numbers)

    def find(self, codes: Codes) -> tuple[Ints, Ints]:
        """Return the number and the start of each word in a text of code points, in no order."""
        single = np.flatnonzero(self._is_word.take(codes))
        words, starts = [self._alone.take(codes.take(single)).astype(np.int64)], [single]
        start = np.flatnonzero(self._begins.take(self._slots(codes)))
        which, state = self._pairs.find(_pair(codes, start))
        start, length = start.take(which), 2
        while len(start):
            word = self._word.take(state)
            found = np.flatnonzero(word >= 0)
            words.append(word.take(found))
            starts.append(start.take(found))
            on = np.flatnonzero(self._goes_on.take(state) & (start < len(codes) - length))
            start, state = start.take(on), state.take(on)
            which, state = self._steps.find(_step(state, codes.take(start + length)))
            start, length = start.take(which), length + 1
        return np.concatenate(words), np.concatenate(starts)

    def _plant(self, words: list[str], numbers: Mapping[str, int]) -> None:
        """Make the trie: a state is a beginning of words, first of two characters, then of one more at a time."""
        chars = np.array([len(word) for word in words], dtype=np.int64)
        codes = np.frombuffer("".join(words).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        first = np.cumsum(chars) - chars
        number = np.array([numbers[word] for word in words], dtype=np.int64)
        pairs, state = np.unique(_pair(codes, first), return_inverse=True)
        states, length, keys, parents = len(pairs), 2, [], []
        ends = [(state[chars == length], number[chars == length])]
        while len(first):
            longer = np.flatnonzero(chars > length)
            first, chars, number = first[longer], chars[longer], number[longer]
            parents.append(state[longer])
            level, state = np.unique(_step(state[longer], codes[first + length]), return_inverse=True)
            keys.append(level)
            state, length = state + states, length + 1
            states += len(level)
            ends.append((state[chars == length], number[chars == length]))
        self._word = np.full(states + 1, -1, dtype=np.int64)
        for at, ending in ends:
            self._word[at] = ending
        self._goes_on: Bools = np.zeros(states + 1, dtype=np.bool_)
        self._goes_on[np.concatenate([NOTHING, *parents])] = True
        self._pairs = HashTable(pairs, np.arange(len(pairs)))
        self._steps = HashTable(np.concatenate([pairs[:0], *keys]), np.arange(len(pairs), states))
        self._shift = np.uint32(32 - max(int(len(pairs) * SPARSE).bit_length(), 8))
        self._begins: Bools = np.zeros(1 << int(32 - self._shift), dtype=np.bool_)
        two = np.stack((pairs >> CODE_BITS, pairs & ONE_CODE), axis=1).astype(np.uint32)
        self._begins[self._slots(two.ravel())[::2]] = True

    def _slots(self, codes: Codes) -> Codes:
        """Return for each pair of neighbours where `_begins` tells whether a word may begin with it."""
        multiplier = np.uint32(GOLDEN >> 32)
        return ((codes[:-1] * multiplier + codes[1:]) * multiplier) >> self._shift


class HashTable:
    """Different keys, each with a number, that is asked for many keys at once."""

    def __init__(self, keys: Keys, numbers: Ints) -> None:
        bits = int(SPARSE * len(keys) // 2).bit_length() + 1
        self._shift = np.uint64(64 - bits)
        slot = self._slots(keys)
        order = np.argsort(slot, kind="stable")
        slot, self._keys, self._number = slot[order], keys[order], numbers[order]  # a slot's keys stand together
        self._goes_on = np.append(slot[1:] == slot[:-1], np.False_)
        self._first = np.full(1 << bits, len(keys), dtype=np.int32)
        self._first[slot[::-1]] = np.arange(len(keys))[::-1]

    def find(self, keys: Keys) -> tuple[Ints, Ints]:
        """Return which of the keys are here, by position and in no order, and their numbers."""
        at = self._first.take(self._slots(keys))
        left = np.flatnonzero(at < len(self._keys))
        at = at.take(left)
        found, numbers = [NOTHING], [NOTHING]
        while len(left):  # few slots have several keys
            same = self._keys.take(at) == keys.take(left)
            here = np.flatnonzero(same)
            found.append(left.take(here))
            numbers.append(self._number.take(at.take(here)))
            on = np.flatnonzero(~same & self._goes_on.take(at))
            left, at = left.take(on), at.take(on) + 1
        return np.concatenate(found), np.concatenate(numbers)

    def _slots(self, keys: Keys) -> Ints:
        return ((keys * np.uint64(GOLDEN)) >> self._shift).astype(np.int64)


def _pair(codes: Codes, at: Ints) -> Keys:
    return (codes.take(at).astype(np.uint64) << CODE_BITS) | codes.take(at + 1)


def _step(state: Ints, code: Codes) -> Keys:
    return (state.astype(np.uint64) << CODE_BITS) | code
