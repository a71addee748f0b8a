"""Patterns over words: `召开|举行 <20> 会议|大会` is one of the first, at most 20 characters, one of the second.

They never leave a sentence, every gap is bounded, and matching is by position in lists of hits, so the cost
of a pattern grows with the hits of its words and not with its form: no pattern of a user can run away.
"""

from collections.abc import Mapping
from dataclasses import dataclass

MAX_GAP = 60  # longer than this two words of one sentence no longer belong together
MAX_PARTS = 6


class PatternError(ValueError):
    """A pattern that cannot be read."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Sets of words, one a part, and the most characters allowed before each part but the first."""

    text: str
    parts: tuple[tuple[str, ...], ...]
    gaps: tuple[int, ...]


def parse_pattern(text: str, named: Mapping[str, tuple[str, ...]] | None = None) -> Pattern:
    """Return a pattern read from its text; parts without a gap between them stand side by side.

    >>> parse_pattern("召开|举行 <20> 会议").gaps
    (20,)

    Raises PatternError.
    """
    parts: list[tuple[str, ...]] = []
    gaps: list[int] = []
    gap: int | None = None
    for token in text.split():
        if token.startswith("<") and token.endswith(">"):
            if gap is not None or not parts:
                raise PatternError(f"{text!r}: a gap must stand between two parts")
            gap = _gap(text, token)
            continue
        if parts:
            gaps.append(gap or 0)
        parts.append(_part(text, token, named or {}))
        gap = None
    if len(parts) < 2 or gap is not None:
        raise PatternError(f"{text!r}: needs at least two parts, and no gap at the end; one part is a word")
    if len(parts) > MAX_PARTS:
        raise PatternError(f"{text!r}: has {len(parts)} parts, at most {MAX_PARTS} are allowed")
    return Pattern(text, tuple(parts), tuple(gaps))


def _gap(text: str, token: str) -> int:
    digits = token[1:-1]
    if not digits.isascii() or not digits.isdigit() or int(digits[:9]) > MAX_GAP:
        raise PatternError(f"{text!r}: a gap is <0> to <{MAX_GAP}>, got {token}")
    return int(digits)


def _part(text: str, token: str, named: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    words: list[str] = []
    for word in token.split("|"):
        if not word:
            raise PatternError(f"{text!r}: an empty word in {token!r}")
        if word.startswith("@"):
            if word[1:] not in named:
                raise PatternError(f"{text!r}: no set of words is named {word}")
            words.extend(named[word[1:]])
        else:
            words.append(word)
    return tuple(dict.fromkeys(words))
