"""Prepared rows and a saved baseline -> one plain record a row, for programs and people."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from caibian.baseline.models import Model, predict

_DIGITS = 6  # a probability of a model trained on thousands of rows is not sure to more


def label_records(model: Model, rows: pa.Table) -> Iterator[dict[str, Any]]:
    """Yield `id`, `label` or `topics`, and `probabilities`, of rows with `id`, `title`, `text` and `words`."""
    said = predict(model, rows)
    labels = model.task.labels
    for row_id, likely, chosen in zip(rows["id"].to_pylist(), said.probabilities, said.chosen, strict=True):
        given = [label for label, is_given in zip(labels, chosen, strict=True) if is_given]
        yield {
            "id": row_id,
            **({"label": given[0]} if model.task.single else {"topics": given}),
            "probabilities": {label: round(float(value), _DIGITS) for label, value in zip(labels, likely, strict=True)},
        }
