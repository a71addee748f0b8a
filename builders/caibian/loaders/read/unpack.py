"""Bytes of a file as they were before gzip or Zstandard packed them."""

import gzip
import io
import zlib
from typing import BinaryIO, cast

import zstandard

from caibian import storage
from caibian.errors import DataError

HEAD = 1 << 16  # bytes that format and encoding are told by
# What a packed file raises where it breaks off or is damaged. (gzip lets zlib's own error through.)
BREAKS = (EOFError, gzip.BadGzipFile, zlib.error, zstandard.ZstdError)

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
# A byte of Zstandard can stand for 32 KiB, and all that a call gets is unpacked at once: this bounds it to 64 MiB.
_ZSTD_BYTES_A_CALL = 2048
_ZSTD_MAX_WINDOW = 1 << 27  # what the zstd tool itself takes without being told more


def open_plain(path: str) -> BinaryIO:
    """Open a file or an address for reading its bytes from the start, unpacked where they are packed (by content).

    Reading raises one of BREAKS where a packed file is damaged. Raises DataError where it cannot be opened.
    """
    try:
        raw = storage.open_binary(path)
        magic = raw.read(4)
        raw.seek(0)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from None
    if magic.startswith(_GZIP):
        return cast(BinaryIO, _Gzip(raw))
    if is_zstandard(magic):
        return cast(BinaryIO, io.BufferedReader(_Zstandard(raw), 1 << 17))
    return raw


def is_packed(head: bytes) -> bool:
    """Return whether a file that starts with `head` can only be read from its start."""
    return head.startswith(_GZIP) or is_zstandard(head)


def is_zstandard(head: bytes) -> bool:
    """Return whether `head` starts a Zstandard frame, or one to skip (which may hold a dictionary)."""
    return head.startswith(_ZSTD) or (head[1:4] == b"\x2a\x4d\x18" and head[0] >> 4 == 5)


def read_head(path: str) -> bytes:
    """Return the first HEAD bytes of a file, unpacked; fewer where it is short or breaks off."""
    with open_plain(path) as file:
        return read_up_to(file, HEAD)[0]


def read_up_to(file: BinaryIO, limit: int) -> tuple[bytes, bool]:
    """Return the next bytes of `file`, at most `limit`, and whether it breaks off behind them."""
    chunks = []
    left = limit
    try:
        while left and (chunk := cast(io.BufferedReader, file).read1(left)):
            chunks.append(chunk)
            left -= len(chunk)
    except BREAKS:
        return b"".join(chunks), True
    return b"".join(chunks), False


class _Gzip(gzip.GzipFile):
    """Members as one plain stream, over a file that is closed with it."""

    def __init__(self, raw: BinaryIO) -> None:
        super().__init__(fileobj=raw)
        self._raw_file = raw

    def close(self) -> None:
        super().close()
        self._raw_file.close()


class _Zstandard(io.RawIOBase):
    """Frames as one plain stream. Raises EOFError where the last breaks off, which the library's own does not."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._frame: zstandard.ZstdDecompressionObj | None = None
        self._packed = b""
        self._plain = memoryview(b"")  # of which parts are taken without copying the rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview[int] | bytearray") -> int:  # type: ignore[override]
        while not self._plain:
            self._packed = self._packed or self._raw.read(_ZSTD_BYTES_A_CALL)
            if not self._packed:
                if self._frame is not None:
                    raise EOFError("the Zstandard frame breaks off")
                return 0
            self._unpack()
        count = min(len(buffer), len(self._plain))
        buffer[:count] = self._plain[:count]
        self._plain = self._plain[count:]
        return count

    def _unpack(self) -> None:
        if self._frame is None:
            self._frame = zstandard.ZstdDecompressor(max_window_size=_ZSTD_MAX_WINDOW).decompressobj()
        self._plain = memoryview(self._frame.decompress(self._packed))
        self._packed = b""
        if self._frame.eof:
            self._packed, self._frame = self._frame.unused_data, None

    def close(self) -> None:
        self._raw.close()
        super().close()
