"""An article's title: the line that shows it, or what the page declares."""

import re
from collections.abc import Sequence

from caibian.loaders.clean.judge import Judged

# A headline is shorter; the lines above the body that may hold it.
MIN_TITLE, MAX_TITLE = 4, 100
# A line that only its place shows to be the headline is shorter still.
MAX_SHOWN = 50
REACH = 25
# Between a title and its site's name in <title>.
SUFFIX = re.compile(r"\s*(?:_{1,2}|\s[-–—|·»@]\s|-{1,3}|—{1,2}|\||｜|::|»|>|<|@|－)\s*")
_PLAIN = re.compile(r"[^\w]+")
# A <title> that is only the site's name.
_SITE_ALONE = re.compile(r"\w{2,10}(?:网|报|在线|电子版|数字报|首页|门户|客户端)")


def plain(text: str) -> str:
    """Return a text without spaces and punctuation, to compare titles by."""
    return _PLAIN.sub("", text).lower()


def find_title(lines: Sequence[Judged], start: int, declared: str | None) -> tuple[str | None, int]:
    """Return the title and the position of its last line, -1 if no line shows it.

    `start` is where the body begins. The title is the line, or the two lines, that the declared title begins
    with; else the line just above the byline; else a declared title that the page repeats; else the last h1, or
    the line nearest above the body. A declared title that the page does not show is not taken here.
    """
    above = lines[: start + 3]
    known = clean_title(declared) if declared else ""
    title, place = _shown_title(above, plain(known))
    if place >= 0:
        return title, place
    title, place = _above_byline(above)
    if place >= 0 and above[place].line.link_chars * 2 > len(above[place].line.text) and not _is_by(above, place):
        # A link from elsewhere is no title: in papers' pages the date stands on top and the title below it.
        below = range(min(start, len(above) - 1), place, -1)
        place = next((position for position in below if _is_title(above[position])), place)
        title = above[place].line.text
    if place >= 0:
        return title, place
    if not _SITE_ALONE.fullmatch(known) and any(_repeats(entry, known) for entry in lines[: start + 30]):
        return known, -1
    for position in range(len(above) - 1, -1, -1):
        if above[position].line.tag == "h1" and _may_head(above[position]):
            return above[position].line.text, position
    return _above_body(lines[:start])


def _repeats(entry: Judged, known: str) -> bool:
    """Return whether a line repeats a declared title; one of two or three characters must be a heading."""
    text = entry.line.text
    return known in text if len(known) >= MIN_TITLE else len(known) >= 2 and text == known and entry.line.heading


def _shown_title(above: Sequence[Judged], wanted: str) -> tuple[str | None, int]:
    """Return the line that shows most of the declared title, a heading before others."""
    if not wanted:
        return None, -1
    best, place = (False, 0), -1
    for position, entry in enumerate(above):
        if not _may_head(entry, linked=entry.line.heading):
            continue
        text = plain(entry.line.text)
        if MIN_TITLE <= len(text) <= MAX_TITLE and text in wanted:
            rank = (entry.line.heading, len(text))
            if rank > best:
                best, place = rank, position
    if place < 0 or best[1] * (3 if above[place].line.heading else 2) < len(wanted):
        return None, -1
    title = above[place].line.text
    if place + 1 < len(above) and plain(title + above[place + 1].line.text) == wanted:
        return f"{title} {above[place + 1].line.text}", place + 1
    return title, place


def _above_byline(above: Sequence[Judged]) -> tuple[str | None, int]:
    """Return the title that stands just above the last byline over the body."""
    bylines = [place for place, entry in enumerate(above) if entry.byline and place >= len(above) - REACH]
    if not bylines:
        return None, -1
    stop = bylines[-1]
    while stop > 0 and above[stop - 1].byline:
        stop -= 1
    for position in range(stop - 1, max(-1, stop - 6), -1):
        if above[position].line.heading and _may_head(above[position]):
            return above[position].line.text, position
    for position in range(stop - 1, max(-1, stop - 4), -1):
        entry = above[position]
        linked = position == stop - 1 and entry.line.link_chars * 2 > len(entry.line.text)
        if _may_head(entry, linked=linked) and not _NO_TITLE.match(entry.line.text):
            return entry.line.text, position
    return None, -1


def _above_body(above: Sequence[Judged]) -> tuple[str | None, int]:
    """Return the line nearest above the body that can be a title."""
    for position in range(len(above) - 1, max(-1, len(above) - 6), -1):
        if _may_head(above[position]) and not _NO_TITLE.match(above[position].line.text):
            return above[position].line.text, position
    return None, -1


# What stands between a title and its byline, or is too general to be one: a subtitle, a name, a colon's lead.
_NO_TITLE = re.compile(
    r"[—\-]{2}|(?:[^|｜]{1,8}[|｜]){3}|[\u4e00-\u9fff]{1,3}$|.*[。，：:；]$|\S{1,6}\s?[:：]\s?\d{0,9}$|(?:分类|类别|楼层|栏目)\s?[:：]"
)


def _is_by(above: Sequence[Judged], place: int) -> bool:
    """Return whether a line stands in one block with the line below it."""
    return above[place].home == above[place + 1].home


def _is_title(entry: Judged) -> bool:
    return _may_head(entry) and len(entry.line.text) <= MAX_SHOWN and _NO_TITLE.match(entry.line.text) is None


def is_headline(body: Sequence[Judged]) -> bool:
    """Return whether the body's first line is a headline above it: short, with no end of a sentence."""
    return len(body) >= 2 and _is_title(body[0]) and any(len(entry.line.text) >= 30 for entry in body[1:6])


def _may_head(entry: Judged, *, linked: bool = False) -> bool:
    """Return whether a line can be a title; the title of a post on a blog's front page is a link."""
    line = entry.line
    return (
        MIN_TITLE <= len(line.text) <= MAX_TITLE
        and not (entry.wall or entry.bar or entry.byline or line.hidden)
        and (linked or line.link_chars * 2 <= len(line.text))
    )


def clean_title(declared: str) -> str:
    """Return a declared title without the names of section and site behind it.

    >>> clean_title("市运会开幕_要闻_某某新闻网"), clean_title("A-B面：谁的责任 - 某某网")
    ('市运会开幕', 'A-B面：谁的责任')
    """
    whole = _TAG.sub(" ", declared).strip()
    while (cut := _last_suffix(whole)) is not None:
        whole = cut
    return whole.strip()


_TAG = re.compile(r"<[/a-zA-Z][^<>]{0,80}>")
_SITE = re.compile(
    r"(?:网|报|报社|新闻|频道|在线|网站|中心|门户|客户端|日报|晚报|资讯|要闻|网易|搜狐|新浪|腾讯|凤凰"
    r"|百科|博客|论坛|社区|政府|融媒|电视台|[a-z]\.(?:com|cn|net))\S{0,4}$",
    re.IGNORECASE,
)


def _last_suffix(title: str) -> str | None:
    """Return the title without its last part if that names a site or a section."""
    separators = list(SUFFIX.finditer(title))
    if not separators:
        return None
    head, tail = title[: separators[-1].start()], title[separators[-1].end() :]
    if len(plain(head)) < 2:
        return None
    strong = separators[-1].group().strip() in ("_", "__", "|", "｜", "::", "»")
    short = len(tail) <= 12 and len(tail) < len(head)
    return head if _SITE.search(tail.strip()) or not tail.strip() or (strong and short) else None
