"""An article's title, date, publisher, author and section, from what the page shows and declares."""

import re
from collections.abc import Sequence
from datetime import date

from caibian.loaders.clean.body import Judged
from caibian.loaders.clean.credits import Credits, people, read_byline
from caibian.loaders.clean.dates import find_date, read_declared, read_url
from caibian.loaders.clean.declared import Declared

# A headline is shorter; the lines above the body that may hold it.
MIN_TITLE, MAX_TITLE = 4, 100
REACH = 25
# Between a title and its site's name in <title>.
SUFFIX = re.compile(r"\s*(?:_{1,2}|\s[-–—|·»@]\s|-{1,3}|—{1,2}|\||｜|::|»|>|<|@|－)\s*")
_PLAIN = re.compile(r"[^\w]+")


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
    if place >= 0:
        return title, place
    if any(_repeats(entry, known) for entry in lines[: start + 30]):
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
    best, place = (False, 0), -1
    for position, entry in enumerate(above):
        text = plain(entry.line.text)
        if MIN_TITLE <= len(text) <= MAX_TITLE and text in wanted and _may_head(entry, linked=entry.line.heading):
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
_NO_TITLE = re.compile(r"[—\-]{2}|[\u4e00-\u9fff]{1,3}$|.*[。，：:；]$|\S{1,6}\s?[:：]\s?\d{0,9}$|(?:分类|类别|楼层|栏目)\s?[:：]")


def is_headline(body: Sequence[Judged]) -> bool:
    """Return whether the body's first line is a headline above it: short, with no end of a sentence."""
    if len(body) < 2 or not _may_head(body[0]) or _NO_TITLE.match(body[0].line.text):
        return False
    return len(body[0].line.text) <= 50 and any(len(entry.line.text) >= 30 for entry in body[1:6])


# The surnames of nine people in ten; a name alone above a text is its author's.
SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅"
    "方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤闵柳柯莉晏裴聂冉庞祝殷葛芦尤舒齐伍梅庄章辛管阮童颜安倪欧鲁洪"
)


def lone_name(text: str) -> str | None:
    """Return the name that a line consists of, if it is one.

    >>> lone_name("胡 某"), lone_name("前言"), lone_name("胡某说")
    ('胡某', None, None)
    """
    name = "".join(text.split())
    return name if 2 <= len(name) <= 3 and name[0] in SURNAMES and name[-1] not in "说讯者" and name.isalpha() else None


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
_SITE = re.compile(r"(?:网|报|报社|新闻|频道|在线|网站|中心|门户|客户端|日报|晚报|资讯|要闻|网易|搜狐|新浪|腾讯|凤凰|百科|博客|论坛|社区|政府|融媒|电视台|[a-z]\.(?:com|cn|net))\S{0,4}$", re.IGNORECASE)


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


def find_published(bylines: Sequence[Judged], declared: Declared, ends: Sequence[str]) -> date | None:
    """Return the publication date.

    It is looked for, in this order, in a byline with a label or a clock, in what the page declares, in a line
    that is only a date, at the ends of the text, and in the URL.
    """
    weak = None
    for entry in bylines:
        found = find_date(entry.line.text)
        if found is not None:
            if _STAMPED.search(entry.line.text):
                return found[0]
            weak = weak or found[0]
    if declared.published and (day := read_declared(declared.published)) is not None:
        return day
    if weak is not None:
        return weak
    for text in ends:
        if (day := _dated_end(text)) is not None:
            return day
    return read_url(declared.url) if declared.url else None


_STAMPED = re.compile(r"\d\s?[:：]\s?\d\d|来源|时间|日期|发[布表]|作者|记者|编辑|更新")
_DATELINE = re.compile(r"[（(【]?\s?[《\u4e00-\u9fff·]{2,20}[社报网台]?\S{0,12}?(?=(?:19|20)\d\d年)")


def _dated_end(text: str) -> date | None:
    """Return the date of a dateline or of a note such as 《某某日报》（2022年02月13日 02版）."""
    note = len(text) <= 40 or text.startswith(("本报", "新华社", "中新", "【", "（", "("))
    found = find_date(text[:60]) if note else None
    if found is None:
        return None
    return found[0] if len(text) <= 40 or "电" in text[found[2] : found[2] + 3] or "讯" in text[found[2] : found[2] + 4] else None


_OPENING = re.compile(
    r"^[\s【\[（(]{0,3}(?P<paper>[\u4e00-\u9fff]{2,12}?(?:社|报|网|台|客户端|新闻))?"
    r"[\u4e00-\u9fff]{0,8}(?:\d{1,4}年)?(?:\d{1,2}月)?(?:\d{1,2}日)?(?:电|讯|报道|消息)?\s{0,2}"
    r"[（(【\[—\-]{0,2}\s?(?:本报|本刊|全媒体|见习|特约|首席|实习){0,2}(?P<who>记者|通讯员)[\s:：]{0,3}(?P<names>[^）)】\]。，,—]{2,60})"
)
_DATELINE_PAPER = re.compile(r"^[\s【\[（(]{0,3}(?P<paper>[\u4e00-\u9fff]{2,10}?[社报网台])[\u4e00-\u9fff]{0,8}(?:\d{1,4}年)?\d{1,2}月\d{1,2}日(?:电|讯|消息)")
_ENDING = re.compile(r"[（(【\[](?:[^（(【\[）)】\]]{0,24}?)(?:记者|通讯员|作者|撰文|文/)[\s:：/]{0,3}(?P<names>[^）)】\]]{2,60})[）)】\]]\s{0,2}$")
_OURSELVES = frozenset(("本报", "本网", "本社", "本台", "我台", "我报", "我网"))


def read_opening(text: str) -> Credits:
    """Return the credits at a text's opening: 本报讯（记者 张三）, 某某社北京7月12日电（记者张三、李四）.

    >>> found = read_opening("某某社北京7月12日电（记者张三、李四）大会12日开幕。")
    >>> found.publisher, found.author()
    ('某某社', '张三 李四')
    """
    found = Credits()
    head = text[:120]
    if (match := _DATELINE_PAPER.match(head)) is not None and match["paper"] not in _OURSELVES:
        found.publisher = match["paper"]
    if (match := _OPENING.match(head)) is not None:
        found.reporters = people(match["names"])
        if match["paper"] and match["paper"] not in _OURSELVES and found.publisher is None and found.reporters:
            found.publisher = match["paper"]
    return found


def read_ending(text: str) -> Credits:
    """Return the credits at the end of a text's last paragraph: ……圆满结束。（记者 张三 通讯员 李四）."""
    found = Credits()
    if (match := _ENDING.search(text[-100:])) is not None:
        found.reporters = people(match["names"])
    return found


def _named(value: str | None, limit: int) -> str | None:
    """Return a declared name if it can be one: no address, no code of a content system."""
    if not value:
        return None
    value = re.sub(r"^(?:文章)?(?:来源|作者|稿源|责任编辑|责编|编辑)\s?[:：]\s?", "", value.strip())
    if not re.search(r"[\u4e00-\u9fff]|^[A-Za-z][A-Za-z .'-]{2,}$", value) or len(value) > limit or "://" in value:
        return None
    return value


def find_publisher(credits: Sequence[Credits], declared: Declared) -> str | None:
    """Return the publisher as the page credits it, else as declared."""
    return next((found.publisher for found in credits if found.publisher), None) or _named(declared.publisher, 30)


def find_author(credits: Sequence[Credits], declared: Declared) -> str | None:
    """Return the author: named as such, else reporter or correspondent, else as declared, else the editor."""
    for role in ("authors", "reporters"):
        for found in credits:
            if names := getattr(found, role):
                return " ".join(dict.fromkeys(names))
    declared_name = _named(declared.author, 30)
    if declared_name and len(people(declared_name, open_names=True)) >= 1:
        return " ".join(people(declared_name, open_names=True))
    return next((" ".join(dict.fromkeys(found.editors)) for found in credits if found.editors), None)


_CRUMB = re.compile(r"\s*(?:>>|[>»›→/|｜]|--+>?|-)\s*")
_NO_SECTION = frozenset("正文 内容 浏览 首页 网站首页 详情 文章 列表 新闻详情 文章正文 阅读".split())


def find_section(above: Sequence[Judged], declared: Declared) -> str | None:
    """Return the section of the site: as declared, else the last name of the breadcrumbs."""
    value = _named(declared.section, 12)
    if value:
        return value
    for entry in reversed(above):
        text = entry.line.text
        if len(text) <= 80 and re.search(r"位置\s?[:：]|首页\s?[>»›-]|^您?\S{0,4}在\s?[:：]", text):
            names = [name.strip() for name in _CRUMB.split(re.sub(r"^.{0,10}?[:：]", "", text)) if name.strip()]
            names = [name for name in names if name not in _NO_SECTION and 2 <= len(name) <= 12]
            return names[-1] if names and "首页" not in names[-1] else None
    return None


def credits_of(texts: Sequence[str]) -> list[Credits]:
    """Return what each byline says."""
    return [read_byline(text) for text in texts]
