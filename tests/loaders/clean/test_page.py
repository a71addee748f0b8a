"""Pages of any age and shape become lines."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caibian.config import HostRules
from caibian.loaders.clean.declared import MAX_VALUE_CHARS
from caibian.loaders.clean.markup import MAX_DEPTH, MAX_LINE_CHARS, MAX_LINES
from caibian.loaders.clean.page import MAX_CHARS, Page, parse


def texts(source: str) -> list[str]:
    return [line.text for line in parse(source, html=True).lines]


def test_block_elements_and_breaks_begin_lines_and_inline_ones_do_not() -> None:
    source = "<div>云岫县<b>今日</b><font color=red>开渔</font><p>首船归港。<br>码头<i>热闹</i>。</div><hr>完"
    assert texts(source) == ["云岫县今日开渔", "首船归港。", "码头热闹。", "完"]


def test_unclosed_and_misnested_tags_are_mended() -> None:
    assert texts("<table><tr><td>甲<td>乙<tr><td><p>丙<p>丁</table>") == ["甲", "乙", "丙", "丁"]
    assert texts("<b><p>甲</b>乙</p>丙") == ["甲乙", "丙"]


def test_what_a_reader_does_not_see_is_no_text() -> None:
    source = (
        "<!DOCTYPE html><title>题</title><style>p{}</style><script>var a = '<p>假</p>';</script>"
        "<body><noscript>请开启</noscript><!-- <p>旧</p> --><select><option>省份</select><textarea>"
        "草稿</textarea><svg><text>图</text></svg><p>真</p>"
    )
    assert texts(source) == ["真"]


def test_line_breaks_count_in_preformatted_text_only() -> None:
    assert texts("<pre>第一行\n第二行</pre><p>同一\n行</p>") == ["第一行", "第二行", "同一 行"]


def test_a_corpus_wrapper_and_stray_control_characters_do_no_harm() -> None:
    assert texts('<text id="x" title="&para;" encoding="gb2312"><html><p>正\x00文\ufeff</p></text>')[0].startswith("正")


def test_lines_know_their_links_headings_and_surroundings() -> None:
    page = parse(
        "<h2>题目</h2><p>见<a href=x>附件</a>。<div class='related-news'><a>其他</a></div>"
        "<div style='display: none'>藏</div>",
        html=True,
    )
    title, sentence, other, hidden = page.lines
    assert title.heading and title.tag == "h2"
    assert sentence.link_chars == 2 and not sentence.furniture
    assert other.furniture and other.link_chars == 2
    assert hidden.hidden and not other.hidden


def test_a_link_that_was_never_closed_is_no_link() -> None:
    body = "".join(
        f"<br>第{number}段，渡口今年迎来了更多乡亲，船工们起早贪黑，连晚饭都顾不上吃，说这样的日子有盼头。"
        for number in range(8)
    )
    assert all(line.link_chars == 0 for line in parse(f"<div><a href=top>{body}</div>", html=True).lines)


def test_a_card_that_is_one_link_stays_a_link() -> None:
    (title, summary) = parse("<a href=x><h3>题目</h3><p>一句摘要。</p></a>", html=True).lines
    assert title.link_chars == 2 and summary.link_chars == 5


def test_bytes_read_as_latin_1_keep_their_halves() -> None:
    misread = "全县开渔".encode().decode("latin-1")
    assert "\x85" in misread
    assert texts(f"<p>{misread}</p>") == [misread]
    assert [line.text for line in parse(misread, html=False).lines] == [misread]


def test_crawled_text_has_lines_without_tags() -> None:
    page = parse("　　题目\r\n\r\n  正文一。\r正文二。\n", html=False)
    assert [line.text for line in page.lines] == ["题目", "正文一。", "正文二。"]
    assert not page.html


DECLARING = """<html><head><title>青槐镇春茶开采_要闻_临汐新闻网</title>
<meta name="PubDate" content="2021-07-12 08:30"><meta property="og:title" content="青槐镇&amp;春茶开采">
<meta name="author" content="沈砚秋"><meta name="ContentSource" content="临汐日报">
<link rel="canonical" href="https://news.example.cn/a/1.html"></head><body></body></html>"""


def test_meta_tags_declare() -> None:
    declared = parse(DECLARING, html=True).declared
    assert declared.title == "青槐镇&春茶开采"
    assert (declared.published, declared.author, declared.publisher) == ("2021-07-12 08:30", "沈砚秋", "临汐日报")
    assert declared.url == "https://news.example.cn/a/1.html"
    assert parse(DECLARING, html=True, url="https://example.cn/b").declared.url == "https://example.cn/b"


def test_json_ld_declares() -> None:
    source = """<script type="application/ld+json">{"@graph": [{"@type": "WebSite", "name": "站"},
      {"@type": ["NewsArticle"], "headline": "渡口通桥", "datePublished": "2021-07-11T18:05:00Z",
       "author": [{"name": "陆启明"}, {"name": "柯远帆"}], "publisher": {"name": "云岫融媒"},
       "articleSection": "要闻"}]}
    </script>"""
    declared = parse(source, html=True).declared
    assert (declared.title, declared.published) == ("渡口通桥", "2021-07-11T18:05:00Z")
    assert (declared.author, declared.publisher, declared.section) == ("陆启明 柯远帆", "云岫融媒", "要闻")


@pytest.mark.parametrize(
    "source", ["{", "[" * 50_000, '{"@type": {"a": 1}}', '{"@type": "NewsArticle", "author": 3}', "null"]
)
def test_bad_json_ld_declares_nothing(source: str) -> None:
    declared = parse(f'<script type="application/ld+json">{source}</script><title>题</title>', html=True).declared
    assert declared.title == "题" and declared.author is None


def test_a_declared_value_is_bounded() -> None:
    declared = parse(f'<meta name="author" content="{"名" * 100_000}">', html=True).declared
    assert declared.author is not None and len(declared.author) == MAX_VALUE_CHARS


def test_host_rules_name_title_date_and_body() -> None:
    source = "<p class=t>渡口通桥</p><em id=d>2021-07-12</em><div>导航</div><div class=b><p>正文。</p></div>"
    page = parse(source, html=True, rules=HostRules(title="p.t", body=".b", published="#d"))
    assert (page.declared.title, page.declared.published) == ("渡口通桥", "2021-07-12")
    assert page.declared.given == {"title", "published"}
    assert [line.text for line in page.lines if line.given] == ["正文。"]


def test_a_selector_that_finds_nothing_decides_nothing() -> None:
    page = parse("<title>题</title><p>文</p>", html=True, rules=HostRules(title="h9", body=".none"))
    assert page.declared.title == "题" and not page.declared.given
    assert not any(line.given for line in page.lines)


STORY = "市里昨日召开会议，部署防汛工作，要求各地落实责任。"
HOSTILE = {
    "100,000 nested tags": "<div>" * 100_000 + STORY,
    "100,000 nested inline tags": "<p>" + "<b>" * 100_000 + STORY,
    "100,000 nested tables": "<table><tr><td>" * 33_000 + STORY,
    "one giant line": STORY * 100_000,
    "many attributes": "<p " + " ".join(f"a{number}=1" for number in range(100_000)) + ">" + STORY,
    "an unclosed quote": '<p class="' + "a" * 1_000_000,
    "unclosed tags": "<a " * 300_000,
    "only angle brackets": "<" * 1_000_000,
    "unclosed comments": "<!--" * 200_000,
    "unclosed scripts": "<script>" * 100_000,
    "unclosed JSON-LD": '<script type="application/ld+json">' * 30_000,
    "breaks": "<br>" * 300_000 + STORY,
    "short lines": "<br>字" * 200_000,
    "a long title": "<title>" + "_网|-" * 200_000 + "</title>",
    "halves of surrogate pairs": "<p>\ud800\udfff" + STORY,
    "an empty page": "",
    "frames only": "<frameset><frame src=a><frame src=b></frameset>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages_take_bounded_time_and_space(name: str) -> None:
    began = time.process_time()
    page = parse(HOSTILE[name], html=True)
    assert time.process_time() - began < 20  # seconds; each takes under one, quadratic work would take hours
    check(page)


def test_a_page_of_50_megabytes_is_cut() -> None:
    source = "<html><body>" + f"<p>{STORY}</p>" * 1_000_000
    assert len(source.encode()) > 50_000_000
    page = parse(source, html=True)
    check(page)
    assert sum(len(line.text) for line in page.lines) < MAX_CHARS


def test_pictures_inside_the_source_do_not_count_as_its_length() -> None:
    picture = f'<img src="data:image/png;base64,{"A" * MAX_CHARS}">'
    assert texts(f"{picture}<p>{STORY}</p>") == [STORY]


@given(st.text(alphabet=st.sampled_from("<>/ab p\"'=-!&;中。\n\u3000"), max_size=200) | st.text(max_size=100))
def test_any_text_is_a_page(source: str) -> None:
    check(parse(source, html=True))
    check(parse(source, html=False))


def check(page: Page) -> None:
    """Assert what holds of every page."""
    assert len(page.lines) <= MAX_LINES
    assert all(0 < len(line.text) <= MAX_LINE_CHARS for line in page.lines)
    assert all(0 <= line.link_chars <= len(line.text) for line in page.lines)
    assert all(line.block < len(page.parents) for line in page.lines)
    assert all(parent < block for block, parent in enumerate(page.parents) if block)
    depth = [0] * len(page.parents)
    for block, parent in enumerate(page.parents[1:], start=1):
        depth[block] = depth[parent] + 1
    assert max(depth) <= MAX_DEPTH
