"""Genres that show in how a text is written: fiction, model speeches, expanded phrases, advertisements."""

import re
from collections.abc import Sequence
from itertools import islice

from caibian.loaders.clean.draft import Draft

_CHAPTER = re.compile(
    r"^\W{0,3}第\s?[一二三四五六七八九十百千零〇两\d]{1,6}\s?[章回节卷集](?:\W|\s|$"
    r"|[\u4e00-\u9fff]{1,16}\W?$)|^\W{0,2}(?:楔子|序章|尾声|番外)\W{0,2}$"
)
_NARRATION = re.compile(
    r"心里|心中|心头|心想|暗想|忽然|突然|仿佛|似乎|好像|低声|轻声|沉声|冷笑|苦笑|微微一笑|笑了笑"
    r"|笑了一下|哈哈大笑|沉默|抬起?头|低下头|摇了?摇头"
    r"|点了?点头|叹了?口气|叹息|愣了|一愣|怔了|转过?身|回过头|目光|眼神|眼睛|嘴角|眉头|皱眉|脸色|脸上"
    r"|背影|声音|咬着牙|压低|盯着|看了[他她]一眼"
    r"|站起身|推开门|窗外|夜色|月光|烟头|茶杯|心跳|喃喃|后背|没有回头|没有说话|没有抬头|终于开口|缓缓"
    r"|猛地|悄悄|一丝"
)
_SPEECH_LINE = re.compile(r"^[“\"「][^”\"」]{1,200}[”\"」]")
_NEWS = re.compile(
    r"记者|通讯员|本报|据悉|据了解|据介绍|据统计|据报道|新华社|融媒|近日|日前|昨日|昨天|今日|截至"
    r"|\d{1,2}月\d{1,2}日|\d{4}年|本月|去年|今年|同比|万元|亿元|%"
    r"|负责人|工作人员|办公室|发布|通报|公安|民警|警方|法院"
)


def is_novel(draft: Draft, min_signs: int) -> bool:
    """Return whether a text is fiction: chapter headings, told looks and thoughts, and spoken lines.

    Officials, meetings and money occur in both. A feature may open like a story, but soon gives a date, a
    figure or a source; fiction names none of them in thousands of characters.
    """
    chapter, spoken = _chapter_and_spoken(draft.title, draft.paragraphs)
    if not chapter and spoken < _SPOKEN:
        return False  # told thoughts alone are an essay
    size = max(1000, len(draft.text)) / 1000
    news = len(set(_NEWS.findall(draft.text))) / size
    signs = 3 * chapter + min(3, spoken * 6) - min(6, 1.5 * news)
    if signs + _MAX_TOLD < min_signs:
        return False
    told = len(_NARRATION.findall(draft.text)) / size
    return signs + min(_MAX_TOLD, told / 2) >= min_signs


_MAX_TOLD = 4  # points for looks and thoughts
_QUOTES = ("“", '"', "「")
_SPOKEN = 0.1  # share of the paragraphs that are spoken lines


def _chapter_and_spoken(title: str, paragraphs: Sequence[str]) -> tuple[bool, float]:
    """Return whether a text begins as a chapter does, and which share of its paragraphs is spoken."""
    chapter = any(map(_CHAPTER.match, (title, *paragraphs[:2])))
    quoted = [text for text in paragraphs if text[:1] in _QUOTES]
    if not quoted:
        return chapter, 0.0
    return chapter, sum(_SPEECH_LINE.match(text) is not None for text in quoted) / len(paragraphs)


def is_plain(title: str, paragraphs: Sequence[str]) -> bool:
    """Return whether neither title nor beginning nor spoken lines could make a text fiction or a model speech."""
    chapter, spoken = _chapter_and_spoken(title, paragraphs)
    return not chapter and spoken < _SPOKEN and _TEMPLATE_TITLE.search(title) is None


_TEMPLATE_TITLE = re.compile(
    r"范文|模板|模版|例文|通用版|通用\d|精选\d{0,3}篇|篇(?<=[\d一二三四五六七八九十]篇)\W{0,2}$|大全"
    r"|怎么写|优秀作文|发言稿|讲话稿|演讲稿|表态发言|心得体会"
)
_BLANK = re.compile(
    r"[XxＸ]{2,}(?![A-Za-z0-9])|(?<![\d.\s])[×✕╳]{1,8}(?![\d\s])|[○〇]{2,}|\*{2,}|_{3,}"
    r"|[\[【（(](?:此处|提示|可|单位|职务|姓名|原单位|现单位|行业|时间|地点|日期"
    r"|名称)[^\]】）)]{0,40}[\]】）)]|某某"
)
_SALUTATION = re.compile(
    r"同志们|各位领导|各位代表|各位来宾|尊敬的|谢谢大家|我再?讲\S{1,4}点|下面，我|表态发言|我的发言|述职如下"
)
_OFFER = re.compile(
    r"供参考|仅供参考|请替换|替换\S{0,6}内容|范文|模板|可根据\S{0,12}(?:增减|修改|调整)|Word格式"
    r"|下载(?:说明|地址|全文)|公文|篇[一二三四五]\s?[:：]",
    re.IGNORECASE,
)


def is_speech_template(draft: Draft, min_signs: int) -> bool:
    """Return whether a text is a model speech: blanks to fill in, the address of a speech, and the offer of it.

    News hides names with ×× as well, but has no address and no offer; a report on a speech quotes it.
    """
    titled = _TEMPLATE_TITLE.search(draft.title) is not None
    if draft.signs.get("speech_template", 0) < 3 and not titled:
        return False
    blanks = len(_BLANK.findall(draft.text))
    if blanks < 3 and not titled:
        return False
    addressed = len(set(_SALUTATION.findall(draft.text)))
    offered = len(set(_OFFER.findall(draft.text)))
    signs = 2 * titled + min(3, blanks // 2) + min(2, addressed) + min(2, offered)
    return signs >= min_signs and (blanks >= 3 or (titled and (addressed > 0 or offered > 0)))


_PLATITUDE = re.compile(
    r"随着\S{0,12}(?:不断|快速|日益|持续|飞速)?(?:发展|进步|提高|变化)|众所周知|越来越|首先|其次|再次"
    r"|最后，|总之|总而言之|综上所述|由此可见|不可否认|毫无疑问"
    r"|值得注意的是|值得一提的是|一方面|另一方面|与此同时|不可或缺|至关重要|重要意义|相辅相成|缺一不可"
    r"|可以说|俗话说|我们(?:要|应该|应当|需要|都|可以)"
    r"|让我们|相信在不久的将来|只要\S{2,12}就(?:一定)?(?:能|会)|在日常生活中|在当今|如今，"
    r"|对于\S{2,12}来说|不同的人|因人而异|一起来(?:了解|看看|探讨|讨论)"
    r"|那么，|以上就是|希望(?:对|能)\S{0,6}(?:大家|您|你)\S{0,4}帮助|评论区|你有什么看法|各种各样"
    r"|方方面面|因地制宜|说起|很多人|不少人"
)
_CONCRETE = re.compile(
    r"\d|[一二三四五六七八九十]月[一二三四五六七八九十]|记者|通讯员|(?:介绍|表示|告诉|指出|强调"
    r"|透露)[说，：:]|[\u4e00-\u9fff](?:说|称)[，：:]|[。，”]\S{2,4}说|《"
    r"|[\u4e00-\u9fff]{2}(?:县|(?<![城乡小集])镇|(?<![乡农山全小])村|街道|社区|自治区"
    r"|省)(?![里外级乡域镇庄])|市委|县委|区委|省委|党委|公司|学校|医院|大学|法院|中国|全国|总书记|近日"
    r"|日前|昨天|今天"
)


def is_generated(draft: Draft, min_signs: int) -> bool:
    """Return whether a text was expanded from a phrase: set phrases, and no place, date, figure, name or source.

    A commentary has set phrases too, but starts from a case. Distinct set phrases are counted a thousand
    characters; what is concrete weighs against them.
    """
    if draft.signs.get("generated", 0) < min_signs:
        return False
    size = max(500, len(draft.text)) / 500
    limit = int(4 * size)
    if sum(1 for _ in islice(_CONCRETE.finditer(draft.text), limit + 1)) > limit:
        return False
    phrases = len({found[:4] for found in _PLATITUDE.findall(draft.text)})
    return phrases >= min_signs and phrases >= min_signs * size / 2


_CALL = re.compile(
    r"厂家直销|厂家直供|免费(?:上门|咨询|领取|试用|试听|送货|设计|培训|体验|安装)|包教包会|包邮"
    r"|终身(?:售后|保修|质保)|先到先得|名额有限|数量有限|手慢无|限时|抢购|秒杀|特价|特惠|大放价"
    r"|优惠(?:价|券|活动)?|折优惠|[一二三四五六七八九\d.]{1,3}折|立减|满减|赠送?|另赠|加盟|独家代理"
    r"|代理商|招商|诚招|诚邀|即日起前|新老(?:客户|顾客)|欢迎(?:来电|咨询|选购|订购|前来)|来电(?:咨询"
    r"|垂询|请)?|咨询热线"
    r"|订购热线|服务热线|热线电话|全国统一|微信同号|加微信|微信号|扫码(?:咨询|领取|关注|添加)"
    r"|官方(?:旗舰店|正品|直营)|正品|原价|现价|仅需|只需\d|售价|立即(?:拨打|咨询|预约|报名|抢)"
    r"|投资有风险|无效退款|假一赔|品质保证|第[一二三四五]代|黑科技|专利技术|一站式(?:服务|装修|采购)"
    r"|暴利|月入|轻松赚|亲测有效|根治|疗效|口碑"
)
_CONTACT = re.compile(
    r"400[-\s]?\d{3}[-\s]?\d{3,4}|1[3-9]\d[-\s]?\d{4}[-\s]?\d{4}|0\d{2,3}[-\s]?\d{7,8}|微信同?号|加微信"
    r"|QQ\s?[:：]?\s?\d{5,}|(?:热线|电话)\s?[:：]?\s?\d{3,4}",
    re.IGNORECASE,
)


def is_advert(draft: Draft, min_calls: int) -> bool:
    """Return whether a text sells: so many different calls to buy, and a way to.

    A notice of an office gives a telephone number but does not praise or discount; a report on trade fairs
    or on fraud has such words without a number to ring.
    """
    if draft.signs.get("advert", 0) < min_calls:
        return False
    return _CONTACT.search(draft.text) is not None and len(set(_CALL.findall(draft.text))) >= min_calls
