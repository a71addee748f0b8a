"""What stands around a swallowed ASCII character tells which one it was, or nothing does and `?` stays."""

import pytest

from caibian.loaders.clean import swallowed


@pytest.mark.parametrize(
    ("follows", "mark"),
    [
        ("021年，", "2"),
        ("050年，", "2"),
        ("021—2025年", "2"),
        ("998年", "1"),
        ("893年", "1"),
        ("1月4日", "1"),
        ("2個(gè)月", "1"),
        ("0世紀(jì)", "2"),
        ("9世紀", "1"),
        ("8時(shí)", "1"),
        ("00%", "1"),
        ("lián)的", "("),
        ("3月13日", "?"),
        ("5周年", "?"),
        ("4時", "?"),
        ("800年", "?"),  # years ago
        ("名", "?"),
    ],
)
def test_first_digits_that_can_be_but_one_are_given_back(follows: str, mark: str) -> None:
    found = swallowed.find("會?" + follows, 2)
    assert found is not None
    assert found.behind("会")[0] == mark


@pytest.mark.parametrize("follows", ["", "\n", " 會", "。", "！"])
def test_nothing_was_swallowed_before_a_mark_or_a_break(follows: str) -> None:
    assert swallowed.find("會?" + follows, 2) is None


@pytest.mark.parametrize(
    ("before", "follows", "mark"),
    [
        ("斯", "卡內(nèi)爾(ěr)", "-"),
        ("尔", "普赫图", "-"),
        ("会", "卡內爾", "?"),
        ("斯", "多名", "?"),
        ("斯", "万", "?"),
    ],
)
def test_hyphen_stands_between_the_parts_of_a_foreign_name(before: str, follows: str, mark: str) -> None:
    found = swallowed.find(follows, 0)
    assert found is not None
    assert found.behind(before)[0] == mark


def test_years_and_ordinals_say_what_stands_before_them() -> None:
    year, ordinal, other = swallowed.find("025年", 0), swallowed.find("4屆", 0), swallowed.find("4名", 0)
    assert year is not None
    assert ordinal is not None
    assert other is not None
    assert year.behind("于")[1] > year.behind("到")[1] > year.behind("有")[1] == 0.0
    assert ordinal.behind("第")[1] > ordinal.behind("等")[1]
    assert other.behind("第")[1] == other.behind("等")[1] == 0.0
