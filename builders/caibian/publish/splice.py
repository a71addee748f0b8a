"""A Parquet file made of the columns of others, which are copied as they are stored: not decoded, not compressed anew.

The bytes are those that Arrow would have written for all columns at once, as long as each was written with the same
options and in the same row groups; a test holds the two equal. Fields are named by their numbers in
https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from caibian.publish.thrift import Struct, read_struct, to_bytes

_MAGIC = b"PAR1"
_TAIL = 8  # bytes: the footer's length and the magic
# FileMetaData
_NUM_ROWS, _ROW_GROUPS = 3, 4
# RowGroup
_COLUMNS, _TOTAL_BYTES, _GROUP_ROWS, _GROUP_OFFSET, _TOTAL_COMPRESSED = 1, 2, 3, 5, 6
# ColumnChunk
_META, _OFFSET_INDEX, _OFFSET_INDEX_LENGTH, _COLUMN_INDEX, _COLUMN_INDEX_LENGTH = 3, 4, 5, 6, 7
# ColumnMetaData
_PATH, _UNCOMPRESSED, _COMPRESSED, _DATA_PAGE, _DICTIONARY_PAGE = 3, 6, 7, 9, 11
# OffsetIndex and PageLocation
_LOCATIONS, _PAGE_OFFSET = 1, 1


def splice(target: Path, empty: bytes, sources: Mapping[str, Path]) -> None:
    """Write `target` with the columns of `empty`, a Parquet file without rows, each taken from the file it names.

    `sources` names a file for each column of the schema. Raises ValueError where two files differ in their row groups
    or a column is not in its file.
    """
    footer = _footer_of(empty)
    with target.open("wb") as out:
        opened = {path: _Source(path) for path in set(sources.values())}
        try:
            _write(out, footer, [opened[path] for path in sources.values()], list(sources))
        finally:
            for source in opened.values():
                source.file.close()


class _Source:
    """An open file, its footer, and its column chunks by row group and column."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("rb")
        self.file.seek(-_TAIL, 2)
        size = int.from_bytes(self.file.read(4), "little")
        self.file.seek(-_TAIL - size, 2)
        self.groups: list[Struct] = read_struct(self.file.read(size))[_ROW_GROUPS].values
        self.rows = [group[_GROUP_ROWS] for group in self.groups]

    def chunks(self, group: int, column: str) -> list[Struct]:
        found = [one for one in self.groups[group][_COLUMNS].values if _name(one) == column]
        if not found:
            raise ValueError(f"{self.file.name}: has no column {column}")
        return found

    def read(self, start: int, length: int) -> bytes:
        self.file.seek(start)
        return self.file.read(length)


def _write(out: BinaryIO, footer: Struct, sources: list[_Source], columns: list[str]) -> None:
    if any(source.rows != sources[0].rows for source in sources):
        raise ValueError(f"{out.name}: is to be made of files of other row groups")
    out.write(_MAGIC)
    groups = []
    placed: list[tuple[Struct, _Source, int]] = []  # chunk, where it is from, and how far it moved
    for number, like in enumerate(sources[0].groups):
        chunks, start = [], out.tell()
        for column, source in zip(columns, sources, strict=True):
            for chunk in source.chunks(number, column):
                placed.append((chunk, source, _copy_chunk(out, chunk[_META], source)))
                chunks.append(chunk)
        groups.append(_group(like, chunks, start))
    _copy_indexes(out, placed)
    footer[_NUM_ROWS] = sum(sources[0].rows)
    footer[_ROW_GROUPS].values = groups
    stored = to_bytes(footer)
    out.write(stored + len(stored).to_bytes(4, "little") + _MAGIC)


def _copy_chunk(out: BinaryIO, meta: Struct, source: _Source) -> int:
    """Copy a column chunk's pages and return by how many bytes they moved."""
    start = meta[_DICTIONARY_PAGE] or meta[_DATA_PAGE]
    moved: int = out.tell() - start
    out.write(source.read(start, meta[_COMPRESSED]))
    for place in (_DATA_PAGE, _DICTIONARY_PAGE):
        if meta[place] is not None:
            meta[place] += moved
    return moved


def _group(like: Struct, chunks: list[Struct], start: int) -> Struct:
    group = Struct(like)  # its own list of the same fields, each of which is replaced
    group[_COLUMNS].values = chunks
    group[_TOTAL_BYTES] = sum(chunk[_META][_UNCOMPRESSED] for chunk in chunks)
    group[_TOTAL_COMPRESSED] = sum(chunk[_META][_COMPRESSED] for chunk in chunks)
    group[_GROUP_OFFSET] = start
    return group


def _copy_indexes(out: BinaryIO, placed: list[tuple[Struct, _Source, int]]) -> None:
    """Copy the indexes of pages, which stand behind all row groups: those of values, then those of places."""
    for chunk, source, _ in placed:
        if chunk[_COLUMN_INDEX] is not None:
            stored = source.read(chunk[_COLUMN_INDEX], chunk[_COLUMN_INDEX_LENGTH])
            chunk[_COLUMN_INDEX] = out.tell()
            out.write(stored)
    for chunk, source, moved in placed:
        if chunk[_OFFSET_INDEX] is not None:
            index = read_struct(source.read(chunk[_OFFSET_INDEX], chunk[_OFFSET_INDEX_LENGTH]))
            for location in index[_LOCATIONS].values:
                location[_PAGE_OFFSET] += moved
            stored = to_bytes(index)
            chunk[_OFFSET_INDEX], chunk[_OFFSET_INDEX_LENGTH] = out.tell(), len(stored)
            out.write(stored)


def _name(chunk: Struct) -> str:
    """Return the name of the column that a chunk belongs to: the first part of its path."""
    return str(chunk[_META][_PATH].values[0], "utf-8")


def _footer_of(file: bytes) -> Struct:
    size = int.from_bytes(file[-_TAIL:-4], "little")
    return read_struct(file[-_TAIL - size : -_TAIL])
