"""JSON Lines, one object a line; and a JSON file that is one list of objects, or one object."""

import io
import itertools
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, NamedTuple

import orjson

from caibian.config import Fields
from caibian.loaders.read import encodings
from caibian.loaders.read.fields import Chooser, pick
from caibian.loaders.read.record import Record
from caibian.loaders.read.unpack import BREAKS, open_plain, read_head, read_up_to

MAX_LINE = 64 << 20  # bytes; a longer line becomes a dropped row and is skipped without being held
MAX_LIST = 512 << 20  # bytes of a JSON list, which can only be parsed whole
SHOWN = 1000  # bytes of a bad line that its row shows
# What is looked at for the fields that a file has; a field that none of these has is taken for a slip of the config.
FIRST_OBJECTS = 100
FIRST_CHARS = 4 << 20


class Line(NamedTuple):
    """The UTF-8 of a line that is not blank; `dropped` says why it cannot be an object."""

    place: str
    data: bytes
    dropped: str | None = None


Object = tuple[str, dict[str, Any]]  # with its place


def read(
    path: str,
    *,
    fields: Fields = Fields(),  # noqa: B008  (immutable)
    labelled: bool = False,
    encoding: str = "auto",
    start: int = 0,
    stop: int | None = None,
    first_line: int = 1,
) -> Iterator[Record]:
    """Yield the objects of the lines that start in bytes [start, stop); `first_line` is the number of the first.

    A line that is not an object, or is too long, is a dropped row. Raises DataError where none of the file's first
    objects has the fields that are needed.
    """
    head = read_head(path)
    name = encodings.of_file(head, encoding=encoding) or "utf-8"
    with open_plain(path) as file:
        if is_one_value(head, name):
            items = _values(file, encoding=name)
        else:
            if start:
                file.seek(start)
            lines = _lines(_line_reader(file, name), length=stop and stop - start, first_line=first_line)
            items = (_parse(line, encoding=name) for line in lines)
        where = path if start == 0 else None
        yield from _records(items, Chooser(fields, labelled=labelled), where=where, encoding=name)


def is_one_value(head: bytes, encoding: str) -> bool:
    """Return whether the file is a list, or one object printed over many lines, and not an object a line."""
    first_line = head.decode(encoding, "replace").lstrip("\ufeff \t\r\n").split("\n", 1)[0].strip()
    return first_line.startswith("[") or first_line == "{"


def _records(items: Iterator[Object | Line], chooser: Chooser, *, where: str | None, encoding: str) -> Iterator[Record]:
    """Yield a record an item; with `where` (at the file's start) first make sure that its fields can be found."""
    if where is not None:
        first = list(_first(items))
        objects = [item for item in first if not isinstance(item, Line)]
        if objects:
            chooser.require([key for _, found in objects for key in found], where=f"{where}: {objects[0][0]}")
        items = itertools.chain(first, items)
    for item in items:
        if isinstance(item, Line):
            raw = item.data[:SHOWN].decode("utf-8", "replace")
            yield Record(raw=raw, encoding=encoding, place=item.place, dropped=item.dropped)
        else:
            yield pick(item[1].get, chooser.of(tuple(item[1])), encoding=encoding, place=item[0])


def _first(items: Iterator[Object | Line]) -> Iterator[Object | Line]:
    """Yield the first items: some, and not too much to hold."""
    chars = 0
    for item in itertools.islice(items, FIRST_OBJECTS):
        yield item
        if not isinstance(item, Line):
            chars += sum(len(value) for value in item[1].values() if isinstance(value, str))
        if chars > FIRST_CHARS:
            return


def _parse(line: Line, *, encoding: str) -> Object | Line:
    """Return the line's object, or the line with the reason why it is none."""
    if line.dropped is not None:
        return line
    is_utf8 = encoding.startswith("utf")  # UTF-16 has become UTF-8 on the way
    data = line.data if is_utf8 else line.data.decode(encoding, "replace").encode()
    try:
        parsed = orjson.loads(data)
    except orjson.JSONDecodeError:
        parsed = _parse_other(data)
    return (line.place, parsed) if isinstance(parsed, dict) else Line(line.place, data, "bad_record")


def _parse_other(data: bytes) -> object:
    """Return the value of a line in another encoding than its file's first; None where it is none in any."""
    try:
        data.decode()
    except UnicodeDecodeError:
        decoded = encodings.decode(data)
        try:
            return orjson.loads(decoded.text) if decoded else None
        except orjson.JSONDecodeError:
            pass
    return None


def _line_reader(file: BinaryIO, encoding: str) -> Callable[[int], bytes]:
    """Return a function that reads a line of at most so many bytes or characters."""
    if not encoding.startswith(("utf-16", "utf-32")):
        return file.readline  # a newline is one byte in these, and no byte of another character
    text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="\n")
    return lambda limit: text.readline(limit).encode("utf-8", "surrogatepass")


def _lines(read_line: Callable[[int], bytes], *, length: int | None, first_line: int) -> Iterator[Line]:
    """Yield the lines of the next `length` bytes; None: of all."""
    position = 0
    for number in itertools.count(first_line):
        if length is not None and position >= length:
            return
        place = f"line {number}"
        try:
            data, size = _one_line(read_line)
        except BREAKS:
            yield Line(place, b"", "truncated")
            return
        if not size:
            return
        position += size
        if size > len(data):
            yield Line(place, data, "too_large")
        elif data.strip():
            yield Line(place, data.removeprefix(b"\xef\xbb\xbf") if number == 1 else data)


def _one_line(read_line: Callable[[int], bytes]) -> tuple[bytes, int]:
    """Return the next line and its size; of a line that is too long only the start."""
    data = more = read_line(MAX_LINE)
    size = len(data)
    while len(more) >= MAX_LINE and not more.endswith(b"\n"):
        more = read_line(MAX_LINE)
        size += len(more)
    return (data, size) if size == len(data) else (data[:SHOWN], size)


def _values(file: BinaryIO, *, encoding: str) -> Iterator[Object | Line]:
    """Yield the objects of a file that is one JSON value."""
    data, breaks_off = read_up_to(file, MAX_LIST + 1)
    text = data.decode(encoding, "replace").removeprefix("\ufeff")
    shown = text[:SHOWN].encode("utf-8", "replace")
    if len(data) > MAX_LIST or breaks_off:
        yield Line("record 1", shown, "truncated" if breaks_off else "too_large")
        return
    try:
        items = orjson.loads(text)
    except orjson.JSONDecodeError:
        yield Line("record 1", shown, "bad_record")
        return
    for number, item in enumerate(items if isinstance(items, list) else [items], 1):
        place = f"record {number}"
        yield (place, item) if isinstance(item, dict) else Line(place, orjson.dumps(item)[:SHOWN], "bad_record")
