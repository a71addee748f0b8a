"""A folder of a Hugging Face text classifier -> probabilities; needs the user's own `transformers`."""

import importlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from caibian.baseline.examples import Task, texts_of
from caibian.errors import ConfigError, DataError

_BATCH = 32


def transformer_probabilities(folder: Path, rows: pa.Table, *, task: Task) -> npt.NDArray[np.float64]:
    """Return rows x labels of what the classifier in `folder` says, read from disk only.

    Raises ConfigError where transformers is not installed, DataError where the model's labels are not the dataset's.
    """
    try:
        transformers = importlib.import_module("transformers")
    except ImportError:
        raise ConfigError(f"{folder}: is a transformers model; install transformers and torch to score it") from None
    classify = transformers.pipeline(
        "text-classification",
        model=str(folder),
        top_k=None,
        function_to_apply="softmax" if task.single else "sigmoid",
        model_kwargs={"local_files_only": True, "use_safetensors": True},  # no network, no pickle
    )
    column = {label: number for number, label in enumerate(task.labels)}
    likely = np.zeros((rows.num_rows, len(column)))
    texts = texts_of(rows).whole.to_pylist()
    for row, said in enumerate(classify(texts, batch_size=_BATCH, truncation=True)):
        for item in said:
            if item["label"] not in column:
                raise DataError(f'{folder}: its label "{item["label"]}" is not one of the dataset: {", ".join(column)}')
            likely[row, column[item["label"]]] = item["score"]
    return likely
