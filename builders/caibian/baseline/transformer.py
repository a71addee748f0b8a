"""A folder of a Hugging Face text classifier -> probabilities; needs the user's own `transformers`."""

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from caibian.baseline.examples import Task, texts_of
from caibian.errors import ConfigError, DataError

_BATCH = 32


def transformer_probabilities(folder: Path, rows: pa.Table, *, task: Task) -> npt.NDArray[np.float64]:
    """Return rows x labels of what the classifier in `folder` says, read from disk only.

    Raises ConfigError where transformers is not installed, DataError where the folder holds no model in safetensors,
    or its labels are not the dataset's.
    """
    try:
        transformers = importlib.import_module("transformers")
    except ImportError:
        raise ConfigError(f"{folder}: is a transformers model; install transformers and torch to score it") from None
    classify = _classifier(transformers, folder, single=task.single)
    column = {label: number for number, label in enumerate(task.labels)}
    likely = np.zeros((rows.num_rows, len(column)))
    texts = texts_of(rows).whole.to_pylist()
    for row, said in enumerate(classify(texts, batch_size=_BATCH, truncation=True)):
        for item in said:
            if item["label"] not in column:
                raise DataError(f'{folder}: its label "{item["label"]}" is not one of the dataset: {", ".join(column)}')
            likely[row, column[item["label"]]] = item["score"]
    return likely


def _classifier(transformers: Any, folder: Path, *, single: bool) -> Any:
    """Return the classifier, loaded without network, pickle or code of its own."""
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
        model = transformers.AutoModelForSequenceClassification.from_pretrained(
            str(folder), local_files_only=True, use_safetensors=True
        )
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"{folder}: is no transformers classifier that can be read: {error}") from None
    function = "softmax" if single else "sigmoid"
    return transformers.pipeline(
        "text-classification", model=model, tokenizer=tokenizer, top_k=None, function_to_apply=function
    )
