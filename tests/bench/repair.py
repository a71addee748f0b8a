"""Measure the repair: MB of UTF-8 a CPU second on clean and damaged text, and growth on the worst text.

Run `python -m tests.bench.repair`. The first line is one `re` search of the same text in the same process: divide
by it to compare machines. With CAIBIAN_REAL_DATA, newspaper paragraphs are damaged, too, and how many are restored
exactly is counted: all, those up to swallowed ASCII characters, and those up to lost bytes (see tests/lost.py).
"""

import os
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from tests.damage import MARKS, damage, frequent_table, whole_table
from tests.loaders.clean.test_repair import SIMPLIFIED, paragraphs
from tests.lost import loss

from caibian.loaders.clean.repair import repair_lines

WORST = {
    "question marks": "?",
    "lost bytes": "發(fā)?",
    "private use": "發(fā)\ue2fd",
    "eaten readings": "勇?lián)",
    "lost marks": "發(fā)。?！斑",
    "lost digits": "經(jīng)勇?lián)硬?0",
    "dropped bytes": "發(fā)經(jīng)率(wú)2硬",
    "shifted run": "勇?lián)" + "硬⒅罗悸" * 50,
    "brackets": "(a",
    "tags": '<a id="abcde">',
    "latin": "Ã©",
    "utf-8 as gbk": "閿欒",
    "separators": "无码|",
    "commas": ",",
    "dots": "市.委",
    "breaks": "好\n、",
    "protection": "; U ",
    "diseases": "癫痫医院",
}


def main() -> None:
    """Print the table."""
    pages = [list(_shuffled(seed)) for seed in range(300)]
    sizes = {f"table of {size}": frequent_table(SIMPLIFIED, size) for size in (37, 120)}
    tables = {**sizes, "whole table": whole_table()}
    for line in SIMPLIFIED:
        repair_lines([damage(line, table=tables["whole table"], marks=MARKS)])  # loads the models
    reference = _rate(pages, lambda lines: re.search("[\ue000-\uf8ff]", "\n".join(lines)))
    print(f"{'search only':24} {reference:8.1f} MB/s")
    print(f"{'clean':24} {_rate(pages, repair_lines):8.1f} MB/s")
    for name, table in tables.items():
        damaged = [[damage(line, table=table, marks=MARKS) for line in lines] for lines in pages]
        print(f"{name:24} {_rate(damaged, repair_lines):8.1f} MB/s")
    if os.environ.get("CAIBIAN_REAL_DATA"):
        _real(tables)
    for name, piece in WORST.items():
        print(
            f"{name:24}",
            *(f"{size >> 10:6} KB {_seconds(piece, size):7.2f} s" for size in (10_240, 102_400, 1_024_000, 10_240_000)),
            flush=True,
        )


def _real(tables: Mapping[str, Mapping[str, str]]) -> None:
    """Print how many newspaper paragraphs are restored exactly, and how fast, by decoder and table."""
    texts = paragraphs()
    for decoder in ("swallow", "python", "gbk", "drop"):
        for name, table in tables.items():
            shown = partial(damage, table=table, decoder=decoder)
            damaged = [[shown(text)] for text in texts]
            rate = _rate(damaged, repair_lines)
            repaired = ["".join(repair_lines(lines).lines) for lines in damaged]
            exact = sum(map(str.__eq__, texts, repaired))
            failed = [(text, got) for text, got in zip(texts, repaired, strict=True) if text != got]
            losses = Counter(loss(text, got, shown) for text, got in failed)
            shares = (exact, exact + losses["ascii"], exact + losses["ascii"] + losses["bytes"])
            print(
                f"{decoder + ', ' + name:24} {rate:8.1f} MB/s ",
                "exact {:.2%}, up to swallowed ASCII {:.2%}, up to lost bytes {:.2%}".format(
                    *(share / len(texts) for share in shares)
                ),
                flush=True,
            )


def _shuffled(seed: int) -> Sequence[str]:
    return random.Random(seed).sample(SIMPLIFIED, len(SIMPLIFIED))  # noqa: S311


def _rate(pages: list[list[str]], work: Callable[[list[str]], object]) -> float:
    size = sum(len(line.encode()) for lines in pages for line in lines)
    start = time.process_time()
    for lines in pages:
        work(lines)
    return size / 1e6 / max(1e-9, time.process_time() - start)


def _seconds(piece: str, size: int) -> float:
    text = piece * (size // len(piece.encode()) + 1)
    start = time.process_time()
    repair_lines(text.split("\n"))
    return time.process_time() - start


if __name__ == "__main__":
    main()
