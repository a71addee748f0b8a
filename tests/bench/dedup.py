"""Benchmark of steps 5 and 6: `python -m tests.bench.dedup [--rows N ...] [--hostile]`.

The corpus is a pure function of the row number, so nothing is stored: texts of 400 characters, of which one in
20 is an exact and one in 10 a near copy (1 % of the characters edited) of another. `--hostile` makes every
row the same text but for a number. Prints one JSON object a size; `share` is the speed of `sign` over that
of its bare components (decode, hash, minima) in the same process.
"""

import argparse
import json
import resource
import sys
import time

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from caibian import dedup, splits
from caibian.config import Split
from caibian.dedup.sign import gram_hashes

CHARS = 400
SHARD_ROWS = 10_000
Numbers = npt.NDArray[np.int64]


def mixed(values: npt.NDArray[np.integer]) -> npt.NDArray[np.uint64]:
    """Return a hash of each number."""
    return gram_hashes(values.reshape(-1).astype(np.uint32), 1).reshape(values.shape)


def codes(numbers: Numbers, *, hostile: bool) -> npt.NDArray[np.uint32]:
    """Return the characters of each row: 200 words of two, out of 20,000."""
    kinds = mixed(numbers * 2 + 1) % np.uint64(20)
    base = np.where(kinds == 0, numbers // 2, np.where(kinds <= 2, numbers // 3, numbers)) * (not hostile)
    words = mixed(base[:, None] * 211 + np.arange(CHARS // 2)) % np.uint64(20_000)
    letters = mixed(np.stack([words * np.uint64(2), words * np.uint64(2) + np.uint64(1)], axis=2).astype(np.int64))
    text = (letters % np.uint64(3_000) + np.uint64(0x4E00)).astype(np.uint32).reshape(len(numbers), CHARS)
    if hostile:
        text[:, -8:] = (numbers[:, None] // 10 ** np.arange(8)) % 10 + ord("0")
        return text
    near = np.flatnonzero((kinds == 1) | (kinds == 2))
    places = (mixed(numbers[near][:, None] * 7 + np.arange(4)) % np.uint64(CHARS)).astype(np.int64)
    text[near[:, None], places] = (0x4E00 + mixed(places + numbers[near][:, None]) % np.uint64(3_000)).astype(np.uint32)
    return text


def strings(numbers: Numbers, *, hostile: bool) -> list[str]:
    """Return the text of each row."""
    return [row.tobytes().decode("utf-32-le") for row in codes(numbers, hostile=hostile)]


def shard(numbers: Numbers, *, hostile: bool) -> pa.Table:
    """Return one shard as the step before would."""
    paragraphs = pa.array([[text] for text in strings(numbers, hostile=hostile)], pa.list_(pa.string()))
    return pa.table({"title": pa.array([""] * len(numbers)), "paragraphs": paragraphs})


def bare(rows: pa.Table) -> float:
    """Return the processor seconds of the least that a sketch needs."""
    data = "".join(rows.column("paragraphs").combine_chunks().flatten().to_pylist())
    begin = time.process_time()
    raw = np.frombuffer(data.encode("utf-32-le"), np.uint32)
    for start in range(0, len(raw), 512 * CHARS):
        hashes = gram_hashes(raw[start : start + 512 * CHARS], 5)
        slots = (hashes >> np.uint64(57)).view(np.int64) + np.arange(len(hashes)) // CHARS * 128
        minima = np.full(513 * 128, 0xFFFFFFFF, np.uint32)
        np.minimum.at(minima, slots, hashes.astype(np.uint32))
    return time.process_time() - begin


def run(count: int, *, hostile: bool) -> dict[str, object]:
    """Return the figures of one size."""
    parts, signing, least = [], 0.0, 0.0
    for start in range(0, count, SHARD_ROWS):
        rows = shard(np.arange(start, min(start + SHARD_ROWS, count)), hostile=hostile)
        least += bare(rows)
        begin = time.process_time()
        parts.append(dedup.sign(rows).drop_columns(["title", "paragraphs"]))
        signing += time.process_time() - begin
    light = pa.concat_tables(parts).combine_chunks()
    del parts
    light = light.append_column("id", pa.array([f"{n:016x}" for n in mixed(np.arange(count)).tolist()]))
    for name, kind in (("dropped", pa.string()), ("published", pa.date32())):
        light = light.append_column(name, pa.nulls(count, kind))
    asked = [0]

    def texts(numbers: Numbers) -> pa.Array:
        begin = time.process_time()
        wanted = pa.array(strings(numbers, hostile=hostile))
        asked[0] += len(numbers)
        fetching[0] += time.process_time() - begin
        return wanted

    fetching = [0.0]
    begin = time.process_time()
    found = dedup.cluster(light.select(dedup.LIGHT), similarity=0.8, texts=texts)
    clustering = time.process_time() - begin - fetching[0]
    bytes_a_row = light.nbytes / count
    thin = light.select(["id", "published", "text_hash"])
    for name in ("dropped", "component"):
        thin = thin.append_column(name, found.rows.column(name))
    for name, kind in (("url", pa.string()), ("given_split", pa.string()), ("topics", pa.list_(pa.string()))):
        thin = thin.append_column(name, pa.nulls(count, kind))
    begin = time.process_time()
    report = splits.split(thin, options=Split(), pairs=found.pairs).report
    splitting = time.process_time() - begin
    return {
        "rows": count,
        "hostile": hostile,
        "sign_rows_a_second": round(count / signing),
        "share": round(least / signing, 2),
        "cluster_microseconds_a_row": round(clustering / count * 1e6, 1),
        "split_microseconds_a_row": round(splitting / count * 1e6, 1),
        "texts_asked_a_row": round(asked[0] / count, 2),
        "pairs": found.pairs.num_rows,
        "dropped": count - found.rows.column("dropped").null_count,
        "sizes": report.sizes,
        "light_bytes_a_row": round(bytes_a_row),
        "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--hostile", action="store_true")
    options = parser.parse_args()
    for count in options.rows:
        sys.stdout.write(json.dumps(run(count, hostile=options.hostile)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
