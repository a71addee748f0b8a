"""Refuse what is no news article, with the reason: each filter looks for the form of its genre.

A filter never judges by one word, and a topic is never a reason: news of gambling, of a novelist or of an
advertising fair is news. Each has an option in `caibian.config.Genres`; None turns it off.
"""

import re
from collections.abc import Callable, Sequence

from caibian.config import Genres
from caibian.loaders.clean import style
from caibian.loaders.clean.draft import Draft, count_bytes, count_chars


def refuse(draft: Draft, *, min_chars: int, genres: Genres) -> str | None:
    """Return why the draft is no news article, or None if it is one.

    A page needs `min_chars` characters; half of them where it shows date, publisher or author, which a fragment
    does not, and a third where the record is all article, so that nothing of it was lost.

    >>> refuse(Draft(title="停水通知", paragraphs=["明日全天停水。"]), min_chars=60, genres=Genres())
    'too_short'
    """
    for reason, is_so in _FILTERS.items():
        if reason == "too_short":
            needed = min_chars // (2 if draft.credited and draft.page else 1 if draft.page else 3)
            if not draft.has_chars(max(1, needed)):
                return reason if draft.has_chars(1) else "no_article"
        else:
            limit = getattr(genres, reason)
            if limit is not None and is_so(draft, limit):
                return reason
    return None


_HAN = re.compile(r"[\u3400-\u9fff]+")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u0370-\u05ff]{2,40}")
_KANA = re.compile(r"[\u3041-\u30ff\uac00-\ud7a3]")
KANA_SHARE = 0.25


def _not_chinese(draft: Draft, min_share: float) -> bool:
    """Return whether Han are too small a part of the writing, or kana and hangul stand among them.

    A Latin word counts as two Han characters, which say as much. Names and brands take Chinese news down to
    .7, lists of English phrases with their Chinese to .4; English pages lie below .1. Japanese has a kana for
    each Han character, Chinese news about Japan hardly any. Addresses of pages are no writing.
    """
    if _is_plainly_chinese(draft, min_share):
        return False
    han = sum(map(len, _HAN.findall(draft.writing)))
    words = len(_LATIN.findall(draft.writing))
    return han < min_share * (han + 2 * words) or len(_KANA.findall(draft.writing)) > KANA_SHARE * (han + 2 * words)


# The first bytes, in UTF-8, of ASCII letters, of U+00C0 to U+05FF and of U+A000 to U+DFFF.
FOREIGN_LEADS = bytes([*range(0x41, 0x5B), *range(0x61, 0x7B), *range(0xC3, 0xD8), *range(0xEA, 0xEE)])


def _is_plainly_chinese(draft: Draft, min_share: float) -> bool:
    """Return whether bounds alone say so: Han there are at least, letters (two a word), kana and hangul at most."""
    foreign = count_bytes(draft.source, FOREIGN_LEADS)
    kana = draft.source.count(b"\xe3") - draft.source.count(b"\xe3\x80")
    return draft.han >= min_share * (draft.han + foreign) and kana + foreign <= KANA_SHARE * draft.han


_PLAYER = re.compile(
    r"(?:视频|播放器?|正在|直播)\S{0,4}(?:加载|缓冲|载入)|\d\d:\d\d\s?/\s?\d\d:\d\d|时长\s?[:：]|清晰度"
    r"|播放[量数次]|弹幕|倍速"
    r"|自动播放|不支持\S{0,4}(?:播放|视频|flash|video)|(?:点击|点此|长按)\S{0,6}(?:播放|观看)|画面比例"
    r"|全屏|静音|相关视频|视频推荐|高清\s?[|/]",
    re.IGNORECASE,
)
_VIDEO_TITLE = re.compile(
    r"^\W{0,2}(?:视频|短视频|微视频|直播|回放|vlog|音频|图集)|(?:视频|直播回放)\W{0,2}$", re.IGNORECASE
)


def _video_stub(draft: Draft, max_chars: int) -> bool:
    """Return whether a page is a player with a caption: its prose, without the player's own words, is short.

    A report with a video in it has several hundred characters; a caption one sentence or two.
    """
    if len(draft.text) > 40 * max_chars:
        return False
    if "video_stub" not in draft.signs and draft.has_chars(max_chars):
        return False
    if draft.shown.get("video_stub", 0) < 2 and _VIDEO_TITLE.search(draft.title) is None:
        return False
    if sum(count_chars(text) for text in draft.paragraphs if not _PLAYER.search(text)) >= max_chars:
        return False
    shown = [line for line in draft.lines or draft.paragraphs if len(line) < 400]
    signs = {found for line in shown for found in _PLAYER.findall(line)}
    return len(signs) >= 2 or _VIDEO_TITLE.search(draft.title) is not None


# One of its characters at least is in such a title.
_VIDEO_SIGN = re.compile("[频播放集gG]")


def is_plain(title: str, paragraphs: Sequence[str]) -> bool:
    """Return whether neither title nor beginning nor spoken lines could make a text one of the genres refused."""
    is_video = _VIDEO_SIGN.search(title) is not None and _VIDEO_TITLE.search(title) is not None
    return not is_video and style.is_plain(title, paragraphs)


_SENTENCE_END = re.compile(r"[。！？；!?;…][”’」』）)\]】]{0,2}$|[。；]")
_ITEM = re.compile(
    r"^\s?(?:[·•●○■□▪▶►◆◇>»\-]|\[[^\]]{1,6}\]|[（(]?\d{1,2}[-/.月]\d{1,2}日?[)）]?\s)"
    r"|(?:(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}日?"
    r"|[（(\[]\d{1,2}[-/.月]\d{1,2}日?[)）\]])(?:\s\d\d?:\d\d(?::\d\d)?)?$"
)
_PAGER = re.compile(
    r"上一页.{0,40}下一页|共\s?\d+\s?[条页篇]|更多\s?>{1,2}|首页\s{0,2}上一?页"
    r"|[［\[]更多[］\]]"
)
MIN_ITEMS = 5
STORY_CHARS = 60  # of a paragraph that tells something in one sentence


def _link_list(draft: Draft, min_share: float) -> bool:
    """Return whether a text is a list of headlines: lines without a sentence, with bullets, dates or links.

    Lists of appointments and tables of figures have lines without a sentence too, but no bullets, no dates at
    their ends and no links; a story behind a list has sentences.
    """
    body = draft.paragraphs
    if not body:
        return draft.links >= 2 * MIN_ITEMS
    if any(map(_is_story, body)):
        return False
    lines = [line for line in draft.lines if line] or body
    if len(lines) < MIN_ITEMS:
        return False
    open_ended = sum(_SENTENCE_END.search(line) is None for line in lines)
    items = sum(_ITEM.search(line) is not None for line in lines)
    items = max(items, draft.links if lines is not body else 0)
    needed = min_share * len(lines) * (0.6 if any(map(_PAGER.search, lines)) else 1)
    return open_ended >= 0.6 * len(lines) and items >= needed


def _is_story(text: str) -> bool:
    """Return whether a paragraph tells something: two sentences, or one of some length."""
    ends = text.count("。")
    return ends >= 2 or (len(text) >= STORY_CHARS and ends > 0) or ends + text.count("！") + text.count("？") >= 2


_FLOOR = re.compile(
    r"^\W{0,3}(?:第\s?\d{1,4}\s?[楼樓]|\d{1,4}\s?(?:[楼樓]|#|F(?![A-Za-z]))|[楼樓]主|沙发|板凳|地板"
    r"|地下室|[楼樓]层\s?[:：]|发帖人|发贴人|回帖人|网友\s?\S{0,12}\s?[:：])"
)
_BOARD = re.compile(
    r"楼主|沙发|板凳|顶一下|顶上去|[顶][！!]{1,3}|回复\s?\d{1,4}\s?楼|只看[楼该]|倒序浏览|本帖|此帖"
    r"|发帖|发贴|回帖|跟帖|灌水|版主|斑竹|精华帖|积分\s?[:：]|威望|歪楼"
    r"|楼上|求助|签到|发表于\s?\d{4}|主题\s?[:：]|帖子|引用\s?\S{1,16}\s?的|马甲|路过"
)


def _forum(draft: Draft, min_posts: int) -> bool:
    """Return whether a page is a thread: so many posts begin with a floor, or speak of threads and floors.

    A report on a thread says 楼主 or 网友 in its sentences; in a thread they begin the lines, and the page's
    own words are those of a board. Comments under a report do not make it a thread: its body is longer.
    """
    if draft.shown.get("forum", 0) < min_posts:
        return False
    lines = draft.lines or draft.paragraphs
    floors = [line for line in lines if len(line) < 2000 and _FLOOR.match(line)]
    if len(floors) < min_posts:
        return False
    board = {found for line in lines if len(line) < 300 for found in _BOARD.findall(line)}
    in_body = sum(_FLOOR.match(text) is not None for text in draft.paragraphs)
    story = sum(len(text) for text in draft.paragraphs if _is_story(text) and not _FLOOR.match(text))
    return len(board) >= 2 and (in_body >= min_posts or sum(map(len, floors)) >= story or len(board) >= 5)


_POST = re.compile(
    r"\$LOTO|原文转发|原文评论|转发\s?[(（]\d|评论\s?[(（]\d|转发微博|来自\S{0,4}(?:微博|客户端)"
    r"|标签\s?[:：]\s?$|分享自|收听|粉丝|微博|博主"
    r"|@\S{2,20}|\|\||http:|https:|t\.cn/|url\.cn/|#[^#\s]{2,20}#|[~～]{2}|[！!？?]{2}"
    r"|[\U0001F300-\U0001FAFF]|\[[\u4e00-\u9fff]{1,3}\]|哈哈|呵呵|嘻嘻"
)
_REPORTED = re.compile(
    r"记者|通讯员|本报讯|新华社|中新社|特此通知|特此公告|特此通告|现将\S{2,30}(?:通知|公告|公示|公布)如下"
)


def _social_post(draft: Draft, max_chars: int) -> bool:
    """Return whether a page is a post: short, in one or two lines, with neither title, byline nor news form.

    The longest post of the old 140-character services, with the post that it forwards, has 300. A short
    notice of a paper or an office stands under a title, or names its reporter, or says that it is a notice.
    """
    if not draft.page or draft.credited or not 1 <= len(draft.paragraphs) <= 3 or count_chars(draft.text) > max_chars:
        return False
    whole = "\n".join([draft.title, *draft.lines, draft.text])
    if _REPORTED.search(whole):
        return False
    return not draft.title or _POST.search(whole) is not None


def _never(draft: Draft, limit: float) -> bool:
    return False


# In the order asked: what is plainest first, so that the reason given is the plainest.
_FILTERS: dict[str, Callable[[Draft, int], bool] | Callable[[Draft, float], bool]] = {
    "not_chinese": _not_chinese,
    "video_stub": _video_stub,
    "link_list": _link_list,
    "forum": _forum,
    "social_post": _social_post,
    "too_short": _never,
    "novel": style.is_novel,
    "speech_template": style.is_speech_template,
    "generated": style.is_generated,
    "advert": style.is_advert,
}
