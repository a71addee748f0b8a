"""Step 8, baseline: published rows -> a scored TF-IDF classifier."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from caibian.baseline.calibrate import Calibration, calibrate
from caibian.baseline.examples import Examples, cluster_codes, copy_weights, join, texts_of
from caibian.baseline.explain import telling_features
from caibian.baseline.features import Texts, Vocabulary, count, learn
from caibian.baseline.fit import (
    FEW_ROWS,
    MANY_ROWS,
    NAIVE_BAYES,
    TITLED,
    TOPICS,
    Linear,
    Recipe,
    fit,
    log_odds,
    prior,
    weigher_of,
)
from caibian.baseline.models import Model, weigh
from caibian.errors import DataError

if TYPE_CHECKING:
    import scipy.sparse as sp
    from sklearn.feature_extraction.text import TfidfTransformer

Trainable = Literal["tfidf", "words", "chars", "naive-bayes", "majority"]
Numbers = npt.NDArray[np.float64]

# A validation split with fewer judged rows tunes by accident; then train's rows are scored by models of the others.
MIN_TUNING_ROWS = 500
FOLDS = 3
# In so little text a feature seen once still helps (15 classes from 1,100 headlines: .422 with, .393 without), and
# the recipe for few rows is the better one, which so few rows would be too few to find out.
_LITTLE_TEXT_CHARS = 200_000
# In much text a rare feature only costs time and says little that others do not: of 15,600 articles of 25 topics (7
# million characters), features in 25 rows or more gave micro-F1 .903 and took half as long as those in two, .899.
_CHARS_OF_A_ROW = 300_000
_MOST_MIN_ROWS = 25
# With as many rows Naive Bayes has never helped, and trying it costs as much as training.
_MANY_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class _Fitted:
    """A linear model with the features it was trained on."""

    vocabulary: Vocabulary
    weigher: TfidfTransformer | None
    linear: Linear
    counts: sp.csr_array  # of the rows it was trained on


@dataclass(frozen=True, slots=True)
class _Tuned:
    recipe: Recipe
    calibration: Calibration
    quality: float
    rows: int
    source: str  # "validation", or "train, by folds"
    fitted: _Fitted | None  # on all of train; None where it was tuned by folds


def train(name: Trainable, training: Examples, validation: Examples, *, refit: bool = False) -> Model:
    """Return model `name` trained on `training` and tuned on `validation`, or on folds of train where that is small.

    With `refit`, the tuned model is trained once more on both. Rows without labels are left out; near copies count
    together as one row. Raises DataError where no row of train has labels.
    """
    training, validation = training.known(), validation.known()
    if not len(training):
        raise DataError("baseline: the train split has no row with known labels, so there is nothing to learn from")
    if name == "majority":
        return _majority(training)
    tuned = _tune(name, training, validation)
    if refit and len(validation):
        rows = join([training, validation])
        return _calibrated(name, rows, _fit(name, rows, tuned.recipe), tuned, refit=True)
    return _calibrated(name, training, tuned.fitted or _fit(name, training, tuned.recipe), tuned, refit=False)


def _majority(training: Examples) -> Model:
    """Return the model that always gives the most frequent label."""
    shares = prior(training.targets, copy_weights(training))
    single = training.task.single
    labels = len(shares)
    return Model(
        name="majority",
        task=training.task,
        vocabulary=Vocabulary(pa.array([], pa.string()), np.array([], np.int64), np.array([], np.int64)),
        weigher=None,
        weights=np.zeros((labels, 0), np.float32),
        intercept=np.log(np.maximum(shares, 1e-12)) if single else log_odds(shares),
        thresholds=np.full(labels, min(1 / (1 + np.exp(-log_odds(shares).max())), 1.0) - 1e-9),
        facts={"rows": len(training)},
    )


def _tune(name: Trainable, training: Examples, validation: Examples) -> _Tuned:
    enough = len(validation) >= MIN_TUNING_ROWS
    recipes = _recipes(name, training)
    pairs = [(training, validation)] if enough else list(_folds(training))
    targets = np.concatenate([held.targets for _, held in pairs])
    source = "validation" if enough else "train, by folds"
    found = []
    for recipe, (values, fitted) in zip(recipes, _held_out(name, pairs, recipes), strict=True):
        calibration = calibrate(values, targets, single=training.task.single)
        quality = _quality(values, targets, calibration, single=training.task.single)
        found.append(_Tuned(recipe, calibration, quality, len(targets), source, fitted if enough else None))
    return max(found, key=lambda tuned: tuned.quality)


def _quality(values: Numbers, targets: npt.NDArray[np.bool_], calibration: Calibration, *, single: bool) -> float:
    """Return the accuracy of one label a text; for topics, the negative log loss, which needs no threshold."""
    if single:
        return float((values.argmax(axis=1) == targets.argmax(axis=1)).mean())
    signed = np.where(targets, -1.0, 1.0) * (values * calibration.slope + calibration.shift)
    return -float(np.logaddexp(0, signed).mean())


def _recipes(name: Trainable, training: Examples) -> tuple[Recipe, ...]:
    """Return the recipes worth trying on these rows."""
    if name == "naive-bayes":
        return (NAIVE_BAYES,)
    if not training.task.single:
        return (TOPICS,)  # 15,600 articles of 25 topics: micro-F1 .904, against .900 with the title first
    texts = texts_of(training.rows)
    if _is_little(texts):
        return (FEW_ROWS,)
    opened = pc.any(pc.not_equal(texts.opening, "")).as_py()
    return (MANY_ROWS, *([TITLED] if opened else []), *([FEW_ROWS] if len(training) < _MANY_ROWS else []))


def _folds(training: Examples) -> Iterator[tuple[Examples, Examples]]:
    """Yield (others, fold) so that each row is in one fold and copies are in the same."""
    fold = cluster_codes(training) % FOLDS
    if len(np.unique(fold)) < 2:
        yield training, training  # one cluster: there is nothing to hold out
        return
    for number in range(FOLDS):
        held = fold == number
        if held.any():
            yield training.take(np.flatnonzero(~held)), training.take(np.flatnonzero(held))


def _held_out(
    name: Trainable, pairs: Sequence[tuple[Examples, Examples]], recipes: Sequence[Recipe]
) -> list[tuple[Numbers, _Fitted]]:
    """Return, for each recipe, the scores of the held-out rows, fold after fold, and the last fold's model."""
    found: list[list[Numbers]] = [[] for _ in recipes]
    last: list[_Fitted] = []
    for others, held in pairs:
        vocabulary, counts = _learn(name, texts_of(others.rows))
        held_counts = count(texts_of(held.rows), vocabulary)
        last = [_fit_counts(others, vocabulary, counts, recipe) for recipe in recipes]
        for values, fitted in zip(found, last, strict=True):
            values.append(_scores(fitted, held_counts))
    return [(np.concatenate(values), fitted) for values, fitted in zip(found, last, strict=True)]


def _scores(fitted: _Fitted, counts: sp.csr_array) -> Numbers:
    values: Numbers = weigh(fitted.weigher, counts) @ fitted.linear.weights.T + fitted.linear.intercept
    return values


def _learn(name: Trainable, texts: Texts) -> tuple[Vocabulary, sp.csr_array]:
    min_rows = 1 if _is_little(texts) else min(max(2, _chars(texts) // _CHARS_OF_A_ROW), _MOST_MIN_ROWS)
    return learn(texts, use_words=name != "chars", use_runs=name != "words", min_rows=min_rows)


def _is_little(texts: Texts) -> bool:
    return _chars(texts) < _LITTLE_TEXT_CHARS


def _chars(texts: Texts) -> int:
    return pc.sum(pc.utf8_length(texts.whole)).as_py() or 0


def _fit(name: Trainable, rows: Examples, recipe: Recipe) -> _Fitted:
    vocabulary, counts = _learn(name, texts_of(rows.rows))
    return _fit_counts(rows, vocabulary, counts, recipe)


def _fit_counts(rows: Examples, vocabulary: Vocabulary, counts: sp.csr_array, recipe: Recipe) -> _Fitted:
    weigher = weigher_of(counts, vocabulary, recipe)
    linear = fit(counts, rows.targets, copy_weights(rows), weigher=weigher, recipe=recipe, single=rows.task.single)
    return _Fitted(vocabulary, weigher, linear, counts)


def _calibrated(name: Trainable, rows: Examples, fitted: _Fitted, tuned: _Tuned, *, refit: bool) -> Model:
    """Return the model with the calibration folded into its weights."""
    slope, shift = tuned.calibration.slope, tuned.calibration.shift
    telling = telling_features(
        weigh(fitted.weigher, fitted.counts),
        rows.targets,
        fitted.linear.weights,
        vocabulary=fitted.vocabulary,
        labels=rows.task.labels,
    )
    return Model(
        name=name,
        task=rows.task,
        vocabulary=fitted.vocabulary,
        weigher=fitted.weigher,
        weights=(fitted.linear.weights * slope[:, None]).astype(np.float32),
        intercept=fitted.linear.intercept * slope + shift,
        thresholds=tuned.calibration.thresholds,
        facts={
            "recipe": tuned.recipe.name,
            "rows": len(rows),
            "rows_weight": round(float(copy_weights(rows).sum()), 6),
            "features": len(fitted.vocabulary),
            "tuned_on": tuned.source,
            "tuned_on_rows": tuned.rows,
            "refit_on_validation": refit,
        },
        telling=telling,
    )
