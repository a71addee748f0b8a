import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, softmax

from caibian.baseline.calibrate import MIN_ROWS, calibrate, platt, temperature, thresholds


@given(st.lists(st.tuples(st.integers(10, 80), st.booleans()), min_size=MIN_ROWS, max_size=60))
def test_a_threshold_gives_the_best_f1_there_is(rows: list[tuple[int, bool]]) -> None:
    likely = np.array([[value / 100] for value, _ in rows])
    targets = np.array([[wanted] for _, wanted in rows])
    if targets.sum() < MIN_ROWS:
        return
    found = thresholds(likely, targets)[0]
    best = max(_f1(likely, targets, value) for value in np.arange(0.1, 0.805, 0.005))
    assert _f1(likely, targets, found) >= best - 1e-12


def _f1(likely: np.ndarray, targets: np.ndarray, threshold: float) -> float:  # type: ignore[type-arg]
    chosen = likely >= threshold
    return float(2 * (chosen & targets).sum() / max(chosen.sum() + targets.sum(), 1))


def test_a_topic_with_few_rows_shares_the_threshold_of_all() -> None:
    likely = np.tile(np.linspace(0, 1, 40)[:, None], (1, 2))
    targets = np.stack([np.arange(40) >= 20, np.arange(40) == 3], axis=1)
    found = thresholds(likely, targets)
    assert 0.45 < found[0] < 0.55
    assert 0.1 <= found[1] <= 0.8


def test_no_rows_leave_everything_as_it_is() -> None:
    found = calibrate(np.zeros((0, 2)), np.zeros((0, 2), bool), single=False)
    assert found.slope.tolist() == [1, 1]
    assert found.thresholds.tolist() == [0.5, 0.5]
    assert temperature(np.zeros((0, 2)), np.zeros((0, 2), bool)) == 1.0


def _draws(count: int) -> np.ndarray:  # type: ignore[type-arg]
    return np.random.Generator(np.random.PCG64(3)).random(count)


def test_slope_and_shift_of_a_logistic_curve_are_found() -> None:
    scores = np.linspace(-3, 3, 4_000)
    targets = _draws(4_000) < expit(2 * scores - 1)
    slope, shift = platt(scores[:, None], targets[:, None])
    assert slope[0] == pytest.approx(2, abs=0.15)
    assert shift[0] == pytest.approx(-1, abs=0.15)


def test_the_temperature_of_a_softmax_is_found() -> None:
    scores = np.stack([np.linspace(-4, 4, 4_000), np.zeros(4_000)], axis=1)
    first = _draws(4_000) < softmax(0.5 * scores, axis=1)[:, 0]
    assert temperature(scores, np.stack([first, ~first], axis=1)) == pytest.approx(0.5, abs=0.1)
