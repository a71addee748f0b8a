"""Lines around an article that are no part of it: breadcrumbs, bars, recommendations, editors' lines.

Every pattern is tried on lines of at most `MAX_CHARS` characters and is anchored, so it costs one look a line.
"""

import re

# Furniture is short; a longer line is judged by its punctuation and links alone.
MAX_CHARS = 160

_EDGE = r"[\s【\[（(《<〈◆◇■□●○★☆▲△▼▽→·•|｜:：>»*#=\-—]*+"

# From such a line on the page offers other things: nothing below it belongs to the article.
END = re.compile(
    _EDGE + r"(?:"
    r"(?:更多)?(?:相关|延伸|推荐|精彩|热门|热点|热文|更多|最新|编辑|猜你|大家|今日|本周|本月|一周|图文"
    r"|为您|每日|精选|关联|往期)"
    r"(?:的)?(?:新闻|链接|阅读|报道|文章|专题|推荐|资讯|内容|主题|话题|搜索|图文|图片|视频|评论|喜欢"
    r"|都在看|在看|排行|排行榜|热点|要闻"
    r"|回顾|头条|信息|稿件|博文|日志|帖子|回帖|精选|关注|热评|导读|标签|词条|产品|机构|人物"
    r"|焦点)(?:[\s:：】\]）)>》»…]|更多|$)"
    r"|(?:您|你)(?:可能|也许|或许)(?:也|还|会|感)"
    r"|猜你喜欢|大家都在看|看过本文的?人|喜欢本文的?人"
    r"|(?:上|下|前|后)一?(?:篇|条|页)(?:[\s:：】\]）)>》»<]|新闻|文章|$)"
    r"|(?:发表|网友|用户|我要|查看|参与|最新|全部|热门|精彩|文章|写|新闻|读者"
    r"|共有?\s?\d{0,9}\s?条)(?:您的|的|我的)?(?:评论|留言|跟帖|跟贴|回复|讨论)"
    r"|本文(?:发表|通告|引用|已?被)|trackback|已被?阅读"
    r"|我来说[两几]句|我要评论|我有话说|文明上网|网友评论仅|请?自觉遵守|评论\s?[(（]\d|条评论"
    r"|(?:特别|郑重|免责|版权|重要|本站|本网|网站|原创|侵权|转载)\S{0,6}声明(?:[\s:：】\]）)]|$)"
    r"|(?:免责|版权|本站|网站|侵权|转载)\S{0,6}(?:提示|说明|须知)(?:[\s:：】\]）)]|$)"
    r"|\S{0,8}(?:版权|侵权|免责|转载|著作权)\S{0,8}(?:声明|公告|说明|须知|启事|提示)\s?[:：]?$"
    r"|声明[:：]|凡本(?:网|站|报)|(?:版权|著作权)(?:所有|归|声明)|本文(?:系|为)?\S{0,12}(?:版权|转载请)"
    r"|未经\S{0,14}(?:授权|许可|允许|同意)"
    r"|(?:copyright|all rights reserved|powered by|©|\(c\))"
    r"|\S{0,6}icp[备證证]|\S{0,4}网安备|京公网|互联网新闻信息服务"
    r"|(?:扫一扫|扫码|扫描(?:二维码|下方|左侧|右侧|上方)|长按|微信扫|用微信)"
    r"|(?:分享|转发|推荐|收藏|打印|关闭|复制|举报|点赞|纠错)(?:到|至|给|本页|本文|此文|此页|该文|窗口"
    r"|让更多|[:：]|$|[\s|｜】\]])"
    r"|(?:页面|本页|阅读)功能|附件下载|下载附件"
    r"|(?:关于我们|联系我们|网站地图|友情链接|网站简介|法律声明|加入收藏|设为首页|返回(?:首页|顶部|页首"
    r"|列表|上页))"
    r"|(?:主办|承办|协办|主管)[:：]"
    r"|加载更多(?:[\s|｜]|$)"
    r"|阅读全文\s?[(（]|(?:回复|引用|浏览|阅读|点击|评论)\s?[(（]\d+[)）]|由\S{1,16}(?:张贴|发表|发布)\s?[@于]"
    r"|trackback|文章标签|tags?\s?[:：]|标签\s?[:：]|关键[词字]\s?[:：]|本文(?:地址|链接|网址|来源于)"
    r")",
    re.IGNORECASE,
)

# A line that ends with a full stop, or is this long and has one, is a sentence of the article, unless it is the
# site's own: its legal notice, its rules for comments.
SENTENCE_CHARS = 60
LEGAL = re.compile(
    _EDGE + r"(?:[①一1][、.\s]?)?(?:凡(?:本|注明|未注明)|(?:免责|版权|郑重|特别|本站|本网|侵权)\S{0,4}声明"
    r"|声明\s?[:：]|本(?:网|站)\S{0,20}(?:转载|版权)"
    r"|版权所有|未经\S{0,14}(?:授权|许可|允许|同意)|文明上网|请?自觉遵守|网友评论仅|扫一扫|扫码|长按"
    r"|以上(?:内容|信息|文章)\S{0,20}(?:转载|仅代表|不代表))"
)

# A page's foot says so somewhere in the line, not at its beginning; the first pattern is a quick look.
_FOOT_SIGN = re.compile(r"©|版权|许可证|举报|安备|电信|网络版|电子版|数字报|CP|cp|Cp|Right|right|RIGHT")
FOOT = re.compile(
    r"icp[备證证字]|all rights? reserved|copyright\s?[©®@(\d]|©|网安备|版权所有(?!者|人|权)"
    r"|增值电信业务|举报(?:电话|邮箱)[:：]"
    r"|信息服务许可证|不良信息举报|(?:网络版|电子版|数字报)\S{0,4}由\S{2,16}(?:制作|维护|运营|承办)",
    re.IGNORECASE,
)

# Such a line may stand anywhere, within the article too; it goes, what follows may stay.
BAR = re.compile(
    rf"\[\d+\](?:\s?\[\d+\])+|{_EDGE}(?:"
    r"(?:您|你)?(?:的|所)?(?:当前|现在|所在)?的?(?:位置|栏目)[:：]|首页\s?[>»/\-|]"
    r"|(?:字体|字号|文字)(?:大小)?[:：\s]|小?字号?$|[大中小](?:[\s|/]+[大中小]){1,2}$"
    r"|(?:打印|收藏|关闭|纠错|分享|评论|转发|点赞|顶|踩|赞|返回|推荐|登录|注册|登陆|搜索|订阅|更多|展开"
    r"|收起|广告|全文|下载|投稿|举报|推广)"
    r"(?:本页|本文|全文|窗口|正文|列表)?(?:[\s>»】\]）)(（0-9]*)$"
    r"|(?:点击|阅读|浏览|人气|访问|查看)(?:数|次数|量|率)?[:：]\s?\d*|(?:点击|双击)\S{0,8}(?:查看|放大"
    r"|进入|下载|播放|观看|大图|图片)"
    r"|(?:图片|视频|音频)?(?:正在)?(?:加载|载入|缓冲)(?:中|[.…]|$)"
    r"|(?:第\s?\d+\s?页|共\s?\d+\s?页|\d+\s?/\s?\d+\s?页?$)"
    r"|(?:手机|微信|微博|客户端|app)(?:看新闻|版|订阅|下载|客户端)$"
    r"|(?:您的)?浏览器不支持|请?(?:使用|开启|升级)\S{0,12}(?:浏览器|javascript|flash)"
    r"|(?:原标题|原题)[:：]"
    r"|(?:(?:阅读|浏览|点击|点?赞|在看|喜欢|评论|留言|收藏|转发|分享|人气|围观)(?:量|数|次数)?\s?[:：]?\s?"
    r"\d[\d.,]{0,8}\s?[万wk]?\+?\s{0,4})+$"
    r"|(?:[\u4e00-\u9fff]{2,6}\s?[|｜]\s?){4,}[\u4e00-\u9fff]{2,6}$"
    r"|点击?(?:[上下]方|[左右]上角?|顶部)?\S{0,2}蓝色?字\S{0,12}$|点击(?:[上下]方\S{0,2})?关注\S{0,12}$"
    r"|(?:欢迎|敬请|请)?关注(?:我们|本号|我们的公众号|公众号)\W{0,4}$"
    r"|第\s?[a-z]?\d{1,3}\s?版(?:\s?[:：]\s?\S{1,12})?(?:\s+[上下]一版)*$|(?:[上下]一版|往期回顾)(?:\s|$)"
    r"|(?:标题|版面)导航(?:[\s|｜:：]|$)|(?:放大|缩小)(?:\s*(?:放大|缩小|默认|[+＋\-－]))+$"
    r"|(?:[|｜/·•●\-—_=*.。、,，…~()（）【】\[\]<>«»\s])*$"
    r")",
    re.IGNORECASE,
)


def ends_article(text: str) -> bool:
    """Return whether the page turns to other things at this line.

    >>> ends_article("【相关新闻】"), ends_article("相关新闻单位参加了会议。")
    (True, False)
    """
    if len(text) > MAX_CHARS:
        return False
    if text.endswith("。") or (len(text) > SENTENCE_CHARS and "。" in text):
        return LEGAL.match(text) is not None
    if END.match(text) is not None:
        return True
    return _FOOT_SIGN.search(text) is not None and FOOT.search(text) is not None


def is_bar(text: str) -> bool:
    """Return whether the line is a bar, breadcrumb or button, wherever it stands.

    >>> is_bar("当前位置：首页 > 要闻"), is_bar("[1] [2] [3]"), is_bar("打印设备一批已到位。")
    (True, True, False)
    """
    return len(text) <= MAX_CHARS and BAR.match(text) is not None
