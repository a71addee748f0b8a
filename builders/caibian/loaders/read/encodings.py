"""Bytes in any Chinese encoding -> text. A declared charset is evidence, not truth."""

import codecs
import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# The characters that make up almost half of any modern Chinese text, Simplified and Traditional. Bytes read
# in the wrong encoding come out as rare characters and hold next to none of them.
FREQUENT = frozenset(
    "的一是不了在人有我他这中大来上国个到说们为和子时道地出得会也要可对生能而年发行工下自着作进成方部多同"
    "区市县日月员长镇业局项全新记者本报加强建设管理服务经济社政府务主高家动实现开展公安学民村农企与将及其以于"
    "這來國個說們為時會對發進區縣員長鎮業項記報強設務經濟實現開學農與將車東過還後點問間關機電話網場應體"
    "，。、；：？！“”（）《》"
)
SAMPLE = 1 << 16  # bytes that decide, from the first that is not ASCII; a file does not change its encoding later
# A page of several thousand characters may hold a few broken bytes and still be UTF-8.
MAX_BROKEN_SHARE = 0.02
MAX_CONTROL_SHARE = 0.01  # text holds hardly any control characters; a table or an image does
# Below this share of frequent characters (which stand for 2 each, other Han for 0.5) nobody wrote it.
MIN_SCORE = 0.0
DECLARED_BONUS = 0.1  # enough to settle a short text that two encodings make equal sense of, too little to lie

_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_EAST_ASIAN = re.compile("[\u2e80-\ufffc]")
# A pattern a word: `re` finds a word that a pattern begins with as fast as bytes are read.
_DECLARED = [
    re.compile(word + rb"\s{0,9}=\s{0,9}[\"']?\s{0,9}([A-Za-z0-9_-]{2,20})", re.ASCII)
    for word in (b"charset", b"encoding")
]
_CONTROLS = bytes([*range(9), *range(14, 27), 28, 29, 30, 31])
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GB = {"gb2312", "gbk", "cp936", "gb18030", "euccn", "gb231280", "xgbk", "windows936", "ms936", "csgb2312"}
_BIG5 = {"big5", "cp950", "big5hkscs", "big5eten", "xbig5", "csbig5", "windows950"}
# Of the other codecs only these are charsets of pages; unicode_escape, idna, punycode and the like are not, and
# some of them fail or crawl on hostile bytes.
_PAGES = re.compile(r"utf-(8|16|32)(-[lb]e)?|ascii|iso8859-\d+|cp\d+|koi8-[rtu]|shift_jis\w*|euc_\w+|hz|johab")
_WIDE = ("utf-16-le", "utf-16-be")
# The blocks between Latin, Greek and Cyrillic, and behind: GBK characters that pass for UTF-8 mostly fall there.
_UNLIKELY = re.compile("[\u0180-\u036f\u0460-\u07ff]")


class Decoded(NamedTuple):
    """Text and the encoding that gave it; `broken` counts the characters that stand for nothing."""

    text: str
    encoding: str
    broken: int


def decode(data: bytes, *, encoding: str = "auto", declared: Sequence[str] = ()) -> Decoded | None:
    """Return `data` as text, or None where it is binary.

    `encoding` other than auto is obeyed. `declared` are charsets named outside the bytes (HTTP); those named
    inside (meta, XML, CleanEval wrapper) are found here. GB2312 and GBK are always decoded as GB18030.
    """
    chosen = canonical(encoding) if encoding != "auto" else detect(data, declared=declared)
    if chosen is None:
        return None
    text = data.decode(chosen, "replace").removeprefix("\ufeff")
    return Decoded(text, chosen, text.count("\ufffd"))


def detect(data: bytes, *, declared: Sequence[str] = ()) -> str | None:
    """Return the encoding of `data` (all of it or its start), None where it is binary."""
    for bom, name in _BOMS:
        if data.startswith(bom):
            return name
    head = data[:SAMPLE]
    if _share_of_controls(head) > MAX_CONTROL_SHARE:
        return _best(head, _WIDE, ()) if b"\0" in head else None
    given = map(canonical, (*declared, *_declared_inside(head)))
    # Without a mark a decoder for UTF-16 does not know the order; both orders are candidates anyway.
    named = [name for name in given if name not in (None, "utf-16", "utf-32")]
    start = _NOT_ASCII.search(data)
    if start is None:
        return "hz" if "hz" in named else "utf-8"
    if start.start() >= SAMPLE:  # all ASCII so far: what comes first of the rest decides
        head = data[start.start() : start.start() + SAMPLE]
    if _is_utf8(head, named):
        return "utf-8"
    return _best(head, tuple(dict.fromkeys([*named, "gb18030", "big5hkscs", "utf-8", *_WIDE])), named)


@lru_cache(256)
def canonical(name: str) -> str | None:
    """Return the Python codec for a declared charset: the widest of its family, or None if unknown.

    >>> canonical("GB2312"), canonical("x-unknown")
    ('gb18030', None)
    """
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    if plain in _GB:
        return "gb18030"
    if plain in _BIG5:
        return "big5hkscs"
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    return codec if _PAGES.fullmatch(codec) else None


def of_file(head: bytes, *, encoding: str = "auto") -> str | None:
    """Return the codec for reading on in a file that starts with `head`, None where that is binary."""
    chosen = canonical(encoding) if encoding != "auto" else detect(head)
    if chosen in ("utf-16", "utf-32") and not head.startswith(tuple(bom for bom, _ in _BOMS)):
        return f"{chosen}-le"  # reading on fails without a mark
    return chosen


def is_binary(data: bytes) -> bool:
    """Return whether `data` is no text in any encoding, for all its control characters."""
    return _share_of_controls(data[:SAMPLE]) > MAX_CONTROL_SHARE and detect(data) is None


def _declared_inside(head: bytes) -> list[str]:
    found = [match for pattern in _DECLARED for match in pattern.finditer(head[:8192])]
    return [match[1].decode("ascii") for match in sorted(found, key=lambda match: match.start())]


def _share_of_controls(head: bytes) -> float:
    """Return the share of control characters, the first of them not counted: one slips into any file."""
    return (len(head) - len(head.translate(None, _CONTROLS)) - 1) / max(1, len(head))


def _is_utf8(head: bytes, named: Sequence[str]) -> bool:
    """Return whether bytes that are not all ASCII are UTF-8, but for a few broken ones."""
    text = _cut_decode(head, "utf-8")
    broken = text.count("\ufffd") - head.count(b"\xef\xbf\xbd")  # a page may hold U+FFFD as such
    if not broken and _EAST_ASIAN.search(text):
        return True  # valid sequences of three bytes do not happen by chance
    foreign = len(text) - len(text.encode("ascii", "ignore")) - broken
    if broken > MAX_BROKEN_SHARE * foreign:
        return False
    if _EAST_ASIAN.search(text) or not foreign:
        return True
    # Sequences of two do: a few GBK characters may pass for Latin, Greek or Arabic letters.
    return "utf-8" in named or _score(head, "gb18030") < (0.5 if _UNLIKELY.search(text) else 1)


def _best(head: bytes, candidates: Sequence[str], named: Sequence[str]) -> str | None:
    """Return the encoding that reads as Chinese most, None where each gives what nobody wrote."""
    scores = {name: _score(head, name) + DECLARED_BONUS * (name in named) for name in candidates}
    best = max(candidates, key=lambda name: scores[name])
    return best if scores[best] > MIN_SCORE else None


def _score(head: bytes, encoding: str) -> float:
    """Return how Chinese the text is, from 2 down; below 0 it is nothing a person wrote."""
    codes = np.frombuffer(_cut_decode(head, encoding).encode("utf-16-le", "surrogatepass"), "<u2")
    if encoding not in _WIDE:
        codes = codes[codes > 0x7F]  # ASCII is the same in all, except in those where it is what there is
    return float(_weights()[codes].sum()) / max(1, len(codes))


@cache
def _weights() -> NDArray[np.float32]:
    """Return what each UTF-16 code unit says of a text: 2 for frequent Han, down to -4 for what stands for nothing."""
    weights = np.zeros(1 << 16, np.float32)
    weights[0x4E00:0xA000] = 0.5
    weights[:0x20] = -4  # control characters
    weights[0x20:0x7F] = weights[[9, 10, 12, 13]] = 0.5
    weights[0xE000:0xF900] = weights[0xFFFD] = -4  # private use
    for char in FREQUENT:
        weights[ord(char)] += 1.5
    return weights


def _cut_decode(head: bytes, encoding: str) -> str:
    """Return `head` decoded without the error that its end would count as, cut or not."""
    return codecs.getincrementaldecoder(encoding)("replace").decode(head)
