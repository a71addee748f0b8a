"""The first look for the filters never hides from them what their patterns would find."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caibian.loaders.clean import genre, style
from caibian.loaders.clean.signs import WORDS, count_signs

PATTERNS = {
    "video_stub": genre._PLAYER,
    "forum": genre._FLOOR,
    "speech_template": style._BLANK,
    "generated": style._PLATITUDE,
    "advert": style._CALL,
}


def test_every_filter_with_words_is_held_to_them() -> None:
    assert PATTERNS.keys() == WORDS.keys()


@pytest.mark.parametrize("name", PATTERNS)
@given(data=st.data())
def test_every_match_has_a_sign(name: str, data: st.DataObject) -> None:
    pattern = PATTERNS[name]
    # Digits and letters as pages have them: a player's clock is never in Bengali.
    made = data.draw(st.from_regex(re.compile(pattern.pattern, pattern.flags & re.IGNORECASE | re.ASCII)))
    matches = sum(1 for _ in pattern.finditer(made))
    assert count_signs(made.encode(errors="replace")).get(name, 0) >= matches


def test_words_that_overlap_all_count() -> None:
    assert count_signs("值得一提的是，众所周知，一方面".encode()) == {"generated": 3}
    assert count_signs(b"XXX") == {"speech_template": 2}
    assert count_signs("今天天气很好。".encode()) == {}
