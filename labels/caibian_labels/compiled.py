"""A taxonomy compiled for matching: words as numbers, tables by word, patterns by group, one search."""

from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np

from .layout import BODY, Bools, Ints
from .search import NOTHING, Search
from .taxonomy import ZONES, Function, Taxonomy

# After one of these a leader speaks until the paragraph ends: a wish list, not a report. What is only "required"
# may be anything, so that verb needs a mark or an addressee behind it.
SPEECH_MARKS = ("指出", "强调", "会议提出", "致辞中说", "讲话中说", *("要求" + mark for mark in "，：,:各全要"))


@dataclass(slots=True)
class Table:
    """For a number (a word) its rows, looked up for many numbers at once."""

    rows: list[tuple[int, ...]] = field(default_factory=list)  # number first
    width: int = 1
    first: Ints = field(default_factory=lambda: NOTHING)
    values: tuple[Ints, ...] = ()

    def freeze(self, numbers: int) -> None:
        table = np.array(sorted(set(self.rows)), dtype=np.int64).reshape(-1, self.width + 1)
        self.first = np.searchsorted(table[:, 0], np.arange(numbers + 1)).astype(np.int64)
        self.values = tuple(np.ascontiguousarray(table[:, column]) for column in range(1, self.width + 1))
        self.rows = []

    def look_up(self, numbers: Ints) -> tuple[Ints, tuple[Ints, ...]]:
        """Return the position in `numbers` of each row found, and the rows' columns."""
        begin = self.first[numbers]
        counts = self.first[numbers + 1] - begin
        which = np.repeat(np.arange(len(numbers), dtype=np.int64), counts)
        offset = np.arange(len(which), dtype=np.int64) - np.repeat(np.cumsum(counts) - counts, counts)
        at = begin[which] + offset
        return which, tuple(column[at] for column in self.values)


@dataclass(frozen=True, slots=True)
class Gaps:
    """A compiled pattern: the word numbers of each part, and the gaps between them."""

    function: int
    parts: tuple[int, ...]  # numbers of word groups
    gaps: tuple[int, ...]
    clear: tuple[bool, ...] = ()  # whether any word of the part has a context that forbids it


class Compiled:
    """The tables that matching needs."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.topics = len(taxonomy.topics)
        self.functions: list[Function] = [one for topic in taxonomy.topics for one in topic.functions]
        self.topic_of: Ints = np.array(
            [number for number, topic in enumerate(taxonomy.topics) for _ in topic.functions], dtype=np.int64
        )
        self._numbers: dict[str, int] = {}
        self._groups: dict[tuple[str, ...], int] = {}
        self._direct = Table(width=1)
        self._voids = Table(width=3)
        self._patterns: list[Gaps] = []
        self._beside: set[int] = set()
        for number, function in enumerate(self.functions):
            self._add(number, function)
        self._speech = self._group(SPEECH_MARKS)
        self._direct.freeze(len(self._numbers))
        self._voids.freeze(len(self._numbers))
        self._group_words = [
            np.array([self._numbers[word] for word in words], dtype=np.int64) for words in self._groups
        ]
        self._in_groups = Table(width=1)
        for number, words in enumerate(self._group_words):
            self._in_groups.rows.extend((word, number) for word in words.tolist())
        self._in_groups.freeze(len(self._numbers))
        self._forbid()
        allowed = [[zone in one.where for zone in ZONES] for one in self.functions]
        self._allowed = np.array(allowed, dtype=np.bool_).reshape(-1, len(ZONES))
        self._whole = np.array([one.whole_words for one in self.functions], dtype=np.bool_)
        self._ascii = np.array([word.isascii() for word in self._numbers], dtype=np.bool_)
        self.weights = np.array([one.weight for one in self.functions], dtype=np.float64)
        self._in_body = self._wanted_in_body()
        lengths = np.array([len(word) for word in self._numbers], dtype=np.int64)
        self._by_rank: Ints = np.argsort(-lengths, kind="stable")  # the longest words first
        self._rank: Ints = np.argsort(self._by_rank)
        self._length = lengths
        self._search = Search(self._numbers)

    @property
    def words(self) -> int:
        """Return how many different words the automaton looks for."""
        return len(self._numbers)

    def _number(self, word: str) -> int:
        return self._numbers.setdefault(word, len(self._numbers))

    def _group(self, words: tuple[str, ...]) -> int:
        for word in words:
            self._number(word)
        return self._groups.setdefault(words, len(self._groups))

    def _add(self, number: int, function: Function) -> None:
        for word in function.words:
            self._direct.rows.append((self._number(word), number))
        for pattern in function.patterns:
            groups = tuple(self._group(part) for part in pattern.parts)
            self._patterns.append(Gaps(number, groups, pattern.gaps))
        inside = {*function.words, *(word for one in function.patterns for part in one.parts for word in part)}
        for text in function.not_in:
            context, forbidden = read_context(text)
            for word, offset in forbidden:
                if word in inside:
                    self._voids.rows.append((self._number(context), number, self._number(word), offset))
        for words in (function.with_any, function.without_any):
            if words:
                self._beside.add(self._group(words))

    def _any_forbidden(self, function: int, group: int, forbidden: set[tuple[int, int]]) -> bool:
        return any((function, word) in forbidden for word in self._group_words[group].tolist())

    def _forbid(self) -> None:
        """Note which words, and which parts of patterns, have contexts that forbid them."""
        forbidden = set(zip(self._voids.values[0].tolist(), self._voids.values[1].tolist(), strict=True))
        self._patterns = [
            replace(one, clear=tuple(self._any_forbidden(one.function, group, forbidden) for group in one.parts))
            for one in self._patterns
        ]
        self._void_words = np.zeros(len(self._numbers), dtype=np.bool_)
        self._void_words[self._voids.values[1]] = True

    def _wanted_in_body(self) -> Bools:
        """Return for each word whether any function looks for it elsewhere than in titles and leads."""
        wanted = np.zeros(len(self._numbers), dtype=np.bool_)
        wanted[self._group_words[self._speech]] = True
        body = self._allowed[:, BODY]
        numbers = np.repeat(np.arange(len(self._numbers)), np.diff(self._direct.first))
        wanted[numbers[body[self._direct.values[0]]]] = True
        for pattern in self._patterns:
            if body[pattern.function]:
                for group in pattern.parts:
                    wanted[self._group_words[group]] = True
        for words, number in self._groups.items():
            if number in self._beside:
                wanted[[self._numbers[word] for word in words]] = True
        numbers = np.repeat(np.arange(len(self._numbers)), np.diff(self._voids.first))
        wanted[numbers[body[self._voids.values[0]]]] = True
        return wanted


@cache  # the same contexts forbid words in hundreds of functions
def read_context(text: str) -> tuple[str, tuple[tuple[str, int], ...]]:
    """Return a forbidding context, and what it forbids with its place: any part of it, or that in brackets.

    >>> read_context("深[入学]习")
    ('深入学习', (('入学', 1),))
    """
    before, bracket, rest = text.partition("[")
    word, closing, after = rest.partition("]")
    context = before + word + after if bracket and closing else text
    ends = range(len(context) + 1)
    parts = ((context[start:end], start) for start in ends for end in ends[start + 1 :])
    return context, tuple(part for part in parts if context is text or part[0] == word)
