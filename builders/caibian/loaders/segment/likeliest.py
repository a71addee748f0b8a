"""The likeliest way through the words of a dictionary, for a whole text at once.

jieba's rule: from the end of a block, each place takes the word with which the sum of weights to the block's end is
greatest, the longest of several. Where no word spans a border between two characters, every way cuts there, and what
stands before does not depend on what stands behind. So the stretches between such borders, of two to five characters
mostly, are weighed side by side, all from their ends on, a character further at each step.

Two ways can weigh the same but for rounding, and then jieba's choice depends on all that stands behind in the block.
Where weights are that near, the block is weighed again, number by number.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from caibian.loaders.segment.dictionary import Bools, Floats, Found, Ints

Numbers = NDArray[np.int32]

_NEAR = 1e-6
_LONG = 64  # characters; longer stretches are rare and would let the others wait


def likeliest(found: Sequence[Found], alone: Floats, in_block: Bools) -> Bools:
    """Return where the words of the likeliest way start, and True for the text's end.

    `found` are the words of two and more characters that stand in the text, `alone` is the weight of each character.
    """
    starts = np.ones(len(alone) + 1, np.bool_)
    for words in found:
        for inner in range(1, words.length):
            starts[words.start + inner] = False
    stretches = _Stretches(starts)
    chosen = np.ones(len(alone), np.int32)  # the length of the word that the likeliest way takes at each place
    doubtful = _choose(stretches, _by_step(stretches, found), alone, chosen)
    blocks = _blocks_of([*doubtful, stretches.long], in_block)
    starts[list(_choose_exactly(blocks, found, alone, chosen))] = True
    at, end = stretches.start, stretches.end
    while len(at):
        at = at + chosen.take(at)
        on = np.flatnonzero(at < end)
        at, end = at.take(on), end.take(on)
        starts[at] = True
    return starts


class _Stretches:
    """Stretches of two and more characters between neighbouring borders, longest first."""

    def __init__(self, is_border: Bools) -> None:
        borders = np.flatnonzero(is_border)
        lengths = np.diff(borders)
        short = np.flatnonzero((lengths > 1) & (lengths <= _LONG))
        order = short[np.argsort(lengths[short].astype(np.uint8), kind="stable")[::-1]]  # bytes are sorted in one pass
        self.start, self.end, self.length = borders[order], borders[order + 1], lengths[order]
        self.long = borders[:-1][lengths > _LONG]  # where the longer ones start
        self._border_of = np.cumsum(is_border[:-1], dtype=np.int32) - 1
        self._number_of = np.full(len(lengths), -1, np.int32)
        self._number_of[order] = np.arange(len(order))

    def numbers_at(self, places: Ints) -> NDArray[np.int32]:
        """Return in which stretch each place is; -1 for none."""
        return self._number_of.take(self._border_of.take(places))


class _Words(NamedTuple):
    """Words of one length that start at the same distance from the ends of their stretches."""

    length: int
    stretch: Numbers
    weight: Floats


def _by_step(stretches: _Stretches, found: Sequence[Found]) -> Mapping[int, list[_Words]]:
    """Return the words in stretches by how far from its end they start, shorter ones before longer ones."""
    start = np.concatenate([np.zeros(0, np.int64), *(words.start for words in found)])
    weight = np.concatenate([np.zeros(0), *(words.weight for words in found)])
    length = np.repeat([words.length for words in found], [len(words.start) for words in found])
    stretch = stretches.numbers_at(start)
    kept = np.flatnonzero(stretch >= 0)
    step = stretches.end.take(stretch.take(kept)) - start.take(kept)
    key = (step * (_LONG + 1) + length.take(kept)).astype(np.uint16)
    order = np.argsort(key, kind="stable")
    key, kept = key.take(order), kept.take(order)
    stretch, weight = stretch.take(kept), weight.take(kept)
    groups = defaultdict(list)
    edges = np.flatnonzero(np.diff(key, prepend=0)).tolist()
    for first, last in pairwise([*edges, len(key)]):
        at_step, of_length = divmod(int(key[first]), _LONG + 1)
        groups[at_step].append(_Words(of_length, stretch[first:last], weight[first:last]))
    return groups


def _choose(stretches: _Stretches, words: Mapping[int, list[_Words]], alone: Floats, chosen: Numbers) -> list[Ints]:
    """Choose the word at each place of the stretches, and return the places where two ways are near."""
    end, doubtful = stretches.end, []
    counts = np.searchsorted(-stretches.length, -np.arange(max(words, default=0) + 1), side="right").tolist()
    best = [np.zeros(len(end))]  # at each step: of the longest stretches, as many as are so long
    for step in range(1, len(counts)):
        place = end[: counts[step]] - step
        weight = alone.take(place) + best[-1][: counts[step]]
        length = np.ones(len(place), np.int32)
        for these in words[step]:
            other, mine = these.weight + best[step - these.length].take(these.stretch), weight.take(these.stretch)
            doubtful.append(place.take(these.stretch[np.abs(other - mine) < _NEAR]))
            better = np.flatnonzero(other >= mine)
            weight[these.stretch[better]] = other[better]
            length[these.stretch[better]] = these.length
        chosen[place] = length
        best.append(weight)
    return doubtful


def _blocks_of(places: Sequence[Ints], in_block: Bools) -> list[tuple[int, int]]:
    """Return the start and the end of each block that holds one of the places."""
    sought = np.concatenate(places)
    if not len(sought):
        return []
    first, last = runs(in_block)
    numbers = np.unique(np.searchsorted(first, sought, side="right") - 1)
    return list(zip(first[numbers].tolist(), last[numbers].tolist(), strict=True))


def runs(mask: Bools) -> tuple[Ints, Ints]:
    """Return where each run of true values starts and ends."""
    edges = np.flatnonzero(np.diff(mask, prepend=np.False_, append=np.False_))
    return edges[::2], edges[1::2]


def _choose_exactly(
    blocks: Sequence[tuple[int, int]], found: Sequence[Found], alone: Floats, chosen: Numbers
) -> Iterator[int]:
    """Choose the word at each place of some blocks, adding in jieba's order; yield where the words start."""
    inside = np.zeros(len(alone), np.bool_)
    for first, last in blocks:
        inside[first:last] = True
    words_at = defaultdict(list)
    for words in found:
        here = np.flatnonzero(inside.take(words.start))
        for start, weight in zip(words.start[here].tolist(), words.weight[here].tolist(), strict=True):
            words_at[start].append((words.length, weight))
    for first, last in blocks:
        weights = [0.0]  # from the end on
        for place in range(last - 1, first - 1, -1):
            best, length = float(alone[place]) + weights[-1], 1
            for longer, weight in words_at[place]:
                if (other := weight + weights[-longer]) >= best:
                    best, length = other, longer
            weights.append(best)
            chosen[place] = length
        place = first
        while place < last:
            yield place
            place += int(chosen[place])
