"""The body's lines -> its paragraphs: wrapped lines are joined, cells of a table row too, repeats go."""

from collections import Counter
from collections.abc import Sequence

from caibian.loaders.clean.markup import Line

# Paragraphs this long do not recur in one article; where they do, the page carries it twice.
REPEAT_CHARS = 30
# A cell with more text than this is a column of a page laid out in tables, not a field of a row.
CELL_CHARS = 40
# Text wrapped by hand has so many lines at least, as long as a screen or a sheet of paper was wide.
MIN_WRAPPED, MIN_WIDTH, MAX_WIDTH = 5, 40, 100
# Of wrapped lines this share is full, and this share of the full ones breaks off within a sentence.
FULL_SHARE, BROKEN_SHARE = 0.5, 0.6
SLACK = 6  # half-widths: an indent of two characters is gone, a mark that may not begin a line is moved
MIN_BREAKING = MIN_WIDTH // 2 - SLACK  # characters of a full line, at least
_ENDS = "。！？!?…：:”」』）)"


def to_paragraphs(kept: Sequence[Line], *, parents: Sequence[int]) -> list[str]:
    """Return the paragraphs of the lines that are kept; `parents` is that of their page."""
    return unwrap(_join_cells(kept, parents))


def _join_cells(kept: Sequence[Line], parents: Sequence[int]) -> list[str]:
    """Return the lines' texts, with the short cells of one table row on one line."""
    if len(parents) == 1:  # crawled text
        return [line.text for line in kept]
    texts: list[str] = []
    row = -1
    for line in kept:
        cell = line.tag in ("td", "th") and len(line.text) <= CELL_CHARS
        here = parents[line.block] if cell else -1
        if cell and here == row:
            texts[-1] = f"{texts[-1]} {line.text}"
        else:
            texts.append(line.text)
        row = here
    return texts


def _width(text: str) -> int:
    """Return a text's width in half-widths: a Han character or full-width mark takes two."""
    source = text.encode(errors="replace")
    return len(text) + len(source) - len(source.translate(None, _WIDE_LEADS))


_WIDE_LEADS = bytes(range(0xE2, 0xF8))  # the first bytes of U+2000 and above in UTF-8


def unwrap(texts: list[str]) -> list[str]:
    """Return the texts with lines wrapped by hand joined to paragraphs, or as they are if they are not wrapped."""
    if len(texts) < MIN_WRAPPED:
        return texts
    breaking = [text for text in texts if MIN_BREAKING <= len(text) <= MAX_WIDTH and text[-1] not in _ENDS]
    if len(breaking) < BROKEN_SHARE * max(MIN_WRAPPED, FULL_SHARE * len(texts)):
        return texts
    widths = [_width(text) if len(text) <= MAX_WIDTH else 0 for text in texts]
    usual = Counter(width for width in widths if MIN_WIDTH <= width <= MAX_WIDTH).most_common(1)
    if not usual:
        return texts
    full = [abs(width - usual[0][0]) <= SLACK for width in widths]
    broken = sum(is_full and text[-1] not in _ENDS for is_full, text in zip(full, texts, strict=True))
    if sum(full) < max(MIN_WRAPPED, FULL_SHARE * len(texts)) or broken < BROKEN_SHARE * sum(full):
        return texts
    joined = [texts[0]]
    for position in range(1, len(texts)):
        before = texts[position - 1]
        if full[position - 1] and before[-1] not in _ENDS:
            space = " " if before[-1].isascii() and texts[position][0].isascii() else ""
            joined[-1] += space + texts[position]
        elif full[position - 1] and texts[position].startswith(("，", "。", "、", "”", "」", "）")):
            joined[-1] += texts[position]
        else:
            joined.append(texts[position])
    return joined


def without_repeats(texts: list[str]) -> list[str]:
    """Return the paragraphs without those that recur: of a page that carries its article twice, the first.

    A short one may recur within an article, such as a refrain; it goes with a long one that it followed or
    preceded in the first copy too.

    >>> story = "昨日，某县举行了一年一度的龙舟赛，来自十二个乡镇的二十四支队伍参加了角逐。"
    >>> without_repeats([story, "加油！", "加油！", story, "加油！"])[1:]
    ['加油！', '加油！']
    """
    seen: set[str] = set()
    pairs: set[tuple[str, str]] = set()
    recurs, follows = [], [False]  # whether the text, and the pair of it and the one before, has been there
    for position, text in enumerate(texts):
        recurs.append(len(text) >= REPEAT_CHARS and text in seen)
        seen.add(text)
        if position:
            pair = (texts[position - 1], text)
            follows.append(pair in pairs)
            pairs.add(pair)
    for position in range(1, len(texts)):
        recurs[position] |= recurs[position - 1] and follows[position]
    for position in range(len(texts) - 2, -1, -1):
        recurs[position] |= recurs[position + 1] and follows[position + 1]
    return [text for text, is_again in zip(texts, recurs, strict=True) if not is_again]
