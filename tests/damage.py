"""Simulate what mirror sites do to Chinese news: the adversary that the repair is tested against.

The mirror converts character by character, inserts readings into GBK *bytes* without keeping to character
boundaries, and hands the bytes to some decoder. Everything here is deterministic.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal

import opencc
from pypinyin.pinyin_dict import pinyin_dict

Decoder = Literal["swallow", "replace", "python", "drop", "gbk", "question", "ignore"]
Order = Literal["scan", "each", "before"]
Style = Literal["tone", "toneless", "repeated"]

# Characters that a mainland table leaves as they are although phrases would convert some of them.
STAYS = frozenset(
    "于并后里面干游采制征斗只松谷系志愿丑布出冬范丰刮胡回伙姜借克困累漆千秋舍沈胜术台涂喂咸向须旋郁云扎占折致钟朱筑准了几卷家价据尽局仆曲升它托吁岳赞庵表别卜才曾尝吊当发伐范蔑辟签弥"
)
CONVERTED_ANYWAY = frozenset("借胜术台赞准几价据尽当发签弥占钟须筑范丰云")
MAINLAND = str.maketrans("牆讚衝淨爲衆裏羣峯啓祕線", "墻贊沖凈為眾里群峰啟秘線")
MARKS = "！？。"
_FOLD = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_BREAK = b"\x01"  # what the mirror leaves before a mark; decoders swallow it or it shows nothing


@lru_cache(maxsize=1)
def mainland_table() -> Mapping[str, str]:
    """Return Simplified -> Traditional, one character each, of the kind that mainland converters use."""
    han = "".join(map(chr, range(0x4E00, 0x9FA6)))
    converted = opencc.OpenCC("s2t").convert("\n".join(han)).split("\n")
    stays = STAYS - CONVERTED_ANYWAY
    table = {
        simple: complex_.translate(MAINLAND)
        for simple, complex_ in zip(han, converted, strict=True)
        if complex_ != simple and simple not in stays
    }
    table["着"] = "著"
    return {simple: complex_ for simple, complex_ in table.items() if simple != complex_ and _in_gbk(complex_)}


def to_traditional(text: str, *, table: Mapping[str, str] | None = None) -> str:
    """Return the text converted character by character; 著 stays."""
    chosen = mainland_table() if table is None else table
    return text.translate({ord(simple): traditional for simple, traditional in chosen.items()})


def reading_table(characters: Iterable[str], *, seed: str = "", odd: bool = False) -> dict[str, str]:
    """Return one listed reading a character: the first, or with `odd` any of them, chosen by hash."""
    table = {}
    for character in sorted(set(characters)):
        readings = pinyin_dict.get(ord(character), "").split(",")
        pick = _chance(seed + character, len(readings)) if odd else 0
        if readings[pick]:
            table[character] = unicodedata.normalize("NFC", readings[pick])
    return {character: reading for character, reading in table.items() if _in_gbk(reading)}


def frequent_table(texts: Iterable[str], size: int, *, seed: str = "", odd: bool = False) -> dict[str, str]:
    """Return readings of `size` converted characters, drawn by hash from the most frequent of the texts."""
    counts: dict[str, int] = {}
    for character in to_traditional("".join(texts)):
        counts[character] = counts.get(character, 0) + 1
    targets = sorted(set(mainland_table().values()) & counts.keys(), key=lambda c: (-counts[c], c))
    pool = targets[: size * 2]
    drawn = sorted(pool, key=lambda c: hashlib.sha256((seed + c).encode()).digest())[:size]
    return reading_table(drawn, seed=seed, odd=odd)


def whole_table(*, seed: str = "", odd: bool = False) -> dict[str, str]:
    """Return readings of every character that the mirror converts."""
    return reading_table(mainland_table().values(), seed=seed, odd=odd)


def damage(
    text: str,
    *,
    table: Mapping[str, str],
    convert: Mapping[str, str] | None = None,
    order: Order = "scan",
    decoder: Decoder = "swallow",
    style: Style = "tone",
    brackets: str = "()",
    space: bool = False,
    marks: str = "",
    fold: bool = False,
    seed: str = "",
) -> str:
    """Return the text as the mirror shows it.

    `table` holds the readings that are inserted, `convert` the script table (empty: none), `marks` the
    punctuation that is matched across characters too.
    """
    mirrored = to_traditional(text, table=convert) if order != "before" else text
    inserted = {
        character: brackets[0] + _style(reading, style, space) + brackets[1] for character, reading in table.items()
    }
    raw = _insert(mirrored.encode("gb18030"), inserted, marks, order, seed)
    if order == "before":  # the mirror annotates Simplified bytes and converts what comes out of them
        raw = to_traditional(decode(raw, "python"), table=convert).encode("gb18030", "replace")
    shown = decode(raw, decoder).replace("\x01", "")
    return shown.translate(_FOLD) if fold else shown


def _style(reading: str, style: Style, space: bool) -> str:
    if style != "tone":
        reading = "".join(c for c in unicodedata.normalize("NFD", reading) if not unicodedata.combining(c))
    if style == "repeated":
        reading = f"{reading})({reading}"
    return reading + " " * space


def _insert(raw: bytes, inserted: Mapping[str, str], marks: str, order: Order, seed: str) -> bytes:
    changes = {c.encode("gb18030"): c.encode("gb18030") + r.encode("gb18030") for c, r in inserted.items()}
    for mark in sorted(marks.encode("gb18030")[at : at + 2] for at in range(0, 2 * len(marks), 2)):
        raw = raw.replace(mark, _BREAK + mark)
    keys = sorted(changes, key=lambda key: hashlib.sha256(seed.encode() + key).digest())
    if order == "each":
        for key in keys:
            raw = raw.replace(key, changes[key])
        return raw
    return re.sub(b"|".join(map(re.escape, keys)), lambda m: changes[m[0]], raw) if keys else raw


def decode(raw: bytes, decoder: Decoder) -> str:
    """Return the bytes as a lenient GBK decoder shows them, invalid ones in that decoder's way.

    `gbk`, `question` and `ignore` are Python's codec of that narrower repertoire, which knows no private use and
    goes on one byte behind what it cannot read, with its sign for it, `?` instead, or nothing.
    """
    if decoder in ("gbk", "question", "ignore"):
        shown_by_codec = raw.decode("gbk", "ignore" if decoder == "ignore" else "replace")
        return shown_by_codec.replace("\ufffd", "?") if decoder == "question" else shown_by_codec
    shown: list[str] = []
    at = 0
    while at < len(raw):
        pair = raw[at : at + 2]
        if pair[0] < 0x80:
            shown.append(chr(pair[0]))
            at += 1
        elif (character := _character(pair)) is not None:
            shown.append(character)
            at += 2
        else:
            mark, width = _invalid(pair, decoder)
            shown.append(mark)
            at += width
    return "".join(shown)


def _invalid(pair: bytes, decoder: Decoder) -> tuple[str, int]:
    if decoder == "swallow":
        blank = len(pair) == 2 and pair[1] < 0x21 and pair[1:] != _BREAK
        return ("", 1) if len(pair) == 1 else ("?", 1 if blank else 2)
    if decoder == "replace":
        return "\ufffd", 2 if len(pair) == 2 and pair[1] >= 0x80 else 1
    return ("\ufffd" if decoder == "python" else ""), 1


def _character(pair: bytes) -> str | None:
    try:
        character = pair.decode("gb18030")
    except UnicodeDecodeError:
        return None
    return character if len(character) == 1 else None


def _in_gbk(text: str) -> bool:
    try:
        return all(len(c.encode("gb18030")) <= 2 for c in text)
    except UnicodeEncodeError:
        return False


def _chance(key: str, below: int) -> int:
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") % below
