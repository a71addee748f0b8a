"""Scores of held-out rows -> the slope, shift and threshold that make them probabilities and decisions."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]

# With fewer rows for (or against) a topic among the held-out ones, its own curve or threshold would be an accident;
# it shares that of all topics.
MIN_ROWS = 10
# A tuned threshold stays within these: outside, one lucky row of a rare topic decides.
_LOWEST, _HIGHEST = 0.1, 0.8


@dataclass(frozen=True, slots=True)
class Calibration:
    """probability = logistic or softmax of slope x score + shift; a topic is given from its threshold on."""

    slope: Numbers
    shift: Numbers
    thresholds: Numbers


def calibrate(scores: Numbers, targets: Flags, *, single: bool) -> Calibration:
    """Return the calibration that fits held-out `scores` (rows x labels) best."""
    from scipy.special import expit

    labels = scores.shape[1]
    if single:
        slope = temperature(scores, targets)
        return Calibration(np.full(labels, slope), np.zeros(labels), np.full(labels, 0.5))
    slope_shift = platt(scores, targets)
    likely = expit(scores * slope_shift[0] + slope_shift[1])
    return Calibration(*slope_shift, thresholds(likely, targets))


def temperature(scores: Numbers, targets: Flags) -> float:
    """Return the factor of the scores that makes their softmax likeliest (Guo et al., 2017); 1 without rows."""
    from scipy.optimize import minimize_scalar
    from scipy.special import logsumexp

    labelled = targets.any(axis=1)
    if not labelled.any():
        return 1.0
    values, right = scores[labelled], targets[labelled].argmax(axis=1)

    def loss(log_slope: float) -> float:
        scaled = values * np.exp(log_slope)
        return float((logsumexp(scaled, axis=1) - scaled[np.arange(len(right)), right]).mean())

    # A slope of e^-7 makes all labels equally likely, one of e^5 makes any lead certain.
    found = minimize_scalar(loss, bounds=(-7, 5), method="bounded", options={"xatol": 1e-4})
    return float(np.exp(found.x))


def platt(scores: Numbers, targets: Flags) -> tuple[Numbers, Numbers]:
    """Return slope and shift of each label's logistic curve (Platt, 1999)."""
    labels = scores.shape[1]
    slope, shift = (np.full(labels, value) for value in _curve(scores.ravel(), targets.ravel()))
    positives = targets.sum(axis=0)
    for label in np.flatnonzero(np.minimum(positives, len(targets) - positives) >= MIN_ROWS):
        own_slope, own_shift = _curve(scores[:, label], targets[:, label])
        if own_slope > 0:  # else the score says nothing, and turning it round would be an accident
            slope[label], shift[label] = own_slope, own_shift
    return slope, shift


def _curve(scores: Numbers, wanted: npt.NDArray[np.bool_]) -> tuple[float, float]:
    from sklearn.linear_model import LogisticRegression

    if not len(scores) or wanted.all() or not wanted.any():
        return 1.0, 0.0
    # Platt's targets: a curve through few rows must not be steeper than their number warrants.
    for_it, against = int(wanted.sum()), int((~wanted).sum())
    sure, unsure = (for_it + 1) / (for_it + 2), 1 / (against + 2)
    twice = np.concatenate([scores, scores])[:, None]
    share = np.where(wanted, sure, unsure)
    classes = np.repeat([1, 0], len(scores))
    line = LogisticRegression(C=1e6, tol=1e-8, max_iter=500)
    line.fit(twice, classes, sample_weight=np.concatenate([share, 1 - share]))
    return float(line.coef_[0, 0]), float(line.intercept_[0])


def thresholds(likely: Numbers, targets: Flags) -> Numbers:
    """Return, for each topic, the probability from which giving it makes its F1 best on these rows."""
    shared = _best_threshold(likely.ravel(), targets.ravel()) if targets.any() else 0.5
    found = np.full(likely.shape[1], shared)
    for label in np.flatnonzero(targets.sum(axis=0) >= MIN_ROWS):
        found[label] = _best_threshold(likely[:, label], targets[:, label])
    bounded: Numbers = np.clip(found, _LOWEST, _HIGHEST)
    return bounded


def _best_threshold(likely: Numbers, wanted: npt.NDArray[np.bool_]) -> float:
    """Return the threshold of the best F1, halfway between the last row given and the first not."""
    order = np.argsort(-likely, kind="stable")
    values, hits = likely[order], np.cumsum(wanted[order])
    given = np.arange(1, len(values) + 1)
    f1 = 2 * hits / (given + wanted.sum())
    ends = np.append(values[:-1] != values[1:], True)  # equal rows are given together
    best = int(np.flatnonzero(ends)[np.argmax(f1[ends])])
    following = values[best + 1] if best + 1 < len(values) else 0.0
    return float((values[best] + following) / 2)
