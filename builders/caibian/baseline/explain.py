"""What speaks for a label: the features that set its texts apart, as the linear model weighs them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from caibian.baseline.features import Vocabulary
from caibian.baseline.runs import MAX_RUN, decode_runs, encode_runs

if TYPE_CHECKING:
    import scipy.sparse as sp

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
    sums, total = matrix.T @ targets.astype(np.float64), matrix.T @ np.ones(len(targets))
    found: dict[str, list[tuple[str, float]]] = {}
    for number, label in enumerate(labels):
        own = int(targets[:, number].sum())
        if not own or not texts:
            found[label] = []
            continue
        inside, outside = sums[:, number] / own, (total - sums[:, number]) / max(len(targets) - own, 1)
        by_feature = weights[number] * (inside - outside)
        added = np.bincount(place[place >= 0], weights=by_feature[place >= 0], minlength=len(texts))
        best = np.argsort(-added, kind="stable")[:_TRIED]
        ranked = ((texts[feature], float(added[feature])) for feature in best if added[feature] > 0)
        found[label] = list(_without_pieces(ranked))[:MOST]
    return found


def _shown(vocabulary: Vocabulary) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Return what each feature is shown as (a place in the list, -1: not shown).

    Where words are counted, only they are shown, a run of characters that is a word adding to it: pieces of words
    say little to people. White space and features without a letter or sign of Han are never shown.
    """
    texts = [text for text in vocabulary.words.to_pylist() or decode_runs(vocabulary.runs) if _says_something(text)]
    short = np.flatnonzero([len(text) <= MAX_RUN for text in texts])
    runs = pa.array(encode_runs([texts[number] for number in short]))
    words = pc.fill_null(pc.index_in(vocabulary.words, value_set=pa.array(texts, pa.string())), -1)
    places = [words.to_numpy(zero_copy_only=False).astype(np.int64)]
    for counted in (vocabulary.runs, vocabulary.opening):
        found = pc.index_in(pa.array(counted), value_set=runs)
        is_shown = found.is_valid().to_numpy(zero_copy_only=False)
        place = np.full(len(counted), -1)
        place[is_shown] = short[found.drop_null().to_numpy()]
        places.append(place)
    return np.concatenate(places), texts


def _says_something(text: str) -> bool:
    return any(sign.isalpha() for sign in text) and not any(sign.isspace() for sign in text)


def _without_pieces(ranked: Iterator[tuple[str, float]]) -> Iterator[tuple[str, float]]:
    kept: list[str] = []
    for text, added in ranked:
        if not any(text in other or other in text for other in kept):
            kept.append(text)
            yield text, round(added, 6)
