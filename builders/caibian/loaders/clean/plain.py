"""A first look at all records of a table at once: which of them nothing needs to be looked for in.

Nine records in ten are clean Chinese news, and to find that out with a dozen patterns a record costs more than all
else that clean does. Here every character is looked up in one table of what it could be a sign of, for whole arrays.
A record is let pass only where the closer look would certainly find nothing; the tests hold the two to it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from caibian.config import Genres
from caibian.loaders.clean.draft import MAX_CHARS
from caibian.loaders.clean.genre import KANA_SHARE
from caibian.loaders.clean.readings import LETTERS
from caibian.loaders.clean.repair import SPECIAL
from caibian.loaders.clean.script import DENSE
from caibian.loaders.clean.signs import find_signs

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]
Kinds = npt.NDArray[np.uint32]

# What a character can be, a bit each.
SPECIAL_CHAR, BRACKET, RUN, HALF, OPEN, LETTER, SPACE, BEFORE, AFTER, COMMA = (1 << bit for bit in range(10))
FOREIGN, KANA, COUNTED, STOP, LINE, PAUSE, CLOSE = (1 << bit for bit in range(10, 17))
_READING = 9  # characters between a bracket and the end of a reading in it, blanks included
_RUN_CHARS = 6  # Han one after the other: no Japanese, and no list of names in another language
# The pairs of characters that spam has at least one of; `spam.SIGN` then looks at the whole words. A few letters are
# special themselves.
_SPAM_PAIRS = (
    *("葡京", "凯发", "屑病", "湿疣", "孕不", "虎机", "博狗", "亚博", "万博", "博鱼", "鱼体", "云体", "戏体", "冠体"),
    *("博体", "乐体", "发体", "合彩", "时彩", "彩票", "发娱", "沙娱", "利娱", "河娱", "尼斯", "快3", "快三", "必威"),
    *("伟德", "阳城", "游会", "华体", "家乐", "金沙", "区二", "久久", "产精", "t3", "8b", "th", "y体", "k体"),
)
_SPAM_CHARS = "癫癜癣泄痿"


@dataclass(frozen=True, slots=True)
class Looks:
    """What was seen of each record: false where a closer look is needed."""

    clean: Flags  # no repair has anything to do
    news: Flags  # no filter of genres would refuse the text, whatever the title


def look(texts: Sequence[str], around: Sequence[str], *, min_chars: int, genres: Genres) -> Looks:
    """Return what is seen of records: `texts` are all text of articles, `around` what else is said of each."""
    blocks = [block for pair in zip(around, texts, strict=True) for block in pair]
    codes = np.frombuffer("\n".join([*blocks, ""]).encode("utf-32-le", "surrogatepass"), "<u4")
    ends = np.cumsum([len(block) + 1 for block in blocks])
    starts = np.concatenate(([0], ends[:-1])).astype(np.int64)
    low = np.minimum(codes, 0xFFFF)
    kinds = _kinds()[low]
    return Looks(_is_clean(codes, low, kinds, starts), _is_news(texts, kinds, starts, min_chars, genres))


def _is_clean(codes: npt.NDArray[np.uint32], low: npt.NDArray[np.uint32], kinds: Kinds, starts: Numbers) -> Flags:
    before, after = np.append(np.uint32(LINE), kinds[:-1]), np.append(kinds[1:], np.uint32(LINE))
    first, second = _spam_pairs()
    signs = (kinds & SPECIAL_CHAR).astype(bool)
    signs |= ((kinds & HALF) != 0) & ((before & BEFORE) != 0) & ((after & AFTER) != 0)
    opened = np.flatnonzero(((kinds & OPEN) != 0) & ((after & (LETTER | SPACE)) != 0))
    for distance in range(2, _READING + 1):
        signs[opened] |= (kinds[np.minimum(opened + distance, len(kinds) - 1)] & CLOSE) != 0
    signs |= ((kinds & BRACKET) != 0) & (((before & HALF) | (after & LETTER)) != 0)
    signs |= ((kinds & COMMA) != 0) & ((after & COMMA) != 0)
    signs |= ((kinds & PAUSE) != 0) & ((before & SPACE) != 0)
    signs[:-1] |= (first[low[:-1]] & second[low[1:]]) != 0
    run = (kinds & RUN) != 0
    runs = run.copy()
    for place in range(1, _RUN_CHARS):
        runs &= np.append(run[place:], np.zeros(min(place, len(run)), bool))
    blank = codes == 0x3000  # an indent is taken away, so it makes a text no more Chinese
    octets = 1 + (codes >= 0x80).astype(np.int64) + (codes >= 0x800) + (codes >= 0x10000) - 3 * blank
    chars = np.add.reduceat(~blank, starts[::2], dtype=np.int64)
    dense = np.add.reduceat(octets, starts[::2]) > DENSE * chars
    is_suspect = np.logical_or.reduceat(signs, starts[::2])
    found: Flags = dense & np.logical_or.reduceat(runs, starts[::2]) & ~is_suspect
    return found


def _is_news(texts: Sequence[str], kinds: Kinds, starts: Numbers, min_chars: int, genres: Genres) -> Flags:
    def count(kind: int) -> Numbers:
        found: Numbers = np.add.reduceat((kinds & kind) != 0, starts, dtype=np.int64)[1::2]
        return found

    han, foreign, kana = count(COUNTED), count(FOREIGN), count(KANA)
    enough = max(1, min_chars // 3, genres.video_stub or 0)
    is_news: Flags = (han >= enough) & (np.array([len(text) for text in texts]) <= MAX_CHARS)
    is_news &= (han >= (genres.not_chinese or 0) * (han + foreign)) & (kana + foreign <= KANA_SHARE * han)
    is_news &= _tells(kinds, starts)
    limits = {
        "video_stub": 1,
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


def _tells(kinds: Kinds, starts: Numbers) -> Flags:
    """Return which texts have a line of two sentences, as no list of links has."""
    stops = np.cumsum((kinds & STOP) != 0)
    breaks = np.flatnonzero((kinds & LINE) != 0)  # every block ends with one
    told = np.diff(stops[breaks], prepend=0) >= 2
    owners = np.searchsorted(starts, breaks[told], side="right") - 1
    found = np.zeros(len(starts), bool)
    found[owners] = True
    of_texts: Flags = found[1::2]
    return of_texts


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
    mark(SPACE, (ord(one) for one in map(chr, range(0x3001)) if one.isspace()))
    mark(COMMA, map(ord, ",，"))
    mark(PAUSE, map(ord, "、"))
    mark(STOP, map(ord, "。"))
    mark(LINE, map(ord, "\n"))
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
