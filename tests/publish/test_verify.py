import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.publish.rows import build, row

from caibian.errors import DataError
from caibian.publish import verify
from caibian.publish.manifest import BLANK, file_sha256
from caibian.publish.seal import seal

TRAIN = "data/articles/train-00000-of-00003.parquet"
TEST = "data/articles/test-00000-of-00003.parquet"
PARAGRAPHS = "data/paragraphs/train-00000-of-00003.parquet"


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("intact")).folder


@pytest.fixture
def folder(intact: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(intact, tmp_path / "1.0.0"))


def rewrite(path: Path, change: Callable[[pa.Table], pa.Table]) -> None:
    pq.write_table(change(pq.read_table(path)), path)


def reseal(folder: Path) -> None:
    """Bring the files' own hashes up to date, as a forger might, so that only what the rows say is left."""
    record = json.loads((folder / "manifest.json").read_bytes())
    for file in record["files"]:
        file["sha256"] = file_sha256(folder / file["path"])
    digest = file_sha256(folder / "manifest.json")
    seal(folder, (folder / "README.md").read_text().replace(digest, BLANK), record)


def move(folder: Path, source: str, target: str) -> None:
    rows, others = pq.read_table(folder / source), pq.read_table(folder / target)
    pq.write_table(rows.slice(1), folder / source)
    pq.write_table(pa.concat_tables([others, rows.slice(0, 1)]), folder / target)


def relabel(rows: pa.Table) -> pa.Table:
    labels = rows["topics"].to_pylist()
    labels[0] = [1, 2]
    place = rows.column_names.index("topics")
    return rows.set_column(place, rows.field(place), pa.array(labels, rows["topics"].type))


def test_an_intact_folder_has_no_problems(folder: Path) -> None:
    assert verify(folder) == []


def test_hidden_files_of_other_programs_are_none_of_ours(folder: Path) -> None:
    (folder / ".gitattributes").write_text("*.parquet filter=lfs\n")
    (folder / ".cache").mkdir()
    (folder / ".cache/x").write_text("x")
    assert verify(folder) == []


@pytest.mark.parametrize("name", [TRAIN, TEST, PARAGRAPHS, "README.md", "manifest.json", "croissant.json"])
@pytest.mark.parametrize("place", [0.3, 0.999])
def test_a_flipped_byte_is_found_in_every_file(folder: Path, name: str, place: float) -> None:
    content = bytearray((folder / name).read_bytes())
    content[int(len(content) * place)] ^= 1
    (folder / name).write_bytes(content)
    try:
        assert verify(folder) != []
    except DataError as error:  # a manifest that is none any more
        assert name == "manifest.json" and "manifest.json" in str(error)


@pytest.mark.parametrize("name", [TRAIN, TEST, PARAGRAPHS, "README.md", "croissant.json"])
def test_a_missing_file_is_found(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert f"{name}: is missing" in verify(folder)


def test_a_file_cut_short_is_found(folder: Path) -> None:
    content = (folder / TRAIN).read_bytes()
    (folder / TRAIN).write_bytes(content[: len(content) // 2])
    assert f"{TRAIN}: has other bytes than were published" in verify(folder)


def test_a_file_too_many_is_found(folder: Path) -> None:
    shutil.copy(folder / TRAIN, folder / "data/articles/train-00003-of-00003.parquet")
    problems = verify(folder)
    assert "data/articles/train-00003-of-00003.parquet: is not in manifest.json" in problems
    assert any("datasets cannot load" in problem for problem in problems)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda rows: pa.concat_tables([rows, rows.slice(0, 1)]), "has 5 rows, not the 4 published"),
        (lambda rows: rows.slice(1), "has 3 rows, not the 4 published"),
        (relabel, "has other rows than were published"),
        (lambda rows: rows.take([1, 0, 2, 3]), "has other rows than were published"),
        (lambda rows: rows.drop_columns("url"), "has other columns than manifest.json says"),
        (lambda rows: rows.replace_schema_metadata(None), "has other columns than manifest.json says"),
    ],
)
@pytest.mark.parametrize("forged", [False, True])
def test_changed_rows_are_found(folder: Path, change: Any, expected: str, forged: bool) -> None:
    rewrite(folder / TRAIN, change)
    if forged:
        reseal(folder)
    problems = verify(folder)
    assert (f"{TRAIN}: has other bytes than were published" in problems) != forged
    assert f"{TRAIN}: {expected}" in problems


def test_a_twin_of_a_row_is_found(folder: Path) -> None:
    rewrite(folder / TRAIN, lambda rows: pa.concat_tables([rows, rows.slice(0, 1)]))
    assert f"articles: 1 ids stand there twice, such as {row(0)['id']}" in verify(folder)


@pytest.mark.parametrize("forged", [False, True])
def test_a_row_moved_between_splits_is_found(folder: Path, forged: bool) -> None:
    move(folder, TRAIN, TEST)
    if forged:
        reseal(folder)
    problems = verify(folder)
    assert "articles/train: has 10 rows, not the 11 published" in problems
    assert "articles/test: has other rows, or another order, than were published" in problems


def test_a_cluster_in_two_splits_is_found(folder: Path) -> None:
    cluster = pq.read_table(folder / TEST)["cluster"][0].as_py()

    def join(rows: pa.Table) -> pa.Table:
        clusters = [cluster, *rows["cluster"].to_pylist()[1:]]
        return rows.set_column(rows.column_names.index("cluster"), "cluster", pa.array(clusters))

    rewrite(folder / TRAIN, join)
    assert f"articles: 1 clusters of copies are in two splits, such as {cluster}" in verify(folder)


def test_a_label_that_is_none_is_found(folder: Path) -> None:
    def spoil(rows: pa.Table) -> pa.Table:
        place = rows.column_names.index("topics")
        return rows.set_column(place, rows.field(place), pa.array([[4]] * rows.num_rows, rows["topics"].type))

    rewrite(folder / TRAIN, spoil)
    assert f"{TRAIN}: has a label id outside 0 to 3" in verify(folder)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("县里的新闻。", "省里的新闻。"),
        ("default: true\n", ""),
        ("num_examples: 11", "num_examples: 12"),
        ("version: 1.0.0", "version: 1.0.1"),
        ("manifest sha256: `", "manifest sha256: `0"),
        ("description: content sha256", "description: sha256"),
    ],
)
def test_an_edited_card_is_found(folder: Path, old: str, new: str) -> None:
    card = (folder / "README.md").read_text()
    assert old in card
    (folder / "README.md").write_text(card.replace(old, new, 1))
    assert any(problem.startswith("README.md: ") for problem in verify(folder))


def test_a_text_added_to_the_card_is_found(folder: Path) -> None:
    with (folder / "README.md").open("a") as card:
        card.write(f"\n- manifest sha256: `{'1' * 64}`\n")
    assert "README.md: is not the card that manifest.json was written with" in verify(folder)


def test_an_old_manifest_is_found(folder: Path, tmp_path: Path) -> None:
    other = build(tmp_path / "other", rows=19).folder
    shutil.copy(other / "manifest.json", folder / "manifest.json")
    problems = verify(folder)
    assert "manifest.json: is not the manifest that README.md was written with" in problems
    assert any("has other rows" in problem for problem in problems)


def test_an_old_manifest_with_its_card_is_found(folder: Path, tmp_path: Path) -> None:
    other = build(tmp_path / "other", rows=19).folder
    for name in ("manifest.json", "README.md", "croissant.json"):
        shutil.copy(other / name, folder / name)
    assert any("has other bytes" in problem for problem in verify(folder))


@pytest.mark.parametrize("key", ["files", "configs", "labels", "content_sha256", "card_sha256"])
def test_a_manifest_that_lacks_something_is_a_problem_not_a_crash(folder: Path, key: str) -> None:
    record = json.loads((folder / "manifest.json").read_bytes())
    del record[key]
    (folder / "manifest.json").write_text(json.dumps(record))
    assert verify(folder) != []


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 99}', "[" * 100_000])
def test_a_manifest_that_is_none_is_one_line(folder: Path, content: str) -> None:
    (folder / "manifest.json").write_text(content)
    with pytest.raises(DataError, match=r"^[^\n]*manifest.json: is no [^\n]*$"):
        verify(folder)


def test_a_manifest_of_another_version_says_what_to_do(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"format": 2}')
    with pytest.raises(DataError, match=r"but of 2, by another version of caibian; build the dataset again"):
        verify(folder)


def test_a_folder_that_is_no_dataset_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is no dataset of ours"):
        verify(tmp_path)
    (tmp_path / "file").write_text("x")
    with pytest.raises(DataError, match="give the folder"):
        verify(tmp_path / "file")


def test_a_path_in_the_manifest_that_leads_out_is_a_problem(folder: Path) -> None:
    record = json.loads((folder / "manifest.json").read_bytes())
    record["files"][0]["path"] = "../../../etc/passwd"
    (folder / "manifest.json").write_text(json.dumps(record))
    assert "../../../etc/passwd: is missing" in verify(folder)
