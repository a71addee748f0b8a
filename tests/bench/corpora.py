"""Corpora of any size, grown from the bundled sample: sentences of its gold texts, recombined by hash."""

import hashlib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import orjson
import pyarrow as pa

import caibian
from caibian.loaders.segment import segment

GOLD = Path(caibian.__file__).parent / "sample" / "gold.jsonl"
CHARS = 400  # of a text, about: that of Chinese local news
COPIES = 20  # one text in so many is an exact copy of an earlier one


def write_corpus(path: Path, documents: int) -> None:
    """Write so many documents as JSON Lines, a pure function of their number, unless they are there."""
    if path.exists():
        return
    draft = path.with_suffix(".draft")
    with draft.open("wb") as file:
        for document in _documents(documents):
            file.write(orjson.dumps(document) + b"\n")
    draft.rename(path)


def html_page(title: str, text: str, *, size: int) -> str:
    """Return a news page of about `size` bytes around a text: half of the rest is script, half navigation and links."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in text.split("\n"))
    head = f"<html><head><meta charset='utf-8'><title>{title}</title>"
    article = f"<div class='article'><h1>{title}</h1>{body}</div>"
    left = size - len((head + article).encode())
    link = '<li><a href="/news/2023/{}.html" target="_blank" title="{}">{}</a></li>'
    links = [link.format(number, title, title[: 8 + number % 9]) for number in range(left // 400)]
    script = "".join(f"var item{number} = document.getElementById('item{number}');\n" for number in range(left // 100))
    middle = len(links) // 2
    return (
        f"{head}<script>{script}</script></head><body><div class='nav'><ul>{''.join(links[:middle])}</ul></div>"
        f"{article}<div class='related'><ul>{''.join(links[middle:])}</ul></div>"
        "<div class='footer'>版权所有</div></body></html>"
    )


def _documents(count: int) -> Iterator[dict[str, str]]:
    titles, sentences = _material()
    for number in range(count):
        seed = number if _hash(number, 0) % COPIES or not number else _hash(number, 1) % number
        choice = (_hash(seed, turn) for turn in range(2, 1_000))
        title = titles[next(choice) % len(titles)]
        paragraphs: list[str] = []
        chars = 0
        while chars < CHARS:
            paragraph = "".join(sentences[next(choice) % len(sentences)] for _ in range(1 + next(choice) % 3))
            paragraphs.append(paragraph)
            chars += len(paragraph)
        yield {"title": title, "date": f"2023-{1 + seed % 12:02}-{1 + seed % 28:02}", "text": "\n".join(paragraphs)}


def _material() -> tuple[list[str], list[str]]:
    """Return the titles and the sentences of the sample's articles, each once."""
    articles = [row for row in map(orjson.loads, GOLD.open("rb")) if not row["dropped"] and row["paragraphs"]]
    paragraphs = list(chain.from_iterable(article["paragraphs"] for article in articles))
    cut = segment(pa.table({"paragraphs": [paragraphs], "dropped": pa.array([None], pa.string())}))
    sentences = chain.from_iterable(cut["sentences"][0].as_py())
    titles = dict.fromkeys(article["title"] for article in articles if article["title"])
    return list(titles), list(dict.fromkeys(one for one in sentences if len(one) > 5))


def _hash(number: int, turn: int) -> int:
    return int.from_bytes(hashlib.blake2b(f"{number} {turn}".encode(), digest_size=6).digest())
