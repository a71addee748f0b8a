"""A first look at all records of a table at once: which of them nothing needs to be looked for in.

Nine records in ten are clean Chinese news, and to find that out with a dozen patterns a record costs more than all
else that clean does. Here every character is looked up in one table, for whole arrays; four in five are plain Han, and
only the others, the marks, are looked up in a second table of what they could be a sign of.
A record is let pass only where the closer look would certainly find nothing; the tests hold the two to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from caibian.config import Genres
from caibian.loaders.clean.draft import HAN_LEADS, MAX_CHARS, count_bytes, without_addresses
from caibian.loaders.clean.genre import FOREIGN_LEADS, KANA_SHARE, MIN_ITEMS, STORY_CHARS
from caibian.loaders.clean.marks import (
    ADDRESS,
    AFTER,
    BEFORE,
    BRACKET,
    CLOSE,
    COMMA,
    COUNTED,
    FOREIGN,
    HALF,
    KANA,
    LETTER,
    LINE,
    OPEN,
    PAUSE,
    RUN,
    SPACE,
    SPAM,
    SPECIAL_CHAR,
    STOP,
    Flags,
    Marks,
    Numbers,
    kinds_of_characters,
    mark_blocks,
    spam_pairs,
)
from caibian.loaders.clean.script import DENSE
from caibian.loaders.clean.signs import find_signs
from caibian.loaders.clean.spam import SIGN

_PAIRED = HALF | OPEN | BRACKET | COMMA | PAUSE | SPAM  # a sign only beside certain others
_READING = 9  # characters between a bracket and the end of a reading in it, blanks included
_RUN_CHARS = 6  # Han one after the other: no Japanese, and no list of names in another language
_IN_ADDRESS = 80  # so many Han may belong to an address, though they seldom do: what stands around @


@dataclass(frozen=True, slots=True)
class Looks:
    """What was seen of each record: false where a closer look is needed."""

    clean: Flags  # no repair has anything to do
    news: Flags  # no filter of genres would refuse the text, whatever the title


def look(texts: Sequence[str], around: Sequence[str], *, min_chars: int, genres: Genres) -> Looks:
    """Return what is seen of records: `texts` are all text of articles, `around` what else is said of each."""
    blocks = [block for pair in zip(around, texts, strict=True) for block in pair]
    marks = mark_blocks(blocks)
    return Looks(_is_clean(blocks, marks), _is_news(texts, marks, min_chars, genres))


def _is_clean(blocks: Sequence[str], marks: Marks) -> Flags:
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


def _signs(marks: Marks) -> tuple[Numbers, Numbers]:
    """Return where signs of damage stand, and where perhaps those of spam."""
    special = marks.places[np.flatnonzero(marks.kinds & SPECIAL_CHAR)]
    paired = np.flatnonzero(marks.kinds & _PAIRED)
    places, kinds = marks.places[paired], marks.kinds[paired]
    before, after = kinds_of_characters()[marks.codes[places - 1]], kinds_of_characters()[marks.codes[places + 1]]
    signs = ((kinds & HALF) != 0) & ((before & BEFORE) != 0) & ((after & AFTER) != 0)
    signs |= ((kinds & BRACKET) != 0) & (((before & HALF) | (after & LETTER)) != 0)
    signs |= ((kinds & COMMA) != 0) & ((after & COMMA) != 0)
    signs |= ((kinds & PAUSE) != 0) & ((before & SPACE) != 0)
    opened = np.flatnonzero(((kinds & OPEN) != 0) & ((after & (LETTER | SPACE)) != 0))
    for distance in range(2, _READING + 1):
        at = np.minimum(places[opened] + distance, len(marks.codes) - 1)
        signs[opened] |= (kinds_of_characters()[marks.codes[at]] & CLOSE) != 0
    first, second = spam_pairs()
    spam = places[np.flatnonzero(kinds & SPAM)]
    spam = spam[(first[marks.codes[spam]] & second[marks.codes[spam + 1]]) != 0]
    return np.concatenate((special, places[signs])), spam


def _is_news(texts: Sequence[str], marks: Marks, min_chars: int, genres: Genres) -> Flags:
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


def _tells(marks: Marks) -> Flags:
    """Return which texts have a line that tells a story, or too few lines for a list of links."""
    breaks = np.flatnonzero(marks.kinds & LINE)  # every block ends with one
    stops = np.diff(np.cumsum((marks.kinds & STOP) != 0)[breaks], prepend=0)
    blanks = np.diff(np.cumsum((marks.kinds & SPACE) != 0)[breaks], prepend=0)
    ends = marks.places[breaks]
    told = (stops >= 2) | ((stops > 0) & (np.diff(ends, prepend=0) - blanks >= STORY_CHARS))
    of_texts: Flags = ((marks.count(LINE) < MIN_ITEMS) | marks.owners(ends[told]))[1::2]
    return of_texts
