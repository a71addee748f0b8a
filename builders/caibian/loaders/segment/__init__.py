"""Step 3, segment: article -> sentences and words, paragraph by paragraph. The only door to jieba."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from caibian.cuts import character_starts, offsets
from caibian.loaders.segment import dictionary
from caibian.loaders.segment.dictionary import Bools, Ints
from caibian.loaders.segment.sentences import sentence_ends
from caibian.loaders.segment.words import word_ends
from caibian.schema import SEGMENT, plus

_BETWEEN = "\0"  # stands between two paragraphs: no word and no sentence runs across it


def segment(rows: pa.Table, *, user_words: tuple[str, ...] = ()) -> pa.Table:
    """Return `rows` with SEGMENT columns: sentences and words of each paragraph, none of a dropped row.

    Words are those of `jieba.lcut` 0.42.1; joined they give the paragraph, as sentences do.
    """
    paragraphs = pa.array([], SEGMENT.field("words").type.value_type)
    if rows.num_rows:
        paragraphs = rows["paragraphs"].combine_chunks()
    kept = rows["dropped"].combine_chunks().is_null()
    paragraphs = paragraphs.filter(kept)
    counts = np.zeros(rows.num_rows, np.int32)
    counts[kept.to_numpy(zero_copy_only=False)] = paragraphs.value_lengths().fill_null(0)
    text = _Text(paragraphs.flatten().to_pylist())
    words = text.cut(counts, word_ends(text.joined, text.codes, dictionary.load(user_words)))
    sentences = text.cut(counts, sentence_ends(text.codes, text.between))
    return pa.table([*rows.columns, sentences, words], schema=plus(rows.schema, SEGMENT))


class _Text:
    """Paragraphs joined to one text, to be cut into pieces.

    What all pieces are when joined serves as the strings' buffer, so of the pieces only the ends are needed.
    """

    def __init__(self, paragraphs: Sequence[str]) -> None:
        lengths = np.fromiter(map(len, paragraphs), np.int64, len(paragraphs))
        self.joined = _BETWEEN.join(paragraphs)
        self.codes = np.frombuffer(self.joined.encode("utf-32-le"), "<u4")
        self.between: Bools = np.zeros(len(self.codes), np.bool_)
        self.between[np.cumsum(lengths + 1)[:-1] - 1] = True
        data = "".join(paragraphs).encode()
        self._data, self._bytes = pa.py_buffer(data), character_starts(data)
        self._ends: Ints = np.cumsum(lengths)  # of paragraphs, in characters without those between

    def cut(self, counts: NDArray[np.int32], ends: Bools) -> pa.Array:
        """Return list<list<string>>: of each row its number of paragraphs, and of each the pieces.

        `ends` says of each character whether a piece ends with it.
        """
        at = np.flatnonzero(ends[~self.between]) + 1
        strings = pa.StringArray.from_buffers(len(at), pa.py_buffer(self._bytes[offsets(at)]), self._data)
        pieces = offsets(np.searchsorted(at, self._ends, side="right"))
        return pa.ListArray.from_arrays(offsets(np.cumsum(counts)), pa.ListArray.from_arrays(pieces, strings))
