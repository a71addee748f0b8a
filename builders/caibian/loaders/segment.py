"""Step 3, segment: article -> sentences and words, paragraph by paragraph. The only door to jieba."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import rjieba
from numpy.typing import NDArray

from caibian.schema import SEGMENT, plus

if TYPE_CHECKING:
    import jieba

# A sentence ends at 。！？ or a run of them, or at an ellipsis, with the closing quotes and brackets behind it. Inside
# an address or a name (Yahoo!Mail) the half-width ones end nothing.
# The pattern starts with a plain class, which is searched twice as fast as a choice of two.
_END = re.compile(
    r"[。！？…!?](?:(?<![!?])|(?![A-Za-z0-9]))(?:[。！？…]|[!?](?![A-Za-z0-9]))*[”’」』）)》】〉〕］]*\s*"
)

# rjieba cuts every text as jieba 0.42.1 does, but for two things, found by fuzzing, which a test repeats.
# Han beyond jieba's table: jieba takes each for a mark between two texts.
_RARE_HAN = "[\u3400-\u4dbf\u9fd6-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
# Letters and digits joined by -, _ or . : one word of rjieba's, while jieba leaves together a decimal number only.
_JOINED = r"[A-Za-z0-9](?:[-_][A-Za-z0-9]|\.(?:[A-Za-z]|[0-9]+(?:[A-Za-z]|\.[0-9])))"
_DIFFERENT = re.compile(f"{_RARE_HAN}|{_JOINED}")
_JOINERS = re.compile(_JOINED)
_RARE_HAN_SPLIT = re.compile(f"({_RARE_HAN})")
_JIEBA_WORD = re.compile(r"([A-Za-z0-9]+(?:\.[0-9]+)?%?)")


def segment(rows: pa.Table, *, user_words: tuple[str, ...] = ()) -> pa.Table:
    """Return `rows` with SEGMENT columns: sentences and words of each paragraph, none of a dropped row.

    Words are those of `jieba.lcut` 0.42.1; joined they give the paragraph, as sentences do.
    """
    paragraphs = pa.array([], SEGMENT.field("words").type.value_type)
    if rows.num_rows:
        paragraphs = rows["paragraphs"].combine_chunks()
    kept = rows["dropped"].combine_chunks().is_null()
    texts = paragraphs.filter(kept).flatten().to_pylist()
    counts = np.zeros(rows.num_rows, np.int32)
    counts[kept.to_numpy(zero_copy_only=False)] = paragraphs.filter(kept).value_lengths().fill_null(0)
    data = "".join(texts).encode()
    columns = [
        _nested(counts, map(split_sentences, texts), data),
        _nested(counts, (cut(text, user_words=user_words) for text in texts), data),
    ]
    return pa.table([*rows.columns, *columns], schema=plus(rows.schema, SEGMENT))


def _nested(counts: NDArray[np.int32], paragraphs: Iterable[Sequence[str]], data: bytes) -> pa.Array:
    """Return list<list<string>>: `counts` paragraphs a row, and of each paragraph its pieces.

    `data` is what all pieces are when joined, so it serves as the strings' buffer, and of the pieces only the
    lengths are kept. That and to let go of each paragraph's list at once takes a third of the time of `pa.array`.
    """
    lengths: list[int] = []  # of pieces, in characters
    pieces: list[int] = []  # of paragraphs, in pieces
    for paragraph in paragraphs:
        lengths.extend(map(len, paragraph))
        pieces.append(len(paragraph))
    octets = np.frombuffer(data, np.uint8)
    starts = np.append(np.flatnonzero((octets & 0xC0) != 0x80), len(data))  # of characters, in bytes
    ends = starts[_offsets(lengths)].astype(np.int32)
    strings = pa.StringArray.from_buffers(len(lengths), pa.py_buffer(ends), pa.py_buffer(data))
    return pa.ListArray.from_arrays(_offsets(counts), pa.ListArray.from_arrays(_offsets(pieces), strings))


def _offsets(lengths: "list[int] | NDArray[np.int32]") -> NDArray[np.int32]:
    """Return where each of what is so long starts, and where the last ends."""
    return np.concatenate(([0], np.cumsum(lengths, dtype=np.int32)), dtype=np.int32)


def split_sentences(text: str) -> list[str]:
    """Return the sentences of a paragraph; joined they are the paragraph.

    >>> split_sentences("开工了！他说：“好。”大家都笑了")
    ['开工了！', '他说：“好。”', '大家都笑了']
    """
    ends = [match.end() for match in _END.finditer(text)]
    if text and (not ends or ends[-1] < len(text)):
        ends.append(len(text))
    return [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def cut(text: str, *, user_words: tuple[str, ...] = ()) -> list[str]:
    """Return the words of `text` as jieba 0.42.1 cuts them; joined they are the text.

    With user words it takes jieba itself, at a twelfth of the speed: rjieba gives some of them other frequencies
    and then rounds otherwise where two ways to cut are equally likely.

    >>> cut("县委书记到乡镇调研")
    ['县委书记', '到', '乡镇', '调研']
    """
    if user_words:
        return list(_jieba(user_words).lcut(text))
    if not _is_different(text):
        return list(rjieba.cut(text))
    words = [word for part in _RARE_HAN_SPLIT.split(text) for word in rjieba.cut(part)]
    return [word for joined in words for word in _split_joined(joined)]


def _is_different(text: str) -> bool:
    """Return whether rjieba may cut the text otherwise than jieba; what hardly a text has is looked for by `in`."""
    if ("-" in text or "_" in text or "." in text) and _JOINERS.search(text) is not None:
        return True
    return _RARE_HAN_SPLIT.search(text) is not None


def _split_joined(word: str) -> Iterable[str]:
    """Return a word of rjieba's as jieba cuts it."""
    if _DIFFERENT.search(word) is None:
        return (word,)
    return filter(None, _JIEBA_WORD.split(word))


@lru_cache(4)  # a process works on one config, tests on a few
def _jieba(user_words: tuple[str, ...]) -> "jieba.Tokenizer":
    """Return jieba's own tokenizer, knowing `user_words`.

    It is built from the dictionary in the package, which takes no longer than from the cache that jieba would
    leave in the shared temporary folder, where another user of the machine could put one of his own.
    """
    import jieba  # seldom needed, and slow to import

    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    for word in filter(None, user_words):
        tokenizer.add_word(word)
    return tokenizer
