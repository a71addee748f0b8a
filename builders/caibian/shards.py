"""What a step leaves for the next: Arrow files written under a temporary name and renamed, found by key.

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


def write(path: Path, tables: Iterable[pa.Table], *, schema: pa.Schema) -> int:
    """Write tables to an Arrow file that appears only when it is whole; return how many rows it has.

    Raises DataError where the disk is full or the folder cannot be written.
    """
    rows = 0
    # As it lies in memory: what is read a few times and thrown away takes twice the space, and to write and to read it
    # a tenth of the time that Parquet with lz4 takes.
    with (
        _appearing(path) as draft,
        pa.OSFile(str(draft), "wb") as file,
        pa.ipc.new_file(file, schema) as writer,
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
        with _opened(path):
            return True
    except FileNotFoundError:
        return False
    except pa.ArrowInvalid:
        path.unlink(missing_ok=True)
        return False


def names(path: Path) -> list[str]:
    """Return the names of a shard's columns."""
    with _opened(path) as file:
        return list(file.schema.names)


def read(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Return a shard, or some columns of it."""
    with _opened(path) as file:
        rows = file.read_all()
    return rows if columns is None else rows.select(columns)


def take(path: Path, columns: Sequence[str], places: npt.NDArray[np.int64]) -> pa.Table:
    """Return some columns of the rows at ascending places, batch by batch: `take` of a table would join it first."""
    rows, start = read(path, columns), 0
    found = []
    for batch in rows.to_batches():
        here = places[(places >= start) & (places < start + len(batch))] - start
        start += len(batch)
        if len(here):
            found.append(batch.take(pa.array(here)))
    return pa.Table.from_batches(found, rows.schema)


def batches(path: Path, columns: Sequence[str], *, size: int) -> Iterator[pa.Table]:
    """Yield some columns of a shard, as many of the tables that were written at a time as make `size` bytes."""
    held: list[pa.RecordBatch] = []
    for batch in read(path, columns).to_batches():
        held.append(batch)
        if sum(batch.nbytes for batch in held) >= size:
            yield pa.Table.from_batches(held)
            held = []
    if held:
        yield pa.Table.from_batches(held)


@contextmanager
def _opened(path: Path) -> Iterator[pa.RecordBatchFileReader]:
    """Give the reader of a shard, which is mapped: what nobody looks at is neither read nor held in memory."""
    with pa.memory_map(str(path)) as file:
        yield pa.ipc.open_file(file)


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
