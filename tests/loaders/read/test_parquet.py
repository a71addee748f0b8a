"""Parquet: every type of column that corpora have."""

import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.loaders.read.reading import read_rows, seen

from caibian.errors import DataError
from caibian.loaders.read import pieces


def write(path: Path, columns: dict[str, Any], **options: Any) -> Path:
    pq.write_table(pa.table(columns), path, **options)
    return path


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.binary(), pa.dictionary(pa.int32(), pa.string())])
def test_texts_of_every_type(tmp_path: Path, kind: pa.DataType) -> None:
    path = write(tmp_path / "a", {"content": pa.array(["正文一", None, "", "正文二"]).cast(kind), "title": ["题"] * 4})
    assert seen(path, "place", "raw", "dropped", "format", "content") == [
        ("record 1", "正文一", None, "parquet", "article"),
        ("record 2", "", "no_text", "parquet", "article"),
        ("record 3", "", "empty", "parquet", "article"),
        ("record 4", "正文二", None, "parquet", "article"),
    ]


@pytest.mark.parametrize("values", [[1, 2], [1.5, None], [["a"], ["b"]], [{"x": 1}, None], [True, False]])
def test_texts_of_wrong_types_are_dropped_rows(tmp_path: Path, values: list[Any]) -> None:
    assert set(seen(write(tmp_path / "a", {"text": values}), "dropped")) <= {"bad_record", "no_text"}


def test_bytes_in_gbk_and_text_that_is_no_utf8(tmp_path: Path) -> None:
    page = "<html><meta charset=gbk><p>清溪县召开农业生产工作会议".encode("gbk")
    invalid = pa.StringArray.from_buffers(1, pa.py_buffer(b"\0\0\0\0\4\0\0\0"), pa.py_buffer("正".encode() + b"\xff"))
    assert seen(write(tmp_path / "a", {"html": [page]}), "raw") == [page.decode("gbk")]
    assert seen(write(tmp_path / "b", {"text": invalid}), "raw") == ["正\ufffd"]


@pytest.mark.parametrize(
    ("value", "given"),
    [
        (pa.array([datetime.date(2021, 7, 12)]), "2021-07-12"),
        (pa.array([1626048000000000001], pa.timestamp("ns")), "2021-07-12 00:00:00.000000001"),
        (pa.array([-(10**14)], pa.timestamp("s")), None),
        (pa.array([20210712]), "20210712"),
        (pa.array([None], pa.date32()), None),
    ],
)
def test_dates(tmp_path: Path, value: pa.Array, given: str | None) -> None:
    path = write(tmp_path / "a", {"text": ["正文"], "date": value})
    found = seen(path, "given_published")
    assert found == [given] if given else len(found) == 1


def test_labels_in_lists_and_columns_of_the_same_name(tmp_path: Path) -> None:
    path = write(tmp_path / "a", {"text": ["正文"], "labels": [["a", "b"]], "other": [{"text": "x", "labels": "y"}]})
    assert seen(path, "raw", "given_labels", labels="field") == [("正文", ["a", "b"])]
    twice = pa.table([["一"], ["二"], [1]], names=["text", "text", "n"])
    pq.write_table(twice, tmp_path / "b")
    assert seen(tmp_path / "b", "raw") == ["一"]


def test_row_groups_are_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"第{number}条" for number in range(1000)]
    path = write(tmp_path / "a", {"text": texts}, row_group_size=10)
    for size in (1, 500, 5000, 1 << 24):
        monkeypatch.setattr(pieces, "PIECE_BYTES", size)
        assert seen(path, "place", "raw") == [(f"record {n}", text) for n, text in enumerate(texts, 1)]


def test_no_rows(tmp_path: Path) -> None:
    assert read_rows(write(tmp_path / "a", {"text": pa.array([], pa.string())})) == []


@pytest.mark.parametrize("keep", [4, 100, -1, -8])
def test_a_truncated_file_is_said(tmp_path: Path, keep: int) -> None:
    path = write(tmp_path / "a", {"text": ["正文"] * 100})
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(DataError, match="not a readable Parquet file"):
        read_rows(path)


def test_a_damaged_page_is_said(tmp_path: Path) -> None:
    path = write(tmp_path / "a", {"text": [str(n) * 20 for n in range(1000)]}, compression="zstd")
    data = bytearray(path.read_bytes())
    data[60:200] = b"\xff" * 140
    path.write_bytes(data)
    with pytest.raises(DataError, match="broken at record 1"):
        read_rows(path)


def test_a_missing_column_is_said(tmp_path: Path) -> None:
    path = write(tmp_path / "a", {"words": ["正文"]})
    with pytest.raises(DataError, match="no field of text found"):
        read_rows(path)
