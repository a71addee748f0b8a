"""Sentences and words: joined they are the text, and the words are jieba's."""

import gzip
import itertools
import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import jieba
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caibian.loaders.segment import segment
from caibian.schema import SEGMENT, plus

REAL_DATA = os.environ.get("CAIBIAN_REAL_DATA")
ROWS = pa.schema([("id", pa.string()), ("paragraphs", pa.list_(pa.string())), ("dropped", pa.string())])
# What ours and jieba could differ on: the table of Han, runs of ASCII, white space, other scripts, ties.
KINDS = (
    "国的一是新闻县委书记，。、“”",
    "aB19.%-+#&_",
    " \t\r\n\x0b\x0c\x1c\x85\xa0\u3000\u200b\ufeff\0",
    "㛃𠮷鿫镕豈龥鿕鿖\U00030000",
    "々〇ー丶①Ⅳ℃％．－Ａ１",
    "éñДعहひア한",
    "😀👨‍👩‍👧\u0301\ue000",
    "一一二三大小天天人",
)


def pieces(texts: Sequence[str], user_words: tuple[str, ...] = ()) -> dict[str, list[list[str]]]:
    """Return words and sentences of each text."""
    rows = pa.table({"id": ["1"], "paragraphs": [texts], "dropped": [None]}, ROWS)
    cut = segment(rows, user_words=user_words)
    return {name: cut[name][0].as_py() for name in SEGMENT.names}


def words_of(texts: Sequence[str], user_words: tuple[str, ...] = ()) -> list[list[str]]:
    return pieces(texts, user_words)["words"]


def sentences_of(text: str) -> list[str]:
    return pieces([text])["sentences"][0]


@cache
def reference(user_words: tuple[str, ...] = ()) -> jieba.Tokenizer:
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    for word in user_words:
        tokenizer.add_word(word)
    return tokenizer


@cache
def dictionary() -> list[str]:
    return [word for word, count in itertools.islice(reference().FREQ.items(), 0, None, 97) if count]


def fuzzed(count: int) -> list[str]:
    chance = random.Random(2)  # noqa: S311  (no secret: the same texts each time)
    special = ["c++", "C#", "AT&T", "B超", "Q版", "3.5%", "COVID-19", "v1.2.3", "a_b", "\r\n"]
    texts = []
    for _ in range(count):
        parts = []
        for _ in range(chance.randint(1, 10)):
            kind = chance.random()
            if kind < 0.4:
                parts.append(chance.choice(dictionary()))
            elif kind < 0.5:
                parts.append(chance.choice(special))
            elif kind < 0.9:
                parts.append("".join(chance.choices(chance.choice(KINDS), k=chance.randint(1, 5))))
            else:
                code = chance.choice([(0, 0xD800), (0xE000, 0x30000)])
                parts.append(chr(chance.randrange(*code)))
        texts.append("".join(parts))
    return texts


def check_words(texts: Sequence[str], user_words: tuple[str, ...] = ()) -> None:
    for text, words in zip(texts, words_of(texts, user_words), strict=True):
        assert words == reference(user_words).lcut(text), text


def test_words_are_those_of_jieba() -> None:
    check_words(fuzzed(20_000))


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_words_are_those_of_jieba_for_any_unicode(text: str) -> None:
    check_words([text])


# Words that overlap, characters that only begin words, words less likely than their characters, names, rare Han.
TANGLED = st.text(
    st.sampled_from("中国人民大会堂的一是不了在有和上下学生产力葡萄蜘蛛琵琶龘靐赟囧张伟ab1.%-"), min_size=1
)


@settings(max_examples=300, deadline=None)
@given(st.lists(TANGLED, min_size=1, max_size=30))
def test_words_of_tangled_text_are_those_of_jieba(texts: list[str]) -> None:
    check_words(texts)


def test_words_of_long_stretches_are_those_of_jieba() -> None:
    # A stretch is text without a border that no word spans; a run is text without a word of the dictionary.
    chance = random.Random(5)  # noqa: S311  (no secret: the same texts each time)
    pair = ["天天", "人人", "国国", "中国人民", "人民大会", "民国", "大会堂", "龘", "靐", "囧", "1", "a"]
    texts = ["".join(chance.choices(pair, k=length)) for length in (30, *range(60, 66), *range(100, 104), 2000)]
    repeated = itertools.product(("天", "人民", "中国人民", "龘", "龘靐", "囧a"), (33, 64, 65, 100, 101, 500))
    texts += [word * count for word, count in repeated]
    check_words(texts)


def test_two_ways_that_weigh_the_same_are_cut_as_jieba_rounds() -> None:
    # Both ways hold the same words in another order; what stands behind decides how their sums are rounded.
    for behind in ("", "的", "一二三四五六七八九十", "和有关部门负责同志的讲话精神"):
        check_words(["领导集体领导" + behind, "的领导集体领导集体领导" + behind])


def test_runs_of_ascii_are_cut_as_jieba_cuts_them() -> None:
    # For a run without a word of the dictionary in it, this is what jieba does.
    word = re.compile(r"([a-zA-Z0-9]+(?:\.\d+)?%?)")
    for length in range(1, 7):
        runs = ["".join(chars) for chars in itertools.product("a1.-_%", repeat=length)]
        assert words_of(runs) == [[part for part in word.split(run) if part] for run in runs]


@pytest.mark.skipif(REAL_DATA is None, reason="CAIBIAN_REAL_DATA names no folder of real data")
def test_words_of_real_sentences_are_those_of_jieba() -> None:
    seen: list[str] = []
    with gzip.open(Path(str(REAL_DATA)) / "data/xwlb/items.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in itertools.islice(lines, 0, None, 41):
            text = re.sub(r"<[^<>]*>", "\n", json.loads(line)["text_raw"])
            seen += text.split("\n")[:25]
    assert len(seen) > 3000
    check_words(seen)


def test_user_words_are_kept_whole_as_jieba_keeps_them() -> None:
    words = ("县委常委会议", "5G基站", "COVID-19", "AI")
    text = "县委常委会议研究5G基站和COVID-19"
    assert words_of([text], words) == [["县委常委会议", "研究", "5G基站", "和", "COVID-19"]]
    check_words([*fuzzed(2000), text], words)
    assert words_of(["县委常委会议"]) != [["县委常委会议"]]
    # As long as they like, or of characters that jieba takes for marks: those it never finds.
    check_words(["工" * 300 + "人", "甲·乙", "甲 乙", "𠮷野家"], ("工" * 280, "甲·乙", "甲 乙", "𠮷野家"))


def test_a_planted_cache_of_jieba_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "jieba.cache").write_bytes(b"planted")
    code = (
        "import pyarrow as pa; from caibian.loaders.segment import segment;"
        "rows = pa.table({'paragraphs': [['县委书记和开发区']], 'dropped': pa.array([None], 'string')});"
        "print(*segment(rows, user_words=('开发区',))['words'][0][0].as_py())"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
    assert done.stdout.decode().split() == ["县委书记", "和", "开发区"]
    assert done.stderr == b""
    assert [path.name for path in tmp_path.iterdir()] == ["jieba.cache"]
    assert (tmp_path / "jieba.cache").read_bytes() == b"planted"


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", []),
        ("没有句号", ["没有句号"]),
        ("一。二！三？四", ["一。", "二！", "三？", "四"]),
        ("真的吗？！是的……走了", ["真的吗？！", "是的……", "走了"]),
        ("他说：“好。”（完。）又", ["他说：“好。”", "（完。）", "又"]),
        ("增长3.5%。见http://a.cn/?b=1", ["增长3.5%。", "见http://a.cn/?b=1"]),
        ("Yahoo!Mail好!对", ["Yahoo!Mail好!", "对"]),
        ("完。 ", ["完。 "]),
        ("。。”」", ["。。”」"]),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert sentences_of(text) == sentences


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("一二。！？!?…”』) a1\n")))
def test_sentences_joined_are_the_paragraph(text: str) -> None:
    sentences = sentences_of(text)
    assert "".join(sentences) == text
    assert all(sentences)


PARAGRAPHS = st.lists(st.text(st.sampled_from("新闻县。！é𠮷😀a-1\0 "), max_size=8), max_size=4)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(PARAGRAPHS, st.sampled_from([None, "too_short"])), max_size=6), st.integers(0, 3))
def test_segment_adds_sentences_and_words_of_the_rows_that_stay(
    documents: list[tuple[list[str], str | None]], skipped: int
) -> None:
    rows = pa.Table.from_pylist(
        [{"id": str(n), "paragraphs": texts, "dropped": why} for n, (texts, why) in enumerate(documents)], ROWS
    ).slice(skipped)  # whose arrays start within their buffers
    result = segment(rows)
    result.validate(full=True)
    assert result.schema == plus(ROWS, SEGMENT)
    assert result.select(ROWS.names) == rows
    for row in result.to_pylist():
        kept = row["paragraphs"] if row["dropped"] is None else []
        assert row["words"] == [words for text in kept for words in words_of([text])]
        assert row["sentences"] == [sentences_of(text) for text in kept]


def test_segment_of_many_chunks_is_segment_of_one() -> None:
    one = pa.table({"id": ["a", "b"], "paragraphs": [["好。坏"], ["县委书记"]], "dropped": [None, None]}, ROWS)
    many = pa.concat_tables([one.slice(0, 1), one.slice(1, 1), one.slice(0, 0)])
    assert segment(many).combine_chunks() == segment(one).combine_chunks()


def test_a_paragraph_of_a_million_characters_takes_linear_time() -> None:
    for text in ("国" * 1_000_000, "a-" * 500_000, "𠮷" * 500_000, "。" * 1_000_000):
        assert ["".join(cut[0]) for cut in pieces([text]).values()] == [text, text]
