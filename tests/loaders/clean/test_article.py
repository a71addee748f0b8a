"""The article of a page, all of it and nothing else, whatever the page is built of."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caibian.config import Clean, HostRules
from caibian.loaders.clean.article import Article, extract, extract_record
from caibian.loaders.clean.page import parse

TITLE = "鹤涧峡大桥昨日合龙"
STORY = [
    "昨天下午三时四十分，最后一方混凝土缓缓灌入中跨合龙段，横在峡谷上空两年零四个月的缺口终于消失了。",
    "大桥全长862米，主跨210米，是鹤涧县至省城快速通道上的卡脖子工程，一年里有近90天阵风超过7级。",
    "对岸的箬涧村，62岁的艄公撑了一辈子渡船。“船我留着，不载人了，给孙子讲古用。”他笑着说。",
    "接下来将进行桥面铺装、护栏和照明安装，预计明年5月具备通车条件。",
]
OTHER = [
    "本周起，县城三条公交线路试行夜班车，末班时间延后到晚上十一点，方便下晚自习的学生和倒班工人。",
    "公交公司负责人说，试运行期为三个月，届时再根据客流决定是否保留，市民可以拨打热线提出意见。",
]
PARAGRAPHS = "".join(f"<p>{text}</p>" for text in STORY)
BYLINE = "2023-11-18 08:30 来源：鹤涧县融媒体中心 作者：柯远帆"
LINKS = "".join(f"<li><a href=/{number}>第{number}个别的消息标题</a></li>" for number in range(12))


def read(source: str, *, html: bool = True, **options: object) -> Article:
    return extract(parse(source, html=html), content="page", options=Clean.model_validate(options))


def assert_story(found: Article) -> None:
    assert found.title == TITLE
    assert found.paragraphs == STORY
    assert found.published == date(2023, 11, 18)
    assert (found.publisher, found.author) == ("鹤涧县融媒体中心", "柯远帆")
    assert found.dropped is None


def test_a_page_of_today() -> None:
    assert_story(
        read(
            f"<title>{TITLE}_要闻_鹤涧网</title><header><nav><ul>{LINKS}</ul></nav></header><main><article><h1>"
            f"{TITLE}</h1>"
            f"<div class=meta><span>2023-11-18 08:30</span> <span>来源：鹤涧县融媒体中心</span> <span>"
            f"作者：柯远帆</span></div>"
            f"<div class=share>分享到：<a>微信</a></div><div class=content>{PARAGRAPHS}</div></article>"
            f"<aside class=related><h3>相关新闻</h3><ul>{LINKS}</ul></aside></main><footer>版权所有 鹤涧网</footer>"
        )
    )


def test_a_page_laid_out_in_tables_with_breaks_for_paragraphs() -> None:
    body = "<br><br>".join(f"　　{text}" for text in STORY)
    menu = "<br>".join("<a>栏目</a>" for _ in range(20))
    assert_story(
        read(
            f"<title>鹤涧在线</title><table><tr><td width=150>{menu}<td><table>"
            f"<tr><td align=center><b>{TITLE}</b><tr><td>{BYLINE}<tr><td>{body}"
            f"<tr><td>[<a>打印</a>] [<a>关闭</a>]</table><td>热门文章<br>{LINKS}</table>"
            "<center>主办：鹤涧县委宣传部<br>承办：鹤涧县融媒体中心</center>"
        )
    )


def test_paragraphs_that_are_divisions_or_sections_or_list_items() -> None:
    for tag in ("div", "section", "li", "td"):
        body = "".join(f"<{tag}><span>{text}</span></{tag}>" for text in STORY)
        body = f"<table><tr>{body}</table>" if tag == "td" else f"<div>{body}</div>"
        assert_story(read(f"<h1>{TITLE}</h1><p>{BYLINE}</p>{body}<ul>{LINKS}</ul>"))


def test_pictures_and_a_box_between_paragraphs() -> None:
    box = f"<div class=ad-box><a>点击查看大图</a></div><div><h4>相关阅读</h4><ul>{LINKS[:100]}</a></li></ul></div>"
    body = "<p><img src=a.jpg></p>".join(f"<p>{text}</p>" for text in STORY[:3]) + box + f"<p>{STORY[3]}</p>"
    assert_story(read(f"<h1>{TITLE}</h1><p>{BYLINE}</p><div>{body}</div>"))


def test_crawled_text() -> None:
    source = "\n\n".join(
        [
            "县长信箱 | 县长热线:0000-0000000",
            "所在位置:网站首页 > 要闻 > 浏览",
            TITLE,
            BYLINE,
            *STORY,
            "每日推荐",
            "热门文章",
            "主办:县委宣传部",
        ]
    )
    assert_story(read(source, html=False))


def test_crawled_text_with_the_footer_of_a_mobile_page() -> None:
    assert_story(read("\n".join([TITLE, BYLINE, *STORY, "()", "扫一扫在手机打开当前页", "分享:"]), html=False))


def test_the_article_twice_on_a_page_is_taken_once() -> None:
    body = f"<div><h1>{TITLE}</h1><p>{BYLINE}</p><div>{PARAGRAPHS}</div></div>"
    assert_story(read(body + body.replace("<div>", "<div class=print>", 1)))


def test_another_story_glued_to_the_end_stays_out() -> None:
    glued = "".join(f"<p>{text}</p>" for text in ["县城公交试行夜班车", "2023-11-17 09:00 来源：鹤涧发布", *OTHER])
    assert_story(read(f"<h1>{TITLE}</h1><p>{BYLINE}</p><div>{PARAGRAPHS}{glued}</div>"))
    text = "\n".join([TITLE, BYLINE, *STORY, "责任编辑：沈某某", "县城公交试行夜班车", *OTHER])
    assert_story(read(text, html=False))


def test_a_story_under_a_heading_and_a_date_without_a_clock_stays_out() -> None:
    other = "".join(f"<p>{text}</p>" for text in OTHER)
    found = read(
        f"<div><h1>{TITLE}</h1><div>{BYLINE}</div><div>{PARAGRAPHS}</div></div>"
        f"<div><h1>夜班车试行</h1><div>11-17 | 来源：鹤涧快报 | 栏目：短讯</div><div>{other}</div></div>"
    )
    assert_story(found)


def test_a_second_copy_leaves_neither_its_title_nor_its_short_lines() -> None:
    copy = f"{PARAGRAPHS}<p>就这样。</p>"
    found = read(
        f"<div><h1>{TITLE}</h1><p>{BYLINE}</p><div>{copy}</div></div><div><h1>{TITLE}</h1><div>{copy}</div></div>"
    )
    assert found.paragraphs == [*STORY, "就这样。"]


def test_a_page_of_an_electronic_paper() -> None:
    row = "<tr><td>".join(
        [
            "<a>·第二批公租房摇号</a>",
            "<strong>二〇二三年十一月十八日 星期六</strong> <a>往期回顾</a> <a>上一篇</a> <a>下一篇</a> 放大 ＋ 默认",
            TITLE, f"<div>{PARAGRAPHS}</div>", "（来源：鹤涧县融媒体中心）",
        ]
    )  # fmt: skip
    found = read(
        f"<title>鹤涧日报数字报</title><table><tr><td>{row}</table>鹤涧日报数字报 网络版由本报网络部制作 热线：0900-1"
    )
    assert (found.title, found.paragraphs) == (TITLE, STORY)
    assert (found.published, found.publisher) == (date(2023, 11, 18), "鹤涧县融媒体中心")


def test_the_credit_of_a_picture_does_not_head_the_text() -> None:
    first, rest = PARAGRAPHS.split("</p>", 1)
    figure = "<figure><figcaption>▲现场 摄影：图片部</figcaption></figure>"
    found = read(f"<h1>{TITLE}</h1><p>{BYLINE}</p>{first}</p>{figure}{rest}")
    assert found.paragraphs == STORY


def test_comments_stay_out() -> None:
    comments = "".join(
        f"<div class=comment-item>网友{number}：{text}{text}</div>" for number, text in enumerate(OTHER * 4)
    )
    assert_story(read(f"<h1>{TITLE}</h1><p>{BYLINE}</p><div>{PARAGRAPHS}</div><div id=comments>{comments}</div>"))
    assert_story(read(f"<h1>{TITLE}</h1><p>{BYLINE}</p><div>{PARAGRAPHS}</div><h3>网友评论</h3><div>{OTHER[0]}</div>"))


def test_captions_stay_out_and_a_misleading_name_around_the_page_means_nothing() -> None:
    picture = "<div class=image><img src=a.jpg><p class=caption>村民在新桥上留影，身后是停用的渡口。</p></div>"
    body = (
        f"<div class=hot-news-content><p>{STORY[0]}</p>{picture}{PARAGRAPHS.removeprefix(f'<p>{STORY[0]}</p>')}</div>"
    )
    assert_story(read(f"<div id=page-nav-wrap><h1>{TITLE}</h1><p>{BYLINE}</p>{body}</div>"))


def test_the_first_post_of_a_blog_is_taken() -> None:
    posts = "".join(
        f"<div class=post><h2><a>{title}</a></h2><div>{day} 10:00</div>{''.join(f'<p>{text}</p>' for text in body)}"
        "<div><a>评论(3)</a> | <a>阅读(56)</a></div></div>"
        for title, day, body in ((TITLE, "2023-11-18", STORY), ("县城公交试行夜班车", "2023-11-17", OTHER * 2))
    )
    found = read(f"<title>某人的博客</title>{posts}")
    assert found.title == TITLE and found.paragraphs == STORY and found.published == date(2023, 11, 18)


def test_text_wrapped_by_hand_becomes_paragraphs() -> None:
    paragraphs = [f"{STORY[0][:-1]}，{text}" for text in OTHER] + [f"{STORY[2][:12]}，{text}" for text in OTHER]
    wrapped = [text[start : start + 30] for text in paragraphs for start in range(0, len(text), 30)]
    assert read("<h1>" + TITLE + "</h1><pre>" + "\n".join(wrapped) + "</pre>").paragraphs == paragraphs


def test_rows_of_a_table_stay_rows() -> None:
    table = "<table><tr><th>镇<th>产量<tr><td>青槐镇<td>1200吨<tr><td>石埠镇<td>860吨</table>"
    found = read(f"<h1>{TITLE}</h1><p>{BYLINE}</p><div><p>{STORY[0]}</p>{table}<p>{STORY[1]}</p></div>")
    assert found.paragraphs == [STORY[0], "镇 产量", "青槐镇 1200吨", "石埠镇 860吨", STORY[1]]


def test_the_signature_of_an_official_notice_stays() -> None:
    notice = [
        "因城区供水管网改造，定于7月14日8时至18时对望川路以东片区停水，请居民提前做好储水准备。",
        "施工期间带来的不便，敬请谅解。",
        "特此通告。",
        "望川区水务局",
        "2023年7月12日",
    ]
    found = read(
        f"<h1>关于停水的通告</h1><div>{''.join(f'<div>{text}</div>' for text in notice)}</div><ul>{LINKS}</ul>"
    )
    assert found.paragraphs == notice
    assert found.published == date(2023, 7, 12)


def test_a_subtitle_belongs_to_the_title_and_a_lone_name_to_the_author() -> None:
    found = read(f"<p>{TITLE}</p><p>——写在通车之前<br>沈秋<br>{'<br>'.join(STORY)}</p>")
    assert found.title == f"{TITLE} ——写在通车之前"
    assert found.author == "沈秋" and found.paragraphs == STORY


def test_a_title_in_two_lines_is_one() -> None:
    rest = "两岸乡亲告别摆渡"
    head = f"<title>{TITLE}{rest}_鹤涧网</title><h1>{TITLE}</h1><h2>{rest}</h2><p>{BYLINE}</p>"
    found = read(f"{head}<div>{PARAGRAPHS}</div>")
    assert found.title == f"{TITLE} {rest}" and found.paragraphs == STORY


def test_the_body_that_a_host_names_is_taken() -> None:
    source = (
        f"<h1>{TITLE}</h1><div>{''.join(f'<p>{text}</p>' for text in OTHER * 3)}</div><div class=zw>{PARAGRAPHS}</div>"
    )
    assert extract(parse(source, html=True, rules=HostRules(body=".zw"))).paragraphs == STORY


@pytest.mark.parametrize(
    "source", ["", "<p></p>", f"<ul>{LINKS}</ul>", "<frameset><frame src=a></frameset>", "<img src=a>", "<p>。。。</p>"]
)
def test_a_page_without_an_article_says_so(source: str) -> None:
    assert read(source).dropped in ("no_article", "link_list", "too_short")


def test_a_record_that_is_all_article_keeps_its_text() -> None:
    lines = ["本报讯（记者 柯远帆）昨日，大桥合龙。", "来源：鹤涧日报", "相关新闻", *STORY, STORY[0], "责任编辑：沈某"]
    found = extract(parse("\n".join(lines), html=False), content="article")
    assert found.paragraphs == lines
    assert (found.publisher, found.author) == ("鹤涧日报", "柯远帆")


def test_a_headline_is_never_refused() -> None:
    assert extract(parse("鹤涧大桥合龙", html=False), content="headline").dropped is None
    assert extract(parse("鹤涧大桥合龙", html=False), content="article").dropped == "too_short"


@given(
    st.lists(
        st.sampled_from([*STORY, TITLE, BYLINE, "相关新闻", "[1] [2]", "第一章 雨夜", "楼主", "2021-07-12", ""]),
        max_size=12,
    )
)
def test_any_lines_give_an_article_or_a_reason(lines: list[str]) -> None:
    for html in (False, True):
        for content in ("page", "article", "headline"):
            page = parse("<br>".join(lines) if html else "\n".join(lines), html=html)
            found = extract(page, content=content)
            assert all(found.paragraphs)
            assert found.paragraphs or found.dropped or content == "headline"
            assert content != "page" or all(text in "".join(lines) for text in found.paragraphs)
            if not html and content != "page":
                texts = [line.text for line in page.lines]
                assert extract_record(texts, page.declared, content=content, options=Clean()) == found
