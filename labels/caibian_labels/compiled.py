"""A taxonomy compiled for matching: words as numbers, tables by word, patterns by group, one search."""

from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import chain
from typing import TypeVar

import numpy as np

from .chains import Chains
from .contexts import Contexts, read_context
from .layout import BODY, Bools, Ints
from .search import Search
from .tables import Table
from .taxonomy import ZONES, Function, Taxonomy

# After one of these a leader speaks until the paragraph ends: a wish list, not a report. What is only "required"
# may be anything, so that verb needs a mark or an addressee behind it.
SPEECH_MARKS = ("指出", "强调", "会议提出", "致辞中说", "讲话中说", *("要求" + mark for mark in "，：,:各全要"))
SPEECH = 0  # number of their group among the words that must or must not stand beside others
Name = TypeVar("Name", str, tuple[str, ...])


class Compiled:
    """The tables that matching needs."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.topics = len(taxonomy.topics)
        self.functions: list[Function] = [one for topic in taxonomy.topics for one in topic.functions]
        self.topic_of: Ints = np.repeat(np.arange(self.topics), [len(topic.functions) for topic in taxonomy.topics])
        self.weights = np.array([one.weight for one in self.functions], dtype=np.float64)
        numbered = list(enumerate(self.functions))
        patterns = [(number, pattern) for number, one in numbered for pattern in one.patterns]
        beside = {
            number: (one.with_any, one.without_any) for number, one in numbered if one.with_any or one.without_any
        }
        groups = _numbers([SPEECH_MARKS, *chain.from_iterable(beside.values())])
        words = dict.fromkeys(chain.from_iterable(map(_firing, self.functions)))
        voids = list(_voids(self.functions, words))
        self._numbers = _numbers(chain(words, *groups, (context for context, *_ in voids)))
        number_of = self._numbers
        self._wants = [  # function, group of words beside it, whether they must stand there or must not
            (number, groups[words], wanted)
            for number, both in beside.items()
            for words, wanted in zip(both, (True, False), strict=True)
            if words
        ]
        direct = [(number_of[word], number) for number, one in numbered for word in one.words]
        self._direct = Table(direct, width=2, numbers=self.words)
        voids_of = [(number_of[context], number, number_of[word], at) for context, number, word, at in voids]
        self._contexts = Contexts(voids_of, words=self.words)
        self._chains = Chains(patterns, number_of)
        of_groups = [(number_of[word], group) for words, group in groups.items() for word in words]
        self._beside = Table(of_groups, width=2, numbers=self.words)
        allowed = [[zone in one.where for zone in ZONES] for one in self.functions]
        self._allowed = np.array(allowed, dtype=np.bool_).reshape(-1, len(ZONES))
        self._whole = np.array([one.whole_words for one in self.functions], dtype=np.bool_)
        self._ascii = np.array([word.isascii() for word in self._numbers], dtype=np.bool_)
        self._length = np.array([len(word) for word in self._numbers], dtype=np.int64)
        self._in_body = self._wanted_in_body()
        self._search = Search(self._numbers)

    @property
    def words(self) -> int:
        """Return how many different words are looked for."""
        return len(self._numbers)

    def _wanted_in_body(self) -> Bools:
        """Return for each word whether any function looks for it elsewhere than in titles and leads."""
        wanted = np.zeros(self.words, dtype=np.bool_)
        body = self._allowed[:, BODY]
        for table in (self._direct, self._contexts.table):
            word, function = table.columns[:2]
            wanted[word[body[function]]] = True
        wanted[self._chains.words_of(body)] = True
        wanted[self._beside.columns[0]] = True
        return wanted


def _voids(functions: Sequence[Function], words: Container[str]) -> Iterator[tuple[str, int, str, int]]:
    """Yield the contexts that forbid a function its words: context, function, word, its place in the context."""
    lists = {one.not_in: frozenset(one.not_in) for one in functions}  # many functions share one
    forbidding: dict[str, list[tuple[str, str, int]]] = {}  # by word
    for text in dict.fromkeys(chain.from_iterable(lists)):
        context, forbidden = read_context(text)
        for word, offset in forbidden:
            if word in words:
                forbidding.setdefault(word, []).append((text, context, offset))
    for number, one in enumerate(functions):
        own = lists[one.not_in]
        for word in dict.fromkeys(_firing(one)):
            for text, context, offset in forbidding.get(word, ()):
                if text in own:
                    yield context, number, word, offset


def _firing(function: Function) -> Iterator[str]:
    """Return the words that can be part of a firing."""
    parts = (part for pattern in function.patterns for part in pattern.parts)
    return chain(function.words, *parts)


def _numbers(names: Iterable[Name]) -> dict[Name, int]:
    """Return a number for each different name."""
    return {name: number for number, name in enumerate(dict.fromkeys(names))}
