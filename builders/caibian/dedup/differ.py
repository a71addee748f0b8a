"""Whether two texts that share most of their grams report the same: edits of one text, or one template twice.

The texts are aligned at the grams that stand once in each (as in Bram Cohen's patience diff); between them lies
what one text says in place of the other. Another figure, another wording, or one character that stands for the
same other one in several places, is another fact. Any other single character is an edit; more characters that
only one of the texts has are a passage.
"""

import bisect
import collections
import difflib
import itertools
import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from caibian.dedup.sign import GRAM, gram_hashes
from caibian.dedup.text import Codes

DIGITS = frozenset("0123456789./:-")
NUMERALS = frozenset("零〇一二三四五六七八九十百千万亿两")
# A single numeral is a figure before one of these; 统一 and 一样 are words.
COUNTERS = frozenset("年月日号时点分秒岁届期次批轮名人位个件起例所家只辆台吨元万亿成倍级等")
# Who passes a report on a day later, or rewords it, puts one of these for another; no other event is named by them.
TIMES = frozenset(
    (
        *("今天", "昨天", "前天", "今日", "昨日", "前日", "日前", "近日", "当天", "当日"),
        *("凌晨", "清晨", "早晨", "早上", "上午", "中午", "下午", "傍晚", "晚上", "深夜"),
    )
)
_FIGURES = re.compile(r"[0-9]{1,64}|.", re.DOTALL)  # runs of digits, and single characters
Change = tuple[int, int, int, int]  # [start, end) in the one text, [start, end) in the other
# Longer gaps are passages; comparing them character by character would cost their product.
GAP_CHARS = 64
MAX_SINGLES = 4  # characters replaced where they stand, between two anchors; more is a rewording
# From here on texts with one edit in a hundred characters have several, which may be adjacent and look like a
# wording, or put a digit for a digit; and who reports of something else says so in more than one place.
LONG_CHARS = 120
# From here on there are three and more, so that two adjacent ones do not come alone: what does is another name.
SEVERAL_CHARS = 250
# A template has a fact to fill in more often than once in so many characters; less is a correction.
FACT_CHARS = 500


class Differences(NamedTuple):
    """How often one text says something in place of the other, by kind."""

    figures: int
    wordings: int
    slips: int  # two characters for two others: a short name, or two adjacent edits
    edits: int
    passages: int


def reports_other(left: Codes, right: Codes, *, apart: bool = False, contained: bool = False) -> bool:
    """Return whether the differences are mostly other facts: a template, not a copy.

    `apart`: the texts were published long one after the other. What comes again then is a yearly event
    as often as a copy, so one fact or passage is enough. With `contained`, only what stands in `left`
    counts, as `right` holds more by nature.
    """
    figures, wordings, slips, edits, passages = differences(left, right, contained=contained)
    facts = figures + wordings + slips
    if apart:
        return facts + passages > 0
    if len(left) < LONG_CHARS:
        return 0 < facts >= edits
    by_chance = not passages and not wordings  # chance edits single characters, sometimes two that adjoin
    if by_chance:
        alone = not edits and len(left) >= SEVERAL_CHARS
        facts = figures + (slips if alone else slips // 2)
    return facts >= edits + by_chance and facts * FACT_CHARS >= len(left)


def differences(left: Codes, right: Codes, *, contained: bool = False) -> Differences:
    """Return the differences of two texts in about the time of sorting their grams.

    >>> one, two = (np.array(list(map(ord, f"今天国家统计局发布{month}月份数据"))) for month in (3, 4))
    >>> differences(one, two)
    Differences(figures=1, wordings=0, slips=0, edits=0, passages=0)
    """
    kinds, singles = collections.Counter[str](), collections.Counter[str]()
    for one, two in _gaps(left, right, open_ended=contained):
        for kind, both in _replaced(one, two):
            kinds[kind] += 1
            singles[both] += kind == "edit"
    repeated = sum(count for both, count in singles.items() if count > 1 and len(both) > 1)
    return Differences(
        kinds["figure"],
        kinds["wording"] + repeated,
        kinds["slip"],
        kinds["edit"] - repeated,
        kinds["passage"],
    )


def _gaps(left: Codes, right: Codes, *, open_ended: bool) -> Iterator[tuple[str, str]]:
    """Yield what differs between two anchors, with the character before and after it.

    `open_ended` leaves out what stands before the first and after the last anchor.
    """
    left, right = _without_common_ends(left, right)
    one, two = _text(left), _text(right)
    if max(len(one), len(two)) < 4 * GRAM:  # one small change: nothing to align
        yield _trimmed(one, two)
        return
    places = _anchors(gram_hashes(left, GRAM), gram_hashes(right, GRAM))
    if not open_ended:
        ends = np.array([[0, 0], [len(one), len(two)]])
        places = np.concatenate([ends[:1], places, ends[1:]])
    jumps = np.flatnonzero(np.any(np.diff(places, axis=0) != 1, axis=1))
    for low, high in zip(places[jumps].tolist(), places[jumps + 1].tolist(), strict=True):
        first, second = one[low[0] : high[0] + 1], two[low[1] : high[1] + 1]
        if first != second:
            yield _trimmed(first, second)


def _without_common_ends(left: Codes, right: Codes) -> tuple[Codes, Codes]:
    """Return the texts from one gram before the first difference to one gram after the last: mostly little."""
    shorter = min(len(left), len(right))
    unequal = np.flatnonzero(left[:shorter] != right[:shorter])
    start = max(int(unequal[0] if len(unequal) else shorter) - GRAM, 0)
    left, right = left[start:], right[start:]
    shorter = min(len(left), len(right))
    unequal = np.flatnonzero(left[::-1][:shorter] != right[::-1][:shorter])
    end = max(int(unequal[0] if len(unequal) else shorter) - GRAM, 0)
    return left[: len(left) - end], right[: len(right) - end]


def _text(codes: Codes) -> str:
    return codes.astype("<u4").tobytes().decode("utf-32-le")


def _anchors(left: npt.NDArray[np.uint64], right: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """Return where grams that occur once in each text stand, the most that are in the same order in both."""
    singles = []
    for hashes in (left, right):
        values, places, counts = np.unique(hashes, return_index=True, return_counts=True)
        singles.append((values[counts == 1], places[counts == 1]))
    (left_values, left_places), (right_values, right_places) = singles
    _, at_left, at_right = np.intersect1d(left_values, right_values, assume_unique=True, return_indices=True)
    pairs = np.stack([left_places[at_left], right_places[at_right]], axis=1)
    pairs = pairs[np.argsort(pairs[:, 0])]
    return pairs[_longest_rising(pairs[:, 1])]


def _longest_rising(values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the positions of the longest part of distinct values that rises."""
    if np.all(np.diff(values) > 0):
        return np.arange(len(values))
    tails: list[int] = []
    tops: list[int] = []
    previous = [-1] * len(values)
    for number, value in enumerate(values.tolist()):
        place = bisect.bisect_left(tails, value)
        previous[number] = tops[place - 1] if place else -1
        tails[place : place + 1] = [value]
        tops[place : place + 1] = [number]
    chain, number = [], tops[-1] if tops else -1
    while number >= 0:
        chain.append(number)
        number = previous[number]
    return np.array(chain[::-1], np.int64)


def _trimmed(one: str, two: str) -> tuple[str, str]:
    """Return two strings without what both begin and end with, but for one character on each side."""
    start, shorter = 0, min(len(one), len(two))
    while start < shorter and one[start] == two[start]:
        start += 1
    end = 0
    while end < shorter - start and one[-1 - end] == two[-1 - end]:
        end += 1
    start, end = max(start - 1, 0), max(end - 1, 0)
    return one[start : len(one) - end], two[start : len(two) - end]


def _replaced(left: str, right: str) -> Iterator[tuple[str, str]]:
    """Yield the kind of each difference of two contents, and what stands for what."""
    shorter, longer = sorted((len(left) - 2, len(right) - 2))  # without the characters around
    if longer > GAP_CHARS:
        yield ("wording" if shorter > GAP_CHARS // 2 else "passage"), ""
        return
    if longer - shorter > 2 and shorter > 0:
        yield "wording", left + right
        return
    for left_start, left_end, right_start, right_end in _changes(left, right):
        one, two = left[left_start:left_end], right[right_start:right_end]
        beside = left[max(left_start - 1, 0) : left_start] + left[left_end : left_end + 1]
        yield _kind(one, two, beside), one + two


def _changes(left: str, right: str) -> list[Change]:
    """Return where two contents differ, by the shortest account of it.

    Character by character where they stand; or shifted: 口中国 for 中国通 are two edits, and no other wording; or
    figure by figure: 1月1日 and 4月21日 have a 1 in common, which means nothing.
    """
    unequal = [one != two for one, two in zip(left, right, strict=False)]
    accounts = []
    if len(left) == len(right) and sum(unequal) <= MAX_SINGLES:
        accounts.append(_runs(unequal))
        if sum(unequal) <= 2:
            return accounts[0]
    if not DIGITS.isdisjoint(left) and not DIGITS.isdisjoint(right):
        accounts.append(_aligned(_FIGURES.findall(left), _FIGURES.findall(right)))
    accounts.append(_aligned(list(left), list(right)))
    return min(accounts, key=lambda account: sum(max(b - a, d - c) for a, b, c, d in account))


def _runs(unequal: list[bool]) -> list[Change]:
    """Return where contents of one length differ."""
    ends = [0, *itertools.accumulate(len(list(run)) for _, run in itertools.groupby(unequal))]
    return [(start, end, start, end) for start, end in itertools.pairwise(ends) if unequal[start]]


def _aligned(left: list[str], right: list[str]) -> list[Change]:
    """Return where two contents, cut into pieces, differ when equal pieces are laid beside each other."""
    one, two = ([0, *itertools.accumulate(map(len, pieces))] for pieces in (left, right))
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    return [(one[a], one[b], two[c], two[d]) for kind, a, b, c, d in matcher.get_opcodes() if kind != "equal"]


def _kind(one: str, two: str, beside: str) -> str:
    """Return what it is that `one` stands for `two`, given the characters beside it."""
    shorter, longer = sorted((len(one), len(two)))
    if _is_figure(one, two, beside):
        return "figure"
    if shorter == longer == 2:
        return "edit" if one in TIMES and two in TIMES else "slip"
    if not shorter:
        return "passage" if longer > 1 else "edit"
    return "wording" if longer > 2 else "edit"


def _is_figure(one: str, two: str, beside: str) -> bool:
    """Return whether a figure stands for another one, given the characters beside it."""
    if DIGITS.issuperset(one + two):
        return bool(one and two) or not DIGITS.isdisjoint(beside)
    if not (one and two and NUMERALS.issuperset(one + two)):
        return False
    return len(one + two) > 2 or "第" in beside or not COUNTERS.isdisjoint(beside[-1:])
