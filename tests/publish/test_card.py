import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.publish.rows import LABELS, SINGLE, Options, build, facts

from caibian.publish import LabelSet, SourceFile
from caibian.publish.columns import DESCRIPTIONS, schemas
from caibian.publish.facts import FileInfo
from caibian.publish.features import as_yaml, declare
from caibian.publish.front import front_matter
from caibian.publish.markdown import anything, paragraph, plain, table

HOSTILE = "a|b`c`*d*[x](http://e)\n# f\n---\n<script>alert(1)</script>‮g\x00\ud800"


def parts(card: str) -> tuple[dict[str, Any], str]:
    """Return the front matter and the body, split as the Hub splits them."""
    found = re.match(r"^(\s*---[\r\n]+)([\S\s]*?)([\r\n]+---(\r\n|\n|$))", card)
    assert found is not None
    return yaml.safe_load(found[2]), card[found.end() :]


def test_the_front_matter_is_what_datasets_needs(tmp_path: Path) -> None:
    published = build(tmp_path)
    data, _ = parts((published.folder / "README.md").read_text())
    assert [config["config_name"] for config in data["configs"]] == ["articles", "paragraphs", "dropped"]
    articles = data["configs"][0]
    assert articles["default"] is True
    assert articles["version"] == "1.0.0"
    assert articles["description"] == f"content sha256 {published.digest[:16]}"
    assert articles["data_files"][0] == {"split": "train", "path": "data/articles/train-*.parquet"}
    info = data["dataset_info"][0]
    assert [split["num_examples"] for split in info["splits"]] == [11, 3, 4]
    assert [column["name"] for column in info["features"]] == schemas(LABELS, text=True)["articles"].names
    assert data["license"] == "cc-by-4.0"
    assert data["task_ids"] == ["multi-label-classification"]


@pytest.mark.parametrize("labels", [LABELS, SINGLE, LabelSet(LABELS.names, "multi-label", explained=False)])
@pytest.mark.parametrize("text", [True, False])
def test_features_are_those_that_datasets_reads(labels: LabelSet, text: bool) -> None:
    import datasets

    for schema in schemas(labels, text=text).values():
        read = datasets.Features._from_yaml_list(as_yaml(schema, labels))
        declared = declare(schema, labels)
        assert read == datasets.Features.from_arrow_schema(declared)
        assert declared.equals(read.arrow_schema, check_metadata=True)
        assert list(read) == schema.names
        assert set(schema.names) <= set(DESCRIPTIONS)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1, max_size=4, unique=True),
    st.text(),
)
def test_any_name_survives_the_front_matter(names: list[str], license_name: str) -> None:
    labels = LabelSet(tuple(names), "multi-label")
    described = facts(labels=labels, config={"name": "news", "version": "1.0.0", "license": license_name})
    schema = schemas(labels, text=True)["articles"]
    file = FileInfo("data/articles/train-00000-of-00001.parquet", "articles", "train", 1, 2, 3, "0", "0")
    data, rest = parts(front_matter(described, [file], {"articles": schema}, "ab" * 32))
    assert rest == ""
    column = next(one for one in data["dataset_info"][0]["features"] if one["name"] == "topics")
    assert list(column["list"]["class_label"]["names"].values()) == names
    assert "\n" not in data.get("license_name", "")


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    sources = [SourceFile(HOSTILE, "ab" * 32, 1, license=HOSTILE, attribution=HOSTILE)]
    config = {"name": "news", "version": "1.0.0", "description": HOSTILE, "license": HOSTILE}
    folder = build(tmp_path, sources=sources, config=config, gold={HOSTILE: HOSTILE}, splits={"by": HOSTILE}).folder
    data, body = parts((folder / "README.md").read_text())
    assert data["license"] == "other"
    assert "<script" not in body
    assert "\n# f" not in body
    assert "\\](http" in body
    assert not re.search(r"(?<!\\)\]\(http", body)
    assert "‮" not in body
    rows = [line for line in body.splitlines() if "alert" in line and line.startswith("|")]
    heads = {re.sub(r"\\\\|\\\|", "", row).count("|") for row in rows}
    assert heads <= {3, 5, 6}  # no cell more than its table has


def test_the_card_tells_the_build(tmp_path: Path) -> None:
    gold = {"micro_f1": 0.912, "topics": {"roads": {"precision": 0.9, "recall": 0.8}}}
    baseline = {"models": [{"name": "tfidf", "micro_f1": 0.87654, "interval": [0.8, 0.9]}, {"name": "majority"}]}
    splits = {"by": "hash", "clusters": 18, "unmet": []}
    _, body = parts((build(tmp_path, gold=gold, baseline=baseline, splits=splits).folder / "README.md").read_text())
    for line in (
        "# news 1.0.0",
        "县里的新闻。",
        "| articles | 11 | 3 | 4 | – |",
        "| duplicate near | 1 |",
        "| spam | 7 | 14 |",
        "| 1 | roads | 道路 | Roads | 5 |",
        "| roads | 0.9 | 0.8 |",
        "| tfidf | 0.8765 | 0.8 to 0.9 |",
        "| clusters | 18 |",
        "| CC0-1.0 | not stated | 1 | 1,234 |",
    ):
        assert line in body, line
    assert 'load_dataset("news/1.0.0", "paragraphs")' in body
    assert "Nothing was masked" in body


def test_the_card_says_what_is_masked_and_withheld(tmp_path: Path) -> None:
    config = {"name": "news", "version": "1.0.0", "publish": {"mask": ["phone", "private_name"]}}
    card = (
        build(tmp_path, config=config, options=Options(mask=("phone", "private_name"))).folder / "README.md"
    ).read_text()
    assert "Masked before publishing: phone, private name." in card
    assert "No licence is stated" in card


def test_equal_builds_give_equal_folders(tmp_path: Path) -> None:
    one, two = build(tmp_path / "one").folder, build(tmp_path / "two").folder
    files = sorted(path.relative_to(one) for path in one.rglob("*"))
    assert files == sorted(path.relative_to(two) for path in two.rglob("*"))
    assert all((one / path).read_bytes() == (two / path).read_bytes() for path in files if (one / path).is_file())


@pytest.mark.parametrize(
    ("text", "shown"),
    [("- a", "&#45; a"), ("1. a", "&#49;. a"), ("# a", "\\# a"), ("2024年", "2024年"), ("a - b", "a - b")],
)
def test_a_paragraph_opens_no_list(text: str, shown: str) -> None:
    assert paragraph(text) == shown


def test_values_are_shown_as_people_write_them() -> None:
    assert [plain(value) for value in (None, True, 12345, 0.123456, "x" * 400)][:4] == ["–", "yes", "12,345", "0.1235"]
    assert len(plain("x" * 400)) == 300
    assert table(["a", "b"], [["x", 1]]) == "| a | b |\n| --- | --: |\n| x | 1 |"
    assert anything([]) == "none"
    assert anything({"a_b": {"x": {"n": 1}}}) == "**a b**\n\n| a b | n |\n| --- | --: |\n| x | 1 |"
    same = {"rows": {"train": 1, "test": 2}, "clusters": {"train": 1, "test": 1}, "leaks": {}, "notes": []}
    assert anything(same) == ("|  | train | test |\n| --- | --: | --: |\n| rows | 1 | 2 |\n| clusters | 1 | 1 |")
    scored = [
        {"name": "tfidf", "micro_f1": 0.54321, "intervals": {"micro_f1": [0.4491, 0.6281]}, "by": {"x": {"y": 1}}}
    ]
    assert anything(scored) == "| name | micro f1 |\n| --- | --- |\n| tfidf | 0.543 (0.449 to 0.628) |"
