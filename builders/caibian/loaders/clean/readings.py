"""Take out readings that a mirror put behind characters: 經(jīng)濟 is 經濟."""

import re
from collections import Counter
from dataclasses import dataclass, field

from caibian.loaders.clean import gbk, likelihood, script

LETTERS = "a-zāáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜńňǹḿê"
BRACKETED = rf"[(（]\s?[{LETTERS}]{{1,6}}\s?[)）]"
# What slipped bytes leave of a reading: `?` for a broken lead byte that took the bracket with it; and a full-width
# bracket A3A8 read one byte off, which takes the reading's first letter into a character A8xx.
EATEN = rf"[?\ufffd]\s?[(（]?\s?[{LETTERS}]{{1,6}}\s?[)）]"
FIRST_LETTER = {bytes((0xA8, letter)).decode("gb18030"): chr(letter) for letter in range(0x61, 0x7B)}
FIRST_LETTERS = "".join(FIRST_LETTER)
WIDE = rf".[{FIRST_LETTERS}][{LETTERS}]{{0,5}}\s?）"
# Anchored at the bracket, so that `re` skips to it; the character before is a group of the lookbehind.
_ANNOTATED = re.compile(rf"[(（](?<=([^\x00-\x7f]).)\s?([{LETTERS}]{{1,6}})\s?[)）]")
_ALL = re.compile(rf"{_ANNOTATED.pattern}(?:[(（]\s?\2\s?[)）])*")  # (mù)(mù)
_TONED = re.compile("[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ]")
_HAN = re.compile("[\u3400-\u9fff]")

# A page is annotated by a mirror and not by a teacher if ...
_MIN_CONVERTED = 0.8  # ... of the different annotated characters this share differs from the Simplified form,
_MIN_TONELESS = 2  # ... and so many readings, where no tone shows, are no words of English;
_ENGLISH = frozenset(
    {"a", "an", "ban", "bang", "can", "die", "do", "fan", "fen", "he", "hen", "long", "ma", "man", "me", "men", "mu"}
    | {"no", "pa", "pan", "pen", "pin", "ran", "she", "song", "sun", "tan", "ten", "women", "you"}
)
_MIN_SIMPLIFIED = 4  # on a Simplified page: so many different characters are annotated,
_MIN_COMMON = 0.75  # ... this share of them so common that nobody explains them,
_COMMON = 3e-4  # (a character's share of running text; 709 characters have it)
_MIN_INSIDE = 0.7  # ... this share of readings stands inside running text,
_MAX_DENSITY = 0.4  # ... and not every other character has one, as in a school book.


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a page shows of readings, outside of slipped bytes."""

    annotated: dict[str, str] = field(default_factory=dict)  # character -> its most frequent reading
    plain: frozenset[str] = frozenset()  # characters that stand without a reading
    odd: frozenset[tuple[str, str]] = frozenset()  # readings behind characters that do not have them
    injected: bool = False  # a mirror did it
    everywhere: bool = False  # also behind characters that no conversion changed


def gather(text: str) -> Evidence:
    """Return what readings the text shows and whether a mirror injected them."""
    listed = gbk.listed()
    shown = Counter(_ANNOTATED.findall(text))
    found = {pair: n for pair, n in shown.items() if pair[1] in listed.get(pair[0], ())}
    odd = frozenset(pair for pair in shown.keys() - found.keys() if pair[1] in gbk.syllables())
    if not found:
        return Evidence(plain=frozenset(text), odd=odd)
    annotated: dict[str, str] = {}
    times: Counter[str] = Counter()
    for (character, _), count in found.items():
        times[character] += count
    for (character, reading), _ in sorted(found.items(), key=lambda item: (item[1], item[0])):
        annotated[character] = reading
    plain = frozenset(character for character, count in Counter(text).items() if count > times[character])
    differ = sum(map(_differs, annotated))
    if differ >= _MIN_CONVERTED * len(annotated):
        toned = sum(bool(_TONED.search(reading)) for reading in annotated.values())
        foreign = sum(n for (_, reading), n in found.items() if reading not in _ENGLISH)
        injected = toned > 0 if differ > 1 else _is_common(annotated)
        injected = injected or foreign >= _MIN_TONELESS
        return Evidence(annotated, plain, odd, injected=injected)
    everywhere = _is_injected_everywhere(text, annotated, sum(found.values()))
    return Evidence(annotated, plain, odd, injected=everywhere, everywhere=everywhere)


def strip(text: str, evidence: Evidence) -> tuple[str, int]:
    """Return the text without injected readings, and how many there were."""
    if not evidence.injected:
        return text, 0
    shown = set(_ANNOTATED.findall(text))
    kept = {pair for pair in shown if not _is_injected(pair[0], pair[1], evidence)}
    if not kept:
        return _ALL.subn("", text)
    count = 0

    def without(match: re.Match[str]) -> str:
        nonlocal count
        if (match[1], match[2]) in kept:
            return match[0]
        count += 1
        return ""

    return _ALL.sub(without, text), count


def _is_injected(character: str, reading: str, evidence: Evidence) -> bool:
    if not (evidence.everywhere or _differs(character)):
        return False
    return reading in gbk.listed().get(character, ())


def _differs(character: str) -> bool:
    return character in script.traditional_characters()


def _is_common(annotated: dict[str, str]) -> bool:
    """Tell whether the one annotated character is no rare one with a gloss, and its reading no English."""
    (character, reading), *_ = annotated.items()
    simple = script.simple_forms().get(character, character)
    return bool(_TONED.search(reading)) and likelihood.load().share(simple) >= _COMMON / 10


def _is_injected_everywhere(text: str, annotated: dict[str, str], count: int) -> bool:
    if len(annotated) < _MIN_SIMPLIFIED or count > _MAX_DENSITY * len(_HAN.findall(text)):
        return False
    model = likelihood.load()
    simple = script.simple_forms()
    common = sum(model.share(simple.get(character, character)) >= _COMMON for character in annotated)
    inside = len(re.findall(rf"[\u3400-\u9fff]{BRACKETED}(?=[\u3400-\u9fff(（，。、,])", text))
    return common >= _MIN_COMMON * len(annotated) and inside >= _MIN_INSIDE * count
