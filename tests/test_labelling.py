"""Step 4: the columns are what the labeller says of each document, and people outrank it."""

from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.bench.corpora import GOLD

from caibian import cuts, labelling
from caibian.errors import ConfigError
from caibian.labelling import NEEDED, Labeller, label
from caibian.recipe import labeller
from caibian.schema import CLEAN, LABEL, READ, SEGMENT, plus
from caibian_labels import Document

SCHEMA = pa.schema([field for field in plus(READ, CLEAN, SEGMENT) if field.name in NEEDED])
BY = labeller(None, 0.5)


def table(items: list[dict[str, Any]]) -> pa.Table:
    blank = dict.fromkeys(NEEDED)
    return pa.Table.from_pylist([{**blank, "id": str(number), **item} for number, item in enumerate(items)], SCHEMA)


def article(title: str | None, paragraphs: list[str], **other: Any) -> dict[str, Any]:
    return {"title": title, "paragraphs": paragraphs, "words": [[text] for text in paragraphs], **other}


def told(by: Labeller, item: dict[str, Any]) -> dict[str, Any]:
    """Return the LABEL values of a row as `Labels` tells them."""
    names = ("title", "paragraphs", "words", "publisher", "section")
    labels = by.label(Document(**{name: item.get(name) for name in names}))

    def evidence(topics: list[Any]) -> list[dict[str, Any]]:
        return [
            {
                "topic": one.topic,
                "probability": float(np.float32(one.probability)),
                "above_threshold": one.published,
                "functions": one.functions,
                "spans": [dict(zip(("paragraph", "start", "end"), span, strict=True)) for span in one.spans],
            }
            for one in topics
        ]

    inner = [[one for one in topics if one.published] for topics in labels.paragraphs]
    return {
        "topics": [one.topic for one in labels.topics if one.published],
        "label_source": "rules",
        "evidence": evidence(labels.topics),
        "paragraph_topics": [[one.topic for one in topics] for topics in inner],
        "paragraph_evidence": [evidence(topics) for topics in inner],
    }


def gold_articles() -> list[dict[str, Any]]:
    import orjson

    rows = map(orjson.loads, GOLD.open("rb"))
    return [article(row["title"], row["paragraphs"] or [], publisher=row["publisher"]) for row in rows]


def test_columns_are_what_the_labeller_says() -> None:
    items = gold_articles()
    rows = label(table(items), by=BY, gold={}).select(LABEL.names).to_pylist()
    assert rows == [told(BY, item) for item in items]
    assert sum(len(row["topics"]) for row in rows) > 100


WORDS = st.sampled_from(
    ["县委书记", "调研", "小学", "招生", "。", "，", "指出，", "医院", "扶贫", "GDP", "𠮷", "a", "\n", ""]
)
TEXTS = st.lists(WORDS, max_size=12).map("".join)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.none() | TEXTS, st.lists(TEXTS, max_size=4), st.none() | TEXTS), max_size=5))
def test_any_texts_are_labelled_as_one_by_one(documents: list[tuple[str | None, list[str], str | None]]) -> None:
    items = [article(title, paragraphs, section=section) for title, paragraphs, section in documents]
    assert label(table(items), by=BY, gold={}).select(LABEL.names).to_pylist() == [told(BY, item) for item in items]


def test_rows_are_labelled_alike_in_whatever_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    items = [*gold_articles(), article(None, []), article("", [""]), article("全县小学招生工作启动", [])]
    items.insert(1, {**items[0], "dropped": "advert"})
    rows = table(items)
    whole = label(rows, by=BY, gold={})
    for size in (1, 3_000):
        monkeypatch.setattr(labelling, "BATCH_BYTES", size)
        assert label(rows, by=BY, gold={}) == whole


def test_words_are_asked_for_by_a_taxonomy_that_wants_them_alone(tmp_path: Any) -> None:
    assert "words" not in labelling.columns(BY)
    assert labelling.columns(None) == ("id", "given_labels", "dropped")
    ambiguous = "{name: f, weight: 9, words: [农机], whole_words: true}"
    (tmp_path / "one.yaml").write_text(
        f"{{id: one, zh: 一, en: One, definition: d, functions: [{ambiguous}], examples: {{}}}}", "utf-8"
    )
    by = labeller(tmp_path, 0.1)
    assert labelling.columns(by) == NEEDED
    texts = ["金融机构", "农机构造", "农机构"]
    rows = table(
        [
            {"paragraphs": texts[:1], "words": [["金融", "机构"]], "dropped": "advert"},
            {"paragraphs": texts, "words": [["金融", "机构"], ["农机", "构造"], ["农", "机构"]]},
            {"paragraphs": texts, "words": None},
        ]
    )
    expected = [None, [[], ["one"], []], [[], ["one"], ["one"]]]
    assert label(rows, by=by, gold={})["paragraph_topics"].to_pylist() == expected
    assert label(cuts.to_lengths(rows), by=by, gold={})["paragraph_topics"].to_pylist() == expected


def test_spans_show_words_of_the_text() -> None:
    item = article("全县小学招生工作启动", ["教育局部署小学招生。", "小学招生报名开始。"])
    row = label(table([item]), by=BY, gold={}).to_pylist()[0]
    spans = [span for one in row["evidence"] for span in one["spans"]]
    texts = {-1: item["title"], **dict(enumerate(item["paragraphs"]))}
    assert spans
    assert all(texts[span["paragraph"]][span["start"] : span["end"]] for span in spans)
    for one in row["evidence"]:
        places = [tuple(span.values()) for span in one["spans"]]
        assert all(before < after for before, after in pairwise(places))


def test_dropped_rows_are_not_judged_and_people_outrank_rules() -> None:
    text = article("全县小学招生工作启动", ["教育局部署小学招生。"])
    items = [
        {**text, "dropped": "advert"},
        text,
        {**text, "given_labels": ["财经"]},
        {**text, "given_labels": ["财经"], "id": "known"},
    ]
    rows = label(table(items), by=BY, gold={"known": ["health"], "0": ["law"]})
    topics, sources = rows["topics"].to_pylist(), rows["label_source"].to_pylist()
    assert topics == [None, ["education"], ["财经"], ["health"]]
    assert sources == [None, "rules", "source", "gold"]
    assert rows["evidence"].to_pylist()[0] is None
    assert rows.schema == plus(SCHEMA, LABEL)


@pytest.mark.parametrize("by", [None, BY])
def test_no_rows_and_no_rules(by: Labeller | None) -> None:
    assert label(table([]), by=by, gold={}).schema == plus(SCHEMA, LABEL)
    rows = label(table([article("标题", ["正文"], dropped="advert")]), by=by, gold={})
    assert rows["topics"].to_pylist() == [None]


def test_a_bad_taxonomy_is_a_wrong_config(tmp_path: Any) -> None:
    (tmp_path / "one.yaml").write_text("nothing: here")
    assert labelling.problems(tmp_path, threshold=0.5)
    with pytest.raises(ConfigError, match=r"one\.yaml"):
        labeller(tmp_path, threshold=0.5)


def test_documents_without_a_text_before_one_that_has_some() -> None:
    items = [*([article(None, [])] * 3), article("县委书记调研", [])]
    assert label(table(items), by=BY, gold={}).select(LABEL.names).to_pylist() == [told(BY, item) for item in items]
