"""Find the patterns of a taxonomy, all at once.

A pattern can fire in a sentence only that has every one of its parts, and one place of a word in twelve is in such a
sentence. So what a sentence has is asked first, by tables of yes and no; the parts are put together for what is left.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from .contexts import Forbidden
from .layout import SENTENCE_ENDS, Bools, Ints, Layout, Places
from .pattern import Pattern
from .search import NOTHING, Hits
from .tables import Table

MAX_CELLS = 1 << 20  # of a table of groups and sentences, which fits a cache; past it sentences share a column
LONGEST = 0xFFF  # characters of a firing; longer than any pattern can reach


class Chains:
    """The patterns of functions compiled, given the numbers of functions and words."""

    def __init__(self, patterns: Sequence[tuple[int, Pattern]], numbers: Mapping[str, int]) -> None:
        every = dict.fromkeys(part for _, pattern in patterns for part in pattern.parts)
        groups = {words: number for number, words in enumerate(every)}
        parts = [tuple(groups[part] for part in pattern.parts) for _, pattern in patterns]
        self._groups, self._most = len(groups), max(map(len, parts), default=1)
        self._function = np.array([number for number, _ in patterns], dtype=np.int64)
        self._length = np.array([len(one) for one in parts], dtype=np.int64)
        self._part = _padded(parts, self._most)
        self._gap = _padded([pattern.gaps for _, pattern in patterns], self._most)
        of_words = [(numbers[word], group) for words, group in groups.items() for word in words]
        self._of_word = Table(of_words, width=2, numbers=len(numbers))
        of_groups = [(group, at, part) for at, one in enumerate(parts) for part, group in enumerate(one)]
        self._of_group = Table(of_groups, width=3, numbers=len(groups))
        # A word that ends a sentence itself stands in two: what has one is looked for everywhere.
        across = {group for words, group in groups.items() if not SENTENCE_ENDS.isdisjoint("".join(words))}
        self._across = np.flatnonzero([not across.isdisjoint(one) for one in parts])

    def words_of(self, functions: Bools) -> Ints:
        """Return the words that patterns of some functions look for."""
        word, group = self._of_word.columns
        return word[np.isin(group, self._part[functions.take(self._function)])]

    def find(self, hits: Hits, forbidden: Forbidden, layout: Layout) -> tuple[Ints, Ints, Ints]:
        """Return function, start and end of each first word that the other parts follow in their gaps."""
        which, row = self._within_reach(hits, layout)
        word, start, end = (column.take(which) for column in hits)
        allowed = np.flatnonzero(forbidden.allows(self._function.take(row // self._most), word, start))
        row, start, chars = row.take(allowed), start.take(allowed), np.minimum(end - start, LONGEST).take(allowed)
        # One number holds part and place (longest first), so that one sort of numbers does it.
        return self._chained(np.sort((row << 44) | (start << 12) | (LONGEST - chars)), layout.sentence_of)

    def _within_reach(self, hits: Hits, layout: Layout) -> tuple[Ints, Ints]:
        """Return the hits, by position, that can be a part of a pattern, with the number of pattern and part."""
        which, (group,) = self._of_word.look_up(hits.word)
        sentences = int(layout.sentence_of[-1]) + 1
        columns = min(sentences, MAX_CELLS // max(self._groups, 1) + 1)
        column = layout.sentence_of.take(hits.start).astype(np.int64)
        column = (column if columns == sentences else column % columns).take(which)
        cell = group * columns + column
        has = np.zeros(self._groups * columns, dtype=np.bool_)
        has[cell] = True
        pattern, here = self._with_every_part(group, column, has.reshape(self._groups, columns))
        could, wanted = np.zeros(len(self._part) * columns, dtype=np.bool_), np.zeros_like(has)
        could[pattern * columns + here] = True
        for part in self._part.T:
            wanted[part.take(pattern) * columns + here] = True
        keep = np.flatnonzero(wanted.take(cell))
        which, column = which.take(keep), column.take(keep)
        at, (pattern, part) = self._of_group.look_up(group.take(keep))
        keep = np.flatnonzero(could.take(pattern * columns + column.take(at)))
        return which.take(at.take(keep)), (pattern * self._most + part).take(keep)

    def _with_every_part(self, group: Ints, column: Ints, has: Bools) -> tuple[Ints, Ints]:
        """Return patterns and sentences that have all parts, given places of groups and which sentence has which.

        Asked of the sentences that have a pattern's rarest part.
        """
        columns = has.shape[1]
        rarest = np.argmin(np.bincount(group, minlength=self._groups).take(self._part), axis=1)
        is_rarest = np.zeros(self._groups, dtype=np.bool_)
        is_rarest[self._part[np.arange(len(rarest)), rarest]] = True
        here = np.flatnonzero(is_rarest.take(group))
        at, (pattern, part) = self._of_group.look_up(group.take(here))
        keep = np.flatnonzero(part == rarest.take(pattern))
        pattern, column = pattern.take(keep), column.take(here.take(at.take(keep)))
        for other in self._part.T:
            keep = np.flatnonzero(has.ravel().take(other.take(pattern) * columns + column))
            pattern, column = pattern.take(keep), column.take(keep)
        everywhere = np.repeat(self._across, columns), np.tile(np.arange(columns), len(self._across))
        return np.concatenate((pattern, everywhere[0])), np.concatenate((column, everywhere[1]))

    def _chained(self, key: Ints, sentence_of: Places) -> tuple[Ints, Ints, Ints]:
        """Return the chains among sorted parts."""
        row, start = key >> 44, (key >> 12) & 0xFFFFFFFF
        end = start + LONGEST - (key & LONGEST)
        first = np.flatnonzero(row % self._most == 0)
        begin, reach = start.take(first), end.take(first)
        found = [(NOTHING, NOTHING, NOTHING)]
        wanted = row.take(first)
        for part in range(1, self._most):
            wanted = wanted + 1
            at = np.minimum(np.searchsorted(key, (wanted << 44) | (reach << 12)), len(key) - 1)
            gap = start.take(at) - reach
            near = (row.take(at) == wanted) & (gap >= 0) & (gap <= self._gap.ravel().take(wanted - 1))
            near &= sentence_of.take(start.take(at)) == sentence_of.take(reach)
            near_ones = np.flatnonzero(near)
            wanted, begin, reach = wanted.take(near_ones), begin.take(near_ones), end.take(at.take(near_ones))
            is_last = self._length.take(wanted // self._most) == part + 1
            done, on = np.flatnonzero(is_last), np.flatnonzero(~is_last)
            found.append((self._function.take(wanted.take(done) // self._most), begin.take(done), reach.take(done)))
            wanted, begin, reach = wanted.take(on), begin.take(on), reach.take(on)
        function, begin, reach = (np.concatenate(column) for column in zip(*found, strict=True))
        return function, begin, reach


def _padded(rows: Sequence[tuple[int, ...]], width: int) -> Ints:
    """Return rows as an array; a short one goes on with its first number."""
    return np.array([row + row[:1] * (width - len(row)) for row in rows], dtype=np.int64).reshape(len(rows), width)
