"""Weighted counts and labels -> the weights of a linear model, one label against the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from caibian.baseline.features import Vocabulary
from caibian.baseline.models import weigh
from caibian.baseline.runs import run_lengths

if TYPE_CHECKING:
    import scipy.sparse as sp
    from sklearn.feature_extraction.text import TfidfTransformer

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]

_SEED = 0  # of the solver's order of rows; any fixed number will do
_MAX_ITERATIONS = 2_000
_TOLERANCE = 0.1  # liblinear's own; 1e-4 takes twice as long and changes no figure in its third digit
# Added to the sums that log ratios are taken of; .1 to 1 differ by less than .001 on THUCNews headlines.
_SMOOTH = 0.1
# A label without examples, or without counterexamples, is scored as one example in that many would be.
_UNSEEN_ROWS = 1_000.0


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model is trained, beside which features it counts."""

    name: str
    penalty: float = 1.0  # the linear SVM's C
    reweight: float = 0.0  # share of the log count ratio in a feature's scale: NB-SVM (Wang and Manning, 2012)
    complement: float = 0.0  # weight of complement Naive Bayes (Rennie et al., 2003) beside the SVM
    word_weight: float = 1.0
    run_weights: tuple[float, float, float] = (1.0, 1.0, 1.0)  # of runs of one, two and three characters
    opening_weight: float = 1.5
    naive_bayes: bool = False  # multinomial Naive Bayes instead of all that


# The one that does best on held-out rows is taken. With many rows the first wins (THUCNews headlines .910, against
# .904 without reweighting; a penalty of .5 is .0015 better than one of 1 over five folds). Where titles tell most,
# the second does (1,200 articles of 6 classes .967 against .959; where the texts have none, the first: 1,000 articles
# of 10 classes .982 against .975). With few short texts Naive Bayes steadies the weights (15 classes from 1,100
# headlines .436 against .425; penalties from .2 to 1, shares from .6 to 2 and other weights of runs differ by less
# than .005).
MANY_ROWS = Recipe("reweighted", penalty=0.5, reweight=0.25)
TITLED = Recipe("title first", penalty=3.0, reweight=0.5, opening_weight=3.0)
FEW_ROWS = Recipe("steadied", penalty=0.5, complement=0.6, word_weight=0.5, run_weights=(1.4, 1.0, 0.7))
TOPICS = Recipe("topic by topic", penalty=1.0, reweight=0.25)  # for any number of labels a text
NAIVE_BAYES = Recipe("naive-bayes", naive_bayes=True)


@dataclass(frozen=True, slots=True)
class Linear:
    """Weights of a linear model: labels x features, and one intercept a label."""

    weights: Numbers
    intercept: Numbers


def weigher_of(counts: sp.csr_array, vocabulary: Vocabulary, recipe: Recipe) -> TfidfTransformer | None:
    """Return TF-IDF weights learnt from `counts`, with the recipe's weight of each kind; None without features."""
    if not len(vocabulary):
        return None
    from sklearn.feature_extraction.text import TfidfTransformer

    weigher = TfidfTransformer(sublinear_tf=True).fit(counts)
    by_length = np.array([0.0, *recipe.run_weights])
    kinds = [
        np.full(len(vocabulary.words), recipe.word_weight),
        by_length[run_lengths(vocabulary.runs)],
        by_length[run_lengths(vocabulary.opening)] * recipe.opening_weight,
    ]
    weigher.idf_ = weigher.idf_ * np.concatenate(kinds)
    return weigher


def fit(
    counts: sp.csr_array,
    targets: Flags,
    row_weights: Numbers,
    *,
    weigher: TfidfTransformer | None,
    recipe: Recipe,
    single: bool,
) -> Linear:
    """Return weights trained on counted rows; `targets` is rows x labels."""
    matrix = weigh(weigher, counts)
    row_weights = _balanced(targets, row_weights) if single else row_weights
    if recipe.naive_bayes:
        return _naive_bayes(matrix, targets, row_weights, single=single)
    linear = _support_vectors(matrix, targets, row_weights, recipe=recipe, single=single)
    return _steadied(linear, matrix, targets, row_weights, recipe.complement) if single else linear


def prior(targets: Flags, row_weights: Numbers) -> Numbers:
    """Return each label's share of the rows' weight."""
    shares: Numbers = row_weights @ targets / max(row_weights.sum(), 1e-12)
    return shares


def log_odds(shares: Numbers) -> Numbers:
    """Return the logarithm of p : 1 - p, finite for labels that are on no row or on all."""
    held = np.clip(shares, 1 / _UNSEEN_ROWS, 1 - 1 / _UNSEEN_ROWS)
    odds: Numbers = np.log(held / (1 - held))
    return odds


def _balanced(targets: Flags, row_weights: Numbers) -> Numbers:
    """Return row weights under which rare classes count more: by the square root of how much rarer they are.

    The full ratio would give a class of five rows the say of a class of five thousand.
    """
    shares = prior(targets, row_weights)
    present = shares[shares > 0]
    scale = np.ones(len(shares)) if not len(present) else np.sqrt(present.mean() / np.where(shares > 0, shares, 1))
    return row_weights * np.where(targets.any(axis=1), (targets * scale).max(axis=1), 1)


def _support_vectors(
    matrix: sp.csr_array, targets: Flags, row_weights: Numbers, *, recipe: Recipe, single: bool
) -> Linear:
    from sklearn.svm import LinearSVC

    weights = np.zeros((targets.shape[1], matrix.shape[1]))
    intercept = log_odds(prior(targets, row_weights))
    scaled = matrix.copy()
    for label, wanted, scale in _scales(matrix, targets, row_weights, recipe.reweight):
        own = row_weights if single else _raised(wanted, row_weights)
        np.take(scale, matrix.indices, out=scaled.data, mode="clip")  # in place: new memory takes longer than the work
        scaled.data *= matrix.data
        solver = LinearSVC(C=recipe.penalty, random_state=_SEED, tol=_TOLERANCE, max_iter=_MAX_ITERATIONS)
        solver.fit(scaled, wanted, sample_weight=own)
        weights[label], intercept[label] = solver.coef_[0] * scale, solver.intercept_[0]
    return Linear(weights, intercept)


def _raised(wanted: npt.NDArray[np.bool_], row_weights: Numbers) -> Numbers:
    """Return row weights with a topic's rows raised by the square root of how much rarer than the others they are."""
    ratio = row_weights[~wanted].sum() / row_weights[wanted].sum()
    return np.where(wanted, row_weights * np.sqrt(max(ratio, 1.0)), row_weights)


def _scales(
    matrix: sp.csr_array, targets: Flags, row_weights: Numbers, reweight: float
) -> Iterator[tuple[int, npt.NDArray[np.bool_], Numbers]]:
    """Yield each label that has rows for and against it: its number, its rows, and the scale of each feature."""
    trainable = np.flatnonzero(targets.any(axis=0) & ~targets.all(axis=0)) if matrix.shape[1] else np.array([], int)
    inside, total = matrix.T @ (row_weights[:, None] * targets[:, trainable]), matrix.T @ row_weights
    for place, label in enumerate(trainable):
        ratio = np.ones(matrix.shape[1])
        if reweight:
            ratio = np.abs(_log_ratio(inside[:, place], total))
        mean = ratio.mean()
        yield int(label), targets[:, label], ((1 - reweight) * mean + reweight * ratio) / max(mean, 1e-12)


def _log_ratio(inside: Numbers, total: Numbers) -> Numbers:
    """Return how much likelier each feature is inside a label than outside, from its weight there and in all."""
    within, without = inside + _SMOOTH, total - inside + _SMOOTH
    ratio: Numbers = np.log(within / within.sum()) - np.log(without / without.sum())
    return ratio


def _steadied(linear: Linear, matrix: sp.csr_array, targets: Flags, row_weights: Numbers, share: float) -> Linear:
    """Return `linear` plus complement Naive Bayes, brought to the same spread and weighted with `share`."""
    from sklearn.naive_bayes import ComplementNB

    labelled = targets.any(axis=1)
    if not share or targets[labelled].sum() == 0 or not matrix.shape[1]:
        return linear
    present = np.flatnonzero(targets.any(axis=0))
    bayes = ComplementNB(alpha=1.0)
    bayes.fit(matrix[labelled], targets[labelled].argmax(axis=1), sample_weight=row_weights[labelled])
    added = np.zeros_like(linear.weights)
    added[present] = bayes.feature_log_prob_ - bayes.feature_log_prob_.mean(axis=0)
    ratio = _spread(matrix, linear.weights) / max(_spread(matrix, added), 1e-12)
    return Linear(linear.weights + share * ratio * added, linear.intercept)


def _spread(matrix: sp.csr_array, weights: Numbers) -> float:
    """Return how far apart the labels' scores lie on a typical row."""
    return float((matrix @ weights.T).std(axis=1).mean())


def _naive_bayes(matrix: sp.csr_array, targets: Flags, row_weights: Numbers, *, single: bool) -> Linear:
    """Return multinomial Naive Bayes: log probabilities of the features for one label a row, log ratios for topics."""
    intercept = log_odds(prior(targets, row_weights))
    weights = np.zeros((targets.shape[1], matrix.shape[1]))
    for label in np.flatnonzero(targets.any(axis=0)):
        wanted = targets[:, label]
        if single:
            inside = matrix.T @ (row_weights * wanted) + _SMOOTH
            weights[label] = np.log(inside / inside.sum())
        else:
            weights[label] = _log_ratio(matrix.T @ (row_weights * wanted), matrix.T @ row_weights)
    return Linear(weights, intercept)
