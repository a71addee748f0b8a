"""The label model: from what a topic's votes amount to, to the probability that the text reports it.

A logistic model whose weights all topics share, with an offset for each topic that is drawn towards zero: so few
gold items are enough, a topic of a user's own taxonomy works without any, and the weights are a few dozen numbers
in `model.json`. The comparison with a majority vote, an agreement model and others is in `tests/bench/labels.py`.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from .features import ARTICLE_FEATURES, PARAGRAPH_FEATURES, Features, Floats

MODEL = Path(__file__).parent / "model.json"
WEIGHT_RIDGE = 0.5  # chosen by cross-validation among 0.3, 0.5 and 1: the differences are below .005
OFFSET_RIDGE = 1.0  # among 1, 3 and 10
ROUNDS = 25  # Newton's method settles in about eight


@dataclass(frozen=True, slots=True)
class Logistic:
    """A logistic model with weights shared by all topics and an offset for each known topic."""

    weights: dict[str, float]
    offset: float
    offsets: dict[str, float] = field(default_factory=dict)

    def probabilities(self, features: Features, ids: Sequence[str]) -> Floats:
        """Return the probability of each cell, a unit and topic; where no function fired it is 0."""
        offsets = np.array([self.offset + self.offsets.get(one, 0.0) for one in ids])
        # Not as a product of matrices, whose last bits depend on what other rows there are.
        weighted = (column * weight for column, weight in zip(features.values.T, self.weights.values(), strict=True))
        scores = sum(weighted, np.zeros(len(features))) + offsets.take(features.topic)
        chances: Floats = 1 / (1 + np.exp(-np.clip(scores, -40, 40)))
        return chances


@dataclass(frozen=True, slots=True)
class LabelModel:
    """One logistic model for articles, one for paragraphs."""

    article: Logistic
    paragraph: Logistic


def load_model(path: Path = MODEL) -> LabelModel:
    """Return the label model stored in a JSON file."""
    data = json.loads(path.read_text(encoding="utf-8"))
    return LabelModel(_logistic(data["article"], ARTICLE_FEATURES), _logistic(data["paragraph"], PARAGRAPH_FEATURES))


def save_model(model: LabelModel, path: Path) -> None:
    """Write the label model to a JSON file."""
    path.write_text(json.dumps(asdict(model), indent=1) + "\n", encoding="utf-8")


def fit_logistic(
    features: Features, truth: Floats, care: Floats, *, names: Sequence[str], ids: Sequence[str]
) -> Logistic:
    """Return the logistic model of units x topics `truth` (0 or 1), each cell counted `care` times.

    Newton's method with a ridge on weights and topic offsets; cells where no function fired are left out, since
    there the model abstains.
    """
    row, column, many = features.unit, features.topic, len(names)
    cared = np.flatnonzero(care[row, column] > 0)
    row, column = row[cared], column[cared]
    inputs = np.zeros((len(row), many + 1 + len(ids)))
    inputs[:, :many] = features.values[cared]
    inputs[:, many] = 1.0
    inputs[np.arange(len(row)), many + 1 + column] = 1.0
    ridge = np.array([WEIGHT_RIDGE] * many + [1e-6] + [OFFSET_RIDGE] * len(ids))
    found = np.zeros(inputs.shape[1])
    target, weight = truth[row, column], care[row, column]
    for _ in range(ROUNDS):
        chance = 1 / (1 + np.exp(-np.clip(inputs @ found, -40, 40)))
        bend = weight * chance * (1 - chance) + 1e-9
        slope = inputs.T @ (weight * (chance - target)) + ridge * found
        found = found - np.linalg.solve(inputs.T @ (inputs * bend[:, None]) + np.diag(ridge), slope)
    rounded = [round(float(one), 4) for one in found]
    return Logistic(
        weights=dict(zip(names, rounded, strict=False)),
        offset=rounded[many],
        offsets=dict(zip(ids, rounded[many + 1 :], strict=True)),
    )


def _logistic(data: dict[str, Any], names: Sequence[str]) -> Logistic:
    return Logistic(
        weights={name: float(data["weights"][name]) for name in names},
        offset=float(data["offset"]),
        offsets={str(topic): float(value) for topic, value in data["offsets"].items()},
    )
