"""What the published folder looks like to the programs that people read it with."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.publish.rows import LABELS, Options, build, row

from caibian.errors import DataError
from caibian.publish import articles, diff, history

datasets = pytest.importorskip("datasets")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("readers")).folder


def test_datasets_loads_the_articles_by_default(folder: Path, tmp_path: Path) -> None:
    loaded = datasets.load_dataset(str(folder), cache_dir=str(tmp_path))
    assert {split: len(rows) for split, rows in loaded.items()} == {"train": 11, "validation": 3, "test": 4}
    labels = loaded["train"].features["topics"].feature
    assert labels.names == list(LABELS.names)
    first = loaded["train"][0]
    assert labels.int2str(first["topics"]) == row(0)["topics"]
    assert first["text"].startswith("第0条新闻讲公路")


def test_datasets_loads_every_config(folder: Path, tmp_path: Path) -> None:
    assert len(datasets.load_dataset(str(folder), "paragraphs", split="train", cache_dir=str(tmp_path))) == 22
    dropped = datasets.load_dataset(str(folder), "dropped", split="dropped", cache_dir=str(tmp_path))
    assert dropped["dropped"] == ["too_short", "duplicate_near"]


def test_datasets_streams(folder: Path) -> None:
    rows = list(datasets.load_dataset(str(folder), split="test", streaming=True))
    assert [item["title"] for item in rows] == ["标题4", "标题9", "标题14", "标题19"]


def test_datasets_loads_files_by_name(folder: Path, tmp_path: Path) -> None:
    files = {"test": str(folder / "data/articles/test-*.parquet")}
    loaded = datasets.load_dataset("parquet", data_files=files, cache_dir=str(tmp_path))
    assert loaded["test"].features["topics"].feature.names == list(LABELS.names)


def test_a_new_build_under_the_same_name_is_not_served_from_the_cache(tmp_path: Path) -> None:
    """`datasets` takes its cache key from the folder's name and the card: rows must never be those of another build."""
    cache = str(tmp_path / "cache")
    for attempt, changes in enumerate(({6: {"title": "旧"}}, {6: {"title": "新"}})):
        published = build(tmp_path / str(attempt), changes=changes)
        loaded = datasets.load_dataset(str(published.folder), split="train", cache_dir=cache)
        assert changes[6]["title"] in loaded["title"]


def test_publishing_leaves_the_users_own_cache_alone(tmp_path: Path) -> None:
    script = "import sys; from pathlib import Path; from tests.publish.rows import build; build(Path(sys.argv[1]))"
    home = tmp_path / "home"
    home.mkdir()
    environment = {**os.environ, "HOME": str(home), "HF_HOME": str(home / "hf"), "http_proxy": "http://127.0.0.1:9"}
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], env=environment, cwd=root, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not list(home.rglob("*.arrow"))


def test_pandas_reads_the_files(folder: Path) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_parquet(folder / "data/articles")
    assert len(frame) == 18
    assert list(frame["topics"].iloc[0]) in ([0], [1], [3, 0])


def test_polars_reads_the_files(folder: Path) -> None:
    polars = pytest.importorskip("polars")
    frame = polars.scan_parquet(folder / "data/paragraphs/*.parquet").collect()
    assert frame.height == 36
    assert frame["topics"].dtype == polars.List(polars.Int64)


def test_duckdb_reads_the_files(folder: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    rows = duckdb.read_parquet(f"{folder}/data/articles/*.parquet")
    assert len(rows.filter("list_contains(topics, 1)").fetchall()) == 8


def test_croissant_is_valid_and_its_records_are_the_rows(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    croissant = pytest.importorskip("mlcroissant")
    with caplog.at_level(logging.ERROR):
        loaded = croissant.Dataset(jsonld=str(folder / "croissant.json"))
    issues = loaded.metadata.ctx.issues
    assert not issues.errors
    assert all("datePublished" in warning for warning in issues.warnings)  # a build has no clock
    records = {item["articles/id"].decode(): item for item in loaded.records("articles")}
    assert len(records) == 18
    first = records[row(0)["id"]]
    assert first["articles/split"] == b"train"
    assert first["articles/text"].decode() == "\n".join(row(0)["paragraphs"])
    assert [int(one) for one in first["articles/topics"]] == [3, 0]
    assert first["articles/repairs"] == [{"articles/repairs/kind": b"spam", "articles/repairs/count": 2}]
    assert [item["labels/name"] for item in loaded.records("labels")] == list(LABELS.names)
    assert len(list(loaded.records("paragraphs"))) == 36
    assert len(list(loaded.records("dropped"))) == 2


def test_a_new_version_shares_most_of_its_bytes_with_the_old(tmp_path: Path) -> None:
    """One row more at the front: with content-defined chunks nearly all pages stay as they were."""
    texts = [
        [f"第{number}条。" + "".join(chr(0x4E00 + (number * 7919 + n * n) % 20000) for n in range(400))]
        for number in range(2500)
    ]
    changes = {number: {"paragraphs": text, "split": "train"} for number, text in enumerate(texts)}
    old, new = (
        build(tmp_path / str(skip), rows=2500, size=1000, options=Options(rows_per_shard=5000), changes=some).folder
        for skip, some in ((0, changes | {0: {"dropped": "novel"}}), (1, changes))
    )
    name = "data/articles/train-00000-of-00001.parquet"
    pages = [_pages(folder / name) for folder in (old, new)]
    fresh = sum(len(page) for page in pages[1] - pages[0])
    assert fresh < 0.3 * sum(len(page) for page in pages[1])  # measured: 0.18; without such chunks all of it


def _pages(path: Path) -> set[bytes]:
    """Return the column chunks' bytes, cut where their pages start."""
    content = path.read_bytes()
    metadata = pq.ParquetFile(path).metadata
    found = set()
    for group in range(metadata.num_row_groups):
        for number in range(metadata.num_columns):
            column = metadata.row_group(group).column(number)
            start = column.dictionary_page_offset or column.data_page_offset
            chunk = content[start : start + column.total_compressed_size]
            found |= set(chunk.split(b"\x28\xb5\x2f\xfd"))  # where a zstd frame, so a page, begins
    return found


def test_history_tells_a_rows_way(folder: Path) -> None:
    told = history(folder, row(7)["id"])
    assert (told["config"], told["split"], told["topics"]) == ("articles", "train", ["roads"])
    assert told["file"]["sha256"] == told["source_sha256"]
    assert told["place"] == "line 8"
    assert [copy["place"] for copy in told["copies"]] == ["line 9"]
    assert [item["position"] for item in told["paragraph_rows"]] == [0, 1]
    json.dumps(told)


def test_history_of_a_dropped_row_and_of_a_paragraph(folder: Path) -> None:
    told = history(folder, row(5)["id"])
    assert (told["config"], told["dropped"], told["text"]) == ("dropped", "too_short", "短。")
    told = history(folder, row(7)["id"] + "-001")
    assert (told["config"], told["article"]) == ("paragraphs", row(7)["id"])


def test_history_of_no_row_is_one_line(folder: Path) -> None:
    with pytest.raises(DataError, match="has no row with the id 'nothing'"):
        history(folder, "nothing")


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"PAR1 cut short")])
def test_what_cannot_be_read_of_a_dataset_is_said_in_one_line(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    folder = build(tmp_path).folder
    sound = build(tmp_path / "other", changes={3: {"split": "test"}}).folder
    for path in (folder / "data" / "articles").iterdir():
        damage(path)
    for read in (lambda: history(folder, "x"), lambda: articles(folder, ["id"]), lambda: diff(folder, sound)):
        with pytest.raises(DataError, match="cannot be read, `build-dataset verify` says what is damaged"):
            read()
