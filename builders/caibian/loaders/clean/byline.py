"""Whose text it is: publisher and author, from byline, editors' line, the article's opening and its end."""

import re
from dataclasses import dataclass, field
from datetime import date

from caibian.loaders.clean.dates import find_date

# A byline is one line; what is longer is text of the article.
MAX_BYLINE_CHARS = 200

_LABELS = {
    "publisher": "来源|来自|出处|转自|摘自|稿源|信息来源|文章来源|稿件来源|新闻来源|文稿来源|内容来源|原载|刊载|转载自",
    "author": "作者|撰文|撰稿|文字|文章作者|主笔|采写|采访|执笔",
    "reporter": "记者|本报记者|通讯员|特约记者|见习记者|实习记者|特约通讯员|实习生|全媒体记者|首席记者"
    "|驻站记者|实习记者|融媒体记者|特派记者|观察员",
    "editor": "编辑|责任编辑|责编|本文编辑|值班编辑|网络编辑|文字编辑|新媒体编辑",
    "other": "审核|终审|初审|复审|审校|校对|监制|统筹|主编|总编|总编辑|编审|编校|美编|排版|制作|签发"
    "|摄影|图片|供图|供稿|图|摄|录入|发布者|发布人"
    "|字号|字体|更新"
    "|发布时间|发表时间|发布日期|发表日期|更新时间|时间|日期|发稿时间|创建时间|刊发时间|发布|发表"
    "|录入时间|信息时间|添加时间|上传时间|编辑日期|版次|版面|语音|收藏|打印|标签|栏目|类别|分类|连载"
    "|书名|出版社|出版|丛书",
}
_ROLE_OF = {name: role for role, names in _LABELS.items() for name in names.split("|")}
_ALL = "|".join(sorted(_ROLE_OF, key=len, reverse=True))
_ROLE_OF["文"] = "author"  # only before a slash, or 正文： would be one
# A label, then a colon; 记者 and its like and 编辑 also do with a space before the name.
LABEL = re.compile(
    rf"(?P<name>{_ALL}|(?<![\u4e00-\u9fff])文(?=[/／](?!图)))(?:\s{{0,4}}[:：]|(?<=记者)\s|(?<=通讯员)\s|(?<=编辑)\s|(?<=责编)\s|(?<=作者)\s"
    rf"|[/／](?=[\u4e00-\u9fff])|(?<=[转摘]自)(?=[《“]))"
)
# The last characters of the labels before what follows a label: a quick look, as the labels are many.
# It begins with one class of characters, so that `re` skips to them.
_ENDS = "".join(sorted({name[-1] for name in _ROLE_OF}))
_TAIL = re.compile(
    rf"[{_ENDS}转摘发张上](?:(?<=[{_ENDS}])(?:\s{{0,4}}[:：]|[\s/／])"
    r"|(?<=[转摘])自[《“]|(?<=发)[布表]|(?<=张)贴|(?<=上)传于)"
)
CLOCK = re.compile(r"\d{1,2}\s?[:：]\s?\d{2}(?:\s?[:：]\s?\d{2})?(?:\s?[AP]M)?", re.IGNORECASE)
NOISE = re.compile(
    r"(?:https?://)?(?<![a-z0-9.-])(?:[a-z0-9-]{1,30}\.){1,4}(?:com|cn|net|org|hk|tw)\b\S{0,60}|size=\S{1,6}"
    r"|(?<!\S)(?:往期回顾|[上下]一[篇版页期条]|放大|缩小|默认|[+＋\-－])(?!\S)"
    r"|(?:我要|我来|参与|发表|网友)?(?:点击|阅读|浏览|人气|访问|查看|评论|回复|分享|次数)(?:数|率|量|次数"
    r"|人数)?\s?[:：(（]?\s?\d{1,9}\s?[)）次条]?"
    r"|星期[一二三四五六日天]|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|周[一二三四五六日](?![\u4e00-\u9fff])|[上下]午|北京时间",
    re.IGNORECASE,
)
POSTER = re.compile(r"由?\s?(\S{1,20})\s?(?:发表于|发布于|张贴于|张贴\s?@|发表在|上传于)")
_HAN_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]{1,8}(?:[·•][\u4e00-\u9fff]{1,8}){1,3}")
_SPLIT = re.compile(r"[\s、，,;；/／]+")
# Not names of anyone: the page says that it does not know, or means itself.
NOBODY = frozenset(
    [
        "未知",
        "不详",
        "佚名",
        "匿名",
        "本站",
        "本网",
        "本报",
        "本站原创",
        "原创",
        "转载",
        "转载文章",
        "网络",
        "互联网",
        "网上",
        "网络转载",
        "综合",
        "其它",
        "其他",
        "站内",
        "管理员",
        "admin",
        "administrator",
        "小编",
        "编辑",
        "记者",
        "通讯员",
        "编辑部",
        "本站编辑",
        "本站讯",
        "本网讯",
        "暂无",
        "无",
        "none",
        "null",
        "unknown",
    ]
)
_BRACKETS = "[]【】()（）〔〕《》<>「」『』\"“”'‘’|｜:：,，。.;；*#□■●◎\u3000 -—_=+~·•"


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


@dataclass(slots=True)
class Credits:
    """What lines say of an article's source, in the order found."""

    publisher: str | None = None
    authors: list[str] = field(default_factory=list)
    reporters: list[str] = field(default_factory=list)
    editors: list[str] = field(default_factory=list)
    dated: bool = False
    labelled: bool = False
    rest: int = 0  # characters of the line that are neither label, value, date nor clock

    def author(self) -> str | None:
        """Return the author's name or names: who is named as author, else as reporter, else as editor."""
        names = self.authors or self.reporters or self.editors
        return " ".join(dict.fromkeys(names)) or None


def read_byline(text: str) -> Credits:
    """Return the credits of one line.

    >>> found = read_byline("2021-07-12 来源：某某日报 作者：张三 李四 点击数：35")
    >>> found.publisher, found.author(), found.rest
    ('某某日报', '张三 李四', 0)
    """
    return _read(text[:MAX_BYLINE_CHARS], find_date(text[:MAX_BYLINE_CHARS]))


def _read(text: str, day: tuple[date, int, int] | None) -> Credits:
    """Return the credits of a line in which `day` is the first date."""
    found = Credits(dated=day is not None)
    while day is not None:
        text = f"{text[: day[1]]}\n{text[day[2] :]}"
        day = find_date(text)
    text = NOISE.sub("\n", CLOCK.sub("\n", text))
    if (poster := POSTER.match(text)) is not None:
        found.authors.append(poster[1])
        text = text[poster.end() :]
    labels = list(LABEL.finditer(text))
    found.labelled = bool(labels)
    lead = text[: labels[0].start()] if labels else text
    found.rest = len(lead.replace("\n", "").strip(_BRACKETS))
    for position, label in enumerate(labels):
        stop = labels[position + 1].start() if position + 1 < len(labels) else len(text)
        _take(found, _ROLE_OF[label["name"]], text[label.end() : stop])
    return found


def _take(found: Credits, role: str, value: str) -> None:
    """Add the value of one label to the credits."""
    value = value.strip()
    if role == "publisher":
        name = _publisher(value)
        if name and lone_name(name):
            found.authors.append(name)
        elif name and found.publisher is None:
            found.publisher = name
        found.rest += max(0, len(value) - 30)
    elif role == "other":
        found.rest += max(0, len(value) - 16)
    else:
        names = people(value, open_names=role == "author")
        {"author": found.authors, "reporter": found.reporters, "editor": found.editors}[role].extend(names)
        found.rest += max(0, len(value) - sum(map(len, names)) - (12 if names else 0))


def _publisher(value: str) -> str | None:
    """Return the publisher's name at the start of a value; what stands after a wide gap is another thing.

    >>> _publisher("[ 国际金融报 ] "), _publisher("互联网"), _publisher("某某日报 | 手机看新闻")
    ('国际金融报', None, '某某日报')
    """
    value = value.strip(_BRACKETS + "\n\t\r")
    name = re.split(
        r"\n|[|｜)）】\]>〕]|\s{2,}|\s(?=\S{1,6}(?:评论|留言|跟帖|字号|字体|分享|看新闻|打印|收藏))|[，。；,;]",
        value,
        maxsplit=1,
    )[0]
    name = name.strip(_BRACKETS)
    if " " in name and re.search(r"[\u4e00-\u9fff]", name):
        name = name.split(" ")[0].strip(_BRACKETS)
    if not 2 <= len(name) <= 30 or name.lower() in NOBODY or "=" in name or "://" in name:
        return None
    return name


def people(value: str, *, open_names: bool = False) -> list[str]:
    """Return the personal names at the start of a value; `open_names` also takes pen names and offices.

    >>> people("张三、李四 文/图"), people("尹 某"), people("在现场看到"), people("放飞&心情", open_names=True)
    (['张三', '李四'], ['尹某'], [], ['放飞&心情'])
    """
    value = value.strip(_BRACKETS + "\n\t\r")
    value = re.split(r"[\n。；;|｜：:）)】\]>（(【\[<]", value, maxsplit=1)[0]
    value = re.sub(r"(?<![\u4e00-\u9fff])([\u4e00-\u9fff])\s{1,3}([\u4e00-\u9fff])(?![\u4e00-\u9fff])", r"\1\2", value)
    names: list[str] = []
    for token in _SPLIT.split(value):
        token = re.sub(r"(?:文并摄|摄影报道|报道|整理|综合|实习生|通讯员|记者)$", "", token.strip(_BRACKETS))
        token = re.sub(r"^(?:本报|本刊|本网|见习|实习|特约|首席|全媒体)?(?:记者|通讯员|实习生)", "", token)
        if not token and names:
            continue  # 通讯员 between the reporters and the correspondents
        if (
            not _HAN_NAME.fullmatch(token)
            or token[-1] in "县市省区州镇村社报网台"
            or token in NOBODY
            or token in _ROLE_OF
            or len(names) >= 12
        ):
            break
        names.append(token)
    if names or not open_names:
        return names
    whole = value.strip(_BRACKETS)
    first = whole.split()[0] if whole.split() else ""
    pen = whole if len(whole) <= 12 and len(whole.split()) <= 2 else first
    ok = 1 <= len(pen) <= 16 and pen.lower() not in NOBODY and not re.search(r'[。！？，=<>"]|://', pen)
    return [pen] if ok and pen not in _ROLE_OF else []


def is_byline(text: str) -> bool:
    """Return whether a line says only when, where and by whom the text appeared.

    >>> is_byline("2021-07-12 08:30 来源：某某日报"), is_byline("2021年7月12日，大会在京开幕。")
    (True, False)
    """
    return find_credits(text) is not None


def find_credits(text: str) -> Credits | None:
    """Return the credits of a line that says nothing else; None for any other line."""
    if len(text) > MAX_BYLINE_CHARS or "。" in text or "！" in text or "？" in text:
        return None
    labelled = _TAIL.search(text) is not None
    if not labelled and "://" in text and " " not in text:
        return None  # an address: the date in it is no line of the page
    day = find_date(text)
    if day is None and not labelled:
        return None
    found = _read(text, day)
    is_all = found.rest <= (14 if found.labelled else 8) and (found.labelled or found.dated)
    return found if is_all else None
