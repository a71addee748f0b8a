"""Texts -> counted features: words as segmented, and runs of one to three characters.

A run of characters is a number, so counting runs is sorting numbers, several times faster than building strings.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from caibian.baseline.runs import MAX_RUN, Numbers, decode_runs, folding

if TYPE_CHECKING:
    import scipy.sparse as sp

BLOCK_CHARS = 1 << 20  # counted at a time: some 100 MB of intermediate arrays, which stay near the processor
MAX_FEATURES = 400_000  # of each kind, the most frequent: keeps the weights of 25 topics within 80 MB


@dataclass(frozen=True, slots=True)
class Texts:
    """What of each row is counted: three columns of one length."""

    whole: pa.Array  # string: the title on a line of its own, then the paragraphs
    opening: pa.Array  # string: the title and the body's first characters; "" where that is most of the text
    words: pa.Array  # list<string>

    def __len__(self) -> int:
        return len(self.whole)

    def take(self, places: Numbers) -> Texts:
        """Return the texts at these places."""
        kept = pa.array(places)
        return Texts(self.whole.take(kept), self.opening.take(kept), self.words.take(kept))


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What is counted: columns are the words, the runs of characters, and those of the opening, each ascending."""

    words: pa.Array  # string
    runs: Numbers
    opening: Numbers

    def __len__(self) -> int:
        return len(self.words) + len(self.runs) + len(self.opening)


def learn(
    texts: Texts,
    *,
    use_words: bool = True,
    use_runs: bool = True,
    min_rows: int = 2,
    max_features: int = MAX_FEATURES,
) -> tuple[Vocabulary, sp.csr_array]:
    """Return the vocabulary of `texts` and their counts.

    A feature in fewer than `min_rows` texts is left out, and of each kind the `max_features` most frequent are kept.
    """
    import scipy.sparse as sp

    nothing = np.array([], np.int64), sp.csr_array((len(texts), 0), dtype=np.float32)
    words, word_counts = pa.array([], pa.string()), nothing[1]
    runs = opening = nothing
    if use_words:
        words, word_counts = _learn_words(texts.words, min_rows=min_rows, max_features=max_features)
    if use_runs:
        runs = _learn_runs(texts.whole, min_rows=min_rows, max_features=max_features)
        opening = _learn_runs(texts.opening, min_rows=min_rows, max_features=max_features)
    vocabulary = Vocabulary(words, runs[0], opening[0])
    counts = sp.hstack([word_counts, runs[1], opening[1]], format="csr")
    counts.sort_indices()  # else each of the many passes over it would
    return vocabulary, counts


def count(texts: Texts, vocabulary: Vocabulary) -> sp.csr_array:
    """Return how often each feature of `vocabulary` is in each text: rows x features, float32."""
    import scipy.sparse as sp

    row, values = _flat(texts.words)
    column = pc.fill_null(pc.index_in(values, value_set=vocabulary.words), -1).to_numpy(zero_copy_only=False)
    counts = [
        _matrix(row, column, shape=(len(texts), len(vocabulary.words))),
        _count_runs(texts.whole, vocabulary.runs),
        _count_runs(texts.opening, vocabulary.opening),
    ]
    return sp.hstack(counts, format="csr", dtype=np.float32)


def _count_runs(texts: pa.Array, runs: Numbers) -> sp.csr_array:
    import scipy.sparse as sp

    if not len(runs) or not len(texts):
        return sp.csr_array((len(texts), len(runs)), dtype=np.float32)
    counted = []
    for block in _blocks(texts):
        row, numbers = _runs(block)
        counted.append(_matrix(row, _places(numbers, runs), shape=(len(block), len(runs))))
    return sp.vstack(counted, format="csr")


def names(vocabulary: Vocabulary, columns: Numbers | None = None) -> list[str]:
    """Return the text of the features in these ascending columns, or all; a line break is a paragraph's border."""
    columns = np.arange(len(vocabulary)) if columns is None else columns
    starts = np.cumsum([0, len(vocabulary.words), len(vocabulary.runs), len(vocabulary.opening)])
    words, runs, opening = (
        columns[(start <= columns) & (columns < stop)] - start for start, stop in itertools.pairwise(starts)
    )
    counted = np.concatenate([vocabulary.runs[runs], vocabulary.opening[opening]])
    return [*vocabulary.words.take(pa.array(words)).to_pylist(), *decode_runs(counted)]


def _blocks(texts: pa.Array) -> list[list[str]]:
    """Return the texts in order, cut where a block reaches BLOCK_CHARS."""
    blocks: list[list[str]] = []
    room = 0
    for text in texts.to_pylist():
        if room <= 0:
            blocks.append([])
            room = BLOCK_CHARS
        blocks[-1].append(text)
        room -= len(text)
    return blocks


def _runs(block: list[str]) -> tuple[Numbers, Numbers]:
    """Return all runs of a block's texts as (row, number); line breaks stand before and after each text."""
    framed = [f"\n{text}\n" if text else "" for text in block]
    joined = "".join(framed)
    chars = folding()[np.frombuffer(joined.encode("utf-32-le"), "<u4")]
    lengths = np.fromiter(map(len, framed), np.int64, len(framed))
    row = np.repeat(np.arange(len(block)), lengths)
    rows, numbers, longer = [row], [chars], chars
    for length in range(2, MAX_RUN + 1):
        longer = (longer[:-1] << 21) | chars[length - 1 :]
        inside = row[: 1 - length] == row[length - 1 :]
        rows.append(row[: 1 - length][inside])
        numbers.append(longer[inside])
    return np.concatenate(rows), np.concatenate(numbers)


def _matrix(row: Numbers, column: Numbers, *, shape: tuple[int, int]) -> sp.csr_array:
    """Return the counts of (row, column) pairs; a column of -1 is not counted."""
    import scipy.sparse as sp

    known = column >= 0
    row, column = row[known].astype(np.int32), column[known].astype(np.int32)
    return sp.coo_array((np.ones(len(row), np.float32), (row, column)), shape=shape).tocsr()


def _learn_runs(texts: pa.Array, *, min_rows: int, max_features: int) -> tuple[Numbers, sp.csr_array]:
    import scipy.sparse as sp

    counted = []
    for block in _blocks(texts):
        row, numbers = _runs(block)
        coded = pa.array(numbers).dictionary_encode()
        distinct = coded.dictionary.to_numpy()
        column = coded.indices.to_numpy()
        counted.append((distinct, _matrix(row, column, shape=(len(block), len(distinct)))))
    if not counted:
        return np.array([], np.int64), sp.csr_array((0, 0), dtype=np.float32)
    runs = _frequent(
        np.concatenate([distinct for distinct, _ in counted]),
        np.concatenate([_rows_with(counts) for _, counts in counted]),
        min_rows=min_rows,
        max_features=max_features,
    )
    return runs, sp.vstack([_pick(counts, _places(distinct, runs), len(runs)) for distinct, counts in counted])


def _frequent(distinct: Numbers, rows_with: Numbers, *, min_rows: int, max_features: int) -> Numbers:
    """Return, in ascending order, the numbers that are in enough rows; where too many are, the most frequent."""
    runs, place = np.unique(distinct, return_inverse=True)
    total = np.bincount(place, weights=rows_with, minlength=len(runs)).astype(np.int64)
    enough = np.flatnonzero(total >= min_rows)
    most = enough[np.argsort(-total[enough], kind="stable")][:max_features]
    return runs[np.sort(most)]


def _learn_words(words: pa.Array, *, min_rows: int, max_features: int) -> tuple[pa.Array, sp.csr_array]:
    row, values = _flat(words)
    coded = values.dictionary_encode()
    counts = _matrix(row, coded.indices.to_numpy(), shape=(len(words), len(coded.dictionary)))
    rank = pc.rank(coded.dictionary).to_numpy().astype(np.int64)  # in code point order, whatever the rows' order
    kept = _frequent(rank, _rows_with(counts), min_rows=min_rows, max_features=max_features)
    vocabulary = coded.dictionary.take(pa.array(np.argsort(rank)[kept - 1]))
    return vocabulary, _pick(counts, _places(rank, kept), len(kept))


def _flat(words: pa.Array) -> tuple[Numbers, pa.Array]:
    """Return every word with the row it stands in."""
    lengths = pc.fill_null(pc.list_value_length(words), 0).to_numpy(zero_copy_only=False)
    return np.repeat(np.arange(len(words)), lengths), pc.list_flatten(words).cast(pa.string())


def _rows_with(counts: sp.csr_array) -> Numbers:
    return np.bincount(counts.indices, minlength=counts.shape[1])


def _places(distinct: Numbers, kept: Numbers) -> Numbers:
    """Return where each of `distinct` is in `kept`, -1 where it is not."""
    places: Numbers = pc.fill_null(pc.index_in(pa.array(distinct), value_set=pa.array(kept)), -1).to_numpy()
    return places


def _pick(counts: sp.csr_array, place: Numbers, width: int) -> sp.csr_array:
    """Return `counts` with column i moved to `place[i]`, or left out where that is -1."""
    import scipy.sparse as sp

    column = place[counts.indices]
    known = column >= 0
    passed = np.concatenate([[0], np.cumsum(known)])
    shape = (counts.shape[0], width)
    return sp.csr_array((counts.data[known], column[known].astype(np.int32), passed[counts.indptr]), shape=shape)
