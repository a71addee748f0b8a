"""Spam goes by its form; reports about the same things stay."""

import pytest

from caibian.loaders.clean import spam


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("国产精品一区二区|欧美日韩在线观看|久久精品免费视频|亚洲无码中文字幕", ""),
        ("无码_人妻在线观看_国产精品_欧美日韩", ""),
        ("博鱼体育官网-云泽区召开推进会", "云泽区召开推进会"),
        ("云泽区召开推进会_九游会官网登录入口", "云泽区召开推进会"),
        ("澳门威尼斯人官网|云泽区召开会议", "云泽区召开会议"),
        (
            "会议强调要抓好落实。博鱼体育官网首页提供最新登录入口，欢迎注册下载。会议要求压实责任。",
            "会议强调要抓好落实。会议要求压实责任。",
        ),
        ("安西藏癫痫病*医院全隐患要排查", "安全隐患要排查"),
        ("落实安哈尔滨癫痫病医院哪家好全责任", "落实安全责任"),
        ("主办：某某 豫ICP备10000号\n葡京赌场 太阳城", "主办：某某 豫ICP备10000号\n"),
    ],
)
def test_spam_is_taken_out(text: str, clean: str) -> None:
    assert spam.undo(text)[0] == clean


@pytest.mark.parametrize(
    "text",
    [
        "警方捣毁“皇冠体育”赌博网站，登录入口被查封，抓获犯罪嫌疑人12名。",
        "大发社区开展文艺活动，居民踊跃参加。",
        "他在西藏癫痫病医院就诊，医生说病情稳定。",
        "体育_欧美_日韩_电影_动漫",
        "首页 | 新闻 | 体育 | 财经 | 娱乐",
        "法院审理一起传播淫秽物品案，涉案网站提供在线观看。",
        "云南彩云之南，博物馆里看展览，世界杯开赛。",
        "中超_新华网",
        "亚博会开幕，观众下载手机客户端预约。",
    ],
)
def test_reports_stay(text: str) -> None:
    assert spam.undo(text) == (text, 0)
