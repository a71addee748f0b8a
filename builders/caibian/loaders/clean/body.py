"""Which of a page's lines are the article's body: one model for HTML and for crawled text.

Every line is worth its prose and costs for links and furniture; on HTML it counts more in the block that holds
most of the page's prose. Lines such as 相关新闻 wall the page into zones. The body is the best run of the
first zone that holds a good part of the prose, without the furniture inside it.
"""

import re

from caibian.loaders.clean.byline import CLOCK
from caibian.loaders.clean.judge import SENTENCE, SIGNED, Judged, prose_sums
from caibian.loaders.clean.page import Page

# A block is entered while it holds this share of the prose of the block around it.
MAJORITY = 0.6
# Prose outside the main block is worth this part: the article may have been split over two blocks.
OUTSIDE = 0.3
# A line is worth at most this, lest one giant line of a script or a list outweigh an article.
MAX_WORTH = 2000
# The first zone with this part of the best zone's worth is the article; posts and comments follow it.
GOOD_PART = 0.3
MIN_WORTH = 40


# A main block with this share of link text or less is an article's own: words in it may stand without a sentence.
NARROW_LINKS = 0.35
# Lines without prose that the body takes in at either end, if they stand in the same block as its paragraphs.
END_LINES = 6


def main_block(page: Page, judged: list[Judged]) -> int:
    """Return the innermost block that holds most of the prose at each level from the root down."""
    sums = prose_sums(page, judged)
    heaviest = [0] * len(sums)
    for block in range(1, len(sums)):
        parent = page.parents[block]
        if not heaviest[parent] or sums[block] > sums[heaviest[parent]]:
            heaviest[parent] = block
    at = 0
    while heaviest[at] and sums[heaviest[at]] > MAJORITY * sums[at]:
        at = heaviest[at]
    return at


def _within(page: Page, block: int) -> list[bool]:
    """Return for each block whether it is `block` or inside it; inner blocks follow outer ones."""
    found = [position == block for position in range(len(page.parents))]
    for position in range(1, len(found)):
        found[position] = found[position] or found[page.parents[position]]
    return found


def worth(entry: Judged, within: bool, narrow: bool) -> float:
    """Return what a line adds to a run of lines: prose adds, links, bars and words without a sentence cost."""
    line = entry.line
    if entry.wall or entry.bar or entry.byline:
        return -10
    if line.hidden:
        return -5
    if entry.prose:
        if line.furniture:
            return -5
        return min(entry.prose, MAX_WORTH) * (1 if within else OUTSIDE)
    if line.link_chars * 2 > len(line.text):
        return -0.3 if within and narrow else -10 - len(line.text) / 2
    return (-0.1 if narrow else -2) if within else -6


def choose(page: Page, judged: list[Judged]) -> tuple[int, int]:
    """Return start and stop of the body among the page's lines; (0, 0) where there is none.

    A body that the host's rule names is taken as it is.
    """
    given = [position for position, entry in enumerate(judged) if entry.line.given]
    if given:
        return given[0], given[-1] + 1
    within = _within(page, main_block(page, judged))
    inner = [entry.line for entry in judged if within[entry.line.block]]
    narrow = sum(line.link_chars for line in inner) <= NARROW_LINKS * sum(len(line.text) for line in inner)
    values = [worth(entry, within[entry.line.block], narrow) for entry in judged]
    runs = []
    begin = 0
    walls = [position for position, entry in enumerate(judged) if entry.wall]
    for wall in [*walls, len(judged)]:
        if wall > begin:
            runs.append(_best_run(values, begin, wall))
        begin = wall + 1
    best = max((run[0] for run in runs), default=0)
    if best <= 0:
        return 0, 0
    first = next(index for index, run in enumerate(runs) if run[0] >= min(best, max(GOOD_PART * best, MIN_WORTH)))
    start, stop = runs[first][1:]
    for value, begin, end in runs[first + 1 :]:
        if value > 0 and _continues(judged, (start, stop), (begin, end)):
            stop = end
        elif value >= MIN_WORTH:
            break
    for value, begin, end in reversed(runs[:first]):
        if value > 0 and _continues(judged, (begin, end), (start, stop)):
            start = begin
    start, stop = _widen(judged, start, stop)
    return start, _before_next_story(judged, start, stop)


# So much prose is an article by itself; behind it an editors' line or a new byline begins another.
STORY_CHARS = 100


def _before_next_story(judged: list[Judged], start: int, stop: int) -> int:
    """Return where the first story ends: at its editors' line, or at the title over another story's byline."""
    prose = 0
    for position in range(start, stop):
        entry = judged[position]
        if entry.byline and prose >= STORY_CHARS:
            rest = sum(later.prose for later in judged[position:stop])
            if rest > 4 * prose:
                continue  # that was the summary over the byline
            if EDITORS.search(entry.line.text):
                return position
            before = judged[position - 1].line
            title = before.heading or (len(before.text) <= 60 and SENTENCE.search(before.text) is None)
            if before.heading or (CLOCK.search(entry.line.text) and (title or rest >= STORY_CHARS)):
                return position - title
        prose += entry.prose
    return stop


EDITORS = re.compile(r"责任?编|(?<!总)编辑\s?[:：]|审核\s?[:：]|校对\s?[:：]|终审\s?[:：]")


def _widen(judged: list[Judged], start: int, stop: int) -> tuple[int, int]:
    """Return the run with the lines at its ends that stand in the blocks of its first and last paragraphs."""
    for _ in range(END_LINES):
        if start > 0 and _belongs(judged[start - 1], judged[start].home):
            start -= 1
        if stop < len(judged) and (_belongs(judged[stop], judged[stop - 1].home) or _signature(judged, stop)):
            stop += 1
    return start, stop


def _belongs(entry: Judged, home: int) -> bool:
    line = entry.line
    plain = not (entry.wall or entry.bar or entry.byline or line.furniture or line.hidden)
    return plain and entry.home == home and line.link_chars == 0


def _signature(judged: list[Judged], position: int) -> bool:
    """Return whether a line is the date below a document's last line, such as 2022年1月27日."""
    entry = judged[position]
    return (
        entry.byline is not None
        and entry.home == judged[position - 1].home
        and SIGNED.fullmatch(entry.line.text) is not None
    )


def _best_run(values: list[float], begin: int, end: int) -> tuple[float, int, int]:
    """Return the highest sum of a run of values between two positions, with the run's start and stop."""
    best, total, start, found = 0.0, 0.0, begin, (begin, begin)
    for position in range(begin, end):
        if total <= 0:
            total, start = 0.0, position
        total += values[position]
        if total > best:
            best, found = total, (start, position + 1)
    return best, *found


# An article goes on behind a box of this many lines at most.
BOX_LINES = 25
# A line of this length names the other story itself; a shorter one heads a list of them.
MIN_BOX = 12


def _continues(judged: list[Judged], earlier: tuple[int, int], later: tuple[int, int]) -> bool:
    """Return whether a run goes on behind a box inside the article: same home, no new date or title."""
    gap = judged[earlier[1] : later[0]]
    if len(gap) > BOX_LINES or any(entry.byline for entry in gap):
        return False
    if not judged[later[0]].line.tag:  # crawled text has no blocks: only a line such as 相关阅读：…… is a box
        return len(gap) == 1 and len(gap[0].line.text) >= MIN_BOX and later[1] - later[0] > 1
    runs = [[entry.home for entry in judged[start:stop] if entry.prose] for start, stop in (earlier, later)]
    small, large = sorted(runs, key=len)
    homes = set(large)
    return 2 * sum(home in homes for home in small) > len(small)


def is_kept(entry: Judged) -> bool:
    """Return whether a line inside the body belongs to it."""
    line = entry.line
    if entry.wall or entry.bar or line.hidden or not line.text:
        return False
    if line.furniture:
        return False
    return entry.prose > 0 or line.link_chars * 2 <= len(line.text)
