"""What speaks for a label: the features that set its texts apart, as the linear model weighs them."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from caibian.baseline.features import Vocabulary, names

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]

MOST = 30  # features kept for each label
_TRIED = 10 * MOST  # many of the best are pieces of one another


def telling_features(
    matrix: sp.csr_array, targets: Flags, weights: Numbers, *, vocabulary: Vocabulary, labels: Sequence[str]
) -> dict[str, list[tuple[str, float]]]:
    """Return, for each label, what adds most to its score on its own texts beyond the others, best first.

    `matrix` is rows x features as weighed, `weights` labels x features. The number is how much the feature adds on
    an average text of the label, less what it adds on the others. Pieces of a better feature are left out.
    """
    texts = np.array([_shown(text) for text in names(vocabulary)], dtype=object)
    found: dict[str, list[tuple[str, float]]] = {}
    for label, own, weight in zip(labels, targets.T, weights, strict=True):
        if not own.any() or not len(texts):
            found[label] = []
            continue
        inside = matrix.T @ (own / own.sum())
        outside = matrix.T @ (~own / max((~own).sum(), 1))
        added = weight * (inside - outside)
        best = np.argsort(-added, kind="stable")[:_TRIED]
        ranked = ((str(texts[place]), float(added[place])) for place in best if added[place] > 0 and weight[place] > 0)
        found[label] = list(_without_pieces(ranked))[:MOST]
    return found


def _shown(text: str) -> str:
    """Return a feature as people read it: without white space, and nothing where it has no letter or sign of Han."""
    plain = "".join(text.split())
    return plain if any(sign.isalpha() for sign in plain) else ""


def _without_pieces(ranked: Iterator[tuple[str, float]]) -> Iterator[tuple[str, float]]:
    kept: list[str] = []
    for text, added in ranked:
        if text and not any(text in other or other in text for other in kept):
            kept.append(text)
            yield text, round(added, 6)
