"""Find the words and patterns of a whole taxonomy in many documents at once: one search, then numpy."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .chains import LONGEST
from .compiled import SPEECH, Compiled
from .contexts import Forbidden
from .layout import BODY, Bools, Ints, Layout, word_boundaries
from .search import Hits
from .taxonomy import ZONES


@dataclass(frozen=True, slots=True)
class Events:
    """Firings of labelling functions, in the order of function and position."""

    function: Ints
    start: Ints
    end: Ints
    segment: Ints
    zone: NDArray[np.int8]
    in_speech: Bools  # inside a leader's speech

    def __len__(self) -> int:
        return len(self.function)

    def where(self, keep: Bools) -> "Events":
        """Return the events for which `keep` is true."""
        return self.take(np.flatnonzero(keep))

    def take(self, at: Ints) -> "Events":
        """Return the events at some positions."""
        return Events(*(getattr(self, name).take(at) for name in self.__slots__))


class Matcher(Compiled):
    """A compiled taxonomy: finds where each labelling function fires."""

    def match(self, layout: Layout) -> Events:
        """Return the firings of all functions in a layout."""
        hits = self._hits(layout)
        forbidden = self._contexts.find(hits, len(layout.codes))
        found = (self._words_of_functions(hits, forbidden, layout), self._chains.find(hits, forbidden, layout))
        function, start, end = _outermost(*(np.concatenate(column) for column in zip(*found, strict=True)))
        zone = layout.zone_of.take(start)
        allowed = np.flatnonzero(self._allowed.take(function * len(ZONES) + zone))
        function, start, end = (one.take(allowed) for one in (function, start, end))
        beside, (group,) = self._beside.look_up(hits.word)
        beside = hits.start.take(beside)
        segment = layout.segment_of.take(start).astype(np.int64)
        in_speech = _first(beside[group == SPEECH], layout).take(segment) < start
        events = Events(function, start, end, segment, zone.take(allowed), in_speech)
        return events.where(self._in_company(events, beside, group, layout)) if self._wants else events

    def _hits(self, layout: Layout) -> Hits:
        """Return every word found, but not title words in the body, nor Latin words that are part of others."""
        word, start = self._search.find(layout.codes)
        keep = np.flatnonzero(self._in_body.take(word) | (layout.zone_of.take(start) != BODY))
        word, start = word.take(keep), start.take(keep)
        end = start + self._length.take(word)
        latin = np.flatnonzero(self._ascii.take(word))
        inside = latin[_latin(layout, start.take(latin) - 1) | _latin(layout, end.take(latin))]
        if len(inside):
            word, start, end = (np.delete(one, inside) for one in (word, start, end))
        return Hits(word, start, end)

    def _words_of_functions(self, hits: Hits, forbidden: Forbidden, layout: Layout) -> tuple[Ints, Ints, Ints]:
        """Return the words that make a function fire, as function, start and end."""
        which, (function,) = self._direct.look_up(hits.word)
        word, start, end = (one.take(which) for one in hits)
        keep = forbidden.allows(function, word, start)
        ambiguous = np.flatnonzero(self._whole.take(function))
        if len(ambiguous):
            first, last = start.take(ambiguous), end.take(ambiguous)
            may = word_boundaries(layout, np.unique(layout.segment_of.take(first)))
            keep[ambiguous] &= may.take(first) & may.take(last)
        at = np.flatnonzero(keep)
        return function.take(at), start.take(at), end.take(at)

    def _in_company(self, events: Events, beside: Ints, group: Ints, layout: Layout) -> Bools:
        """Return whether the word that a function wants beside it is there, and one that it forbids is not."""
        keep = np.ones(len(events), dtype=np.bool_)
        for function, words, wanted in self._wants:
            low, high = np.searchsorted(events.function, [function, function + 1])
            place, mine = layout.segment_of.take(beside[group == words]), events.segment[low:high]
            if self.functions[function].scope == "article":
                place, mine = layout.segment_document.take(place), layout.segment_document.take(mine)
            # A document without a text has no segment, so there may be more documents than segments.
            there = np.zeros(max(len(layout.segment_start), layout.documents), dtype=np.bool_)
            there[place] = True
            keep[low:high] &= there.take(mine) == wanted
        return keep


def _outermost(function: Ints, start: Ints, end: Ints) -> tuple[Ints, Ints, Ints]:
    """Return firings in the order of function and position, without those inside a longer one of their function."""
    # One number holds function, start and length (longest first), so that one sort of numbers does it all.
    key = np.sort((function << 44) | (start << 12) | (LONGEST - np.minimum(end - start, LONGEST)))
    place = key >> 12
    reach = place + (LONGEST - (key & LONGEST))
    keep = (
        np.flatnonzero(reach > np.maximum.accumulate(np.concatenate((np.full(1, -1), reach[:-1])))) if len(key) else key
    )
    place, reach = place.take(keep), reach.take(keep)
    function, start = place >> 32, place & 0xFFFFFFFF
    return function, start, start + (reach - place)


def _first(starts: Ints, layout: Layout) -> Ints:
    """Return where each segment has the first of some places; behind the text where it has none."""
    first = np.full(len(layout.segment_start), len(layout.codes), dtype=np.int64)
    starts = np.sort(starts)[::-1]  # of several, the last written stays
    first[layout.segment_of.take(starts)] = starts
    return first


def _latin(layout: Layout, at: Ints) -> Bools:
    inside = (at >= 0) & (at < len(layout.codes))
    code = layout.codes[np.clip(at, 0, max(len(layout.codes) - 1, 0))]
    lower = code | 0x20
    letter = (lower >= ord("a")) & (lower <= ord("z")) | (code >= ord("0")) & (code <= ord("9"))
    return inside & letter
