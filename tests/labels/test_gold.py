from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caibian_labels.gold import (
    GoldError,
    Judgement,
    add_judgements,
    agreement,
    conflicts,
    judgement,
    read_gold,
    settle,
    write_gold,
)

topics = st.lists(st.sampled_from(["law", "roads", "sport"]), unique=True).map(lambda some: tuple(sorted(some)))
judgements = st.builds(
    Judgement,
    id=st.text(st.characters(codec="utf-8"), min_size=1, max_size=8),
    topics=st.none() | topics,
    who=st.none() | st.sampled_from(["a@x.cn", "乙"]),
    when=st.none() | st.just("2026-05-01T08:00:00Z"),
)


@given(some=st.lists(judgements, max_size=8))
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, some: list[Judgement]) -> None:
    path = tmp_path_factory.mktemp("gold") / "gold.jsonl"
    write_gold(some, path)
    assert read_gold(path) == some


def test_none_and_empty_stay_distinct(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text('\ufeff{"id": "a", "topics": []}\n\n{"id": "b", "topics": null}\n', encoding="utf-8")
    assert [one.topics for one in read_gold(path)] == [(), None]
    assert settle(read_gold(path)) == {"a": []}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "gold.jsonl:1: "),
        ("3", "gold.jsonl:1: must be an object"),
        ('{"id": "", "topics": []}', 'gold.jsonl:1: "id" must be a text'),
        ('{"id": "a"}', 'gold.jsonl:1: "topics" must be a list'),
        ('{"id": "a", "topics": "law"}', 'gold.jsonl:1: "topics" must be a list'),
        ('{"id": "a", "topics": ["lawn"]}', "no such topic lawn .did you mean law?"),
        ('{"id": "a", "topics": [], "when": "yesterday"}', '"when" must be a time such as'),
        ('{"id": "a", "topics": [], "who": 3}', '"who" must be a text'),
        ("[" * 100_000, "gold.jsonl:1: "),
        ('{"id": "\\ud800", "topics": []}', "has half a character"),
        ('{"id": "a", "topics": [], "who": "\\udfff"}', "has half a character"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(GoldError, match=message):
        read_gold(path, known=["law"])


def test_the_majority_of_judges_settles_and_a_later_word_replaces_an_earlier_one() -> None:
    some = [
        judgement("d", ["law"], "a", "2026-01-01"),
        judgement("d", ["roads"], "a", "2026-01-02"),
        judgement("d", ["roads", "law"], "b"),
        judgement("d", ["roads"], "c"),
        judgement("e", None, "a"),
    ]
    assert settle(some) == {"d": ["roads"]}
    assert settle([judgement("d", ["law"], "a"), judgement("d", [], "b")]) == {"d": []}


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2026-05-01T08:00:00+08:00", "2026-05-01T01:00:00Z"),
        ("2026-05-01T08:00:00.5Z", "2026-05-01T08:00:00.500001+00:00"),
        ("2026-05-01", "2026-05-01T00:00:01"),
    ],
)
def test_times_are_compared_as_moments(earlier: str, later: str) -> None:
    said = [judgement("d", ["law"], "a", later), judgement("d", ["roads"], "a", earlier)]
    assert settle(said) == settle(reversed(said)) == {"d": ["law"]}


def test_of_two_judgements_without_a_time_the_one_that_stands_later_counts() -> None:
    assert settle([judgement("d", ["law"], "a", "2026-05-01"), judgement("d", ["roads"], "a")]) == {"d": ["roads"]}
    assert settle([judgement("d", ["law"], "a"), judgement("d", ["roads"], "a", "2026-05-01")]) == {"d": ["roads"]}


@given(st.lists(judgements, max_size=6), st.lists(judgements, max_size=6))
def test_what_is_added_twice_stands_once(old: list[Judgement], new: list[Judgement]) -> None:
    once = add_judgements(old, new)
    assert once[: len(old)] == old
    assert not Counter(new) - Counter(once)
    assert add_judgements(once, new) == once


def test_a_gold_file_stays_whole_where_the_new_one_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    write_gold([judgement("a", ["law"])], path)
    with pytest.raises(UnicodeEncodeError):
        write_gold([Judgement("\ud800", None)], path)
    assert read_gold(path) == [judgement("a", ["law"])]
    assert list(tmp_path.iterdir()) == [path]


def test_conflicts_say_who_gave_what() -> None:
    some = [judgement("d", ["law", "roads"], "a"), judgement("d", ["roads"], "b"), judgement("d", None, "c")]
    assert [(one.id, one.topics, one.judges) for one in conflicts(some)] == [("d", {"law": ["a"]}, ["a", "b"])]
    assert conflicts(some[:1]) == []


def test_agreement_is_krippendorffs_and_cohens() -> None:
    # Ten documents, two people: 3 times both yes, 5 times both no, once each the other way.
    marks = [("y", "y")] * 3 + [("n", "n")] * 5 + [("y", "n"), ("n", "y")]
    some = [
        judgement(f"d{number}", ["law"] if mark == "y" else [], who)
        for number, pair in enumerate(marks)
        for who, mark in zip("ab", pair, strict=True)
    ]
    law, roads = agreement(some, ["law", "roads"])
    assert (law.documents, law.given) == (10, 8)
    assert law.kappa == pytest.approx((0.8 - 0.52) / 0.48)
    assert law.alpha == pytest.approx(1 - 4 / (2 * 8 * 12 / 19))
    assert (roads.alpha, roads.kappa) == (None, None)
