"""WARC and WET: one document a response that is a page, or a conversion of one to text."""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from caibian import storage
from caibian.loaders.read import http_response
from caibian.loaders.read.document import MAX_BYTES, to_record
from caibian.loaders.read.record import Record
from caibian.loaders.read.salvage import end_of_record, next_record
from caibian.loaders.read.unpack import read_head

# A block holds a page as it went over the wire, and its headers.
MAX_BLOCK = MAX_BYTES + (1 << 20)
MAX_HEADER = 1 << 18  # bytes of a record's own headers; addresses of some KiB happen
# Places in a row that look like a record's start and are none, before the rest is given up.
MAX_FALSE_STARTS = 1000
_DOCUMENTS = (WarcRecordType.response, WarcRecordType.conversion)


class _Block(NamedTuple):
    """A record as it lies in the archive at byte `offset`."""

    offset: int
    length: int
    kind: WarcRecordType
    url: str
    type: str
    data: bytes


class _Broken(NamedTuple):
    """Stands for a record that cannot be read; where even its start cannot be told, `offset` is None."""

    offset: int | None


def read(path: str, *, encoding: str = "auto") -> Iterator[Record]:
    """Yield a record for each response and conversion of an archive, plain or packed with gzip or Zstandard.

    Responses that are no page, or have another status than 200, are dropped rows. Where the archive is damaged, a
    dropped row `bad_record` names the place and reading goes on behind it; where nothing follows, it is
    `truncated`, and the last row. The date in the HTTP headers is not the article's and is not taken for it.
    """
    for number, block in _blocks(path):
        if isinstance(block, str):
            yield Record(raw="", encoding="", place=f"record {number}", dropped=block)
        elif block.kind in _DOCUMENTS:
            record = _to_record(block, encoding=encoding)
            record.place = f"record {number}"
            record.given = {"url": block.url} if block.url else None
            yield record


def _to_record(block: _Block, *, encoding: str) -> Record:
    """Return the document in a record's block, or why there is none."""
    if len(block.data) > MAX_BLOCK:
        return _dropped("too_large")
    if block.kind == WarcRecordType.conversion:
        is_text = block.type.partition(";")[0].strip().lower() in ("text/plain", "")
        return to_record(block.data, encoding=encoding) if is_text else _dropped("not_a_page")
    response = http_response.parse(block.data)
    if response is None:
        return _dropped("bad_record")
    if response.status != 200:
        return _dropped("http_status")
    body = http_response.decode_body(response, limit=MAX_BYTES + 1)
    if not http_response.is_page(response, body):
        return _dropped("not_a_page")
    return to_record(body, encoding=encoding, declared=(response.charset,) if response.charset else ())


def _dropped(reason: str) -> Record:
    return Record(raw="", encoding="", dropped=reason)


def _blocks(path: str) -> Iterator[tuple[int, _Block | str]]:
    """Yield number and block of the archive's records in order, and a reason instead for one that is damaged."""
    number = false_starts = 0
    is_damaged = False
    start: int | None = 0
    # Lenient parsing, for header lines that end in a bare newline, passes over damage without a word.
    is_lenient = b"\r\n" not in read_head(path)[:100]
    with storage.open_binary(path) as file:
        while start is not None and false_starts < MAX_FALSE_STARTS:
            last: _Block | _Broken = _Broken(start)
            for block in _run(file, start, is_lenient=is_lenient):
                if isinstance(block, _Broken):
                    last = block if block.offset is not None else last
                    break
                if is_damaged:
                    yield number, "bad_record"
                is_damaged, false_starts = False, 0
                number += 1
                yield number, block
                last = block._replace(data=b"")
            else:
                block = None
            start = next_record(file, _behind(file, last))
            if start is None and block is None:
                break  # the end, and nothing was passed over before it
            number += not is_damaged
            is_damaged = True
            false_starts += 1
    if is_damaged:
        yield number, "truncated"


def _behind(file: BinaryIO, last: _Block | _Broken) -> int:
    """Return where to look for the record behind the last that was seen."""
    if isinstance(last, _Block):
        return end_of_record(file, last.offset, last.length)
    return (last.offset or 0) + 1


def _run(file: BinaryIO, start: int, *, is_lenient: bool) -> Iterator[_Block | _Broken]:
    """Yield the records from `start` on, until the end or the first that is broken."""
    file.seek(start)
    archive = ArchiveIterator(file, parse_http=False, max_header_len=MAX_HEADER, quirks_mode=is_lenient)
    records = iter(archive)
    while True:
        offset = None
        try:
            record = next(records, None)
            if record is None:
                return
            offset = record.stream_pos
            block = _read_block(record)
        except OSError:  # of fastwarc, for what is damaged; the file itself was read through once before
            block = None
        if block is None:
            yield _Broken(offset)
            return
        yield block


def _read_block(record: WarcRecord) -> _Block | None:
    """Return a record with its block, None where it breaks off."""
    headers = record.headers
    length = headers.get("Content-Length") or ""
    if not (length.isascii() and length.isdigit() and len(length) < 19):
        return None
    wanted = record.record_type in _DOCUMENTS
    data = record.reader.read(MAX_BLOCK + 1) if wanted else b""
    if wanted and len(data) < min(int(length), MAX_BLOCK + 1):
        return None
    url = (headers.get("WARC-Target-URI") or "").strip().strip("<>")
    type_ = headers.get("Content-Type") or ""
    return _Block(record.stream_pos, int(length), record.record_type, url, type_, data)
