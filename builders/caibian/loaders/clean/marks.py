"""What each character of many texts can be a sign of, looked up for whole arrays."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from caibian.loaders.clean.page import MARGIN
from caibian.loaders.clean.readings import LETTERS
from caibian.loaders.clean.repair import SPECIAL

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]
Kinds = npt.NDArray[np.uint32]

# What a character can be, a bit each.
SPECIAL_CHAR, BRACKET, RUN, HALF, OPEN, LETTER, SPACE, BEFORE, AFTER, COMMA = (1 << bit for bit in range(10))
FOREIGN, KANA, COUNTED, STOP, LINE, PAUSE, CLOSE, SPAM, ADDRESS = (1 << bit for bit in range(10, 19))
_PLAIN_HAN = RUN | BEFORE | AFTER | COUNTED
# The pairs of characters that spam has at least one of; `SIGN` then looks at the whole words. A few letters are
# special themselves.
_SPAM_PAIRS = (
    *("葡京", "凯发", "屑病", "湿疣", "孕不", "虎机", "博狗", "亚博", "万博", "博鱼", "鱼体", "云体", "戏体", "冠体"),
    *("博体", "乐体", "发体", "合彩", "时彩", "彩票", "发娱", "沙娱", "利娱", "河娱", "尼斯", "快3", "快三", "必威"),
    *("伟德", "阳城", "游会", "华体", "家乐", "金沙", "区二", "久久", "产精", "t3", "8b", "th", "y体", "k体", "早泄"),
)
_SPAM_CHARS = "癫癜癣痿"


@dataclass(frozen=True, slots=True)
class Marks:
    """The characters of all blocks that are no plain Han; a block is what is said around a text, or the text."""

    codes: npt.NDArray[np.uint16]  # of all characters: a line break, and blocks that end with one
    starts: Numbers  # of the blocks in `codes`
    places: Numbers  # of the marks in `codes`
    kinds: Kinds  # of the marks
    first: Numbers  # of each block, its first mark

    def count(self, kind: int) -> Numbers:
        """Return for each block how many of its marks are of a kind."""
        return self.total((self.kinds & kind) != 0)

    def total(self, numbers: npt.NDArray[np.generic]) -> Numbers:
        """Return for each block the sum of its marks' numbers; it has one at least, its end."""
        found: Numbers = np.add.reduceat(numbers, self.first, dtype=np.int64)
        return found

    def owners(self, places: Numbers) -> Flags:
        """Return for each block whether one of the places is in it."""
        found = np.zeros(len(self.starts), bool)
        found[np.searchsorted(self.starts, places, side="right") - 1] = True
        return found

    def lengths(self) -> Numbers:
        """Return for each block its characters, the line break behind it included."""
        return np.diff(self.starts, append=len(self.codes))


def mark_blocks(blocks: Sequence[str]) -> Marks:
    """Return the marks of all blocks; a character above 0xFFFF counts as U+FFFF, which is special."""
    joined = "\n".join(["", *blocks, ""])
    source = joined.encode("utf-16-le", "surrogatepass")
    if len(source) != 2 * len(joined):
        source = _ASTRAL.sub("\uffff", joined).encode("utf-16-le", "surrogatepass")
    codes = np.frombuffer(source, "<u2")
    places = np.flatnonzero(_is_mark()[codes])
    starts = np.cumsum([1, *map(len, blocks[:-1])]) + np.arange(len(blocks))
    return Marks(codes, starts, places, kinds_of_characters()[codes[places]], np.searchsorted(places, starts))


_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


@lru_cache(1)
def _is_mark() -> Flags:
    """Return which characters are no plain Han."""
    is_mark: Flags = kinds_of_characters() != _PLAIN_HAN
    return is_mark


@lru_cache(1)
def kinds_of_characters() -> Kinds:
    """Return what each character below 0x10000 can be; the last one stands for all above."""
    kinds = np.zeros(0x10000, np.uint32)

    def mark(kind: int, *chars: Iterable[int]) -> None:
        for some in chars:
            kinds[list(some)] |= kind

    every = map(chr, range(0xFFFF))
    mark(SPECIAL_CHAR, (ord(one) for one in every if SPECIAL.match(one)), map(ord, _SPAM_CHARS + "\r"), (0xFFFF,))
    mark(SPECIAL_CHAR, range(0xD800, 0xE000))
    mark(RUN | BEFORE | AFTER, range(0x3400, 0xA000))
    mark(BEFORE | AFTER, range(0xF900, 0xFB00))
    mark(RUN, map(ord, "、，。"))
    mark(BEFORE, map(ord, "”)》】）、。"))
    mark(AFTER, map(ord, "“"))
    mark(HALF, map(ord, ",;:!?."))
    mark(OPEN, map(ord, "(（"))
    mark(CLOSE, map(ord, ")）"))
    mark(BRACKET, map(ord, "["))
    mark(LETTER, range(ord("a"), ord("z") + 1), (ord(one) for one in LETTERS if not one.isascii()))
    mark(SPACE, (ord(one) for one in map(chr, range(0x3001)) if one.isspace()), map(ord, MARGIN))
    mark(COMMA, map(ord, ",，"))
    mark(PAUSE, map(ord, "、"))
    mark(STOP, map(ord, "。"))
    mark(LINE, map(ord, "\n\r"))
    mark(ADDRESS, map(ord, ":@"))
    mark(SPAM, (ord(pair[0]) for pair in _SPAM_PAIRS))
    # As `draft` and `genre` count them, by the first bytes in UTF-8.
    mark(COUNTED, range(0x4000, 0xA000))
    mark(FOREIGN, range(0x41, 0x5B), range(0x61, 0x7B), range(0xC0, 0x600), range(0xA000, 0xE000))
    mark(KANA, range(0x3040, 0x4000))
    return kinds


@lru_cache(1)
def spam_pairs() -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """Return for each character the pairs that it begins, and those that it ends, a bit each."""
    first, second = np.zeros((2, 0x10000), np.uint64)
    for number, pair in enumerate(_SPAM_PAIRS):
        first[ord(pair[0])] |= np.uint64(1 << number)
        second[ord(pair[1])] |= np.uint64(1 << number)
    return first, second
