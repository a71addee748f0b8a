"""Texts that may stand inside longer ones: found by the marks (one gram in 16) that they share."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from caibian.dedup.candidates import Hashes, Numbers, bucket_pairs

PARTS = 8  # marks are sorted in so many parts, to hold an eighth of them in memory at once
# A mark in more texts than this is a common phrase and says little of where a text stands.
MAX_POSTING = 12
# Of a contained text all marks recur elsewhere; below this share of them it is not worth a look.
RECURRING = 0.75
# And this share of its rarer marks must stand in one and the same text.
SHARED = 0.6
MIN_SHARED = 2


class Marks(NamedTuple):
    """The marks of all texts: text i has `values[starts[i]:starts[i] + counts[i]]`; some may be repeated.

    `values` may hold marks of rows that are no text here: of those that were dropped, and of exact copies.
    """

    starts: Numbers
    counts: Numbers
    values: Hashes


def contained_candidates(marks: Marks, *, chars: Numbers) -> tuple[Numbers, Numbers]:
    """Return pairs (left, right), left < right, of which the shorter text may stand inside the longer one."""
    texts = len(marks.starts)
    distinct, recurring, rare = (np.zeros(texts, np.int64) for _ in range(3))
    postings = []
    for part in range(PARTS):
        members, sizes = _postings(marks, part)
        distinct += np.bincount(members, minlength=texts)
        members, sizes = members[np.repeat(sizes > 1, sizes)], sizes[sizes > 1]
        recurring += np.bincount(members, minlength=texts)
        few = sizes <= MAX_POSTING
        members, sizes = members[np.repeat(few, sizes)], sizes[few]
        rare += np.bincount(members, minlength=texts)
        postings.append((members, sizes))
    wanted = (recurring >= RECURRING * distinct) & (rare >= MIN_SHARED)
    packed = [np.empty(0, np.uint64)]
    for members, sizes in postings:
        for one, two in bucket_pairs(members, sizes):
            is_first = (chars[one] < chars[two]) | ((chars[one] == chars[two]) & (one < two))
            shorter, longer = np.where(is_first, (one, two), (two, one))
            keep = wanted[shorter]
            packed.append((shorter[keep].astype(np.uint64) << np.uint64(32)) | longer[keep].astype(np.uint64))
    pairs, counts = np.unique(np.concatenate(packed), return_counts=True)
    shorter, longer = (pairs >> np.uint64(32)).astype(np.int64), (pairs & np.uint64(0xFFFFFFFF)).astype(np.int64)
    enough = counts >= np.maximum(SHARED * rare[shorter], MIN_SHARED)
    shorter, longer = shorter[enough], longer[enough]
    return np.minimum(shorter, longer), np.maximum(shorter, longer)


def _postings(marks: Marks, part: int) -> tuple[Numbers, Numbers]:
    """Return the texts of each distinct mark of one part, mark after mark, and how many texts each has."""
    chosen = np.flatnonzero((marks.values >> np.uint64(61)).astype(np.int8) == part)
    owners = _owners(marks, chosen)
    values, owners = marks.values[chosen[owners >= 0]], owners[owners >= 0]
    order = np.argsort(values, kind="stable")  # the same marks of one text stay side by side
    values, owners = values[order], owners[order]
    fresh = np.ones(len(values), bool)
    fresh[1:] = (np.diff(values) != 0) | (np.diff(owners) != 0)
    values, owners = values[fresh], owners[fresh]
    changed: npt.NDArray[np.bool_] = np.ones(len(values) + 1, bool)
    changed[1:-1] = np.diff(values) != 0
    return owners, np.diff(np.flatnonzero(changed))


def _owners(marks: Marks, places: Numbers) -> Numbers:
    """Return the texts whose marks stand at these places of `values`, -1 for none; they need not be in its order."""
    order = np.argsort(marks.starts, kind="stable")
    order = order[marks.counts[order] > 0]
    # Before the first text stands nobody: -1, the last of those appended.
    owners = np.append(order, -1)[np.searchsorted(marks.starts[order], places, "right") - 1]
    ends = np.append(marks.starts + marks.counts, 0)
    return np.where(places < ends[owners], owners, -1)
