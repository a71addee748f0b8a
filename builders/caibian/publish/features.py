"""What a schema is to `datasets`, and the only door to it: features out, a loaded folder in.

What a build writes is declared without importing `datasets`, which takes as long as 5 MB of text; a test holds it
equal to what `datasets` itself would write, and `verify` loads the folder with it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from caibian.publish.columns import label_column
from caibian.publish.facts import LabelSet

# What `datasets` raises, beside its own errors, over a folder that somebody edited.
_DAMAGED = (
    OSError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    RecursionError,
    pa.ArrowException,
    yaml.YAMLError,
)


def declare(schema: pa.Schema, labels: LabelSet) -> pa.Schema:
    """Return `schema` as `datasets` itself would write it: its features in the metadata, label names included."""
    found = {field.name: _feature(field.type) for field in schema}
    column = label_column(labels)
    if column in found:
        classes = {"names": list(labels.names), "_type": "ClassLabel"}
        found[column] = {"feature": classes, "_type": "List"} if labels.task == "multi-label" else classes
    return schema.with_metadata({"huggingface": json.dumps({"info": {"features": found}})})


def _feature(kind: pa.DataType) -> dict[str, Any]:
    if pa.types.is_list(kind):
        return {"feature": _feature(kind.value_type), "_type": "List"}
    if pa.types.is_struct(kind):
        return {field.name: _feature(field.type) for field in kind}
    return {"dtype": _dtype(kind), "_type": "Value"}


def _dtype(kind: pa.DataType) -> str:
    """Return the name that `datasets` has for a type; Arrow's own for dates and floats fail on load."""
    return "date32" if pa.types.is_date32(kind) else "float32" if pa.types.is_float32(kind) else str(kind)


def as_yaml(schema: pa.Schema, labels: LabelSet) -> list[dict[str, Any]]:
    """Return the features of a card's `dataset_info`: every column, in order."""
    names = {"class_label": {"names": {str(number): name for number, name in enumerate(labels.names)}}}
    found = _struct_as_yaml(schema)
    for column in found:
        if column["name"] == label_column(labels):
            del column["list" if labels.task == "multi-label" else "dtype"]
            column |= {"list": names} if labels.task == "multi-label" else {"dtype": names}
    return found


def load_problems(
    folder: Path, rows: Mapping[str, Mapping[str, int]], schemas: Mapping[str, pa.Schema], *, cache: Path
) -> list[str]:
    """Return what is wrong with `folder` as `datasets` loads it: [] where each config has its rows and columns."""
    import datasets

    problems = []
    with _quiet(datasets):
        for config, splits in rows.items():
            try:
                loaded = datasets.load_dataset(str(folder.absolute()), config, cache_dir=str(cache))
            except (*_DAMAGED, datasets.exceptions.DatasetsError) as error:
                reason = str(error.__cause__ or error).splitlines() or [type(error).__name__]
                problems.append(f"{config}: datasets cannot load it: {reason[0]}")
                continue
            found = {split: len(part) for split, part in loaded.items()}
            if found != dict(splits):
                problems.append(f"{config}: datasets loads the rows {found}, not {dict(splits)}")
            features = datasets.Features.from_arrow_schema(schemas[config])
            for split, part in loaded.items():
                if part.features != features or part.column_names != schemas[config].names:
                    problems.append(f"{config}/{split}: datasets loads other columns than the files declare")
    return problems


@contextmanager
def _quiet(datasets: Any) -> Iterator[None]:
    """Silence progress bars; nothing of ours is to be looked for on a network."""
    bars = datasets.utils.are_progress_bars_disabled()
    datasets.disable_progress_bars()
    try:
        yield
    finally:
        if not bars:
            datasets.enable_progress_bars()


def _struct_as_yaml(fields: Sequence[pa.Field]) -> list[dict[str, Any]]:
    return [{"name": field.name, **_type_as_yaml(field.type)} for field in fields]


def _type_as_yaml(kind: pa.DataType) -> dict[str, Any]:
    if pa.types.is_list(kind):
        inner = _type_as_yaml(kind.value_type)
        if set(inner) == {"dtype"}:
            return {"list": inner["dtype"]}
        return {"list": inner.get("struct", inner)}
    if pa.types.is_struct(kind):
        return {"struct": _struct_as_yaml([kind.field(number) for number in range(kind.num_fields)])}
    return {"dtype": _dtype(kind)}
