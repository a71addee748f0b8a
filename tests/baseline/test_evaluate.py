import datetime

import numpy as np
import pytest
from tests.baseline.articles import CLASSES, TOPICS, article, examples, some

from caibian.baseline import compare, evaluate
from caibian.baseline.evaluate import rules_decisions
from caibian.errors import DataError


def test_labels_of_people_are_scored_apart_from_those_of_rules() -> None:
    rows = [article(number, ["law"], label_source="gold" if number < 4 else "rules") for number in range(10)]
    found = examples(rows, TOPICS)
    chosen = found.targets.copy()
    chosen[:2] = [True, False, False]
    scored = evaluate(found, chosen, None, model="m", split="test")
    assert {source: scores.rows for source, scores in scored.by_label_source.items()} == {"gold": 4, "rules": 6}
    assert scored.by_label_source["gold"].figures["exact_match"].value == 0.5
    assert scored.by_label_source["rules"].figures["exact_match"].value == 1.0
    assert scored.main == "micro_f1"
    assert scored.ranking is None


def test_rows_that_nobody_judged_are_left_out() -> None:
    rows = [article(1, ["law"]), {**article(2, ["law"]), "labels": None}]
    found = examples(rows, TOPICS)
    scored = evaluate(found, np.array([[False, True, False], [True, True, True]]), None, model="m", split="test")
    assert (scored.scores.rows, scored.scores.figures["exact_match"].value) == (1, 1.0)
    with pytest.raises(DataError, match="no row with known labels"):
        evaluate(found.take(np.array([1])), np.zeros((1, 3), bool), None, model="m", split="test")


def test_slices_tell_publisher_length_repairs_and_year_apart() -> None:
    rows = [
        article(
            number, ["law"], published=datetime.date(2020 + number % 2, 1, 1), text="法" * (60 if number % 2 else 6)
        )
        for number in range(60)
    ]
    found = examples(rows, CLASSES)
    scored = evaluate(found, found.targets, found.targets.astype(float), model="m", split="test")
    values = {(part.kind, part.value): part.scores.rows for part in scored.slices}
    assert values["publisher", "第1日报"] == 30
    assert values["length", "0 to 49"] == 30
    assert values["repaired", "repaired"] == 20
    assert values["year", "2021"] == 30
    assert scored.ranking is not None
    assert scored.ranking.brier == 0.0
    assert scored.as_dict()["scores"]["figures"]["accuracy"]["value"] == 1.0


def test_rules_speak_through_their_evidence() -> None:
    evidence = [
        {"topic": "law", "probability": 0.4, "above_threshold": True, "functions": ["a"], "spans": []},
        {"topic": "roads", "probability": 0.7, "above_threshold": False, "functions": ["b"], "spans": []},
        {"topic": "gone", "probability": 0.9, "above_threshold": True, "functions": ["c"], "spans": []},
    ]
    found = rules_decisions(examples([article(1, ["law"], evidence=evidence)], TOPICS))
    assert found is not None
    assert found.tolist() == [[False, True, False]]
    assert rules_decisions(examples(some(3, TOPICS), TOPICS)) is None


def test_two_models_are_compared_on_the_same_rows() -> None:
    found = examples(some(40, CLASSES), CLASSES)
    wrong = np.roll(found.targets, 1, axis=1)
    compared = compare(found, found.targets, wrong, names=("good", "bad"), split="test")
    assert compared.differences["accuracy"] == 1.0
    assert compared.p_values["accuracy"] < 0.01
    assert set(compared.as_dict()) == {"one", "other", "differences", "p_values"}
