"""One Parquet file in the making: fixed row groups, content-defined chunks, and the hashes of its rows."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from caibian.publish.digest import LABELS, other_hashes, with_labels
from caibian.publish.facts import FileInfo
from caibian.publish.reuse import Written
from caibian.publish.splice import splice

# A row more at the front moves every group's edge: with 8,000 rows a group it makes 6 % of the bytes new, with 2,000
# 29 %. A reader of one group needs some 60 MB for news.
ROW_GROUP = 8_000
_GROUP_BYTES = 512 << 20  # a group of giant rows ends before; Arrow's strings end at 2 GiB
_SOUGHT = ("id", "article", "published", "cluster")  # what a reader may look for; least and greatest texts help nobody
ZSTD_LEVEL = 3  # the default of zstd; 9 saves 6 % of the bytes for twice the time


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file of the dataset stands: in the draft's folder, under data/<config>/<name>."""

    folder: Path
    config: str
    split: str
    name: str

    @property
    def path(self) -> Path:
        """Return the path of the file."""
        return self.folder / "data" / self.config / self.name

    def beside(self, ending: str) -> Path:
        """Return the path of a file about this one that is not published."""
        return self.folder / ".work" / f"{self.config}-{self.name}.{ending}"


class Output(Protocol):
    """Takes tables of any size of the columns of `schema`; `close` returns the file's facts and what was written."""

    schema: pa.Schema

    def add(self, rows: pa.Table) -> None:
        """Append rows."""

    def close(self) -> tuple[FileInfo, Written]:
        """Write what is left."""


class NewFile:
    """Writes all columns, in row groups of ROW_GROUP rows."""

    def __init__(self, place: Place, schema: pa.Schema) -> None:
        self.schema = schema
        self._place = place
        place.path.parent.mkdir(parents=True, exist_ok=True)
        self._writer = _writer(place.path, schema)
        self._hashes = _Hashes()
        self._waiting: list[pa.Table] = []
        self._waiting_bytes = 0

    def add(self, rows: pa.Table) -> None:
        """Append rows."""
        self._waiting.append(rows)
        self._waiting_bytes += rows.nbytes
        while self._waiting_rows() >= ROW_GROUP or self._waiting_bytes >= _GROUP_BYTES:
            self._write_group()

    def close(self) -> tuple[FileInfo, Written]:
        """Write what is left and return the file's facts."""
        if self._waiting_rows():
            self._write_group()
        self._writer.close()
        return _described(self._place, self._hashes)

    def _write_group(self) -> None:
        rows = pa.concat_tables(self._waiting)
        # A column of one chunk: Parquet cuts its pages at the ends of chunks, which would leave a trace of ours.
        group = rows.slice(0, ROW_GROUP).combine_chunks()
        self._writer.write_table(group, row_group_size=ROW_GROUP)
        others, size = other_hashes(group)
        self._hashes.add(group, others, size)
        self._waiting, self._waiting_bytes = [rows.slice(ROW_GROUP)], 0

    def _waiting_rows(self) -> int:
        return sum(table.num_rows for table in self._waiting)


class Relabelled:
    """Writes the label columns of rows whose other columns an earlier file has, and copies those as they are stored."""

    def __init__(self, place: Place, schema: pa.Schema, earlier: Path, written: Written) -> None:
        self.schema = pa.schema([field for field in schema if field.name in LABELS])
        self._place, self._all, self._earlier, self._written = place, schema, earlier, written
        self._rows: list[pa.Table] = []

    def add(self, rows: pa.Table) -> None:
        """Append rows."""
        self._rows.append(rows)

    def close(self) -> tuple[FileInfo, Written]:
        """Write the file and return its facts."""
        labels = self._place.beside("labels")
        hashes = _Hashes()
        rows = pa.concat_tables([self.schema.empty_table(), *self._rows])
        with _writer(labels, self.schema) as writer:
            for start, count in _groups(self._earlier):
                group = rows.slice(start, count).combine_chunks()
                writer.write_table(group, row_group_size=max(count, 1))
                hashes.add(group, self._written.of_rows(start, count), 0)
        hashes.size_of_others = self._written.size
        self._place.path.parent.mkdir(parents=True, exist_ok=True)
        sources = {name: labels if name in LABELS else self._earlier for name in self._all.names}
        splice(self._place.path, _empty(self._all), sources)
        return _described(self._place, hashes)


class _Hashes:
    """The hashes of a file's rows: of their columns but the labels, and of all columns."""

    def __init__(self) -> None:
        self.others: list[bytes] = []
        self.rows: list[bytes] = []
        self.count = self.size = self.size_of_others = 0

    def add(self, rows: pa.Table, others: bytes, size_of_others: int) -> None:
        hashes, size = with_labels(others, rows)
        self.others.append(others)
        self.rows.append(hashes)
        self.count += rows.num_rows
        self.size += size
        self.size_of_others += size_of_others


def _described(place: Place, hashes: _Hashes) -> tuple[FileInfo, Written]:
    """Return the facts of a file that is whole, and write its rows' hashes beside it."""
    of_rows = b"".join(hashes.rows)
    place.beside("hashes").write_bytes(of_rows)
    with place.path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    info = FileInfo(
        path=place.path.relative_to(place.folder).as_posix(),
        config=place.config,
        split=place.split,
        rows=hashes.count,
        bytes=hashes.size + hashes.size_of_others,
        size=place.path.stat().st_size,
        sha256=sha256,
        rows_sha256=hashlib.sha256(of_rows).hexdigest(),
    )
    return info, Written(info.path, sha256, hashes.size_of_others, b"".join(hashes.others))


def _writer(where: Path | IO[bytes], schema: pa.Schema) -> pq.ParquetWriter:
    return pq.ParquetWriter(
        where,
        schema,
        compression="zstd",
        compression_level=ZSTD_LEVEL,
        use_content_defined_chunking=True,  # a later version uploads only the chunks that changed
        # A new word at the front would give every word another number. Without dictionaries files are 12 % larger.
        use_dictionary=False,
        write_page_index=True,  # lets a viewer read one page
        write_statistics=[name for name in schema.names if name in _SOUGHT],
    )


def _empty(schema: pa.Schema) -> bytes:
    """Return a file of the schema without rows."""
    file = io.BytesIO()
    _writer(file, schema).close()
    return file.getvalue()


def _groups(path: Path) -> Iterator[tuple[int, int]]:
    """Yield the first row and the number of rows of each row group of a file."""
    metadata, start = pq.read_metadata(path), 0
    for number in range(metadata.num_row_groups):
        count = metadata.row_group(number).num_rows
        yield start, count
        start += count
