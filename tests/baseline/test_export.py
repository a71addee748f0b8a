"""The exported graph says what the model says, and counts for itself."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from tests.baseline.articles import CLASSES, TOPICS, article, examples, some

from caibian.baseline import Task, export_onnx, onnx_inputs, predict, train
from caibian.errors import ConfigError, DataError

ODD = "Ａbc１２３ 😀𠮷路\n\n案"  # folded, beyond the first plane, and with a paragraph's border


@pytest.mark.parametrize("task", [TOPICS, CLASSES], ids=["topics", "classes"])
@pytest.mark.parametrize("name", ["tfidf", "words", "chars", "naive-bayes"])
def test_the_graph_says_what_the_model_says(tmp_path: Path, name: str, task: Task) -> None:
    pytest.importorskip("onnx", reason="needs onnx, which is not installed")
    runtime = pytest.importorskip("onnxruntime", reason="needs onnxruntime, which is not installed")
    long = [article(700 + number, ["law"], text=ODD + "法院判决" * 60) for number in range(4)]
    model = train(name, examples([*some(90, task), *long], task), examples([], task))  # type: ignore[arg-type]
    export_onnx(model, tmp_path / "model.onnx")
    unseen = [article(900, ["law"], text="", words=[]), article(901, ["law"], text="a", words=[["a"]])]
    rows = examples([*some(40, task, start=300), *long, *unseen], task).rows
    session = runtime.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])
    (found,) = session.run(None, onnx_inputs(model, rows))
    np.testing.assert_allclose(found, predict(model, rows).probabilities, atol=1e-6)
    told = session.get_modelmeta().custom_metadata_map
    assert json.loads(told["labels"]) == list(task.labels)
    assert json.loads(told["thresholds"]) == model.thresholds.tolist()


def test_equal_models_are_equal_graphs(tmp_path: Path) -> None:
    pytest.importorskip("onnx", reason="needs onnx, which is not installed")
    for name in ("1", "2"):
        export_onnx(train("tfidf", examples(some(60, TOPICS), TOPICS), examples([], TOPICS)), tmp_path / name)
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


def test_inputs_are_code_points_and_words() -> None:
    model = train("tfidf", examples(some(60, CLASSES), CLASSES), examples([], CLASSES))
    table = {"title": [None, "题"], "text": ["路", ""], "words": [[["路"]], None]}
    types = [pa.string(), pa.string(), pa.list_(pa.list_(pa.string()))]
    given = onnx_inputs(
        model, pa.table({name: pa.array(table[name], kind) for name, kind in zip(table, types, strict=True)})
    )
    assert given["characters"].tolist() == [[10, ord("路"), 10, 0], [10, ord("题"), 10, 10]]
    assert given["words"].tolist() == [["路", "", ""], ["", "", ""]]


def test_a_model_without_features_is_refused(tmp_path: Path) -> None:
    model = train("majority", examples(some(10, TOPICS), TOPICS), examples([], TOPICS))
    with pytest.raises(ConfigError, match="counts no features"):
        export_onnx(model, tmp_path / "model.onnx")


def test_a_place_that_takes_no_file_is_told(tmp_path: Path) -> None:
    pytest.importorskip("onnx", reason="needs onnx, which is not installed")
    model = train("words", examples(some(30, CLASSES), CLASSES), examples([], CLASSES))
    with pytest.raises(DataError, match="cannot be written: No such file"):
        export_onnx(model, tmp_path / "nowhere" / "model.onnx")
