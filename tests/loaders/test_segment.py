"""Sentences and words: joined they are the text, and the words are jieba's."""

import gzip
import itertools
import json
import os
import random
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import jieba
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caibian.loaders.segment import cut, segment, split_sentences
from caibian.schema import SEGMENT, plus

REAL_DATA = os.environ.get("CAIBIAN_REAL_DATA")
ROWS = pa.schema([("id", pa.string()), ("paragraphs", pa.list_(pa.string())), ("dropped", pa.string())])
# What the two tokenizers could differ on: their tables of Han, runs of ASCII, white space, other scripts, ties.
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


def test_words_are_those_of_jieba() -> None:
    for text in fuzzed(10_000):
        assert cut(text) == reference().lcut(text), text


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_words_are_those_of_jieba_for_any_unicode(text: str) -> None:
    assert cut(text) == reference().lcut(text)


def test_runs_of_ascii_are_cut_as_jieba_cuts_them() -> None:
    # For a run without a word of the dictionary in it, this is what jieba does.
    word = re.compile(r"([a-zA-Z0-9]+(?:\.\d+)?%?)")
    for length in range(1, 7):
        for chars in itertools.product("a1.-_%", repeat=length):
            run = "".join(chars)
            assert cut(run) == [part for part in word.split(run) if part], run


@pytest.mark.skipif(REAL_DATA is None, reason="CAIBIAN_REAL_DATA names no folder of real data")
def test_words_of_real_sentences_are_those_of_jieba() -> None:
    seen = 0
    with gzip.open(Path(str(REAL_DATA)) / "data/xwlb/items.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in itertools.islice(lines, 0, None, 41):
            text = re.sub(r"<[^<>]*>", "\n", json.loads(line)["text_raw"])
            for sentence in itertools.islice(split_sentences(text), 25):
                assert cut(sentence) == reference().lcut(sentence)
                seen += 1
            if seen >= 3000:
                break
    assert seen >= 3000


def test_user_words_are_kept_whole_as_jieba_keeps_them() -> None:
    words = ("县委常委会议", "5G基站", "COVID-19", "AI")
    assert cut("县委常委会议研究5G基站和COVID-19", user_words=words) == [
        "县委常委会议",
        "研究",
        "5G基站",
        "和",
        "COVID-19",
    ]
    for text in fuzzed(500):
        assert cut(text, user_words=words) == reference(words).lcut(text)
    assert cut("县委常委会议") != ["县委常委会议"]


def test_a_planted_cache_of_jieba_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "jieba.cache").write_bytes(b"planted")
    code = "from caibian.loaders.segment import cut; print(*cut('县委书记和开发区', user_words=('开发区',)))"
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
    assert split_sentences(text) == sentences


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("一二。！？!?…”』) a1\n")))
def test_sentences_joined_are_the_paragraph(text: str) -> None:
    sentences = split_sentences(text)
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
        assert row["words"] == [cut(text) for text in kept]
        assert row["sentences"] == [split_sentences(text) for text in kept]


def test_segment_of_many_chunks_is_segment_of_one() -> None:
    one = pa.table({"id": ["a", "b"], "paragraphs": [["好。坏"], ["县委书记"]], "dropped": [None, None]}, ROWS)
    many = pa.concat_tables([one.slice(0, 1), one.slice(1, 1), one.slice(0, 0)])
    assert segment(many).combine_chunks() == segment(one).combine_chunks()


def test_a_paragraph_of_a_million_characters_takes_linear_time() -> None:
    for text in ("国" * 1_000_000, "a-" * 500_000, "𠮷" * 500_000, "。" * 1_000_000):
        assert sum(map(len, cut(text))) == len(text)
        assert "".join(split_sentences(text)) == text
