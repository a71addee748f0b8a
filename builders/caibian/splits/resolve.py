"""Frozen rows and leaks: who follows an earlier version, and who is dropped because it bridges two splits."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from caibian.splits.assign import Groups
from caibian.splits.report import NONE, SPLITS, Codes, Numbers

# From frozen rows a split spreads along pairs in so many steps; what is further away is dropped as bridging.
MAX_STEPS = 64


def follow(codes: Codes, locked: Codes, clusters: Groups, pairs: pa.Table) -> tuple[Codes, npt.NDArray[np.bool_]]:
    """Return the splits after new members have followed the frozen rows of their group; and who cannot.

    In a group with frozen rows of two splits, a row takes the split of the frozen row that it is fewest
    pairs away from. A row in a crowd (see `dedup`), whose pairs are not known, cannot.
    """
    frozen = locked != NONE
    highest, lowest = np.full(len(clusters.unit), NONE, np.int8), np.full(len(clusters.unit), 9, np.int8)
    np.maximum.at(highest, clusters.of_row[frozen], locked[frozen])
    np.minimum.at(lowest, clusters.of_row[frozen], locked[frozen])
    one = (highest == lowest)[clusters.of_row]
    torn = ((highest != NONE) & (highest != lowest))[clusters.of_row]
    followed = np.where(one, highest[clusters.of_row], codes).astype(np.int8)
    followed[torn] = NONE
    followed[frozen] = locked[frozen]
    left, right = _both_ways(pairs, torn)
    for _ in range(MAX_STEPS):
        open_ends = (followed[left] != NONE) & (followed[right] == NONE)
        if not open_ends.any():
            break
        step = np.full(len(followed), NONE, np.int8)
        np.maximum.at(step, right[open_ends], followed[left[open_ends]])
        followed = np.where(followed == NONE, step, followed)
    crowd = pairs.filter(pc.equal(pairs.column("kind"), "crowd"))
    crowded = np.zeros(len(clusters.unit), bool)
    crowded[clusters.of_row[crowd.column("left").to_numpy()]] = True
    return followed, torn & ~frozen & (crowded[clusters.of_row] | (followed == NONE))


def bridging(codes: Codes, locked: Codes, live: npt.NDArray[np.bool_], pairs: pa.Table) -> npt.NDArray[np.bool_]:
    """Return which rows must go so that no pair crosses splits.

    Of a pair, frozen rows stay; else the rows in test stay before those in validation, and those before
    train. A row that is paired with frozen rows of two splits goes in any case.
    """
    count = len(codes)
    text = _texts(pairs, count)
    free, held = np.zeros((count, len(SPLITS)), bool), np.zeros((count, len(SPLITS)), bool)
    shown = live & (codes != NONE)
    fixed = shown & (locked != NONE)
    loose = shown & (locked == NONE)
    free[text[loose], codes[loose]] = True
    held[text[fixed], codes[fixed]] = True
    left, right = pairs.column("left").to_numpy(), text[pairs.column("right").to_numpy()]
    both_held, both = held[left] | held[right], free[left] | free[right] | held[left] | held[right]
    crossing = both.sum(axis=1) > 1
    left, right, both_held, both = left[crossing], right[crossing], both_held[crossing], both[crossing]
    preferred = np.where(both_held.any(axis=1)[:, None], both_held, both)
    allowed = np.zeros_like(both)
    highest = len(SPLITS) - 1 - np.argmax(preferred[:, ::-1], axis=1)
    settled = both_held.sum(axis=1) < 2
    allowed[np.flatnonzero(settled), highest[settled]] = True
    permitted = np.ones((count, len(SPLITS)), bool)
    for side in (left, right):
        np.logical_and.at(permitted, side, allowed)
    gone = np.zeros(count, bool)
    gone[loose] = ~permitted[text[loose], codes[loose]]
    return gone


def _texts(pairs: pa.Table, count: int) -> Numbers:
    """Return for each row the row that stands for its text in the pairs."""
    exact = pc.equal(pairs.column("kind"), "exact").to_numpy(zero_copy_only=False)
    text = np.arange(count)
    text[pairs.column("right").to_numpy()[exact]] = pairs.column("left").to_numpy()[exact]
    return text


def _both_ways(pairs: pa.Table, torn: npt.NDArray[np.bool_]) -> tuple[Numbers, Numbers]:
    left, right = pairs.column("left").to_numpy(), pairs.column("right").to_numpy()
    chosen = torn[left] & torn[right]
    left, right = left[chosen], right[chosen]
    return np.concatenate([left, right]), np.concatenate([right, left])
