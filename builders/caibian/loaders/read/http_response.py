"""The HTTP response that a WARC record holds: bytes as they went over the wire -> status, type, body."""

import io
import re
import zlib
from collections.abc import Mapping
from typing import NamedTuple

from fastwarc.stream_io import BrotliReader, ZstdReader

MAX_HEADERS = 1 << 18  # bytes

_STATUS = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]{1,9}(\d{3})\b[^\r\n]*\r?\n")
_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")
_CHARSET = re.compile(r"charset\s{0,9}=\s{0,9}[\"']?([A-Za-z0-9_-]{2,20})", re.IGNORECASE | re.ASCII)
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]{0,9}(?:;[^\r\n]{0,999})?\r?\n")
_PAGE_TYPES = {"text/html", "application/xhtml+xml"}
_PAGE = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|body|\?xml|!--)", re.IGNORECASE)


class Response(NamedTuple):
    """A response; names of headers are in lower case, and of several of a name the first is kept."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def charset(self) -> str | None:
        """The charset that the server names."""
        found = _CHARSET.search(self.headers.get("content-type", ""))
        return found[1] if found else None


def parse(block: bytes) -> Response | None:
    """Return the response in a record's block, None where there is none."""
    status = _STATUS.match(block)
    if status is None:
        return None
    end = _END_OF_HEADERS.search(block, status.end() - 2, MAX_HEADERS)
    lines = block[status.end() : end.start() if end else MAX_HEADERS].decode("latin-1").splitlines()
    headers: dict[str, str] = {}
    for name, colon, value in (line.partition(":") for line in lines):
        if colon:
            headers.setdefault(name.strip().lower(), value.strip())
    return Response(int(status[1]), headers, block[end.end() :] if end else b"")


def is_page(response: Response, body: bytes) -> bool:
    """Return whether a response is an HTML page: by its type, and where that is missing by its start."""
    given = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return given in _PAGE_TYPES or (not given and _PAGE.match(body) is not None)


def decode_body(response: Response, *, limit: int) -> bytes:
    """Return the body without transfer and content encodings, at most `limit` bytes of it.

    What breaks off is returned up to the break, and what is not encoded as its headers say (crawlers decode and
    leave the header) as it is.
    """
    body = response.body
    if "chunked" in response.headers.get("transfer-encoding", "").lower():
        body = _join_chunks(body)
    encodings = response.headers.get("content-encoding", "").lower().split(",")
    for encoding in reversed([encoding.strip() for encoding in encodings][:3]):  # nobody packs more often
        match encoding:
            case "gzip" | "x-gzip":
                body = _inflate(body, 31, limit) or body
            case "deflate":  # meant to be zlib's format, sent without its header by some servers
                body = _inflate(body, 15, limit) or _inflate(body, -15, limit) or body
            case "br":
                body = _unpack(BrotliReader(io.BytesIO(body)), limit) or body
            case "zstd":
                body = _unpack(ZstdReader(io.BytesIO(body)), limit) or body
    return body[:limit]


def _join_chunks(body: bytes) -> bytes:
    chunks: list[bytes] = []
    position = 0
    while (size := _CHUNK_SIZE.match(body, position)) is not None:
        length = int(size[1], 16)
        if length == 0:
            return b"".join(chunks)
        chunks.append(body[size.end() : size.end() + length])
        position = size.end() + length
        position += 2 * body.startswith(b"\r\n", position) or body.startswith(b"\n", position)
    return b"".join(chunks) or body


def _inflate(data: bytes, window_bits: int, limit: int) -> bytes:
    """Return what `data` unpacks to, up to where it breaks off; nothing where it is not packed this way."""
    unpacker = zlib.decompressobj(window_bits)
    chunks: list[bytes] = []
    left = limit
    try:
        for start in range(0, len(data), 1 << 16):
            chunks.append(unpacker.decompress(data[start : start + (1 << 16)], left))
            left -= len(chunks[-1])
            if left <= 0 or unpacker.eof:
                break
    except zlib.error:
        pass
    return b"".join(chunks)


def _unpack(reader: BrotliReader | ZstdReader, limit: int) -> bytes:
    chunks: list[bytes] = []
    left = limit
    try:
        while left > 0 and (chunk := reader.read(min(left, 1 << 16))):
            chunks.append(chunk)
            left -= len(chunk)
    except OSError:  # broken, or not packed at all
        pass
    return b"".join(chunks)
