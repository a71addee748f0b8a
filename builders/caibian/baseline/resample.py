"""How sure a figure is: intervals by drawing clusters of copies anew, and a paired test of two models.

Near copies fail and succeed together, so clusters are drawn, not rows. Chance comes from a hash of what is drawn:
the same data give the same interval everywhere.
"""

import hashlib
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from caibian.baseline.metrics import summary

Numbers = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

DRAWS = 1_000  # the ends of a 95 % interval are then the 25th lowest and highest: sure to about a tenth of its width
_BLOCK = 1 << 22  # numbers drawn at a time


def cluster_sums(sums: Numbers, clusters: Codes) -> Numbers:
    """Return the sum of the rows of each cluster."""
    _, place = np.unique(clusters, return_inverse=True)
    total = np.zeros((int(place.max()) + 1 if len(place) else 0, sums.shape[1]))
    np.add.at(total, place, sums)
    return total


def intervals(sums: Numbers, *, labels: int, draws: int = DRAWS) -> tuple[Numbers, Numbers]:
    """Return the lower and upper ends of the 95 % intervals of all figures, from the sums of each cluster."""
    chance = _chance(sums)
    found = []
    for size in _sizes(len(sums), draws):
        times = chance.multinomial(len(sums), np.full(len(sums), 1 / len(sums)), size=size)
        found.append(summary(times @ sums, labels=labels))
    low, high = np.quantile(np.concatenate(found), [0.025, 0.975], axis=0)
    return low, high


def paired_test(one: Numbers, other: Numbers, *, labels: int, draws: int = DRAWS) -> Numbers:
    """Return, for each figure, how likely a difference this large is if the two models are equally good.

    An approximate randomisation test (Noreen, 1989): the models' answers are exchanged on a random half of the
    clusters. `one` and `other` are sums of the same clusters.
    """
    seen = np.abs(_difference(one.sum(axis=0)[None], other.sum(axis=0)[None], labels))
    chance = _chance(np.concatenate([one, other]))
    total, gap = other.sum(axis=0), one - other
    as_large = np.zeros(seen.shape[1])
    for size in _sizes(len(one), draws):
        kept = chance.integers(0, 2, size=(size, len(one))) @ gap
        drawn = np.abs(_difference(total + kept, one.sum(axis=0) - kept, labels))
        as_large += (drawn >= seen - 1e-12).sum(axis=0)
    result: Numbers = (as_large + 1) / (draws + 1)
    return result


def _difference(one: Numbers, other: Numbers, labels: int) -> Numbers:
    return summary(one, labels=labels) - summary(other, labels=labels)


def _chance(drawn: Numbers) -> np.random.Generator:
    digest = hashlib.sha256(np.ascontiguousarray(drawn).tobytes()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))


def _sizes(clusters: int, draws: int) -> Iterator[int]:
    """Yield numbers of draws that fit into memory together, `draws` in all."""
    size = max(1, _BLOCK // max(clusters, 1))
    for done in range(0, draws, size):
        yield min(size, draws - done)
