"""Quality floors on real news and on the sample: measured values stand beside them."""

import json
import os
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from tests.bench.labels import SILVER, Row, micro_f1, read_sample, read_xwlb
from tests.sample_pages import SAMPLE, load_gold

from caibian_labels import Document, Labeller, load_taxonomy

SHARED = os.environ.get("CAIBIAN_REAL_DATA")
real = pytest.mark.skipif(SHARED is None, reason="CAIBIAN_REAL_DATA names no folder with real data")


@pytest.fixture(scope="module")
def labeller() -> Labeller:
    return Labeller(load_taxonomy())


def judged(labeller: Labeller, rows: list[Row]) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64]]:
    """Return which topics rows are given, and which they have: both rows x topics."""
    ids = labeller.taxonomy.ids
    given = np.array(
        [[topic in one.ids for topic in ids] for one in labeller.label_all([row.document for row in rows])]
    )
    return given, np.array([[float(topic in row.topics) for topic in ids] for row in rows])


def score(labeller: Labeller, rows: list[Row]) -> float:
    """Return micro-F1; a topic that an item may also have counts as neither right nor wrong."""
    care = np.array([[float(topic not in row.plausible) for topic in labeller.taxonomy.ids] for row in rows])
    return micro_f1(*judged(labeller, rows), care)


@pytest.fixture(scope="module")
def unseen() -> list[Row]:
    """Return the sample's articles with odd numbers, without copies and what is no news: no rule was made from them."""
    news = {record["key"] for record in load_gold() if not record["dropped"] and record["copy_of"] is None}
    return [row for row in read_sample([SAMPLE / "gold.jsonl"], odd=True) if row.key in news]


def test_unseen_articles_of_the_sample(labeller: Labeller, unseen: list[Row]) -> None:
    assert len(unseen) == 82
    assert score(labeller, unseen) >= 0.90  # measured .911; the issue asks for .90
    given, truth = judged(labeller, unseen)
    assert micro_f1(given, truth, np.ones_like(truth)) >= 0.87  # .883 if every plausible topic given is wrong


def test_every_topic_of_the_unseen_articles(labeller: Labeller, unseen: list[Row]) -> None:
    given, truth = judged(labeller, unseen)
    support = truth.sum(axis=0)
    scores = {
        topic: 2 * (given[:, at] * truth[:, at]).sum() / (given[:, at].sum() + support[at])
        for at, topic in enumerate(labeller.taxonomy.ids)
        if support[at] >= 5
    }
    assert len(scores) >= 15
    # Measured .75 (urban-construction, livelihood) and more, plausible topics that are given counted as wrong.
    assert {topic: found for topic, found in scores.items() if found < 0.7} == {}


@real
def test_national_news_with_gold(labeller: Labeller) -> None:
    data = Path(SHARED or "") / "data"
    rows = read_xwlb(data, data / "xwlb" / "gold_dev.jsonl", source="gold_dev")
    assert score(labeller, rows) >= 0.92  # measured .949, .944 out of fold; the issue asks for .85


@real
def test_national_news_that_nothing_was_fitted_to(labeller: Labeller) -> None:
    rows = read_xwlb(Path(SHARED or "") / "data", SILVER, source="silver", fold="final")
    assert score(labeller, rows) >= 0.84  # measured .857; the issue asks for .78 on held-out items


def seed(name: str) -> Document:
    path = next((Path(SHARED or "") / "seeds").glob(f"{name}*.gold.json"))
    gold = json.loads(path.read_text(encoding="utf-8"))
    return Document(gold["title"], gold["body_fullwidth_punct"], None, gold["source"])


@real
def test_first_seed(labeller: Labeller) -> None:
    assert {"projects", "meetings"} <= set(labeller.label(seed("000")).ids)


@real
def test_second_seed_and_its_paragraphs(labeller: Labeller) -> None:
    labels = labeller.label(seed("004"))
    assert "inspections" in labels.ids
    paragraphs = labels.paragraph_ids
    for visit in (1, 4):
        assert {"industry", "projects"} <= set(paragraphs[visit])
    assert "roads" in paragraphs[3]


@real
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
