"""Count the documents of real, undamaged sources that the repair changes: `python -m tests.bench.repair_clean`.

Needs CAIBIAN_REAL_DATA. Prints each changed document's source, kinds of repairs and first difference, for a person to
judge, and the counts a source.
"""

import gzip
import html
import io
import json
import os
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from caibian.loaders.clean.repair import repair_lines

_AROUND = 12  # characters shown on either side of a difference


def main() -> None:
    """Print what is changed and the counts."""
    seen: Counter[str] = Counter()
    changed: Counter[str] = Counter()
    for source, text in _documents(Path(os.environ["CAIBIAN_REAL_DATA"]) / "data"):
        seen[source] += 1
        repaired = repair_lines(text.split("\n"))
        if "\n".join(repaired.lines) != text or repaired.repairs:
            changed[source] += 1
            print(source, seen[source], repaired.script, repaired.repairs, _difference(text, "\n".join(repaired.lines)))
    for source, count in seen.items():
        print(f"{source:16} {changed[source]:6} of {count:6}")
    print(f"{'all':16} {changed.total():6} of {seen.total():6}")


def _documents(data: Path) -> Iterator[tuple[str, str]]:
    """Yield the sources' names and documents."""
    with gzip.open(data / "xwlb/items.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            item = json.loads(line)
            text = html.unescape(re.sub(r"<[^<>]*>", "\n", item["text_raw"]))
            yield "xwlb", f"{item['title']}\n{text}"
    for name in ("train_30k_mikky.txt", "dev.txt"):
        for line in (data / "thucnews10" / name).read_text("utf-8").splitlines():
            yield "thucnews10", line.rpartition("\t")[0]
    for line in (data / "cnews1000/cnews1000.tsv").read_text("utf-8").splitlines():
        yield "cnews1000", line.partition("\t")[2]
    for line in (data / "sina2018/sample_1200.jsonl").read_text("utf-8").splitlines():
        item = json.loads(line)
        yield "sina2018", f"{item['title']}\n{item['text']}"
    for name in ("train_few_all.json", "dev_few_all.json"):
        for line in (data / "fewclue_tnews" / name).read_text("utf-8").splitlines():
            yield "fewclue_tnews", json.loads(line)["sentence"]
    with zipfile.ZipFile(io.BytesIO((data / "weibo_gbk/cystanford4.zip").read_bytes())) as archive:
        for name in sorted(archive.namelist()):
            if re.search(r"\.txt$", name) and not name.startswith("__MACOSX"):
                yield "weibo_gbk", archive.read(name).decode("gb18030", "replace")


def _difference(before: str, after: str) -> str:
    at = next((at for at, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
    return f"{before[max(0, at - _AROUND) : at + _AROUND]!r} -> {after[max(0, at - _AROUND) : at + _AROUND]!r}"


if __name__ == "__main__":
    main()
