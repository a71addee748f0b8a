"""The search finds exactly the places where its words stand."""

import random

import numpy as np
import pytest

from caibian_labels import Document, search
from caibian_labels.layout import lay_out, segments_of
from caibian_labels.search import HashTable, Search

ALPHABET = "城市路口公园区A\U00020bb7"  # one character of two code units


def places(words: list[str], paragraphs: list[str]) -> list[tuple[str, int, int]]:
    layout = lay_out(segments_of([Document(None, paragraphs)]))
    number, start = Search({word: at for at, word in enumerate(words)}).find(layout.codes)
    return sorted(
        (words[at], first, first + len(words[at])) for at, first in zip(number.tolist(), start.tolist(), strict=True)
    )


def expected(words: list[str], text: str) -> list[tuple[str, int, int]]:
    found = [(word, at, at + len(word)) for word in words for at in range(len(text)) if text.startswith(word, at)]
    return sorted(found)


@pytest.mark.parametrize("sparse", [search.SPARSE, 0])
def test_every_place_is_found_however_full_the_slots_are(monkeypatch: pytest.MonkeyPatch, sparse: int) -> None:
    monkeypatch.setattr(search, "SPARSE", sparse)
    chance = random.Random(5)  # noqa: S311
    for _ in range(40):
        words = sorted({"".join(chance.choices(ALPHABET, k=chance.randint(1, 6))) for _ in range(30)})
        paragraphs = ["".join(chance.choices(ALPHABET, k=chance.randint(1, 60))) for _ in range(4)]
        assert places(words, paragraphs) == expected(words, "\n".join(paragraphs))


@pytest.mark.parametrize("words", [[], ["城"], ["城市"], ["城市路"]])
def test_few_words_and_short_texts(words: list[str]) -> None:
    for paragraphs in ([], ["城"], ["城市"], ["城市路"], ["路城市"]):
        assert places(words, paragraphs) == expected(words, "\n".join(paragraphs))


@pytest.mark.parametrize("many", [0, 1, 5000])
def test_a_hash_table_has_the_keys_it_was_given_and_no_others(many: int) -> None:
    chance = random.Random(many)  # noqa: S311
    known = [chance.getrandbits(30) << 20 | at for at in range(many)]
    others = [key for key in range(2000) if key not in set(known)]
    table = HashTable(np.array(known, dtype=np.uint64), np.arange(many))
    which, number = table.find(np.array(others + known, dtype=np.uint64))
    assert sorted(zip((which - len(others)).tolist(), number.tolist(), strict=True)) == [(at, at) for at in range(many)]
