import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from caibian.baseline import features
from caibian.baseline.features import Texts, count, learn, names
from caibian.baseline.runs import decode_runs, encode_runs, run_lengths

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
# Signs of Han and punctuation count as themselves.
HAN = st.text("县修路案球。\n", max_size=12)


def texts(whole: list[str], words: list[list[str]] | None = None, opening: list[str] | None = None) -> Texts:
    return Texts(
        pa.array(whole, pa.string()),
        pa.array(opening or [""] * len(whole), pa.string()),
        pa.array(words or [[] for _ in whole], pa.list_(pa.string())),
    )


@given(st.lists(HAN, min_size=1, max_size=6))
def test_runs_are_counted_as_scikit_learn_counts_them(whole: list[str]) -> None:
    vocabulary, counts = learn(texts(whole), min_rows=1)
    framed = [f"\n{text}\n" if text else "" for text in whole]
    if not any(framed):
        assert len(vocabulary) == 0
        return
    reference = CountVectorizer(analyzer=_runs, lowercase=False)
    expected = reference.fit_transform(framed).toarray()
    order = [reference.vocabulary_[name] for name in names(vocabulary)]
    assert len(order) == expected.shape[1]
    assert (counts.toarray() == expected[:, order]).all()


def _runs(text: str) -> list[str]:
    return [text[start : start + length] for length in (1, 2, 3) for start in range(len(text) - length + 1)]


@given(st.lists(st.tuples(TEXT, st.lists(TEXT, max_size=4)), min_size=1, max_size=5))
def test_counting_again_gives_the_same(rows: list[tuple[str, list[str]]]) -> None:
    given_texts = texts([text for text, _ in rows], [words for _, words in rows], [text[:3] for text, _ in rows])
    vocabulary, counts = learn(given_texts, min_rows=1)
    assert (counts != count(given_texts, vocabulary)).nnz == 0


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=3)))
def test_a_run_is_turned_back_into_its_characters(runs: list[str]) -> None:
    numbers = encode_runs(runs)
    assert decode_runs(numbers) == runs
    assert run_lengths(numbers).tolist() == [len(run) for run in runs]


def test_words_of_one_character_are_kept() -> None:
    vocabulary, counts = learn(texts(["修路", "修路"], [["修", "路"], ["修", "路"]]))
    assert vocabulary.words.to_pylist() == ["修", "路"]
    assert counts[:, :2].toarray().tolist() == [[1, 1], [1, 1]]


def test_digits_and_width_and_case_do_not_tell_runs_apart() -> None:
    vocabulary, _ = learn(texts(["Ａ１", "a7"]))
    assert "\na0" in names(vocabulary)


def test_nul_is_no_shorter_run() -> None:
    vocabulary, _ = learn(texts(["\0路", "\0路"]))
    assert " 路" in names(vocabulary)


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    given_texts = texts(["修路修桥", "修桥", "", "法院判决", "判决"] * 3)
    whole = learn(given_texts)
    monkeypatch.setattr(features, "BLOCK_CHARS", 3)
    cut = learn(given_texts)
    assert names(whole[0]) == names(cut[0])
    assert (whole[1] != cut[1]).nnz == 0


def test_the_order_of_rows_does_not_change_the_vocabulary() -> None:
    rows = ["修路修桥", "修桥", "法院判决", "判决路"]
    words = [["修", "路", "修", "桥"], ["修", "桥"], ["法院", "判决"], ["判决", "路"]]
    forward, backward = learn(texts(rows, words))[0], learn(texts(rows[::-1], words[::-1]))[0]
    assert names(forward) == names(backward)


def test_the_most_frequent_features_are_kept() -> None:
    vocabulary, counts = learn(texts(["路桥", "路桥", "路"]), min_rows=1, max_features=2)
    assert len(vocabulary) == 2
    assert "路" in names(vocabulary)
    assert counts.shape == (3, 2)


def test_what_was_never_seen_counts_for_nothing() -> None:
    vocabulary, _ = learn(texts(["修路", "修路"], [["修路"], ["修路"]]))
    row, column = count(texts(["xyz", ""], [["新"], []]), vocabulary).nonzero()
    assert [(int(place), names(vocabulary)[number]) for place, number in zip(row, column, strict=True)] == [(0, "\n")]


def test_no_rows_have_no_features() -> None:
    vocabulary, counts = learn(texts([]))
    assert (len(vocabulary), counts.shape) == (0, (0, 0))
    assert np.array(names(vocabulary)).size == 0
