"""Plain text and HTML: one document a file."""

from collections.abc import Iterator

from caibian.loaders.read import encodings
from caibian.loaders.read.record import Record
from caibian.loaders.read.unpack import open_plain, read_up_to

# The largest page seen on the real web is below 20 MB; beyond this a file is a dump, not a document.
MAX_BYTES = 64 << 20
MAX_BROKEN_SHARE = 0.1  # beyond this no repair brings the text back


def read(path: str, *, encoding: str = "auto") -> Iterator[Record]:
    """Yield the one document in a text or HTML file; an empty, broken or binary one says so in `dropped`."""
    with open_plain(path) as file:
        data, breaks_off = read_up_to(file, MAX_BYTES + 1)
    record = to_record(data, encoding=encoding)
    if breaks_off:
        record.dropped = "truncated"
    yield record


def to_record(data: bytes, *, encoding: str = "auto", declared: tuple[str, ...] = ()) -> Record:
    """Return the document in `data`; `declared` are the charsets that HTTP names."""
    if len(data) > MAX_BYTES:
        return Record(raw="", encoding="", dropped="too_large")
    if not data.strip(b"\0 \t\r\n"):
        return Record(raw="", encoding="", dropped="empty")
    decoded = encodings.decode(data, encoding=encoding, declared=declared)
    if decoded is None:
        reason = "binary" if encodings.is_binary(data) else "undecodable"
        return Record(raw="", encoding="", dropped=reason)
    if decoded.broken > len(decoded.text) * MAX_BROKEN_SHARE:
        return Record(raw=decoded.text, encoding=decoded.encoding, dropped="undecodable")
    if not decoded.text.strip():
        return Record(raw="", encoding=decoded.encoding, dropped="empty")
    return Record(raw=decoded.text, encoding=decoded.encoding)
