"""Pairs of texts worth an exact comparison, found without comparing all with all."""

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from caibian.dedup.sign import BANDS, MULTIPLIER, SLOTS

Numbers = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
Number = TypeVar("Number", np.int64, np.uint64)

MISSED = 1e-6  # the share of pairs at the very threshold that banding may miss; above it, far fewer
MAX_BUCKET = 64  # texts of one bucket that are paired all with all; larger ones are divided further
BLOCK_PAIRS = 1 << 15  # pairs whose sketches are gathered at once: 16 MB
BLOCK_TEXTS = 1 << 14
SPARSE = 16  # places in a table for each key that recurs: one in 16 of the others falls on one that is taken
BUFFER_PAIRS = 1 << 23  # pairs collected before repeated ones are removed: 64 MB
SIGMAS = 5  # an estimate so many standard deviations below the threshold ends a pair: one in three million


class Candidates(NamedTuple):
    """Pairs to verify, and crowds: texts linked to a leader because their bucket was too large to pair."""

    left: Numbers
    right: Numbers
    leader: Numbers
    member: Numbers


class Sketches(NamedTuple):
    """The sketches of some texts: text `numbers[i]` has the BANDS values from `values[starts[i]]` on."""

    numbers: Numbers
    starts: Numbers
    values: Hashes


def slots_per_band(similarity: float) -> int:
    """Return the most slots a band may have without missing more pairs at the threshold than MISSED.

    >>> [slots_per_band(similarity) for similarity in (0.5, 0.7, 0.8, 0.9, 1.0)]
    [2, 3, 4, 6, 16]
    """
    for slots in range(16, 1, -1):
        if (1 - similarity**slots) ** (SLOTS // slots) <= MISSED:
            return slots
    return 1


def candidates(sketches: Sketches, *, similarity: float) -> Candidates:
    """Return every pair that shares a band and whose sketches agree well enough for the similarity.

    A bucket of more than MAX_BUCKET texts is divided by each other band in turn. What is still too large
    (one template a million times) is not paired: its texts are linked to its first as a crowd.
    """
    count, width = len(sketches.numbers), slots_per_band(similarity)
    close = partial(_close, sketches, similarity, np.full(count, np.nan))
    pairs, links, crowd = [np.empty(0, np.uint64)], [np.empty(0, np.uint64)], np.full(count, -1, np.int64)
    for band in range(SLOTS // width):
        order, sizes = _buckets(_keys(sketches, np.arange(count), band, width))
        large = sizes > MAX_BUCKET
        in_large = np.repeat(large, sizes)
        pairs += close(order[~in_large], sizes[~large])
        for numbers, parts in _divided(sketches, order[in_large], sizes[large], band, width, crowd):
            large = parts > MAX_BUCKET
            in_large = np.repeat(large, parts)
            pairs += close(numbers[~in_large], parts[~large])
            members, leaders = numbers[in_large], _leaders(numbers[in_large], parts[large])
            crowd[members] = leaders
            links.append(pack(leaders, members))
            pairs, links = _compact(pairs), _compact(links)
        pairs = _compact(pairs)
    left, right = unpack(distinct(np.concatenate(pairs)))
    leader, member = unpack(distinct(np.concatenate(links)))
    numbers = sketches.numbers
    return Candidates(numbers[left], numbers[right], numbers[leader], numbers[member])


def bucket_pairs(members: Numbers, sizes: Numbers) -> Iterator[tuple[Numbers, Numbers]]:
    """Yield all pairs within buckets that stand one after the other, by their distance in the bucket."""
    ends = np.repeat(np.cumsum(sizes), sizes)
    places = np.arange(len(members))
    distance = 1
    while len(places := places[places + distance < ends[places]]):
        yield members[places], members[places + distance]
        distance += 1


def _keys(sketches: Sketches, chosen: Numbers, band: int, width: int) -> Hashes:
    """Return one number that two of the chosen texts share if they agree in all slots of the band."""
    if width == SLOTS // BANDS:  # as they are stored
        return sketches.values[sketches.starts[chosen] + band]
    keys = np.zeros(len(chosen), np.uint64)
    for slot in range(band * width, (band + 1) * width):
        packed, place = divmod(slot, SLOTS // BANDS)
        values = sketches.values[sketches.starts[chosen] + packed] >> np.uint64(16 * place)
        if width <= 4:
            keys = (keys << np.uint64(16)) | (values & np.uint64(0xFFFF))
        else:
            keys = (keys ^ (keys >> np.uint64(29)) ^ (values & np.uint64(0xFFFF))) * MULTIPLIER
    return keys


def _buckets(keys: Hashes, outer: Numbers | None = None) -> tuple[Numbers, Numbers]:
    """Return the texts of all buckets of two and more, one bucket after the other, and the buckets' sizes."""
    if outer is None:
        places = _recurring(keys)
        order = places[np.argsort(keys[places], kind="stable")]
    else:
        order = np.lexsort((keys, outer))
    changed = np.ones(len(order) + 1, bool)
    changed[1:-1] = np.diff(keys[order]) != 0
    if outer is not None:
        changed[1:-1] |= np.diff(outer[order]) != 0
    sizes = np.diff(np.flatnonzero(changed))
    return order[np.repeat(sizes > 1, sizes)], sizes[sizes > 1]


def _recurring(keys: Hashes) -> Numbers:
    """Return the places of all keys that stand there more than once, and of a few others.

    Most texts are like no other, and to sort keys takes an eighth of the time of sorting their places.
    """
    ordered = np.sort(keys)
    repeated = ordered[1:][ordered[1:] == ordered[:-1]]
    mask = np.uint64((1 << (SPARSE * len(repeated)).bit_length()) - 1)
    seen = np.zeros(int(mask) + 1, bool)
    seen[repeated & mask] = True
    return np.flatnonzero(seen[keys & mask])


def _divided(
    sketches: Sketches, members: Numbers, sizes: Numbers, band: int, width: int, crowd: Numbers
) -> Iterator[tuple[Numbers, Numbers]]:
    """Yield large buckets divided by each later band; an earlier one has been divided by this band already."""
    for other in range(band + 1, SLOTS // width):
        starts = np.cumsum(sizes) - sizes
        if not len(starts):
            return
        linked = np.minimum.reduceat(crowd[members], starts)
        open_buckets = (linked < 0) | (linked != np.maximum.reduceat(crowd[members], starts))
        members, sizes = members[np.repeat(open_buckets, sizes)], sizes[open_buckets]
        outer = np.repeat(np.arange(len(sizes)), sizes)
        places, parts = _buckets(_keys(sketches, members, other, width), outer)
        yield members[places], parts


def _leaders(members: Numbers, sizes: Numbers) -> Numbers:
    return np.repeat(members[np.cumsum(sizes) - sizes], sizes)


def _floors(sketches: Sketches, similarity: float, chosen: Numbers) -> npt.NDArray[np.float64]:
    """Return for each chosen text in how many slots another must agree with it to be a candidate.

    A text of few grams fills many slots with the same ones, so its estimates scatter more.
    """
    distinct = np.empty(len(chosen), np.int64)
    for start in range(0, len(chosen), BLOCK_TEXTS):
        slots = np.sort(_slots(sketches, chosen[start : start + BLOCK_TEXTS]), axis=1)
        distinct[start : start + BLOCK_TEXTS] = 1 + np.count_nonzero(np.diff(slots, axis=1), axis=1)
    deviation = np.sqrt(similarity * (1 - similarity) * (1 / SLOTS + 2 / distinct))
    return SLOTS * (similarity - SIGMAS * deviation)


def _slots(sketches: Sketches, chosen: Numbers) -> npt.NDArray[np.uint16]:
    values = sketches.values[sketches.starts[chosen][:, None] + np.arange(BANDS)]
    slots: npt.NDArray[np.uint16] = values.astype("<u8").view("<u2")
    return slots


def _close(
    sketches: Sketches, similarity: float, floor: npt.NDArray[np.float64], members: Numbers, sizes: Numbers
) -> Iterator[Hashes]:
    """Yield those pairs within the buckets whose sketches agree well enough; `floor` keeps what `_floors` found."""
    fresh = distinct(members[np.isnan(floor[members])])
    floor[fresh] = _floors(sketches, similarity, fresh)
    for left, right in bucket_pairs(members, sizes):
        for start in range(0, len(left), BLOCK_PAIRS):
            ones, twos = left[start : start + BLOCK_PAIRS], right[start : start + BLOCK_PAIRS]
            agreeing = np.count_nonzero(_slots(sketches, ones) == _slots(sketches, twos), axis=1)
            close = agreeing >= np.minimum(floor[ones], floor[twos])
            yield pack(ones[close], twos[close])


def pack(left: Numbers, right: Numbers) -> Hashes:
    """Return each pair of texts as one number, the lower of the two before the other."""
    return (np.minimum(left, right).astype(np.uint64) << np.uint64(32)) | np.maximum(left, right).astype(np.uint64)


def unpack(pairs: Hashes) -> tuple[Numbers, Numbers]:
    """Return the lower texts of packed pairs, and the others."""
    return (pairs >> np.uint64(32)).astype(np.int64), (pairs & np.uint64(0xFFFFFFFF)).astype(np.int64)


def distinct(values: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """Return the distinct values in order.

    As np.unique does, which since numpy 2.3 hashes integers before it sorts them, and takes 5 to 50 times as long.
    """
    ordered = np.sort(values)
    fresh = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=fresh[1:])
    return ordered[fresh]


def _compact(parts: list[Hashes]) -> list[Hashes]:
    if sum(map(len, parts)) < BUFFER_PAIRS:
        return parts
    return [distinct(np.concatenate(parts))]
