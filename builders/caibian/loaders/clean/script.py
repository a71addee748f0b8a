"""Simplified or Traditional: which script a text is in, and its conversion. The only door to OpenCC."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

import numpy as np
import opencc
from numpy.typing import NDArray

Script = Literal["simplified", "converted", "traditional", "other"]

_HAN = "".join(map(chr, range(0x4E00, 0x9FA6)))
_IS_HAN = re.compile("[\u3400-\u9fff]")
_LETTER = re.compile(r"[^\W\d_]")

# Traditional characters that Simplified text has too: 著名, 乾隆, 哪吒, the surname 於, 宫商角徵羽, 狼藉, 瞭望.
# A mainland character table produces none of them but 著 (for 着), so a converted page means them.
ALSO_SIMPLIFIED = frozenset("著乾吒於徵藉瞭薹鑑捱濛樑昇")
# What Taiwan, Hong Kong and Macau write and a mainland character table never does. (乾 and 願 prove nothing:
# 乾隆 is Simplified too, and tables differ on 愿.) Against it stand the forms that only the mainland writes.
_REGIONAL = "於後裡裏並遊製鬥隻鬆係誌麵幹採「」"
_MAINLAND = "于后并游"
_SHARED = frozenset("于后里并游制斗只松系志愿面干谷采墻")  # Simplified forms that a converted text keeps
_SENTENCE = re.compile("[\u3400-\u9fff、。，]{6}")
DENSE = 1.5  # bytes of UTF-8 a character; a quarter of them must be Han
_MIN_HAN_SHARE = 0.2  # of all letters; below it the text is in another language
_MAX_KANA_SHARE = 0.05  # of Han and kana; Japanese has a third to a half, Chinese quotes a product's name

# Where 著 stays 著; anchored at it, so that `re` skips to it. Before 名, 作 (跟着作) verbs with 着 are the exception.
_VERBS = "随跟带写印挂味接朝向沿围本靠凭拿看听等握抱举戴伴顶盯扛载冒藏对绕趁意拉牵踩"
_TURNS = re.compile(
    rf"著(?!(?<![{_VERBS}]著)(?:名(?![字单片牌册])|作(?![品战业用])|[称述录者译]))(?!书立|有《)"
    "(?<![专土卓昭遗巨拙名所]著)(?<!(?<!彰)显著)(?<!(?<!还)原著)(?<!(?<!改)编著)(?<!(?<!翻)译著)"
    "(?<!(?<![讨谈议辩争理评推])论著)(?<!(?<![配结混迎组联融符集综])合著)(?<!微知著)"
    "(?:(?<![》 　]著)|(?=[\u4e00-\u9fff]))"
)

# Kinds of characters that are counted: Traditional, regional beside it, regional only, ...
_TRADITIONAL, _REGIONAL_TOO, _REGIONAL_ONLY = b"\1", b"\2", b"\3"
_SIMPLIFIED, _OF_MAINLAND, _OF_KANA = b"\4", b"\5", b"\6"


def detect(text: str) -> Script:
    """Return the script: other where the text is hardly Chinese, converted where a character table made it."""
    kinds = _kinds(text)
    if not _is_chinese(text, kinds.count(_OF_KANA)):
        return "other"
    regional_too = kinds.count(_REGIONAL_TOO)
    if kinds.count(_SIMPLIFIED) >= kinds.count(_TRADITIONAL) + regional_too:
        return "simplified"
    regional = regional_too + kinds.count(_REGIONAL_ONLY)
    return "traditional" if regional > kinds.count(_OF_MAINLAND) else "converted"


def is_plainly_chinese(text: str) -> bool:
    """Tell at a glance that the text is Chinese and not Japanese in Han only; `detect` counts."""
    return _SENTENCE.search(text) is not None and len(text.encode("utf-8", "ignore")) > DENSE * len(text)


def is_traditional(text: str) -> bool:
    """Tell whether most characters that differ between the scripts are Traditional, in whatever language."""
    kinds = _kinds(text)
    return kinds.count(_TRADITIONAL) + kinds.count(_REGIONAL_TOO) > kinds.count(_SIMPLIFIED)


def simplify(text: str, *, script: Script) -> tuple[str, int]:
    """Return the text in Simplified characters and how many changed; Simplified text stays as it is.

    A `converted` text is converted back character by character, which is what was done to it; for a
    `traditional` one OpenCC's phrases decide, which would do harm there (破壞土地 is not about 坯土).

    >>> simplify("隨著經濟發展，著名學者王於昌", script="converted")
    ('随着经济发展，著名学者王於昌', 8)
    """
    if script == "converted":
        simple, count = _translate(text)
    elif script == "traditional":
        simple = _converter().convert(text)
        count = _differences(text, simple)
    else:
        return text, 0
    if "著" not in simple:
        return simple, count
    simple, turned = _TURNS.subn("着", simple)
    return simple, count + turned


@lru_cache(maxsize=1)
def simple_forms() -> Mapping[str, str]:
    """Return Traditional character -> Simplified one, for single characters that differ; 著 -> 着 included."""
    simple = _converter().convert("\n".join(_HAN)).split("\n")
    return {a: b for a, b in zip(_HAN, simple, strict=True) if a != b and _in_gbk(b)} | {"著": "着", "暱": "昵"}


@lru_cache(maxsize=1)
def traditional_characters() -> frozenset[str]:
    """Return the characters that differ from their Simplified form."""
    return frozenset(simple_forms())


@lru_cache(maxsize=1)
def simplified_only() -> frozenset[str]:
    """Return the characters that a Traditional text does not have."""
    traditional = opencc.OpenCC("s2t").convert("\n".join(_HAN)).split("\n")
    differ = frozenset(a for a, b in zip(_HAN, traditional, strict=True) if a != b)
    return differ - _SHARED - simple_forms().keys()


def sign_class() -> str:
    """Return the inside of a character class of what only Traditional text has."""
    return "".join(sorted(simple_forms().keys() - ALSO_SIMPLIFIED))


@lru_cache(maxsize=1)
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def _translate(text: str) -> tuple[str, int]:
    """Return the text with `_inverse` applied: six times as fast as `str.translate`, which asks a dict each time."""
    units = _units(text)
    simple = _inverse().take(units)
    return simple.tobytes().decode("utf-16-le", "surrogatepass"), int(np.count_nonzero(simple != units))


def _differences(text: str, other: str) -> int:
    """Return at how many places two texts of the same length differ."""
    codes, others = (each.encode("utf-32-le", "surrogatepass") for each in (text, other))
    return int(np.count_nonzero(np.frombuffer(codes, np.uint32) != np.frombuffer(others, np.uint32)))


def _kinds(text: str) -> bytes:
    """Return the kind of each code unit of UTF-16: a pass of `re` a kind takes five times as long."""
    return _table_of_kinds().take(_units(text)).tobytes()


def _units(text: str) -> NDArray[np.uint16]:
    return np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16)


@lru_cache(maxsize=1)
def _inverse() -> NDArray[np.uint16]:
    """Return the Simplified form of every code unit of UTF-16."""
    kept = ALSO_SIMPLIFIED - {"著", "鑑"}  # 鑑 is what some tables make of 鉴
    table = np.arange(1 << 16, dtype=np.uint16)
    for traditional, simple in simple_forms().items():
        if traditional not in kept and traditional != "著":
            table[ord(traditional)] = ord(simple)
    return table


@lru_cache(maxsize=1)
def _table_of_kinds() -> NDArray[np.uint8]:
    """Return the kind of every code unit of UTF-16, 0 for those that are not counted."""
    table = np.zeros(1 << 16, np.uint8)
    signs = set(sign_class())
    for kind, characters in (
        (_TRADITIONAL, signs - set(_REGIONAL)),
        (_REGIONAL_TOO, signs & set(_REGIONAL)),
        (_REGIONAL_ONLY, set(_REGIONAL) - signs),
        (_SIMPLIFIED, simplified_only()),
        (_OF_MAINLAND, set(_MAINLAND)),
        (_OF_KANA, set(map(chr, range(0x3041, 0x30FF)))),
    ):
        table[list(map(ord, characters))] = ord(kind)
    return table


def _is_chinese(text: str, kana: int) -> bool:
    if not kana and is_plainly_chinese(text):
        return True  # nearly always, and many times as fast as counting
    han = len(_IS_HAN.findall(text))
    if not han or kana > _MAX_KANA_SHARE * han:
        return False
    return han >= _MIN_HAN_SHARE * len(_LETTER.findall(text))


def _in_gbk(character: str) -> bool:
    return len(character.encode("gb18030")) == 2
