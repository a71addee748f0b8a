"""What damage destroys: whether another original gives the same damaged text, so that no repair can tell them apart."""

import string
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from typing import Literal

from caibian.loaders.clean import gbk

Loss = Literal["nothing", "ascii", "bytes"]
_ASCII = string.digits + string.ascii_letters + string.punctuation


def loss(text: str, repaired: str, damage: Callable[[str], str]) -> Loss:
    """Return what of the text is lost for good wherever the repaired text differs from it.

    `ascii`: each such place holds a digit, Latin letter or sign for which another one gives the same damaged text, and
    nothing says which it was. `bytes`: some hold another character, for which one that shares a byte with it gives the
    same; there, knowledge of Chinese may decide. `nothing`: some place is not lost.
    """
    damaged = damage(text)
    found: Loss = "ascii"
    for at in _places(text, repaired):
        if at is None:
            return "nothing"
        others = _others(text[at])
        if not any(damage(text[:at] + other + text[at + 1 :]) == damaged for other in others):
            return "nothing"
        if text[at] > "\x7f":
            found = "bytes"
    return found


def _places(text: str, repaired: str) -> Iterator[int | None]:
    """Yield where the texts differ in the first one; None where the other one only has more."""
    for kind, start, end, _, _ in SequenceMatcher(None, text, repaired, autojunk=False).get_opcodes():
        if kind == "insert":
            yield None
        elif kind != "equal":
            yield from range(start, end)


def _others(character: str) -> Iterator[str]:
    """Yield the characters that may have stood there: ASCII for ASCII, or with a byte in common."""
    if character in _ASCII:
        yield from _ASCII.replace(character, "")
    code = gbk.codes().get(character)
    if code is not None:
        for other, candidate in gbk.characters().items():
            if other != code and (other >> 8 == code >> 8 or other & 0xFF == code & 0xFF):
                yield candidate
