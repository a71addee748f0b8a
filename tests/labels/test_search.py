"""The search finds exactly the places where its words stand."""

import random

import pytest

from caibian_labels import Document, search
from caibian_labels.layout import lay_out
from caibian_labels.search import Search

ALPHABET = "城市路口公园区A\U00020bb7"  # one character of two code units


def places(words: list[str], paragraphs: list[str]) -> list[tuple[str, int, int]]:
    layout = lay_out([Document(None, paragraphs)])
    number, start, end = Search({word: at for at, word in enumerate(words)}).find(layout)
    return sorted((words[at], first, last) for at, first, last in zip(number.tolist(), start, end, strict=True))


def expected(words: list[str], text: str) -> list[tuple[str, int, int]]:
    found = [(word, at, at + len(word)) for word in words for at in range(len(text)) if text.startswith(word, at)]
    return sorted(found)


@pytest.mark.parametrize("paired", [search.MAX_PAIRED, 3, 0])
def test_every_place_is_found_whatever_characters_the_table_holds(monkeypatch: pytest.MonkeyPatch, paired: int) -> None:
    monkeypatch.setattr(search, "MAX_PAIRED", paired)
    chance = random.Random(5)  # noqa: S311
    for _ in range(40):
        words = sorted({"".join(chance.choices(ALPHABET, k=chance.randint(1, 6))) for _ in range(30)})
        paragraphs = ["".join(chance.choices(ALPHABET, k=chance.randint(1, 60))) for _ in range(4)]
        assert places(words, paragraphs) == expected(words, "\n".join(paragraphs))


@pytest.mark.parametrize("words", [[], ["城"], ["城市"], ["城市路"]])
def test_few_words_and_short_texts(words: list[str]) -> None:
    for paragraphs in ([], ["城"], ["城市"], ["城市路"], ["路城市"]):
        assert places(words, paragraphs) == expected(words, "\n".join(paragraphs))
