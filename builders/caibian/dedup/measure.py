"""Exact similarity of candidate pairs: what banding only guesses is counted here."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from caibian.dedup.candidates import Hashes, Numbers, distinct, pack
from caibian.dedup.differ import reports_other
from caibian.dedup.sign import BRIDGE_CHARS, GRAM, SHORT_GRAM, gram_hashes
from caibian.dedup.text import SHORT_CHARS, Codes, Folded, decode

Texts = Callable[[Numbers], pa.Array]

# Texts held at once: about 15 bytes a character, so 360 MB. Fewer would mean reading the shards more often.
BLOCK_CHARS = 24_000_000
# A text of which this share of 5-grams stands in a longer one is inside it.
CONTAINED = 0.9
# Inside a text less than twice as long it is a cut copy of it; inside a longer one, a brief in a roundup.
CUT_COPY = 0.5
# Sites copy each other's news within days; what is nearly the same later is often next year's event.
APART_DAYS = 7


class Pairs(NamedTuple):
    """Verified pairs of texts, by their numbers; `left` is the one of the lower number."""

    left: Numbers
    right: Numbers
    similarity: npt.NDArray[np.float64]  # Jaccard, of grams of the size that suits the pair
    near: npt.NDArray[np.bool_]  # similarity reaches the threshold
    inside: npt.NDArray[np.bool_]  # the shorter text stands in the longer one
    same: npt.NDArray[np.bool_]  # reports the same: one of the two may go


def gram_size(left_chars: int, right_chars: int) -> int:
    """Return the size of the grams by which two texts are compared; 0: they never are."""
    shorter, longer = sorted((left_chars, right_chars))
    if longer < SHORT_CHARS:
        return SHORT_GRAM
    return GRAM if shorter >= BRIDGE_CHARS else 0


def measure(
    left: Numbers,
    right: Numbers,
    *,
    chars: Numbers,
    days: npt.NDArray[np.float64],
    texts: Texts,
    similarity: float,
) -> Pairs:
    """Return the candidate pairs that are near copies, or of which one stands in the other.

    `days` says when each text was published, NaN where that is unknown. `texts` is called with ascending
    numbers, a block of related texts at a time.
    """
    far = np.abs(days[left] - days[right]) > APART_DAYS
    parts = [_pairs([])]
    for block in _blocks(left, right, chars):
        numbers = distinct(np.concatenate([left[block], right[block]]))
        folded = decode(texts(numbers))
        found = _measure_block(numbers, folded, left[block], right[block], far[block], similarity)
        parts.append(_pairs(list(found)))
    return joined(parts)


def _pairs(found: list[tuple[int, int, float, bool, bool, bool]]) -> Pairs:
    """Return pairs as arrays: a hostile corpus has millions of them."""
    left, right, similarity, near, inside, same = zip(*found, strict=True) if found else ((),) * 6
    return Pairs(
        np.array(left, np.int64),
        np.array(right, np.int64),
        np.array(similarity, np.float64),
        np.array(near, bool),
        np.array(inside, bool),
        np.array(same, bool),
    )


def joined(parts: list[Pairs]) -> Pairs:
    """Return all pairs, each once, in order."""
    left = np.concatenate([pairs.left for pairs in parts])
    right = np.concatenate([pairs.right for pairs in parts])
    order = np.unique(pack(left, right), return_index=True)[1]
    return Pairs(
        left[order],
        right[order],
        np.concatenate([pairs.similarity for pairs in parts])[order],
        np.concatenate([pairs.near for pairs in parts])[order],
        np.concatenate([pairs.inside for pairs in parts])[order],
        np.concatenate([pairs.same for pairs in parts])[order],
    )


def _measure_block(
    numbers: Numbers,
    folded: Folded,
    left: Numbers,
    right: Numbers,
    far: npt.NDArray[np.bool_],
    similarity: float,
) -> Iterator[tuple[int, int, float, bool, bool, bool]]:
    lengths = folded.lengths().tolist()
    grams: dict[tuple[int, int], Hashes] = {}

    def grams_of(at: int, size: int) -> Hashes:
        if (at, size) not in grams:
            codes = folded.codes[folded.offsets[at] : folded.offsets[at + 1]]
            grams[at, size] = distinct(gram_hashes(codes, size))
        return grams[at, size]

    places = zip(np.searchsorted(numbers, left).tolist(), np.searchsorted(numbers, right).tolist(), strict=True)
    for (one, two), apart in zip(places, far.tolist(), strict=True):
        small, large = sorted((one, two), key=lambda at: lengths[at])
        size = gram_size(lengths[small], lengths[large])
        if not size:
            continue
        few, many = grams_of(small, size), grams_of(large, size)
        common = _common(few, many)
        jaccard = common / max(len(few) + len(many) - common, 1)
        near = jaccard >= similarity
        inside = size == GRAM and lengths[small] >= SHORT_CHARS and common >= CONTAINED * len(few)
        if near or inside:
            alike = size == GRAM and (near or lengths[small] >= CUT_COPY * lengths[large])
            both = _codes(folded, small, large)
            same = alike and not reports_other(*both, apart=apart, contained=not near)
            yield int(numbers[one]), int(numbers[two]), jaccard, near, inside, same


def _common(few: Hashes, many: Hashes) -> int:
    """Return how many values two arrays of distinct ones have in common."""
    both = np.sort(np.concatenate([few, many]))
    return int(np.count_nonzero(both[1:] == both[:-1]))


def _codes(folded: Folded, *places: int) -> tuple[Codes, ...]:
    return tuple(folded.codes[folded.offsets[at] : folded.offsets[at + 1]] for at in places)


def components(left: Numbers, right: Numbers, count: int) -> Numbers:
    """Return the number of each text's connected component; components are numbered by their first texts.

    All pairs at once hang the later of two roots on the earlier, then all texts are moved to their roots: after Liu
    and Tarjan, "Simple concurrent connected components algorithms", 2022. It takes as long as scipy does without the
    third of a second that scipy takes to import.
    """
    root = np.arange(count)
    while len(left):
        left, right = root[left], root[right]
        apart = left != right
        left, right = left[apart], right[apart]
        np.minimum.at(root, np.maximum(left, right), np.minimum(left, right))
        while not np.array_equal(root, above := root[root]):
            root = above
    return np.unique(root, return_inverse=True)[1]


def _blocks(left: Numbers, right: Numbers, chars: Numbers) -> Iterator[Numbers]:
    """Yield the positions of pairs so that related pairs come together and a block's texts fit in memory."""
    if not len(left):
        return
    order = np.lexsort((right, left, components(left, right, len(chars))[left]))
    numbers = np.stack([left[order], right[order]], axis=1).reshape(-1)
    fresh = np.zeros(len(numbers), np.int64)
    texts, first = np.unique(numbers, return_index=True)
    fresh[first] = chars[texts]
    block = np.cumsum(fresh.reshape(-1, 2).sum(axis=1)) // BLOCK_CHARS
    yield from np.split(order, np.flatnonzero(np.diff(block)) + 1)
