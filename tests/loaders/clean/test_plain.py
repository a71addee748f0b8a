"""What the first look lets pass, the closer look has nothing against."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caibian.config import Clean, Genres
from caibian.loaders.clean import clean, genre, spam
from caibian.loaders.clean.draft import Draft
from caibian.loaders.clean.page import parse
from caibian.loaders.clean.plain import Looks, look
from caibian.loaders.clean.repair import repair_lines
from caibian.loaders.clean.signs import WORDS, count_signs, find_signs
from caibian.schema import READ

NEWS = "昨日上午，县委书记到城东乡调研公路建设。他要求加快进度，确保年底通车。工程总投资3.5亿元，共12公里。"
SPAM = (
    *("葡京", "凯发", "癫", "癜", "牛皮癣", "银屑病", "湿疣", "不孕不育", "早泄", "阳痿", "老虎机", "博狗", "亚博"),
    *("万博", "博鱼", "鱼体育", "云体育", "戏体育", "冠体育", "博体育", "乐体育", "发体育", "六合彩", "时时彩"),
    *("大发彩票", "大发娱乐", "金沙娱乐", "胜利娱乐", "银河娱乐", "威尼斯人", "大发快3", "大发快三", "必威"),
    *(
        "伟德",
        "太阳城",
        "九游会",
        "华体会",
        "百家乐",
        "澳门金沙",
        "一区二区",
        "久久久",
        "久久精品",
        "国产精品",
        "bet365",
    ),
    *("188bet", "hth", "ky体育", "kok体育"),
)
PIECES = st.one_of(
    st.sampled_from([NEWS, "新闻", "公路。", "国", "，", "、", "：“好。”", "\n", "\u3000\u3000", "2023年"]),
    st.sampled_from(
        [*SPAM, "經(jīng)", "（mu）", "( he)", "[email", "![", "市.委", ",,", "，,", "说:好", "(xiàng", "會"]
    ),
    st.sampled_from([*(word for words in WORDS.values() for word in words[:30]), "the cat", "のカ", "가나", "—", "😀"]),
    st.text(st.sampled_from("一a1.,;:!?()（）[]\n 、。“”"), max_size=6),
)
TEXTS = st.lists(PIECES, max_size=12).map("".join)


def seen(*texts: str, around: str = "", min_chars: int = 60) -> Looks:
    return look(texts, [around] * len(texts), min_chars=min_chars, genres=Genres())


@settings(max_examples=800, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=4), TEXTS)
def test_what_passes_as_clean_needs_no_repair(texts: list[str], around: str) -> None:
    for text, is_clean in zip(texts, seen(*texts, around=around).clean, strict=True):
        if is_clean:
            lines = [*around.split("\n"), *(line.text for line in parse(text, html=False).lines)]
            found = repair_lines(lines)
            assert (found.lines, found.repairs, found.script) == (lines, {}, "simplified")


@settings(max_examples=800, deadline=None)
@given(st.lists(TEXTS.map(lambda text: NEWS + text), min_size=1, max_size=4), st.sampled_from([0, 60, 300]))
def test_what_passes_as_news_is_not_refused(texts: list[str], min_chars: int) -> None:
    for text, is_news in zip(texts, seen(*texts, min_chars=min_chars).news, strict=True):
        paragraphs = [line.text for line in parse(text, html=False).lines]
        if is_news and not any(one.startswith(("“", '"', "「", "第", "楔", "序", "尾", "番")) for one in paragraphs):
            draft = Draft(title="公路通车", paragraphs=paragraphs, lines=paragraphs)
            assert genre.refuse(draft, min_chars=min_chars, genres=Clean().genres) is None


ENDS = st.sampled_from(
    [
        *(
            "某某社北京7月12日电（记者沈砚秋）",
            "《某某日报》（2022年02月13日 02版）",
            "来源：某某日报 作者：沈砚秋",
            "2021-07-12",
        ),
        *(
            "（文/沈砚秋）",
            "第一章 雨夜",
            "“好。”他说。",
            "相关新闻",
            "　　",
            "××镇××村",
            "[查看原文](https://example.cn/a.html)",
        ),
        *("县里计划在明年五月以前把这条路再往东边修十二公里一直修到", "全县开渔".encode().decode("latin-1")),
    ]
)
RECORDS = st.fixed_dictionaries(
    {
        "raw": st.builds(
            lambda breaks, some: NEWS + breaks.join(some),
            st.sampled_from(["", "\n", "<br>", "</p><p>", "</td><td>", '</a></li><li><a href="/a.html">']),
            st.lists(st.one_of(PIECES, ENDS, st.just("\n")), max_size=16),
        ),
        "given_title": st.sampled_from([None, "公路通车", "视频：公路通车", "第三章 通车", "讲话稿5篇", "公路通車"]),
        "given_published": st.sampled_from([None, "20210712", "2021-07-11T18:05:00Z", "昨天"]),
        "given_author": st.sampled_from([None, "沈砚秋", "沈砚秋（記者）"]),
        "content": st.sampled_from(["article", "headline"]),
    }
)


@settings(max_examples=500, deadline=None)
@given(st.lists(RECORDS, min_size=1, max_size=6), st.sampled_from([0, 60, 300]))
def test_the_first_look_changes_no_row(records: list[dict[str, str]], min_chars: int) -> None:
    rows = pa.Table.from_pylist([{"format": "jsonl", **record} for record in records], READ)
    options = Clean(min_chars=min_chars)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("caibian.loaders.clean._LOOKED_AT", -1)
        without = clean(rows, options=options)
    assert clean(rows, options=options).equals(without)


@pytest.mark.parametrize("word", SPAM)
def test_no_word_of_spam_passes(word: str) -> None:
    assert spam.SIGN.search(word)
    assert not seen(NEWS + word + NEWS).clean[0]


@pytest.mark.parametrize(
    "word", ["核废水泄漏", "久久为功", "布宜诺斯艾利斯和尼斯", "金沙江", "http://example.cn/t38b.html"]
)
def test_what_only_begins_like_spam_passes(word: str) -> None:
    assert seen(NEWS + word + NEWS).clean[0]


def test_a_short_item_with_a_long_address_passes() -> None:
    address = "\n[查看原文](https://example.cn/2022/09/30/abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz.shtml)"
    assert seen(NEWS[:40] + address).news[0]
    assert not seen("通车。" + address).news[0]


def test_plain_news_passes_and_what_is_not_does_not() -> None:
    looks = seen(NEWS * 3, "經(jīng)濟" + NEWS * 3, "短讯。", NEWS * 200)
    assert looks.clean.tolist() == [True, False, False, True]
    assert looks.news.tolist() == [True, True, False, False]  # of a long text only the beginning would be read


@settings(max_examples=200, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_signs_of_many_texts_are_those_of_each(texts: list[str]) -> None:
    found = find_signs(texts)
    for number, text in enumerate(texts):
        counts = {name: int(of[number]) for name, of in found.items() if of[number]}
        assert counts == count_signs(text.encode())
