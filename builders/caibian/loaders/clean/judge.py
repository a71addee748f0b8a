"""What each line of a page is: prose, wall, bar or byline, and which block holds it with its like."""

import re
from dataclasses import dataclass
from functools import lru_cache

from caibian.loaders.clean import furniture
from caibian.loaders.clean.byline import CLOCK, Credits, find_credits
from caibian.loaders.clean.markup import Line
from caibian.loaders.clean.page import Page

SENTENCE = re.compile(r"[。！？；!?…，,：:、]")
# The date under an official document.
SIGNED = re.compile(
    r"(?:19|20)\d\d\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日"
    r"|[一二][〇○零一二三四五六七八九]{3}年\S{2,7}日"
)
# The marks of furniture in class names are believed where this part of the prose has none, or this much of it.
UNMARKED, UNMARKED_CHARS = 0.3, 150
# Lines as short as those of menus and lists of links, which come again on page after page of a site.
RECURRING_CHARS = 40


@dataclass(slots=True)
class Judged:
    """A line with what the choice of the body needs to know of it."""

    line: Line
    prose: int
    home: int  # the block that holds the line's paragraph
    wall: bool = False
    bar: bool = False
    byline: Credits | None = None  # of a line that says nothing else


def prose_chars(line: Line) -> int:
    """Return how many characters of running text a line holds: 0 for links and for words without punctuation."""
    free = len(line.text) - line.link_chars
    if free < 10 or line.link_chars > free:
        return 0
    if free < 25 and SENTENCE.search(line.text) is None:
        return 0
    return free


def judge(page: Page) -> list[Judged]:
    """Return the page's lines with their kinds."""
    homes = _homes(page)
    judged = [_judge_line(line, homes[line.block]) for line in page.lines if line.text]  # a repair may empty one
    marginal = _marginal(page, judged)
    for entry in judged:
        entry.line.furniture = marginal[entry.line.block]
    return judged


def credits_of(text: str) -> Credits | None:
    """Return the credits of a byline by its text alone, where all lines are known to be the article's."""
    if len(text) > furniture.MAX_CHARS or (found := find_credits(text)) is None:
        return None
    return None if furniture.ends_article(text) or furniture.is_bar(text) else found


def prose_sums(page: Page, judged: list[Judged]) -> list[int]:
    """Return for each block the prose within it; prose that is hidden or furniture counts a quarter."""
    sums = [0] * len(page.parents)
    for entry in judged:
        if entry.prose:
            sums[entry.home] += entry.prose // 4 if entry.line.furniture or entry.line.hidden else entry.prose
    for block in range(len(sums) - 1, 0, -1):
        sums[page.parents[block]] += sums[block]
    return sums


def _marginal(page: Page, judged: list[Judged]) -> list[bool]:
    """Return for each block whether it is inside furniture.

    A name such as "hotnews-content" around all of the page's prose is no mark: a block is believed to be
    furniture only if there is prose outside of it.
    """
    for entry in judged:
        entry.line.furniture = False
    sums = prose_sums(page, judged)
    needed = min(UNMARKED_CHARS, UNMARKED * sums[0])
    inside = [False] * len(page.parents)
    for block, parent in enumerate(page.parents):
        inside[block] = inside[parent] or (page.marks[block] and sums[0] - sums[block] >= needed)
    return inside


# Elements that hold paragraphs or are one, as the page's author liked; the others are paragraphs, or items.
_EITHER = frozenset(("div", "section", "article", "span", "center"))
_HOLDERS = frozenset(("td", "body", "main", "html", ""))


def _homes(page: Page) -> list[int]:
    """Return for each block the block that holds the paragraphs of its kind: itself, or the one around it."""
    lines = [0] * len(page.parents)
    tags = [""] * len(page.parents)
    for line in page.lines:
        lines[line.block] += 1
        tags[line.block] = line.tag
    leaf = [True] * len(page.parents)
    for parent in page.parents:
        leaf[parent] = False
    return [
        block
        if tags[block] in _HOLDERS or (tags[block] in _EITHER and (lines[block] > 1 or not leaf[block]))
        else parent
        for block, parent in enumerate(page.parents)
    ]


def _judge_line(line: Line, home: int) -> Judged:
    """Return a line with its kind; a byline may link to its author, but is no link."""
    text = line.text
    if len(text) > furniture.MAX_CHARS:
        return Judged(line, prose_chars(line), home)
    kind = _kind if len(text) <= RECURRING_CHARS else _kind.__wrapped__
    wall, bar, byline = kind(text, line.link_chars >= len(text))
    return Judged(line, 0 if wall or bar or byline else prose_chars(line), home, wall, bar, byline)


@lru_cache(maxsize=1 << 14)
def _kind(text: str, is_link: bool) -> tuple[bool, bool, Credits | None]:
    """Return whether a line is a wall, whether it is a bar, and the credits of a byline."""
    if furniture.ends_article(text):
        return True, False, None
    if furniture.is_bar(text):
        return False, True, None
    return False, False, None if is_link and CLOCK.search(text) is None else find_credits(text)


def is_headline_link(line: Line) -> bool:
    """Return whether a line is one link that names no clock: a headline of a list with its date."""
    return line.link_chars >= len(line.text) and CLOCK.search(line.text) is None
