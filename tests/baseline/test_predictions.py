import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.baseline.articles import CLASSES, TOPICS, article, examples

from caibian.baseline import Examples, read_predictions
from caibian.errors import DataError

ONE, TWO = f"{1:016x}", f"{2:016x}"


def rows(*, single: bool = False) -> Examples:
    return examples([article(1, ["law"]), article(2, ["roads"])], CLASSES if single else TOPICS)


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def lines(*records: object) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def test_topics_are_read_in_the_order_of_the_split(tmp_path: Path) -> None:
    text = lines({"id": TWO, "topics": ["roads", "sport"]}, {"id": ONE, "topics": []})
    found = read_predictions(write(tmp_path, "p.jsonl", text), rows())
    assert found.chosen.tolist() == [[False] * 3, [True, False, True]]
    assert found.probabilities is None


def test_probabilities_decide_where_no_decision_is_given(tmp_path: Path) -> None:
    text = lines({"id": ONE, "probabilities": {"law": 0.5}}, {"id": TWO, "probabilities": {"roads": 0.4, "law": 0.3}})
    path = write(tmp_path, "p.jsonl", text)
    assert read_predictions(path, rows()).chosen.tolist() == [[False, True, False], [False] * 3]
    assert read_predictions(path, rows(single=True)).chosen.tolist() == [[False, True, False], [True, False, False]]


def test_csv_has_columns_of_topics_and_probabilities(tmp_path: Path) -> None:
    text = f"\ufeffid,topics,law\n{ONE},law|roads,0.7\n{TWO},,0.1\n"
    found = read_predictions(write(tmp_path, "p.csv", text), rows())
    assert found.chosen.tolist() == [[True, True, False], [False] * 3]
    assert found.probabilities is not None
    assert found.probabilities[:, 1].tolist() == [0.7, 0.1]


@pytest.mark.parametrize("kind", ["struct", "map", "columns"])
def test_parquet_holds_probabilities_in_any_usual_way(tmp_path: Path, kind: str) -> None:
    ids = pa.array([ONE, TWO])
    if kind == "struct":
        table = pa.table({"id": ids, "probabilities": [{"law": 0.9, "roads": 0.2}, {"law": 0.1, "roads": None}]})
    elif kind == "map":
        pairs = pa.array([[("law", 0.9)], [("law", 0.1)]], pa.map_(pa.string(), pa.float64()))
        table = pa.table({"id": ids, "probabilities": pairs})
    else:
        table = pa.table({"id": ids, "law": [0.9, 0.1]})
    pq.write_table(table, tmp_path / "p.parquet")
    assert read_predictions(tmp_path / "p.parquet", rows()).chosen[:, 1].tolist() == [True, False]


WRONG = [
    ("p.jsonl", lines({"id": ONE, "topics": []}), "1 of 2 rows have no prediction"),
    ("p.jsonl", lines(*({"id": i, "topics": []} for i in (ONE, TWO, "x"))), r"p\.jsonl:3: 1 ids are not in the split"),
    ("p.jsonl", lines({"id": ONE, "topics": []}, {"id": ONE, "topics": []}), r"p\.jsonl:2: .* is there twice"),
    (
        "p.jsonl",
        lines({"id": ONE, "topics": ["la"]}),
        r'p\.jsonl:1: unknown label "la"; the labels are roads, law, sport',
    ),
    ("p.jsonl", lines({"id": ONE}), r'p\.jsonl:1: has neither "topics" nor "probabilities"'),
    ("p.jsonl", lines({"id": 7, "topics": []}), r'p\.jsonl:1: "id" must be a string, got a number'),
    ("p.jsonl", lines({"id": ONE, "topics": "law"}), r'"topics" must be a list of labels, got a string'),
    ("p.jsonl", lines({"id": ONE, "probabilities": {"law": 1.5}}), r'the probability of "law" must be from 0 to 1'),
    ("p.jsonl", lines({"id": ONE, "probabilities": {"law": True}}), r'the probability of "law" must be from 0 to 1'),
    ("p.jsonl", lines({"id": ONE, "probabilities": {}}), '"probabilities" is empty'),
    ("p.jsonl", lines({"id": ONE, "probabilities": [1]}), "must be an object from label to number"),
    (
        "p.jsonl",
        lines({"id": ONE, "probabilities": {"law": 1}}, {"id": TWO, "topics": []}),
        r"p\.jsonl:2: has no probabilities, but other records",
    ),
    ("p.jsonl", "[1]\n", r"p\.jsonl:1: must be an object"),
    ("p.jsonl", '{"id": NaN\n', r"p\.jsonl:1: is no valid JSON"),
    ("p.jsonl", "[" * 200_000 + "\n", r"p\.jsonl:1: is no valid JSON"),
    ("p.csv", "a,b\n1,2\n", r'p\.csv:1: must be a header with "id"'),
    ("p.csv", f"id,topics\n{ONE}\n", r"p\.csv:2: has 1 fields, the header 2"),
    ("p.csv", f"id,nonsense\n{ONE},1\n", r'p\.csv:1: column "nonsense"'),
    ("p.csv", f"id,law\n{ONE},often\n", r'p\.csv:2: the probability of "law" must be from 0 to 1, got often'),
    ("p.csv", f"id,law\n{ONE},nan\n", r'p\.csv:2: the probability of "law" must be from 0 to 1, got nan'),
    ("p.parquet", "no", r"p\.parquet: is no Parquet file"),
    ("p.txt", "", r"predictions must be \.jsonl, \.csv or \.parquet"),
]


@pytest.mark.parametrize(("name", "text", "reason"), WRONG, ids=[reason[:40] for _, _, reason in WRONG])
def test_what_cannot_be_scored_is_refused_with_place_and_reason(
    tmp_path: Path, name: str, text: str, reason: str
) -> None:
    path = write(tmp_path, name, text)
    with pytest.raises(DataError, match=reason):
        read_predictions(path, rows())


def test_two_labels_for_one_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "p.jsonl", lines({"id": ONE, "topics": ["law", "roads"]}))
    with pytest.raises(DataError, match="has 2 labels; this dataset has exactly one"):
        read_predictions(path, rows(single=True))


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "p.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="is no UTF-8 at byte 0"):
        read_predictions(tmp_path / "p.jsonl", rows())


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_predictions(tmp_path / "p.csv", rows())
