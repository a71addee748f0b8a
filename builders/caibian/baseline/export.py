"""A model -> an ONNX file: characters and words in, probabilities out. Needs the user's own `onnx`.

The graph counts features itself, so a program in any language only hands over code points and words:

    characters  int64, rows x longest   the code points of the text, a line break (10) before and after it
    opening     int64, rows x longest   the same of its opening; a short text has none
    words       string, rows x most     the words as segmented

Rows are filled up with 0 and "". A word or an opening that the model does not count is no input. The output is
`probabilities`, float32, rows x labels; the labels and thresholds are in the file's metadata, as JSON. Counts are dense
inside: give some ten rows at a time.
"""

import importlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from caibian.baseline.examples import texts_of
from caibian.baseline.models import Model
from caibian.baseline.runs import MAX_RUN, Numbers, code_points, folding, run_lengths, signs
from caibian.errors import ConfigError, DataError

_OPSET, _IR_VERSION = 17, 8  # of 2022: read by every runtime since
_FOLDED = 0x10000  # code points from here on count as themselves


def export_onnx(model: Model, path: Path) -> None:
    """Write `model` as one ONNX file.

    Raises ConfigError without onnx, or where the model counts no features; DataError where `path` takes no file.
    """
    if model.weigher is None:
        raise ConfigError(f"export: {model.name} counts no features, so there is nothing to run")
    try:
        onnx = importlib.import_module("onnx")
    except ImportError:
        raise ConfigError("export: onnx is not installed; pip install onnx") from None
    graph = _Graph(onnx)
    counts = _counts(graph, model)
    score = _score(graph, counts, model, idf=model.weigher.idf_)
    graph.add("Softmax" if model.task.single else "Sigmoid", [score], "probabilities")
    try:
        path.write_bytes(_packed(onnx, graph, model))
    except OSError as error:
        raise DataError(f"{path}: cannot be written: {error.strerror}") from None


def onnx_inputs(model: Model, rows: pa.Table) -> dict[str, npt.NDArray[Any]]:
    """Return the inputs that the exported `model` takes for rows with `title`, `text` and `words`."""
    texts, vocabulary = texts_of(rows), model.vocabulary
    given: dict[str, npt.NDArray[Any]] = {}
    if len(vocabulary.runs):
        given["characters"] = _filled([code_points(text) for text in texts.whole.to_pylist()], 0)
    if len(vocabulary.opening):
        given["opening"] = _filled([code_points(text) for text in texts.opening.to_pylist()], 0)
    if len(vocabulary.words):
        given["words"] = _filled(texts.words.to_pylist(), "")
    return given


class _Graph:
    """The nodes, constants and inputs of an ONNX graph as it grows."""

    def __init__(self, onnx: Any) -> None:
        self.onnx = onnx
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.inputs: list[Any] = []

    def add(self, operator: str, inputs: list[str], output: str, **attributes: Any) -> str:
        """Add a node and return the name of its output."""
        self.nodes.append(self.onnx.helper.make_node(operator, inputs, [output], **attributes))
        return output

    def constant(self, name: str, value: npt.NDArray[Any]) -> str:
        """Add a constant and return its name."""
        self.constants.append(self.onnx.numpy_helper.from_array(value, name))
        return name

    def input(self, name: str, kind: str) -> str:
        """Add an input of rows x something and return its name."""
        element = getattr(self.onnx.TensorProto, kind)
        self.inputs.append(self.onnx.helper.make_tensor_value_info(name, element, ["rows", f"most_{name}"]))
        return name


def _counts(graph: _Graph, model: Model) -> str:
    """Add the counting of words, runs and opening runs, and return the name of rows x features."""
    vocabulary = model.vocabulary
    found = []
    if len(vocabulary.words):
        places = list(range(len(vocabulary.words)))
        pool = {"pool_strings": vocabulary.words.to_pylist(), "ngram_counts": [0], "ngram_indexes": places}
        found.append(_vectorised(graph, graph.input("words", "STRING"), "word_counts", longest=1, **pool))
    if len(vocabulary.runs) or len(vocabulary.opening):
        graph.constant("folding", np.where(np.arange(_FOLDED) == 0, 0, folding()[:_FOLDED]))
        graph.constant("folded", np.array(_FOLDED))
        graph.constant("last_folded", np.array(_FOLDED - 1))
    for name, runs in (("characters", vocabulary.runs), ("opening", vocabulary.opening)):
        if len(runs):
            folded = _folded(graph, graph.input(name, "INT64"))
            found.append(_vectorised(graph, folded, f"{name}_counts", longest=MAX_RUN, **_pool(runs)))
    return graph.add("Concat", found, "counts", axis=1)


def _vectorised(graph: _Graph, given: str, output: str, *, longest: int, **pool: Any) -> str:
    bounds = {"min_gram_length": 1, "max_gram_length": longest, "max_skip_count": 0, "mode": "TF"}
    return graph.add("TfIdfVectorizer", [given], output, **bounds, **pool)


def _folded(graph: _Graph, given: str) -> str:
    """Add the folding of digits, capitals and full width, as the features know them."""
    near = graph.add("Min", [given, "last_folded"], f"{given}_near")
    looked_up = graph.add("Gather", ["folding", near], f"{given}_looked_up")
    is_far = graph.add("GreaterOrEqual", [given, "folded"], f"{given}_is_far")
    return graph.add("Where", [is_far, given, looked_up], f"{given}_folded")


def _pool(runs: Numbers) -> dict[str, list[int]]:
    """Return the runs as ONNX wants them: those of one sign first, then of two, then of three."""
    lengths = run_lengths(runs)
    order = np.argsort(lengths, kind="stable")
    sizes = np.bincount(lengths, minlength=MAX_RUN + 1)[1:] * np.arange(1, MAX_RUN + 1)
    flat = signs(runs[order]).ravel()
    return {
        "pool_int64s": flat[flat > 0].tolist(),
        "ngram_counts": [0, *np.cumsum(sizes)[:-1].tolist()],
        "ngram_indexes": order.tolist(),
    }


def _score(graph: _Graph, counts: str, model: Model, *, idf: npt.NDArray[np.float64]) -> str:
    """Add (1 + log count) x weight, each row of length 1, times the labels' weights; return the name of the scores."""
    graph.constant("one", np.array(1, np.float32))
    graph.constant("tiny", np.array(1e-30, np.float32))  # a text without a known feature has length 0
    graph.constant("idf", idf.astype(np.float32)[None])
    graph.constant("weights", np.ascontiguousarray(model.weights.T))
    graph.constant("intercept", model.intercept.astype(np.float32)[None])
    logs = graph.add("Log", [graph.add("Max", [counts, "one"], "at_least_one")], "logs")
    there = graph.add("Min", [counts, "one"], "there")
    weighted = graph.add("Mul", [graph.add("Add", [logs, there], "dampened"), "idf"], "weighted")
    length = graph.add("ReduceL2", [weighted], "length", axes=[1], keepdims=1)
    scaled = graph.add("Div", [weighted, graph.add("Max", [length, "tiny"], "some_length")], "scaled")
    return graph.add("Add", [graph.add("MatMul", [scaled, "weights"], "products"), "intercept"], "scores")


def _packed(onnx: Any, graph: _Graph, model: Model) -> bytes:
    helper, labels = onnx.helper, list(model.task.labels)
    output = helper.make_tensor_value_info("probabilities", onnx.TensorProto.FLOAT, ["rows", len(labels)])
    whole = helper.make_graph(graph.nodes, "caibian", graph.inputs, [output], graph.constants)
    made = helper.make_model(whole, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION)
    facts = {
        "task": "single-label" if model.task.single else "multi-label",
        "labels": labels,
        "thresholds": model.thresholds.tolist(),
    }
    helper.set_model_props(made, {name: json.dumps(value, ensure_ascii=False) for name, value in facts.items()})
    onnx.checker.check_model(made)
    stored: bytes = made.SerializeToString(deterministic=True)
    return stored


def _filled(rows: list[list[Any]], filling: Any) -> npt.NDArray[Any]:
    """Return the lists as one array, filled up to the longest; at least three wide, for the longest run."""
    width = max([MAX_RUN, *map(len, rows)])
    return np.array([[*row, *[filling] * (width - len(row))] for row in rows], object if filling == "" else np.int64)
