"""Contexts that forbid a word to a labelling function where it stands in them: `一带一路` the word `路`."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from .layout import Bools, Ints
from .search import Hits
from .tables import Table


class Contexts:
    """All contexts of a taxonomy: rows of context, function, forbidden word, its place; words are numbers."""

    def __init__(self, rows: Sequence[tuple[int, int, int, int]], *, words: int) -> None:
        self.table = Table(rows, width=4, numbers=words)
        self._words = words
        self._forbidden: Bools = np.zeros(words, dtype=np.bool_)
        self._forbidden[self.table.columns[2]] = True

    def find(self, hits: Hits, chars: int) -> "Forbidden":
        """Return what the contexts among the hits forbid in a text of so many characters."""
        which, (function, word, offset) = self.table.look_up(hits.word)
        start = hits.start.take(which) + offset
        near = np.zeros(chars, dtype=np.bool_)
        near[start] = True
        return Forbidden(self._forbidden, self._words, near, np.sort(_key(function * self._words + word, start)))


@dataclass(frozen=True, slots=True)
class Forbidden:
    """Which words are forbidden to which functions where."""

    _ever: Bools  # of each word
    _words: int
    _near: Bools  # of each place: whether anything is forbidden there
    _keys: Ints

    def allows(self, function: Ints, word: Ints, start: Ints) -> Bools:
        """Return for each word of a function whether it may fire at its place."""
        keep = np.ones(len(start), dtype=np.bool_)
        doubtful = np.flatnonzero(self._ever.take(word) & self._near.take(start))
        if len(doubtful):
            function, word, start = (one.take(doubtful) for one in (function, word, start))
            keys = _key(function * self._words + word, start)
            at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
            keep[doubtful] = self._keys.take(at) != keys
        return keep


def _key(what: Ints, start: Ints) -> Ints:
    keys: Ints = (what << 32) | start
    return keys


@cache  # the same contexts forbid words in hundreds of functions
def read_context(text: str) -> tuple[str, tuple[tuple[str, int], ...]]:
    """Return a forbidding context, and what it forbids with its place: any part of it, or that in brackets.

    >>> read_context("深[入学]习")
    ('深入学习', (('入学', 1),))
    """
    before, bracket, rest = text.partition("[")
    word, closing, after = rest.partition("]")
    if bracket and closing:
        context = before + word + after
        return context, tuple((word, at) for at in range(len(context)) if word and context.startswith(word, at))
    length = len(text)
    return text, tuple((text[at:end], at) for at in range(length) for end in range(at + 1, length + 1))
