"""Find the words and patterns of a whole taxonomy in many documents at once: one automaton, then numpy."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .compiled import Compiled
from .layout import BODY, LEAD, LEAD_CHARS, Bools, Document, Ints, Layout, word_boundaries
from .search import NOTHING

Sentences = NDArray[np.int32]
_LONGEST = 0xFFF  # characters of a firing; longer than any pattern can reach


@dataclass(frozen=True, slots=True)
class Events:
    """Firings of labelling functions, in the order of function and position."""

    function: Ints
    start: Ints
    end: Ints
    segment: Ints
    zone: Ints
    sentence: Ints
    speech: Ints  # 1 inside a leader's speech

    def __len__(self) -> int:
        return len(self.function)

    def where(self, keep: Bools | Ints) -> "Events":
        """Return the events for which `keep` is true, or those at its positions."""
        return Events(*(getattr(self, name)[keep] for name in self.__slots__))


class Matcher(Compiled):
    """A compiled taxonomy: finds where each labelling function fires."""

    def match(self, layout: Layout, documents: Sequence[Document]) -> Events:
        """Return the firings of all functions in the layout of documents."""
        word, start, end = self._hits(layout)
        groups = self._by_group(word, start, end)
        voids = self._void_keys(word, start)
        which, (function,) = self._direct.look_up(word)
        parts = [(function, start[which], end[which])]
        keep = self._not_void(function, word[which], start[which], voids)
        keep &= self._at_boundaries(function, start[which], end[which], layout, documents)
        parts = [(function[keep], start[which][keep], end[which][keep])]
        parts.extend(self._pattern_hits(groups, voids, layout))
        columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
        events = _events(columns[0], columns[1], columns[2], layout, self._speech_starts(groups))
        events = events.where(self._allowed[events.function, events.zone])
        return self._together(events, groups, layout)

    def _hits(self, layout: Layout) -> tuple[Ints, Ints, Ints]:
        """Return number, start and end of every word found, by place, but not of title words in the body."""
        word, start, _ = self._search.find(layout)
        # One number holds place and length (longest first), so that one sort of numbers does it.
        key = np.sort((start << 32) | self._rank[word])
        word, start = self._by_rank[key & 0xFFFFFFFF], key >> 32
        end = start + self._length[word]
        segment = layout.segment_of[start]
        keep = self._in_body[word] | (start - layout.segment_start[segment] < layout.segment_head[segment])
        latin = np.flatnonzero(self._ascii[word])
        keep[latin] &= ~(_latin(layout, start[latin] - 1) | _latin(layout, end[latin]))
        return word[keep], start[keep], end[keep]

    def _by_group(self, word: Ints, start: Ints, end: Ints) -> "_Hits":
        which, (group,) = self._in_groups.look_up(word)
        many = len(self._group_words)
        # Numpy sorts 16-bit numbers by radix, ten times faster than wider ones.
        which = which[np.argsort(group.astype(np.uint16) if many <= 0xFFFF else group, kind="stable")]
        first = np.cumsum(np.bincount(group, minlength=many))
        return _Hits(word[which], start[which], end[which], [0, *first.tolist()])

    def _void_keys(self, word: Ints, start: Ints) -> Ints:
        which, (function, inner, offset) = self._voids.look_up(word)
        return np.unique(self._key(function, inner, start[which] + offset))

    def _key(self, function: Ints, word: Ints, start: Ints) -> Ints:
        keys: Ints = ((function * self.words + word) << 32) | start
        return keys

    def _not_void(self, function: Ints, word: Ints, start: Ints, voids: Ints) -> Bools:
        keep = np.ones(len(function), dtype=np.bool_)
        checked = np.flatnonzero(self._void_words[word])
        if len(voids) and len(checked):
            keys = self._key(function[checked], word[checked], start[checked])
            at = np.minimum(np.searchsorted(voids, keys), len(voids) - 1)
            keep[checked] = voids[at] != keys
        return keep

    def _at_boundaries(
        self, function: Ints, start: Ints, end: Ints, layout: Layout, documents: Sequence[Document]
    ) -> Bools:
        keep = np.ones(len(function), dtype=np.bool_)
        checked = np.flatnonzero(self._whole[function])
        if len(checked):
            segments = np.unique(layout.segment_of[start[checked]].astype(np.int64))
            may = word_boundaries(layout, documents, segments)
            keep[checked] = may[start[checked]] & may[end[checked]]
        return keep

    def _pattern_hits(self, hits: "_Hits", voids: Ints, layout: Layout) -> Iterable[tuple[Ints, Ints, Ints]]:
        for pattern in self._patterns:
            parts = []
            for group in pattern.parts:
                parts.append(hits.of(group))
                if not len(parts[-1][0]):
                    break
            else:
                parts = [
                    self._clear(pattern.function, part, voids) if clear else part
                    for part, clear in zip(parts, pattern.clear, strict=True)
                ]
                start, end = _chain(parts, pattern.gaps, layout.sentence_of)
                if len(start):
                    yield np.full(len(start), pattern.function, dtype=np.int64), start, end

    def _clear(self, function: int, part: tuple[Ints, Ints, Ints], voids: Ints) -> tuple[Ints, Ints, Ints]:
        keep = self._not_void(np.full(len(part[0]), function, dtype=np.int64), part[0], part[1], voids)
        return part[0][keep], part[1][keep], part[2][keep]

    def _speech_starts(self, hits: "_Hits") -> Ints:
        return hits.of(self._speech)[1]

    def _together(self, events: Events, hits: "_Hits", layout: Layout) -> Events:
        """Drop events whose function wants a word beside it that is not there, or forbids one that is."""
        keep = np.ones(len(events), dtype=np.bool_)
        for number, function in enumerate(self.functions):
            if not function.with_any and not function.without_any:
                continue
            low, high = np.searchsorted(events.function, [number, number + 1])
            if low == high:
                continue
            place = layout.segment_document if function.scope == "article" else None
            for words, wanted in ((function.with_any, True), (function.without_any, False)):
                if words:
                    beside = hits.of(self._groups[words])[1]
                    segment = layout.segment_of[beside].astype(np.int64)
                    mine = events.segment[low:high]
                    if place is not None:
                        segment, mine = place[segment], place[mine]
                    keep[low:high] &= np.isin(mine, segment) == wanted
        return events.where(keep)


@dataclass(frozen=True, slots=True)
class _Hits:
    """Hits of the words of groups, group by group, each in the order of position."""

    word: Ints
    start: Ints
    end: Ints
    first: list[int]  # where each group begins

    def of(self, group: int) -> tuple[Ints, Ints, Ints]:
        """Return word, start and end of a group's hits."""
        here = slice(self.first[group], self.first[group + 1])
        return self.word[here], self.start[here], self.end[here]


def _chain(parts: list[tuple[Ints, Ints, Ints]], gaps: tuple[int, ...], sentence_of: Sentences) -> tuple[Ints, Ints]:
    """Return start and end of each first word that the other parts follow in their gaps, in one sentence."""
    _, start, end = parts[0]
    for (_, next_start, next_end), gap in zip(parts[1:], gaps, strict=True):
        if not len(start) or not len(next_start):
            return NOTHING, NOTHING
        at = np.minimum(np.searchsorted(next_start, end), len(next_start) - 1)
        near = (next_start[at] >= end) & (next_start[at] - end <= gap)
        start, end, at = start[near], end[near], at[near]
        same = sentence_of[next_start[at]] == sentence_of[end]
        start, end = start[same], next_end[at][same]
    return start, end


def _events(function: Ints, start: Ints, end: Ints, layout: Layout, speech_starts: Ints) -> Events:
    """Return events in the order of function and position, without those inside a longer one of their function."""
    # One number holds function, start and length (longest first), so that one sort of numbers does it all.
    key = np.sort((function << 44) | (start << 12) | (_LONGEST - np.minimum(end - start, _LONGEST)))
    function, start, length = key >> 44, (key >> 12) & 0xFFFFFFFF, _LONGEST - (key & _LONGEST)
    reach = (function << 44) + start + length
    before = np.maximum.accumulate(np.concatenate((np.full(1, -1), reach[:-1]))) if len(reach) else reach
    keep = reach > before
    function, start, end = function[keep], start[keep], (start + length)[keep]
    segment = layout.segment_of[start].astype(np.int64)
    zone = layout.segment_zone[segment]
    offset = layout.segment_body_chars[segment] + start - layout.segment_start[segment]
    zone = np.where((zone == BODY) & (offset < LEAD_CHARS), LEAD, zone)
    last_mark = np.searchsorted(speech_starts, start) - 1
    in_speech = np.zeros(len(start), dtype=np.int64)
    if len(speech_starts):
        in_speech = ((last_mark >= 0) & (speech_starts[last_mark] >= layout.segment_start[segment])).astype(np.int64)
    return Events(function, start, end, segment, zone, layout.sentence_of[start].astype(np.int64), in_speech)


def _latin(layout: Layout, at: Ints) -> Bools:
    inside = (at >= 0) & (at < len(layout.codes))
    code = layout.codes[np.clip(at, 0, max(len(layout.codes) - 1, 0))]
    lower = code | 0x20
    letter = (lower >= ord("a")) & (lower <= ord("z")) | (code >= ord("0")) & (code <= ord("9"))
    return inside & letter
