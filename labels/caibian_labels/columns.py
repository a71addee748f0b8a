"""The labels of many documents as columns of numbers: what `Labels` tells one by one, twenty times as fast."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .features import Features, Floats, beginnings
from .layout import Bools, Ints, Segments
from .match import Events
from .vote import CANDIDATE, MAX_SPANS, Judged, Labeller


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


@dataclass(frozen=True, slots=True)
class Columns:
    """The verdicts on some documents and on each of their paragraphs, which are numbered through all documents."""

    documents: int
    paragraphs: int
    of_documents: Verdicts
    of_paragraphs: Verdicts


def label_columns(labeller: Labeller, segments: Segments) -> Columns:
    """Return the labels of a batch of documents; they are those of `Labeller.label_all`.

    Paragraphs come without their candidates, which nobody publishes and which are half of the evidence.
    """
    judged = labeller.judge(segments)
    layout, segment = judged.layout, judged.events.segment
    document, unit = layout.segment_document.take(segment), layout.segment_unit.take(segment)
    least = min(CANDIDATE, labeller.threshold)
    return Columns(
        documents=layout.documents,
        paragraphs=layout.paragraphs,
        of_documents=_verdicts(labeller, judged, document, judged.articles, judged.of_articles, least),
        of_paragraphs=_verdicts(labeller, judged, unit, judged.paragraphs, judged.of_paragraphs, labeller.threshold),
    )


def _verdicts(
    labeller: Labeller, judged: Judged, units: Ints, features: Features, chances: Floats, least: float
) -> Verdicts:
    """Return the cells whose probability is at least `least`, given the unit of each event."""
    likely = np.flatnonzero(chances >= least)
    probability = np.round(chances.take(likely), 4)
    unit, topic = features.unit.take(likely), features.topic.take(likely)
    by_name = np.argsort(np.argsort(np.array(labeller.taxonomy.ids)))
    rank = np.rint((1 - probability) * 10_000).astype(np.int64) * features.topics + by_name.take(topic)
    order = np.argsort((unit << 32) | rank)
    likely, unit, topic = likely.take(order), unit.take(order), topic.take(order)
    label, event = _behind(labeller, judged.events, units, features, likely)
    function, function_offset = _functions(label, judged.events.function.take(event), len(likely))
    places, span_offset = _places(judged, label, event, len(likely))
    return Verdicts(
        unit=unit,
        topic=topic,
        probability=probability.take(order),
        published=chances.take(likely) >= labeller.threshold,
        function_offset=function_offset,
        function=function,
        span_offset=span_offset,
        paragraph=places[0],
        start=places[1],
        end=places[2],
    )


def _behind(labeller: Labeller, events: Events, units: Ints, features: Features, likely: Ints) -> tuple[Ints, Ints]:
    """Return the firings that vote for each label (a cell of features), as numbers of label and event, in order."""
    matcher = labeller.matcher
    label_of = np.full(features.units * features.topics, -1, dtype=np.int64)
    label_of[features.cell.take(likely)] = np.arange(len(likely))
    mine = np.flatnonzero((matcher.weights > 0).take(events.function) & (units >= 0))
    cell = units.take(mine) * matcher.topics + matcher.topic_of.take(events.function.take(mine))
    label = label_of.take(cell)
    behind = np.flatnonzero(label >= 0)
    key = np.sort((label.take(behind) << 32) | mine.take(behind))
    return key >> 32, key & 0xFFFFFFFF


def _functions(label: Ints, function: Ints, labels: int) -> tuple[Ints, Ints]:
    """Return the functions of each label, each once, and where each label's begin; events are in their order."""
    new = np.ones(len(label), dtype=np.bool_)
    new[1:] = (label[1:] != label[:-1]) | (function[1:] != function[:-1])
    first = np.flatnonzero(new)
    return function.take(first), _offsets(np.bincount(label.take(first), minlength=labels))


def _places(judged: Judged, label: Ints, event: Ints, labels: int) -> tuple[list[Ints], Ints]:
    """Return paragraph, start and end of each label's places, in their order, each once, and where each label's begin.

    A section's name is no place in the published text.
    """
    layout, events = judged.layout, judged.events
    is_shown = (layout.segment_paragraph >= 0) | layout.segment_is_title
    shown = np.flatnonzero(is_shown.take(events.segment.take(event)))
    label, event = label.take(shown), event.take(shown)
    start = events.start.take(event)
    length = events.end.take(event) - start
    # One number holds all three, so that one sort does it; a title stands before its paragraphs. There are fewer
    # labels than characters, and of those not more than a line of JSON has.
    width, bits = int(length.max(initial=0)).bit_length(), len(layout.text).bit_length()
    key = np.sort((((label << bits) | start) << width) | length)
    key = key.take(beginnings(key))
    label = key >> (bits + width)
    counts = np.bincount(label, minlength=labels)
    few = np.flatnonzero(np.arange(len(key)) - (np.cumsum(counts) - counts).take(label) < MAX_SPANS)
    key = key.take(few)
    start, length = (key >> width) & ((1 << bits) - 1), key & ((1 << width) - 1)
    segment = layout.segment_of.take(start)
    begin = start - layout.segment_start.take(segment)
    return [layout.segment_paragraph.take(segment), begin, begin + length], _offsets(np.minimum(counts, MAX_SPANS))


def _offsets(counts: NDArray[np.integer]) -> Ints:
    return np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(counts, dtype=np.int64)))
