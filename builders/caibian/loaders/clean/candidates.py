"""The characters that a lost byte may have been part of: those in use, by the byte that is left of them."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from caibian.loaders.clean import gbk, likelihood, script

OTHER_SCRIPT = -4.0  # nats: a Simplified character on a converted page
_MIN_SHARE = 1e-6  # of running text; a rarer character is no guess at a lost byte


class Candidates(NamedTuple):
    """Characters in use that share a byte: punctuation, then those that words are made of, by falling code."""

    codes: NDArray[np.int64]
    marks: list[str]
    simple: NDArray[np.int64]  # code points of the Simplified forms of the others
    foreign: NDArray[np.float64]  # what each of them costs on a converted page


@lru_cache(maxsize=1)
def _likely_codes() -> tuple[list[list[int]], list[list[int]]]:
    """Return the falling codes of the characters in use by their lead byte, and by their trail byte."""
    model, simple = likelihood.load(), script.simple_forms()
    trails: list[list[int]] = [[] for _ in range(256)]
    leads: list[list[int]] = [[] for _ in range(256)]
    for code, character in sorted(gbk.characters().items(), reverse=True):
        if character in likelihood.PUNCTUATION or model.share(simple.get(character, character)) > _MIN_SHARE:
            trails[code >> 8].append(code)
            leads[code & 0xFF].append(code)
    return trails, leads


@lru_cache(maxsize=512)
def with_byte(byte: int, *, is_lead: bool) -> Candidates:
    """Return the characters in use with this byte."""
    codes = _likely_codes()[0 if is_lead else 1][byte]
    characters, simple = gbk.characters(), script.simple_forms()
    foreign = script.simplified_only()
    marks = [code for code in codes if characters[code] in likelihood.PUNCTUATION]
    words = [code for code in codes if characters[code] not in likelihood.PUNCTUATION]
    return Candidates(
        np.array(marks + words, np.int64),
        [characters[code] for code in marks],
        np.array([ord(simple.get(characters[code], characters[code])) for code in words], np.int64),
        np.array([OTHER_SCRIPT if characters[code] in foreign else 0.0 for code in words]),
    )
