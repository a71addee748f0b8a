"""Benchmark of the baseline: `CAIBIAN_REAL_DATA=... python -m tests.bench.baseline`.

CPU seconds of one core. `ratio` is the time of counting features over that of the same counts with one pass of
numpy and Arrow written out by hand, without blocks, limits or folding: the best these libraries do.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer

from caibian.baseline import Examples, Task, evaluate, from_rows, predict, train
from caibian.baseline.examples import texts_of
from caibian.baseline.features import learn
from caibian.loaders.segment import segment

REPEATS = 3


def main() -> None:
    """Print the figures as JSON."""
    folder = Path(os.environ.get("CAIBIAN_REAL_DATA", "")) / "data" / "thucnews10"
    if not folder.is_dir():
        sys.exit("CAIBIAN_REAL_DATA names no folder with data/thucnews10")
    rows = _examples(folder)
    places = np.arange(len(rows))
    training, held = rows.take(places[places % 5 != 0]), rows.take(places[places % 5 == 0])
    texts = texts_of(rows.rows)
    ours, _ = _least(lambda: learn(texts))
    best, _ = _least(lambda: _by_hand(texts.whole.to_pylist(), texts.words))
    scikit, _ = _least(lambda: _scikit_learn(texts.whole.to_pylist()), repeats=1)
    seconds, model = _least(lambda: train("tfidf", training, training.take(places[:0])), repeats=1)
    scoring, accuracy = _least(lambda: _score(model, held), repeats=1)
    result = {
        "rows": len(rows),
        "count_features": round(ours, 2),
        "by_hand": round(best, 2),
        "ratio": round(ours / best, 2),
        "scikit_learn_characters_only": round(scikit, 2),
        "train": round(seconds, 2),
        "score": round(scoring, 2),
        "accuracy": accuracy,
        "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print(json.dumps(result, indent=1))


def _least(run: Callable[[], Any], *, repeats: int = REPEATS) -> tuple[float, Any]:
    """Return the CPU seconds of the fastest run, and its result."""
    found = []
    result = None
    for _ in range(repeats):
        start = time.process_time()
        result = run()
        found.append(time.process_time() - start)
    return min(found), result


def _score(model: Any, held: Examples) -> float:
    said = predict(model, held.rows)
    scored = evaluate(held, said.chosen, said.probabilities, model="tfidf", split="test")
    return round(scored.scores.figures["accuracy"].value, 4)


def _by_hand(texts: list[str], words: pa.Array) -> sp.csr_array:
    """Count runs of one to three characters and words that are in two texts or more."""
    framed = [f"\n{text}\n" for text in texts]
    chars = np.frombuffer("".join(framed).encode("utf-32-le"), "<u4").astype(np.int64)
    row = np.repeat(np.arange(len(texts)), np.fromiter(map(len, framed), np.int64, len(texts)))
    pair, pair_row = (chars[:-1] << 21) | chars[1:], row[:-1][row[:-1] == row[1:]]
    triple, inside = (pair[:-1] << 21) | chars[2:], row[:-2] == row[2:]
    runs = pa.array(np.concatenate([chars, pair[row[:-1] == row[1:]], triple[inside]])).dictionary_encode()
    run_counts = _counts(np.concatenate([row, pair_row, row[:-2][inside]]), runs, len(texts))
    lengths = np.diff(words.offsets.to_numpy())
    word_counts = _counts(np.repeat(np.arange(len(texts)), lengths), words.flatten().dictionary_encode(), len(texts))
    return sp.hstack([word_counts, run_counts], format="csr")


def _counts(row: Any, coded: pa.DictionaryArray, rows: int) -> sp.csr_array:
    column = coded.indices.to_numpy()
    shape = (rows, len(coded.dictionary))
    counts = sp.coo_array((np.ones(len(row), np.float32), (row.astype(np.int32), column)), shape=shape).tocsr()
    return counts[:, np.flatnonzero(np.bincount(counts.indices, minlength=shape[1]) > 1)]


def _scikit_learn(texts: list[str]) -> Any:
    return CountVectorizer(analyzer="char", ngram_range=(1, 3), lowercase=False, min_df=2).fit_transform(texts)


def _examples(folder: Path) -> Examples:
    parts = [
        line.rsplit("\t", 1)
        for name in ("train_30k_mikky.txt", "dev.txt")
        for line in (folder / name).read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]
    ids = [f"{number:016x}" for number in range(len(parts))]
    paragraphs = pa.array([[text] for text, _ in parts], pa.list_(pa.string()))
    cut = segment(pa.table({"paragraphs": paragraphs, "dropped": pa.nulls(len(ids), pa.string())}), user_words=())
    rows = {
        "id": ids,
        "title": pa.nulls(len(ids), pa.string()),
        "text": [text for text, _ in parts],
        "words": cut["words"],
        "cluster": ids,
        "label": pa.array([int(label) for _, label in parts], pa.int64()),
    }
    return from_rows(pa.table(rows), task=Task(tuple(map(str, range(10))), single=True))


if __name__ == "__main__":
    main()
