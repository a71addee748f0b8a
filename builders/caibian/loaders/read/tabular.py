"""CSV and TSV: one document a row."""

import csv
import io
import itertools
from collections.abc import Iterator
from typing import Literal, NamedTuple, TextIO

from caibian.config import Fields
from caibian.errors import DataError
from caibian.loaders.read import encodings
from caibian.loaders.read.fields import USUAL, Key, choose, pick
from caibian.loaders.read.record import Record
from caibian.loaders.read.unpack import BREAKS, HEAD, open_plain, read_up_to

MAX_FIELD = 16 << 20  # characters; the csv module's own bound of 128 KiB is less than a page
MAX_NAME = 64  # characters of a column's name; a cell beyond that is text
_UNIT = "\x1f"  # the control character for this very purpose
_USUAL_NAMES = {name for names in USUAL.values() for name in names}


class Row(NamedTuple):
    """A row that is not blank, and the line it starts in; `dropped` says why it has no cells."""

    line: int
    cells: list[str]
    dropped: str | None = None


def read(
    path: str,
    *,
    delimiter: str,
    fields: Fields = Fields(),  # noqa: B008  (immutable)
    labelled: bool = False,
    header: bool | None = None,
    encoding: str = "auto",
) -> Iterator[Record]:
    """Yield the rows of a CSV file (commas, quotes where needed) or of one with another separator, which needs none.

    Without a header, fields are numbered from 0, and unless configured the longest of the first row is the text
    and the other the label. A row of another width is a dropped row. Raises DataError where a column is missing.
    """
    name = _encoding(path, encoding)
    if name is None:
        raise DataError(f"{path}: binary, not a table of text")
    with open_plain(path) as file:
        codec = "utf-8-sig" if name == "utf-8" else name
        rows = _rows(io.TextIOWrapper(file, encoding=codec, errors="replace", newline=""), delimiter)
        first = next(rows, None)
        if first is None:
            return
        if first.dropped:  # without a first row nobody knows what the others hold
            yield _bad(first, name)
            return
        if header is None:
            header = _is_header(first.cells)
        places = _places(first.cells, header=header, fields=fields, labelled=labelled, where=path)
        for row in rows if header else itertools.chain([first], rows):
            if row.dropped or len(row.cells) != len(first.cells):
                yield _bad(row, name)
            else:
                yield pick(row.cells.__getitem__, places, encoding=name, place=f"line {row.line}")


def _bad(row: Row, encoding: str) -> Record:
    raw = "\t".join(row.cells)
    return Record(raw=raw, encoding=encoding, place=f"line {row.line}", dropped=row.dropped or "bad_record")


def _encoding(path: str, encoding: str) -> str | None:
    """Return a file's encoding by what follows its first character that is not ASCII, however late that comes."""
    with open_plain(path) as file:
        data, breaks_off = read_up_to(file, HEAD)
        while data.isascii() and len(data) == HEAD and not breaks_off:
            data, breaks_off = read_up_to(file, HEAD)
    return encodings.of_file(data, encoding=encoding)


def _rows(text: TextIO, delimiter: str) -> Iterator[Row]:
    """Yield the rows that are not blank."""
    csv.field_size_limit(MAX_FIELD)
    lines: Iterator[str] = _Lines(text)
    if len(delimiter) > 1:  # the csv module takes one character: _UNIT stands in no text
        lines = (line.replace(_UNIT, "").replace(delimiter, _UNIT) for line in lines)
    # Only commas need quotes around a text; elsewhere a lone quotation mark in a headline is text.
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if delimiter == "," else csv.QUOTE_NONE
    reader = csv.reader(lines, delimiter=delimiter if len(delimiter) == 1 else _UNIT, quoting=quoting)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Row(line, [], "bad_record")
            continue
        except BREAKS:
            yield Row(line, [], "truncated")
            return
        if any(cell.strip() for cell in cells):
            yield Row(line, cells)


class _Lines:
    """A file's lines for the csv module, which would take one of any length: too long a one is its error."""

    def __init__(self, text: TextIO) -> None:
        self._text = text

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = more = self._text.readline(MAX_FIELD)
        while len(more) >= MAX_FIELD and not more.endswith(("\n", "\r")):
            more = self._text.readline(MAX_FIELD)
        if more is not line:
            raise csv.Error("line too long")
        if not line:
            raise StopIteration
        return line


def _is_header(cells: list[str]) -> bool:
    usual = any(cell.strip().lower() in _USUAL_NAMES for cell in cells)
    return usual and all(len(cell) <= MAX_NAME for cell in cells)


def _places(cells: list[str], *, header: bool, fields: Fields, labelled: bool, where: str) -> dict[str, Key]:
    """Return the position of each role's column."""
    names = cells if header else [str(number) for number in range(len(cells))]
    if not header and fields.text is None:
        longest = max(range(len(cells)), key=lambda n: len(cells[n]))
        fields = fields.model_copy(update={"text": longest})
        if fields.label is None and labelled and len(cells) == 2:
            fields = fields.model_copy(update={"label": 1 - longest})
    chosen = choose(names, fields=fields, labelled=labelled, where=where)
    return {role: names.index(str(name)) for role, name in chosen.items()}
