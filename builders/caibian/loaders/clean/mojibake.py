"""Undo text decoded in the wrong encoding: UTF-8 as GBK, GBK or UTF-8 as Latin-1, twice, and entities escaped twice.

Own code and not ftfy: that library knows no GBK on either side (閿欒 stays), and its defaults fold full-width
punctuation, which damages Chinese text.
"""

import html
import math
import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from caibian.loaders.clean import likelihood, script

# Latin-1 and Windows-1252 letters as they come out of the bytes of Chinese text; five and more in a row.
_CP1252 = (
    "\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d\u2018\u2019\u201c"
    "\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178"
)
_LATIN = re.compile(rf"[\u0080-\u00ff{_CP1252}]{{2,}}(?:[ -~]{{0,12}}[\u0080-\u00ff{_CP1252}]{{2,}})*")
LATIN_SIGN = re.compile("[\u00a1-\u00ff][\u0080-\u00ff\u20ac\u0152-\u0192\u02c6-\u2122]{3}")
# What the lead bytes of UTF-8 punctuation and the most frequent characters become in GBK.
GBK_CHARACTERS = "锛銆鈥鐨鏄涓鍦鏈浜杩閿涔鎴"
GBK_SIGN = re.compile(f"[{GBK_CHARACTERS}]")
_GBK = re.compile("[^\n]+")  # lines: any character may come out of two bytes
_ENTITY = re.compile(r"&(?:amp;)+(?:[a-zA-Z]{2,8}|#\d{2,6}|#x[0-9a-fA-F]{2,5});")
_VISIBLE = re.compile(
    r"&(?:nbsp|ldquo|rdquo|lsquo|rsquo|mdash|ndash|hellip|middot|bull|[et][nm]sp|emsp|thinsp|#\d{4,5});"
)
_MIN_VISIBLE = 2  # entities that show on a page; one may be somebody's slip of the pen
_MAX_ROUNDS = 3
_MIN_GAIN = 3.0  # nats a character by which the repaired text must be likelier
_MIN_LIKELY = -9.0  # mean nats a character; 98 % of news paragraphs have -4.7 to -7.3, ÄÖÜß read as GBK has -11.8
CONFIDENCE = 0.8  # share of the probability that the best guess at a lost byte must have
_SPACING = 50  # characters of UTF-8 read as GBK that have one sign at least; of 300 paragraphs all had one in 33
_HOLE = 0x3F
_ONE_BYTE = {"\u20ac": b"\x80", "\ufffd": b"?"}  # Windows reads the byte 80 as the euro sign
_INNER = range(0x80, 0xC0)
_LEADS = (*range(0xE3, 0xEA), 0xEF)
_PUNCTUATION = {0xE3: "。", 0xEF: "，"}  # by far the most frequent of theirs
_MIN_COMMON = 0.5  # of a repaired text is Han that words are made of


def undo(text: str) -> tuple[str, int, int]:
    """Return the text with every misread stretch decoded again, their number, and how many characters stay lost."""
    given = text.count("?")
    count = 0
    if "&" in text:
        text, found = _unescape(text)
        count += found
    for _ in range(_MAX_ROUNDS):
        before = text
        if LATIN_SIGN.search(text):
            text, found = _each(_LATIN, text, _from_latin)
            count += found
        if len(GBK_SIGN.findall(text)) > 1:
            text, found = _each(_GBK, text, _from_signed_gbk)
            count += found
        if text == before:
            break
    return text, count, max(0, text.count("?") - given) if count else 0


def _unescape(text: str) -> tuple[str, int]:
    def plain(match: re.Match[str]) -> str:
        character = html.unescape("&" + match[0].rsplit("&", 1)[1].replace("amp;", ""))
        return character.replace("\u00a0", " ")

    text, twice = _ENTITY.subn(plain, text)
    if re.search("[\u4e00-\u9fff]", text) is None:
        return text, twice
    if len(_VISIBLE.findall(text)) < _MIN_VISIBLE:
        return text, twice
    text, once = _VISIBLE.subn(plain, text)
    return text, twice + once


def _each(pattern: re.Pattern[str], text: str, decode: Callable[[str], Iterator[str]]) -> tuple[str, int]:
    count = 0

    def better(match: re.Match[str]) -> str:
        nonlocal count
        best = max(decode(match[0]), key=_likely, default=None)
        if best is None or _common(best) < _MIN_COMMON or _likely(best) < _MIN_LIKELY:
            return match[0]
        if _likely(best) - _likely(match[0]) < _MIN_GAIN:
            return match[0]
        count += 1
        return best

    return pattern.sub(better, text), count


def _from_latin(text: str) -> Iterator[str]:
    raw = b"".join(c.encode("latin-1" if c <= "\u00ff" else "cp1252") for c in text)
    try:
        decoded = raw.decode("utf-8")
    except UnicodeDecodeError:
        yield from _strictly(raw, "gb18030")
        return
    yield decoded
    if _LATIN.fullmatch(decoded):  # encoded twice
        yield from _from_latin(decoded)


def _strictly(raw: bytes, encoding: str) -> Iterator[str]:
    try:
        yield raw.decode(encoding)
    except UnicodeDecodeError:
        return


def _from_signed_gbk(text: str) -> Iterator[str]:
    return _from_gbk(text) if len(GBK_SIGN.findall(text)) * _SPACING >= len(text) else iter(())


def _from_gbk(text: str) -> Iterator[str]:
    """Yield the text's GBK bytes read as UTF-8; `?` and U+FFFD stand for one or two bytes that GBK cannot show."""
    raw = bytearray()
    for character in text:
        try:
            raw += _ONE_BYTE.get(character) or character.encode("gb18030")
        except UnicodeEncodeError:
            return
    shown: list[str] = []
    at = 0
    while at < len(raw):
        width, character = _one(bytes(raw[at : at + 4]), shown[-1] if shown else "")
        if not width:
            return
        shown.append(character)
        at += width
    yield "".join(shown)


def _one(raw: bytes, before: str) -> tuple[int, str]:
    """Return how many bytes the next UTF-8 character takes, and that character; 0 where these are none."""
    lead = raw[0]
    if lead == _HOLE and _is_inner(raw[1:2]):
        width = 3 if _is_inner(raw[2:3]) else 2
        return width, _guess(before, tuple(bytes((first,)) + raw[1:3] for first in _LEADS) if width == 3 else ())
    if lead < 0x80:
        return 1, chr(lead)
    width = 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
    for decoded in _strictly(raw[:width], "utf-8"):
        return width, decoded
    if width != 3:
        return 0, ""
    if raw[1:2] in (b"?", b""):
        if _is_inner(raw[2:3]):
            return 3, _guess(before, tuple(bytes((lead, middle)) + raw[2:3] for middle in _INNER))
        return 3 if raw[2:3] == b"?" else 2, _PUNCTUATION.get(lead, "?")
    if _is_inner(raw[1:2]) and raw[2:3] in (b"?", b""):
        likely = _PUNCTUATION.get(lead) if raw[1] in (0x80, 0xBC) else None
        return 3, likely or _guess(before, tuple(raw[:2] + bytes((last,)) for last in _INNER))
    return 0, ""


def _is_inner(byte: bytes) -> bool:
    return byte != b"" and 0x80 <= byte[0] < 0xC0


@lru_cache(maxsize=1 << 14)
def _guess(before: str, candidates: tuple[bytes, ...]) -> str:
    """Return the likeliest of the characters, or `?` where none is likely enough."""
    model = likelihood.load()
    found = {c.decode("utf-8", "ignore"): 0.0 for c in candidates} | {"": 0.0}
    del found[""]
    for character in found:
        found[character] = math.exp(model.after(before, character))
    best = max(found, key=lambda character: found[character], default="")
    return best if best and found[best] >= CONFIDENCE * sum(found.values()) else "?"


def _likely(text: str) -> float:
    """Return the mean log probability of a character."""
    model = likelihood.load()
    simple = script.simple_forms()
    plain = [simple.get(character, character) for character in text]
    return sum(model.after(a, b) for a, b in zip(["", *plain], plain, strict=False)) / max(1, len(plain))


def _common(text: str) -> float:
    model = likelihood.load()
    simple = script.simple_forms()
    common = sum(c in likelihood.PUNCTUATION or model.share(simple.get(c, c)) > 1e-6 for c in text)
    return common / max(1, len(text))
