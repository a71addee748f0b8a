import numpy as np

from caibian.baseline.metrics import FIGURES, row_sums
from caibian.baseline.resample import cluster_sums, intervals, paired_test

EXACT_MATCH = FIGURES.index("exact_match")
MICRO_F1 = FIGURES.index("micro_f1")


def sums(right: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    return row_sums(np.ones((len(right), 1), bool), right[:, None])


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Of 200 samples of 200 rows in clusters of two, 95 % should cover; the binomial error of that is 1.5 %."""
    chance = np.random.Generator(np.random.PCG64(7))
    covered = 0
    for _ in range(200):
        right = np.repeat(chance.random(100) < 0.8, 2)
        low, high = intervals(cluster_sums(sums(right), np.repeat(np.arange(100), 2)), labels=1, draws=200)
        covered += bool(low[EXACT_MATCH] <= 0.8 <= high[EXACT_MATCH])
    assert 0.90 <= covered / 200 <= 0.99, covered


def test_clusters_make_intervals_wider() -> None:
    right = np.repeat(np.arange(40) % 4 != 0, 5)
    alone = intervals(sums(right), labels=1)
    together = intervals(cluster_sums(sums(right), np.repeat(np.arange(40), 5)), labels=1)
    assert np.ptp([end[EXACT_MATCH] for end in together]) > 1.5 * np.ptp([end[EXACT_MATCH] for end in alone])


def test_the_same_data_give_the_same_interval() -> None:
    rows = sums(np.arange(50) % 3 == 0)
    assert (intervals(rows, labels=1)[0] == intervals(rows, labels=1)[0]).all()


def test_sums_of_a_cluster_are_those_of_its_rows() -> None:
    rows = sums(np.array([True, False, True]))
    found = cluster_sums(rows, np.array([4, 9, 4]))
    assert found[0].tolist() == (rows[0] + rows[2]).tolist()
    assert found[1].tolist() == rows[1].tolist()


def test_a_better_model_is_told_from_an_equal_one() -> None:
    base = np.arange(200) % 10 < 6
    better = base | (np.arange(200) % 10 == 7)
    assert paired_test(sums(better), sums(base), labels=1)[MICRO_F1] < 0.01
    swapped = np.roll(base, 1)
    assert paired_test(sums(swapped), sums(base), labels=1)[MICRO_F1] > 0.3
    assert paired_test(sums(base), sums(base), labels=1)[MICRO_F1] == 1.0


def test_equal_models_differ_significantly_as_often_as_they_should() -> None:
    chance = np.random.Generator(np.random.PCG64(11))
    found = [
        paired_test(sums(chance.random(120) < 0.7), sums(chance.random(120) < 0.7), labels=1, draws=200)[EXACT_MATCH]
        for _ in range(200)
    ]
    assert np.mean(np.array(found) <= 0.05) < 0.1
