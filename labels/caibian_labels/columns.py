"""The labels of many documents as columns of numbers: what `Labels` tells one by one, twenty times as fast."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .features import Floats
from .layout import TITLE, Bools, Document, Ints, Layout
from .match import Events
from .vote import CANDIDATE, MAX_SPANS, Labeller, batches


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The labels of units (documents or paragraphs), unit by unit, most probable first; of documents candidates too.

    Label i has the functions `function[function_offset[i]:function_offset[i + 1]]`, its spans likewise.
    """

    unit: Ints
    topic: Ints  # position in the taxonomy
    probability: Floats
    published: Bools
    function_offset: Ints
    function: Ints  # position in `Labeller.function_names`
    span_offset: Ints
    paragraph: Ints  # -1 is the title
    start: Ints
    end: Ints

    def where(self, keep: Bools) -> "Verdicts":
        """Return the labels for which `keep` is true."""
        functions = np.repeat(keep, np.diff(self.function_offset))
        spans = np.repeat(keep, np.diff(self.span_offset))
        return Verdicts(
            unit=self.unit[keep],
            topic=self.topic[keep],
            probability=self.probability[keep],
            published=self.published[keep],
            function_offset=_offsets(np.diff(self.function_offset)[keep]),
            function=self.function[functions],
            span_offset=_offsets(np.diff(self.span_offset)[keep]),
            paragraph=self.paragraph[spans],
            start=self.start[spans],
            end=self.end[spans],
        )


@dataclass(frozen=True, slots=True)
class Columns:
    """The verdicts on some documents and on each of their paragraphs, which are numbered through all documents."""

    documents: int
    paragraphs: int
    of_documents: Verdicts
    of_paragraphs: Verdicts


def label_columns(labeller: Labeller, documents: Sequence[Document]) -> Iterator[Columns]:
    """Yield the labels of documents in their order, a batch at a time; they are those of `Labeller.label_all`.

    Paragraphs come without their candidates, which nobody publishes and which are half of the evidence.
    """
    least = min(CANDIDATE, labeller.threshold)
    for batch in batches(documents):
        layout, events, of_articles, of_paragraphs = labeller.judge(batch)
        document = layout.segment_document[events.segment]
        paragraph = layout.segment_unit[events.segment]
        yield Columns(
            documents=layout.documents,
            paragraphs=layout.paragraphs,
            of_documents=_verdicts(labeller, layout, events, document, of_articles, least=least),
            of_paragraphs=_verdicts(labeller, layout, events, paragraph, of_paragraphs, least=labeller.threshold),
        )


def _verdicts(
    labeller: Labeller, layout: Layout, events: Events, units: Ints, chances: Floats, *, least: float
) -> Verdicts:
    topics = len(labeller.taxonomy.ids)
    unit, topic = np.nonzero(chances >= least)
    chance = chances[unit, topic]
    probability = np.round(chance, 4)
    by_name = np.argsort(np.argsort(np.array(labeller.taxonomy.ids)))
    order = np.lexsort((by_name[topic], -probability, unit))
    unit, topic = unit[order], topic[order]
    label, event = _behind(labeller, events, units, unit * topics + topic)
    function, function_offset = _functions(label, events.function[event], len(unit))
    places, span_offset = _places(layout, events, label, event, len(unit))
    return Verdicts(
        unit=unit,
        topic=topic,
        probability=probability[order],
        published=chance[order] >= labeller.threshold,
        function_offset=function_offset,
        function=function,
        span_offset=span_offset,
        paragraph=places[0],
        start=places[1],
        end=places[2],
    )


def _behind(labeller: Labeller, events: Events, units: Ints, cells: Ints) -> tuple[Ints, Ints]:
    """Return the firings that vote for each label (by its cell: unit and topic), as numbers of label and event."""
    matcher = labeller.matcher
    of = units * matcher.topics + matcher.topic_of[events.function]
    wanted = np.zeros(int(max(cells.max(initial=-1), of.max(initial=-1))) + 1 + matcher.topics, dtype=np.bool_)
    wanted[cells] = True
    mine = np.flatnonzero((units >= 0) & wanted[of] & (matcher.weights[events.function] > 0))
    own = of[mine]
    order = np.argsort(own, kind="stable")
    mine, own = mine[order], own[order]
    first = np.searchsorted(own, cells)
    counts = np.searchsorted(own, cells, side="right") - first
    label = np.repeat(np.arange(len(cells)), counts)
    at = np.repeat(first - np.cumsum(counts) + counts, counts) + np.arange(len(label))
    return label, mine[at]


def _functions(label: Ints, function: Ints, labels: int) -> tuple[Ints, Ints]:
    """Return the functions of each label, each once, and where each label's begin; events are in their order."""
    new = np.ones(len(label), dtype=np.bool_)
    new[1:] = (label[1:] != label[:-1]) | (function[1:] != function[:-1])
    return function[new], _offsets(np.bincount(label[new], minlength=labels))


def _places(layout: Layout, events: Events, label: Ints, event: Ints, labels: int) -> tuple[list[Ints], Ints]:
    """Return paragraph, start and end of each label's places, in their order, each once, and where each label's begin.

    A section's name is no place in the published text.
    """
    segment = events.segment[event]
    shown = (layout.segment_paragraph[segment] >= 0) | (layout.segment_zone[segment] == TITLE)
    label, event = label[shown], event[shown]
    start, length = events.start[event], events.end[event] - events.start[event]
    # One number holds all three, so that one sort does it; a title stands before its paragraphs. There are fewer
    # labels than characters, and of those not more than a line of JSON has.
    width, bits = int(length.max(initial=0)).bit_length(), len(layout.text).bit_length()
    key = np.sort((((label << bits) | start) << width) | length)
    key = key[np.diff(key, prepend=-1) != 0]
    label, start, length = key >> (bits + width), (key >> width) & ((1 << bits) - 1), key & ((1 << width) - 1)
    counts = np.bincount(label, minlength=labels)
    few = np.arange(len(key)) - np.repeat(_offsets(counts)[:-1], counts) < MAX_SPANS
    start, length = start[few], length[few]
    segment = np.searchsorted(layout.segment_start, start, side="right") - 1
    begin = start - layout.segment_start[segment]
    return [layout.segment_paragraph[segment], begin, begin + length], _offsets(np.minimum(counts, MAX_SPANS))


def _offsets(counts: NDArray[np.integer]) -> Ints:
    return np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(counts, dtype=np.int64)))
