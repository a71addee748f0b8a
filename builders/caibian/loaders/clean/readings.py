"""Take out readings that a mirror put behind characters: 經(jīng)濟 is 經濟."""

import re
from collections import Counter
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from caibian.loaders.clean import gbk, likelihood, script

LETTERS = "a-zāáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜńňǹḿê"
BRACKETED = rf"[(（]\s?[{LETTERS}]{{1,6}}\s?[)）]"
# What slipped bytes leave of a reading: `?` for a broken lead byte that took the bracket with it; and a full-width
# bracket A3A8 read one byte off, which takes the reading's first letter into a character A8xx.
EATEN = rf"[?\ufffd]\s?[(（]?\s?[{LETTERS}]{{1,6}}\s?[)）]"
FIRST_LETTER = {bytes((0xA8, letter)).decode("gb18030"): chr(letter) for letter in range(0x61, 0x7B)}
FIRST_LETTERS = "".join(FIRST_LETTER)
WIDE = rf".[{FIRST_LETTERS}][{LETTERS}]{{0,5}}\s?）"
# Splitting at this gives text, reading, text, reading ..., text in one pass of `re`.
_BETWEEN = re.compile(rf"[(（]\s?([{LETTERS}]{{1,6}})\s?[)）]")
# Anchored at the bracket, so that `re` skips to it; the character before is a group of the lookbehind.
_ALL = re.compile(rf"[(（](?<=([^\x00-\x7f]).)\s?([{LETTERS}]{{1,6}})\s?[)）](?:[(（]\s?\2\s?[)）])*")  # (mù)(mù)
_TONED = frozenset("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ")
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
_SHORT = 5_000  # characters that are searched sooner than a set of them is made


class Evidence(NamedTuple):
    """What a page shows of readings, outside of slipped bytes."""

    text: str
    pieces: list[str]  # of it: text, reading, text, reading ..., text
    annotated: dict[str, str]  # character -> its most frequent reading
    odd: frozenset[tuple[str, str]] = frozenset()  # readings behind characters that do not have them
    injected: bool = False  # a mirror did it
    everywhere: bool = False  # also behind characters that no conversion changed
    usual: bool = False  # all of them are listed for characters that a conversion changes

    def bare(self) -> str | frozenset[str]:
        """Return the characters that stand without a reading somewhere."""
        before = [piece[:-1] for piece in self.pieces[:-1:2]]
        text = "".join([*before, *self.pieces[-1:], *(character for character, _ in self.odd)])
        return text if len(text) < _SHORT else frozenset(text)


def gather(text: str) -> Evidence:
    """Return what readings the text shows and whether a mirror injected them."""
    pieces = _BETWEEN.split(text)
    pairs = _pairs(pieces)
    shown = set(pairs)
    unusual = shown - _usual()
    wrong = {pair for pair in unusual if not _is_listed(*pair)}
    odd = frozenset(pair for pair in wrong if pair[0] > "\x7f" and pair[1] in gbk.syllables())
    if wrong:
        pairs = [pair for pair in pairs if pair not in wrong]
    if not pairs:
        return Evidence(text, [text], {}, odd)
    annotated = dict(pairs)
    if len(annotated) < len(shown) - len(wrong):
        counts = Counter(pairs)
        annotated = dict(sorted(counts, key=lambda pair: (counts[pair], pair)))
    differ = len(script.traditional_characters().intersection(annotated)) if unusual else len(annotated)
    if differ >= _MIN_CONVERTED * len(annotated):
        toned = not _TONED.isdisjoint("".join(annotated.values()))
        injected = toned if differ > 1 else _is_common(annotated)
        injected = injected or sum(reading not in _ENGLISH for _, reading in pairs) >= _MIN_TONELESS
        return Evidence(text, pieces, annotated, odd, injected, usual=not unusual)
    everywhere = _is_injected_everywhere(text, annotated, len(pairs))
    return Evidence(text, pieces, annotated, odd, injected=everywhere, everywhere=everywhere)


def strip(text: str, evidence: Evidence) -> tuple[str, int]:
    """Return the text without injected readings, and how many there were."""
    if not evidence.injected:
        return text, 0
    same = text == evidence.text
    pieces = evidence.pieces if same else _BETWEEN.split(text)
    if same and evidence.usual:
        return "".join(pieces[::2]), len(pieces) // 2
    pairs = _pairs(pieces)
    injected = set(pairs)
    if injected <= _usual():
        return "".join(pieces[::2]), len(pairs)
    injected = {pair for pair in injected if is_injected(*pair, evidence)}
    again = sum(before[1] == pair[1] and not pair[0] for before, pair in pairwise(pairs))  # (mù)(mù)
    if sum(pair in injected for pair in pairs) + again == len(pairs):
        return "".join(pieces[::2]), len(pairs) - again
    count = 0

    def cleaned(match: re.Match[str]) -> str:
        nonlocal count
        if (match[1], match[2]) not in injected:
            return match[0]
        count += 1
        return ""

    return _ALL.sub(cleaned, text), count


def without(text: str) -> str:
    """Return the text without anything in brackets that looks like a reading."""
    return _BETWEEN.sub("", text)


def find_odd(text: str, evidence: Evidence, *, drops: bool) -> list[tuple[int, int]]:
    """Return where readings stand behind characters that do not have them, from the last to the first.

    A place is the start of the character and the end of the reading. With `drops`, which is a page whose decoder
    shows nothing for a broken byte, also those behind characters that the mirror did not convert.
    """
    if not evidence.odd and not drops:
        return []
    odd = set(evidence.odd)
    if drops and not evidence.everywhere and not evidence.usual:
        unusual = set(evidence.annotated.items()) - _usual()
        odd.update(pair for pair in unusual if not is_injected(*pair, evidence))
    if not odd:
        return []
    found = [
        (match.start() - 1, match.end())
        for match in _BETWEEN.finditer(text)
        if match.start() and (text[match.start() - 1], match[1]) in odd
    ]
    return found[::-1]


def _pairs(pieces: list[str]) -> list[tuple[str, str]]:
    """Return each reading with the character before it; the character is empty where a reading repeats the last."""
    return list(zip([piece[-1:] for piece in pieces[:-1:2]], pieces[1::2], strict=True))


def is_injected(character: str, reading: str, evidence: Evidence) -> bool:
    """Tell whether a mirror of that kind puts this reading behind this character."""
    return (evidence.everywhere or _differs(character)) and _is_listed(character, reading)


def _is_listed(character: str, reading: str) -> bool:
    return reading in gbk.listed().get(character, ())


@lru_cache(maxsize=1)
def _usual() -> frozenset[tuple[str, str]]:
    """Return what mirrors insert nearly always: characters that a conversion changes, with their readings."""
    listed = gbk.listed()
    return frozenset((c, reading) for c in script.traditional_characters() for reading in listed.get(c, ()))


def _differs(character: str) -> bool:
    return character in script.traditional_characters()


def _is_common(annotated: dict[str, str]) -> bool:
    """Tell whether the one annotated character is no rare one with a gloss, and its reading no English."""
    (character, reading), *_ = annotated.items()
    simple = script.simple_forms().get(character, character)
    return not _TONED.isdisjoint(reading) and likelihood.load().share(simple) >= _COMMON / 10


def _is_injected_everywhere(text: str, annotated: dict[str, str], count: int) -> bool:
    if len(annotated) < _MIN_SIMPLIFIED or count > _MAX_DENSITY * len(_HAN.findall(text)):
        return False
    model = likelihood.load()
    simple = script.simple_forms()
    common = sum(model.share(simple.get(character, character)) >= _COMMON for character in annotated)
    inside = len(re.findall(rf"[\u3400-\u9fff]{BRACKETED}(?=[\u3400-\u9fff(（，。、,])", text))
    return common >= _MIN_COMMON * len(annotated) and inside >= _MIN_INSIDE * count
