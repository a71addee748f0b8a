"""How likely a text is, held to the plain definition."""

import math
from collections.abc import Iterator

import numpy as np
import pytest

from caibian.loaders import lexicon
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
    lines = (line.split(" ") for line in lexicon.read().splitlines())
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


def test_particles_follow_verbs() -> None:
    model = likelihood.load()
    assert model.of_words("每个人") > model.of_words("每个了")
    assert model.of_words("摧毁了") > model.of_words("摧毁人")
    assert model.after("毁", "了") > model.after("个", "了") + 2.0


@pytest.mark.parametrize("before", ["个", "毁", "。", ""])
def test_scores_of_many_characters_are_those_of_each(before: str) -> None:
    model = likelihood.load()
    characters = "了着人的"
    each = [model.chance(before, character) for character in characters]
    assert model.after_each(before, np.array([*map(ord, characters)])) == pytest.approx(each)
