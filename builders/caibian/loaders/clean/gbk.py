"""GBK seen from the byte side: which two bytes are which character, and what a reading says about them."""

import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

TRAILS = tuple(byte for byte in range(0x40, 0xFF) if byte != 0x7F)
LEADS = tuple(range(0x81, 0xFF))
# Where GB 18030's editions moved a character out of the private use area, decoders still give the old code.
_OLD_CODES = {0xA6D9 + at: chr(0xE78D + at) for at in range(7)} | {0xA8BC: "\ue7c7", 0xA8BF: "\ue7c8"}


@lru_cache(maxsize=1)
def characters() -> Mapping[int, str]:
    """Return lead * 256 + trail -> character for every pair that GB 18030 assigns, private use included."""
    found = {}
    for lead in LEADS:
        for trail in TRAILS:
            character = bytes((lead, trail)).decode("gb18030", "ignore")
            if len(character) == 1:
                found[lead << 8 | trail] = character
    return found


@lru_cache(maxsize=1)
def codes() -> Mapping[str, int]:
    """Return character -> lead * 256 + trail, old private use codes included."""
    return {old: code for code, old in _OLD_CODES.items()} | {c: code for code, c in characters().items()}


@lru_cache(maxsize=1)
def listed() -> Mapping[str, tuple[str, ...]]:
    """Return character of GBK -> its readings, each with tone, without, and with u or v for ü.

    The table is pypinyin's, as a file of our own: importing that package takes 0.4 s, reading this 0.04 s.
    """
    found: dict[str, set[str]] = {}
    for line in Path(__file__).with_name("pinyin.txt").read_text("utf-8").splitlines()[1:]:
        reading, group = line.split(" ")
        plain = toneless(reading)
        forms = {reading, plain, plain.replace("ü", "u"), plain.replace("ü", "v")}
        for character in group:
            found.setdefault(character, set()).update(forms)
    return {character: tuple(sorted(forms)) for character, forms in found.items()}


def toneless(reading: str) -> str:
    """Return the reading without its tone mark; ü keeps its dots.

    >>> toneless("lǜ"), toneless("xiàng")
    ('lü', 'xiang')
    """
    plain = [c for c in unicodedata.normalize("NFD", reading) if c == "\u0308" or not unicodedata.combining(c)]
    return unicodedata.normalize("NFC", "".join(plain))


@lru_cache(maxsize=1)
def syllables() -> frozenset[str]:
    """Return every reading of every character."""
    return frozenset(reading for readings in listed().values() for reading in readings)


@lru_cache(maxsize=1)
def trails_by_reading() -> Mapping[tuple[int, str], tuple[int, ...]]:
    """Return (lead, reading) -> the trails that make a character with that reading."""
    found: dict[tuple[int, str], list[int]] = {}
    for character, readings in listed().items():
        code = codes()[character]
        for reading in readings:
            found.setdefault((code >> 8, reading), []).append(code & 0xFF)
    return {key: tuple(sorted(trails)) for key, trails in found.items()}
