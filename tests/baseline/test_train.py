from dataclasses import replace

import numpy as np
import pytest
from tests.baseline.articles import CLASSES, SUBJECTS, TOPICS, article, examples, some

from caibian.baseline import predict, train
from caibian.baseline.examples import join
from caibian.baseline.train import Trainable
from caibian.errors import DataError

MODELS: list[Trainable] = ["tfidf", "words", "chars", "naive-bayes"]


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("task", [CLASSES, TOPICS], ids=["classes", "topics"])
def test_every_model_learns_what_words_tell(name: Trainable, task: object) -> None:
    wanted = CLASSES if task is CLASSES else TOPICS
    model = train(name, examples(some(90, wanted), wanted), examples([], wanted))
    test = examples(some(40, wanted, start=500), wanted)
    right = (predict(model, test.rows).chosen == test.targets).mean()
    # Naive Bayes takes a topic's words for evidence against the other topic of the same text: .917 here.
    assert right > (0.9 if name == "naive-bayes" else 0.93), f"{name}: {right:.3f}"


def test_the_majority_model_gives_the_most_frequent_label() -> None:
    rows = [article(number, ["law"]) for number in range(9)] + [article(9, ["roads"])]
    for task in (CLASSES, TOPICS):
        said = predict(train("majority", examples(rows, task), examples([], task)), examples(rows, task).rows)
        assert said.chosen[:, 1].all()
        assert said.chosen.sum() == 10
        assert np.allclose(said.probabilities[:, 1], 0.9)


def test_training_twice_gives_the_same() -> None:
    rows = examples(some(60, TOPICS), TOPICS)
    one, other = (train("tfidf", rows, examples([], TOPICS)) for _ in range(2))
    assert (one.weights == other.weights).all()
    assert (one.intercept == other.intercept).all()
    assert one.telling == other.telling


def test_a_copy_adds_nothing() -> None:
    rows = some(60, CLASSES)
    copies = [{**row, "id": row["id"][::-1]} for row in rows]
    model = train("tfidf", examples(rows + copies, CLASSES), examples([], CLASSES))
    assert model.facts["rows"] == 120
    assert model.facts["rows_weight"] == 60.0


def test_words_that_tell_a_topic_are_named() -> None:
    model = train("tfidf", examples(some(90, TOPICS), TOPICS), examples([], TOPICS))
    for label, words in SUBJECTS.items():
        assert {text for text, _ in model.telling[label][:6]} & set(words), label


def test_validation_tunes_and_is_trained_on_only_when_refit_asks() -> None:
    training = examples(some(60, CLASSES), CLASSES)
    validation = examples(some(600, CLASSES, start=1_000), CLASSES)
    tuned = train("tfidf", training, validation)
    refit = train("tfidf", training, validation, refit=True)
    assert (tuned.facts["tuned_on"], tuned.facts["rows"]) == ("validation", 60)
    assert (refit.facts["rows"], refit.facts["refit_on_validation"]) == (660, True)
    assert refit.thresholds.tolist() == tuned.thresholds.tolist()


def test_rows_without_labels_teach_nothing() -> None:
    known = some(60, TOPICS)
    unknown = [{**row, "labels": None} for row in some(30, TOPICS, start=900)]
    one = train("tfidf", examples(known, TOPICS), examples([], TOPICS))
    other = train("tfidf", examples(known + unknown, TOPICS), examples(unknown, TOPICS))
    assert (one.weights == other.weights).all()


def test_nothing_to_learn_from_is_refused() -> None:
    rows = examples([{**row, "labels": None} for row in some(5, TOPICS)], TOPICS)
    with pytest.raises(DataError, match="no row with known labels"):
        train("tfidf", rows, rows)


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("task", [CLASSES, TOPICS], ids=["classes", "topics"])
def test_very_few_rows_still_train(count: int, task: object) -> None:
    wanted = CLASSES if task is CLASSES else TOPICS
    rows = examples(some(count, wanted), wanted)
    for name in MODELS:
        said = predict(train(name, rows, examples([], wanted)), rows.rows)
        assert np.isfinite(said.probabilities).all()


def test_a_label_that_train_lacks_is_never_likely() -> None:
    rows = [article(number, ["law" if number % 2 else "roads"]) for number in range(60)]
    for task in (CLASSES, TOPICS):
        said = predict(train("tfidf", examples(rows, task), examples([], task)), examples(rows, task).rows)
        assert said.probabilities[:, 2].max() < 0.1


def test_texts_without_any_character_are_answered() -> None:
    rows = [{**row, "text": "", "words": []} for row in some(12, TOPICS)]
    said = predict(train("tfidf", examples(rows, TOPICS), examples([], TOPICS)), examples(rows, TOPICS).rows)
    assert np.isfinite(said.probabilities).all()


def test_parts_are_joined_in_order() -> None:
    one, other = examples(some(3, TOPICS), TOPICS), examples(some(2, TOPICS, start=7), TOPICS)
    both = join([one, other])
    assert both.rows["id"].to_pylist() == one.rows["id"].to_pylist() + other.rows["id"].to_pylist()
    assert replace(both, targets=both.targets[:3]).targets.tolist() == one.targets.tolist()


@pytest.mark.parametrize(("filling", "is_counted"), [("", True), ("县" * 25_000, False)], ids=["little", "much"])
def test_rare_words_of_much_text_are_left_out(filling: str, is_counted: bool) -> None:
    rows = some(40, CLASSES)
    for number, row in enumerate(rows):
        row["text"] += filling
        row["words"][0] += ["孤例"] if number < 2 else []
    model = train("words", examples(rows, CLASSES), examples([], CLASSES))
    assert ("孤例" in model.vocabulary.words.to_pylist()) is is_counted
