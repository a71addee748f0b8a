"""Where the next record of a damaged archive starts."""

import io
import re
import zlib
from typing import BinaryIO

import zstandard

from caibian.loaders.read.unpack import BREAKS

_CHUNK = 1 << 20
_TRIAL = 1 << 17  # bytes of a packed record that are enough to see how it starts: a block of Zstandard
_VERSION = b"WARC/"
_PLAIN = re.compile(rb"\nWARC/[01]\.\d")
_END_OF_HEADER = re.compile(rb"\r?\n\r?\n")
_GZIP = re.compile(rb"\x1f\x8b\x08")
_ZSTANDARD = re.compile(rb"\x28\xb5\x2f\xfd")


def next_record(file: BinaryIO, start: int) -> int | None:
    """Return the offset of the first record at `start` or behind, None where there is none.

    `file` is an archive as stored: plain, or a gzip member or Zstandard frame a record.
    """
    file.seek(0)
    magic = file.read(4)
    pattern = _GZIP if _GZIP.match(magic) else _ZSTANDARD if _ZSTANDARD.match(magic) else _PLAIN
    position = start
    overlap = b""
    file.seek(start)
    while chunk := file.read(_CHUNK):
        data = overlap + chunk
        for match in pattern.finditer(data):
            offset = position - len(overlap) + match.start() + (pattern is _PLAIN)
            if pattern is _PLAIN or _starts_record(file, offset):
                return offset
        position += len(chunk)
        overlap = data[-8:]  # a start that the chunk's end cuts in two
        file.seek(position)
    return None


def end_of_record(file: BinaryIO, offset: int, length: int) -> int:
    """Return where to look for what follows the record at `offset`, whose block has `length` bytes.

    In a plain archive that is behind the block, which may quote another record; a packed one shows its starts.
    """
    file.seek(offset)
    head = file.read(_TRIAL)
    end = _END_OF_HEADER.search(head)
    return offset + end.end() + length - 1 if head.lstrip().startswith(_VERSION) and end else offset + 1


def _starts_record(file: BinaryIO, offset: int) -> bool:
    """Return whether what is packed at `offset` starts as a record does."""
    file.seek(offset)
    packed = file.read(_TRIAL)
    try:
        if _GZIP.match(packed):
            plain = zlib.decompressobj(31).decompress(packed, len(_VERSION))
        else:
            plain = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(packed)).read(len(_VERSION))
    except BREAKS:
        return False
    return plain == _VERSION
