"""Scores of decisions and probabilities, from sums over rows: equal to scikit-learn's, and fast to resample.

Arrays are rows x labels; `targets` and `chosen` are boolean. A ratio of nothing to nothing is 0. Macro averages run
over the labels that the targets hold.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]

BINS = 10  # of equal width, for reliability; finer ones hold too few rows of a small test split

# What `summary` returns, in order.
FIGURES = (
    "accuracy",
    "exact_match",
    "hamming_loss",
    "micro_precision",
    "micro_recall",
    "micro_f1",
    "macro_precision",
    "macro_recall",
    "macro_f1",
)


@dataclass(frozen=True, slots=True)
class Bin:
    """Predictions of about the same probability: how often they were right."""

    low: float
    high: float
    count: int
    mean_probability: float
    share_right: float


def row_sums(targets: Flags, chosen: Flags) -> Numbers:
    """Return what each row adds to the sums that all figures are made of: rows x (3 + 3 x labels).

    The columns: 1, whether all labels are right, wrong labels; then for each label hits, given, wanted.
    """
    wrong = targets ^ chosen
    head = np.stack([np.ones(len(targets)), ~wrong.any(axis=1), wrong.sum(axis=1)], axis=1)
    return np.concatenate([head, targets & chosen, chosen, targets], axis=1).astype(np.float64)


def summary(sums: Numbers, *, labels: int) -> Numbers:
    """Return FIGURES for each line of summed `row_sums`: lines x figures."""
    rows, exact, wrong = (np.maximum(sums[:, 0], 1e-300), sums[:, 1], sums[:, 2])
    hits, given, wanted = (sums[:, 3 + part * labels : 3 + (part + 1) * labels] for part in range(3))
    present = wanted > 0
    precision, recall, f1 = _ratio(hits, given), _ratio(hits, wanted), _ratio(2 * hits, given + wanted)
    totals = hits.sum(axis=1), given.sum(axis=1), wanted.sum(axis=1)
    micro = _ratio(totals[0], totals[1]), _ratio(totals[0], totals[2]), _ratio(2 * totals[0], totals[1] + totals[2])
    macro = [_ratio((part * present).sum(axis=1), present.sum(axis=1)) for part in (precision, recall, f1)]
    return np.stack([exact / rows, exact / rows, wrong / rows / max(labels, 1), *micro, *macro], axis=1)


def per_label(sums: Numbers, *, labels: int) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Return each label's precision, recall, F1 and support from one line of summed `row_sums`."""
    hits, given, wanted = (sums[3 + part * labels : 3 + (part + 1) * labels] for part in range(3))
    return _ratio(hits, given), _ratio(hits, wanted), _ratio(2 * hits, given + wanted), wanted


def average_precision(likely: npt.NDArray[np.float64], wanted: npt.NDArray[np.bool_]) -> float:
    """Return the mean, over recall, of the precision of ranking rows by probability; 0 without positives."""
    if not wanted.any():
        return 0.0
    order = np.argsort(-likely, kind="stable")
    values, hits = likely[order], np.cumsum(wanted[order])
    ends = np.flatnonzero(np.append(values[:-1] != values[1:], True))  # equal rows are ranked together
    gained = np.diff(hits[ends], prepend=0)
    return float((hits[ends] / (ends + 1) * gained).sum() / hits[-1])


def brier(likely: Numbers, targets: Flags, *, single: bool) -> float:
    """Return the mean squared error of the probabilities: summed over classes, or averaged over topics."""
    errors = (likely - targets) ** 2
    return float(errors.sum(axis=1).mean() if single else errors.mean()) if errors.size else 0.0


def reliability(likely: Numbers, targets: Flags, *, single: bool) -> list[Bin]:
    """Return the bins of the reliability diagram: of the likeliest class of each row, or of every topic of it."""
    if single and len(likely):
        best = likely.argmax(axis=1)
        values, right = likely[np.arange(len(likely)), best], targets[np.arange(len(likely)), best]
    else:
        values, right = likely.ravel(), targets.ravel()
    place = np.minimum((values * BINS).astype(np.int64), BINS - 1)
    found = []
    for number in range(BINS):
        inside = place == number
        if inside.any():
            low, high = number / BINS, (number + 1) / BINS
            found.append(Bin(low, high, int(inside.sum()), float(values[inside].mean()), float(right[inside].mean())))
    return found


def calibration_error(bins: list[Bin]) -> float:
    """Return the expected calibration error: how far, on average, a stated probability is from what came true."""
    total = sum(found.count for found in bins)
    return sum(found.count * abs(found.mean_probability - found.share_right) for found in bins) / max(total, 1)


def _ratio(part: Numbers, whole: Numbers) -> Numbers:
    result: Numbers = np.divide(part, whole, out=np.zeros(np.broadcast(part, whole).shape), where=np.asarray(whole) > 0)
    return result
