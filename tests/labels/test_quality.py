"""Quality floors on real news: measured values stand beside them."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from tests.bench.labels import SILVER, Row, micro_f1, read_xwlb

from caibian_labels import Document, Labeller, load_taxonomy

SHARED = os.environ.get("CAIBIAN_REAL_DATA")
pytestmark = pytest.mark.skipif(SHARED is None, reason="CAIBIAN_REAL_DATA names no folder with real data")


@pytest.fixture(scope="module")
def labeller() -> Labeller:
    return Labeller(load_taxonomy())


def score(labeller: Labeller, rows: list[Row]) -> float:
    """Return micro-F1; a topic that an item may also have counts as neither right nor wrong."""
    ids = labeller.taxonomy.ids
    given = np.array(
        [[topic in one.ids for topic in ids] for one in labeller.label_all([row.document for row in rows])]
    )
    truth = np.array([[float(topic in row.topics) for topic in ids] for row in rows])
    care = np.array([[float(topic not in row.plausible) for topic in ids] for row in rows])
    return micro_f1(given, truth, care)


def test_national_news_with_gold(labeller: Labeller) -> None:
    data = Path(SHARED or "") / "data"
    rows = read_xwlb(data, data / "xwlb" / "gold_dev.jsonl", source="gold_dev")
    assert score(labeller, rows) >= 0.92  # measured .949, .944 out of fold; the issue asks for .85


def test_national_news_that_nothing_was_fitted_to(labeller: Labeller) -> None:
    rows = read_xwlb(Path(SHARED or "") / "data", SILVER, source="silver", fold="final")
    assert score(labeller, rows) >= 0.84  # measured .857; the issue asks for .78 on held-out items


def seed(name: str) -> Document:
    path = next((Path(SHARED or "") / "seeds").glob(f"{name}*.gold.json"))
    gold = json.loads(path.read_text(encoding="utf-8"))
    return Document(gold["title"], gold["body_fullwidth_punct"], None, gold["source"])


def test_first_seed(labeller: Labeller) -> None:
    assert {"projects", "meetings"} <= set(labeller.label(seed("000")).ids)


def test_second_seed_and_its_paragraphs(labeller: Labeller) -> None:
    labels = labeller.label(seed("004"))
    assert "inspections" in labels.ids
    paragraphs = labels.paragraph_ids
    for visit in (1, 4):
        assert {"industry", "projects"} <= set(paragraphs[visit])
    assert "roads" in paragraphs[3]


@pytest.mark.parametrize("name", ["000", "004"])
def test_spans_of_the_seeds_point_at_words_of_the_functions_that_voted(labeller: Labeller, name: str) -> None:
    document = seed(name)
    words = {
        f"{topic.id}.{function.name}": {*function.words, *(word for one in function.patterns for word in one.parts[0])}
        for topic in labeller.taxonomy.topics
        for function in topic.functions
    }
    told = labeller.label(document)
    spans = [(one, span) for one in told.topics for span in one.spans]
    assert len(spans) > 20
    for label, (paragraph, start, end) in spans:
        text = document.title if paragraph < 0 else document.paragraphs[paragraph]
        found = (text or "")[start:end]
        assert any(found.startswith(word) for function in label.functions for word in words[function]), found
