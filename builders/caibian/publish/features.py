"""The only door to `datasets`: declared features in, a loaded draft out."""

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
    import datasets

    features = datasets.Features.from_arrow_schema(schema)
    column = label_column(labels)
    if column in features:
        classes = datasets.ClassLabel(names=list(labels.names))
        features[column] = datasets.List(classes) if labels.task == "multi-label" else classes
    declared = features.arrow_schema
    if declared.remove_metadata() != schema:
        raise TypeError("datasets would store other types than ours")
    return declared


def as_yaml(schema: pa.Schema, labels: LabelSet) -> list[dict[str, Any]]:
    """Return the features of a card's `dataset_info`: every column, in order."""
    names = {"class_label": {"names": {str(number): name for number, name in enumerate(labels.names)}}}
    found = _struct_as_yaml(schema)
    for column in found:
        if column["name"] == label_column(labels):
            del column["list" if labels.task == "multi-label" else "dtype"]
            column |= {"list": names} if labels.task == "multi-label" else {"dtype": names}
    return found


def opening_problems(
    folder: Path, rows: Mapping[str, Mapping[str, int]], schemas: Mapping[str, pa.Schema], *, cache: Path
) -> list[str]:
    """Return what is wrong with `folder` as `datasets` streams it: [] where each config opens with its columns.

    For a build, whose every row was written just now: `load_problems` converts all of them again. A row is read of the
    smallest split only, since to stream one is to read a whole row group.
    """
    import datasets

    problems = []
    with _quiet(datasets):
        for config, splits in rows.items():
            try:
                loaded = datasets.load_dataset(str(folder.absolute()), config, cache_dir=str(cache), streaming=True)
                smallest = min(splits, key=lambda split: splits[split])
                first = next(iter(loaded[smallest])) if smallest in loaded else {}
            except (*_DAMAGED, datasets.exceptions.DatasetsError) as error:
                problems.append(_unloadable(config, error))
                continue
            features = datasets.Features.from_arrow_schema(schemas[config])
            if set(loaded) != set(splits):
                problems.append(f"{config}: datasets finds the splits {sorted(loaded)}, not {sorted(splits)}")
            if list(first) != schemas[config].names:
                problems.append(f"{config}/{smallest}: datasets loads other columns than the files declare")
            for split, part in loaded.items():
                if part.features != features:
                    problems.append(f"{config}/{split}: datasets expects other columns than the files declare")
    return problems


def _unloadable(config: str, error: Exception) -> str:
    reason = str(error.__cause__ or error).splitlines() or [type(error).__name__]
    return f"{config}: datasets cannot load it: {reason[0]}"


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
                problems.append(_unloadable(config, error))
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
    return {"dtype": "date32" if pa.types.is_date32(kind) else "float32" if pa.types.is_float32(kind) else str(kind)}
