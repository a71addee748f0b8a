"""GBK seen from the byte side: which two bytes are which character, and what a reading says about them."""

import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from caibian.loaders.packages import module_of

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
def unassigned() -> frozenset[int]:
    """Return lead * 256 + trail for every pair that GBK proper does not assign: private use and holes."""
    pairs = ((lead, trail) for lead in LEADS for trail in TRAILS)
    return frozenset(lead << 8 | trail for lead, trail in pairs if not bytes((lead, trail)).decode("gbk", "ignore"))


@lru_cache(maxsize=1)
def codes() -> Mapping[str, int]:
    """Return character -> lead * 256 + trail, old private use codes included."""
    return {old: code for code, old in _OLD_CODES.items()} | {c: code for code, c in characters().items()}


@lru_cache(maxsize=1)
def listed() -> Mapping[str, frozenset[str]]:
    """Return character of GBK -> its readings in pypinyin, each with tone, without, and with u or v for ü."""
    # The package would load its phrases too, in 0.2 CPU seconds.
    table: Mapping[int, str] = module_of("pypinyin", "pinyin_dict.py").pinyin_dict
    return {
        character: frozenset(form for reading in table[ord(character)].split(",") for form in _forms(reading))
        for character in characters().values()
        if ord(character) in table
    }


@lru_cache(maxsize=1 << 12)
def _forms(reading: str) -> tuple[str, ...]:
    reading = unicodedata.normalize("NFC", reading)
    plain = toneless(reading)
    return reading, plain, plain.replace("ü", "u"), plain.replace("ü", "v")


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
