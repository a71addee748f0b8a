"""Pages a CPU second that parse and extract take, as a ratio against resiliparse's own main content.

python tests/bench/extraction.py FOLDER_OF_HTML_PAGES
"""

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from resiliparse.extract.html2text import extract_plain_text

from caibian.loaders.clean.article import extract
from caibian.loaders.clean.page import parse

ROUNDS = 5
PAGE_BYTES = 50_000  # the page that the figure is given for


def seconds(work: Callable[[str], object], pages: list[str]) -> float:
    """Return the CPU seconds of the fastest round over all pages."""
    rounds = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for page in pages:
            work(page)
        rounds.append(time.process_time() - began)
    return min(rounds)


def main() -> None:
    files = sorted(Path(sys.argv[1]).glob("*.html"))
    pages = [path.read_bytes().decode("gb18030", "replace") for path in files]
    size = sum(path.stat().st_size for path in files)
    ours = seconds(lambda page: extract(parse(page, html=True)), pages)
    parsing = seconds(lambda page: parse(page, html=True), pages)
    reference = seconds(lambda page: extract_plain_text(page, main_content=True, preserve_formatting=True), pages)
    print(f"{len(pages)} pages, median {statistics.median(path.stat().st_size for path in files) / 1000:.0f} kB")
    equal = size / PAGE_BYTES  # that many pages of 50 kB
    print(f"parse and extract: {equal / ours:.0f} pages of 50 kB a CPU second, parse alone {equal / parsing:.0f}")
    print(f"time against resiliparse's main content: {ours / reference:.2f}")


if __name__ == "__main__":
    main()
