"""Predictions from anywhere -> decisions and probabilities for the rows of a split, or a reason why not.

A record is `{"id": ..., "label": "sports"}` or `{"id": ..., "topics": ["roads", "law"]}` and, or instead,
`"probabilities": {"roads": 0.9, ...}`. In CSV, topics are separated by `|` and a probability has a column of its
label's name. Without decisions, the likeliest label counts, or every topic of at least one half.
"""

import csv
import io
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from caibian.baseline.examples import Examples, Task
from caibian.baseline.models import Choices, Numbers
from caibian.errors import DataError

_MAX_BYTES = 1 << 31  # of a file of predictions
_FORMATS = ".jsonl, .csv or .parquet"
_SHOWN = 3  # ids named in an error


@dataclass(frozen=True, slots=True)
class Given:
    """Predictions in the order of the examples."""

    chosen: Choices
    probabilities: Numbers | None


@dataclass(frozen=True, slots=True)
class _Record:
    place: str
    topics: tuple[str, ...] | None
    probabilities: Mapping[str, float] | None


def read_predictions(path: Path, examples: Examples) -> Given:
    """Return the predictions in a JSONL, CSV or Parquet file for all rows of `examples`.

    Raises DataError, with place and reason, for a missing, unknown or repeated id, an unknown label, a malformed
    record, and a number that is no probability.
    """
    readers = {".jsonl": _jsonl, ".csv": _csv, ".parquet": _parquet}
    if path.suffix.lower() not in readers:
        raise DataError(f"{path}: predictions must be {_FORMATS}")
    records: dict[str, _Record] = {}
    for place, value in readers[path.suffix.lower()](path, examples.task):
        row_id, record = _record(place, value, examples.task)
        if row_id in records:
            raise DataError(f'{place}: id "{_short(row_id)}" is there twice, first at {records[row_id].place}')
        records[row_id] = record
    ids = examples.rows["id"].to_pylist()
    _require_same_ids(path, ids, records)
    return _given([records[row_id] for row_id in ids], examples.task, path)


def _require_same_ids(path: Path, ids: list[str], records: Mapping[str, _Record]) -> None:
    wanted = set(ids)
    missing = [row_id for row_id in ids if row_id not in records]
    extra = [row_id for row_id in records if row_id not in wanted]
    if missing:
        raise DataError(f"{path}: {len(missing)} of {len(ids)} rows have no prediction, such as {_some(missing)}")
    if extra:
        first = records[extra[0]].place
        raise DataError(f"{first}: {len(extra)} ids are not in the split, such as {_some(extra)}")


def _given(records: list[_Record], task: Task, path: Path) -> Given:
    column = {label: number for number, label in enumerate(task.labels)}
    chosen = np.zeros((len(records), len(column)), bool)
    likely = np.zeros((len(records), len(column)))
    with_probabilities = [record.probabilities is not None for record in records]
    if any(with_probabilities) and not all(with_probabilities):
        place = records[with_probabilities.index(False)].place
        raise DataError(f"{place}: has no probabilities, but other records of {path.name} have")
    for row, record in enumerate(records):
        for label, value in (record.probabilities or {}).items():
            likely[row, column[label]] = value
        for label in record.topics or ():
            chosen[row, column[label]] = True
        if record.topics is None and task.single:
            chosen[row, likely[row].argmax()] = True
        elif record.topics is None:
            chosen[row] = likely[row] >= 0.5
    return Given(chosen, likely if all(with_probabilities) and records else None)


def _record(place: str, value: object, task: Task) -> tuple[str, _Record]:
    if not isinstance(value, dict):
        raise DataError(f"{place}: must be an object with an id, got {_kind(value)}")
    row_id = value.get("id")
    if not isinstance(row_id, str) or not row_id:
        raise DataError(f'{place}: "id" must be a string, got {_kind(row_id)}')
    topics = _topics(place, value, task)
    probabilities = _probabilities(place, value.get("probabilities"), task)
    if topics is None and probabilities is None:
        field = "label" if task.single else "topics"
        raise DataError(f'{place}: has neither "{field}" nor "probabilities"')
    return row_id, _Record(place, topics, probabilities)


def _topics(place: str, value: Mapping[str, Any], task: Task) -> tuple[str, ...] | None:
    topics = value.get("topics")
    if topics is None and value.get("label") is not None:
        topics = [value["label"]]
    if topics is None:
        return None
    if not isinstance(topics, list) or not all(isinstance(topic, str) for topic in topics):
        raise DataError(f'{place}: "topics" must be a list of labels, got {_kind(topics)}')
    for topic in topics:
        _require_known(place, topic, task)
    if task.single and len(set(topics)) != 1:
        raise DataError(f"{place}: has {len(set(topics))} labels; this dataset has exactly one a row")
    return tuple(topics)


def _probabilities(place: str, value: object, task: Task) -> Mapping[str, float] | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise DataError(f'{place}: "probabilities" must be an object from label to number, got {_kind(value)}')
    for label, number in value.items():
        _require_known(place, label, task)
        plain = isinstance(number, int | float) and not isinstance(number, bool)
        if not plain or not math.isfinite(number) or not 0 <= number <= 1:
            raise DataError(f'{place}: the probability of "{label}" must be from 0 to 1, got {_short(str(number))}')
    if not value:
        raise DataError(f'{place}: "probabilities" is empty')
    return {label: float(number) for label, number in value.items()}


def _require_known(place: str, label: object, task: Task) -> None:
    if label not in task.labels:
        known = ", ".join(task.labels[:8]) + (", ..." if len(task.labels) > 8 else "")
        raise DataError(f'{place}: unknown label "{_short(str(label))}"; the labels are {known}')


def _jsonl(path: Path, task: Task) -> Iterator[tuple[str, object]]:
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield f"{path.name}:{number}", json.loads(line)
        except (ValueError, RecursionError) as error:
            raise DataError(f"{path.name}:{number}: is no valid JSON: {_short(str(error))}") from None


def _csv(path: Path, task: Task) -> Iterator[tuple[str, object]]:
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        if "id" not in header or len(set(header)) != len(header):
            raise DataError(f'{path.name}:1: must be a header with "id", each column once')
        for row in reader:
            if row:
                yield f"{path.name}:{reader.line_num}", _csv_record(path, reader.line_num, header, row, task)
    except csv.Error as error:
        raise DataError(f"{path.name}:{reader.line_num}: is no valid CSV: {error}") from None


def _csv_record(path: Path, line: int, header: list[str], row: list[str], task: Task) -> dict[str, Any]:
    if len(row) != len(header):
        raise DataError(f"{path.name}:{line}: has {len(row)} fields, the header {len(header)}")
    fields = dict(zip(header, row, strict=True))
    record: dict[str, Any] = {"id": fields.pop("id")}
    if "topics" in fields:
        record["topics"] = [topic.strip() for topic in fields.pop("topics").split("|") if topic.strip()]
    if "label" in fields:
        record["label"] = fields.pop("label")
    numbers = {name: fields[name] for name in fields if name in task.labels}
    unknown = [name for name in fields if name not in numbers]
    if unknown:
        raise DataError(f'{path.name}:1: column "{_short(unknown[0])}" is neither id, topics, label nor a label')
    if numbers:
        record["probabilities"] = {name: _number(text) for name, text in numbers.items()}
    return record


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text  # refused with the label's name where probabilities are checked


def _parquet(path: Path, task: Task) -> Iterator[tuple[str, object]]:
    try:
        file = pq.ParquetFile(path)
        names = [name for name in ("id", "topics", "label", "probabilities", *task.labels) if name in _columns(file)]
        done = 0
        for batch in file.iter_batches(columns=names, batch_size=10_000):
            for number, row in enumerate(batch.to_pylist(), start=done):
                yield f"{path.name}: row {number}", _parquet_record(row, task)
            done += len(batch)
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"{path}: is no Parquet file that can be read: {_short(str(error))}") from None


def _columns(file: pq.ParquetFile) -> list[str]:
    return list(file.schema_arrow.names)


def _parquet_record(row: dict[str, Any], task: Task) -> dict[str, Any]:
    numbers = {label: row.pop(label) for label in task.labels if label in row}
    found = row.get("probabilities")
    if isinstance(found, list):  # Arrow's maps come as pairs
        pairs: Iterable[object] = found
        row["probabilities"] = dict(pair for pair in pairs if isinstance(pair, tuple) and len(pair) == 2)
    elif isinstance(found, dict):  # a struct's absent fields come as null
        row["probabilities"] = {label: value for label, value in found.items() if value is not None}
    elif found is None and numbers:
        row["probabilities"] = numbers
    return row


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise DataError(f"{path}: is too large for predictions")
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: is no UTF-8 at byte {error.start}") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from None


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number" if isinstance(value, int | float) else type(value).__name__)


def _some(ids: list[str]) -> str:
    return ", ".join(f'"{_short(row_id)}"' for row_id in ids[:_SHOWN])


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}..."
