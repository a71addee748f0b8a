"""A taxonomy compiled for matching: words as numbers, tables by word, patterns by group, one search."""

from collections.abc import Iterator

import numpy as np

from .chains import Chains, Gaps
from .contexts import Contexts, read_context
from .layout import BODY, Bools, Ints
from .search import Search
from .tables import Table
from .taxonomy import ZONES, Function, Taxonomy

# After one of these a leader speaks until the paragraph ends: a wish list, not a report. What is only "required"
# may be anything, so that verb needs a mark or an addressee behind it.
SPEECH_MARKS = ("指出", "强调", "会议提出", "致辞中说", "讲话中说", *("要求" + mark for mark in "，：,:各全要"))
SPEECH = 0  # number of their group among the words that must or must not stand beside others
Groups = dict[tuple[str, ...], int]


class Compiled:
    """The tables that matching needs."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.topics = len(taxonomy.topics)
        self.functions: list[Function] = [one for topic in taxonomy.topics for one in topic.functions]
        self.topic_of: Ints = np.repeat(np.arange(self.topics), [len(topic.functions) for topic in taxonomy.topics])
        self.weights = np.array([one.weight for one in self.functions], dtype=np.float64)
        self._numbers: dict[str, int] = {}
        direct = [(self._number(word), number) for number, one in enumerate(self.functions) for word in one.words]
        voids = [row for number, one in enumerate(self.functions) for row in self._void(number, one)]
        parts: Groups = {}
        patterns = [
            Gaps(number, tuple(self._group(part, parts) for part in pattern.parts), pattern.gaps)
            for number, one in enumerate(self.functions)
            for pattern in one.patterns
        ]
        beside: Groups = {}
        self._group(SPEECH_MARKS, beside)
        self._wants = [  # function, group of words beside it, whether they must stand there or must not
            (number, self._group(words, beside), wanted)
            for number, one in enumerate(self.functions)
            for words, wanted in ((one.with_any, True), (one.without_any, False))
            if words
        ]
        self._direct = Table(direct, width=2, numbers=self.words)
        self._contexts = Contexts(voids, words=self.words)
        self._chains = Chains(patterns, parts, self._numbers)
        of_words = [(self._numbers[word], group) for words, group in beside.items() for word in words]
        self._beside = Table(of_words, width=2, numbers=self.words)
        self._allowed = np.array([[zone in one.where for zone in ZONES] for one in self.functions]).reshape(
            -1, len(ZONES)
        )
        self._whole = np.array([one.whole_words for one in self.functions], dtype=np.bool_)
        self._ascii = np.array([word.isascii() for word in self._numbers], dtype=np.bool_)
        self._length = np.array([len(word) for word in self._numbers], dtype=np.int64)
        self._in_body = self._wanted_in_body()
        self._search = Search(self._numbers)

    @property
    def words(self) -> int:
        """Return how many different words are looked for."""
        return len(self._numbers)

    def _number(self, word: str) -> int:
        return self._numbers.setdefault(word, len(self._numbers))

    def _group(self, words: tuple[str, ...], groups: Groups) -> int:
        for word in words:
            self._number(word)
        return groups.setdefault(words, len(groups))

    def _void(self, number: int, function: Function) -> Iterator[tuple[int, int, int, int]]:
        """Yield the contexts that forbid a function its words: context, function, word, its place in the context."""
        inside = {*function.words, *(word for one in function.patterns for part in one.parts for word in part)}
        for text in function.not_in:
            context, forbidden = read_context(text)
            for word, offset in forbidden:
                if word in inside:
                    yield self._number(context), number, self._number(word), offset

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
