"""What a step leaves for the next: Parquet files written under a temporary name and renamed, found by key.

A shard's key is the hash of the input's bytes, the options and the code that made it. So the folder of shards is
the cache and the unit of resuming: what is there is whole, and what is not there is made.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module, metadata
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from caibian.errors import DataError

# The libraries whose version can change a row.
_LIBRARIES = ("jieba", "rjieba", "opencc", "resiliparse", "fastwarc", "ahocorasick_rs", "pyarrow", "numpy")
_SOURCES = {".py", ".yaml", ".json", ".txt", ".npz", ".tsv", ".gz"}


def key(*parts: object) -> str:
    """Return 32 hexadecimal digits that stand for `parts` (JSON values)."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:32]


@cache
def code_version(*packages: str) -> str:
    """Return a digest of the packages' source and data files, and of the libraries that rows depend on."""
    digest = hashlib.sha256()
    for package in packages:
        location = Path(str(import_module(package).__file__))
        files = sorted(location.parent.rglob("*")) if location.name == "__init__.py" else [location]
        for file in files:
            if file.suffix in _SOURCES and file.is_file():
                digest.update(f"{file.relative_to(location.parent)}\0".encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    for library in _LIBRARIES:
        digest.update(f"{library} {metadata.version(library)}\0".encode())
    return digest.hexdigest()[:16]


def write(path: Path, tables: Iterable[pa.Table], *, schema: pa.Schema) -> int:
    """Write tables to a Parquet file that appears only when it is whole; return how many rows it has.

    Raises DataError where the disk is full or the folder cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    rows = 0
    try:
        with pq.ParquetWriter(draft, schema, compression="zstd", compression_level=1) as writer:
            for table in tables:
                writer.write_table(table.combine_chunks())
                rows += len(table)
        os.replace(draft, path)
    except OSError as error:
        raise DataError(f"{path.parent}: cannot be written: {error.strerror or error}") from error
    finally:
        draft.unlink(missing_ok=True)
    return rows


def read(path: Path, columns: Iterable[str] | None = None) -> pa.Table:
    """Return a shard, or some of its columns."""
    # Opened as one file: by path, pyarrow would look for a dataset and for partitions in the folder's name.
    return pq.ParquetFile(path).read(columns=None if columns is None else list(columns))


def batches(path: Path) -> Iterator[pa.Table]:
    """Yield a shard a row group at a time, as it was written."""
    file = pq.ParquetFile(path)
    for group in range(file.metadata.num_row_groups):
        yield file.read_row_group(group)


def names(path: Path) -> list[str]:
    """Return the columns of a shard."""
    return list(pq.ParquetFile(path).schema_arrow.names)


def folder(parent: Path) -> Path:
    """Return the hidden folder of shards beside a dataset's versions, made if it is not there.

    Raises DataError where it cannot be made.
    """
    path = parent / ".shards"
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{path}: cannot be written: {error.strerror}") from None
    return path
