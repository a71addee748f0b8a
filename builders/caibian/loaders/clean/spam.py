"""Blank spam: keyword headers, betting brands, inserted sentences, and phrases spliced inside a word.

Form decides, not a word: a report about gambling has sentences of news, spam has phrases, separators and brands
beside `官网` and `登录`. 大发社区 is a real place.
"""

import re
from functools import lru_cache

from caibian.loaders import lexicon
from caibian.loaders.clean import likelihood

_HAN = "\u4e00-\u9fff"
_STRONG = (
    "一区二区|无码|人妻|乱伦|久久精品|久久久|国产精品|国产自拍|自拍偷拍|偷拍|一级[aA]|成人网|成人在线|成人影|成人免费|"
    "三级片|黄色网|黄网站|色情网|伦理片|激情网|情色|制服丝袜|中文字幕|在线观看|在线看|在线播放|免费观看|免费看|毛片|"
    "18禁|啪啪|裸聊|巨乳|熟女|肉文|约炮|撸"
    # Both cases are spelt out and each begins with a letter, so that `re` skips to the first characters of all.
    + "".join(
        f"|{a}一级|{a}级片|{a}(?<=\\b{a})[vV]\\b|{a}[vV]在线|{a}[vV]网|{a}[vV]天堂|{p}[oO][rR][nN]"
        for a, p in ("ap", "AP")
    )
)
_WEAK = "欧美|日韩|亚洲|国产|日本|免费|精品|网址|网站|高清|视频|电影|一区|二区|三区|动漫|综合|激情|福利|一片|第一页"
_STRONG_RE = re.compile(_STRONG)
_WEAK_RE = re.compile(_WEAK)
_SEPARATOR = re.compile(r"[|_,，｜丨、-]")
_SEPARATED = re.compile(r"[|_,｜丨]")
_SENTENCE = re.compile("[。！？；：“”《》]")
_MIN_PHRASES = 3  # in a header; a site's own title has two or three parts and no such words
_MIN_SHARE = 0.6  # of its phrases hold a keyword
_MAX_HEADER = 600

_BRAND = (
    "博鱼|开云|华体会|乐鱼|九游会|九游|爱游戏|米乐|必威|伟德|亚博|万博|凯发|澳门威尼斯人|威尼斯人|澳门新葡京|新葡京|澳门葡京|葡京|"
    "太阳城|皇冠|金沙|永利|澳门永利|澳门金沙|银河|澳门银河|云顶|新濠天地|半岛|星空|雷火|江南|竞博|天博|完美|世界杯|欧洲杯|"
    "利来|明升|沙巴|博狗|大发|百家乐|六合彩|时时彩|快三|快3|北京赛车|彩票|棋牌|真人|电竞|体育|老虎机|捕鱼|德州扑克|"
    "bet365|188bet|hth|kok|ky|m6|mg|pg|ag|yabo|vwin|bwin|og|pt|bb|9game|leyu"
)
_OWN = (  # brands that mean nothing else
    "博鱼|华体会|乐鱼体育|九游会|爱游戏体育|米乐体育|必威|伟德|亚博|万博体育|凯发|新葡京|葡京|太阳城|博狗|百家乐|六合彩|时时彩|"
    "开云体育|皇冠体育|澳门金沙|金沙娱乐|澳门威尼斯人|威尼斯人娱乐|永利娱乐|银河娱乐|大发体育|大发彩票|大发娱乐|大发快3|大发快三|"
    "老虎机|bet365|188bet|hth|kok体育|ky体育"
)
_PROMO = (
    "官方网站|官方网址|官网|登录入口|登录|登陆|入口|平台|APP下载|app下载|app|APP|下载安装|下载|手机版|网页版|客户端|娱乐城|娱乐场|"
    "娱乐平台|娱乐|注册|体育|彩票|棋牌|真人|电子|投注|博彩|首页|最新版|最新|网址|线上|在线|综合|官方|中国|有限公司|赌场|集团|国际|开户"
)
_BRAND_SEGMENT = re.compile(
    rf"[\[【(（]?(?:(?:{_BRAND})[·.]?(?:\(中国\)|（中国）)?)+(?:{_PROMO}|[·.\-\s()（）0-9])*[\]】)）]?", re.IGNORECASE
)
_OWN_RE = re.compile(_OWN, re.IGNORECASE)
_PROMO_RE = re.compile(_PROMO)
_EDGE = re.compile(r"\s*(?:[|_｜丨·]|[-—–]{1,2}|\s)\s*")
_LAW = re.compile("警|法院|被告|涉嫌|犯罪|查处|查获|抓获|赌博|赌资|取缔|打击|检察|判处|诈骗|非法|违法|举报|监管|案")
_PITCH = re.compile("官网|官方网|登录|登陆|入口|下载|注册|平台|娱乐城|投注|开户|首存|返水|最新网址|为您提供|信誉|欢迎")
_MIN_PITCH = 2
_SENTENCES = re.compile(r"[^。！？\n]{4,200}(?:[。！？]|$)", re.M)

_CORE = re.compile(
    "(?:癫痫|癫癎|羊癫疯|羊角风|白癜风|牛皮癣|银屑病|尖锐湿疣|不孕不育|早泄|阳痿)(?:病)?[*·.＊]?(?:专科|专业|中医|治疗)?[*·.＊]?"
    "(?:医院|诊所)(?:哪家好|哪家最好|哪里好|哪家|排名|在哪|怎么样|怎么走|多少钱|好不好|[*＊])?"
    "|(?:澳门|新)?(?:葡京|威尼斯人|百家乐|太阳城)(?:赌场|赌博|娱乐城|娱乐场|官网|开户|平台)"
)
_BEFORE_CORE = re.compile(r"(?:哪里|哪家|最好的?|专业的?|权威的?|治疗|正规的?|好的)$")
_MAX_PREFIX = 8
_MIN_WORD = 50  # occurrences of the word that a phrase splits, in jieba's frequencies
_MIN_LIFT = 3.0  # nats by which the two halves belong together more than chance
_ICP = re.compile(r"ICP[备证]|公网安备")
# The same brands and diseases, each begun at its rarest character: `re` skips to those, so that a page without
# spam costs little. (九游会 is looked for at 游会, and what stands before is checked behind it.)
SIGN = re.compile(
    "葡京|凯发|癫|癜|癣|屑病|湿疣|孕不育|泄(?<=早泄)|痿|虎机|狗(?<=博狗)|博(?<=[亚万]博)|博鱼|鱼体育|云体育|戏体育|冠体育|博体育|乐体育|发体育"
    "|彩(?<=六合彩|时时彩)|彩票(?<=大发彩票)|娱乐(?<=[发沙利河]娱乐)|尼斯人|快[3三](?<=大发快.)|威(?<=必威)|德(?<=伟德)|阳城(?<=太阳城)"
    "|游会(?<=九游会)|体会(?<=华体会)|家乐(?<=百家乐)|门金沙|区二区|久久(?=久|精品)|产精品|bet365|188bet|hth|ky体育|kok体育",
)


def undo(text: str) -> tuple[str, int]:
    """Return the text without spam, with as many lines, and how many pieces were taken out."""
    if SIGN.search(text) is None and not (_SEPARATED.search(text) and _STRONG_RE.search(text)):
        return text, 0
    count = 0
    lines = text.split("\n")
    behind_icp = False
    for at, line in enumerate(lines):
        if not line or line.isspace():
            continue
        repaired, found = _line(line, behind_icp=behind_icp)
        behind_icp = behind_icp or _ICP.search(line) is not None
        if found:
            lines[at] = repaired
            count += found
    return "\n".join(lines), count


def _line(line: str, *, behind_icp: bool) -> tuple[str, int]:
    if _is_header(line) or (behind_icp and _is_footer(line)):
        return "", 1
    line, count = _without_brand(line)
    for undo_one in (_without_splices, _without_sentences):
        line, found = undo_one(line)
        count += found
    return line, count


def _is_header(line: str) -> bool:
    """Tell whether the line is keywords of pornography with separators and no sentence."""
    if len(line) > _MAX_HEADER or _SENTENCE.search(line) or not _STRONG_RE.search(line):
        return False
    phrases = [phrase for phrase in _SEPARATOR.split(line) if phrase.strip()]
    if len(phrases) < _MIN_PHRASES:
        return False
    strong = sum(_STRONG_RE.search(phrase) is not None for phrase in phrases)
    hits = sum(bool(_STRONG_RE.search(phrase) or _WEAK_RE.search(phrase)) for phrase in phrases)
    words = len(_STRONG_RE.findall(line)) + len(_WEAK_RE.findall(line))
    return strong >= 1 and hits >= _MIN_SHARE * len(phrases) and words >= 4


def _is_footer(line: str) -> bool:
    return not _SENTENCE.search(line) and bool(_STRONG_RE.search(line) or _OWN_RE.search(line))


def _without_brand(line: str) -> tuple[str, int]:
    """Take a betting brand off the beginning or the end of a title."""
    if len(line) > 200 or not _PROMO_RE.search(line):
        return line, 0
    count = 0
    for at_start in (True, False):
        edges = list(_EDGE.finditer(line))
        for edge in edges if at_start else reversed(edges):
            segment = line[: edge.start()] if at_start else line[edge.end() :]
            if segment and _is_brand(segment):
                line = line[edge.end() :] if at_start else line[: edge.start()]
                count += 1
                break
    if _is_brand(line) and _PITCH.search(line):
        return "", count + 1
    return line, count


def _is_brand(segment: str) -> bool:
    """Tell whether the segment is nothing but a brand and promotion words."""
    segment = segment.strip()
    if len(segment) > 40 or _BRAND_SEGMENT.fullmatch(segment) is None:
        return False
    return bool(_OWN_RE.search(segment)) or len(_PITCH.findall(segment)) >= _MIN_PITCH


def _without_sentences(line: str) -> tuple[str, int]:
    if not _OWN_RE.search(line):
        return line, 0
    count = 0

    def keep(match: re.Match[str]) -> str:
        nonlocal count
        sentence = match[0]
        pitched = len(set(_PITCH.findall(sentence))) >= _MIN_PITCH
        if pitched and _OWN_RE.search(sentence) and not _LAW.search(sentence):
            count += 1
            return ""
        return sentence

    return _SENTENCES.sub(keep, line), count


def _without_splices(line: str) -> tuple[str, int]:
    count = at = 0
    parts: list[str] = []
    for match in _CORE.finditer(line):
        start = _splice_start(line, match.start(), match.end(), at)
        if start is not None:
            parts.append(line[at:start])
            at = match.end()
            count += 1
    return "".join([*parts, line[at:]]), count


def _splice_start(line: str, start: int, end: int, floor: int) -> int | None:
    """Return where the spliced phrase begins: behind the half of a word that its end completes, or None."""
    if end >= len(line):
        return None
    model = likelihood.load()
    best: tuple[float, int] | None = None
    for begin in range(start, max(floor, start - _MAX_PREFIX), -1):
        before, after, prefix = line[begin - 1], line[end], line[begin:start]
        if prefix and not _is_prefix(prefix):
            continue
        share = model.share(after)
        if model.inside(before + after) < _MIN_WORD or not share:
            continue
        lift = model.after(before, after) - _log(share)
        if lift >= _MIN_LIFT and (best is None or lift > best[0]):
            best = (lift, begin)
    return best[1] if best else None


def _is_prefix(prefix: str) -> bool:
    """Tell whether the text before the core is a place and words of advertisement."""
    rest = _BEFORE_CORE.sub("", prefix)
    return not rest or rest in lexicon.places() or rest[:-1] in lexicon.places()


@lru_cache(maxsize=1 << 12)
def _log(share: float) -> float:
    import math

    return math.log(share)
