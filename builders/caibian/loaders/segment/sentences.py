"""Where the sentences of a text end."""

import re
import string

import numpy as np
from numpy.typing import NDArray

from caibian.loaders.segment.dictionary import Bools

# A sentence ends at 。！？ or a run of them, or at an ellipsis, with the closing quotes, brackets and spaces behind it.
# Inside an address or a name (Yahoo!Mail) the half-width ones end nothing.
_SPACES = "".join(re.findall(r"\s", "".join(map(chr, range(0x3001)))))
_FULL_END, _HALF_END, _CLOSER, _SPACE, _ALNUM, _OTHER = (1 << bit for bit in range(6))  # kinds of characters
_NOTHING = 0
_CHARACTERS = {
    "。！？…": _FULL_END,
    "!?": _HALF_END,
    "”’」』）)》】〉〕］]": _CLOSER,
    _SPACES: _SPACE,
    string.ascii_letters + string.digits: _ALNUM,
}
_KINDS = np.full(0x10000, _OTHER, np.uint8)
for _chars, _kind in _CHARACTERS.items():
    _KINDS[[ord(char) for char in _chars]] = _kind


def sentence_ends(codes: NDArray[np.uint32], between: Bools) -> Bools:
    """Return for each character of a text whether a sentence ends with it.

    `codes` are its code points, `between` says which stand between two paragraphs.
    """
    kinds = _KINDS.take(codes, mode="clip")
    kinds[between] = _NOTHING
    follows = np.append(kinds, np.uint8(_NOTHING))[1:]
    is_end = (kinds & _FULL_END) != 0
    is_end |= ((kinds & _HALF_END) != 0) & ((follows & _ALNUM) == 0)
    ends: Bools = np.append(is_end[:-1] & ~is_end[1:], is_end[-1:])
    for place in np.flatnonzero(ends & ((follows & (_CLOSER | _SPACE)) != 0)).tolist():
        ends[place] = False
        ends[_behind_closers(follows, place)] = True
    ends |= (follows == _NOTHING) & (kinds != _NOTHING)
    return ends


def _behind_closers(follows: NDArray[np.uint8], place: int) -> int:
    """Return the last of the closing marks and the white space behind a sentence's last mark."""
    for kind in (_CLOSER, _SPACE):
        while follows[place] & kind:
            place += 1
    return place
