"""Moving whole groups so that every label has its rows in every split."""

import numpy as np
import numpy.typing as npt

from caibian.splits.assign import TEST, TRAIN, VALIDATION, Groups
from caibian.splits.report import NONE, SPLITS, Codes, LabelRows, Numbers, Short, distinct_pairs, label_counts


class _Plan:
    """The rows of each label in each group and split, as groups move."""

    def __init__(
        self, labels: LabelRows, clusters: Groups, codes: Codes, wanted: Numbers, *, movable: npt.NDArray[np.bool_]
    ) -> None:
        published = codes[labels.rows] != NONE
        self.counts = label_counts(labels, codes)
        self.wanted = wanted
        self.movable = movable
        self.split_of = np.full(len(clusters.unit), NONE, np.int8)
        self.split_of[clusters.of_row[codes != NONE]] = codes[codes != NONE]
        numbers, groups = labels.numbers[published], clusters.of_row[labels.rows[published]]
        by_label, self.members, _ = distinct_pairs(numbers, groups)
        self.bounds = np.searchsorted(by_label, np.arange(len(labels.names) + 1))
        by_group, self.group_labels, self.group_rows = distinct_pairs(groups, numbers)
        self.group_bounds = np.searchsorted(by_group, np.arange(len(clusters.unit) + 1))
        self.size = np.bincount(clusters.of_row[codes != NONE], minlength=len(clusters.unit))
        self.unit = clusters.unit

    def groups(self, label: int) -> Numbers:
        """Return the groups with the label: the smallest first, then by hash."""
        members: Numbers = self.members[self.bounds[label] : self.bounds[label + 1]]
        return members[np.lexsort((self.unit[members], self.size[members]))]

    def move(self, group: int, target: int) -> bool:
        """Move a group if no label falls short where it leaves; return whether it did."""
        span = slice(self.group_bounds[group], self.group_bounds[group + 1])
        labels, rows, source = self.group_labels[span], self.group_rows[span], self.split_of[group]
        if np.any(self.counts[labels, source] - rows < self.wanted[labels]):
            return False
        self.counts[labels, source] -= rows
        self.counts[labels, target] += rows
        self.split_of[group] = target
        return True


def fill(
    labels: LabelRows,
    clusters: Groups,
    codes: Codes,
    *,
    min_rows: int,
    needed: set[int],
    movable: npt.NDArray[np.bool_],
) -> tuple[Codes, int]:
    """Return the splits after groups have moved to where a label is short of rows, and how many moved.

    Rare labels come first. Of the groups that could move, the smallest goes, then the one of the lowest
    hash. None leaves a split that would then be short of one of its labels. Every row also has the label ""
    of which a needed split wants one row, so that none is empty.
    """
    every = np.flatnonzero(codes != NONE)
    with_any = LabelRows(
        [*labels.names, ""],
        np.concatenate([labels.rows, every]),
        np.concatenate([labels.numbers, np.full(len(every), len(labels.names), np.int64)]),
    )
    wanted = np.append(np.full(len(labels.names), min_rows, np.int64), 1)
    plan = _Plan(with_any, clusters, codes, wanted, movable=movable)
    before = plan.split_of.copy()
    rarity = np.argsort(np.diff(plan.bounds), kind="stable")
    for label in rarity.tolist():
        for target in (code for code in (TEST, VALIDATION, TRAIN) if code in needed):
            _fill_label(plan, label, target)
    moved = before != plan.split_of
    changed = moved[clusters.of_row] & (codes != NONE)
    return np.where(changed, plan.split_of[clusters.of_row], codes).astype(np.int8), int(moved.sum())


def _fill_label(plan: _Plan, label: int, target: int) -> None:
    if plan.counts[label, target] >= plan.wanted[label]:
        return
    for group in plan.groups(label).tolist():
        if plan.movable[group] and plan.split_of[group] != target:
            plan.move(group, target)
            if plan.counts[label, target] >= plan.wanted[label]:
                return


def short_labels(
    labels: LabelRows, clusters: Groups, codes: Codes, *, min_rows: int, needed: set[int]
) -> tuple[Short, ...]:
    """Return the labels that have fewer rows in a needed split than wanted, or none."""
    counts = label_counts(labels, codes)
    published = codes[labels.rows] != NONE
    of_label = distinct_pairs(labels.numbers[published], clusters.of_row[labels.rows[published]])[0]
    spread = np.bincount(of_label, minlength=len(labels.names))
    return tuple(
        Short(labels.names[label], SPLITS[code], int(counts[label, code]), min_rows, int(spread[label]))
        for label, code in np.argwhere(counts < max(min_rows, 1)).tolist()
        if code in needed
    )
