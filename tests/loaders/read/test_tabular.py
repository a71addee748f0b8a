"""CSV and TSV: every row is a row, the bad ones with the reason."""

import gzip
from pathlib import Path

import pytest
import zstandard
from tests.loaders.read.reading import read_rows, seen

from caibian.errors import DataError
from caibian.loaders.read import tabular

CSV = '标题,正文,分类\n一,"第一段，\n“第二段”,""引用""",体育\n二,正文,财经\n'
ROWS = [("line 2", "一", '第一段，\n“第二段”,"引用"', "体育"), ("line 4", "二", "正文", "财经")]


def columns(path: Path, **options: object) -> list[tuple[object, ...]]:
    return [
        (row["place"], row["given_title"], row["raw"], *(row["given_labels"] or [None]))
        for row in read_rows(path, labels="field", **options)
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress])
def test_quoted_fields_in_any_encoding(tmp_path: Path, encoding: str, pack: type[bytes]) -> None:
    (tmp_path / "a.csv").write_bytes(pack(CSV.encode(encoding)))
    assert columns(tmp_path) == ROWS


def test_a_quoted_header_behind_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('"text","label"\r\n"正文","a"\r\n', encoding="utf-8-sig", newline="")
    assert columns(tmp_path) == [("line 2", None, "正文", "a")]


def test_a_file_in_utf16_without_a_mark_as_configured(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(CSV.encode("utf-16-le"))
    assert columns(tmp_path, encoding="utf-16", format="csv") == ROWS


def test_a_tsv_without_header(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text('体育\t一条“新闻"\n财经\t二\\"\t\n\n"财经\t三\n', encoding="utf-8")
    assert [
        (row["place"], row["raw"], row["given_labels"], row["dropped"]) for row in read_rows(tmp_path, labels="field")
    ] == [
        ("line 1", '一条“新闻"', ["体育"], None),
        ("line 2", '财经\t二\\"\t', None, "bad_record"),
        ("line 4", "三", ['"财经'], None),
    ]


def test_text_and_label_by_position(tmp_path: Path) -> None:
    (tmp_path / "dev.txt").write_text("词汇阅读是关键\t3\n中国人民\t0\n", encoding="utf-8")
    rows = seen(tmp_path, "raw", "given_labels", format="tsv", labels="field", fields={"text": 0, "label": 1})
    assert rows == [("词汇阅读是关键", ["3"]), ("中国人民", ["0"])]


def test_a_label_that_is_a_usual_name_does_not_make_a_header(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("news\t" + "长长的正文。" * 30 + "\n", encoding="utf-8")
    assert seen(tmp_path, "place") == ["line 1"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("一", "bad_record"),
        ("一,二,三,四", "bad_record"),
        ("一,,a", "empty"),
        ("一,正\0文,a", None),
        ('一,"' + "长" * 200_000 + '",a', None),
        ('"一"二,正文,a', None),
        (",,", "blank"),
    ],
)
def test_rows_of_any_shape(tmp_path: Path, row: str, reason: str | None) -> None:
    (tmp_path / "a.csv").write_text(f"title,text,label\n{row}\n二,正文,b\n", encoding="utf-8")
    expected = [] if reason == "blank" else [("line 2", reason)]
    assert seen(tmp_path, "place", "dropped") == [*expected, ("line 3", None)]


def test_gigantic_lines_and_fields_are_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tabular, "MAX_FIELD", 50)
    quoted = '"' + "字\n" * 60 + '"'
    (tmp_path / "a.csv").write_text(f"text,label\n一,a\n{'x' * 500},b\n二,c\n{quoted},d\n三,e\n", encoding="utf-8")
    rows = seen(tmp_path, "raw", "dropped")
    assert rows[0] == ("一", None)
    assert rows[1] == ("", "bad_record")
    assert rows[2] == ("二", None)
    assert {reason for _, reason in rows[3:]} == {"bad_record"} or rows[-1] == ("三", None)


def test_a_stray_quote_does_not_take_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tabular, "MAX_FIELD", 1000)
    rows = "".join(f"第{number}条,a\n" for number in range(1000))
    (tmp_path / "a.csv").write_text('text,label\n"没有结尾,a\n' + rows, encoding="utf-8")
    kept = [text for text, reason in seen(tmp_path, "raw", "dropped") if reason is None]
    assert kept[-1] == "第999条"
    assert len(kept) > 700


def test_chinese_that_comes_late(tmp_path: Path) -> None:
    head = "text,label\n" + "only ASCII so far,a\n" * 9000
    (tmp_path / "a.csv").write_bytes((head + "终于有了中文的新闻,b\n").encode("gb18030"))
    assert seen(tmp_path, "raw", "encoding")[-1] == ("终于有了中文的新闻", "gb18030")


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_a_truncated_archive_is_read_up_to_the_break(tmp_path: Path, pack: type[bytes]) -> None:
    data = pack(("text,label\n" + "".join(f"新闻{n * n * 7919},a\n" for n in range(30_000))).encode())
    (tmp_path / "a.csv").write_bytes(data[: len(data) // 2])
    rows = seen(tmp_path, "place", "dropped")
    assert len(rows) > 1000
    assert {reason for _, reason in rows[:-1]} == {None}
    assert rows[-1][1] == "truncated"


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("a,b\n1,2\n", {"header": True}, r"no field of text found; name it in fields\.text; it has 'a', 'b'"),
        ("title,text\n1,2\n", {"labels": "field"}, "no field of label found"),
        ("title,text\n1,2\n", {"fields": {"text": "txt"}}, "no field 'txt', which fields.text asks for"),
        ("title,text\n1,2\n", {"fields": {"text": 7}}, "no field 7"),
    ],
)
def test_a_missing_column_is_said(tmp_path: Path, text: str, options: dict[str, object], message: str) -> None:
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(DataError, match=message):
        read_rows(tmp_path, **options)


def test_a_page_or_json_named_csv(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("<!DOCTYPE html><html><p>404</html>")
    (tmp_path / "b.csv").write_text('{"text": "正文"}\n', encoding="utf-8")
    (tmp_path / "c.csv").write_bytes(bytes(range(256)) * 9)
    assert seen(tmp_path, "format", "dropped") == [("html", None), ("jsonl", None), ("binary", "binary")]


def test_binary_data_given_as_a_table_is_said(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_bytes(bytes(range(256)) * 9)
    with pytest.raises(DataError, match="binary, not a table of text"):
        read_rows(tmp_path, format="csv")
