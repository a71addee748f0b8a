from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.baseline.articles import CLASSES, TOPICS, article, dataset, examples, some

from caibian.baseline import load_examples, load_task
from caibian.baseline.examples import copy_weights, texts_of
from caibian.errors import DataError


def test_topics_are_read_with_null_and_none_apart(tmp_path: Path) -> None:
    rows = [article(1, ["law", "roads"]), article(2, []), {**article(3, ["law"]), "labels": None}]
    found = load_examples(dataset(tmp_path, {"train": rows}, TOPICS), "train")
    assert found.task == TOPICS
    assert found.targets.tolist() == [[True, True, False], [False] * 3, [False] * 3]
    assert found.judged.tolist() == [True, True, False]
    assert len(found.known()) == 2


def test_one_label_a_row_is_read(tmp_path: Path) -> None:
    found = load_examples(dataset(tmp_path, {"test": some(3, CLASSES)}, CLASSES), "test")
    assert found.task.single
    assert found.targets.argmax(axis=1).tolist() == [0, 1, 2]


def test_a_split_that_is_not_there_has_no_rows(tmp_path: Path) -> None:
    folder = dataset(tmp_path, {"train": some(3, CLASSES)}, CLASSES)
    assert len(load_examples(folder, "test")) == 0


def test_a_folder_that_is_no_dataset_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no dataset of ours"):
        load_task(tmp_path)


def test_withheld_texts_are_refused(tmp_path: Path) -> None:
    folder = dataset(tmp_path, {"train": some(3, CLASSES)}, CLASSES)
    path = folder / "data" / "articles" / "train-00000-of-00001.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["text", "words"]), path)
    with pytest.raises(DataError, match="withheld"):
        load_examples(folder, "train")


def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path) -> None:
    folder = dataset(tmp_path, {"train": some(3, CLASSES)}, CLASSES)
    (folder / "data" / "articles" / "train-00000-of-00001.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(DataError, match="no Parquet file"):
        load_examples(folder, "train")


def test_copies_count_together_as_one() -> None:
    rows = [article(1, ["law"]), article(2, ["law"], cluster=f"{1:016x}"), article(3, ["law"], cluster=None)]
    assert copy_weights(examples(rows, TOPICS)).tolist() == [0.5, 0.5, 1.0]


def test_title_stands_first_and_opens_a_long_text() -> None:
    long, short = "路" * 200, "路" * 100
    rows = pa.table(
        {
            "title": pa.array(["题", None, "题"], pa.string()),
            "text": [long, long, short],
            "words": pa.array([[["路", "路"], ["桥"]], None, [[]]], pa.list_(pa.list_(pa.string()))),
        }
    )
    found = texts_of(rows)
    assert found.whole.to_pylist() == [f"题\n{long}", long, f"题\n{short}"]
    assert found.opening.to_pylist() == ["题\n" + "路" * 60, "\n" + "路" * 60, ""]
    assert found.words.to_pylist() == [["路", "路", "桥"], [], []]


def test_sliced_columns_are_read_where_they_start() -> None:
    whole = examples(some(6, CLASSES), CLASSES)
    part = whole.take(np.arange(2, 5))
    assert texts_of(whole.rows.slice(2, 3)).words.to_pylist() == texts_of(part.rows).words.to_pylist()
