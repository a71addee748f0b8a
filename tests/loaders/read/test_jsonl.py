"""JSON Lines and JSON: every line is a row, the bad ones with the reason."""

import gzip
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import zstandard
from tests.loaders.read.reading import read_rows, seen

from caibian.errors import DataError
from caibian.loaders.read import jsonl
from caibian.loaders.read.record import Origin, Record, to_rows

OBJECTS = [{"title": f"标题{n}", "content": f"第{n}条新闻的正文。", "date": f"2021-07-{n:02}"} for n in range(1, 4)]
LINES = "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in OBJECTS)
ROWS = [(f"line {n}", f"标题{n}", f"第{n}条新闻的正文。", f"2021-07-{n:02}", None) for n in range(1, 4)]
COLUMNS = ("place", "given_title", "raw", "given_published", "dropped")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.txt", "a"])
def test_lines_in_any_encoding(tmp_path: Path, encoding: str, name: str) -> None:
    (tmp_path / name).write_bytes(LINES.encode(encoding))
    assert seen(tmp_path, *COLUMNS) == ROWS
    assert set(seen(tmp_path, "format", "content")) == {("jsonl", "article")}


def test_lines_in_big5(tmp_path: Path) -> None:
    texts = ["第一條新聞：許功蓋縣長", "第二條新聞：農業生產"]  # 許功蓋 hold a backslash as their second byte
    lines = "".join(f'{{"text": "{text}"}}\n' for text in texts)
    (tmp_path / "a.jsonl").write_bytes(lines.encode("big5"))
    assert seen(tmp_path, "raw") == texts


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_packed_lines(tmp_path: Path, pack: Any) -> None:
    (tmp_path / "a.jsonl.packed").write_bytes(pack(LINES.encode()))
    assert seen(tmp_path, *COLUMNS) == ROWS


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\n\n \n"])
def test_line_ends_and_blank_lines(tmp_path: Path, ending: str) -> None:
    (tmp_path / "a.jsonl").write_bytes(LINES.replace("\n", ending).rstrip().encode())
    assert seen(tmp_path, "raw") == [row[2] for row in ROWS]


@pytest.mark.parametrize("indent", [None, 2])
def test_a_list_of_objects(tmp_path: Path, indent: int | None) -> None:
    (tmp_path / "a.json").write_text(json.dumps([*OBJECTS, 5], indent=indent), encoding="utf-8")
    expected = [(place.replace("line", "record"), *rest) for place, *rest in ROWS]
    assert seen(tmp_path, *COLUMNS) == [*expected, ("record 4", None, "5", None, "bad_record")]


def test_keywords_follow_the_text_where_the_config_names_them(tmp_path: Path) -> None:
    objects = [
        {"text": "水稻开镰", "tags": "水稻,秋收"},
        {"text": "秋收", "tags": ["粮食", "仓"]},
        {"text": "雨", "tags": ""},
    ]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(item) + "\n" for item in objects), encoding="utf-8")
    assert seen(tmp_path, "raw") == ["水稻开镰", "秋收", "雨"]
    assert seen(tmp_path, "raw", fields={"keywords": "tags"}) == ["水稻开镰\n水稻,秋收", "秋收\n粮食 仓", "雨"]


def test_a_file_without_keywords_is_read_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "水稻开镰"}\n', encoding="utf-8")
    assert seen(tmp_path, "raw", fields={"keywords": "keywords"}) == ["水稻开镰"]


def test_one_object_over_many_lines(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(OBJECTS[0], indent=4), encoding="utf-8")
    assert seen(tmp_path, "place", "raw") == [("record 1", ROWS[0][2])]


def test_a_broken_list_is_one_dropped_row(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(OBJECTS)[:-9], encoding="utf-8")
    (tmp_path / "b.jsonl").write_text(LINES, encoding="utf-8")
    assert seen(tmp_path, "dropped") == ["bad_record", None, None, None]


BAD: dict[str, bytes] = {
    "not JSON": b"{'text': 'x'}",
    "cut": b'{"text": "x',
    "not an object": b'["text"]',
    "a number": b"17",
    "a depth bomb": b"[" * 200_000,
    "a bomb in an object": b'{"text": ' + b'{"a":' * 100_000,
    "no number": b'{"text": NaN}',
    "zero bytes": b"\0\0{",
    "invalid bytes": b'{"text": "\xff\xff\xff',
}


@pytest.mark.parametrize("line", BAD.values(), ids=BAD.keys())
def test_a_bad_line_is_a_dropped_row(tmp_path: Path, line: bytes) -> None:
    good = LINES.encode().splitlines()
    (tmp_path / "a.jsonl").write_bytes(b"\n".join([good[0], line, good[1]]))
    rows = read_rows(tmp_path)
    assert [(row["place"], row["dropped"]) for row in rows] == [
        ("line 1", None),
        ("line 2", "bad_record"),
        ("line 3", None),
    ]
    assert len(rows[1]["raw"]) <= jsonl.SHOWN


@pytest.mark.parametrize(
    ("value", "raw", "reason"),
    [
        (None, "", "no_text"),
        ("", "", "empty"),
        (" \n", " \n", "empty"),
        (17, "", "bad_record"),
        (["正文"], "", "bad_record"),
        ({"a": "正文"}, "", "bad_record"),
        ("正\0文", "正\0文", None),
        (10**30, "", "bad_record"),
    ],
)
def test_texts_that_are_none(tmp_path: Path, value: object, raw: str, reason: str | None) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": value, "title": 5}) + "\n" + LINES, encoding="utf-8")
    assert seen(tmp_path, "raw", "dropped")[0] == (raw, reason)
    assert seen(tmp_path, "dropped")[1:] == [None] * 3


def test_a_lone_surrogate_becomes_a_replacement(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b'{"text": "a\\ud800b", "label": "\\ud83d\\ude00"}\n')
    rows = read_rows(tmp_path)
    assert len(rows) == 1
    assert rows[0]["dropped"] == "bad_record" or rows[0]["raw"] == "a\ufffdb"


def test_halves_of_pairs_change_no_id() -> None:
    origin = Origin("a.jsonl", "", "jsonl", "article")
    records = [Record(raw="一", encoding="utf-8"), Record(raw="a\ud800b", encoding="utf-8", given={"title": "\udc00"})]
    alone = [to_rows([(origin, record)]).to_pylist()[0] for record in records]
    assert to_rows([(origin, record) for record in records]).to_pylist() == alone
    assert [row["raw"] for row in alone] == ["一", "a\ufffdb"]
    said = "\udc00\0a\ud800b".encode("utf-8", "surrogatepass")
    assert [row["id"] for row in alone] == [sha256(some).hexdigest()[:16] for some in ("一".encode(), said)]


def test_a_line_in_another_encoding_is_read_all_the_same(tmp_path: Path) -> None:
    lines = LINES.splitlines(keepends=True)
    (tmp_path / "a.jsonl").write_bytes(lines[0].encode() + lines[1].encode("gb18030") + lines[2].encode())
    assert seen(tmp_path, *COLUMNS) == ROWS


def test_chinese_behind_an_ascii_head(tmp_path: Path) -> None:
    ascii_lines = b'{"title": "x", "content": "only ASCII here"}\n' * 3000
    (tmp_path / "a.jsonl").write_bytes(ascii_lines + LINES.encode("gb18030"))
    assert seen(tmp_path, "raw")[3000:] == [row[2] for row in ROWS]


def test_a_gigantic_line_is_skipped_without_being_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl, "MAX_LINE", 200)
    good = LINES.encode().splitlines()
    long = [json.dumps({"content": "x" * length}).encode() for length in (181, 182, 183, 184, 185, 383, 384, 999)]
    (tmp_path / "a.jsonl").write_bytes(b"\n".join([good[0], *long, good[1]]))
    dropped = seen(tmp_path, "place", "dropped")
    assert [place for place, _ in dropped] == [f"line {n}" for n in range(1, 11)]
    assert [reason for _, reason in dropped] == [*[None] * 5, *["too_large"] * 4, None]


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_a_truncated_archive_is_read_up_to_the_break(tmp_path: Path, pack: Any) -> None:
    lines = [json.dumps({"text": f"第{n}条新闻" + str(n * n * 7919)}) for n in range(40_000)]
    data = pack("\n".join(lines).encode())
    (tmp_path / "a.jsonl").write_bytes(data[: len(data) // 2])
    rows = seen(tmp_path, "place", "dropped")
    assert len(rows) > 1000
    assert [reason for _, reason in rows[:-1]] == [None] * (len(rows) - 1)
    assert rows[-1] == (f"line {len(rows)}", "truncated")


def test_objects_that_have_other_fields_than_the_first(tmp_path: Path) -> None:
    objects = [{"text": "一"}, {"content": "二", "TITLE": "题"}, {"title": "三"}, {"other": "四"}]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, objects)))
    assert seen(tmp_path, "raw", "given_title", "dropped") == [
        ("一", None, None),
        ("二", "题", None),
        ("三", None, None),
        ("", None, "no_text"),
    ]


def test_a_configured_field_that_some_objects_lack(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"t": "一"}\n{"t": "二", "wer": "某某"}\n{"wer": "x"}\n')
    fields = {"text": "t", "author": "wer"}
    assert seen(tmp_path, "raw", "given_author", "dropped", fields=fields) == [
        ("一", None, None),
        ("二", "某某", None),
        ("", "x", "no_text"),
    ]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"text": "boddy"},
            r"a\.jsonl: line 1: no field 'boddy', which fields.text asks for; it has 'title', 'content'",
        ),
        ({"author": "who"}, "no field 'who', which fields.author asks for"),
    ],
)
def test_a_missing_field_is_said(tmp_path: Path, fields: dict[str, str], message: str) -> None:
    (tmp_path / "a.jsonl").write_text(LINES, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        read_rows(tmp_path, fields=fields)


def test_a_file_without_text_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"a": 1}\n')
    with pytest.raises(DataError, match=r"no field of text found; name it in fields\.text"):
        read_rows(tmp_path)


def test_labels_and_values_of_every_type(tmp_path: Path) -> None:
    objects = [
        {"text": "一", "labels": ["a", "", "b"], "split": "train", "time": 20210712},
        {"text": "二", "labels": "a"},
        {"text": "三", "labels": None, "time": True},
        {"text": "四", "labels": 108, "authors": ["甲", "乙"]},
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, objects)))
    assert seen(tmp_path, "given_labels", "given_split", "given_published", "given_author", labels="field") == [
        (["a", "b"], "train", "20210712", None),
        (["a"], None, None, None),
        (None, None, None, None),
        (["108"], None, None, "甲 乙"),
    ]
    assert seen(tmp_path, "given_labels") == [None] * 4


def test_an_object_with_ten_thousand_other_shapes(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("".join(f'{{"k{n}": 1, "text": "文"}}\n' for n in range(10_000)))
    assert seen(tmp_path, "dropped") == [None] * 10_000
