"""How likely a text is, held to the plain definition."""

import math
from collections.abc import Iterator

import pytest

from caibian.loaders.clean import likelihood

_UNKNOWN = 1e-4  # of a character that is a word which the dictionary lacks, beyond its share


def segmentations(text: str) -> Iterator[list[str]]:
    if not text:
        yield []
    for end in range(1, min(4, len(text)) + 1):
        for rest in segmentations(text[end:]):
            yield [text[:end], *rest]


@pytest.fixture(scope="module")
def counts() -> dict[str, int]:
    lines = (line.split(" ") for line in likelihood._dictionary().splitlines())
    return {word: int(count) for word, count, _ in lines}


@pytest.mark.parametrize("text", ["人民代表大会", "开展招聘活动", "峃口的活动常玩常新", "新"])
def test_likelihood_of_words_is_the_sum_over_all_segmentations(text: str, counts: dict[str, int]) -> None:
    model = likelihood.load()
    total = 0.0
    for words in segmentations(text):
        chance = 1.0
        for word in words:
            share = counts.get(word, 0) / model.words
            chance *= share + (_UNKNOWN * (model.share(word) + 1e-7) if len(word) == 1 else 0.0)
        total += chance
    assert model.of_words(text) == pytest.approx(math.log(total))
