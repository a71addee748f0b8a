"""Which split each row belongs to, before frozen rows and leaks are looked at."""

import hashlib
import urllib.parse
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from caibian.config import Split
from caibian.splits.report import NONE, SPLITS, Codes, Numbers

TRAIN, VALIDATION, TEST = range(3)


class Groups(NamedTuple):
    """The clusters of copies, as the split sees them."""

    of_row: Numbers  # numbered from 0 on, whether the row is published or not
    unit: npt.NDArray[np.float64]  # of each group: its hash, as a number from 0 to 1


def groups(rows: pa.Table) -> Groups:
    """Return the groups; a row of no component is one of its own.

    A group's hash is the text hash of its first member: the earliest published, among those and among the
    undated the one of the lowest text hash. So it depends on its members alone, and a later copy that joins
    does not change it.
    """
    count = rows.num_rows
    component = pc.fill_null(rows.column("component").combine_chunks(), -1).to_numpy(zero_copy_only=False)
    alone = component < 0
    component = np.where(alone, np.arange(count) + component.max(initial=0) + 1, component)
    of_row = np.unique(component, return_inverse=True)[1].reshape(count)
    keyed = rows.select(["published", "text_hash"]).append_column("row", pa.array(np.arange(count)))
    by_age = [("published", "ascending"), ("text_hash", "ascending"), ("row", "ascending")]
    order = pc.sort_indices(keyed, sort_keys=by_age).to_numpy()
    first = order[np.unique(of_row[order], return_index=True)[1]]
    digests = rows.column("text_hash").take(pa.array(first)).to_pylist()
    return Groups(of_row, _units(digests))


def by_hash(unit: npt.NDArray[np.float64], options: Split) -> Codes:
    """Return a split for each hash: the lowest go to test, the next ones to validation."""
    codes = np.full(len(unit), TRAIN, np.int8)
    codes[unit < options.test + options.validation] = VALIDATION
    codes[unit < options.test] = TEST
    return codes


def by_time(rows: pa.Table, clusters: Groups, live: npt.NDArray[np.bool_], options: Split) -> Codes:
    """Return a split for each row: the groups with the newest published rows go to test, then validation.

    A group goes where its newest row goes, so that no text that train holds is newer than the cut. Groups
    without a date go to train.
    """
    days = pc.fill_null(rows.column("published").combine_chunks().cast(pa.int32()), -(1 << 31))
    days = days.to_numpy(zero_copy_only=False).astype(np.int64)
    newest = np.full(len(clusters.unit), -(1 << 31), np.int64)
    np.maximum.at(newest, clusters.of_row[live], days[live])
    dated = np.flatnonzero(newest > -(1 << 31))
    dated = dated[np.lexsort((clusters.unit[dated], newest[dated]))][::-1]
    test = round(options.test * len(dated))
    codes = np.full(len(newest), TRAIN, np.int8)
    codes[dated[test : test + round(options.validation * len(dated))]] = VALIDATION
    codes[dated[:test]] = TEST
    return codes[clusters.of_row]


def by_host(rows: pa.Table, clusters: Groups, options: Split) -> Codes:
    """Return a split for each row by the hash of its address's host; without one, by its group's hash."""
    codes = by_hash(clusters.unit, options)[clusters.of_row]
    addresses = rows.column("url").combine_chunks().dictionary_encode()
    hosts = [host_of(address) for address in addresses.dictionary.to_pylist()]
    has_none = np.array([not host for host in hosts], bool)
    units = np.append(np.where(has_none, 2.0, _units([_digest(host or "") for host in hosts])), 2.0)
    unit = units[pc.fill_null(addresses.indices, -1).to_numpy(zero_copy_only=False)]
    return np.where(unit <= 1, by_hash(unit, options), codes)


def by_source(shipped: Codes, clusters: Groups, live: npt.NDArray[np.bool_], options: Split) -> Codes:
    """Return the splits as shipped; a row shipped without one joins its group, or is shared out by hash.

    What is shared out goes to train and to the splits that the source does not ship, so that a shipped
    test stays as it is.
    """
    has = {code for code in range(len(SPLITS)) if np.any(shipped[live] == code)}
    free = by_hash(clusters.unit, options)
    for code in (VALIDATION, TEST):
        if code in has:
            free[free == code] = TRAIN
    followed = np.full(len(free), NONE, np.int8)
    np.maximum.at(followed, clusters.of_row, shipped)
    groups_codes = np.where(followed == NONE, free, followed)
    return np.where(shipped == NONE, groups_codes[clusters.of_row], shipped)


def host_of(address: str) -> str | None:
    """Return the host of an address in lower case without `www.`; None where it has none.

    >>> host_of("HTTP://www.Example.cn:80/a"), host_of("http://[bad"), host_of("nothing")
    ('example.cn', None, None)
    """
    try:
        host = urllib.parse.urlsplit(address).hostname
    except ValueError:  # a bracket without its pair; an address is data, not an error
        return None
    return host.removeprefix("www.") if host else None


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _units(digests: Sequence[bytes]) -> npt.NDArray[np.float64]:
    """Return hashes of 16 bytes as numbers from 0 to 1."""
    return np.frombuffer(b"".join(digests), ">u8")[::2] / 2**64
