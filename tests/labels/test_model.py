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
    features = Features(values, np.ones((200, 2), dtype=np.bool_))
    truth = (values[:, :, 0] > 0).astype(float)
    model = fit_logistic(features, truth, np.ones_like(truth), names=["x"], ids=["one", "two"])
    chances = model.probabilities(features, ["one", "two"])
    assert model.weights["x"] > 1
    assert ((chances > 0.5) == (truth > 0.5)).mean() > 0.97


def test_where_no_function_fired_the_model_abstains() -> None:
    model = load_model()
    nothing = Features(np.zeros((2, 1, len(ARTICLE_FEATURES))), np.zeros((2, 1), dtype=np.bool_))
    assert model.article.probabilities(nothing, ["roads"]).tolist() == [[0.0], [0.0]]


def test_an_unknown_topic_has_no_offset_of_its_own() -> None:
    model = load_model()
    some = Features(np.ones((1, 2, len(ARTICLE_FEATURES))), np.ones((1, 2), dtype=np.bool_))
    chances = model.article.probabilities(some, ["chess", "go"])
    assert chances[0, 0] == pytest.approx(chances[0, 1])
    assert isinstance(model, LabelModel)
