"""Furniture is known by its form, and sentences of an article are never taken for it."""

import pytest

from caibian.loaders.clean.furniture import MAX_CHARS, ends_article, is_bar


@pytest.mark.parametrize(
    "text",
    [
        "相关新闻", "【相关链接】", "■ 相关报道：", "推荐阅读 更多>>", "热门文章", "每日推荐", "推荐图文", "猜你喜欢",
        "延伸阅读：另一篇报道",
        "上一篇：渡口通桥", "下一条 没有了", "上一篇", "发表评论：", "网友评论(3)", "我来说两句", "最新评论",
        "文明上网，理性发言",
        "分享到：", "分享:", "扫一扫在手机打开当前页", "【打印本页】【关闭窗口】", "主办：云岫县委宣传部",
        "承办:云岫县融媒体中心",
        "版权声明", "反侵权公告：", "Copyright © 2021 云岫网", "某ICP备12345678号-1",
        "互联网新闻信息服务许可证编号：1", "关于我们 | 联系我们",
        "加载更多 | 云岫快报 热线 0900-123456", "云岫日报数字报 网络版由本报网络部制作 热线：0900-123456",
        "声明：本网转载此文仅为传递信息，不代表本网观点。如有侵权，请在三十日内与本网联系，我们将及时处理。"
        "谢谢您的理解与支持，也欢迎来稿。",
    ],
)  # fmt: skip
def test_lines_that_end_the_article(text: str) -> None:
    assert ends_article(text)


@pytest.mark.parametrize(
    "text",
    [
        "相关新闻单位派员参加了会议。", "推荐阅读是全民读书月的一项内容，孩子们各自说出最喜欢的一本书。",
        "上一篇章里的村庄，如今通了公路。",
        "分享会上，退休教师讲起了当年的扫盲班。", "热门景点迎来客流高峰，景区采取了限流措施。",
        "主办方介绍，今年的龙舟赛有二十四支队伍参加。",
        "录音制品未经许可不得使用，必须获得版权所有者的许可，否则就要承担责任，音乐协会的负责人这样告诉前来采访的人。",
        "关于我们这座城的来历，有三种说法。",
        "扫描仪、打印机等设备一批送到村小。", "最新一期的水质报告显示，断面全部达标。",
    ],
)  # fmt: skip
def test_sentences_do_not_end_the_article(text: str) -> None:
    assert not ends_article(text)
    assert not is_bar(text)


@pytest.mark.parametrize(
    "text",
    [
        "当前位置：首页 > 要闻 > 正文", "所在位置:首页 > 云泽动态 > 阅读", "首页 > 新闻中心", "字体：大 中 小",
        "大 中 小", "打印 ", "[打印]",
        "点击数：352", "第1页/共3页", "[1] [2] [3]", "视频加载中...", "广告", "| | |", "()", "……", "原标题：渡口通桥",
        "您的浏览器不支持该播放器",
        "阅读 2725", "赞 93 在看 25", "阅读 1.2万 点赞 35 评论 7", "浏览量：3.5万+",
        "点击上方蓝字关注我们", "点蓝字，关注望川发布", "欢迎关注我们！", "点击下方关注", "第04版：要闻 上一版 下一版",
        "标题导航 | 全文检索 | PDF下载",
        "放大 缩小 默认", "放大 ＋ 缩小 － 默认", "上一版 下一版", "新闻 | 房产 | 汽车 | 教育 | 健康 | 旅游",
    ],
)  # fmt: skip
def test_bars(text: str) -> None:
    assert is_bar(text)


@pytest.mark.parametrize(
    "text",
    [
        "阅读 2725 册图书的人", "赞 93 岁老人的手艺", "点击率上升", "关注我们身边的河", "点名通报引关注",
        "第3版地图出版", "咨询电话：0900-123456",
        "姓名 | 年龄 | 籍贯", "上一版方案", "放大镜 缩小镜",
    ],
)  # fmt: skip
def test_short_lines_of_articles_are_no_furniture(text: str) -> None:
    assert not is_bar(text)
    assert not ends_article(text)


def test_a_long_line_is_never_furniture() -> None:
    assert not ends_article("相关新闻" + "字" * MAX_CHARS)
    assert not is_bar("广告" + "字" * MAX_CHARS)
