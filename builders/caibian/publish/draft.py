"""A version in the making: locked against other builds, invisible until it is whole."""

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from caibian.errors import DataError

# What the user's disk or rights can cause while we write, and no mistake of ours would.
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO}
_REFUSED = {errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.ENOLCK, errno.ELOOP}
_TRIES = 20  # against a build that makes and removes the same folder; each takes less than a millisecond


@dataclass(frozen=True, slots=True)
class Draft:
    """The hidden folder that becomes `target` when it is finished, or is put into a store."""

    folder: Path
    name: str
    version: str
    store: str | None = None  # address of the folder of versions, where that is not the draft's own

    @property
    def shelf(self) -> Path:
        """Return the folder in which versions lie side by side; for a store, copies of those that are compared."""
        return self.folder.parent if self.store is None else self.work / "shelf"

    @property
    def target(self) -> Path:
        """Return the folder of the finished version."""
        return self.shelf / self.version

    @property
    def place(self) -> str:
        """Return the path or the address of the finished version."""
        return str(self.target) if self.store is None else f"{self.store}/{self.version}"

    @property
    def work(self) -> Path:
        """Return the folder for files that are not published."""
        return self.folder / ".work"

    @property
    def replaced(self) -> Path:
        """Return where the version that this draft replaces waits until the draft has its place."""
        return self.folder.parent / f".replaced-{self.version}"


@contextmanager
def open_draft(out: Path, name: str, version: str, *, store: str | None = None) -> Iterator[Draft]:
    """Give an empty draft of out/name/version, or of store/version, that no other build can have at the same time.

    Whatever a killed build left is cleared first. When the block ends without `finish`, or with an error, nothing
    of the draft remains. Raises DataError where another build holds the version, where the folder cannot be
    written, and where the disk is full.
    """
    parent = out / name
    draft = Draft(parent / f".draft-{version}", name, version, store)
    with writing(parent):
        made, lock = _hold(parent, version)
    try:
        with writing(draft.folder):
            recover(draft)
            draft.work.mkdir(parents=True)
        with writing(draft.folder, refused=False):
            yield draft
    finally:
        _discard(draft.folder)
        _unlock(lock, parent / f".lock-{version}")
        _remove_empty(made)


@contextmanager
def writing(path: Path, *, refused: bool = True) -> Iterator[None]:
    """Turn an error of the disk into a DataError of one line; with `refused`, also one of rights or names."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL or (refused and error.errno in _REFUSED):
            raise DataError(f"{error.filename or path}: cannot be written: {os.strerror(error.errno)}") from None
        raise


def recover(draft: Draft) -> None:
    """Bring back a version whose replacing was cut short, and clear what a killed build left."""
    if draft.store is None and draft.replaced.exists():
        if not draft.target.exists():
            draft.replaced.rename(draft.target)
        else:
            shutil.rmtree(draft.replaced)
    if draft.folder.exists():
        shutil.rmtree(draft.folder)


def _hold(parent: Path, version: str) -> tuple[list[Path], int]:
    """Make `parent` and lock the version in it; return the folders that did not exist, deepest first, and the lock."""
    for _ in range(_TRIES):
        made = [folder for folder in (parent, *parent.parents) if not folder.exists()]
        try:
            parent.mkdir(parents=True, exist_ok=True)
            return made, _lock(parent / f".lock-{version}", parent / version)
        except (FileNotFoundError, FileExistsError):
            continue  # another build has just removed the folder that it made, or a file is in the way
    parent.mkdir(parents=True, exist_ok=True)
    return [], _lock(parent / f".lock-{version}", parent / version)


def _lock(path: Path, target: Path) -> int:
    """Return the descriptor of the locked file; the lock ends with the process, so a killed build leaves none."""
    while True:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise DataError(f"{target}: another build is writing this version; wait for it, or end it") from None
        # The build that held the lock may have removed the file between our opening and our locking it.
        if path.exists() and path.stat().st_ino == os.fstat(lock).st_ino:
            return lock
        os.close(lock)


def _unlock(lock: int, path: Path) -> None:
    path.unlink(missing_ok=True)  # while we still hold it, or we would remove another build's
    os.close(lock)


def _discard(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder, ignore_errors=True)


def _remove_empty(folders: list[Path]) -> None:
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:
            return  # it holds a version, or another build's draft
