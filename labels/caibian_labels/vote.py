"""Turn the votes of labelling functions into topics with a probability each, for articles and paragraphs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from .features import Features, Floats, measure, with_paragraphs
from .layout import Document, Ints, Layout, Segments, lay_out, segments_of
from .match import Events, Matcher
from .model import LabelModel, load_model
from .taxonomy import Taxonomy

BATCH_CHARS = 500_000  # large enough to hide numpy's cost a call, small enough that what it takes fits a cache
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

    @property
    def needs_words(self) -> bool:
        """Return whether any function asks for the segmenter's words."""
        return any(one.whole_words for one in self.matcher.functions)

    def label(self, document: Document) -> Labels:
        """Return the labels of one document."""
        return self.label_all([document])[0]

    def label_all(self, documents: Sequence[Document]) -> list[Labels]:
        """Return the labels of documents, in their order."""
        out: list[Labels] = []
        for batch in batches(documents):
            labelled = LabelledBatch(self, self.judge(segments_of(batch)))
            out.extend(Labels(labelled, number) for number in range(len(batch)))
        return out

    def measure_all(self, documents: Sequence[Document]) -> Iterator["Measured"]:
        """Yield, a batch at a time, the firings of functions and what they amount to."""
        for batch in batches(documents):
            layout = lay_out(segments_of(batch))
            events = self.matcher.match(layout)
            yield Measured(layout, events, *measure(layout, events, self.matcher))

    def judge(self, segments: Segments) -> "Judged":
        """Return the firings in one batch, and the probabilities of articles and paragraphs."""
        layout = lay_out(segments)
        events = self.matcher.match(layout)
        articles, paragraphs = measure(layout, events, self.matcher)
        ids = self.taxonomy.ids
        of_paragraphs = self.model.paragraph.probabilities(paragraphs, ids)
        headlines = self.model.paragraph.probabilities(articles, ids)
        articles = with_paragraphs(articles, headlines, paragraphs, of_paragraphs, layout)
        of_articles = self.model.article.probabilities(articles, ids)
        return Judged(layout, events, articles, of_articles, paragraphs, of_paragraphs)


@dataclass(frozen=True, slots=True)
class Measured:
    """The layout of a batch, the firings of functions in it, and the features of articles and paragraphs."""

    layout: Layout
    events: Events
    articles: Features
    paragraphs: Features


@dataclass(frozen=True, slots=True)
class Judged:
    """The layout of a batch, the firings of functions in it, features and the probability of each of their cells."""

    layout: Layout
    events: Events
    articles: Features
    of_articles: Floats
    paragraphs: Features
    of_paragraphs: Floats


class LabelledBatch:
    """The probabilities of a batch of documents and what they rest on."""

    def __init__(self, labeller: Labeller, judged: Judged) -> None:
        layout, segment = judged.layout, judged.events.segment
        self._first = np.searchsorted(layout.paragraph_document, np.arange(layout.documents + 1)).tolist()
        document, unit = layout.segment_document.take(segment), layout.segment_unit.take(segment)
        self.articles = _Verdicts(labeller, judged, document, judged.articles, judged.of_articles)
        self.paragraphs = _Verdicts(labeller, judged, unit, judged.paragraphs, judged.of_paragraphs)

    def paragraphs_of(self, number: int) -> tuple[int, int]:
        """Return the first paragraph of a document and the one after its last, as numbers in the batch."""
        return self._first[number], self._first[number + 1]


class _Verdicts:
    """Probabilities of units (articles or paragraphs) with the firings behind them, put in order when first asked."""

    def __init__(self, labeller: Labeller, judged: Judged, units: Ints, features: Features, chances: Floats) -> None:
        self._labeller = labeller
        self._judged = judged
        self._units = units
        self._evidence: _Evidence | None = None
        self._topics = labeller.taxonomy.ids
        units_end = np.arange(features.units + 1)
        likely = np.flatnonzero(chances >= min(CANDIDATE, labeller.threshold))
        self._first = np.searchsorted(features.unit.take(likely), units_end).tolist()
        self._cells, self._chances = features.cell.take(likely).tolist(), chances.take(likely).tolist()
        published = np.flatnonzero(chances >= labeller.threshold)
        self._first_published = np.searchsorted(features.unit.take(published), units_end).tolist()
        self._published = [self._topics[topic] for topic in features.topic.take(published).tolist()]

    def ids(self, unit: int) -> list[str]:
        """Return the ids of a unit's published topics in order."""
        return self._published[self._first_published[unit] : self._first_published[unit + 1]]

    def labels(self, unit: int) -> list[TopicLabel]:
        """Return the topics of a unit, most probable first."""
        if self._evidence is None:
            self._evidence = _gather(self._labeller, self._judged, self._units)
        out = []
        for at in range(self._first[unit], self._first[unit + 1]):
            chance, topic = self._chances[at], self._topics[self._cells[at] % len(self._topics)]
            functions, spans = self._evidence.of(self._cells[at])
            out.append(TopicLabel(topic, round(chance, 4), chance >= self._labeller.threshold, functions, spans))
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


def _gather(labeller: Labeller, judged: Judged, units: Ints) -> _Evidence:
    matcher, layout, events = labeller.matcher, judged.layout, judged.events
    mine = np.flatnonzero((units >= 0) & (matcher.weights[events.function] > 0))
    cells = units[mine] * matcher.topics + matcher.topic_of[events.function[mine]]
    order = np.argsort(cells, kind="stable")
    mine, cells = mine[order], cells[order]
    segment = events.segment[mine]
    begin = layout.segment_start[segment]
    place = layout.segment_paragraph[segment]
    spans = zip(place.tolist(), (events.start[mine] - begin).tolist(), (events.end[mine] - begin).tolist(), strict=True)
    shown = (place >= 0) | layout.segment_is_title[segment]
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
