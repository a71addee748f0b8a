"""What the votes of a topic's functions amount to: title, lead, body, share of the text, rank among topics."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .layout import BODY, LEAD, PARAGRAPH_LEAD_CHARS, TITLE, Ints, Layout
from .match import Events, Matcher

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

PARAGRAPH_FEATURES = ("title", "lead", "body", "share", "rank", "first", "margin")
OWN_FEATURES = 5  # an article uses the first five; being first by a margin adds nothing to its paragraphs' verdicts
ARTICLE_FEATURES = (
    *PARAGRAPH_FEATURES[:OWN_FEATURES],
    "best_paragraph",
    "mean_paragraph",
    "in_title",
    "title_rank",
    "stronger",
)
MOST_STRONGER = 5  # an item rarely has more than three topics; how far a sixth is behind tells nothing
SPEECH_WEIGHT = 0.25  # what a leader says should be done is a quarter of a report
TELLING = 1.2  # functions of less weight support a topic, but do not make a sentence one about it
CAPS = (6.0, 8.0, 10.0)  # of title, lead and body: beyond this more of the same says nothing new
RANK_WEIGHTS = (2.0, 1.0, 0.5)  # a title tells most of what an item is about, the body least
MOST_TIMES = 7  # a function that fires seven times counts three times as much as one that fires once


@dataclass(frozen=True, slots=True)
class Features:
    """Numbers of each unit and topic: an array units x topics x features, and where any function fired."""

    values: Floats
    fired: Bools

    def __len__(self) -> int:
        return len(self.values)


def join_features(parts: Sequence[Features]) -> Features:
    """Return the features of several batches as one."""
    return Features(np.concatenate([one.values for one in parts]), np.concatenate([one.fired for one in parts]))


def measure(layout: Layout, events: Events, matcher: Matcher) -> tuple[Features, Features]:
    """Return the features of the articles (without those of their paragraphs) and of the paragraphs."""
    sentences = _sentences(layout)
    of_articles: Floats = np.bincount(layout.paragraph_document, weights=sentences, minlength=layout.documents).astype(
        np.float64
    )
    document = layout.segment_document[events.segment]
    articles = _measure(document, events.zone, of_articles, events, matcher)
    _title_as_body(articles.values, layout)
    _lead_as_title(articles.values, layout)
    unit = layout.segment_unit[events.segment]
    inside = np.flatnonzero(unit >= 0)
    own = events.where(inside)
    offset = own.start - layout.segment_start[own.segment]
    zone = np.where(offset < PARAGRAPH_LEAD_CHARS, LEAD, BODY)
    return articles, _measure(unit[inside], zone, sentences, own, matcher)


def with_paragraphs(articles: Features, chances: Floats, headlines: Floats, layout: Layout) -> Features:
    """Return the articles' features with the best and the mean probability among their paragraphs.

    An article of a title alone has no paragraph; its row of `headlines` (articles x topics) stands for one.
    """
    shape = articles.values.shape[:2]
    best, mean = np.zeros(shape), np.zeros(shape)
    if len(chances):
        owner = layout.paragraph_document
        first = np.flatnonzero(np.diff(owner, prepend=-1))
        chars = (layout.segment_end - layout.segment_start)[layout.paragraph_segment].astype(np.float64)
        best[owner[first]] = np.maximum.reduceat(chances, first, axis=0)
        total = np.maximum(np.add.reduceat(chars, first), 1.0)
        mean[owner[first]] = np.add.reduceat(chances * chars[:, None], first, axis=0) / total[:, None]
    bare = _without_body(layout)
    best[bare] = mean[bare] = headlines[bare]
    own = articles.values[:, :, :OWN_FEATURES]
    title = np.maximum(own[:, :, 0], 0.0)
    rank = title / np.maximum(title.max(axis=1, keepdims=True, initial=0.0), 1e-9)
    columns = (best, mean, title > 0, rank, np.minimum(_stronger(mean), MOST_STRONGER))
    return Features(np.concatenate((own, *(one[..., None] for one in columns)), axis=2), articles.fired)


def _stronger(values: Floats) -> Floats:
    """Return for each value how many of its row's stand before it, the greatest first; all zeros come last."""
    place = np.argsort(np.argsort(-values, axis=1, kind="stable"), axis=1)
    counts: Floats = np.where(values > 0, place, np.count_nonzero(values, axis=1)[:, None]).astype(np.float64)
    return counts


def _without_body(layout: Layout) -> Ints:
    return np.flatnonzero(np.bincount(layout.paragraph_document, minlength=layout.documents) == 0)


def _title_as_body(values: Floats, layout: Layout) -> None:
    """Give items of a title alone that title for their lead and body as well."""
    bare = _without_body(layout)
    values[bare, :, 1] = values[bare, :, 2] = values[bare, :, 0]
    values[bare, :, 3] = values[bare, :, 0] >= TELLING


def _lead_as_title(values: Floats, layout: Layout) -> None:
    """Give items without a title half of their lead for one: it tells what they are about, if less sharply."""
    titled = np.zeros(layout.documents, dtype=np.bool_)
    titled[layout.segment_document[layout.segment_zone == TITLE]] = True
    values[~titled, :, 0] = np.minimum(values[~titled, :, 1] / 2, CAPS[0])


def _measure(unit: Ints, zone: Ints, sentences: Floats, events: Events, matcher: Matcher) -> Features:
    topics, functions, units = matcher.topics, len(matcher.functions), len(sentences)
    values = np.zeros((units * topics, len(PARAGRAPH_FEATURES)))
    fired = np.zeros(units * topics, dtype=np.bool_)
    cell = unit * topics + matcher.topic_of[events.function]
    part = np.where(zone == BODY, 2, zone == LEAD)  # 0 is the title, as which a section's name counts too
    if not len(cell):
        return _shaped(values, fired, units)
    # One number holds all that matters of a firing, so that one sort of numbers brings equal ones together.
    key = np.sort((((cell * functions + events.function) * 3 + part) << 1) | events.speech)
    strength = np.where(key & 1, SPEECH_WEIGHT, 1.0)
    key >>= 1
    first = _beginnings(key)
    key, times = key[first], np.minimum(np.add.reduceat(strength, first), MOST_TIMES)
    votes = matcher.weights[(key // 3) % functions] * np.log2(1 + times)
    owner = key // (3 * functions)
    begin = _beginnings(owner)
    cells = owner[begin]
    place = np.repeat(np.arange(len(cells)), np.diff(begin, append=len(owner)))
    score = np.bincount(place * 3 + key % 3, weights=votes, minlength=len(cells) * 3).reshape(-1, 3)
    score[:, 2] += score[:, 1]  # the lead is part of the body too
    score = np.clip(score, [-one for one in CAPS], CAPS)
    telling = (matcher.weights[events.function] >= TELLING) & (events.speech == 0) & (part > 0)
    about = _distinct(cell[telling], events.sentence[telling], cells)
    owner = cells // topics
    # Not as a product of matrices, whose last bits depend on what other rows there are.
    total = np.sum(np.clip(score, 0, None) * np.array(RANK_WEIGHTS), axis=1)
    best, second = _best_two(total, owner)
    values[cells, :3] = score
    values[cells, 3] = about / np.maximum(sentences[owner], 1)
    values[cells, 4] = total / np.maximum(best, 1e-9)
    values[cells, 5] = (total == best) & (total > 0)
    values[cells, 6] = values[cells, 5] * (1 - second / np.maximum(best, 1e-9))
    fired[cells] = True
    return _shaped(values, fired, units)


def _best_two(total: Floats, owner: Ints) -> tuple[Floats, Floats]:
    """Return for each cell the best and the second best total of its unit."""
    begin = _beginnings(owner)
    sizes = np.diff(begin, append=len(owner))
    best = np.repeat(np.maximum.reduceat(total, begin), sizes)
    rest = np.where(total == best, 0.0, total)
    return best, np.repeat(np.maximum.reduceat(rest, begin), sizes)


def _shaped(values: Floats, fired: Bools, units: int) -> Features:
    topics = len(fired) // units if units else 0
    return Features(values.reshape(units, topics, values.shape[1]), fired.reshape(units, topics))


def _beginnings(numbers: Ints) -> Ints:
    """Return where each run of equal numbers begins."""
    return np.flatnonzero(np.diff(numbers, prepend=-1))


def _distinct(cell: Ints, sentence: Ints, cells: Ints) -> Floats:
    """Return how many different sentences each of the (ascending) cells has."""
    most = int(sentence.max(initial=0)) + 1
    key = np.sort(cell * most + sentence)
    found = key[_beginnings(key)] // most
    counts = np.searchsorted(found, cells, side="right") - np.searchsorted(found, cells)
    return counts.astype(np.float64)


def _sentences(layout: Layout) -> Floats:
    segment = layout.paragraph_segment
    first, last = layout.segment_start[segment], layout.segment_end[segment] - 1
    ended = layout.sentence_of[np.maximum(first, last)] - layout.sentence_of[first]
    counts: Floats = (ended + 1).astype(np.float64)
    return counts
