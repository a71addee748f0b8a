"""A first look at all records of a table at once: which of them nothing needs to be looked for in.

Nine records in ten are clean Chinese news, and to find that out with a dozen patterns a record costs more than all
else that clean does. Here every character is looked up in one table, for whole arrays; four in five are plain Han, and
only the others, the marks, are looked up in a second table of what they could be a sign of.
A record is let pass only where the closer look would certainly find nothing; the tests hold the two to it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from caibian.config import Genres
from caibian.loaders.clean.draft import HAN_LEADS, MAX_CHARS, count_bytes, without_addresses
from caibian.loaders.clean.genre import FOREIGN_LEADS, KANA_SHARE, MIN_ITEMS, STORY_CHARS
from caibian.loaders.clean.page import MARGIN
from caibian.loaders.clean.readings import LETTERS
from caibian.loaders.clean.repair import SPECIAL
from caibian.loaders.clean.script import DENSE
from caibian.loaders.clean.signs import find_signs
from caibian.loaders.clean.spam import SIGN

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]
Kinds = npt.NDArray[np.uint32]

# What a character can be, a bit each.
SPECIAL_CHAR, BRACKET, RUN, HALF, OPEN, LETTER, SPACE, BEFORE, AFTER, COMMA = (1 << bit for bit in range(10))
FOREIGN, KANA, COUNTED, STOP, LINE, PAUSE, CLOSE, SPAM, ADDRESS = (1 << bit for bit in range(10, 19))
_PLAIN_HAN = RUN | BEFORE | AFTER | COUNTED
_PAIRED = HALF | OPEN | BRACKET | COMMA | PAUSE | SPAM  # a sign only beside certain others
_READING = 9  # characters between a bracket and the end of a reading in it, blanks included
_RUN_CHARS = 6  # Han one after the other: no Japanese, and no list of names in another language
_IN_ADDRESS = 80  # so many Han may belong to an address, though they seldom do: what stands around @
# The pairs of characters that spam has at least one of; `SIGN` then looks at the whole words. A few letters are
# special themselves.
_SPAM_PAIRS = (
    *(
        "葡京",
        "凯发",
        "屑病",
        "湿疣",
        "孕不",
        "早泄",
        "虎机",
        "博狗",
        "亚博",
        "万博",
        "博鱼",
        "鱼体",
        "云体",
        "戏体",
        "冠体",
    ),
    *("博体", "乐体", "发体", "合彩", "时彩", "彩票", "发娱", "沙娱", "利娱", "河娱", "尼斯", "快3", "快三", "必威"),
    *("伟德", "阳城", "游会", "华体", "家乐", "金沙", "区二", "久久", "产精", "t3", "8b", "th", "y体", "k体"),
)
_SPAM_CHARS = "癫癜癣痿"


@dataclass(frozen=True, slots=True)
class Looks:
    """What was seen of each record: false where a closer look is needed."""

    clean: Flags  # no repair has anything to do
    news: Flags  # no filter of genres would refuse the text, whatever the title


@dataclass(frozen=True, slots=True)
class _Marks:
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


def look(texts: Sequence[str], around: Sequence[str], *, min_chars: int, genres: Genres) -> Looks:
    """Return what is seen of records: `texts` are all text of articles, `around` what else is said of each."""
    blocks = [block for pair in zip(around, texts, strict=True) for block in pair]
    marks = _mark(blocks)
    return Looks(_is_clean(blocks, marks), _is_news(texts, marks, min_chars, genres))


def _mark(blocks: Sequence[str]) -> _Marks:
    joined = "\n".join(["", *blocks, ""])
    source = joined.encode("utf-16-le", "surrogatepass")
    if len(source) != 2 * len(joined):
        source = _ASTRAL.sub("\uffff", joined).encode("utf-16-le", "surrogatepass")
    codes = np.frombuffer(source, "<u2")
    places = np.flatnonzero(_is_mark()[codes])
    starts = np.cumsum([1, *map(len, blocks[:-1])]) + np.arange(len(blocks))
    return _Marks(codes, starts, places, _kinds()[codes[places]], np.searchsorted(places, starts))


_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


def _is_clean(blocks: Sequence[str], marks: _Marks) -> Flags:
    chars = marks.lengths()
    codes = marks.codes[marks.places]
    missing = 2 * (codes < 0x80) + ((codes >= 0x80) & (codes < 0x800))  # to the three bytes of a Han character
    blank = marks.total(codes == 0x3000)  # an indent is taken away, so it makes a text no more Chinese
    octets = 3 * (chars - blank) - marks.total(missing)
    ends = marks.places[np.flatnonzero((marks.kinds & RUN) == 0)]
    gaps = np.diff(ends, prepend=-1)
    runs = np.maximum.reduceat(gaps, np.searchsorted(ends, marks.starts)) > _RUN_CHARS
    is_suspect, is_spam = (marks.owners(signs) for signs in _signs(marks))
    for number in np.flatnonzero(is_spam & ~is_suspect).tolist():
        is_suspect[number] = SIGN.search(blocks[number]) is not None
    found: Flags = (octets[::2] + octets[1::2] > DENSE * (chars - blank).reshape(-1, 2).sum(1)) & ~is_suspect[::2]
    found &= (runs[::2] | runs[1::2]) & ~is_suspect[1::2]
    return found


def _signs(marks: _Marks) -> tuple[Numbers, Numbers]:
    """Return where signs of damage stand, and where perhaps those of spam."""
    special = marks.places[np.flatnonzero(marks.kinds & SPECIAL_CHAR)]
    paired = np.flatnonzero(marks.kinds & _PAIRED)
    places, kinds = marks.places[paired], marks.kinds[paired]
    before, after = _kinds()[marks.codes[places - 1]], _kinds()[marks.codes[places + 1]]
    signs = ((kinds & HALF) != 0) & ((before & BEFORE) != 0) & ((after & AFTER) != 0)
    signs |= ((kinds & BRACKET) != 0) & (((before & HALF) | (after & LETTER)) != 0)
    signs |= ((kinds & COMMA) != 0) & ((after & COMMA) != 0)
    signs |= ((kinds & PAUSE) != 0) & ((before & SPACE) != 0)
    opened = np.flatnonzero(((kinds & OPEN) != 0) & ((after & (LETTER | SPACE)) != 0))
    for distance in range(2, _READING + 1):
        at = np.minimum(places[opened] + distance, len(marks.codes) - 1)
        signs[opened] |= (_kinds()[marks.codes[at]] & CLOSE) != 0
    first, second = _spam_pairs()
    spam = places[np.flatnonzero(kinds & SPAM)]
    spam = spam[(first[marks.codes[spam]] & second[marks.codes[spam + 1]]) != 0]
    return np.concatenate((special, places[signs])), spam


def _is_news(texts: Sequence[str], marks: _Marks, min_chars: int, genres: Genres) -> Flags:
    chars = marks.lengths()[1::2] - 1
    han, foreign, kana = (marks.count(kind)[1::2] for kind in (COUNTED, FOREIGN, KANA))
    han += chars + 1 - np.diff(marks.first, append=len(marks.places))[1::2]
    in_addresses = _IN_ADDRESS * marks.count(ADDRESS)[1::2]
    han -= in_addresses

    def is_chinese() -> Flags:
        enough = (han >= max(1, min_chars // 3)) & (han >= (genres.not_chinese or 0) * (han + foreign))
        found: Flags = enough & (kana + foreign <= KANA_SHARE * han)
        return found

    for number in np.flatnonzero((in_addresses > 0) & ~is_chinese()).tolist():
        source = without_addresses(texts[number]).encode(errors="replace")
        han[number], foreign[number] = count_bytes(source, HAN_LEADS), count_bytes(source, FOREIGN_LEADS)
    is_news = is_chinese() & (chars <= MAX_CHARS) & _tells(marks)
    limits = {
        "video_stub": 2,
        "forum": genres.forum,
        "speech_template": 3,
        "generated": genres.generated,
        "advert": genres.advert,
    }
    for name, counts in find_signs(texts).items():
        limit = limits[name]
        if limit is not None:
            is_news &= counts < limit
    return is_news


def _tells(marks: _Marks) -> Flags:
    """Return which texts have a line that tells a story, or too few lines for a list of links."""
    breaks = np.flatnonzero(marks.kinds & LINE)  # every block ends with one
    stops = np.diff(np.cumsum((marks.kinds & STOP) != 0)[breaks], prepend=0)
    blanks = np.diff(np.cumsum((marks.kinds & SPACE) != 0)[breaks], prepend=0)
    ends = marks.places[breaks]
    told = (stops >= 2) | ((stops > 0) & (np.diff(ends, prepend=0) - blanks >= STORY_CHARS))
    of_texts: Flags = ((marks.count(LINE) < MIN_ITEMS) | marks.owners(ends[told]))[1::2]
    return of_texts


@lru_cache(1)
def _is_mark() -> Flags:
    """Return which characters are no plain Han."""
    is_mark: Flags = _kinds() != _PLAIN_HAN
    return is_mark


@lru_cache(1)
def _kinds() -> Kinds:
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
def _spam_pairs() -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """Return for each character the pairs that it begins, and those that it ends, a bit each."""
    first, second = np.zeros((2, 0x10000), np.uint64)
    for number, pair in enumerate(_SPAM_PAIRS):
        first[ord(pair[0])] |= np.uint64(1 << number)
        second[ord(pair[1])] |= np.uint64(1 << number)
    return first, second
