"""Step 3, segment: article -> sentences and words, paragraph by paragraph. The only door to jieba."""

import re
import string
from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import rjieba
from numpy.typing import NDArray

from caibian.cuts import character_starts, offsets
from caibian.schema import SEGMENT, plus

if TYPE_CHECKING:
    import jieba

Kinds = NDArray[np.uint8]
Ends = NDArray[np.int64]

# A sentence ends at 。！？ or a run of them, or at an ellipsis, with the closing quotes, brackets and spaces behind it.
# Inside an address or a name (Yahoo!Mail) the half-width ones end nothing.
_SPACES = "".join(re.findall(r"\s", "".join(map(chr, range(0x3001)))))
_FULL_END, _HALF_END, _CLOSER, _SPACE, _ALNUM, _RARE, _JOINER, _OTHER = (1 << bit for bit in range(8))  # characters
_KINDS = {
    "。！？…": _FULL_END,
    "!?": _HALF_END,
    "”’」』）)》】〉〕］]": _CLOSER,
    _SPACES: _SPACE,
    string.ascii_letters + string.digits: _ALNUM,
    "-_.": _JOINER,
}

# rjieba cuts every text as jieba 0.42.1 does, but for two things, found by fuzzing, which a test repeats.
# Han beyond jieba's table: jieba takes each for a mark between two texts.
_RARE_HAN = "[\u3400-\u4dbf\u9fd6-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
# Letters and digits joined by -, _ or . : one word of rjieba's, while jieba leaves together a decimal number only.
_JOINED = re.compile(r"[A-Za-z0-9](?:[-_][A-Za-z0-9]|\.(?:[A-Za-z]|[0-9]+(?:[A-Za-z]|\.[0-9])))")
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
    joined = "".join(texts)
    ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)))
    nested = _Nested(counts, ends, joined.encode())
    kinds = _kinds_of(joined)
    sentences, words = _sentence_ends(kinds, ends), _word_ends(texts, kinds, ends, user_words)
    return pa.table([*rows.columns, nested.cut(sentences), nested.cut(words)], schema=plus(rows.schema, SEGMENT))


class _Nested:
    """Makes list<list<string>>: the paragraphs of each row, and of each paragraph its pieces.

    What all pieces are when joined serves as the strings' buffer, so of the pieces only the ends are needed.
    """

    def __init__(self, counts: NDArray[np.int32], ends: Ends, data: bytes) -> None:
        """Take the number of paragraphs of each row, the paragraphs' ends in characters, and their UTF-8."""
        self._data, self._rows, self._paragraphs = pa.py_buffer(data), offsets(np.cumsum(counts)), ends
        self._bytes = character_starts(data)

    def cut(self, ends: Ends) -> pa.Array:
        """Return the paragraphs cut at `ends`: all ends of pieces in characters, ascending."""
        strings = pa.StringArray.from_buffers(len(ends), pa.py_buffer(self._bytes[offsets(ends)]), self._data)
        pieces = offsets(np.searchsorted(ends, self._paragraphs, side="right"))
        return pa.ListArray.from_arrays(self._rows, pa.ListArray.from_arrays(pieces, strings))


def _word_ends(texts: Sequence[str], kinds: Kinds, ends: Ends, user_words: tuple[str, ...]) -> Ends:
    """Return where the words of the texts end, in characters of all texts joined."""
    cut_text = partial(cut, user_words=user_words)
    cuts = [cut_text if user_words else rjieba.cut] * len(texts)
    for number in np.unique(np.searchsorted(ends, _unlike_jieba(kinds), side="right")).tolist():
        cuts[number] = cut_text
    lengths: list[int] = []
    for text, words_of in zip(texts, cuts, strict=True):
        lengths.extend(map(len, words_of(text)))
    return np.cumsum(np.array(lengths, np.int64))


def _unlike_jieba(kinds: Kinds) -> NDArray[np.int64]:
    """Return the places where rjieba may cut otherwise than jieba: rare Han, and letters or digits joined by a mark."""
    joined = (kinds[1:-1] == _JOINER) & (kinds[:-2] == _ALNUM) & (kinds[2:] == _ALNUM)
    return np.concatenate((np.flatnonzero(kinds == _RARE), np.flatnonzero(joined) + 1))


def _sentence_ends(kinds: Kinds, ends: Ends) -> Ends:
    """Return where the sentences of paragraphs end, each paragraph's end included.

    `kinds` are those of the characters of all paragraphs joined, `ends` where each paragraph ends. Whole arrays are
    looked at at once, which takes a fifth of the time of a regular expression on each paragraph.
    """
    follows = np.append(kinds[1:], np.uint8(0))
    follows[ends[(ends > 0) & (ends < len(kinds))] - 1] = 0  # nothing follows the last character of a paragraph
    is_end = (kinds & _FULL_END) != 0
    is_end |= ((kinds & _HALF_END) != 0) & ((follows & _ALNUM) == 0)
    last = np.flatnonzero(is_end & ~np.append(is_end[1:] & (follows[:-1] != 0), False))
    found = last + 1
    for number in np.flatnonzero(follows[last] & (_CLOSER | _SPACE)):
        found[number] = _behind_closers(follows, int(last[number]))
    return np.unique(np.concatenate((found, ends[ends > np.append(0, ends[:-1])])))


def _behind_closers(follows: Kinds, place: int) -> int:
    """Return where the closing marks and the white space behind a sentence's last mark end."""
    for kind in (_CLOSER, _SPACE):
        while follows[place] & kind:
            place += 1
    return place + 1


def _kinds_of(text: str) -> Kinds:
    codes = np.frombuffer(text.encode("utf-32-le"), "<u4")
    found: Kinds = _kinds()[np.minimum(codes, 0xFFFF)]
    return found


@lru_cache(1)
def _kinds() -> Kinds:
    """Return the kind of each character below 0x10000; the last one stands for all above."""
    kinds = np.full(0x10000, _OTHER, np.uint8)
    kinds[0xFFFF] = _RARE
    for start, end in ((0x3400, 0x4DC0), (0x9FD6, 0xA000), (0xF900, 0xFB00)):
        kinds[start:end] = _RARE
    for chars, kind in _KINDS.items():
        kinds[[ord(char) for char in chars]] = kind
    return kinds


def split_sentences(text: str) -> list[str]:
    """Return the sentences of a paragraph; joined they are the paragraph.

    >>> split_sentences("开工了！他说：“好。”大家都笑了")
    ['开工了！', '他说：“好。”', '大家都笑了']
    """
    ends = _sentence_ends(_kinds_of(text), np.array([len(text)])).tolist()
    return [text[start:end] for start, end in pairwise([0, *ends])]


def cut(text: str, *, user_words: tuple[str, ...] = ()) -> list[str]:
    """Return the words of `text` as jieba 0.42.1 cuts them; joined they are the text.

    With user words it takes jieba itself, at a twelfth of the speed: rjieba gives some of them other frequencies
    and then rounds otherwise where two ways to cut are equally likely.

    >>> cut("县委书记到乡镇调研")
    ['县委书记', '到', '乡镇', '调研']
    """
    if user_words:
        return list(_jieba(user_words).lcut(text))
    words: list[str] = []
    for part in _RARE_HAN_SPLIT.split(text):
        words += rjieba.cut(part)
    if _JOINED.search(text) is None:
        return words
    return [piece for word in words for piece in (_split_joined(word) if len(word) > 2 else (word,))]


def _split_joined(word: str) -> Iterable[str]:
    """Return a word of rjieba's as jieba cuts it."""
    return (word,) if _JOINED.search(word) is None else filter(None, _JIEBA_WORD.split(word))


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
