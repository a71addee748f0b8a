"""What a one-word change of a topic costs: `python -m tests.bench.change [--from FILE] [--docs N] [--workers N]`.

Builds a corpus by the command line, adds a word to one topic, builds the next version, and prints the CPU time of
both with all their processes. The word is one that texts have, so that labels change.
"""

import argparse
import ctypes
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tests.bench.corpora import write_corpus

from caibian_labels.taxonomy import TOPICS

PR_SET_CHILD_SUBREAPER = 36  # of Linux's sys/prctl.h
TOPIC, BEFORE, WORD = "roads.yaml", "国道 ", "灌溉渠"


def main(arguments: Sequence[str] | None = None) -> None:
    """Build twice and print what it took."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.change")
    parser.add_argument("--from", dest="source", type=Path, help="JSON Lines file to use instead of a generated one")
    parser.add_argument("--docs", type=int, default=10_000, help="size of the generated corpus")
    parser.add_argument("--workers", type=int, default=1, help="processes of each build")
    parser.add_argument("--word", default=WORD, help="what is added to the topic's words")
    options = parser.parse_args(arguments)
    # What a build leaves for a moment, the process that its workers are forked from, becomes a child of this one.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    with tempfile.TemporaryDirectory(prefix="caibian-bench-") as folder:
        work = Path(folder)
        source = options.source or work / "corpus.jsonl"
        write_corpus(source, options.docs)
        topics = shutil.copytree(TOPICS, work / "topics")
        first = _build(work, source, "1.0.0", options.workers)
        text = (topics / TOPIC).read_text("utf-8")
        (topics / TOPIC).write_text(text.replace(BEFORE, f"{BEFORE}{options.word} ", 1), "utf-8")
        second = _build(work, source, "2.0.0", options.workers)
    print(f"first build {first:.1f} CPU s, after the change {second:.1f}: {second / first:.0%}")


def _build(work: Path, source: Path, version: str, workers: int) -> float:
    """Return the CPU seconds of a build and its processes, the start of the interpreter included."""
    config = work / "config.yaml"
    lines = [f"name: bench\nversion: {version}\nsources:\n  - path: {source.resolve()}"]
    config.write_text("\n".join([*lines, "label:\n  taxonomy: topics\nbaseline: null\n"]), "utf-8")
    before = _children()
    command = [sys.executable, "-c", "from caibian.cli import main; main()", "build", str(config), "--quiet"]
    subprocess.run([*command, "--out", str(work / "dist"), "--workers", str(workers)], check=True)
    return _children() - before


def _children() -> float:
    """Return the CPU seconds of all processes below this one, once they have ended."""
    with suppress(ChildProcessError):
        while True:
            os.wait()
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


if __name__ == "__main__":
    main()
