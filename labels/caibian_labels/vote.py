"""Turn the votes of labelling functions into topics with a probability each, for articles and paragraphs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from .features import Features, measure
from .layout import Document, Layout, lay_out
from .match import Events, Matcher
from .model import LabelModel, load_model
from .taxonomy import Taxonomy

BATCH_CHARS = 400_000  # large enough to hide numpy's cost a call, small enough to stay in the cache
MAX_SPANS = 20  # a label with twenty places to show for it is shown; more only swell the files
CANDIDATE = 0.2  # below this a topic is not worth a row in the evidence


@dataclass(frozen=True, slots=True)
class TopicLabel:
    """One topic of an article or paragraph, with the reason for it."""

    topic: str
    probability: float
    published: bool  # at or above the threshold
    functions: list[str]
    spans: list[tuple[int, int, int]]  # paragraph (-1 is the title), start, end in characters


@dataclass(frozen=True, slots=True)
class Labels:
    """The topics of an article and of each of its paragraphs, most probable first; candidates included."""

    topics: list[TopicLabel]
    paragraphs: list[list[TopicLabel]]

    @property
    def ids(self) -> list[str]:
        """Return the published topics' ids in order of their names."""
        return sorted(one.topic for one in self.topics if one.published)

    @property
    def paragraph_ids(self) -> list[list[str]]:
        """Return the published topics' ids of each paragraph."""
        return [sorted(one.topic for one in some if one.published) for some in self.paragraphs]


class Labeller:
    """A taxonomy and a label model, ready to label documents."""

    def __init__(self, taxonomy: Taxonomy, threshold: float = 0.5, model: LabelModel | None = None) -> None:
        self.taxonomy = taxonomy
        self.threshold = threshold
        self.matcher = Matcher(taxonomy)
        self.model = load_model() if model is None else model
        self._weights = [one.weight for one in self.matcher.functions]
        self._names = [
            f"{topic.id}.{one.name}" for topic in taxonomy.topics for one in topic.functions
        ]

    def label(self, document: Document) -> Labels:
        """Return the labels of one document."""
        return self.label_all([document])[0]

    def label_all(self, documents: Sequence[Document]) -> list[Labels]:
        """Return the labels of documents, in their order."""
        out: list[Labels] = []
        for batch in _batches(documents):
            out.extend(self._label_batch(batch))
        return out

    def measure_all(self, documents: Sequence[Document]) -> Iterator[tuple[Layout, Events, Features, Features]]:
        """Yield, a batch at a time, the firings of functions and what they amount to for articles and paragraphs."""
        for batch in _batches(documents):
            layout = lay_out(batch)
            events = self.matcher.match(layout, batch)
            yield layout, events, *measure(layout, events, self.matcher)

    def _label_batch(self, documents: Sequence[Document]) -> list[Labels]:
        layout = lay_out(documents)
        events = self.matcher.match(layout, documents)
        articles, paragraphs = measure(layout, events, self.matcher)
        ids = self.taxonomy.ids
        of_articles = self.model.article.probabilities(articles, ids)
        of_paragraphs = self.model.paragraph.probabilities(paragraphs, ids)
        labels = [Labels([], [[] for _ in document.paragraphs]) for document in documents]
        for number, some in self._explain(of_articles, events, layout.segment_document[events.segment], layout):
            labels[number].topics.extend(some)
        units = layout.segment_unit[events.segment]
        for unit, some in self._explain(of_paragraphs, events, units, layout):
            segment = int(layout.paragraph_segment[unit])
            place = int(layout.segment_paragraph[segment])
            labels[int(layout.paragraph_document[unit])].paragraphs[place].extend(some)
        return labels

    def _explain(
        self, probabilities: np.ndarray[tuple[int, int], np.dtype[np.float64]], events: Events, units: np.ndarray[tuple[int], np.dtype[np.int64]], layout: Layout
    ) -> Iterator[tuple[int, list[TopicLabel]]]:
        """Yield the labels of each unit that has any, most probable first."""
        topics = len(self.taxonomy.topics)
        row, column = np.nonzero(probabilities >= min(CANDIDATE, self.threshold))
        if not len(row):
            return
        wanted = np.zeros(probabilities.size, dtype=np.bool_)
        wanted[row * topics + column] = True
        topic = self.matcher.topic_of[events.function]
        cell = np.where(units >= 0, units * topics + topic, 0)
        mine = np.flatnonzero((units >= 0) & wanted[cell])
        mine = mine[np.argsort(cell[mine], kind="stable")]
        cells = row * topics + column
        first = np.searchsorted(cell[mine], cells)
        last = np.searchsorted(cell[mine], cells, side="right")
        segment = events.segment[mine]
        begin = layout.segment_start[segment]
        places = layout.segment_paragraph[segment].tolist()
        starts = (events.start[mine] - begin).tolist()
        ends = (events.end[mine] - begin).tolist()
        shown = ((layout.segment_paragraph[segment] >= 0) | (layout.segment_zone[segment] == 0)).tolist()
        functions = events.function[mine].tolist()
        out: dict[int, list[TopicLabel]] = {}
        chances = probabilities[row, column].tolist()
        ids = self.taxonomy.ids
        for number, which, chance, low, high in zip(
            row.tolist(), column.tolist(), chances, first.tolist(), last.tolist(), strict=True
        ):
            positive = [at for at in range(low, high) if self._weights[functions[at]] > 0]
            names = list(dict.fromkeys(self._names[functions[at]] for at in positive))
            spans = sorted({(places[at], starts[at], ends[at]) for at in positive if shown[at]})[:MAX_SPANS]
            label = TopicLabel(ids[which], round(chance, 4), chance >= self.threshold, names, spans)
            out.setdefault(number, []).append(label)
        for number, some in out.items():
            yield number, sorted(some, key=lambda one: (-one.probability, one.topic))


def _batches(documents: Sequence[Document]) -> Iterator[Sequence[Document]]:
    """Yield runs of documents of about BATCH_CHARS characters."""
    begin = chars = 0
    for number, document in enumerate(documents):
        chars += sum(map(len, document.paragraphs)) + len(document.title or "")
        if chars >= BATCH_CHARS:
            yield documents[begin : number + 1]
            begin, chars = number + 1, 0
    if begin < len(documents):
        yield documents[begin:]
