"""Whether two texts that share most of their grams report the same: edits of one text, or one template twice.

What two texts do not share lies in gaps between the grams they share. Two gaps with the same gram before or
after them hold what one text says in place of the other. Another figure, another wording of two characters and
more, or one character that stands for the same other one in several places, is another fact. Any other single
character is an edit; what only one of the texts has is a passage.
"""

import collections
import difflib
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
# Longer gaps are passages; comparing them character by character would cost their product.
GAP_CHARS = 64
# From here on texts with one edit in a hundred characters have several, which may be adjacent and look like a
# wording, or put a digit for a digit; and who reports of something else says so in more than one place.
LONG_CHARS = 120
# A template has a fact to fill in more often than once in so many characters; less is a correction.
FACT_CHARS = 400


class Differences(NamedTuple):
    """How often one text says something in place of the other, by kind."""

    figures: int
    wordings: int
    slips: int  # two characters for two others: a short name, or two adjacent edits
    edits: int
    passages: int


class _Gap(NamedTuple):
    before: int  # hash of the shared gram before the gap; 0 at the beginning of the text
    after: int
    content: str  # with the character before and after it


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
    if facts == slips == 1 and not passages:
        return False
    # Chance edits single characters: where somebody edited passages, single characters count for less.
    return facts >= edits + (not passages) and facts * FACT_CHARS >= len(left)


def differences(left: Codes, right: Codes, *, contained: bool = False) -> Differences:
    """Return the differences of two texts in time linear in their lengths."""
    left_hashes, right_hashes = gram_hashes(left, GRAM), gram_hashes(right, GRAM)
    left_gaps = _gaps(left, left_hashes, np.isin(left_hashes, right_hashes))
    right_gaps = _gaps(right, right_hashes, np.isin(right_hashes, left_hashes))
    befores = {gap.before: gap for gap in right_gaps}
    afters = {gap.after: gap for gap in right_gaps}
    kinds, singles = collections.Counter[str](), collections.Counter[str]()
    matched = 0
    for gap in left_gaps:
        other = befores.get(gap.before) or afters.get(gap.after)
        matched += other is not None
        for kind, both in _replaced(gap.content, other.content) if other else [("edit", "")]:
            kinds[kind] += 1
            singles[both] += kind == "edit"
    if not contained:
        kinds["edit"] += max(len(right_gaps) - matched, 0)
    repeated = sum(count for both, count in singles.items() if count > 1 and len(both) > 1)
    return Differences(
        kinds["figure"],
        kinds["wording"] + repeated,
        kinds["slip"],
        kinds["edit"] - repeated,
        kinds["passage"],
    )


def _gaps(codes: Codes, hashes: npt.NDArray[np.uint64], shared: npt.NDArray[np.bool_]) -> list[_Gap]:
    """Return what lies between the shared grams of a text."""
    text = codes.tobytes().decode("utf-32-le")
    padded = np.concatenate([[True], shared, [True]]).astype(np.int8)
    edges = np.flatnonzero(np.diff(padded)).tolist()
    gaps = []
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        first, last = start == 0, end == len(hashes)
        low, high = (0 if first else start + GRAM - 1), (len(text) if last else end)
        before, after = (0 if first else int(hashes[start - 1])), (0 if last else int(hashes[end]))
        gaps.append(_Gap(before, after, _widened(text, min(low, high), max(low, high))))
    return gaps


def _widened(text: str, low: int, high: int) -> str:
    """Return a part of a text with the figure that it begins or ends inside of, and a character around it."""
    start, end = low, high
    if low == high or text[low] in DIGITS:
        while start > 0 and text[start - 1] in DIGITS:
            start -= 1
    if low == high or text[high - 1] in DIGITS:
        while end < len(text) and text[end] in DIGITS:
            end += 1
    return text[max(start - 1, 0) : end + 1]


def _replaced(left: str, right: str) -> Iterator[tuple[str, str]]:
    """Yield the kind of each difference of two contents, and what stands for what."""
    if max(len(left), len(right)) > GAP_CHARS:
        yield ("wording" if min(len(left), len(right)) > GAP_CHARS // 2 else "passage"), ""
        return
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    for kind, left_start, left_end, right_start, right_end in matcher.get_opcodes():
        if kind == "equal":
            continue
        one, two = left[left_start:left_end], right[right_start:right_end]
        beside = left[max(left_start - 1, 0) : left_start] + left[left_end : left_end + 1]
        yield _kind(one, two, beside), one + two


def _kind(one: str, two: str, beside: str) -> str:
    """Return what it is that `one` stands for `two`, given the characters beside it."""
    shorter, longer = sorted((len(one), len(two)))
    if _is_figure(one, two, beside):
        return "figure"
    if shorter == longer == 2:
        return "slip"
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
