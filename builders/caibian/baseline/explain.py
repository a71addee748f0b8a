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
    place, texts = _shown(vocabulary)
    found: dict[str, list[tuple[str, float]]] = {}
    for label, own, weight in zip(labels, targets.T, weights, strict=True):
        if not own.any() or not texts:
            found[label] = []
            continue
        inside = matrix.T @ (own / own.sum())
        outside = matrix.T @ (~own / max((~own).sum(), 1))
        by_feature = weight * (inside - outside)
        added = np.bincount(place[place >= 0], weights=by_feature[place >= 0], minlength=len(texts))
        best = np.argsort(-added, kind="stable")[:_TRIED]
        ranked = ((texts[number], float(added[number])) for number in best if added[number] > 0)
        found[label] = list(_without_pieces(ranked))[:MOST]
    return found


def _shown(vocabulary: Vocabulary) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Return what each feature is shown as (a place in the list, -1: not shown).

    Where words are counted, only they are shown, a run of characters that is a word adding to it: pieces of words
    say little to people. White space and features without a letter or sign of Han are never shown.
    """
    plain = ["".join(text.split()) for text in names(vocabulary)]
    shown = plain[: len(vocabulary.words)] or plain
    known = {text: number for number, text in enumerate(dict.fromkeys(text for text in shown if _says_something(text)))}
    return np.array([known.get(text, -1) for text in plain], np.int64), list(known)


def _says_something(text: str) -> bool:
    return any(sign.isalpha() for sign in text)


def _without_pieces(ranked: Iterator[tuple[str, float]]) -> Iterator[tuple[str, float]]:
    kept: list[str] = []
    for text, added in ranked:
        if not any(text in other or other in text for other in kept):
            kept.append(text)
            yield text, round(added, 6)
