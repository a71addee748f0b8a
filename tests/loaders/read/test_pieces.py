"""How files are cut into pieces: every record once, and small changes change few pieces."""

import json
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caibian.config import Source
from caibian.loaders.read import File, Piece, find, pieces, plan, read, with_file_hashes
from caibian.schema import READ

TEXTS = st.lists(st.text(st.sampled_from("新闻县会议ab \n，。"), min_size=1, max_size=30), max_size=12)


def planned(path: Path, **options: object) -> list[Piece]:
    return list(plan(Source(path=str(path), **options), find(path)))


def rows_of(found: list[Piece]) -> list[dict[str, object]]:
    tables = [table for piece in found for table in read(piece)]
    assert all(table.schema == READ for table in tables)
    return [row for table in tables for row in table.to_pylist()]


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from("abcdefgh"), st.tuples(st.sampled_from([0, 1, 2, 3]), TEXTS), min_size=1))
def test_every_record_is_read_once_whatever_the_size_of_pieces(files: dict[str, tuple[int, list[str]]]) -> None:
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        folder = Path(name)
        expected = []
        for stem, (kind, texts) in sorted(files.items()):
            if kind == 0:
                (folder / f"{stem}.txt").write_text("".join(texts), encoding="utf-8")
                expected += ["".join(texts)] if "".join(texts).strip() else [""]
            elif kind == 1:
                lines = "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts)
                (folder / f"{stem}.jsonl").write_bytes(lines.encode())
                expected += texts or [""]
            elif kind == 2:
                lines = "\n\n".join(json.dumps({"text": text}, ensure_ascii=False) for text in texts)
                (folder / f"{stem}.jsonl").write_bytes(lines.encode("gb18030"))
                expected += texts or [""]
            else:
                table = pa.table({"text": pa.array(texts, pa.string())})
                pq.write_table(table, folder / f"{stem}.parquet", row_group_size=3)
                expected += texts
        whole = rows_of(planned(folder))
        assert [row["raw"] for row in whole] == expected
        for size in (1, 7, 64, 300, 5000):
            patch.setattr(pieces, "PIECE_BYTES", size)
            patch.setattr(pieces, "FILE_COST", 1 + size // 10)
            assert rows_of(planned(folder)) == whole


def numbered(count: int, size: int) -> list[File]:
    return [File(f"/none/{number:06}.txt", f"{number:06}.txt", size) for number in range(count)]


@pytest.fixture
def no_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plan without reading: the file's name stands for what it holds."""
    monkeypatch.setattr(pieces, "read_head", lambda path: b"text")
    monkeypatch.setattr(pieces, "_sha256", lambda path: path)


@pytest.mark.usefixtures("no_files")
@pytest.mark.parametrize("size", [0, 2000, 50_000, 1_000_000, 3_000_000])
def test_one_file_more_or_less_changes_the_piece_it_falls_into(size: int) -> None:
    source = Source(path="x")
    files = numbered(2500, size)
    before = {piece.key() for piece in plan(source, files)}
    for place in (0, 1, 777, 1250, 2499):
        more = [*files[:place], File("/none/new", f"{place - 1:06}.txt.new", size), *files[place:]]
        assert len({piece.key() for piece in plan(source, more)} - before) <= 3
        assert len({piece.key() for piece in plan(source, files[:place] + files[place + 1 :])} - before) <= 3


@pytest.mark.usefixtures("no_files")
@pytest.mark.parametrize("size", [0, 2000, 50_000, 1_000_000, 3_000_000, 30_000_000])
def test_pieces_are_of_bounded_size_and_not_too_many(size: int) -> None:
    found = list(plan(Source(path="x"), numbered(2500, size)))
    costs = [sum(part.file.size + pieces.FILE_COST for part in piece.parts) for piece in found]
    assert max(costs) <= max(pieces.PIECE_BYTES, size + pieces.FILE_COST)
    assert len(found) <= max(2500, 1) and len(found) < 12 * sum(costs) / pieces.PIECE_BYTES + 3
    assert [part.file.name for piece in found for part in piece.parts] == [file.name for file in numbered(2500, size)]


@pytest.mark.usefixtures("no_files")
def test_planning_holds_no_more_than_a_piece() -> None:
    asked = 0

    def files() -> object:
        nonlocal asked
        for file in numbered(20_000, 1000):
            asked += 1
            yield file

    next(plan(Source(path="x"), files()))  # type: ignore[arg-type]
    assert asked < 2000


def test_what_is_appended_leaves_the_pieces_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "PIECE_BYTES", 10_000)
    path = tmp_path / "a.jsonl"
    lines = [json.dumps({"text": f"第{number}条" * 20}) + "\n" for number in range(300)]
    path.write_text("".join(lines[:200]))
    before = planned(path)
    path.write_text("".join(lines))
    after = planned(path)
    assert len(before) > 3
    assert [piece.key() for piece in after][: len(before) - 1] == [piece.key() for piece in before[:-1]]
    assert after[0].parts[0].sha256 != before[0].parts[0].sha256
    old, new = next(read(before[0])), next(read(after[0]))
    assert old != new
    assert with_file_hashes(old, after[0].file_hashes()) == new


def test_the_key_is_of_what_the_rows_depend_on(tmp_path: Path) -> None:
    def key(folder: str, text: str, name: str = "a.txt", **options: object) -> str:
        path = tmp_path / folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        (piece,) = planned(path, **options)
        return piece.key()

    first = key("one", "新闻")
    assert first == key("two", "新闻", license="CC0-1.0", attribution="某某")
    others = {
        key("one", "新闻二"),
        key("one", "新闻", "b.txt"),
        key("one", "新闻", encoding="utf-8"),
        key("one", "新闻", content="article"),
        key("one", "新闻", labels="folder"),
        key("two", "新闻", labels="folder"),
        key("one", "新闻", split="test"),
    }
    assert len(others) == 7
    assert first not in others


def test_hashes_are_filled_in_by_name(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / f"{name}.txt").write_text(name * 9)
    (piece,) = planned(tmp_path)
    rows = pa.concat_tables(read(piece))
    assert rows["source_sha256"].to_pylist() == [piece.file_hashes()[f"{name}.txt"] for name in "abc"]
    changed = with_file_hashes(rows, {"a.txt": "1", "b.txt": "2", "c.txt": "3"})
    assert changed["source_sha256"].to_pylist() == ["1", "2", "3"]
    assert changed.drop(["source_sha256"]) == rows.drop(["source_sha256"])
    empty = with_file_hashes(READ.empty_table(), {})
    assert empty.schema == READ


def test_tables_are_of_bounded_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("caibian.loaders.read.CHARS_AT_A_TIME", 4000)
    lines = [json.dumps({"text": "新" * (2000 if number < 4 else 1)}) for number in range(700)]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    (piece,) = planned(tmp_path)
    assert [table.num_rows for table in read(piece)] == [2, 2, 512, 184]
