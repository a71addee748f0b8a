"""A linear model over weighted counts: whatever was trained, this is what it comes down to.

A score is the sum of a text's weighted features times the label's weights, so what speaks for a label can be read
off. Calibration is folded into the weights: the logistic function of a score, or the softmax of all, is a
probability.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from caibian.baseline.examples import Task, texts_of
from caibian.baseline.features import Texts, Vocabulary, count

if TYPE_CHECKING:
    import scipy.sparse as sp
    from sklearn.feature_extraction.text import TfidfTransformer

Matrix = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.float64]
Choices = npt.NDArray[np.bool_]
Telling = Mapping[str, Sequence[tuple[str, float]]]  # label -> features with their contribution, best first


@dataclass(frozen=True, slots=True)
class Model:
    """A trained classifier."""

    name: str
    task: Task
    vocabulary: Vocabulary
    weigher: TfidfTransformer | None  # None: no features, every text scores the intercept
    weights: Matrix  # labels x features
    intercept: Numbers
    thresholds: Numbers  # a topic is given where its probability reaches this; not used for one label a text
    facts: Mapping[str, object] = field(default_factory=dict)  # how it was trained, plain JSON
    telling: Telling = field(default_factory=dict)  # what speaks most for each label


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model says of rows."""

    probabilities: Numbers  # rows x labels
    chosen: Choices  # rows x labels


def predict(model: Model, rows: pa.Table) -> Prediction:
    """Return what `model` says of rows with `title`, `text` and `words` (a list of words a paragraph)."""
    texts = texts_of(rows)
    return decide(model, probabilities(model, scores(model, texts)))


def scores(model: Model, texts: Texts) -> Numbers:
    """Return the score of every label: rows x labels."""
    if model.weigher is None:
        return np.tile(model.intercept, (len(texts), 1))
    weighted = weigh(model.weigher, count(texts, model.vocabulary))
    result: Numbers = weighted @ model.weights.T.astype(np.float64) + model.intercept
    return result


def probabilities(model: Model, values: Numbers) -> Numbers:
    """Return the probability of each label; those of one label a text sum to 1."""
    from scipy.special import expit, softmax

    result: Numbers = softmax(values, axis=1) if model.task.single else expit(values)
    return result


def decide(model: Model, likely: Numbers) -> Prediction:
    """Return the labels given: the likeliest (the first of equals), or all that reach their threshold."""
    if model.task.single:
        chosen = np.zeros(likely.shape, bool)
        chosen[np.arange(len(likely)), likely.argmax(axis=1)] = True
    else:
        chosen = likely >= model.thresholds
    return Prediction(likely, chosen)


def weigh(weigher: TfidfTransformer | None, counts: sp.csr_array) -> sp.csr_array:
    """Return the rows' weighted features: (1 + log count) x weight, each row of length 1, float64."""
    if weigher is None:
        return counts.astype(np.float64)
    matrix: sp.csr_array = weigher.transform(_narrow(counts).astype(np.float64))
    return matrix


def _narrow(counts: sp.csr_array) -> sp.csr_array:
    """Return the matrix with 32-bit indices, the only ones that scikit-learn takes."""
    import scipy.sparse as sp

    return sp.csr_array(
        (counts.data, counts.indices.astype(np.int32, copy=False), counts.indptr.astype(np.int32, copy=False)),
        shape=counts.shape,
    )
