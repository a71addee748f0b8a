"""The label model: from what a topic's votes amount to, to the probability that the text reports it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .features import FEATURES, Features, Floats

MODEL = Path(__file__).parent / "model.json"


@dataclass(frozen=True, slots=True)
class Logistic:
    """A logistic model with weights shared by all topics and an offset for each known topic."""

    weights: tuple[float, ...]
    offset: float
    offsets: dict[str, float] = field(default_factory=dict)

    def scores(self, features: Features, ids: Sequence[str]) -> Floats:
        """Return the log odds of each unit and topic."""
        offsets = np.array([self.offset + self.offsets.get(one, 0.0) for one in ids])
        scores: Floats = features.values @ np.array(self.weights) + offsets
        return scores

    def probabilities(self, features: Features, ids: Sequence[str]) -> Floats:
        """Return the probability of each unit and topic; 0 where no function of the topic fired."""
        chance = 1 / (1 + np.exp(-np.clip(self.scores(features, ids), -40, 40)))
        out: Floats = np.where(features.fired, chance, 0.0)
        return out


@dataclass(frozen=True, slots=True)
class LabelModel:
    """One logistic model for articles, one for paragraphs."""

    article: Logistic
    paragraph: Logistic


HAND = LabelModel(
    article=Logistic((0.75, 0.45, 0.12, 1.0, 0.0, 1.5, 1.0), -4.0),
    paragraph=Logistic((0.0, 0.35, 0.25, 1.0, 0.0, 1.5, 0.0), -3.2),
)


def load_model(path: Path = MODEL) -> LabelModel:
    """Return the label model stored in a JSON file."""
    if not path.exists():
        return HAND
    data = json.loads(path.read_text(encoding="utf-8"))
    return LabelModel(*(_logistic(data[name]) for name in ("article", "paragraph")))


def _logistic(data: dict[str, object]) -> Logistic:
    weights = data["weights"]
    assert isinstance(weights, dict)
    return Logistic(tuple(float(weights[name]) for name in FEATURES), float(data["offset"]), dict(data["offsets"]))  # type: ignore
