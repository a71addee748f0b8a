"""A published dataset's rows as what a classifier learns from and is scored on."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from caibian.baseline.features import Texts
from caibian.errors import DataError
from caibian.schema import EVIDENCE, REPAIRS

SPLITS = ("train", "validation", "test")
# A news text says its topic first: on 1,200 articles of 6 classes, counting the title and the first 60 characters
# once more won 1.4 points of accuracy, 120 characters 1.2, 300 none. Shorter texts are all opening already.
OPENING_CHARS = 60
_SHORT_CHARS = 2 * OPENING_CHARS

Flags = npt.NDArray[np.bool_]
Weights = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be told from a text: one of the labels, or any number of them."""

    labels: tuple[str, ...]
    single: bool


# What is read of a published article; columns that a dataset does not have are null.
ROW = pa.schema(
    [
        ("id", pa.string()),
        ("title", pa.string()),
        ("text", pa.string()),
        ("words", pa.list_(pa.list_(pa.string()))),
        ("label_source", pa.string()),
        ("cluster", pa.string()),
        ("published", pa.date32()),
        ("publisher", pa.string()),
        ("script", pa.string()),
        ("repairs", REPAIRS),
        ("evidence", EVIDENCE),
    ]
)


@dataclass(frozen=True, slots=True)
class Examples:
    """Rows with their labels."""

    task: Task
    rows: pa.Table  # ROW
    targets: Flags  # rows x labels
    judged: Flags  # false: the row's labels are not known

    def __len__(self) -> int:
        return int(self.rows.num_rows)

    def take(self, places: npt.NDArray[np.int64]) -> "Examples":
        """Return the rows at these places."""
        return Examples(self.task, self.rows.take(pa.array(places)), self.targets[places], self.judged[places])

    def known(self) -> "Examples":
        """Return the rows whose labels are known."""
        return self if self.judged.all() else self.take(np.flatnonzero(self.judged))


def load_examples(folder: Path, split: str) -> Examples:
    """Return a split of the dataset in `folder`; no rows where it has no such split.

    Raises DataError where the folder is no dataset of ours, or has no texts.
    """
    paths = sorted((folder / "data" / "articles").glob(f"{split}-*.parquet"))
    if not paths:
        task = load_task(folder)
        return Examples(task, ROW.empty_table(), np.zeros((0, len(task.labels)), bool), np.zeros(0, bool))
    tables = [_read(path) for path in paths]
    return from_rows(pa.concat_tables(tables), task=_task(tables[0].schema, paths[0]))


def load_task(folder: Path) -> Task:
    """Return the labels of the dataset in `folder`, from the features stored in its files."""
    for split in SPLITS:
        for path in sorted((folder / "data" / "articles").glob(f"{split}-*.parquet")):
            return _task(_read_schema(path), path)
    raise DataError(f"{folder}: is no dataset of ours; it has no data/articles/*.parquet")


def join(parts: Sequence[Examples]) -> Examples:
    """Return the rows of all parts, in order."""
    return Examples(
        parts[0].task,
        pa.concat_tables(part.rows for part in parts),
        np.concatenate([part.targets for part in parts]),
        np.concatenate([part.judged for part in parts]),
    )


def from_rows(rows: pa.Table, *, task: Task) -> Examples:
    """Return published rows (with `topics` or `label`: positions in the task's labels) as examples."""
    column = rows["label" if task.single else "topics"].combine_chunks()
    targets = np.zeros((rows.num_rows, len(task.labels)), bool)
    if task.single:
        found = pc.fill_null(column, -1).to_numpy(zero_copy_only=False)
        row = np.arange(len(found))
    else:
        lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy(zero_copy_only=False)
        row, found = np.repeat(np.arange(len(lengths)), lengths), pc.list_flatten(column).to_numpy(zero_copy_only=False)
    inside = (found >= 0) & (found < len(task.labels))
    targets[row[inside], found[inside]] = True
    return Examples(task, _normal(rows), targets, column.is_valid().to_numpy(zero_copy_only=False))


def texts_of(rows: pa.Table) -> Texts:
    """Return what is counted of rows with `title`, `text` and `words` (a list of words a paragraph)."""
    texts = pc.fill_null(rows["text"], "")
    titles = pc.fill_null(rows["title"].cast(pa.string()), "")
    whole = pc.if_else(pc.equal(titles, ""), texts, pc.binary_join_element_wise(titles, texts, "\n"))
    short = pc.less_equal(pc.utf8_length(texts), _SHORT_CHARS)
    start = pc.binary_join_element_wise(titles, pc.utf8_slice_codeunits(texts, 0, OPENING_CHARS), "\n")
    return Texts(_whole(whole), _whole(pc.if_else(short, "", start)), _row_words(_whole(rows["words"])))


def copy_weights(examples: Examples) -> Weights:
    """Return each row's weight: rows of one cluster of near copies count as much together as one row alone."""
    clusters = _whole(examples.rows["cluster"])
    own = pc.if_else(clusters.is_null(), _whole(examples.rows["id"]), clusters).dictionary_encode()
    code = own.indices.to_numpy()
    weights: Weights = 1.0 / np.bincount(code, minlength=len(own.dictionary))[code]
    return weights


def cluster_codes(examples: Examples) -> npt.NDArray[np.int64]:
    """Return a number for each row, equal for rows of one cluster."""
    clusters = _whole(examples.rows["cluster"])
    own = pc.if_else(clusters.is_null(), _whole(examples.rows["id"]), clusters)
    codes: npt.NDArray[np.int64] = own.dictionary_encode().indices.to_numpy().astype(np.int64)
    return codes


def _whole(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _row_words(words: pa.Array) -> pa.Array:
    """Return each row's words in one list."""
    lengths = pc.fill_null(pc.list_value_length(words), 0).to_numpy(zero_copy_only=False)
    paragraphs = pc.list_flatten(words)
    inner = pc.fill_null(pc.list_value_length(paragraphs), 0).to_numpy(zero_copy_only=False)
    ends = np.concatenate([[0], np.cumsum(inner)])[np.concatenate([[0], np.cumsum(lengths)])]
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), pc.list_flatten(paragraphs))


def _read(path: Path) -> pa.Table:
    schema = _read_schema(path)
    wanted = [*ROW.names, "label", "topics"]
    if "text" not in schema.names or "words" not in schema.names:
        raise DataError(f"{path}: has no texts; they were withheld (publish.text: false), so nothing can learn from it")
    try:
        return pq.ParquetFile(path).read(columns=[name for name in wanted if name in schema.names])
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"{path}: cannot be read: {error}") from None


def _read_schema(path: Path) -> pa.Schema:
    try:
        return pq.read_schema(path)
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"{path}: is no Parquet file that can be read: {error}") from None


def _task(schema: pa.Schema, path: Path) -> Task:
    try:
        features: Mapping[str, Any] = json.loads((schema.metadata or {})[b"huggingface"])["info"]["features"]
        single = "label" in features
        feature = features["label"] if single else features["topics"]
        inner = feature.get("feature", feature)
        return Task(tuple(str(name) for name in inner["names"]), single)
    except (KeyError, TypeError, AttributeError, ValueError):
        raise DataError(f'{path}: does not declare the names of its labels ("topics" or "label")') from None


def _normal(rows: pa.Table) -> pa.Table:
    columns = [
        rows[field.name].cast(field.type) if field.name in rows.column_names else pa.nulls(rows.num_rows, field.type)
        for field in ROW
    ]
    return pa.table(columns, schema=ROW)
