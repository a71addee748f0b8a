"""Files of one document: told by content, packed or not, one row each whatever they are."""

import bz2
import gzip
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from tests.loaders.read.reading import read_rows, seen

from caibian.config import Source
from caibian.errors import ConfigError, DataError
from caibian.loaders.read import find, plan
from caibian.loaders.read.document import MAX_BYTES

NEWS = "本报讯　清溪县召开春季农业生产工作会议，部署粮食生产。"
PAGE = f"<!DOCTYPE html>\n<html><head><title>会议</title></head><body><p>{NEWS}</p></body></html>"
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".zst": zstandard.compress,
    ".gz of two members": lambda data: gzip.compress(data[:40], mtime=0) + gzip.compress(data[40:]),
    ".zst of two frames": lambda data: zstandard.compress(data[:40]) + zstandard.compress(data[40:]),
}


@pytest.mark.parametrize("packer", PACKERS)
@pytest.mark.parametrize("name", ["a.txt", "a.html", "a", "a.parquet", "a.warc"])
@pytest.mark.parametrize(
    ("text", "form"), [(NEWS, "text"), (PAGE, "html"), (f'<text id="x">\n{NEWS}\n</text>', "html")]
)
def test_a_text_or_page_is_told_by_its_content(tmp_path: Path, packer: str, name: str, text: str, form: str) -> None:
    (tmp_path / name).write_bytes(PACKERS[packer](text.encode()))
    if name == "a.html":
        form = "html"  # where the content leaves it open, the name decides
    assert seen(tmp_path / name, "format", "raw", "content", "dropped") == [(form, text, "page", None)]


def test_a_page_in_utf16_is_a_page(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(PAGE.encode("utf-16"))
    assert seen(tmp_path, "format", "raw") == [("html", PAGE)]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \r\n\t\n", "empty"),
        (b"\xef\xbb\xbf \n", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "binary"),
        (bz2.compress(NEWS.encode() * 50), "binary"),
        (gzip.compress(b"", mtime=0), "empty"),
        (gzip.compress(bytes(range(256)) * 9), "binary"),
        ("Съешь ещё этих мягких французских булок".encode("cp1251"), "undecodable"),
        (gzip.compress(NEWS.encode() * 3, mtime=0)[:-9], "truncated"),
        (zstandard.compress(NEWS.encode() * 3)[:-9], "truncated"),
        (gzip.compress(NEWS.encode(), mtime=0)[:12], "truncated"),
        (gzip.compress(NEWS.encode(), mtime=0) + b"garbage behind", "truncated"),
        (b"\x1f\x8b", "truncated"),
        (b"\x28\xb5\x2f\xfd" + b"x" * 40, "truncated"),
    ],
)
def test_a_file_that_is_no_document_is_one_dropped_row(tmp_path: Path, data: bytes, reason: str) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    (tmp_path / "b.txt").write_text(NEWS, encoding="utf-8")
    assert seen(tmp_path, "source", "dropped") == [("a.txt", reason), ("b.txt", None)]


def test_what_precedes_a_break_is_shown(tmp_path: Path) -> None:
    text = "".join(f"第{number}条新闻：{NEWS}\n" for number in range(9000))
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(text.encode(), mtime=0)[:-2000])
    (row,) = read_rows(tmp_path)
    assert row["dropped"] == "truncated"
    assert text.startswith(row["raw"][:-2])
    assert len(row["raw"]) > 1000


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_a_bomb_is_not_unpacked(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    (tmp_path / "a.txt").write_bytes(pack(b"x" * (MAX_BYTES * 2)))
    assert seen(tmp_path, "raw", "dropped") == [("", "too_large")]


def test_text_that_is_mostly_broken_is_dropped_but_shown(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(("新\ufffd" * 50).encode())
    assert seen(tmp_path, "dropped", "encoding") == [("undecodable", "utf-8")]


def test_an_encoding_that_does_not_exist_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(ConfigError, match="no encoding is called 'gb1830'"):
        read_rows(tmp_path, encoding="gb1830")


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    found = list(find(tmp_path))
    os.remove(tmp_path / "a.txt")  # tests may run as root, whom no permission stops
    with pytest.raises(DataError, match=r"a\.txt: cannot be read: No such file"):
        list(plan(Source(path=str(tmp_path)), found))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read anything")
def test_a_file_without_permission_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "a.txt").chmod(0)
    with pytest.raises(DataError, match="Permission denied"):
        read_rows(tmp_path)


def test_the_folder_may_be_the_label(tmp_path: Path) -> None:
    (tmp_path / "体育").mkdir()
    (tmp_path / "体育" / "1.txt").write_bytes(NEWS.encode("gbk"))
    options = {"labels": "folder", "label_names": {"体育": "sport"}, "split": "test"}
    expected = [(["sport"], "test", "gb18030")]
    assert seen(tmp_path, "given_labels", "given_split", "encoding", **options) == expected
    assert seen(tmp_path / "体育", "given_labels", "given_split", "encoding", **options) == expected


def test_the_id_depends_on_the_text_alone(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(NEWS.encode("gbk"))
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(NEWS.encode(), mtime=0))
    first, second = seen(tmp_path, "id")
    assert first == second
    assert len(first) == 16
