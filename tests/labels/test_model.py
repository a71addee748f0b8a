from pathlib import Path

import numpy as np
import pytest

from caibian_labels.features import ARTICLE_FEATURES, PARAGRAPH_FEATURES, Features
from caibian_labels.model import LabelModel, fit_logistic, load_model, save_model


def test_the_shipped_model_names_every_feature() -> None:
    model = load_model()
    assert tuple(model.article.weights) == ARTICLE_FEATURES
    assert tuple(model.paragraph.weights) == PARAGRAPH_FEATURES


def test_a_model_is_read_as_it_was_written(tmp_path: Path) -> None:
    save_model(load_model(), tmp_path / "model.json")
    assert load_model(tmp_path / "model.json") == load_model()


def test_fitting_finds_weights_and_offsets() -> None:
    values = np.linspace(-3, 3, 400).reshape(200, 2, 1)
    features = Features(200, 2, np.arange(400), values.reshape(400, 1))
    truth = (values[:, :, 0] > 0).astype(float)
    model = fit_logistic(features, truth, np.ones_like(truth), names=["x"], ids=["one", "two"])
    chances = features.spread(model.probabilities(features, ["one", "two"]))
    assert model.weights["x"] > 1
    assert ((chances > 0.5) == (truth > 0.5)).mean() > 0.97


def test_where_no_function_fired_the_model_abstains() -> None:
    model = load_model()
    some = Features(2, 2, np.array([1]), np.ones((1, len(ARTICLE_FEATURES))))
    chances = some.spread(model.article.probabilities(some, ["law", "roads"]))
    assert chances[0, 1] > 0
    assert (chances == 0).tolist() == [[True, False], [True, True]]


def test_an_unknown_topic_has_no_offset_of_its_own() -> None:
    model = load_model()
    some = Features(1, 2, np.arange(2), np.ones((2, len(ARTICLE_FEATURES))))
    chances = model.article.probabilities(some, ["chess", "go"])
    assert chances[0] == pytest.approx(chances[1])
    assert isinstance(model, LabelModel)
