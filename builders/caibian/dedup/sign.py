"""The local half of deduplication: a hash, a sketch and marks for every row."""

import functools
import hashlib
import itertools
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from caibian import schema
from caibian.dedup.text import SHORT_CHARS, Codes, Folded, Offsets, fold_rows

Hashes = npt.NDArray[np.uint64]

GRAM = 5  # characters: the unit of similarity of texts
SHORT_GRAM = 2  # and of headlines, where one edit would touch a quarter of the five-character grams
SLOTS = 128  # minima a sketch; 32 bands of 4 miss a pair at a similarity of .8 once in 20 million
SLOT_BITS = 16  # kept of each minimum: four fill one 64-bit band, two unequal minima agree once in 65,536
BANDS = SLOTS * SLOT_BITS // 64
# A short text of at least half of SHORT_CHARS is compared with long texts too, so it has both sketches.
BRIDGE_CHARS = SHORT_CHARS // 2
# A gram is a mark where these bits of its hash are zero: one in 16, about 25 in a text of 400 characters.
MARK_MASK = np.uint64(0xF << 40)
BATCH_ROWS = 512  # so that the arrays of one batch of ordinary articles stay in the processor's cache
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # 2 ** 64 / golden ratio, odd
EMPTY = np.uint32(0xFFFFFFFF)


class Grams(NamedTuple):
    """The hashes of the grams of some texts, one text after the other."""

    texts: Offsets
    hashes: Hashes
    counts: Offsets


def sign(rows: pa.Table) -> pa.Table:
    """Return `rows` with the columns of schema.SIGN, computed from `title` and `paragraphs`.

    The sketch is one-permutation MinHash of the text's character grams, its empty slots filled by optimal
    densification (Shrivastava 2017). Only integers modulo 2 ** 64 are used: every machine gives the same.
    """
    parts = [_sign_batch(batch) for batch in rows.select(["title", "paragraphs"]).to_batches(max_chunksize=BATCH_ROWS)]
    signs = pa.Table.from_batches(parts, schema.SIGN).combine_chunks()
    for field in schema.SIGN:
        rows = rows.append_column(field, signs.column(field.name))
    return rows


def gram_hashes(codes: Codes, size: int) -> Hashes:
    """Return a 64-bit hash of the `size` characters that begin at each position (Horner, then splitmix64)."""
    count = max(len(codes) - size + 1, 0)
    wide = codes.astype(np.uint64)
    hashes = wide[:count].copy()
    for place in range(1, size):
        hashes *= MULTIPLIER
        hashes += wide[place : place + count]
    hashes ^= hashes >> np.uint64(30)
    hashes *= np.uint64(0xBF58476D1CE4E5B9)
    hashes ^= hashes >> np.uint64(27)
    hashes *= np.uint64(0x94D049BB133111EB)
    hashes ^= hashes >> np.uint64(31)
    return hashes


def _sign_batch(batch: pa.RecordBatch) -> pa.RecordBatch:
    bodies, numbers, titled = fold_rows(batch)
    lengths, digests = bodies.lengths(), _digests(bodies)
    lengths[numbers] = titled.lengths()
    for number, digest in zip(numbers, _digests(titled), strict=True):
        digests[number] = digest
    short = titled.lengths() < SHORT_CHARS
    two = _grams(titled, short & (titled.lengths() >= SHORT_GRAM), SHORT_GRAM)
    five = _grams(titled, short & (titled.lengths() >= BRIDGE_CHARS), GRAM)
    grown = _grams(titled, ~short, GRAM)
    is_long = np.ones(batch.num_rows, bool)
    is_long[numbers] = False
    whole = _grams(bodies, is_long, GRAM)
    every = np.arange(batch.num_rows)
    groups = [(numbers, two), (numbers, five), (numbers, grown), (every, whole)]
    return pa.record_batch(
        [
            pa.array(digests, schema.SIGN.field("text_hash").type),
            pa.array(lengths, pa.int32()),
            _band_lists(batch.num_rows, [(rows[grams.texts], _sketches(grams)) for rows, grams in groups]),
            _mark_lists(batch.num_rows, [(rows[grams.texts], grams) for rows, grams in groups[2:]]),
        ],
        schema=schema.SIGN,
    )


def _digests(texts: Folded) -> list[bytes]:
    """Return the BLAKE2b hash of each text in UTF-16, in which nearly every character is two bytes."""
    wide = np.flatnonzero(texts.codes > 0xFFFF)
    ends = ((texts.offsets + np.searchsorted(wide, texts.offsets)) * 2).tolist()
    if len(wide):
        encoded = texts.codes.tobytes().decode("utf-32-le").encode("utf-16-le")
    else:
        encoded = texts.codes.astype("<u2").tobytes()
    data = memoryview(encoded)
    blake = hashlib.blake2b
    return [blake(data[a:b], digest_size=16).digest() for a, b in itertools.pairwise(ends)]


def _grams(texts: Folded, chosen: npt.NDArray[np.bool_], size: int) -> Grams:
    """Return the hashes of all grams of the chosen texts."""
    numbers = np.flatnonzero(chosen)
    if not len(numbers):
        return Grams(numbers, np.empty(0, np.uint64), np.empty(0, np.int64))
    lengths = texts.lengths()
    inside = np.repeat(chosen, lengths)
    ends = texts.offsets[1:]
    for back in range(1, size):  # a gram that begins less than `size` before the end would run into the next
        inside[ends[lengths >= back] - back] = False
    hashes = gram_hashes(texts.codes, size)
    return Grams(numbers, hashes[inside[: len(hashes)]], np.maximum(lengths[numbers] - size + 1, 0))


def _sketches(grams: Grams) -> Hashes:
    """Return one row of BANDS numbers a text: SLOTS minima of 16 bits each."""
    count = len(grams.texts)
    flat = np.full(count * SLOTS, EMPTY, np.uint32)
    slots = (grams.hashes >> np.uint64(57)).view(np.int64)
    slots += np.repeat(np.arange(count, dtype=np.int64) * SLOTS, grams.counts)
    np.minimum.at(flat, slots, grams.hashes.astype(np.uint32))
    minima = flat.reshape(count, SLOTS)
    _densify(minima)
    return minima.astype("<u2").view("<u8")


def _densify(minima: npt.NDArray[np.uint32]) -> None:
    """Fill each empty slot from the first full one in a fixed random order of its own."""
    texts, slots = np.nonzero(minima == EMPTY)
    source = minima.copy()
    for step in range(SLOTS - 1):
        if not len(texts):
            return
        found = source[texts, _detours()[slots, step]]
        full = found != EMPTY
        minima[texts[full], slots[full]] = found[full]
        texts, slots = texts[~full], slots[~full]


@functools.cache
def _detours() -> npt.NDArray[np.int64]:
    """Return for each slot the other slots in a pseudo-random order."""
    numbers = np.arange(SLOTS * SLOTS, dtype=np.uint32)
    order = gram_hashes(numbers, 1).reshape(SLOTS, SLOTS)
    order[np.arange(SLOTS), np.arange(SLOTS)] = np.iinfo(np.uint64).max  # itself, last and never reached
    return np.argsort(order, axis=1)[:, : SLOTS - 1]


def _band_lists(count: int, sketches: list[tuple[Offsets, Hashes]]) -> pa.ListArray:
    """Return a list a row: its sketches in the order given, [] where it has none."""
    rows = np.concatenate([numbers for numbers, _ in sketches])
    values = np.concatenate([sketch for _, sketch in sketches])
    order = np.argsort(rows, kind="stable")
    return _lists(np.bincount(rows, minlength=count) * BANDS, values[order].reshape(-1))


def _mark_lists(count: int, groups: list[tuple[Offsets, Grams]]) -> pa.ListArray:
    """Return a list a row: the hashes of those grams that are marks, in the order of the text."""
    rows, hashes = [], []
    for numbers, grams in groups:
        chosen = np.flatnonzero(grams.hashes & MARK_MASK == 0)
        ends = np.cumsum(grams.counts)
        rows.append(numbers[np.searchsorted(ends, chosen, "right")])
        hashes.append(grams.hashes[chosen])
    owners = np.concatenate(rows)
    order = np.argsort(owners, kind="stable")
    return _lists(np.bincount(owners, minlength=count), np.concatenate(hashes)[order])


def _lists(lengths: npt.NDArray[np.integer], values: Hashes) -> pa.ListArray:
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)])
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(values, pa.uint64()))
