"""One Parquet file in the making: fixed row groups, content-defined chunks, and the hashes of its rows."""

import hashlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from caibian.publish.digest import row_hashes
from caibian.publish.facts import FileInfo

# A row more at the front moves every group's edge: with 8,000 rows a group it makes 6 % of the bytes new, with 2,000
# 29 %. A reader of one group needs some 60 MB for news.
ROW_GROUP = 8_000
_GROUP_BYTES = 512 << 20  # a group of giant rows ends before; Arrow's strings end at 2 GiB
_SOUGHT = ("id", "article", "published", "cluster")  # what a reader may look for; least and greatest texts help nobody
ZSTD_LEVEL = 3  # the default of zstd; 9 saves 6 % of the bytes for twice the time


class Output:
    """Takes tables of any size and writes row groups of ROW_GROUP rows; `close` returns the file's facts."""

    def __init__(self, folder: Path, config: str, split: str, name: str, schema: pa.Schema) -> None:
        self.schema = schema
        self._folder, self._config, self._split = folder, config, split
        self._path = folder / "data" / config / name
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._writer = pq.ParquetWriter(
            self._path,
            schema,
            compression="zstd",
            compression_level=ZSTD_LEVEL,
            use_content_defined_chunking=True,  # a later version uploads only the chunks that changed
            # A new word at the front would give every word another number. Without dictionaries files are 12 % larger.
            use_dictionary=False,
            write_page_index=True,  # lets a viewer read one page
            write_statistics=[name for name in schema.names if name in _SOUGHT],
        )
        self._hashes = (folder / ".work" / f"{config}-{name}.hashes").open("wb")
        self._digest = hashlib.sha256()
        self._waiting: list[pa.Table] = []
        self._rows = self._bytes = self._waiting_bytes = 0

    def add(self, rows: pa.Table) -> None:
        """Append rows."""
        self._waiting.append(rows)
        self._waiting_bytes += rows.nbytes
        while self._waiting_rows() >= ROW_GROUP or self._waiting_bytes >= _GROUP_BYTES:
            self._write_group()

    def close(self) -> FileInfo:
        """Write what is left and return the file's facts."""
        if self._waiting_rows():
            self._write_group()
        self._writer.close()
        self._hashes.close()
        with self._path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return FileInfo(
            path=self._path.relative_to(self._folder).as_posix(),
            config=self._config,
            split=self._split,
            rows=self._rows,
            bytes=self._bytes,
            size=self._path.stat().st_size,
            sha256=sha256,
            rows_sha256=self._digest.hexdigest(),
        )

    def _write_group(self) -> None:
        rows = pa.concat_tables(self._waiting)
        # A column of one chunk: Parquet cuts its pages at the ends of chunks, which would leave a trace of ours.
        group = rows.slice(0, ROW_GROUP).combine_chunks()
        self._writer.write_table(group, row_group_size=ROW_GROUP)
        hashes, size = row_hashes(group)
        self._digest.update(hashes)
        self._hashes.write(hashes)
        self._rows += group.num_rows
        self._bytes += size
        self._waiting, self._waiting_bytes = [rows.slice(ROW_GROUP)], 0

    def _waiting_rows(self) -> int:
        return sum(table.num_rows for table in self._waiting)
