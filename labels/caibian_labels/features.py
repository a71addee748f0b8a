"""What the votes of a topic's functions amount to: title, lead, body, share of the text, rank among topics."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .layout import BODY, LEAD, PARAGRAPH_LEAD_CHARS, PUBLISHER, SECTION, TITLE, Ints, Layout
from .match import Events, Matcher

Floats = NDArray[np.float64]

FEATURES = ("title", "lead", "body", "share", "lead_share", "rank", "meta")
SPEECH_WEIGHT = 0.25  # what a leader says should be done is a quarter of a report
TELLING = 1.0  # functions of less weight support a topic, but do not make a sentence one about it
CAPS = {"title": 6.0, "lead": 8.0, "body": 10.0}  # beyond this more of the same says nothing new


@dataclass(frozen=True, slots=True)
class Features:
    """Numbers of each unit (row) and topic (column): an array units x topics for each name in FEATURES."""

    values: Floats  # units x topics x features

    @property
    def fired(self) -> NDArray[np.bool_]:
        """Return where any function of the topic fired."""
        return np.asarray((self.values != 0).any(axis=2))


def measure(layout: Layout, events: Events, matcher: Matcher) -> tuple[Features, Features]:
    """Return the features of the articles and those of the paragraphs."""
    document = layout.segment_document[events.segment]
    articles = _measure(document, events.zone, layout.documents, _document_sentences(layout), events, matcher)
    unit = layout.segment_unit[events.segment]
    inside = unit >= 0
    own = events.where(inside)
    offset = own.start - layout.segment_start[own.segment]
    zone = np.where(offset < PARAGRAPH_LEAD_CHARS, LEAD, BODY)
    paragraphs = _measure(unit[inside], zone, layout.paragraphs, _paragraph_sentences(layout), own, matcher)
    return articles, paragraphs


def _measure(
    unit: Ints, zone: Ints, units: int, sentences: Ints, events: Events, matcher: Matcher
) -> Features:
    topics = int(matcher.topic_of.max()) + 1 if len(matcher.topic_of) else 0
    weight = np.array([one.weight for one in matcher.functions], dtype=np.float64)
    values = np.zeros((units, topics, len(FEATURES)), dtype=np.float64)
    cell = unit * topics + matcher.topic_of[events.function]
    strength = np.where(events.speech == 1, SPEECH_WEIGHT, 1.0)
    for name, code in (("title", TITLE), ("lead", LEAD), ("body", -1)):
        if code < 0:
            mine = (zone == BODY) | (zone == LEAD)
        else:
            mine = zone == code
        score = _votes(cell[mine], events.function[mine], strength[mine], weight, units * topics, len(weight))
        cap = CAPS[name]
        values[:, :, FEATURES.index(name)] = np.clip(score, -cap, cap).reshape(units, topics)
    meta = (zone == SECTION) | (zone == PUBLISHER)
    score = _votes(cell[meta], events.function[meta], strength[meta], weight, units * topics, len(weight))
    values[:, :, FEATURES.index("meta")] = np.clip(score, -3, 3).reshape(units, topics)
    telling = (weight[events.function] >= TELLING) & (events.speech == 0) & (zone != TITLE)
    about = _distinct(cell[telling], events.sentence[telling], units * topics).reshape(units, topics)
    values[:, :, FEATURES.index("share")] = about / np.maximum(sentences, 1)[:, None]
    total = values[:, :, :3] @ np.array([2.0, 1.0, 0.5])
    best = np.maximum(total.max(axis=1, initial=0.0), 1e-9)
    values[:, :, FEATURES.index("rank")] = np.clip(total, 0, None) / best[:, None]
    return Features(values)


def _votes(
    cell: Ints, function: Ints, strength: Floats, weight: Floats, cells: int, functions: int
) -> Floats:
    """Return a cell's sum of the weights of its functions, each grown by how often it fired."""
    if not len(cell):
        return np.zeros(cells)
    key, inverse = np.unique(cell * functions + function, return_inverse=True)
    times = np.bincount(inverse, weights=strength)
    grown = weight[key % functions] * np.minimum(np.log2(1 + times), 3.0)
    return np.bincount(key // functions, weights=grown, minlength=cells)


def _distinct(cell: Ints, sentence: Ints, cells: int) -> Floats:
    """Return how many different sentences each cell has."""
    if not len(cell):
        return np.zeros(cells)
    most = int(sentence.max()) + 1
    return np.bincount(np.unique(cell * most + sentence) // most, minlength=cells).astype(np.float64)


def _paragraph_sentences(layout: Layout) -> Ints:
    segment = layout.paragraph_segment
    low = np.searchsorted(layout.sentence_ends, layout.segment_start[segment])
    high = np.searchsorted(layout.sentence_ends, layout.segment_end[segment] - 1)
    counts: Ints = high - low + 1
    return counts


def _document_sentences(layout: Layout) -> Ints:
    counts = np.bincount(layout.paragraph_document, weights=_paragraph_sentences(layout), minlength=layout.documents)
    return counts.astype(np.int64)
