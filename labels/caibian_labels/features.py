"""What the votes of a topic's functions amount to: title, lead, body, share of the text, rank among topics."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .layout import BODY, LEAD, PARAGRAPH_LEAD_CHARS, Bools, Ints, Layout
from .match import Events, Matcher

Floats = NDArray[np.float64]

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
_TIMES_COUNT: Floats = np.log2(1 + np.arange(4 * MOST_TIMES + 1) / 4)  # by quarters of a time, as SPEECH_WEIGHT is one


@dataclass(frozen=True, slots=True)
class Features:
    """Numbers of each unit and topic in which any function fired: a cell for each such pair."""

    units: int
    topics: int
    cell: Ints  # unit * topics + topic, ascending
    values: Floats  # cells x features; in memory feature by feature

    def __len__(self) -> int:
        return len(self.cell)

    @property
    def unit(self) -> Ints:
        """Return the unit of each cell."""
        return self.cell // self.topics

    @property
    def topic(self) -> Ints:
        """Return the topic of each cell."""
        return self.cell % self.topics

    def spread(self, numbers: Floats) -> Floats:
        """Return a number of each cell as an array units x topics, with 0 where no function fired."""
        out = np.zeros(self.units * self.topics)
        out[self.cell] = numbers
        return out.reshape(self.units, self.topics)

    def of_units(self, units: Bools) -> "Features":
        """Return the features of the units for which `units` is true, numbered anew."""
        keep = np.flatnonzero(units.take(self.unit))
        unit = (np.cumsum(units) - 1).take(self.unit.take(keep))
        cell = unit * self.topics + self.topic.take(keep)
        return Features(int(np.count_nonzero(units)), self.topics, cell, self.values[keep])


def join_features(parts: Sequence[Features]) -> Features:
    """Return the features of several batches as one."""
    first = np.cumsum([0, *(one.units * one.topics for one in parts)])
    cells = [one.cell + begin for one, begin in zip(parts, first, strict=False)]
    values = np.concatenate([one.values for one in parts])
    return Features(sum(one.units for one in parts), parts[0].topics, np.concatenate(cells), values)


def measure(layout: Layout, events: Events, matcher: Matcher) -> tuple[Features, Features]:
    """Return the features of the articles (without those of their paragraphs) and of the paragraphs."""
    topics, owner, in_paragraphs = matcher.topics, layout.paragraph_document, _sentences(layout)
    of_articles: Floats = np.bincount(owner, weights=in_paragraphs, minlength=layout.documents).astype(np.float64)
    document, unit = layout.segment_document.take(events.segment), layout.segment_unit.take(events.segment)
    part = np.where(events.zone == BODY, 2, events.zone == LEAD)  # 0 is the title, as which a section's name counts too
    inside = np.flatnonzero(unit >= 0)
    own, unit = events.take(inside), unit.take(inside)
    in_lead = own.start - layout.segment_start.take(own.segment) < PARAGRAPH_LEAD_CHARS
    told_in, told = _told(own, unit, layout, matcher)
    articles = _measure(document, part, owner.take(told_in) * topics + told, of_articles, events, matcher)
    paragraphs = _measure(unit, np.where(in_lead, 1, 2), told_in * topics + told, in_paragraphs, own, matcher)
    _title_as_body(articles, layout)
    _lead_as_title(articles, layout)
    return articles, paragraphs


def with_paragraphs(
    articles: Features, headlines: Floats, paragraphs: Features, chances: Floats, layout: Layout
) -> Features:
    """Return the articles' features with the best and the mean probability among their paragraphs.

    `headlines` are probabilities of the articles' cells as if they were paragraphs, `chances` those of the paragraphs'.
    An article of a title alone has no paragraph, and stands for one itself.
    """
    document, owner = articles.unit, layout.paragraph_document
    chars = (layout.segment_end - layout.segment_start).take(layout.paragraph_segment).astype(np.float64)
    total = np.maximum(np.bincount(owner, weights=chars, minlength=layout.documents), 1.0)
    unit = paragraphs.unit
    at = _places(articles).take(owner.take(unit) * articles.topics + paragraphs.topic)
    best = np.zeros(len(articles))
    np.maximum.at(best, at, chances)
    mean = np.bincount(at, weights=chances * chars.take(unit), minlength=len(articles)) / total.take(document)
    bare = _without_body(layout).take(document)
    best, mean = np.where(bare, headlines, best), np.where(bare, headlines, mean)
    own = articles.values[:, :OWN_FEATURES]
    title = np.maximum(own[:, 0], 0.0)
    rank = title / np.maximum(_greatest(title, document), 1e-9)
    columns = (best, mean, title > 0, rank, np.minimum(_stronger(mean, document), MOST_STRONGER))
    return replace(articles, values=np.stack((*own.T, *columns)).T)


def _stronger(values: Floats, unit: Ints) -> Ints:
    """Return for each value how many of its unit's stand before it, the greatest first; all zeros come last."""
    some = np.flatnonzero(values > 0)
    counts = np.bincount(unit.take(some), minlength=int(unit.max(initial=0)) + 1)
    first = np.cumsum(counts) - counts
    order = some.take(np.lexsort((-values.take(some), unit.take(some))))
    out = counts.take(unit)
    out[order] = np.arange(len(order)) - first.take(unit.take(order))
    return out


def _without_body(layout: Layout) -> Bools:
    without: Bools = np.bincount(layout.paragraph_document, minlength=layout.documents) == 0
    return without


def _title_as_body(articles: Features, layout: Layout) -> None:
    """Give items of a title alone that title for their lead and body as well."""
    bare, values = np.flatnonzero(_without_body(layout).take(articles.unit)), articles.values
    values[bare, 1] = values[bare, 2] = values[bare, 0]
    values[bare, 3] = values[bare, 0] >= TELLING


def _lead_as_title(articles: Features, layout: Layout) -> None:
    """Give items without a title half of their lead for one: it tells what they are about, if less sharply."""
    untitled = np.ones(layout.documents, dtype=np.bool_)
    untitled[layout.segment_document[layout.segment_is_title]] = False
    at = np.flatnonzero(untitled.take(articles.unit))
    articles.values[at, 0] = np.minimum(articles.values[at, 1] / 2, CAPS[0])


def _told(events: Events, unit: Ints, layout: Layout, matcher: Matcher) -> tuple[Ints, Ints]:
    """Return paragraph and topic of each sentence that tells of a topic, for each of its topics."""
    telling = np.flatnonzero((matcher.weights >= TELLING).take(events.function) & ~events.in_speech)
    sentence = layout.sentence_of.take(events.start.take(telling)).astype(np.int64)
    tells = np.zeros((int(layout.sentence_of[-1]) + 1) * matcher.topics, dtype=np.bool_)
    tells[sentence * matcher.topics + matcher.topic_of.take(events.function.take(telling))] = True
    owner = np.zeros(int(layout.sentence_of[-1]) + 1, dtype=np.int64)
    owner[sentence] = unit.take(telling)
    told = np.flatnonzero(tells)
    return owner.take(told // matcher.topics), told % matcher.topics


def _measure(unit: Ints, part: Ints, told: Ints, sentences: Floats, events: Events, matcher: Matcher) -> Features:
    """Return the features of units, given the unit and part of each event and the cells that sentences tell of."""
    topics, units = matcher.topics, len(sentences)
    fired = np.zeros(units * topics, dtype=np.bool_)
    fired[unit * topics + matcher.topic_of.take(events.function)] = True
    features = Features(units, topics, np.flatnonzero(fired), np.zeros((0, 0)))
    place, owner = _places(features), features.unit
    function, unit, part, votes = _votes(unit, part, events, matcher)
    at = place.take(unit * topics + matcher.topic_of.take(function))
    many = len(features)
    title, lead, body = np.bincount(part * many + at, weights=votes, minlength=3 * many).reshape(3, many)
    body += lead  # the lead is part of the body too
    scores = [np.clip(score, -cap, cap) for score, cap in zip((title, lead, body), CAPS, strict=True)]
    about = np.bincount(place.take(told), minlength=many)
    first, *others = (np.maximum(score, 0) * weight for score, weight in zip(scores, RANK_WEIGHTS, strict=True))
    total = first + sum(others)
    best = _greatest(total, owner)
    second = _greatest(np.where(total == best, 0.0, total), owner)
    is_first = (total == best) & (total > 0)
    bound = np.maximum(best, 1e-9)
    columns = (about / np.maximum(sentences.take(owner), 1), total / bound, is_first, is_first * (1 - second / bound))
    return replace(features, values=np.stack((*scores, *columns)).T)


def _votes(unit: Ints, part: Ints, events: Events, matcher: Matcher) -> tuple[Ints, Ints, Ints, Floats]:
    """Return function, unit, part and weight of what fires in a part of a unit, however often.

    Events are in the order of function and position, so those of a function in a part of a unit stand together.
    """
    function = events.function
    first = beginnings((function * (int(unit.max(initial=0)) + 1) + unit) * 3 + part)
    spoken = np.cumsum(np.append(np.False_, events.in_speech))
    bounds = np.append(first, len(function))
    quarters = 4 * np.diff(bounds) - round(4 - 4 * SPEECH_WEIGHT) * np.diff(spoken.take(bounds))
    function = function.take(first)
    votes = matcher.weights.take(function) * _TIMES_COUNT.take(np.minimum(quarters, 4 * MOST_TIMES))
    return function, unit.take(first), part.take(first), votes


def _places(features: Features) -> Ints:
    """Return for each unit and topic the position of its cell; anything where it has none."""
    place = np.empty(features.units * features.topics, dtype=np.int64)
    place[features.cell] = np.arange(len(features))
    return place


def _greatest(values: Floats, unit: Ints) -> Floats:
    """Return for each value the greatest of its unit; units ascend."""
    begin = beginnings(unit)
    if not len(begin):
        return values
    return np.repeat(np.maximum.reduceat(values, begin), np.diff(begin, append=len(unit)))


def beginnings(numbers: Ints) -> Ints:
    """Return where each run of equal numbers begins."""
    new = np.ones(len(numbers), dtype=np.bool_)
    np.not_equal(numbers[1:], numbers[:-1], out=new[1:])
    return np.flatnonzero(new)


def _sentences(layout: Layout) -> Floats:
    """Return how many sentences each paragraph has."""
    segment = layout.paragraph_segment
    first, last = layout.segment_start.take(segment), layout.segment_end.take(segment) - 1
    ended = layout.sentence_of.take(np.maximum(first, last)) - layout.sentence_of.take(first)
    counts: Floats = (ended + 1).astype(np.float64)
    return counts
