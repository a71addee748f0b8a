"""Date, publisher, author, section and title, as shown or declared; what is absent is null."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caibian.loaders.clean.article import Article, extract
from caibian.loaders.clean.byline import Credits, is_byline, lone_name, people, read_byline
from caibian.loaders.clean.dates import find_date, read_declared, read_url
from caibian.loaders.clean.declared import Declared
from caibian.loaders.clean.headline import clean_title
from caibian.loaders.clean.metadata import read_ending, read_opening
from caibian.loaders.clean.page import parse

DAY = date(2021, 7, 12)


@pytest.mark.parametrize(
    "text",
    [
        "2021-07-12", "2021-7-12 8:30", "2021/7/12", "2021.07.12", "2021年7月12日 08:30", "2021年07月12日",
        "2021 年 7 月 12 日", "２０２１年７月１２日",
        "２０２１－０７－１２", "二〇二一年七月十二日", "二○二一年七月十二日", "二零二一年七月十二日",
        "民國110年7月12日", "12 July 2021", "Jul 12, 2021",
        "July 12th, 2021 at 7:32 pm", "Monday, July 12, 2021", "发布时间：2021-07-12来源：某某日报", "2021_07_12",
        "7/12/2021 9:23:57 PM", "2021年7月12 日",
    ],
)  # fmt: skip
def test_full_dates(text: str) -> None:
    found = find_date(text)
    assert found is not None and found[0] == DAY


@pytest.mark.parametrize(
    "text",
    [
        "3小时前", "昨天 08:30", "刚刚", "7月12日", "07-12 08:30", "2021年7月", "2021-13-01", "2021年2月30日",
        "03/04/2021", "21-07-12", "12345678",
        "电话2021-0712345", "1.2.3", "", "三月前", "上周五",
    ],
)  # fmt: skip
def test_no_full_date(text: str) -> None:
    assert find_date(text) is None


@pytest.mark.parametrize(
    ("han", "day"),
    [
        ("二〇二一年十月十日", date(2021, 10, 10)),
        ("二〇二一年十二月三十一日", date(2021, 12, 31)),
        ("一九九八年三月二十日", date(1998, 3, 20)),
        ("二〇〇五年一月二十一日", date(2005, 1, 21)),
    ],
)
def test_han_numerals(han: str, day: date) -> None:
    found = find_date(han)
    assert found is not None and found[0] == day


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2021-07-12T08:30:00+08:00", DAY),
        ("2021-07-11T18:05:00Z", DAY),
        ("2021-07-12T12:00:00+00:00", DAY),
        ("20210712083000", DAY),
        ("20210712", DAY),
        ("Mon, 12 Jul 2021 08:00:00 GMT", DAY),
        ("1626048000", None),
        ("yesterday", None),
    ],
)
def test_declared_dates(value: str, day: date | None) -> None:
    assert read_declared(value) == day


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://news.example.cn/2021/07/12/a.html", DAY),
        ("http://example.cn/n/2021-07/12/content_5.htm", DAY),
        ("http://example.cn/202107/12/c_1.htm", DAY),
        ("http://example.cn/art/t20210712_55.html", DAY),
        ("http://example.cn/news/88120210712551.html", None),
        ("http://example.cn/a/434365209_123753", None),
    ],
)
def test_dates_in_addresses(url: str, day: date | None) -> None:
    assert read_url(url) == day


@given(st.text(alphabet="0123456789年月日-/. :二〇一十TZ+民國Jul,", max_size=60))
def test_any_text_has_a_date_or_none(text: str) -> None:
    found = find_date(text)
    assert found is None or 0 <= found[1] < found[2] <= len(text)
    read_declared(text)
    read_url(text)


@pytest.mark.parametrize(
    ("text", "publisher", "author"),
    [
        ("2021-07-12 来源:云岫县融媒体中心 作者:沈砚秋", "云岫县融媒体中心", "沈砚秋"),
        ("发布时间:2023-03-24 来源:临汐融媒", "临汐融媒", None),
        ("来源：[ 临汐日报 ] 点击：352", "临汐日报", None),
        ("2021-07-12 08:30 来源：互联网", None, None),
        ("来源：本站原创 作者：佚名", None, None),
        ("来源：沈砚秋", None, "沈砚秋"),
        ("作者：沈 秋", None, "沈秋"),
        ("□ 本报记者 沈砚秋", None, "沈砚秋"),
        ("记者 沈砚秋 通讯员 陆启明 柯远帆", None, "沈砚秋 陆启明 柯远帆"),
        ("文/沈砚秋 图/陆启明", None, "沈砚秋"),
        ("作者：放飞&心情", None, "放飞&心情"),
        ("砚秋2005 发表于 2005-9-15 11:46:00", None, "砚秋2005"),
        ("(责编：沈砚秋、陆启明)", None, "沈砚秋 陆启明"),
        ("转自《临汐日报》", "临汐日报", None),
        ("来源：https://example.cn/a", None, None),
    ],
)
def test_bylines(text: str, publisher: str | None, author: str | None) -> None:
    assert is_byline(text)
    found = read_byline(text)
    assert (found.publisher, found.author()) == (publisher, author)


@pytest.mark.parametrize(
    "text",
    [
        "7月12日，大会在云岫县开幕。", "记者：首先欢迎您来到演播室，请问你怎样看待这项政策？",
        "记者：你们的市场场址在哪？", "据介绍，来源于山泉的水占三成。",
        "编辑部的故事要从那年的秋天说起", "2021年全县粮食总产量增长了百分之六点三，为历年最高，增幅居全市第一位",
        "沈砚秋",
        "图书馆2021年新添了三万册书，孩子们放学后都到这里来读书写字",
    ],
)  # fmt: skip
def test_sentences_are_no_bylines(text: str) -> None:
    assert not is_byline(text)


def test_names_stop_where_the_sentence_begins() -> None:
    assert people("沈砚秋 陆启明 文/图") == ["沈砚秋", "陆启明"]
    assert people("在现场看到") == []
    assert people("买买提·吐尔逊") == ["买买提·吐尔逊"]
    assert people("沈砚秋 云岫县报道") == ["沈砚秋"]


def test_a_name_alone() -> None:
    assert lone_name("沈 秋") == "沈秋"
    assert [lone_name(text) for text in ("前言", "导语", "沈砚秋说", "要闻")] == [None] * 4


@pytest.mark.parametrize(
    ("text", "publisher", "author"),
    [
        ("本报讯（记者 沈砚秋 通讯员 陆启明）昨日，渡口通桥。", None, "沈砚秋 陆启明"),
        ("云岫日报讯（记者沈砚秋）昨日，渡口通桥。", "云岫日报", "沈砚秋"),
        ("新华社北京7月12日电（记者沈砚秋、陆启明）会议12日召开。", "新华社", "沈砚秋 陆启明"),
        ("昨日，记者在渡口看到，桥已通车。", None, None),
        ("县报社记者站旧址修缮一新。", None, None),
        ("球迷扮记者访教练，被保安请出场外。", None, None),
        ("本报记者沈砚秋报道：渡口通桥。", None, "沈砚秋"),
    ],
)
def test_openings(text: str, publisher: str | None, author: str | None) -> None:
    found = read_opening(text) or Credits()
    assert (found.publisher, found.author()) == (publisher, author)


def test_endings() -> None:
    for text, author in (
        ("渡口通桥。（记者 沈砚秋 通讯员 陆启明）", "沈砚秋 陆启明"),
        ("渡口通桥。（文/沈砚秋）", "沈砚秋"),
    ):
        found = read_ending(text)
        assert found is not None and found.author() == author
    assert read_ending("渡口（又称石渡）通桥。") is None


@pytest.mark.parametrize(
    ("declared", "title"),
    [
        ("渡口通桥_要闻_云岫新闻网", "渡口通桥"),
        ("渡口通桥 - 云岫县人民政府", "渡口通桥"),
        ("渡口通桥-云岫融媒", "渡口通桥"),
        ("渡口通桥 | 云岫日报", "渡口通桥"),
        ("乡村振兴——云岫的答卷", "乡村振兴——云岫的答卷"),
        ("A-B面：谁的责任", "A-B面：谁的责任"),
        ("3:2 云岫队夺冠", "3:2 云岫队夺冠"),
        ("_", "_"),
        ("", ""),
    ],
)
def test_titles_lose_their_sites(declared: str, title: str) -> None:
    assert clean_title(declared) == title


BODY = "".join(
    f"<p>{text}</p>"
    for text in (
        "昨天下午三时，最后一方混凝土缓缓灌入中跨合龙段，悬在峡谷上空两年多的缺口终于消失了。",
        "对岸的艄公撑了一辈子渡船。桥通以后，到县城只要二十五分钟，渡船留给孙辈们讲古用。",
        "接下来将进行桥面铺装、护栏和照明安装，预计明年五月具备通车条件。",
    )
)


def article(above: str = "", below: str = "", head: str = "", **given: str) -> Article:
    page = parse(f"<head>{head}</head><body>{above}<div>{BODY}</div>{below}</body>", html=True)
    for name, value in given.items():
        setattr(page.declared, name, value)
    page.declared.given = frozenset(given)
    return extract(page)


def test_absent_is_null() -> None:
    found = article()
    assert (found.title, found.published, found.publisher, found.author, found.section, found.url) == (None,) * 6


def test_the_byline_outranks_what_the_page_declares() -> None:
    found = article(
        "<h1>鹤涧大桥合龙</h1><div>2021-07-12 08:30 来源：云岫日报 作者：沈砚秋</div>",
        head='<meta name="pubdate" content="2022-01-01"><meta name="author" content="admin">',
    )
    assert (found.title, found.published, found.publisher, found.author) == ("鹤涧大桥合龙", DAY, "云岫日报", "沈砚秋")


def test_what_the_page_declares_outranks_a_bare_date() -> None:
    assert (
        article(
            "<h1>鹤涧大桥合龙</h1><p>1976年4月25日</p>", head='<meta name="pubdate" content="2021-07-12">'
        ).published
        == DAY
    )


def test_the_date_may_stand_at_the_end_or_in_the_address() -> None:
    assert article("<h1>鹤涧大桥合龙</h1>", "<p>《云岫日报》（2021年07月12日 02版）</p>").published == DAY
    assert article("<h1>鹤涧大桥合龙</h1>", url="https://example.cn/2021/07/12/1.html").published == DAY


def test_a_date_in_a_list_of_other_stories_is_not_the_articles() -> None:
    below = "<div>相关新闻</div><ul><li><a>渡口停航</a>(2019-01-02 10:00)</li></ul>"
    assert article("<h1>鹤涧大桥合龙</h1>", below).published is None


def test_given_fields_are_taken_as_they_are() -> None:
    found = article(
        "<h1>鹤涧大桥合龙</h1><div>2020-01-01 来源：某某网 作者：柯远帆</div>",
        title="渡口通桥", published="2021-07-12", publisher="云岫日报", author="沈砚秋",
    )  # fmt: skip
    assert (found.title, found.published, found.publisher, found.author) == ("渡口通桥", DAY, "云岫日报", "沈砚秋")


def test_an_editor_stands_in_for_an_author_only_where_none_is_named() -> None:
    assert article("<h1>鹤涧大桥合龙</h1>", "<p>（责任编辑：沈砚秋）</p>").author == "沈砚秋"
    assert article("<h1>鹤涧大桥合龙</h1><p>记者 陆启明</p>", "<p>（责任编辑：沈砚秋）</p>").author == "陆启明"


def test_the_section_is_the_last_of_the_breadcrumbs() -> None:
    assert (
        article("<div>当前位置：<a>首页</a> &gt; <a>云岫要闻</a> &gt; 正文</div><h1>鹤涧大桥合龙</h1>").section
        == "云岫要闻"
    )


@pytest.mark.parametrize(
    ("above", "section"),
    [
        ("<div>首页 / 体坛 / 正文</div>", "体坛"),
        ("<div><a>云岫网</a> &gt; <a>新闻</a> &gt; <a>交通</a> &gt; 正文</div>", "交通"),
        ("<div><a>云岫网</a>&gt;&gt;<a>乡土</a>&gt;&gt;</div>", "乡土"),
        ("<div>您的位置：云岫在线 &gt; 正文</div>", None),
        ("<div>当前位置：要闻 &gt; 正文</div>", "要闻"),
        ("<div>版面：两会时间 往期回顾</div>", "两会时间"),
        ("<div>第04版：人物·故事 上一版 下一版</div>", "人物·故事"),
        ("<div>首页 / 新闻 / 体育 / 财经</div>", None),
        ("<div><a>第01版：要闻</a></div>", None),
        ("<div>版面导航：</div>", None),
    ],
)  # fmt: skip
def test_sections_in_the_forms_of_papers_and_sites(above: str, section: str | None) -> None:
    assert article(f"{above}<h1>鹤涧大桥合龙</h1>").section == section


def test_the_section_may_stand_in_the_byline() -> None:
    assert article("<h1>鹤涧大桥合龙</h1><div>2021.7.12 | 来源：云岫日报 | 栏目：短讯</div>").section == "短讯"


def test_an_author_stands_before_the_link_to_the_comments() -> None:
    assert read_byline("来源：云岫日报 作者：沈砚秋 我要评论(12)").author() == "沈砚秋"


def test_codes_of_a_content_system_are_no_names() -> None:
    found = article(head='<meta name="author" content="L_104485"><meta name="source" content="http://x.cn">')
    assert (found.author, found.publisher) == (None, None)


def test_declared_defaults_to_nothing() -> None:
    assert Declared().title is None and not Declared().given
