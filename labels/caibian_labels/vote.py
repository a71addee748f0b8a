"""Turn the votes of labelling functions into topics with a probability each, for articles and paragraphs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from .features import Features, Floats, measure, with_paragraphs
from .layout import TITLE, Document, Ints, Layout, lay_out
from .match import Events, Matcher
from .model import LabelModel, load_model
from .taxonomy import Taxonomy

BATCH_CHARS = 1_500_000  # large enough to hide numpy's cost a call, small enough for some ten megabytes of arrays
MAX_SPANS = 20  # a label with twenty places to show for it is shown; more only swell the files
THRESHOLD = 0.5  # micro-F1 is best here, out of fold on all development sets
CANDIDATE = 0.2  # below this a topic is not worth a row in the evidence


@dataclass(frozen=True, slots=True)
class TopicLabel:
    """One topic of an article or paragraph, with the reason for it."""

    topic: str
    probability: float
    published: bool  # at or above the threshold
    functions: list[str]  # topic.name of those that voted for it
    spans: list[tuple[int, int, int]]  # paragraph (-1 is the title), start, end in characters


class Labels:
    """The topics of one document and of each of its paragraphs, most probable first; candidates included.

    What is asked for is made when it is asked for, from the arrays of the batch the document was labelled in.
    """

    __slots__ = ("_batch", "_number")

    def __init__(self, batch: "LabelledBatch", number: int) -> None:
        self._batch = batch
        self._number = number

    @property
    def topics(self) -> list[TopicLabel]:
        """Return the article's topics, published ones and candidates."""
        return self._batch.articles.labels(self._number)

    @property
    def paragraphs(self) -> list[list[TopicLabel]]:
        """Return the topics of each paragraph, judged on the paragraph alone."""
        first, last = self._batch.paragraphs_of(self._number)
        return [self._batch.paragraphs.labels(unit) for unit in range(first, last)]

    @property
    def ids(self) -> list[str]:
        """Return the ids of the article's published topics in order."""
        return self._batch.articles.ids(self._number)

    @property
    def paragraph_ids(self) -> list[list[str]]:
        """Return the ids of each paragraph's published topics."""
        first, last = self._batch.paragraphs_of(self._number)
        return [self._batch.paragraphs.ids(unit) for unit in range(first, last)]


class Labeller:
    """A taxonomy and a label model, ready to label documents."""

    def __init__(self, taxonomy: Taxonomy, threshold: float = THRESHOLD, model: LabelModel | None = None) -> None:
        self.taxonomy = taxonomy
        self.threshold = threshold
        self.matcher = Matcher(taxonomy)
        self.model = load_model() if model is None else model
        self.function_names = [f"{topic.id}.{one.name}" for topic in taxonomy.topics for one in topic.functions]

    def label(self, document: Document) -> Labels:
        """Return the labels of one document."""
        return self.label_all([document])[0]

    def label_all(self, documents: Sequence[Document]) -> list[Labels]:
        """Return the labels of documents, in their order."""
        out: list[Labels] = []
        for batch in batches(documents):
            labelled = LabelledBatch(self, *self.judge(batch))
            out.extend(Labels(labelled, number) for number in range(len(batch)))
        return out

    def measure_all(self, documents: Sequence[Document]) -> Iterator["Measured"]:
        """Yield, a batch at a time, the firings of functions and what they amount to."""
        for batch in batches(documents):
            layout = lay_out(batch)
            events = self.matcher.match(layout, batch)
            yield Measured(layout, events, *measure(layout, events, self.matcher))

    def judge(self, documents: Sequence[Document]) -> tuple[Layout, Events, Floats, Floats]:
        """Return one batch's layout, its firings, and the probabilities of articles and paragraphs (units x topics)."""
        layout = lay_out(documents)
        events = self.matcher.match(layout, documents)
        articles, paragraphs = measure(layout, events, self.matcher)
        ids = self.taxonomy.ids
        of_paragraphs = self.model.paragraph.probabilities(paragraphs, ids)
        headlines = self.model.paragraph.probabilities(articles, ids)
        articles = with_paragraphs(articles, of_paragraphs, headlines, layout)
        return layout, events, self.model.article.probabilities(articles, ids), of_paragraphs


@dataclass(frozen=True, slots=True)
class Measured:
    """The layout of a batch, the firings of functions in it, and the features of articles and paragraphs."""

    layout: Layout
    events: Events
    articles: Features
    paragraphs: Features


class LabelledBatch:
    """The probabilities of a batch of documents and what they rest on."""

    def __init__(
        self, labeller: Labeller, layout: Layout, events: Events, of_articles: Floats, of_paragraphs: Floats
    ) -> None:
        self._first = np.searchsorted(layout.paragraph_document, np.arange(layout.documents + 1)).tolist()
        document = layout.segment_document[events.segment]
        self.articles = _Verdicts(labeller, layout, events, document, of_articles)
        self.paragraphs = _Verdicts(labeller, layout, events, layout.segment_unit[events.segment], of_paragraphs)

    def paragraphs_of(self, number: int) -> tuple[int, int]:
        """Return the first paragraph of a document and the one after its last, as numbers in the batch."""
        return self._first[number], self._first[number + 1]


class _Verdicts:
    """Probabilities of units (articles or paragraphs) with the firings behind them, put in order when first asked."""

    def __init__(self, labeller: Labeller, layout: Layout, events: Events, units: Ints, chances: Floats) -> None:
        self._labeller = labeller
        self._layout = layout
        self._events = events
        self._units = units
        self._chances = chances
        self._topics = labeller.taxonomy.ids
        self._evidence: _Evidence | None = None
        row, column = np.nonzero(chances >= labeller.threshold)
        self._published = np.searchsorted(row, np.arange(len(chances) + 1)).tolist()
        self._columns = column.tolist()

    def ids(self, unit: int) -> list[str]:
        """Return the ids of a unit's published topics in order."""
        return [self._topics[at] for at in self._columns[self._published[unit] : self._published[unit + 1]]]

    def labels(self, unit: int) -> list[TopicLabel]:
        """Return the topics of a unit, most probable first."""
        if self._evidence is None:
            self._evidence = _gather(self._labeller, self._layout, self._events, self._units)
        least = min(CANDIDATE, self._labeller.threshold)
        out = []
        for at, chance in enumerate(self._chances[unit].tolist()):
            if chance >= least:
                functions, spans = self._evidence.of(unit * len(self._topics) + at)
                published = chance >= self._labeller.threshold
                out.append(TopicLabel(self._topics[at], round(chance, 4), published, functions, spans))
        return sorted(out, key=lambda one: (-one.probability, one.topic))


@dataclass(frozen=True, slots=True)
class _Evidence:
    """Firings of functions that vote for their topic, in the order of cell (unit and topic) and position."""

    names: list[str]
    cells: Ints
    functions: list[int]
    spans: list[tuple[int, int, int]]
    shown: list[bool]  # a section's name is no place in the published text

    def of(self, cell: int) -> tuple[list[str], list[tuple[int, int, int]]]:
        """Return the names of the functions that voted in a cell, and the places where they did."""
        low, high = (int(one) for one in np.searchsorted(self.cells, [cell, cell + 1]))
        names = list(dict.fromkeys(self.names[one] for one in self.functions[low:high]))
        spans = sorted({self.spans[at] for at in range(low, high) if self.shown[at]})
        return names, spans[:MAX_SPANS]


def _gather(labeller: Labeller, layout: Layout, events: Events, units: Ints) -> _Evidence:
    matcher = labeller.matcher
    mine = np.flatnonzero((units >= 0) & (matcher.weights[events.function] > 0))
    cells = units[mine] * matcher.topics + matcher.topic_of[events.function[mine]]
    order = np.argsort(cells, kind="stable")
    mine, cells = mine[order], cells[order]
    segment = events.segment[mine]
    begin = layout.segment_start[segment]
    place = layout.segment_paragraph[segment]
    spans = zip(place.tolist(), (events.start[mine] - begin).tolist(), (events.end[mine] - begin).tolist(), strict=True)
    shown = (place >= 0) | (layout.segment_zone[segment] == TITLE)
    return _Evidence(labeller.function_names, cells, events.function[mine].tolist(), list(spans), shown.tolist())


def batches(documents: Sequence[Document]) -> Iterator[Sequence[Document]]:
    """Yield runs of documents of about BATCH_CHARS characters."""
    begin = chars = 0
    for number, document in enumerate(documents):
        chars += sum(map(len, document.paragraphs)) + len(document.title or "")
        if chars >= BATCH_CHARS:
            yield documents[begin : number + 1]
            begin, chars = number + 1, 0
    if begin < len(documents):
        yield documents[begin:]
