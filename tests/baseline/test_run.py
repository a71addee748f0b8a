import json
from pathlib import Path

import pytest
from tests.baseline.articles import CLASSES, TOPICS, article, dataset, some

from caibian.baseline import compare_folder, evaluate_folder, train_and_score
from caibian.errors import ConfigError, DataError

ALL = ("tfidf", "words", "chars", "naive-bayes", "majority", "rules")


def splits(*, classes: bool = False) -> dict[str, list[dict[str, object]]]:
    task = CLASSES if classes else TOPICS
    return {"train": some(90, task), "validation": some(20, task, start=200), "test": some(40, task, start=300)}


def test_a_build_trains_scores_and_saves(tmp_path: Path) -> None:
    folder = dataset(tmp_path, splits(classes=True), CLASSES)
    trained = train_and_score(folder, models=ALL, dataset="news")
    assert trained is not None
    found = {row["name"]: row for row in trained.as_dict()["models"]}
    assert list(found) == ["tfidf", "words", "chars", "naive-bayes", "majority"]
    assert found["tfidf"]["accuracy"] == 1.0
    assert found["majority"]["accuracy"] < 0.5
    assert any(note.startswith("rules: not scored") for note in trained.notes)
    assert sorted(path.name for path in (folder / "baseline").iterdir()) == [
        "README.md",
        "model.skops",
        "options.json",
        "vocabulary.json",
    ]
    assert json.dumps(trained.as_dict())
    scored = evaluate_folder(folder)
    assert scored.scores.figures["accuracy"].value == 1.0


def test_building_twice_gives_equal_files(tmp_path: Path) -> None:
    folders = [dataset(tmp_path / name, splits(), TOPICS) for name in ("a", "b")]
    for folder in folders:
        train_and_score(folder, dataset="news")
    for path in (folders[0] / "baseline").iterdir():
        assert path.read_bytes() == (folders[1] / "baseline" / path.name).read_bytes(), path.name


def test_rules_are_scored_where_people_or_the_source_labelled(tmp_path: Path) -> None:
    said = [{"topic": "roads", "probability": 0.9, "above_threshold": True, "functions": ["a"], "spans": []}]
    test = [
        article(900, ["law"], label_source="gold", evidence=said),
        article(901, ["roads"], label_source="gold", evidence=said),
        article(902, ["roads"], label_source="rules", evidence=said),
    ]
    folder = dataset(tmp_path, {"train": some(60, TOPICS), "test": test}, TOPICS)
    trained = train_and_score(folder, models=("tfidf", "rules"))
    assert trained is not None
    rules = trained.evaluations[1]
    assert (rules.model, rules.scores.rows, rules.scores.figures["exact_match"].value) == ("rules", 2, 0.5)


def test_rules_that_made_the_labels_are_not_scored(tmp_path: Path) -> None:
    said = [{"topic": "roads", "probability": 0.9, "above_threshold": True, "functions": ["a"], "spans": []}]
    rows = [article(900, ["roads"], label_source="rules", evidence=said)]
    trained = train_and_score(dataset(tmp_path, {"train": some(60, TOPICS), "test": rows}, TOPICS))
    assert trained is not None
    assert [evaluation.model for evaluation in trained.evaluations] == ["tfidf", "majority"]
    assert "agree with themselves" in trained.notes[0]


def test_without_test_validation_is_scored_unless_it_was_used(tmp_path: Path) -> None:
    parts = splits()
    del parts["test"]
    folder = dataset(tmp_path, parts, TOPICS)
    plain, refit = train_and_score(folder), train_and_score(folder, refit=True)
    assert plain is not None
    assert refit is not None
    assert [evaluation.split for evaluation in plain.evaluations] == ["validation"] * 2
    assert refit.evaluations == []
    assert refit.notes[0].startswith("tfidf: not scored")


def test_nothing_is_trained_where_nothing_is_labelled(tmp_path: Path) -> None:
    rows = [{**row, "labels": None} for row in some(5, TOPICS)]
    assert train_and_score(dataset(tmp_path, {"train": rows}, TOPICS)) is None


def test_only_rules_cannot_be_saved(tmp_path: Path) -> None:
    folder = dataset(tmp_path, splits(), TOPICS)
    with pytest.raises(ConfigError, match="must name a model that learns"):
        train_and_score(folder, models=("rules",))
    with pytest.raises(ConfigError, match="no such model bert"):
        train_and_score(folder, models=("bert",))


def test_predictions_and_models_are_compared(tmp_path: Path) -> None:
    folder = dataset(tmp_path / "data", splits(classes=True), CLASSES)
    train_and_score(folder)
    path = tmp_path / "p.jsonl"
    path.write_text(
        "".join(json.dumps({"id": row["id"], "label": "law"}) + "\n" for row in splits(classes=True)["test"])
    )
    assert evaluate_folder(folder, said_by=path).scores.figures["accuracy"].value < 0.5
    compared = compare_folder(folder, against=path)
    assert compared.differences["accuracy"] > 0.5
    assert compared.p_values["accuracy"] < 0.01


def test_a_model_of_other_labels_is_refused(tmp_path: Path) -> None:
    one = dataset(tmp_path / "1", splits(), TOPICS)
    other = dataset(tmp_path / "2", splits(classes=True), CLASSES)
    train_and_score(one)
    with pytest.raises(DataError, match="trained for other labels"):
        evaluate_folder(other, said_by=one / "baseline")


def test_a_split_without_rows_is_refused(tmp_path: Path) -> None:
    folder = dataset(tmp_path, {"train": some(30, TOPICS)}, TOPICS)
    with pytest.raises(DataError, match="has no test split"):
        evaluate_folder(folder)
