"""What a step leaves for the next: Parquet files written under a temporary name and renamed, found by key.

A shard's key is the hash of the input's bytes, the options and the code that made it. So the folder of shards is
the cache and the unit of resuming: what is there is whole, and what is not there is made.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module, metadata
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from caibian.errors import DataError

# The libraries whose version can change a row.
_LIBRARIES = ("jieba", "opencc", "resiliparse", "fastwarc", "ahocorasick_rs", "pyarrow", "numpy")
_LOCK = ".lock"
_SOURCES = {".py", ".json", ".txt", ".npz", ".tsv", ".gz"}


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


def write(path: Path, tables: Iterable[pa.Table], *, schema: pa.Schema, repeated: Sequence[str] | bool = True) -> int:
    """Write tables to a Parquet file that appears only when it is whole; return how many rows it has.

    `repeated` names the columns (as Parquet does) whose values come again and again; True: any may. Raises
    DataError where the disk is full or the folder cannot be written.
    """
    rows = 0
    # Of what is read a few times and thrown away: lz4 takes two thirds of the time of zstd 1, and a quarter more
    # space, and to look for repetitions among texts costs as much as to write them.
    with (
        _appearing(path) as draft,
        pq.ParquetWriter(draft, schema, compression="lz4", use_dictionary=repeated, write_statistics=False) as writer,
    ):
        for table in tables:
            writer.write_table(table.combine_chunks())
            rows += len(table)
    return rows


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file that appears only when it is whole. Raises DataError where it cannot be written."""
    with _appearing(path) as draft:
        draft.write_bytes(content)


@contextmanager
def _appearing(path: Path) -> Iterator[Path]:
    """Give the path of a draft that becomes the file when the block ends well."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield draft
        os.replace(draft, path)
    except OSError as error:
        raise DataError(f"{path.parent}: cannot be written: {error.strerror or error}") from error
    finally:
        draft.unlink(missing_ok=True)


def is_made(path: Path) -> bool:
    """Return whether a shard is there; one that a crash of the machine left without its end is removed."""
    try:
        pq.ParquetFile(path).close()
    except FileNotFoundError:
        return False
    except pa.ArrowInvalid:
        path.unlink(missing_ok=True)
        return False
    return True


def count(path: Path) -> int:
    """Return how many rows a shard has."""
    rows: int = pq.read_metadata(path).num_rows
    return rows


def read(path: Path, columns: Iterable[str] | None = None) -> pa.Table:
    """Return a shard, or those of the columns that it has, in their order."""
    # Opened as one file: by path, pyarrow would look for a dataset and for partitions in the folder's name.
    with pq.ParquetFile(path) as file:
        return file.read(columns=None if columns is None else list(columns))


def take(path: Path, columns: Sequence[str], places: npt.NDArray[np.int64]) -> pa.Table:
    """Return some columns of the rows at ascending places, read from the row groups that have them."""
    found, start = [], 0
    with pq.ParquetFile(path) as file:
        schema = pa.schema([file.schema_arrow.field(name) for name in columns])
        for group in range(file.num_row_groups):
            rows = file.metadata.row_group(group).num_rows
            here = places[(places >= start) & (places < start + rows)] - start
            start += rows
            if len(here):
                found.append(file.read_row_group(group, columns=list(columns)).take(pa.array(here)))
    return pa.concat_tables(found) if found else schema.empty_table()


def batches(path: Path, columns: Iterable[str], *, size: int) -> Iterator[pa.Table]:
    """Yield some columns of a shard, as many row groups at a time as make `size` bytes, at least one."""
    wanted = list(columns)
    with pq.ParquetFile(path) as file:
        held: list[pa.Table] = []
        for group in range(file.metadata.num_row_groups):
            held.append(file.read_row_group(group, columns=wanted))
            if sum(table.nbytes for table in held) >= size:
                yield pa.concat_tables(held)
                held = []
        if held:
            yield pa.concat_tables(held)


@dataclass(frozen=True, slots=True)
class Folder:
    """The hidden folder of shards beside a dataset's versions, shared by all builds of that dataset."""

    path: Path
    lock: int  # descriptor of a file that every build locks, shared with others, while it runs
    used: set[Path] = field(default_factory=set)

    def keep(self, paths: Iterable[Path]) -> None:
        """Note files that the next build may ask for."""
        self.used.update(paths)

    def prune(self) -> None:
        """Remove all files but those to keep, and what killed workers left, unless another build is at work here.

        For the end of a build: what its input, options and code no longer make will not be asked for again.
        """
        self._remove("*", keep=self.used | {self.path / _LOCK})

    def _remove(self, pattern: str, *, keep: Container[Path] = ()) -> None:
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # whoever gets it alone is alone here
        except BlockingIOError:
            return
        for path in sorted(self.path.glob(pattern)):
            if path not in keep:
                path.unlink(missing_ok=True)


@contextmanager
def open_folder(parent: Path) -> Iterator[Folder]:
    """Give the folder of shards in `parent`, made if it is not there, without the half files of killed builds.

    Raises DataError where it cannot be made.
    """
    path = parent / ".shards"
    try:
        path.mkdir(parents=True, exist_ok=True)
        lock = os.open(path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise DataError(f"{path}: cannot be written: {error.strerror}") from None
    try:
        found = Folder(path, lock)
        found._remove(".?*.*.*")
        fcntl.flock(lock, fcntl.LOCK_SH)  # ends with the process, however that ends
        yield found
    finally:
        os.close(lock)
