"""Paths, folders and globs -> the files to read, one after the other, in one order everywhere."""

import glob
import itertools
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from caibian import storage
from caibian.errors import DataError

_Entry = os.DirEntry[str] | storage.Entry


@dataclass(frozen=True, slots=True)
class File:
    """One file to read: `name` is its path relative to the source it was found under, with forward slashes."""

    path: str  # or its address in a store
    name: str
    size: int


def find(path: str | Path) -> Iterator[File]:
    """Return the files that a path, folder or glob names, here or by address in a store, sorted folder by folder.

    They are looked up as they are asked for, so that a folder of millions costs little memory. Hidden files and
    folders are passed over, and so are links that lead back into the folder. Raises DataError at once where there
    is no file, and on the way where a folder cannot be read.
    """
    text = str(path)
    if storage.is_file(text):
        return iter([_file(text, os.path.basename(text))])
    if storage.is_folder(text):
        found = _matching(text, ["**"])
    elif glob.has_magic(text):
        found = _matching(*_split(text))
    else:
        raise DataError(f"{text}: no such file{', folder or bucket' if storage.is_address(text) else ' or folder'}")
    first = next(found, None)
    if first is None:
        raise DataError(f"{text}: holds no file to read")
    return itertools.chain([first], found)


def _split(pattern: str) -> tuple[str, list[str]]:
    """Return the folder of a glob above its first wildcard, and the parts below."""
    scheme, mark, rest = pattern.partition("://") if storage.is_address(pattern) else ("", "", pattern)
    parts = rest.replace(os.sep, "/").split("/")
    root = scheme + mark or ("/" if pattern.startswith("/") else "")
    while glob.has_magic(parts[0]) is False or storage.is_folder(os.path.join(root, parts[0])):
        root = os.path.join(root, parts.pop(0))
    return root or ".", parts


def _matching(root: str, parts: Sequence[str]) -> Iterator[File]:
    """Yield the files below `root` whose path fits the parts of a glob; `**` stands for any folders."""
    if not storage.is_folder(root):
        return
    inside = {os.path.realpath(root)}
    # (folder, its name, where in the pattern its entries stand), innermost last; entries are sorted there.
    waiting: list[Iterator[tuple[_Entry, str, frozenset[int]]]] = [_entries(root, "", _opened(parts, {0}))]
    while waiting:
        entry, name, at = next(waiting[-1], (None, "", frozenset()))
        if entry is None:
            waiting.pop()
        elif _holds(entry.is_dir):
            below = _opened(parts, {n + (parts[n] != "**") for n in at if _fits(entry.name, parts[n])})
            if below and not _leads_back(entry, inside):
                waiting.append(_entries(entry.path, f"{name}/", below))
        elif _holds(entry.is_file) and any(n == len(parts) - 1 and _fits(entry.name, parts[n]) for n in at):
            yield _file(entry.path, name, entry.size if isinstance(entry, storage.Entry) else None)


def _entries(folder: str, prefix: str, at: frozenset[int]) -> Iterator[tuple[_Entry, str, frozenset[int]]]:
    """Yield what a folder holds, sorted by name, hidden entries left out."""
    visible = [entry for entry in _listed(folder) if not entry.name.startswith(".")]
    visible.sort(key=lambda entry: entry.name)
    return ((entry, prefix + entry.name, at) for entry in visible)


def _listed(folder: str) -> Iterable[_Entry]:
    if storage.is_address(folder):
        return storage.entries(folder)
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        raise DataError(f"{folder}: cannot be read: {error.strerror}") from None


def _holds(question: Callable[[], bool]) -> bool:
    try:
        return question()
    except OSError:  # a link that leads to itself
        return False


def _opened(parts: Sequence[str], at: set[int]) -> frozenset[int]:
    """Return the places in the pattern, with those behind a `**` that stands for no folder."""
    reached = {n for n in at if n < len(parts)}
    for n in range(len(parts) - 1):
        if n in reached and parts[n] == "**":
            reached.add(n + 1)
    return frozenset(reached)


def _fits(name: str, part: str) -> bool:
    return part == "**" or fnmatchcase(name, part)


def _leads_back(entry: _Entry, inside: set[str]) -> bool:
    """Return whether a folder is a link to what is read anyway; else remember where it leads."""
    if not entry.is_symlink():
        return False
    target = os.path.realpath(entry.path)
    leads_back = any(os.path.commonpath([target, folder]) in (target, folder) for folder in inside)
    inside.add(target)
    return leads_back


def _file(path: str, name: str, size: int | None = None) -> File:
    try:
        return File(path, printable(name), storage.size(path) if size is None else size)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from None


def printable(name: str) -> str:
    """Return a file's name as valid text; bytes that the system's encoding has not are written as escapes."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")
