"""From the steps' columns to the published ones: pure functions on Arrow tables, without a loop over rows."""

import zlib
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from caibian.errors import DataError
from caibian.publish.columns import BUCKETS, FEATURES
from caibian.publish.facts import LabelSet

# The columns of the steps that publishing reads; the raw text stays behind.
DROPPED_COLUMNS = (
    *("id", "source", "place", "source_sha256", "format", "encoding"),
    *("title", "paragraphs", "published", "publisher", "author", "section", "url", "script", "repairs"),
)
ARTICLE_COLUMNS = (*DROPPED_COLUMNS, "words", "topics", "label_source", "evidence")
PARAGRAPH_COLUMNS = (
    *("id", "title", "paragraphs", "published", "publisher", "sentences"),
    *("paragraph_topics", "paragraph_evidence"),
)
# Of these, what the label columns are made of.
ARTICLE_LABELS = ("id", "topics", "label_source", "evidence")
PARAGRAPH_LABELS = ("id", "paragraphs", "paragraph_topics", "paragraph_evidence")


def articles(rows: pa.Table, schema: pa.Schema, labels: LabelSet) -> pa.Table:
    """Return the rows of the config `articles`."""
    columns = {"text": _text, "topics": _topics, "label": _label, "features": _features}
    return pa.table(
        [columns[name](rows, labels) if name in columns else rows[name] for name in schema.names], schema=schema
    )


def dropped(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return the rows of the config `dropped`."""
    return pa.table([_text(rows) if name == "text" else rows[name] for name in schema.names], schema=schema)


def paragraphs(rows: pa.Table, schema: pa.Schema, labels: LabelSet) -> pa.Table:
    """Return the rows of the config `paragraphs`: one for each paragraph of each row."""
    whole = {name: _whole(rows[name]) for name in rows.column_names}
    parents = pc.list_parent_indices(whole["paragraphs"]).to_numpy()
    counts = pc.list_value_length(whole["paragraphs"]).to_numpy(zero_copy_only=False)
    starts = np.concatenate(([0], np.cumsum(counts)))[:-1]
    position = (np.arange(len(parents)) - starts[parents]).astype(np.int32)
    number = pc.utf8_lpad(pa.array(position).cast(pa.string()), 3, "0")

    def column(name: str) -> pa.Array:
        match name:
            case "id":
                return pc.binary_join_element_wise(whole["id"].take(pa.array(parents)), number, "-")
            case "position":
                return pa.array(position)
            case "text":
                return _each(whole["paragraphs"], counts, parents)
            case "topics":
                return _ids(_each(whole["paragraph_topics"], counts, parents), labels.names)
            case "label":
                return _single(_ids(_each(whole["paragraph_topics"], counts, parents), labels.names))
            case "evidence":
                return _each(whole["paragraph_evidence"], counts, parents)
            case "sentences":
                return _each(whole["sentences"], counts, parents)
        return whole["id" if name == "article" else name].take(pa.array(parents))

    return pa.table([column(name) for name in schema.names], schema=schema)


def _text(rows: pa.Table, labels: LabelSet | None = None) -> pa.Array:
    return pc.binary_join(_whole(rows["paragraphs"]), "\n")


def _features(rows: pa.Table, labels: LabelSet) -> pa.Array:
    """Return how often each bucket of words occurs in each row, in the order of the buckets."""
    words = _whole(rows["words"])
    flat = pc.list_flatten(pc.list_flatten(words)).dictionary_encode()
    buckets = np.array([zlib.crc32(word.encode()) % BUCKETS for word in flat.dictionary.to_pylist()], np.int64)
    paragraphs, pieces = (pc.list_parent_indices(lists).to_numpy() for lists in (words, pc.list_flatten(words)))
    key = paragraphs[pieces].astype(np.int64) * BUCKETS + buckets[flat.indices.to_numpy()]
    found, counts = np.unique(key, return_counts=True)
    offsets = np.searchsorted(found, np.arange(len(words) + 1) * BUCKETS).astype(np.int32)
    items = [pa.array((found % BUCKETS).astype(np.int32)), pa.array(counts.astype(np.int32))]
    return pa.ListArray.from_arrays(offsets, pa.StructArray.from_arrays(items, fields=list(FEATURES.value_type)))


def _topics(rows: pa.Table, labels: LabelSet) -> pa.Array:
    return _ids(_whole(rows["topics"]), labels.names)


def _label(rows: pa.Table, labels: LabelSet) -> pa.Array:
    label = _single(_topics(rows, labels))
    if label.null_count:
        row = rows["id"][label.is_null().index(True).as_py()]
        raise DataError(f"row {row}: has no label, and a single-label dataset cannot hold it; drop it as no_label")
    return label


def _single(ids: pa.Array) -> pa.Array:
    """Return the one label of each list, null for null and []."""
    lengths = pc.fill_null(pc.list_value_length(ids), 0)
    if pc.max(lengths).as_py() not in (None, 0, 1):
        raise DataError("a row has several labels, and a single-label dataset takes one; use multi-label")
    flat = pc.list_flatten(ids)
    taken = np.cumsum(lengths.to_numpy()) - 1
    return flat.take(pa.array(taken, mask=lengths.to_numpy() == 0))


def _ids(names: pa.Array, known: Sequence[str]) -> pa.Array:
    """Return lists of label names as lists of their positions in `known`; null stays null, [] stays []."""
    flat = pc.list_flatten(names)
    ids = pc.index_in(flat, value_set=pa.array(known, pa.string())).cast(pa.int64())
    if ids.null_count:
        unknown = flat.filter(ids.is_null())[0].as_py()
        raise DataError(f"label {unknown!r} is not among the dataset's {len(known)} labels")
    lengths = pc.fill_null(pc.list_value_length(names), 0).to_numpy()
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
    mask = names.is_null() if names.null_count else None
    return pa.ListArray.from_arrays(pa.array(offsets), ids, mask=mask)


def _each(lists: pa.Array, counts: np.ndarray, parents: np.ndarray) -> pa.Array:
    """Return the elements of per-paragraph lists, one a paragraph: null for every paragraph of a null list.

    `counts` are the paragraphs of each row, `parents` the row of each paragraph.
    """
    valid = lists.is_valid().to_numpy(zero_copy_only=False)
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy()
    if not (lengths == np.where(valid, counts, 0)).all():
        raise ValueError("a step gave a row other than one value a paragraph")
    flat = pc.list_flatten(lists)
    if valid.all():
        return flat
    present = valid[parents]
    return flat.take(pa.array(np.cumsum(present) - 1, mask=~present))


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
