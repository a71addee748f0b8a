import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn import metrics

from caibian.baseline.metrics import (
    FIGURES,
    average_precision,
    brier,
    calibration_error,
    per_label,
    reliability,
    row_sums,
    summary,
)

Flags = npt.NDArray[np.bool_]
SHAPES = st.tuples(st.integers(1, 12), st.integers(1, 5))
PAIRS = SHAPES.flatmap(lambda shape: st.tuples(hnp.arrays(bool, shape), hnp.arrays(bool, shape)))
EXACT = pytest.approx


def figures(targets: Flags, chosen: Flags) -> dict[str, float]:
    values = summary(row_sums(targets, chosen).sum(axis=0)[None], labels=targets.shape[1])[0]
    return dict(zip(FIGURES, values.tolist(), strict=True))


@settings(max_examples=60)
@given(PAIRS)
def test_topics_are_scored_as_scikit_learn_scores_them(pair: tuple[Flags, Flags]) -> None:
    targets, chosen = pair
    found = figures(targets, chosen)
    present = np.flatnonzero(targets.any(axis=0))
    for average in ("micro", "macro"):
        for name, score in (
            ("precision", metrics.precision_score),
            ("recall", metrics.recall_score),
            ("f1", metrics.f1_score),
        ):
            labels = None if average == "micro" else present
            if labels is not None and not len(labels):
                continue
            expected = score(_two(targets), _two(chosen), average=average, zero_division=0, labels=labels)
            assert found[f"{average}_{name}"] == EXACT(expected, abs=1e-12), f"{average} {name}"
    assert found["exact_match"] == EXACT(metrics.accuracy_score(_two(targets), _two(chosen)), abs=1e-12)
    assert found["hamming_loss"] == EXACT((targets != chosen).mean(), abs=1e-12)
    own = per_label(row_sums(targets, chosen).sum(axis=0), labels=targets.shape[1])
    expected_own = metrics.precision_recall_fscore_support(_two(targets), _two(chosen), zero_division=0)
    for ours, theirs in zip(own, expected_own, strict=True):
        assert ours[: targets.shape[1]] == EXACT(np.asarray(theirs)[: targets.shape[1]], abs=1e-12)


def _two(flags: Flags) -> npt.NDArray[np.int64]:
    """Return at least two columns, which scikit-learn needs to see topics in them; an empty one changes no sum."""
    padded = np.concatenate([flags, np.zeros((len(flags), 1), bool)], axis=1)
    rows: npt.NDArray[np.int64] = padded.astype(np.int64)
    return rows


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=30))
def test_classes_are_scored_as_scikit_learn_scores_them(pairs: list[tuple[int, int]]) -> None:
    wanted, given_labels = np.array(pairs).T
    found = figures(np.eye(4, dtype=bool)[wanted], np.eye(4, dtype=bool)[given_labels])
    assert found["accuracy"] == EXACT(metrics.accuracy_score(wanted, given_labels), abs=1e-12)
    present = np.unique(wanted)
    expected = metrics.f1_score(wanted, given_labels, average="macro", labels=present, zero_division=0)
    assert found["macro_f1"] == EXACT(expected, abs=1e-12)


RANKED = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0]), st.booleans()), min_size=1, max_size=30)


@given(RANKED)
def test_average_precision_is_scikit_learns(rows: list[tuple[float, bool]]) -> None:
    likely, wanted = np.array([value for value, _ in rows]), np.array([flag for _, flag in rows])
    expected = metrics.average_precision_score(wanted, likely) if wanted.any() else 0.0
    assert average_precision(likely, wanted) == EXACT(expected, abs=1e-12)


@given(RANKED)
def test_brier_score_of_topics_is_scikit_learns(rows: list[tuple[float, bool]]) -> None:
    likely, wanted = np.array([value for value, _ in rows]), np.array([flag for _, flag in rows])
    expected = metrics.brier_score_loss(wanted, likely, labels=[False, True])
    assert brier(likely[:, None], wanted[:, None], single=False) == EXACT(expected, abs=1e-12)


def test_brier_score_of_classes_is_scikit_learns() -> None:
    likely = np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8], [0.3, 0.3, 0.4]])
    wanted = np.array([0, 2, 1])
    expected = metrics.brier_score_loss(wanted, likely, scale_by_half=False)
    assert brier(likely, np.eye(3, dtype=bool)[wanted], single=True) == EXACT(expected, abs=1e-12)


def test_stated_probabilities_that_come_true_have_no_error() -> None:
    likely = np.full((10, 1), 0.3)
    targets = np.arange(10)[:, None] < 3
    bins = reliability(likely, targets, single=False)
    assert [(found.count, found.share_right) for found in bins] == [(10, 0.3)]
    assert calibration_error(bins) == EXACT(0, abs=1e-12)
    assert calibration_error(reliability(likely, ~targets, single=False)) == EXACT(0.4, abs=1e-12)


def test_certainty_falls_into_the_last_bin() -> None:
    bins = reliability(np.array([[1.0, 0.0]]), np.array([[True, False]]), single=True)
    assert [(found.low, found.high, found.count) for found in bins] == [(0.9, 1.0, 1)]
