"""Refuse what is no news article, with the reason: each filter looks for the form of its genre.

A filter never judges by one word, and a topic is never a reason: news of gambling, of a novelist or of an
advertising fair is news. Each has an option in `caibian.config.Genres`; None turns it off.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from caibian.config import Genres

# The filters read the beginning of a text: a genre shows there, and a text costs no more than a page.
MAX_CHARS = 4_000
MAX_LINES = 2_000


@dataclass(slots=True)
class Draft:
    """What a filter may look at: the article as extracted and the page's other lines."""

    title: str
    paragraphs: Sequence[str]
    lines: Sequence[str] = ()  # all lines of the page
    links: int = 0  # how many of them are mostly link
    page: bool = False  # chosen from a page: a title and a byline would have been found
    credited: bool = False  # a date, publisher or author is known
    text: str = ""

    def __post_init__(self) -> None:
        self.text = "\n".join(self.paragraphs)[:MAX_CHARS]
        self.lines = self.lines[:MAX_LINES]


def refuse(draft: Draft, *, min_chars: int, genres: Genres) -> str | None:
    """Return why the draft is no news article, or None if it is one.

    >>> refuse(Draft(title="停水通知", paragraphs=["明日全天停水。"]), min_chars=60, genres=Genres())
    'too_short'
    """
    for reason, is_so in _FILTERS.items():
        if reason == "too_short":
            chars = count_chars(draft.text)
            if chars == 0:
                return "no_article"
            if chars < min_chars // (2 if draft.credited and draft.page else 1 if draft.page else 3):
                return reason
        else:
            limit = getattr(genres, reason)
            if limit is not None and is_so(draft, limit):
                return reason
    return None


_NO_WORD = re.compile(r"[\W_]+")
_HAN = re.compile(r"[\u3400-\u9fff]+")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u0370-\u05ff]{2,40}")
_ADDRESS = re.compile(r"(?:\[查看原文\])?\(?\w{2,5}://[\x21-\x7e]{1,300}|\S{1,40}@\S{1,40}")
_KANA = re.compile(r"[\u3041-\u30ff\uac00-\ud7a3]")


def count_chars(text: str) -> int:
    """Return the number of Han characters, letters and digits, those of addresses apart.

    >>> count_chars("7月12日，GDP 增长。")
    9
    """
    return len(_NO_WORD.sub("", _ADDRESS.sub(" ", text) if "/" in text or "@" in text else text))


def _not_chinese(draft: Draft, min_share: float) -> bool:
    """Return whether Han are too small a part of the writing, or kana and hangul stand among them.

    A Latin word counts as two Han characters, which say as much. Names and brands take Chinese news down to
    .7, lists of English phrases with their Chinese to .4; English pages lie below .1. Japanese has a kana for
    each Han character, Chinese news about Japan hardly any. Addresses of pages are no writing.
    """
    text = _ADDRESS.sub(" ", draft.text) if "/" in draft.text or "@" in draft.text else draft.text
    han = len(text) - len(_HAN.sub("", text))
    words = len(_LATIN.findall(text))
    return han < min_share * (han + 2 * words) or len(_KANA.findall(text)) > 0.25 * (han + 2 * words)


_PLAYER = re.compile(
    r"(?:视频|播放器?|正在|直播)\S{0,4}(?:加载|缓冲|载入)|\d\d:\d\d\s?/\s?\d\d:\d\d|时长\s?[:：]|清晰度|播放[量数次]|弹幕|倍速"
    r"|自动播放|不支持\S{0,4}(?:播放|视频|flash|video)|(?:点击|点此|长按)\S{0,6}(?:播放|观看)|画面比例|全屏|静音|相关视频|视频推荐|高清\s?[|/]",
    re.IGNORECASE,
)
_VIDEO_TITLE = re.compile(r"^\W{0,2}(?:视频|短视频|微视频|直播|回放|vlog|音频|图集)|(?:视频|直播回放)\W{0,2}$", re.IGNORECASE)


def _video_stub(draft: Draft, max_chars: int) -> bool:
    """Return whether a page is a player with a caption: its prose, without the player's own words, is short.

    A report with a video in it has several hundred characters; a caption one sentence or two.
    """
    if len(draft.text) > 40 * max_chars:
        return False
    shown = [line for line in draft.lines or draft.paragraphs if len(line) < 400]
    if sum(count_chars(text) for text in draft.paragraphs if not _PLAYER.search(text)) >= max_chars:
        return False
    signs = {found for line in shown for found in _PLAYER.findall(line)}
    return len(signs) >= 2 or _VIDEO_TITLE.search(draft.title) is not None


_SENTENCE_END = re.compile(r"[。！？；!?;…][”’」』）)\]】]{0,2}$|[。；]")
_ITEM = re.compile(
    r"^\s?(?:[·•●○■□▪▶►◆◇>»\-]|\[[^\]]{1,6}\]|[（(]?\d{1,2}[-/.月]\d{1,2}日?[)）]?\s)"
    r"|(?:(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}日?|[（(\[]\d{1,2}[-/.月]\d{1,2}日?[)）\]])(?:\s\d\d?:\d\d(?::\d\d)?)?$"
)
_PAGER = re.compile(r"上一页.{0,40}下一页|共\s?\d+\s?[条页篇]|更多\s?>{1,2}|首页\s{0,2}上一?页|[［\[]更多[］\]]")
MIN_ITEMS = 5


def _link_list(draft: Draft, min_share: float) -> bool:
    """Return whether a text is a list of headlines: lines without a sentence, with bullets, dates or links.

    Lists of appointments and tables of figures have lines without a sentence too, but no bullets, no dates at
    their ends and no links; a story behind a list has sentences.
    """
    body = list(draft.paragraphs)
    if not body:
        return draft.links >= 2 * MIN_ITEMS
    lines = [line for line in draft.lines if line] if not any(map(_is_story, body)) and draft.lines else body
    if len(lines) < MIN_ITEMS or any(map(_is_story, body)):
        return False
    open_ended = sum(_SENTENCE_END.search(line) is None for line in lines)
    items = sum(_ITEM.search(line) is not None for line in lines)
    items = max(items, draft.links if lines is not body else 0)
    needed = min_share * len(lines) * (0.6 if any(map(_PAGER.search, lines)) else 1)
    return open_ended >= 0.6 * len(lines) and items >= needed


def _is_story(text: str) -> bool:
    """Return whether a paragraph tells something: two sentences, or one of some length."""
    return len(re.findall(r"[。！？]", text)) >= 2 or (len(text) >= 60 and "。" in text)


_FLOOR = re.compile(
    r"^\W{0,3}(?:第\s?\d{1,4}\s?[楼樓]|\d{1,4}\s?(?:[楼樓]|#|F(?![A-Za-z]))|[楼樓]主|沙发|板凳|地板|地下室|[楼樓]层\s?[:：]|发帖人|发贴人|回帖人|网友\s?\S{0,12}\s?[:：])"
)
_BOARD = re.compile(
    r"楼主|沙发|板凳|顶一下|顶上去|[顶][！!]{1,3}|回复\s?\d{1,4}\s?楼|只看[楼该]|倒序浏览|本帖|此帖|发帖|发贴|回帖|跟帖|灌水|版主|斑竹|精华帖|积分\s?[:：]|威望|歪楼"
    r"|楼上|求助|签到|发表于\s?\d{4}|主题\s?[:：]|帖子|引用\s?\S{1,16}\s?的|马甲|路过"
)


def _forum(draft: Draft, min_posts: int) -> bool:
    """Return whether a page is a thread: so many posts begin with a floor, or speak of threads and floors.

    A report on a thread says 楼主 or 网友 in its sentences; in a thread they begin the lines, and the page's
    own words are those of a board. Comments under a report do not make it a thread: its body is longer.
    """
    lines = draft.lines or draft.paragraphs
    floors = [line for line in lines if len(line) < 2000 and _FLOOR.match(line)]
    if len(floors) < min_posts:
        return False
    board = {found for line in lines if len(line) < 300 for found in _BOARD.findall(line)}
    in_body = sum(_FLOOR.match(text) is not None for text in draft.paragraphs)
    story = sum(len(text) for text in draft.paragraphs if _is_story(text) and not _FLOOR.match(text))
    return len(board) >= 2 and (in_body >= min_posts or sum(map(len, floors)) >= story or len(board) >= 5)


_POST = re.compile(
    r"\$LOTO|原文转发|原文评论|转发\s?[(（]\d|评论\s?[(（]\d|转发微博|来自\S{0,4}(?:微博|客户端)|标签\s?[:：]\s?$|分享自|收听|粉丝|微博|博主"
    r"|@\S{2,20}|\|\||http:|https:|t\.cn/|url\.cn/|#[^#\s]{2,20}#|[~～]{2}|[！!？?]{2}|[\U0001F300-\U0001FAFF]|\[[\u4e00-\u9fff]{1,3}\]|哈哈|呵呵|嘻嘻"
)
_REPORTED = re.compile(r"记者|通讯员|本报讯|新华社|中新社|特此通知|特此公告|特此通告|现将\S{2,30}(?:通知|公告|公示|公布)如下")


def _social_post(draft: Draft, max_chars: int) -> bool:
    """Return whether a page is a post: short, in one or two lines, with neither title, byline nor news form.

    The longest post of the old 140-character services, with the post that it forwards, has 300. A short
    notice of a paper or an office stands under a title, or names its reporter, or says that it is a notice.
    """
    if not draft.page or draft.credited or len(draft.paragraphs) > 3 or count_chars(draft.text) > max_chars:
        return False
    whole = "\n".join([draft.title, *draft.lines, draft.text])
    if _REPORTED.search(whole):
        return False
    return not draft.title or _POST.search(whole) is not None


_CHAPTER = re.compile(r"^\W{0,3}第\s?[一二三四五六七八九十百千零〇两\d]{1,6}\s?[章回节卷集](?:\W|\s|$|[\u4e00-\u9fff]{1,16}\W?$)|^\W{0,2}(?:楔子|序章|尾声|番外)\W{0,2}$")
_NARRATION = re.compile(
    r"心里|心中|心头|心想|暗想|忽然|突然|仿佛|似乎|好像|低声|轻声|沉声|冷笑|苦笑|微微一笑|笑了笑|笑了一下|哈哈大笑|沉默|抬起?头|低下头|摇了?摇头"
    r"|点了?点头|叹了?口气|叹息|愣了|一愣|怔了|转过?身|回过头|目光|眼神|眼睛|嘴角|眉头|皱眉|脸色|脸上|背影|声音|咬着牙|压低|盯着|看了[他她]一眼"
    r"|站起身|推开门|窗外|夜色|月光|烟头|茶杯|心跳|喃喃|后背|没有回头|没有说话|没有抬头|终于开口|缓缓|猛地|悄悄|一丝"
)
_SPEECH_LINE = re.compile(r"^[“\"「][^”\"」]{1,200}[”\"」]")
_NEWS = re.compile(
    r"记者|通讯员|本报|据悉|据了解|据介绍|据统计|据报道|新华社|融媒|近日|日前|昨日|昨天|今日|截至|\d{1,2}月\d{1,2}日|\d{4}年|本月|去年|今年|同比|万元|亿元|%"
    r"|负责人|工作人员|办公室|发布|通报|公安|民警|警方|法院"
)


def _novel(draft: Draft, min_signs: int) -> bool:
    """Return whether a text is fiction: chapter headings, told looks and thoughts, and spoken lines.

    Officials, meetings and money occur in both. A feature may open like a story, but soon gives a date, a
    figure or a source; fiction names none of them in thousands of characters.
    """
    chapter = any(map(_CHAPTER.match, [draft.title, *draft.paragraphs[:2]]))
    spoken = sum(_SPEECH_LINE.match(text) is not None for text in draft.paragraphs) / max(1, len(draft.paragraphs))
    if not chapter and spoken < 0.1:
        return False  # told thoughts alone are an essay
    size = max(1000, len(draft.text)) / 1000
    told = len(_NARRATION.findall(draft.text)) / size
    news = len(set(_NEWS.findall(draft.text))) / size
    signs = 3 * chapter + min(4, told / 2) + min(3, spoken * 6) - min(6, 1.5 * news)
    return signs >= min_signs


_TEMPLATE_TITLE = re.compile(r"范文|模板|模版|例文|通用版|通用\d|精选\d{0,3}篇|[\d一二三四五六七八九十]{1,3}篇\W{0,2}$|大全|怎么写|优秀作文|发言稿|讲话稿|演讲稿|表态发言|心得体会")
_BLANK = re.compile(r"[XxＸ]{2,}(?![A-Za-z0-9])|(?<![\d.\s])[×✕╳]{1,8}(?![\d\s])|[○〇]{2,}|\*{2,}|_{3,}|[\[【（(](?:此处|提示|可|单位|职务|姓名|原单位|现单位|行业|时间|地点|日期|名称)[^\]】）)]{0,40}[\]】）)]|某某")
_SALUTATION = re.compile(r"同志们|各位领导|各位代表|各位来宾|尊敬的|谢谢大家|我再?讲\S{1,4}点|下面，我|表态发言|我的发言|述职如下")
_OFFER = re.compile(r"供参考|仅供参考|请替换|替换\S{0,6}内容|范文|模板|可根据\S{0,12}(?:增减|修改|调整)|Word格式|下载(?:说明|地址|全文)|公文|篇[一二三四五]\s?[:：]", re.IGNORECASE)


def _speech_template(draft: Draft, min_signs: int) -> bool:
    """Return whether a text is a model speech: blanks to fill in, the address of a speech, and the offer of it.

    News hides names with ×× as well, but has no address and no offer; a report on a speech quotes it.
    """
    blanks = len(_BLANK.findall(draft.text))
    titled = _TEMPLATE_TITLE.search(draft.title) is not None
    if blanks < 3 and not titled:
        return False
    addressed = len(set(_SALUTATION.findall(draft.text)))
    offered = len(set(_OFFER.findall(draft.text)))
    signs = 2 * titled + min(3, blanks // 2) + min(2, addressed) + min(2, offered)
    return signs >= min_signs and (blanks >= 3 or (titled and (addressed > 0 or offered > 0)))


_PLATITUDE = re.compile(
    r"随着\S{0,12}(?:不断|快速|日益|持续|飞速)?(?:发展|进步|提高|变化)|众所周知|越来越|首先|其次|再次|最后，|总之|总而言之|综上所述|由此可见|不可否认|毫无疑问"
    r"|值得注意的是|值得一提的是|一方面|另一方面|与此同时|不可或缺|至关重要|重要意义|相辅相成|缺一不可|可以说|俗话说|我们(?:要|应该|应当|需要|都|可以)"
    r"|让我们|相信在不久的将来|只要\S{2,12}就(?:一定)?(?:能|会)|在日常生活中|在当今|如今，|对于\S{2,12}来说|不同的人|因人而异|一起来(?:了解|看看|探讨|讨论)"
    r"|那么，|以上就是|希望(?:对|能)\S{0,6}(?:大家|您|你)\S{0,4}帮助|评论区|你有什么看法|各种各样|方方面面|因地制宜|说起|很多人|不少人"
)
_CONCRETE = re.compile(
    r"\d|[一二三四五六七八九十]月[一二三四五六七八九十]|记者|通讯员|(?:介绍|表示|告诉|指出|强调|透露)[说，：:]|[\u4e00-\u9fff](?:说|称)[，：:]|[。，”]\S{2,4}说|《"
    r"|[\u4e00-\u9fff]{2}(?:县|(?<![城乡小集])镇|(?<![乡农山全小])村|街道|社区|自治区|省)(?![里外级乡域镇庄])|市委|县委|区委|省委|党委|公司|学校|医院|大学|法院|中国|全国|总书记|近日|日前|昨天|今天"
)


def _generated(draft: Draft, min_signs: int) -> bool:
    """Return whether a text was expanded from a phrase: set phrases, and no place, date, figure, name or source.

    A commentary has set phrases too, but starts from a case. Distinct set phrases are counted a thousand
    characters; what is concrete weighs against them.
    """
    size = max(500, len(draft.text)) / 500
    if len(_CONCRETE.findall(draft.text)) > 4 * size:
        return False
    phrases = len({found[:4] for found in _PLATITUDE.findall(draft.text)})
    return phrases >= min_signs and phrases >= min_signs * size / 2


_CALL = re.compile(
    r"厂家直销|厂家直供|免费(?:上门|咨询|领取|试用|试听|送货|设计|培训|体验|安装)|包教包会|包邮|终身(?:售后|保修|质保)|先到先得|名额有限|数量有限|手慢无|限时|抢购|秒杀|特价|特惠|大放价"
    r"|优惠(?:价|券|活动)?|折优惠|[一二三四五六七八九\d.]{1,3}折|立减|满减|赠送?|另赠|加盟|独家代理|代理商|招商|诚招|诚邀|即日起前|新老(?:客户|顾客)|欢迎(?:来电|咨询|选购|订购|前来)|来电(?:咨询|垂询|请)?|咨询热线"
    r"|订购热线|服务热线|热线电话|全国统一|微信同号|加微信|微信号|扫码(?:咨询|领取|关注|添加)|官方(?:旗舰店|正品|直营)|正品|原价|现价|仅需|只需\d|售价|立即(?:拨打|咨询|预约|报名|抢)"
    r"|投资有风险|无效退款|假一赔|品质保证|匠心|第[一二三四五]代|黑科技|专利技术|一站式(?:服务|装修|采购)|奔头|财富|暴利|月入|轻松赚|亲测有效|根治|疗效|口碑"
)
_CONTACT = re.compile(r"400[-\s]?\d{3}[-\s]?\d{3,4}|1[3-9]\d[-\s]?\d{4}[-\s]?\d{4}|0\d{2,3}[-\s]?\d{7,8}|微信同?号|加微信|QQ\s?[:：]?\s?\d{5,}|(?:热线|电话)\s?[:：]?\s?\d{3,4}", re.IGNORECASE)


def _advert(draft: Draft, min_calls: int) -> bool:
    """Return whether a text sells: so many different calls to buy, and a way to.

    A notice of an office gives a telephone number but does not praise or discount; a report on trade fairs
    or on fraud has such words without a number to ring.
    """
    return _CONTACT.search(draft.text) is not None and len(set(_CALL.findall(draft.text))) >= min_calls


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
    "novel": _novel,
    "speech_template": _speech_template,
    "generated": _generated,
    "advert": _advert,
}
