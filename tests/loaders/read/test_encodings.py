"""Text in any Chinese encoding is read, whatever it declares; what is no text is refused."""

import codecs
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caibian.loaders.read.encodings import canonical, decode, detect, is_binary

NEWS = "本报讯　5月3日，清溪县召开春季农业生产工作会议，部署粮食和蔬菜生产。会议指出，“要抓住农时”。"
TRADITIONAL = "本報訊　清溪縣召開春季農業生產工作會議，部署糧食和蔬菜生產。會議指出，要抓住農時。"


@pytest.mark.parametrize("encoding", ["utf-8", "gb2312", "gbk", "gb18030", "utf-16-le", "utf-16-be", "utf-16"])
@pytest.mark.parametrize("declared", [(), ("utf-8",), ("gbk",), ("big5",), ("iso-8859-1",), ("no-such",), ("utf-16",)])
def test_simplified_text_is_read_whatever_is_declared(encoding: str, declared: tuple[str, ...]) -> None:
    decoded = decode(NEWS.replace("\u3000", " ").encode(encoding), declared=declared)
    assert decoded is not None
    assert decoded.text == NEWS.replace("\u3000", " ")
    assert decoded.broken == 0


@pytest.mark.parametrize("declared", [(), ("utf-8",), ("gb2312",), ("big5",)])
def test_traditional_text_in_big5_is_read(declared: tuple[str, ...]) -> None:
    decoded = decode(TRADITIONAL.encode("big5"), declared=declared)
    assert decoded is not None
    assert (decoded.text, decoded.encoding) == (TRADITIONAL, "big5hkscs")


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
    ],
)
def test_a_byte_order_mark_decides_and_is_no_text(mark: bytes, encoding: str) -> None:
    decoded = decode(mark + "字, short".encode(encoding))
    assert decoded is not None
    assert decoded.text == "字, short"


@pytest.mark.parametrize("rare", ["朱镕", "𠮷野家", "㛃", "镕𠮷㛃〇"])
def test_rare_characters_of_gb18030_survive_a_page_that_says_gb2312(rare: str) -> None:
    page = f"<html><meta charset=gb2312><p>{NEWS}{rare}"
    decoded = decode(page.encode("gb18030"))
    assert decoded is not None
    assert (decoded.text, decoded.encoding) == (page, "gb18030")


@pytest.mark.parametrize("text", ["通知", "清溪县", "会议", "关于放假的通知", "今天天气好", "小雨", "在线", "学习。"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_short_texts_are_read(text: str, encoding: str) -> None:
    decoded = decode(text.encode(encoding))
    assert decoded is not None
    assert decoded.text == text


@pytest.mark.parametrize("wrong", ["utf-8", "big5", "iso-8859-1", "shift_jis"])
def test_a_wrong_charset_inside_the_page_is_not_believed(wrong: str) -> None:
    page = f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={wrong}"></head><p>{NEWS}'
    decoded = decode(page.encode("gb18030"))
    assert decoded is not None
    assert decoded.text == page


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5hkscs"])
def test_chinese_that_comes_late_in_an_ascii_page_decides(encoding: str) -> None:
    text = TRADITIONAL if encoding == "big5hkscs" else NEWS
    page = "<script>" + "var a = 1;\n" * 20_000 + "</script><p>" + text
    decoded = decode(page.encode(encoding), declared=("utf-8",))
    assert decoded is not None
    assert (decoded.text, decoded.encoding) == (page, encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le"])
@pytest.mark.parametrize("cut", [1, 2])
def test_a_character_cut_at_the_end_costs_only_itself(encoding: str, cut: int) -> None:
    for text in (NEWS + "镇", "会议镇"):
        decoded = decode(text.encode(encoding)[:-cut])
        assert decoded is not None
        assert decoded.text.startswith(text[:-1])
        assert len(decoded.text) <= len(text) + 1


def test_a_few_broken_bytes_leave_utf8_what_it_is() -> None:
    data = (NEWS * 20).encode()
    decoded = decode(data[:500] + b"\xff\xc0" + data[500:])
    assert decoded is not None
    assert decoded.encoding == "utf-8"
    assert 1 <= decoded.broken <= 6


def test_latin_text_in_utf8_is_not_taken_for_chinese() -> None:
    for text in ("Café à Paris", "Привет, мир", "naïve – déjà vu"):
        assert decode(text.encode()) == (text, "utf-8", 0)


def test_one_zero_byte_does_not_make_a_text_binary() -> None:
    damaged = NEWS[:10] + "\0" + NEWS[10:]
    assert decode(damaged.encode()) == (damaged, "utf-8", 0)


@pytest.mark.parametrize(
    "data",
    [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\4\0" * 9, bytes(range(256)) * 20, b"\0" * 500, b"PK\3\4\x14\0\0\0\x08\0" * 50],
)
def test_binary_data_is_refused(data: bytes) -> None:
    assert detect(data) is None
    assert is_binary(data)


def test_a_configured_encoding_is_obeyed() -> None:
    assert decode(NEWS.encode("gbk"), encoding="GB2312") == (NEWS, "gb18030", 0)
    decoded = decode(b"\xff\xfe" * 3, encoding="utf-8")
    assert decoded is not None
    assert decoded.broken == 6


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("GB2312", "gb18030"),
        ("x-gbk", "gb18030"),
        ("gb_2312-80", "gb18030"),
        ("Big5", "big5hkscs"),
        ("big5-hkscs", "big5hkscs"),
        ("UTF8", "utf-8"),
        ("latin1", "iso8859-1"),
        ("hz-gb-2312", "hz"),
        ("unicode_escape", None),
        ("idna", None),
        ("punycode", None),
        ("undefined", None),
        ("rot13", None),
        ("base64", None),
        ("utf-7", None),
        ("", None),
        ("\0", None),
    ],
)
def test_names_of_charsets(name: str, codec: str | None) -> None:
    assert canonical(name) == codec


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["", "gbk", "utf-16", "unicode_escape", "hz", "cp037"]))
def test_any_bytes_give_text_or_nothing(data: bytes, declared: str) -> None:
    decoded = decode(data, declared=(declared,))
    if decoded is not None:
        decoded.text.encode("utf-8", "surrogatepass")
        assert 0 <= decoded.broken <= len(decoded.text)


def test_hostile_declarations_take_no_time() -> None:
    began = time.process_time()
    decode(b"charset=" + b" " * 60_000 + b"\xd6\xd0" + b"encoding =" * 100_000)
    assert time.process_time() - began < 5  # a bound on growth, not a speed: quadratic would take minutes
