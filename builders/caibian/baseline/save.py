"""A model on disk: weights with skops, everything that people or other programs may read as JSON beside it.

    model.skops      the TF-IDF weights and the linear model's arrays; loads with no type trusted
    vocabulary.json  the features, column by column
    options.json     the labels, and how the model was trained
    README.md        the model's card

skops writes memory addresses and the time into its files; they are taken out, so that equal models are equal files.
"""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from caibian.baseline.examples import Task
from caibian.baseline.features import Vocabulary
from caibian.baseline.models import Model
from caibian.baseline.runs import decode_runs, encode_runs
from caibian.errors import DataError

MODEL, VOCABULARY, OPTIONS, CARD = "model.skops", "vocabulary.json", "options.json", "README.md"
FORMAT = 1
_MAX_BYTES = 1 << 31  # of one file of a model; ours stay below 200 MB
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip file can hold


def save(model: Model, folder: Path, *, card: str) -> None:
    """Write `model` and its card into `folder`; equal models give equal files."""
    import skops.io

    folder.mkdir(parents=True, exist_ok=True)
    arrays = {
        "weigher": model.weigher,
        "weights": model.weights,
        "intercept": model.intercept,
        "thresholds": model.thresholds,
    }
    (folder / MODEL).write_bytes(_canonical(skops.io.dumps(arrays)))
    vocabulary = model.vocabulary
    _write_json(
        folder / VOCABULARY,
        {
            "words": vocabulary.words.to_pylist(),
            "runs": decode_runs(vocabulary.runs),
            "opening": decode_runs(vocabulary.opening),
        },
    )
    options = {
        "format": FORMAT,
        "name": model.name,
        "task": "single-label" if model.task.single else "multi-label",
        "labels": list(model.task.labels),
        "thresholds": dict(zip(model.task.labels, model.thresholds.tolist(), strict=True)),
        "training": dict(model.facts),
        "telling": dict(model.telling),
    }
    _write_json(folder / OPTIONS, options)
    (folder / CARD).write_text(card, encoding="utf-8")


def load(folder: Path) -> Model:
    """Return the model in `folder`. Raises DataError where there is none, or it is damaged or not to be trusted."""
    options = _read_json(folder / OPTIONS)
    if options.get("format") != FORMAT:
        raise DataError(f"{folder / OPTIONS}: is no model of format {FORMAT}")
    words = _read_json(folder / VOCABULARY)
    arrays = _read_arrays(folder / MODEL)
    try:
        task = Task(tuple(map(str, options["labels"])), options["task"] == "single-label")
        vocabulary = Vocabulary(
            pa.array(words["words"], pa.string()), encode_runs(words["runs"]), encode_runs(words["opening"])
        )
        model = Model(
            name=str(options["name"]),
            task=task,
            vocabulary=vocabulary,
            weigher=arrays["weigher"],
            weights=arrays["weights"],
            intercept=arrays["intercept"],
            thresholds=arrays["thresholds"],
            facts=dict(options["training"]),
            telling={
                str(label): [(str(text), float(added)) for text, added in found]
                for label, found in options["telling"].items()
            },
        )
    except (KeyError, TypeError, ValueError, AttributeError, UnicodeError, pa.ArrowException) as error:
        raise DataError(f"{folder}: is a damaged model: {error!r}") from None
    _check(model, folder)
    return model


def _check(model: Model, folder: Path) -> None:
    """Raise where the parts of the model do not belong together."""
    from sklearn.feature_extraction.text import TfidfTransformer

    labels, features = len(model.task.labels), len(model.vocabulary)
    wanted = {"weights": (labels, features), "intercept": (labels,), "thresholds": (labels,)}
    for name, shape in wanted.items():
        array = getattr(model, name)
        if not isinstance(array, np.ndarray) or array.shape != shape or not np.isfinite(array).all():
            raise DataError(
                f"{folder / MODEL}: {name} must be numbers of shape {shape}; the files are not of one model"
            )
    if model.weigher is None and features == 0:
        return
    if not isinstance(model.weigher, TfidfTransformer) or np.shape(model.weigher.idf_) != (features,):
        raise DataError(f"{folder / MODEL}: the TF-IDF weights are not those of the {features} features")


def _canonical(stored: bytes) -> bytes:
    """Return the skops file with places instead of memory addresses, and no time."""
    with zipfile.ZipFile(io.BytesIO(stored)) as source:
        schema = json.loads(source.read("schema.json"))
        renamed: dict[str, str] = {}
        _renumber(schema, renamed)
        contents = {new: source.read(old) for old, new in renamed.items()}
    contents["schema.json"] = json.dumps(schema, indent=1).encode()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression=zipfile.ZIP_DEFLATED) as file:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name, date_time=_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(entry, content, compresslevel=1)  # weights hardly shrink; a higher level only takes longer
    return target.getvalue()


def _renumber(root: Any, renamed: dict[str, str]) -> None:
    """Number the nodes of a skops schema in the order they stand in, and note what its files are called now."""
    waiting, number = [root], 0
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(reversed(node))
            continue
        if not isinstance(node, dict):
            continue
        if "__id__" in node:
            number += 1
            node["__id__"] = number
        if isinstance(node.get("file"), str):
            name = node["file"]
            node["file"] = renamed.setdefault(name, f"{len(renamed) + 1}{Path(name).suffix}")
        waiting.extend(reversed(list(node.values())))


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    path.write_bytes(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(_bytes(path))
    except (ValueError, RecursionError):
        raise DataError(f"{path}: is no valid JSON") from None
    if not isinstance(value, dict):
        raise DataError(f"{path}: must be a JSON object")
    return value


def _read_arrays(path: Path) -> dict[str, Any]:
    import skops.io

    stored = _bytes(path)
    try:
        unknown = skops.io.get_untrusted_types(data=stored)
        if unknown:
            raise DataError(f"{path}: holds types that are not to be trusted: {', '.join(map(str, unknown))}")
        arrays = skops.io.loads(stored, trusted=[])
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError, AttributeError, OSError, RecursionError) as error:
        raise DataError(f"{path}: is no skops file that can be read: {error!r}") from None
    if not isinstance(arrays, dict):
        raise DataError(f"{path}: is no model of ours")
    return arrays


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise DataError(f"{path}: is too large for a model")
        return path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"{path}: does not exist; give the folder of a saved model") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from None
