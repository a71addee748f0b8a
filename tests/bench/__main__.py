"""Benchmark of a whole build: `python -m tests.bench [--docs N ...] [--from FILE] [--pages N] [--json]`.

Megabytes are those of the UTF-8 text, seconds are CPU seconds. `share` is the speed of a build over that of a bare
loop over the same components in the same run, so it can be compared between machines. `growth` is the cost of a
document over that in the smallest corpus. Without --from the corpora are grown from the bundled sample.
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
from tests.bench.bare import OUR_WORDS, WORDS, bare_loop
from tests.bench.builds import build
from tests.bench.corpora import html_page, write_corpus
from tests.bench.steps import time_steps

from caibian.startup import own_process

PAGE_BYTES = 50_000


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmarks that are asked for and print them."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument("--docs", type=int, nargs="*", default=[10_000], help="sizes of generated corpora")
    parser.add_argument("--from", dest="source", type=Path, help="JSON Lines file of title and text to use instead")
    parser.add_argument("--pages", type=int, default=0, help="also build so many HTML pages of 50 KB")
    parser.add_argument("--workers", type=int, nargs="*", default=[1], help="processes of each build")
    parser.add_argument("--work", type=Path, help="folder to work in and to keep the corpora")
    parser.add_argument("--json", action="store_true", help="print JSON, for comparison between commits")
    options = parser.parse_args(arguments)
    work = options.work or Path(tempfile.mkdtemp(prefix="caibian-bench-"))
    work.mkdir(parents=True, exist_ok=True)
    own_process()  # the bare loop has what a build has
    try:
        result = _measure(options, work)
    finally:
        if not options.work:
            shutil.rmtree(work)
    print(json.dumps(result, indent=1) if options.json else "\n".join(_lines(result)))


def _measure(options: argparse.Namespace, work: Path) -> dict[str, Any]:
    sources = [options.source] if options.source else [work / f"{count}.jsonl" for count in options.docs]
    for source, count in zip(sources, options.docs, strict=False):
        if not options.source:
            write_corpus(source, count)
    first = sources[0]
    megabytes = text_megabytes(first)
    bare, steps = bare_loop(first, work / "bare"), time_steps(first, work / "steps")
    result: dict[str, Any] = {
        "source": first.name,
        "megabytes": megabytes,
        "bare": {
            **_speeds(bare, megabytes),
            "all": megabytes / (sum(bare.values()) - bare[OUR_WORDS]),
            "all with our words": megabytes / (sum(bare.values()) - bare[WORDS]),
        },
        "steps": _speeds(steps, megabytes),
        "builds": [_build(source, work, workers) for source in sources for workers in options.workers],
    }
    for one in result["builds"]:
        one["share"] = one["mb_per_s"] / result["bare"]["all with our words"]
        one["share_of_libraries"] = one["mb_per_s"] / result["bare"]["all"]
        one["growth"] = one["ms_per_row"] / result["builds"][0]["ms_per_row"]
    if options.pages:
        result["pages"] = _build(_pages(first, work / "pages", options.pages), work, 1)
    return result


def _build(source: Path, work: Path, workers: int) -> dict[str, Any]:
    out = work / "dist"
    shutil.rmtree(out, ignore_errors=True)
    found = build(source, out, workers=workers)
    shutil.rmtree(out, ignore_errors=True)
    megabytes = text_megabytes(source) if source.is_file() else 0.0
    return {
        "source": source.name,
        **found,
        "mb_per_s": megabytes / found["cpu"],
        "rows_per_s": found["rows"] / found["cpu"],
        "ms_per_row": 1000 * found["cpu"] / found["rows"],
    }


def text_megabytes(source: Path) -> float:
    """Return the megabytes of UTF-8 of all titles and texts."""
    with source.open("rb") as file:
        return sum(len((item.get("title", "") + item["text"]).encode()) for item in map(orjson.loads, file)) / 1e6


def _pages(source: Path, folder: Path, count: int) -> Path:
    folder.mkdir(exist_ok=True)
    with source.open("rb") as file:
        for number, item in zip(range(count), map(orjson.loads, file), strict=False):
            page = html_page(item["title"], item["text"], size=PAGE_BYTES)
            (folder / f"{number:06}.html").write_text(page, "utf-8")
    return folder


def _speeds(seconds: dict[str, float], megabytes: float) -> dict[str, float]:
    return {name: megabytes / max(spent, 1e-9) for name, spent in seconds.items()}


def _lines(result: dict[str, Any]) -> list[str]:
    """Return the result for a person to read."""
    speeds = {kind: ", ".join(f"{name} {speed:.1f}" for name, speed in result[kind].items()) for kind in _KINDS}
    builds = [*result["builds"], *([result["pages"]] if "pages" in result else [])]
    return [
        f"{result['source']}: {result['megabytes']:.1f} MB of text; MB a CPU second",
        *(f"{kind}: {found}" for kind, found in speeds.items()),
        *map(_line, builds),
    ]


def _line(one: dict[str, Any]) -> str:
    share = ""
    if "share" in one:
        share = (
            f" ({one['share']:.0%} of bare, {one['share_of_libraries']:.0%} with rjieba), growth {one['growth']:.2f}"
        )
    return (
        f"build of {one['source']}, {one['workers']} workers: {one['rows']} rows, {one['mb_per_s']:.2f} MB/s{share}, "
        f"{one['rows_per_s']:.0f} rows/s; {one['cpu']:.1f} s of CPU, {one['wall']:.1f} by the clock, "
        f"{one['peak_mb']} MB at the peak; CPU until {one['until']}"
    )


_KINDS = ("bare", "steps")

if __name__ == "__main__":
    sys.exit(main())
