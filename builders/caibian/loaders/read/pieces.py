"""What one task reads, cut so that a small change of the input changes few pieces."""

import hashlib
import itertools
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import orjson

from caibian import storage
from caibian.config import Source
from caibian.errors import ConfigError
from caibian.loaders.read import encodings, jsonl, parquet
from caibian.loaders.read.files import File, printable
from caibian.loaders.read.sniff import sniff
from caibian.loaders.read.unpack import is_packed, read_head

# What a task takes at most (but for what cannot be cut): seconds of work, so that little is done again after a crash.
PIECE_BYTES = 4 << 20
# Opening, telling the format of and finishing a file costs about as much as reading so many bytes of text.
FILE_COST = 32 << 10
# Files end a piece by chance, at half of the cap on average, so that it seldom decides. Smaller pieces would make
# less again when a file is added, but a piece costs 20 ms however little it holds: much for a few pages.
_PIECES_A_CAP = 2


@dataclass(frozen=True, slots=True)
class Part:
    """All or part of one file: bytes (JSONL) or row groups (Parquet) [start, stop); stop None is the end."""

    file: File
    format: str
    sha256: str  # of the whole file
    content_sha256: str  # of what this part's rows depend on: for a cut JSONL file the part's own bytes
    start: int = 0
    stop: int | None = None
    first_line: int = 1
    encoding: str = "auto"


@dataclass(frozen=True, slots=True)
class Piece:
    """What one task reads: parts of files of one source, in order."""

    source: Source
    parts: tuple[Part, ...]

    def key(self) -> str:
        """Return the SHA-256 of all that the piece's rows depend on, but for the column `source_sha256`.

        It stays the same when other parts of a file change, or the folder lies elsewhere.
        """
        options = self.source.model_dump(mode="json", exclude={"path", "license", "attribution"})
        parts = [
            {
                "name": part.file.name,
                "label": folder_label(part.file) if self.source.labels == "folder" else None,
                "format": part.format,
                "encoding": part.encoding,
                "content": part.content_sha256,
                "first_line": part.first_line,
                "row_groups": [part.start, part.stop] if part.format == "parquet" else None,
            }
            for part in self.parts
        ]
        return hashlib.sha256(orjson.dumps([options, parts], option=orjson.OPT_SORT_KEYS)).hexdigest()

    def file_hashes(self) -> dict[str, str]:
        """Return the SHA-256 of each file that the piece reads from, by its name."""
        return {part.file.name: part.sha256 for part in self.parts}


def folder_label(file: File) -> str:
    """Return the name of the folder that a file lies in."""
    return printable(os.path.basename(os.path.dirname(os.path.abspath(file.path))))


def plan(source: Source, found: Iterable[File]) -> Iterator[Piece]:
    """Yield the pieces that files are read in, in order; every file is read once for its SHA-256 on the way.

    Where a piece ends is decided by the names around it, not by how much went before: a file more or less
    changes the piece that it falls into and leaves the others. Raises ConfigError for an unknown encoding.
    """
    if source.encoding != "auto" and encodings.canonical(source.encoding) is None:
        raise ConfigError(f"sources: encoding: no encoding is called {source.encoding!r}; gb18030, big5, utf-16 are")
    held: list[tuple[Part, int, float]] = []  # part, its cost, how readily a piece ends behind it
    for parts in _of_files(source, found):
        for part, size in parts:
            cost = size + FILE_COST
            ticket = _chance(f"{part.file.name}\0{part.start}") / cost
            if cost * _PIECES_A_CAP >= PIECE_BYTES and held:  # a large part stands alone, whatever its neighbours
                yield _piece(source, held)
                held = []
            while held and sum(other for _, other, _ in held) + cost > PIECE_BYTES:
                end = min(range(len(held)), key=lambda n: held[n][2]) + 1
                yield _piece(source, held[:end])
                held = held[end:]
            held.append((part, cost, ticket))
            if ticket * PIECE_BYTES < _PIECES_A_CAP:
                yield _piece(source, held)
                held = []
    if held:
        yield _piece(source, held)


def _of_files(source: Source, found: Iterable[File]) -> Iterator[Iterable[tuple[Part, int]]]:
    """Yield the parts of each file, in order."""
    files = iter(found)
    first = list(itertools.islice(files, 1))
    files = itertools.chain(first, files)
    if first and storage.is_address(first[0].path):
        return storage.ahead(lambda file: list(_parts(source, file)), files)
    return (_parts(source, file) for file in files)


def _piece(source: Source, held: Iterable[tuple[Part, int, float]]) -> Piece:
    return Piece(source, tuple(part for part, _, _ in held))


def _chance(name: str) -> float:
    """Return a number from 0 to 1 that depends on the name alone."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=6).digest()) / (1 << 48)


def _parts(source: Source, file: File) -> Iterator[tuple[Part, int]]:
    """Yield the parts of one file with their size in bytes."""
    head = read_head(file.path)
    kind = source.format if source.format != "auto" else _format(file, head)
    if kind == "jsonl" and file.size > PIECE_BYTES:
        encoding = encodings.of_file(head, encoding=source.encoding)
        if encoding and _can_be_cut(file, head, encoding):
            yield from _cut_lines(file, encoding)
            return
    sha256 = _sha256(file.path)
    if kind == "parquet":
        for start, stop, size in parquet.parts(file.path, size=PIECE_BYTES):
            yield Part(file, kind, sha256, sha256, start, stop), size
        return
    yield Part(file, kind, sha256, sha256), file.size


def _format(file: File, head: bytes) -> str:
    if head or not file.size:
        return sniff(head, file.path)
    # A packed file that cannot be unpacked: broken from the start, or a crawl with a dictionary of its own.
    return "warc" if ".warc" in file.name.lower() else "text"


def _can_be_cut(file: File, head: bytes, encoding: str) -> bool:
    """Return whether the file is plain lines whose ends can be found without reading it from its start."""
    with storage.open_binary(file.path) as raw:
        packed = is_packed(raw.read(4))
    wide = encoding.startswith(("utf-16", "utf-32"))  # whose newline is more than one byte
    return not packed and not wide and not jsonl.is_one_value(head, encoding)


def _sha256(path: str) -> str:
    with storage.open_binary(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _cut_lines(file: File, encoding: str) -> Iterator[tuple[Part, int]]:
    """Yield the parts of a file of lines, with their size.

    It is cut behind the last line end of every PIECE_BYTES, so that what is appended changes the last part only.
    """
    whole, own = hashlib.sha256(), hashlib.sha256()
    cuts: list[tuple[int, int, int, str]] = []  # start, stop, number of the first line, SHA-256
    start = position = 0
    line = first_line = 1
    with storage.open_binary(file.path) as raw:
        while chunk := raw.read(PIECE_BYTES):
            whole.update(chunk)
            end = chunk.rfind(b"\n") + 1
            own.update(chunk[:end])
            if end:
                cuts.append((start, position + end, first_line, own.hexdigest()))
                line += chunk.count(b"\n", 0, end)
                start, first_line, own = position + end, line, hashlib.sha256()
            own.update(chunk[end:])
            position += len(chunk)
    if start < position:
        cuts.append((start, position, first_line, own.hexdigest()))
    sha256 = whole.hexdigest()
    for begin, stop, number, content in cuts:
        yield Part(file, "jsonl", sha256, content, begin, stop, number, encoding), stop - begin
