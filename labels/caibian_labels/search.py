"""Find many words in a text: numpy looks up all places at once, an automaton finds words of rare characters.

The automaton must build its hits object by object, and three hits in four are words of two characters. So pairs of
characters are looked up in a table; where one begins a longer word, a trie is walked for all such places together.
"""

from collections import Counter
from collections.abc import Mapping
from itertools import chain, pairwise

import ahocorasick_rs
import numpy as np
from numpy.typing import NDArray

from .layout import Bools, Ints, Layout

Codes = NDArray[np.uint32]
TABLE_CODES = 0x10000
SURROGATES, UNKNOWN = 0xD800, 0xDFFF  # codes that no text has
MAX_PAIRED = 3_000  # characters of the table of pairs, which then takes 36 MB; ours needs 2,300
PIECE_CHARS = 40_000  # some 1,500 hits
NOTHING = np.zeros(0, dtype=np.int64)
Hits = tuple[Ints, Ints, Ints]  # number, start and end of each word found


class Search:
    """Words (each with its number), ready to be found."""

    def __init__(self, numbers: Mapping[str, int]) -> None:
        codes = {word: np.array([ord(one) for one in word], dtype=np.uint32) for word in numbers}
        every = np.unique(np.concatenate([*codes.values(), np.zeros(0, dtype=np.uint32)]))
        self._beyond = every[every >= TABLE_CODES][: UNKNOWN - SURROGATES]
        folded = {word: self.fold(one) for word, one in codes.items()}
        self._characters = np.full(TABLE_CODES, -1, dtype=np.int32)
        for word, code in folded.items():
            if len(word) == 1:
                self._characters[code[0]] = numbers[word]
        self._choose_characters(list(folded.values()))
        trie = _Trie()
        rare = []
        for word, code in folded.items():
            places = self._paired[code].tolist()
            if len(word) > 1 and all(places):
                trie.add(places, numbers[word])
            elif len(word) > 1:
                rare.append(word)
        self._freeze(trie)
        self._rare = np.array([numbers[word] for word in rare], dtype=np.int64)
        self._automaton = ahocorasick_rs.BytesAhoCorasick(
            [folded[word].astype(">u2").tobytes() for word in rare] or [b"\xdf\xff"],
            implementation=ahocorasick_rs.Implementation.ContiguousNFA,
        )

    def fold(self, codes: Codes) -> Codes:
        """Return code points with 16 bits each; those beyond that words use take the places of surrogates."""
        if int(codes.max(initial=0)) < TABLE_CODES:
            return codes
        out = np.where(codes < TABLE_CODES, codes, UNKNOWN)
        known = np.flatnonzero(np.isin(codes, self._beyond))
        out[known] = SURROGATES + np.searchsorted(self._beyond, codes[known])
        return out

    def find(self, layout: Layout) -> Hits:
        """Return the hits of all words in a layout's text; those of one word are in order."""
        codes = self.fold(layout.codes)
        character = self._characters[codes]
        single = np.flatnonzero(character >= 0)
        parts = [(character[single].astype(np.int64), single, single + 1), *self._walk(codes)]
        if len(self._rare):
            parts.append(self._find_rare(codes.astype(">u2").tobytes(), layout))
        word, start, end = (np.concatenate(column) for column in zip(*parts, strict=True))
        return word, start, end

    def _choose_characters(self, words: list[Codes]) -> None:
        """Give the commonest characters of words of two and more characters their rows in the table of pairs."""
        counts = Counter(chain.from_iterable(word.tolist() for word in words if len(word) > 1))
        common = sorted(counts, key=lambda one: (-counts[one], one))[:MAX_PAIRED]
        self._paired = np.zeros(TABLE_CODES, dtype=np.int32)  # 0 is any other character
        self._paired[common] = np.arange(1, len(common) + 1)
        self._width = len(common) + 1

    def _freeze(self, trie: "_Trie") -> None:
        self._pairs = np.zeros(self._width**2, dtype=np.int32)  # number of the pair, 0 if no word has it
        for (first, second), number in trie.pairs.items():
            self._pairs[first * self._width + second] = number
        self._word = np.array([*trie.word, -1], dtype=np.int64)
        self._goes_on: Bools = np.zeros(len(self._word), dtype=np.bool_)
        self._goes_on[[state for state, _ in trie.steps]] = True
        self._pair_state = np.full(len(trie.pairs) + 1, -1, dtype=np.int64)  # -1: no word begins with the pair
        self._pair_state[list(trie.begins)] = list(trie.begins.values())
        self._pair_word, self._pair_goes_on = self._word[self._pair_state], self._goes_on[self._pair_state]
        self._pair_within: Bools = np.zeros(len(self._pair_state), dtype=np.bool_)
        self._pair_within[list(trie.within)] = True
        steps = sorted((state * self._width + place, to) for (state, place), to in trie.steps.items())
        table = np.array(steps, dtype=np.int64).reshape(-1, 2)
        self._steps, self._step_to = np.ascontiguousarray(table[:, 0]), np.ascontiguousarray(table[:, 1])

    def _walk(self, codes: Codes) -> list[Hits]:
        """Return the hits of words of two and more characters, by length."""
        out: list[Hits] = []
        if len(codes) < 2:
            return out
        paired = np.append(self._paired[codes], np.int32(0))
        pair = np.append(self._pairs[paired[:-2] * self._width + paired[1:-1]], np.int32(0))
        start = np.flatnonzero(pair)
        number = pair[start]
        word = self._pair_word[number]
        found = np.flatnonzero(word >= 0)
        out.append((word[found], start[found], start[found] + 2))
        on = np.flatnonzero(self._pair_goes_on[number])
        on = on[self._pair_within[pair[start[on] + 1]]]  # few pass, so that the search for the next state is for few
        start, state, length = start[on], self._pair_state[number[on]], 2
        while len(start):
            key = state * self._width + paired[start + length]
            at = np.minimum(np.searchsorted(self._steps, key), len(self._steps) - 1)
            same = self._steps[at] == key
            start, state, length = start[same], self._step_to[at[same]], length + 1
            word = self._word[state]
            found = np.flatnonzero(word >= 0)
            out.append((word[found], start[found], start[found] + length))
            on = self._goes_on[state]
            start, state = start[on], state[on]
        return out

    def _find_rare(self, data: bytes, layout: Layout) -> Hits:
        """Return the automaton's hits; `data` has two bytes a character.

        It works through pieces that end with segments: a tuple a hit for the whole text at once would have Python's
        garbage collector go through them again and again.
        """
        parts, begin = [NOTHING], 0
        last = np.flatnonzero(np.diff(layout.segment_end // PIECE_CHARS, append=-1))
        for end in (2 * layout.segment_end[last]).tolist():
            found = self._automaton.find_matches_as_indexes(data[begin:end], overlapping=True)
            flat = np.fromiter(chain.from_iterable(found), dtype=np.int64, count=3 * len(found))
            flat[1::3] += begin
            flat[2::3] += begin
            parts.append(flat)
            begin = end
        hits = np.concatenate(parts).reshape(-1, 3)
        hits = hits[hits[:, 1] % 2 == 0]  # others begin in the middle of a character
        return self._rare[hits[:, 0]], hits[:, 1] // 2, hits[:, 2] // 2


class _Trie:
    """Words as states and steps between them; a state is reached by a pair of characters, then one at a time."""

    def __init__(self) -> None:
        self.pairs: dict[tuple[int, int], int] = {}
        self.begins: dict[int, int] = {}  # pair -> state
        self.within: set[int] = set()  # pairs that are the second of a longer word
        self.steps: dict[tuple[int, int], int] = {}
        self.word: list[int] = []  # of each state; -1 where no word ends

    def add(self, places: list[int], number: int) -> None:
        first, *others = (self.pairs.setdefault(two, len(self.pairs) + 1) for two in pairwise(places[:3]))
        self.within.update(others)
        state = self.begins.setdefault(first, len(self.word))
        self._make(state)
        for place in places[2:]:
            state = self.steps.setdefault((state, place), len(self.word))
            self._make(state)
        self.word[state] = number

    def _make(self, state: int) -> None:
        if state == len(self.word):
            self.word.append(-1)
