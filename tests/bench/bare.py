"""The ceiling: the components of a build in a bare loop, which repairs, judges and proves nothing.

Words are cut twice, by the fastest library and as a build cuts them, so that a build can be held to either loop.
"""

import re
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import ahocorasick_rs
import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import rjieba

from caibian import dedup
from caibian.loaders.segment import dictionary
from caibian.loaders.segment.words import word_ends
from caibian.publish.output import ROW_GROUP, ZSTD_LEVEL
from caibian_labels import load_taxonomy

WORDS, OUR_WORDS = "words", "our words"
_DAMAGE = re.compile("[\ue000-\uf8ff\ufffd\u200b-\u200f]|&[a-z]+;")
_SENTENCE = re.compile("[^。！？]+[。！？]*|[。！？]+")
_TABLES = {
    "articles": ("title", "text", "words"),
    "paragraphs": ("text", "sentences"),
}


def bare_loop(source: Path, folder: Path) -> dict[str, float]:
    """Return the CPU seconds of each component over a JSON Lines file of title and text, read to Parquet.

    orjson, one scan of every text, rjieba and our own cut, all the taxonomy's words in one automaton, MinHash, and
    Parquet of the columns of text that a dataset has, at its level of zstd and in its row groups.
    """
    folder.mkdir(parents=True, exist_ok=True)
    taxonomy = load_taxonomy()
    words = {word for topic in taxonomy.topics for one in topic.functions for word in one.words}
    automaton = ahocorasick_rs.AhoCorasick(sorted(words))
    list(rjieba.cut("预热"))
    spent = dict.fromkeys(("json", "scan", WORDS, OUR_WORDS, "keywords", "minhash", "parquet"), 0.0)
    words_of = dictionary.load(())
    writers: dict[str, pq.ParquetWriter] = {}
    with source.open("rb") as file:
        while lines := list(islice(file, ROW_GROUP)):
            clock = _clock(spent)
            next(clock)
            items = [orjson.loads(line) for line in lines]
            next(clock)
            texts = [_DAMAGE.sub("", item["text"]).split("\n") for item in items]
            next(clock)
            cut = [[rjieba.cut(paragraph) for paragraph in paragraphs] for paragraphs in texts]
            next(clock)
            joined = "\0".join(paragraph for paragraphs in texts for paragraph in paragraphs)
            word_ends(joined, np.frombuffer(joined.encode("utf-32-le"), np.uint32), words_of)
            next(clock)
            for paragraphs in texts:
                automaton.find_matches_as_indexes("\n".join(paragraphs))
            next(clock)
            titles = [item.get("title") or "" for item in items]
            dedup.sign(pa.table({"title": titles, "paragraphs": pa.array(texts, pa.list_(pa.string()))}))
            next(clock)
            for name, table in zip(_TABLES, _tables(titles, texts, cut), strict=True):
                if name not in writers:
                    path = folder / f"{name}.parquet"
                    writers[name] = pq.ParquetWriter(
                        path, table.schema, compression="zstd", compression_level=ZSTD_LEVEL
                    )
                writers[name].write_table(table, row_group_size=ROW_GROUP)
            next(clock, None)
    for writer in writers.values():
        writer.close()
    return spent


def _clock(spent: dict[str, float]) -> Iterator[None]:
    """Add the time between one `next` and another to each component in turn."""
    before = time.process_time()
    for name in spent:
        yield
        now = time.process_time()
        spent[name] += now - before
        before = now


def _tables(titles: list[str], texts: list[list[str]], cut: list[list[list[str]]]) -> Iterator[pa.Table]:
    sentences = [[_SENTENCE.findall(paragraph) for paragraph in paragraphs] for paragraphs in texts]
    yield pa.table([titles, ["\n".join(one) for one in texts], cut], names=_TABLES["articles"])
    flat = [[one for many in column for one in many] for column in (texts, sentences)]
    yield pa.table(flat, names=_TABLES["paragraphs"])
