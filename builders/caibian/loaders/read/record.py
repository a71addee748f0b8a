"""What every reader gives: records; and how they become rows."""

import hashlib
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from caibian.schema import READ

GIVEN = ("title", "published", "publisher", "author", "section", "url")


@dataclass(slots=True)
class Record:
    """One document as it stands in its file; what its other fields say of it is in `given`, unrepaired."""

    raw: str
    encoding: str
    place: str | None = None
    given: Mapping[str, str] | None = None
    labels: Sequence[str] | None = None
    split: str | None = None
    dropped: str | None = None


class Origin(NamedTuple):
    """What the records of one file have in common."""

    source: str
    sha256: str
    format: str
    content: str


def to_rows(found: Sequence[tuple[Origin, Record]]) -> pa.Table:
    """Return a READ row for each record, in order."""
    origins = [origin for origin, _ in found]
    records = [record for _, record in found]
    raw, sources = _encoded([record.raw for record in records])
    columns = {
        "id": list(map(_identity, records, sources)),
        "source": [origin.source for origin in origins],
        "place": [record.place for record in records],
        "source_sha256": [origin.sha256 for origin in origins],
        "format": [origin.format for origin in origins],
        "encoding": [record.encoding for record in records],
        "content": [origin.content for origin in origins],
        "raw": raw,
        **{f"given_{name}": _given(records, name) for name in GIVEN},
        "given_labels": [record.labels and [_valid(label) for label in record.labels] for record in records],
        "given_split": [_valid(record.split or "") or None for record in records],
        "dropped": [record.dropped for record in records],
    }
    return pa.table(columns, schema=READ)


def _encoded(texts: Sequence[str]) -> tuple[pa.Array, Sequence[bytes | memoryview]]:
    """Return texts as a column, and the UTF-8 of each as it was given: nearly always the column's own bytes."""
    try:
        column = pa.array(texts, pa.string())
    except UnicodeEncodeError:
        return _column(texts), [text.encode("utf-8", "surrogatepass") for text in texts]
    _, offsets, data = column.buffers()
    ends = np.frombuffer(offsets, np.int32, len(texts) + 1).tolist()
    view = memoryview(data or b"")
    return column, [view[start:stop] for start, stop in itertools.pairwise(ends)]


def _identity(record: Record, source: bytes | memoryview) -> str:
    """Return the document's stable id: it depends on what the record says, not on where it lies."""
    title = (record.given or {}).get("title")
    digest = hashlib.sha256(f"{title}\0".encode("utf-8", "surrogatepass") if title else b"")
    digest.update(source)
    return digest.hexdigest()[:16]


def _given(records: Sequence[Record], name: str) -> pa.Array:
    """Return what the records' other fields say, null where they say nothing."""
    values = [record.given.get(name) or None if record.given else None for record in records]
    return pa.nulls(len(values), pa.string()) if values.count(None) == len(values) else _column(values)


def _column(values: Sequence[str | None]) -> pa.Array:
    """Return strings as a column, without the halves of pairs that JSON may carry."""
    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:
        return pa.array([value and _valid(value) for value in values], pa.string())


def _valid(text: str) -> str:
    """Return text that Arrow takes: a lone surrogate, as JSON may carry, becomes U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
