"""WARC and WET: pages out of archives, damaged ones too."""

import gzip
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from fastwarc.stream_io import BrotliWriter
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.loaders.read.reading import read_rows, seen

from caibian.loaders.read import warc

NEWS = "清溪县召开春季农业生产工作会议，部署粮食生产。"
PAGE = f"<html><body><p>{NEWS}</p></body></html>"
Packer = Callable[[bytes], bytes]
PACKERS: dict[str, Packer] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "zstandard": zstandard.ZstdCompressor(write_checksum=True).compress,
}


def record(
    body: bytes,
    *,
    url: str = "http://news.example.cn/1.html",
    kind: str = "response",
    status: str = "200 OK",
    type_: str | None = "text/html",
    headers: str = "",
    length: str | None = None,
    own: str = "",
) -> bytes:
    """Return a WARC record; a response is wrapped in HTTP."""
    block = body
    if kind == "response":
        content_type = f"Content-Type: {type_}\r\n" if type_ is not None else ""
        date = "Date: Mon, 12 Jul 2021 08:00:00 GMT\r\n"
        block = f"HTTP/1.1 {status}\r\n{content_type}{date}{headers}\r\n".encode() + body
    outer = "application/http; msgtype=response" if kind == "response" else type_ or "text/plain"
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2021-07-13T00:00:00Z\r\n{own}"
        f"Content-Type: {outer}\r\nContent-Length: {len(block) if length is None else length}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def page(number: int) -> bytes:
    filler = "".join(f"<i>{number * n * 7919}</i>" for n in range(200))  # so that it does not pack to nothing
    return record(f"<html><p>第{number}条：{NEWS}{filler}".encode(), url=f"http://a.cn/{number}")


def write(path: Path, records: list[bytes], pack: Packer = bytes) -> Path:
    path.write_bytes(b"".join(map(pack, records)))
    return path


@pytest.fixture(params=PACKERS)
def pack(request: pytest.FixtureRequest) -> Packer:
    return PACKERS[request.param]


INFO = record(b"software: test\r\n", kind="warcinfo", type_="application/warc-fields")


def test_responses_are_rows(tmp_path: Path, pack: Packer) -> None:
    path = write(tmp_path / "crawl", [INFO, record(b"GET /", kind="request"), page(1), page(2)], pack)
    rows = read_rows(path)
    assert [(row["place"], row["given_url"], row["dropped"]) for row in rows] == [
        ("record 3", "http://a.cn/1", None),
        ("record 4", "http://a.cn/2", None),
    ]
    assert rows[0]["raw"].startswith("<html><p>第1条")
    assert {(row["format"], row["content"], row["given_published"]) for row in rows} == {("warc", "page", None)}


def test_conversions_of_wet_are_rows(tmp_path: Path, pack: Packer) -> None:
    text = record(NEWS.encode(), kind="conversion", type_="text/plain", url="<http://a.cn/1>")
    other = record(b"{}", kind="conversion", type_="application/json")
    path = write(tmp_path / "a.warc.wet", [INFO, text, other], pack)
    assert seen(path, "place", "raw", "given_url", "format", "dropped") == [
        ("record 2", NEWS, "http://a.cn/1", "wet", None),
        ("record 3", "", "http://news.example.cn/1.html", "wet", "not_a_page"),
    ]


@pytest.mark.parametrize(
    ("encoding", "type_"),
    [
        ("gb18030", "text/html; charset=gb2312"),
        ("gb18030", "text/html; charset=utf-8"),
        ("gb18030", "text/html"),
        ("utf-8", 'TEXT/HTML;Charset="GBK"'),
        ("utf-16-le", "application/xhtml+xml; charset=utf-16"),
        ("utf-8", None),
    ],
)
def test_the_charset_of_the_server_is_evidence(tmp_path: Path, encoding: str, type_: str | None) -> None:
    path = write(tmp_path / "a.warc", [record(PAGE.encode(encoding), type_=type_)])
    assert seen(path, "raw", "encoding", "dropped") == [(PAGE, encoding, None)]


def test_a_short_page_is_read_in_the_charset_of_the_server(tmp_path: Path) -> None:
    path = write(tmp_path / "a.warc", [record("許縣長".encode("big5"), type_="text/html; charset=big5")])
    assert seen(path, "raw") == ["許縣長"]


def brotli(data: bytes) -> bytes:
    import io

    target = io.BytesIO()
    writer = BrotliWriter(target)
    writer.write(data)
    writer.close()
    return target.getvalue()


def chunked(data: bytes) -> bytes:
    parts = [data[start : start + 7] for start in range(0, len(data), 7)]
    return b"".join(b"%x;x=y\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


RAW_DEFLATE = zlib.compressobj(wbits=-15)
BODY = PAGE.encode()


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (gzip.compress(BODY), "Content-Encoding: gzip"),
        (gzip.compress(BODY), "content-encoding: X-GZIP"),
        (zlib.compress(BODY), "Content-Encoding: deflate"),
        (RAW_DEFLATE.compress(BODY) + RAW_DEFLATE.flush(), "Content-Encoding: deflate"),
        (zstandard.compress(BODY), "Content-Encoding: zstd"),
        (chunked(BODY), "Transfer-Encoding: chunked"),
        (chunked(gzip.compress(BODY)), "Transfer-Encoding: chunked\r\nContent-Encoding: gzip"),
        (gzip.compress(zlib.compress(BODY)), "Content-Encoding: deflate, gzip"),
        (BODY, "Content-Encoding: gzip"),
        (BODY, "Content-Encoding: br"),
        (BODY, "Content-Encoding: unknown"),
        (BODY, "Transfer-Encoding: chunked"),
        (gzip.compress(BODY) + b"garbage", "Content-Encoding: gzip"),
        (chunked(BODY)[:-5], "Transfer-Encoding: chunked"),
    ],
)
def test_encodings_of_the_body_are_undone(tmp_path: Path, body: bytes, headers: str) -> None:
    path = write(tmp_path / "a.warc", [record(body, headers=headers + "\r\n"), page(2)], gzip.compress)
    assert seen(path, "raw")[0] == PAGE
    assert seen(path, "place", "dropped") == [("record 1", None), ("record 2", None)]


def test_brotli_is_undone(tmp_path: Path) -> None:
    path = write(tmp_path / "a.warc", [record(brotli(BODY), headers="Content-Encoding: br\r\n")])
    assert seen(path, "raw") == [PAGE]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (record(b"\x89PNG", type_="image/png"), "not_a_page"),
        (record(b"{}", type_="application/json; charset=utf-8"), "not_a_page"),
        (record(b"just text", type_=None), "not_a_page"),
        (record(b"", status="301 Moved", headers="Location: /\r\n"), "http_status"),
        (record(BODY, status="404"), "http_status"),
        (record(b""), "empty"),
        (record(bytes(range(256)) * 9), "binary"),
        (record(b"no http at all", kind="response").replace(b"HTTP/1.1 200", b"ABCD/1.1 200"), "bad_record"),
        (record(gzip.compress(b"x" * (70 << 20)), headers="Content-Encoding: gzip\r\n"), "too_large"),
    ],
)
def test_what_is_no_page_is_a_dropped_row(tmp_path: Path, bad: bytes, reason: str) -> None:
    path = write(tmp_path / "a.warc", [page(1), bad, page(3)], gzip.compress)
    assert seen(path, "place", "dropped") == [("record 1", None), ("record 2", reason), ("record 3", None)]
    assert seen(path, "given_url")[1] == "http://news.example.cn/1.html"


def test_a_record_that_is_too_large_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warc, "MAX_BLOCK", 10_000)
    path = write(tmp_path / "a.warc", [page(1), record(b"x" * 20_000), page(3)])
    assert seen(path, "place", "dropped") == [("record 1", None), ("record 2", "too_large"), ("record 3", None)]


@pytest.mark.parametrize("share", [0.55, 0.7, 0.97, 0.999])
def test_a_truncated_archive_is_read_up_to_the_break(tmp_path: Path, pack: Packer, share: float) -> None:
    path = write(tmp_path / "a.warc", [page(n) for n in range(1, 5)], pack)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    rows = seen(path, "place", "dropped")
    whole = [row for row in rows if row[1] is None]
    assert whole == [(f"record {n}", None) for n in range(1, len(whole) + 1)]
    assert len(whole) >= 4 * share - 1
    assert rows[len(whole) :] in ([(f"record {len(whole) + 1}", "truncated")], [])


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(PACKERS)), st.floats(0, 1))
def test_an_archive_cut_anywhere_never_fails(
    tmp_path_factory: pytest.TempPathFactory, packer: str, share: float
) -> None:
    path = tmp_path_factory.mktemp("cut") / "a.warc"
    records = [PACKERS[packer](page(n)) for n in (1, 2, 3)]
    data = b"".join(records)
    cut = int(len(data) * share)
    path.write_bytes(data[:cut])
    reasons = seen(path, "dropped", format="warc")
    ends = [sum(map(len, records[: n + 1])) for n in range(3)]
    surely_whole = sum(end <= cut for end in ends)
    assert reasons[:surely_whole] == [None] * surely_whole
    assert reasons[surely_whole:] in ([], ["truncated"], [None], [None, "truncated"])


def corrupt(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes(byte ^ 0xFF for byte in data[middle : middle + 12]) + data[middle + 12 :]


@pytest.mark.parametrize(
    "bad",
    [
        record(b"x" * 50, length="99999999"),
        record(b"x" * 50, length="-5"),
        record(b"x" * 50, length="many"),
        record(b"x" * 50, own="X-Long: " + "y" * 900_000 + "\r\n"),
        record(b"x" * 50).replace(b"Content-Length", b"X-Length"),
        record(b"x" * 50).replace(b"WARC/1.0", b"CRAW/9.9"),
    ],
)
def test_a_bad_record_does_not_end_the_archive(tmp_path: Path, pack: Packer, bad: bytes) -> None:
    path = write(tmp_path / "a.warc", [page(1), bad, page(3), page(4)], pack)
    rows = seen(path, "given_url", "dropped")
    assert rows[0] == ("http://a.cn/1", None)
    assert rows[-2:] == [("http://a.cn/3", None), ("http://a.cn/4", None)]
    assert [reason for _, reason in rows[1:-2]] == ["bad_record"]


@pytest.mark.parametrize("packer", ["gzip", "zstandard"])
def test_a_damaged_member_does_not_end_the_archive(tmp_path: Path, packer: str) -> None:
    records = [PACKERS[packer](page(n)) for n in range(1, 5)]
    path = write(tmp_path / "a.warc", [records[0], corrupt(records[1]), *records[2:]])
    assert seen(path, "place", "dropped") == [
        ("record 1", None),
        ("record 2", "bad_record"),
        ("record 3", None),
        ("record 4", None),
    ]


def test_an_archive_packed_as_one(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(gzip.compress(b"".join(page(n) for n in range(1, 4))))
    assert seen(path, "place") == ["record 1", "record 2", "record 3"]


def test_header_lines_that_end_in_a_newline_alone(tmp_path: Path) -> None:
    head, _, rest = record(BODY).partition(b"\r\n\r\n")
    path = write(tmp_path / "a.warc", [head.replace(b"\r\n", b"\n") + b"\n\n" + rest.replace(b"\r\n", b"\n")])
    length = len(rest.replace(b"\r\n", b"\n")) - 2
    data = path.read_bytes()
    path.write_bytes(data.replace(b"Content-Length: %d" % (len(rest) - 4), b"Content-Length: %d" % length))
    assert seen(path, "raw", "dropped") == [(PAGE, None)]


def test_many_false_starts_end(tmp_path: Path) -> None:
    member = gzip.compress(b"WARC/1.0 nothing more")
    path = write(tmp_path / "a.warc.gz", [gzip.compress(page(1)), *[member] * 3000])
    assert seen(path, "place", "dropped") == [("record 1", None), ("record 2", "truncated")]
