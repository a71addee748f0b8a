"""Undo the damage of hostile pages: one tidy page of lines, and what was done to it.

The order is that of evidence: bytes are read again before anything is folded, readings go before the script is
converted, punctuation is widened last.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from caibian.loaders.clean import bytes as slips
from caibian.loaders.clean import litter, mojibake, readings, spam
from caibian.loaders.clean import script as scripts
from caibian.loaders.clean import width as widths

KINDS = ("litter", "mojibake", "slipped_bytes", "readings", "script", "width", "spam", "lost")


@dataclass(frozen=True, slots=True)
class Repaired:
    """Repaired lines, as many as there were; kind of repair -> count; the script that was found."""

    lines: list[str]
    repairs: dict[str, int] = field(default_factory=dict)
    script: scripts.Script = "simplified"


NOTHING = Repaired([])  # for lines that need none


def repair_lines(
    lines: Sequence[str],
    *,
    script: Literal["simplified", "keep"] = "simplified",
    width: Literal["restore", "keep"] = "restore",
) -> Repaired:
    """Return the lines of one page repaired, with the number of repairs of each kind.

    A removed line becomes empty, a line that belongs to the one before it leaves an empty one. The counts are
    of pieces taken out (litter, readings, spam), stretches read again (mojibake, slipped_bytes), characters
    changed (script, width) and places where information is gone for good (lost).

    >>> repair_lines(["經(jīng)濟發(fā)展，項(xiàng)目落地。"]).lines
    ['经济发展，项目落地。']
    """
    text = "\n".join(lines)
    if not _is_suspect(text):
        return Repaired(list(lines))
    repairs: dict[str, int] = {}
    if lines and text.count("\n") != len(lines) - 1:  # a line holds a line break: no line may move
        return _apart(lines, script=script, width=width)
    folded = widths.is_folded(text)
    text = _undo_damage(text, repairs, folded=folded)
    found = scripts.detect(text)
    if script == "simplified":
        text, count = scripts.simplify(text, script=found)
        _count(repairs, "script", count)
    damaged = found == "converted" or bool(repairs.keys() & {"slipped_bytes", "readings"})
    if width == "restore" and folded and (damaged or widths.is_page(text)):
        text, count = widths.restore(text)
        _count(repairs, "width", count)
    text, count = litter.undo_commas(text, damaged=bool(repairs))
    _count(repairs, "litter", count)
    text, count = spam.undo(text)
    _count(repairs, "spam", count)
    if repairs:
        text, count = litter.undo_empty(text)
    return Repaired(text.split("\n") if lines else [], repairs, found)


def _apart(
    lines: Sequence[str], *, script: Literal["simplified", "keep"], width: Literal["restore", "keep"]
) -> Repaired:
    """Repair lines that hold line breaks: as more lines, put together again."""
    pieces = [line.split("\n") for line in lines]
    repaired = repair_lines([piece for line in pieces for piece in line], script=script, width=width)
    rest = iter(repaired.lines)
    joined = ["\n".join(next(rest) for _ in line) for line in pieces]
    return Repaired(joined, repaired.repairs, repaired.script)


def _undo_damage(given: str, repairs: dict[str, int], *, folded: bool) -> str:
    """Undo litter, mojibake, slipped bytes and readings, noting the counts in `repairs`."""
    text, count = litter.undo(given)
    _count(repairs, "litter", count)
    text, count, lost = mojibake.undo(text)
    _count(repairs, "mojibake", count)
    _count(repairs, "lost", lost)
    if _BRACKETED.search(text) is None and _WIDE_BRACKETED.search(text) is None and slips.SIGN.search(text) is None:
        return text
    evidence = readings.gather(text)
    folded = not widths.has_full(text) or (folded if text == given else widths.is_folded(text))
    text, count, lost = slips.undo(text, slips.context(text, evidence, folded=folded))
    _count(repairs, "slipped_bytes", count)
    _count(repairs, "lost", lost)
    text, count = readings.strip(text, evidence)
    _count(repairs, "readings", count)
    return text


def _is_suspect(text: str) -> bool:
    """Tell whether anything in the text could need repair; nearly all clean text ends here, or before: see `plain`."""
    return (
        SPECIAL.search(text) is not None
        or ("(" in text and _BRACKETED.search(text) is not None)
        or ("（" in text and _WIDE_BRACKETED.search(text) is not None)
        or ("." in text and _DOT.search(text) is not None)
        or ("," in text and any(commas in text for commas in (",,", ",，", "，,")))
        or ("[" in text and ("![" in text or "[email" in text))
        or widths.INSIDE.search(text) is not None
        or litter.BROKEN.search(text) is not None
        or spam.SIGN.search(text) is not None
        or not scripts.is_plainly_chinese(text)
    )


# What clean Chinese text rarely has, and what to look for; the modules look closer. Each pattern begins with what
# it is anchored at, a literal or a class, so that `re` skips to it: lookbehinds come second.
_ASCII = r"<>&|_*?#^~{}\\$@`"
_BRACKETED = re.compile(rf"\(\s?[{readings.LETTERS}]{{1,6}}\s?[)）]")
_WIDE_BRACKETED = re.compile(rf"（\s?[{readings.LETTERS}]{{1,6}}\s?[)）]")
_DOT = re.compile(r"\.(?<=[\u4e00-\u9fff].)(?=[\u4e00-\u9fff])")


_TONED = readings.LETTERS.removeprefix("a-z")
_LATIN = "\u0080-\u00a0\u00a1-\u00af\u00b2-\u00b6\u00b8-\u00d6\u00d8-\u00f6\u00f8-\u00ff"
# The characters that damaged text has and clean Simplified text nearly never.
SPECIAL = re.compile(
    f"[{_ASCII}{scripts.sign_class()}{_TONED}{_LATIN}{mojibake.GBK_CHARACTERS}{readings.FIRST_LETTERS}"
    "\ue000-\uf8ff\ufffd\u3041-\u312f\u2600-\u27bf\U0001f300-\U0001faff]"
)


def _count(repairs: dict[str, int], kind: str, count: int) -> None:
    if count:
        repairs[kind] = repairs.get(kind, 0) + count
