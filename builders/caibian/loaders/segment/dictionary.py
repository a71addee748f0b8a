"""jieba's dictionary, ready to be looked up at all places of a text at once."""

import math
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from caibian.loaders import lexicon

if TYPE_CHECKING:
    import jieba

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Codes = NDArray[np.uint16]
Keys = NDArray[Any]  # np.uint32 of pairs, np.uint64 of longer beginnings

# The characters that words are made of; jieba takes every other for a mark between two blocks of text.
IN_BLOCK: Bools = np.zeros(0x10000, np.bool_)
IN_BLOCK[0x4E00:0x9FD6] = True
IN_BLOCK[[ord(char) for char in "+#&._%-"]] = True
for _first, _last in ("09", "AZ", "az"):
    IN_BLOCK[ord(_first) : ord(_last) + 1] = True

_SPACE = re.compile(r"[ \n]")  # jieba takes it for a mark between two blocks
_NO_WORD = -np.inf
_SLOTS = 2  # for each key
_GOLDEN = 0x9E3779B97F4A7C15  # Knuth's multiplier, 2**64 by the golden ratio, which spreads keys over slots


class Found(NamedTuple):
    """Words of one length that stand in a text: where each starts, and the logarithm of its likelihood."""

    length: int
    start: Ints
    weight: Floats


class Dictionary:
    """Words with their frequencies."""

    def __init__(self, lines: str, total: int | None = None) -> None:
        """Take lines of a word, a count and a part of speech, and the sum of all counts if it is another.

        Only words in IN_BLOCK can ever be found.
        """
        codes: Codes = np.frombuffer(lines.encode("utf-16-le"), np.uint16)
        first, ends, counts, _ = lexicon.entries(codes)
        lengths = ends - first
        total = int(counts.sum()) if total is None else total
        others = np.append(0, np.cumsum(~IN_BLOCK.take(codes), dtype=np.int32))  # before each place, not in a block
        kept = np.flatnonzero(others[first] == others[first + lengths])
        first, lengths, counts = first[kept], lengths[kept], counts[kept]
        weights = _logarithms(counts, total)
        short = lengths == 1
        # What is not in the dictionary counts as seen once.
        self._alone: Floats = np.full(0x10000, math.log(1) - math.log(total))
        self._alone[codes[first[short]]] = weights[short]
        # A character that only begins words is no word beside one of those.
        self._only_begins: Bools = np.zeros(0x10000, np.bool_)
        self._only_begins[codes[first]] = True
        self._only_begins[codes[first[short & (counts > 0)]]] = False
        self._plant(codes, first, lengths, np.where(counts > 0, weights, _NO_WORD))

    def find(self, codes: Codes) -> Iterator[Found]:
        """Yield the words of two and more characters that stand in a text, by length; none holds a code of 0."""
        start, keys = np.arange(max(len(codes) - 1, 0)), _pairs(codes[:-1], codes[1:])
        for length, level in enumerate(self._levels, start=2):
            which, state = level.find(keys)
            start, weight = start.take(which), level.weight.take(state)
            word = np.flatnonzero(weight > _NO_WORD)
            yield Found(length, start.take(word), weight.take(word))
            on = np.flatnonzero(level.goes_on.take(state) & (start < len(codes) - length))
            start = start.take(on)
            keys = _steps(state.take(on), codes.take(start + length))

    def weights_alone(self, codes: Codes, found: Sequence[Found]) -> Floats:
        """Return the weight of each character of a text as a word, beside the words found in it."""
        alone = self._alone.take(codes)
        for words in found:
            alone[words.start[self._only_begins.take(codes.take(words.start))]] = _NO_WORD
        return alone

    def _plant(self, codes: Codes, first: Ints, lengths: Ints, weights: Floats) -> None:
        """Make the trie: a state is a beginning of words, first of two characters, then of one more at a time."""
        self._levels: list[_Level] = []
        state: NDArray[Any] = codes[first]
        longer, length = np.flatnonzero(lengths > 1), 2
        while len(longer):
            first, lengths, weights, state = first[longer], lengths[longer], weights[longer], state[longer]
            last = codes[first + length - 1]
            keys = _pairs(state, last) if length == 2 else _steps(state, last)
            level = _Level(keys, weights, lengths == length)
            self._levels.append(level)
            state, longer, length = level.state, np.flatnonzero(lengths > length), length + 1


class _Level:
    """The beginnings of one length that words have, in a hash table that is asked for many at once.

    A state is a slot of the table. A beginning whose slot is taken has one in a smaller table behind it.
    """

    def __init__(self, keys: Keys, weights: Floats, ends: Bools) -> None:
        """Take the key of each word that is as long or longer, its weight, and whether it ends here."""
        bits = keys.dtype.itemsize * 8
        self._free, self._golden = np.iinfo(keys.dtype).max, keys.dtype.type(_GOLDEN >> (64 - bits))
        self._tables: list[tuple[np.unsignedinteger, int, Keys]] = []
        different, number = np.unique(keys, return_inverse=True)
        state_of, left, states = np.zeros(len(different), np.int64), np.arange(len(different)), 0
        while len(left):
            size = (_SLOTS * len(left)).bit_length()
            shift = keys.dtype.type(bits - size)
            slots, key_of = (different[left] * self._golden) >> shift, np.full(1 << size, self._free, keys.dtype)
            key_of[slots] = different[left]
            state_of[left] = slots + states
            self._tables.append((shift, states, key_of))
            left, states = left[key_of[slots] != different[left]], states + len(key_of)
        self.state = state_of[number]  # of each word
        self.weight: Floats = np.full(states, _NO_WORD)
        self.weight[self.state[ends]] = weights[ends]
        self.goes_on: Bools = np.zeros(states, np.bool_)
        self.goes_on[self.state[~ends]] = True

    def find(self, keys: Keys) -> tuple[Ints, Ints]:
        """Return which of the keys are here, by position and in no order, and their states."""
        found, states, left = [], [], np.arange(len(keys))
        for shift, first, key_of in self._tables:
            slots = ((keys * self._golden) >> shift).astype(np.int64)
            there = key_of.take(slots)
            same = there == keys
            here = np.flatnonzero(same)
            found.append(left.take(here))
            states.append(slots.take(here) + first)
            on = np.flatnonzero(~same & (there != self._free))
            if not len(on):
                break
            keys, left = keys.take(on), left.take(on)
        return np.concatenate(found), np.concatenate(states)


def _pairs(one: NDArray[Any], other: Codes) -> Keys:
    return (one.astype(np.uint32) << np.uint32(16)) | other


def _steps(states: NDArray[Any], codes: Codes) -> Keys:
    return (states.astype(np.uint64) << np.uint64(16)) | codes


def _logarithms(counts: Ints, total: int) -> Floats:
    """Return the weights of words as jieba reckons them, to the last bit."""
    different, which = np.unique(counts, return_inverse=True)
    return np.array([math.log(count or 1) - math.log(total) for count in different.tolist()], np.float64)[which]


@lru_cache(4)  # a process works on one config, tests on a few
def load(user_words: tuple[str, ...]) -> Dictionary:
    """Return jieba's dictionary with `user_words` added as jieba adds them."""
    if not user_words:
        return Dictionary(lexicon.read())
    tokenizer = _tokenizer(user_words)
    words = ((word, count) for word, count in tokenizer.FREQ.items() if not _SPACE.search(word))
    return Dictionary("".join(f"{word} {count} -\n" for word, count in words), tokenizer.total)


def _tokenizer(user_words: tuple[str, ...]) -> "jieba.Tokenizer":
    """Return jieba's own tokenizer, which reckons how often a user's word must have been seen to stay whole.

    It is built from the dictionary in the package, which takes no longer than from the cache that jieba would
    leave in the shared temporary folder, where another user of the machine could put one of his own.
    """
    import jieba  # seldom needed, and slow to import

    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    for word in filter(None, user_words):
        tokenizer.add_word(word)
    return tokenizer
