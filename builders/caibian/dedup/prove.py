"""The proof that no copy crosses splits: the whole search again, over what is published."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from caibian.dedup.candidates import Numbers
from caibian.dedup.cluster import cluster
from caibian.dedup.measure import Texts


def crossing_pairs(rows: pa.Table, *, similarity: float, texts: Texts) -> pa.Table:
    """Return the pairs of rows that are copies, near copies or parts of each other in different splits.

    Takes the columns LIGHT and `split`; rows without a split take no part. The result has the columns of
    PAIRS, and `left_split` and `right_split`; of exact copies in one split one row stands for all. It is
    empty for a sound dataset; a pair of kind crowd could not be excluded.
    """
    split = rows.column("split").combine_chunks()
    dropped = pc.if_else(pc.is_null(split), "no_split", pa.scalar(None, pa.string()))
    light = rows.set_column(rows.column_names.index("dropped"), "dropped", dropped)
    pairs = cluster(light, similarity=similarity, texts=texts).pairs
    names, codes = _codes(split)
    left, right, source = _expand(pairs, codes)
    crossing = codes[left] != codes[right]
    left, right, source = left[crossing], right[crossing], source[crossing]
    order = np.lexsort((right, left))
    left, right, source = left[order], right[order], source[order]
    found = pairs.take(pa.array(source)).set_column(0, "left", pa.array(left)).set_column(1, "right", pa.array(right))
    found = found.append_column("left_split", names.take(pa.array(codes[left])))
    return found.append_column("right_split", names.take(pa.array(codes[right])))


def _codes(split: pa.Array) -> tuple[pa.Array, Numbers]:
    encoded = split.dictionary_encode()
    return encoded.dictionary, pc.fill_null(encoded.indices, -1).to_numpy().astype(np.int64)


def _expand(pairs: pa.Table, codes: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Return the pairs of rows that the pairs stand for, one row a split of each text's, and their pair."""
    exact = pc.equal(pairs.column("kind"), "exact").to_numpy()
    left, right = pairs.column("left").to_numpy(), pairs.column("right").to_numpy()
    text = np.arange(len(codes))
    text[right[exact]] = left[exact]
    owners = np.unique(np.stack([text, codes]), axis=1, return_index=True)[1]
    owners = owners[np.argsort(text[owners], kind="stable")]
    counts = np.bincount(text[owners], minlength=len(codes))
    starts = np.cumsum(counts) - counts
    sources, lefts, rights = [], [], []
    number = np.arange(len(left))
    for one in range(int(counts.max(initial=0))):
        for two in range(int(counts.max(initial=0))):
            chosen = (counts[left] > one) & (counts[text[right]] > two)
            lefts.append(owners[starts[left[chosen]] + one])
            rights.append(owners[starts[text[right[chosen]]] + two])
            sources.append(number[chosen])
    if not sources:
        return number, number, number
    return np.concatenate(lefts), np.concatenate(rights), np.concatenate(sources)
