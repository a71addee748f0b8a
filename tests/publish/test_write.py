import zlib
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.publish.rows import CHANGES, LABELS, SINGLE, Options, assigned, assignment, build, inline, row, shards

from caibian import engine
from caibian.errors import DataError
from caibian.publish import LabelSet, open_draft, verify, write_rows
from caibian.publish.output import ROW_GROUP, NewFile, Place


def read(folder: Path, config: str, split: str = "") -> list[dict[str, Any]]:
    files = sorted((folder / "data" / config).glob(f"{split}*.parquet"))
    found: list[dict[str, Any]] = pa.concat_tables(pq.read_table(file) for file in files).to_pylist()
    return found


def test_every_row_is_published_or_dropped_in_input_order(tmp_path: Path) -> None:
    folder = build(tmp_path).folder
    ids = [row(number, **CHANGES.get(number, {}))["id"] for number in range(20)]
    place = {identity: number for number, identity in enumerate(ids)}
    train, dropped = (read(folder, *where) for where in (("articles", "train"), ("dropped",)))
    assert [place[item["id"]] for item in train] == [0, 1, 2, 6, 7, 10, 11, 12, 15, 16, 17]
    assert [(place[item["id"]], item["dropped"]) for item in dropped] == [(5, "too_short"), (8, "duplicate_near")]
    assert dropped[1]["duplicate_of"] == ids[7]
    assert dropped[0]["text"] == "短。"


def test_an_article_says_what_the_steps_found(tmp_path: Path) -> None:
    first = read(build(tmp_path).folder, "articles", "train")[0]
    given = row(0)
    assert first["text"] == "\n".join(given["paragraphs"])
    assert [LABELS.names[one] for one in first["topics"]] == given["topics"]
    for column in ("title", "published", "words", "evidence", "repairs", "source_sha256", "place"):
        assert first[column] == given[column], column


def test_not_judged_and_judged_without_a_topic_stay_apart(tmp_path: Path) -> None:
    changes: dict[int, dict[str, Any]] = {10: {"topics": None}}
    folder = build(tmp_path, changes=changes).folder
    articles = {item["id"]: item["topics"] for item in read(folder, "articles")}
    assert articles[row(10)["id"]] is None
    assert articles[row(11)["id"]] == []
    paragraphs = {item["id"]: item["topics"] for item in read(folder, "paragraphs")}
    assert paragraphs[row(12)["id"] + "-000"] is None
    assert paragraphs[row(13)["id"] + "-001"] == []


def test_paragraphs_follow_their_article(tmp_path: Path) -> None:
    folder = build(tmp_path, changes={3: {"paragraphs": [f"第{n}段。" for n in range(1005)]}}).folder
    own = [item for item in read(folder, "paragraphs", "validation") if item["article"] == row(3)["id"]]
    assert [item["position"] for item in own] == list(range(1005))
    assert [own[0]["id"], own[-1]["id"]] == [row(3)["id"] + "-000", row(3)["id"] + "-1004"]
    assert own[7]["text"] == "第7段。" == "".join(own[7]["sentences"])


@pytest.mark.parametrize(
    "other", [{"size": 3}, {"options": Options(rows_per_shard=1000)}, {"options": Options(rows_per_shard=1)}]
)
def test_rows_do_not_depend_on_how_they_are_cut(tmp_path: Path, other: dict[str, Any]) -> None:
    one, two = build(tmp_path / "one"), build(tmp_path / "two", **other)
    assert one.digest == two.digest
    for config in ("articles", "paragraphs", "dropped"):
        for split in one.rows[config]:
            assert read(one.folder, config, split) == read(two.folder, config, split)


def test_files_do_not_depend_on_the_workers(tmp_path: Path) -> None:
    expected = build(tmp_path / "one").folder
    rows = [row(number, **CHANGES.get(number, {})) for number in range(20)]
    table = assignment([assigned(number, **CHANGES.get(number, {})) for number in range(20)])
    with open_draft(tmp_path / "two", "news", "1.0.0") as draft:
        write_rows(
            draft.folder,
            shards(tmp_path / "shards", rows),
            table,
            labels=LABELS,
            options=Options(),
            run=lambda function, items: engine.run(function, items, workers=2),
        )
        for file in (expected / "data").rglob("*.parquet"):
            assert (draft.folder / file.relative_to(expected)).read_bytes() == file.read_bytes()


def test_row_groups_are_fixed_however_the_rows_come(tmp_path: Path) -> None:
    schema = pa.schema([("id", pa.string())])
    rows = pa.table({"id": [str(number) for number in range(2 * ROW_GROUP + 5)]})
    written = []
    for size in (997, 20_000):
        (tmp_path / str(size) / ".work").mkdir(parents=True)
        output = NewFile(Place(tmp_path / str(size), "articles", "train", "train.parquet"), schema)
        for start in range(0, rows.num_rows, size):
            output.add(rows.slice(start, size))
        written.append(output.close())
    assert written[0] == written[1]
    metadata = pq.read_metadata(tmp_path / "997/data/articles/train.parquet")
    assert [metadata.row_group(number).num_rows for number in range(3)] == [ROW_GROUP, ROW_GROUP, 5]


def test_a_single_label_dataset_has_one_label_a_row(tmp_path: Path) -> None:
    changes = {number: {"topics": [SINGLE.names[number % 3]], "label_source": "source"} for number in range(20)}
    published = build(tmp_path, labels=SINGLE, changes=changes, rows=20)
    train = read(published.folder, "articles", "train")
    assert [item["label"] for item in train][:3] == [0, 1, 2]
    assert not {"topics", "evidence"} & set(train[0])
    assert not {"topics", "label", "evidence"} & set(read(published.folder, "paragraphs")[0])
    assert verify(published.folder) == []


@pytest.mark.parametrize(
    ("topics", "message"),
    [
        (None, "has no label"),
        ([], "has no label"),
        (["体育", "财经"], "several labels"),
        (["其他"], "label '其他' is not"),
    ],
)
def test_a_single_label_dataset_refuses_other_rows(tmp_path: Path, topics: Any, message: str) -> None:
    changes: dict[int, dict[str, Any]] = {number: {"topics": ["体育"]} for number in range(20)} | {
        6: {"topics": topics}
    }
    with pytest.raises(DataError, match=message):
        build(tmp_path, labels=SINGLE, changes=changes)
    assert not (tmp_path / "dist").exists()


def test_withheld_texts_are_in_no_file(tmp_path: Path) -> None:
    published = build(tmp_path, options=Options(text=False))
    features = read(published.folder, "articles", "train")[0]["features"]
    words = Counter(zlib.crc32(word.encode()) % 262_144 for paragraph in row(0)["words"] for word in paragraph)
    assert [(one["bucket"], one["count"]) for one in features] == sorted(words.items())
    for config in ("articles", "paragraphs", "dropped"):
        assert not {"title", "text", "paragraphs", "sentences", "words"} & set(read(published.folder, config)[0])
    for file in published.folder.rglob("*"):
        assert not file.is_file() or "讲公路".encode() not in file.read_bytes()
    assert "withheld" in (published.folder / "README.md").read_text()
    assert verify(published.folder) == []


def test_masks_reach_every_config_and_keep_the_evidence_in_place(tmp_path: Path) -> None:
    text = "村民王小明说，修路请打13812345678。"
    cut = [["村民", "王小明", "说", "，", "修路", "请", "打", "13812345678", "。"]]
    changed = {"paragraphs": [text], "words": cut, "sentences": [[text]], "title": "王小明的路"}
    changes = {6: changed, 7: changed | {"dropped": "too_short"}}
    folder = build(tmp_path, changes=changes, options=Options(mask=("phone", "private_name"))).folder
    masked = "村民王某某说，修路请打***********。"
    article = next(item for item in read(folder, "articles") if item["id"] == row(6)["id"])
    assert (article["title"], article["text"]) == ("王某某的路", masked)
    assert article["words"] == [["村民", "王某某", "说", "，", "修路", "请", "打", "***********", "。"]]
    paragraph = next(item for item in read(folder, "paragraphs") if item["article"] == row(6)["id"])
    assert (paragraph["text"], paragraph["sentences"]) == (masked, [masked])
    assert next(item for item in read(folder, "dropped") if item["id"] == row(7)["id"])["text"] == masked
    for file in folder.rglob("*.parquet"):
        assert "王小明" not in str(pq.read_table(file).to_pylist())


def test_an_empty_split_gets_no_file(tmp_path: Path) -> None:
    changes = {number: {"split": "train"} for number in range(20) if number not in (5, 8)}
    published = build(tmp_path, changes=changes)
    assert published.rows["articles"] == {"train": 18}
    assert not list((published.folder / "data").rglob("test*"))
    assert verify(published.folder) == []


def test_rows_without_paragraphs_and_no_dropped_rows(tmp_path: Path) -> None:
    changes: dict[int, dict[str, Any]] = {
        number: {"paragraphs": [], "split": "train" if number < 18 else "test", "dropped": None} for number in range(20)
    }
    published = build(tmp_path, changes=changes)
    assert set(published.rows) == {"articles"}
    assert verify(published.folder) == []


def test_nothing_to_publish_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no row is left to publish"):
        build(tmp_path, changes={number: {"dropped": "novel"} for number in range(20)})
    assert not (tmp_path / "dist").exists()


def test_a_lost_file_is_one_line(tmp_path: Path) -> None:
    table = assignment([assigned(number) for number in range(3)])
    written = shards(tmp_path / "shards", [row(number) for number in range(3)])
    with pytest.raises(DataError, match="could not be written: killed"), open_draft(tmp_path, "news", "1.0.0") as draft:
        write_rows(
            draft.folder,
            written,
            table,
            labels=LABELS,
            options=Options(),
            run=lambda function, items: (engine.Lost("killed") for _ in items),
        )


def test_shards_of_other_rows_are_our_bug(tmp_path: Path) -> None:
    table = assignment([assigned(number) for number in (0, 2, 1)])
    written = shards(tmp_path / "shards", [row(number) for number in range(3)])
    with pytest.raises(ValueError, match="holds other rows"), open_draft(tmp_path, "news", "1.0.0") as draft:
        write_rows(
            draft.folder, written, table, labels=LabelSet(LABELS.names, "multi-label"), options=Options(), run=inline
        )
