"""An article's date, publisher, author and section, from what the page shows and declares."""

import re
from collections.abc import Sequence
from datetime import date

from caibian.loaders.clean.byline import SURNAMES, Credits, people
from caibian.loaders.clean.dates import find_date, read_declared, read_url
from caibian.loaders.clean.declared import Declared
from caibian.loaders.clean.judge import Judged

# A line of this length with a date is a note about the text, not its prose.
NOTE_CHARS = 40


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


def _dated_end(text: str) -> date | None:
    """Return the date of a note such as 《某某日报》（2022年02月13日 02版）, or of a dateline with its year."""
    found = find_date(text[:60])
    if found is None:
        return None
    day, _, stop = found
    return day if len(text) <= NOTE_CHARS or text[stop : stop + 1] in ("电", "讯") else None


_OPENING = re.compile(
    r"^[\s【\[（(]{0,3}(?P<paper>[\u4e00-\u9fff]{2,12}?(?:社|报|网|台|客户端|新闻))?"
    r"[\u4e00-\u9fff]{0,8}(?:\d{1,4}年)?(?:\d{1,2}月)?(?:\d{1,2}日)?(?:电|讯|报道|消息)?\s{0,2}"
    r"[（(【\[—\-]{0,2}\s?(?:本报|本刊|全媒体|见习|特约|首席|实习){0,2}(?P<who>记者"
    r"|通讯员)[\s:：]{0,3}(?P<names>[^）)】\]。，,—]{2,60})"
)
_DATELINE_PAPER = re.compile(
    r"^[\s【\[（(]{0,3}(?P<paper>[\u4e00-\u9fff]{2,10}?[社报网台])[\u4e00-\u9fff]{0,8}(?:\d{1,4}年)?\d{1,2}月\d{1,2}日(?:电|讯|消息)"
)
_ENDING = re.compile(
    r"[（(【\[](?:[^（(【\[）)】\]]{0,24}?)(?:记者|通讯员|作者|撰文"
    r"|文/)[\s:：/]{0,3}(?P<names>[^）)】\]]{2,60})[）)】\]]\s{0,2}$"
)
_CREDITED = re.compile("记者|通讯员|作者|撰文|文/")
_OURSELVES = frozenset(("本报", "本网", "本社", "本台", "我台", "我报", "我网"))


def read_opening(text: str) -> Credits | None:
    """Return the credits at a text's opening, if any: 本报讯（记者 张三）, 某某社北京7月12日电（记者张三、李四）.

    >>> found = read_opening("某某社北京7月12日电（记者张三、李四）大会12日开幕。")
    >>> found.publisher, found.author()
    ('某某社', '张三 李四')
    """
    head = text[:120]
    dated = "日电" in head or "日讯" in head or "日消息" in head
    credited = "记者" in head or "通讯员" in head
    if not dated and not credited:
        return None
    found = Credits()
    if dated and (match := _DATELINE_PAPER.match(head)) is not None and match["paper"] not in _OURSELVES:
        found.publisher = match["paper"]
    if credited and (match := _OPENING.match(head)) is not None:
        found.reporters = _after(head, match)
        if match["paper"] and match["paper"] not in _OURSELVES and found.publisher is None and found.reporters:
            found.publisher = match["paper"]
    return found


def read_ending(text: str) -> Credits | None:
    """Return the credits at the end of a text's last paragraph, if any: ……圆满结束。（记者 张三 通讯员 李四）."""
    tail = text[-100:]
    if not tail.rstrip().endswith(("）", ")", "】", "]")) or _CREDITED.search(tail) is None:
        return None
    match = _ENDING.search(tail)
    return None if match is None else Credits(reporters=_after(tail, match))


def _after(text: str, match: re.Match[str]) -> list[str]:
    """Return the names behind 记者; where nothing stands between, 记者获悉 is a sentence unless a surname follows."""
    glued = text[match.start("names") - 1] in "者员"
    return people(match["names"]) if not glued or match["names"][0] in SURNAMES else []


def _named(value: str | None, limit: int) -> str | None:
    """Return a declared name if it can be one: no address, no code of a content system."""
    if not value:
        return None
    value = _NAME_LABEL.sub("", value.strip())
    return value if len(value) <= limit and "://" not in value and _NAME.search(value) is not None else None


_NAME_LABEL = re.compile(r"^(?:文章)?(?:来源|作者|稿源|责任编辑|责编|编辑)\s?[:：]\s?")
_NAME = re.compile(r"[\u4e00-\u9fff]|^[A-Za-z][A-Za-z .'-]{2,}$")


def find_publisher(found: Sequence[Credits], declared: Declared) -> str | None:
    """Return the publisher as the page credits it, else as declared."""
    return next((one.publisher for one in found if one.publisher), None) or _named(declared.publisher, 30)


def find_author(found: Sequence[Credits], declared: Declared) -> str | None:
    """Return the author: named as such, else reporter or correspondent, else as declared, else the editor."""
    for role in ("authors", "reporters"):
        for one in found:
            if names := getattr(one, role):
                return " ".join(dict.fromkeys(names))
    declared_name = _named(declared.author, 30)
    if declared_name and len(people(declared_name, open_names=True)) >= 1:
        return " ".join(people(declared_name, open_names=True))
    return next((" ".join(dict.fromkeys(one.editors)) for one in found if one.editors), None)


_CRUMB = re.compile(r"\s*(?:>>|[>»›→/|｜]|--+>?|-)\s*")
_NO_SECTION = frozenset(
    ["正文", "内容", "浏览", "首页", "网站首页", "详情", "文章", "列表", "新闻详情", "文章正文", "阅读"]
)


def find_section(above: Sequence[Judged], declared: Declared) -> str | None:
    """Return the section of the site: as declared, else the last name of the breadcrumbs, else as labelled."""
    if (value := _named(declared.section, 12)) is not None:
        return value
    if not above:
        return None
    texts = [entry.line.text for entry in reversed(above) if len(entry.line.text) <= MAX_CRUMBS]
    crumbs = next(filter(_is_crumbs, texts), None)
    if crumbs is not None:
        return _last_crumb(crumbs)
    unlinked = [entry.line.text for entry in reversed(above) if entry.line.link_chars * 2 <= len(entry.line.text)]
    labelled = (_LABELLED.search(text) for text in unlinked if len(text) <= MAX_CRUMBS)
    return next((match["name"] for match in labelled if match is not None), None)


MAX_CRUMBS = 80  # characters
_LABELLED = re.compile(
    r"(?:版面|栏目|频道|第\s?[A-Za-z]?\d{1,3}\s?版)\s?[:：]\s?(?P<name>[^\s|｜>»›,，。;；:：\d]{2,12})(?![^\s|｜>»›])"
)
_CRUMB_SIGN = re.compile("[:：>»›/-]")  # one of these at least
_HERE = re.compile(r"位置\s?[:：]|首页\s?[>»›-]|^您?\S{0,4}在\s?[:：]")
_HOME = re.compile(r"首页|(?:网站?|在线|热线|[日晚早快时商]报|门户|广电|电视台|客户端|传媒|主页)$")


def _is_crumbs(text: str) -> bool:
    """Return whether a line is breadcrumbs: 首页 > 要闻, or a path of several steps, or one to the text itself."""
    if _CRUMB_SIGN.search(text) is None:
        return False
    if _HERE.search(text) is not None:
        return True
    if not any(mark in text for mark in ">»›/") or "。" in text:
        return False
    steps = [step.strip() for step in _CRUMB.split(text)]
    arrows = len(re.findall(r">>|[>»›]", text))
    return (arrows >= 1 or steps[0] == "首页") and (arrows >= 2 or steps[-1] in _NO_SECTION) and len(steps) <= 6


def _last_crumb(text: str) -> str | None:
    """Return the last section on the way to the text; home is none."""
    names = [name.strip() for name in _CRUMB.split(re.sub(r"^.{0,10}?[:：]", "", text)) if name.strip()]
    names = [name for name in names if name not in _NO_SECTION and 2 <= len(name) <= 12]
    return names[-1] if names and not (_HOME.search(names[-1]) if len(names) == 1 else "首页" in names[-1]) else None
