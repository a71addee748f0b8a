import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caibian_labels import Document, chains
from caibian_labels.contexts import read_context
from caibian_labels.layout import BODY, LEAD, PUBLISHER, SECTION, TITLE, lay_out, segments_of
from caibian_labels.match import Matcher
from caibian_labels.pattern import Pattern, PatternError, parse_pattern
from caibian_labels.taxonomy import Function, Taxonomy, Topic

ANY = "甲乙丙丁戊会议召开。，\nab1"


def matcher_of(*functions: Function) -> Matcher:
    return Matcher(Taxonomy((Topic("one", "一", "One", "subject", "d", (), functions),)))


def places(
    matcher: Matcher, *paragraphs: str, title: str | None = None, words: list[list[str]] | None = None
) -> list[str]:
    """Return the texts at which functions fire."""
    documents = [Document(title, paragraphs, words)]
    layout = lay_out(segments_of(documents))
    events = matcher.match(layout)
    return [layout.text[start:end] for start, end in zip(events.start.tolist(), events.end.tolist(), strict=True)]


def test_words_are_found_where_they_stand() -> None:
    assert places(matcher_of(Function("f", 1, ("公路", "桥"))), "新修的公路和桥") == ["公路", "桥"]


def test_a_part_may_end_the_sentence_that_the_next_begins_in() -> None:
    matcher = matcher_of(Function("f", 1, patterns=(parse_pattern("召开 <6> 完毕。 <6> 会议"),)))
    assert places(matcher, "召开完毕。又是会议", "召开。完毕。会议") == ["召开完毕。又是会议"]


def test_of_nested_words_of_one_function_the_longest_counts() -> None:
    assert places(matcher_of(Function("f", 1, ("公路", "高速公路", "高速"))), "高速公路") == ["高速公路"]


def test_a_context_forbids_the_words_in_it() -> None:
    matcher = matcher_of(Function("f", 1, ("路",), not_in=("一带一路",)))
    assert places(matcher, "一带一路上修路") == ["路"]


def test_brackets_say_which_word_a_context_forbids() -> None:
    assert read_context("深[入学]习") == ("深入学习", (("入学", 1),))
    assert set(read_context("入学")[1]) == {("入", 0), ("学", 1), ("入学", 0)}
    matcher = matcher_of(Function("f", 1, ("入学", "学习"), not_in=("深[入学]习",)))
    assert places(matcher, "深入学习") == ["学习"]


def test_ambiguous_words_need_the_segmenters_boundaries() -> None:
    matcher = matcher_of(Function("f", 1, ("农机",), whole_words=True))
    assert places(matcher, "金融机构，农机构造", words=[["金融", "机构", "，", "农机", "构造"]]) == ["农机"]
    assert places(matcher, "农机构", words=[["农", "机构"]]) == []
    assert places(matcher, "农机构") == ["农机"]  # without words nothing is known against it


def test_words_beyond_sixteen_bits_and_across_characters() -> None:
    assert places(
        matcher_of(Function("f", 1, ("\U00020bb7家", "\U00020bb7"))), "\U00020bb8家\U00020bb7家\U00020bb7"
    ) == [
        "\U00020bb7家",
        "\U00020bb7",
    ]
    word = "\u4e4e\u4e4e\u4e4e"  # its bytes repeat, so they also stand half a character further on
    assert places(matcher_of(Function("f", 1, (word,))), "一" + word + "\u4e00") == [word]


def test_latin_words_stand_alone() -> None:
    assert places(matcher_of(Function("f", 1, ("AI",))), "AI和MAIN、AI2") == ["AI"]


def test_a_pattern_stays_in_its_gap_and_sentence() -> None:
    pattern = parse_pattern("召开 <6> 会议")
    matcher = matcher_of(Function("f", 1, patterns=(pattern,)))
    assert places(matcher, "召开全县工作会议") == ["召开全县工作会议"]
    assert places(matcher, "召开了一次很长很长的会议") == []
    assert places(matcher, "召开。会议") == []


def test_a_pattern_may_have_three_parts_and_no_gap() -> None:
    matcher = matcher_of(Function("f", 1, patterns=(parse_pattern("甲|乙 丙 <2> 丁"),)))
    assert places(matcher, "乙丙了丁，甲了丙丁") == ["乙丙了丁"]


@pytest.mark.parametrize(
    "text", ["甲", "<3> 甲 乙", "甲 <3>", "甲 <x> 乙", "甲 <61> 乙", "甲 |乙 丙", "甲 @none", "a b c d e f g"]
)
def test_a_pattern_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(PatternError):
        parse_pattern(text)


PART = st.lists(st.text("甲乙丙。", min_size=1, max_size=2), min_size=1, max_size=2, unique=True).map("|".join)
PATTERNS = st.lists(PART, min_size=2, max_size=4).flatmap(
    lambda parts: st.lists(st.integers(0, 4), min_size=len(parts) - 1, max_size=len(parts) - 1).map(
        lambda gaps: parts[0] + "".join(f" <{gap}> {part}" for gap, part in zip(gaps, parts[1:], strict=True))
    )
)


@pytest.mark.parametrize("cells", [chains.MAX_CELLS, 1])
@given(st.lists(PATTERNS, max_size=4), st.lists(st.text("甲乙丙丁。", max_size=40), max_size=4))
def test_patterns_fire_where_a_search_part_by_part_finds_them(
    cells: int, patterns: list[str], paragraphs: list[str]
) -> None:
    functions = [Function(f"f{at}", 1, patterns=(parse_pattern(text),)) for at, text in enumerate(patterns)]
    documents = [Document(None, paragraphs)]
    layout = lay_out(segments_of(documents))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chains, "MAX_CELLS", cells)
        events = matcher_of(*functions).match(layout)
    found = [[at, *place] for at, *place in zip(events.function, events.start, events.end, strict=True)]
    expected = [
        [at, *place] for at, one in enumerate(functions) for place in _outermost(_chains(one.patterns[0], layout.text))
    ]
    assert found == expected


def _chains(pattern: Pattern, text: str) -> list[tuple[int, int]]:
    """Return start and end of a pattern's firings: after each first part the next place of the next part, and so on."""
    places = [
        sorted(
            ((at, at + len(word)) for word in part for at in range(len(text)) if text.startswith(word, at)),
            key=lambda place: (place[0], -place[1]),
        )
        for part in pattern.parts
    ]
    found = []
    for start, end in places[0]:
        for part, gap in zip(places[1:], pattern.gaps, strict=True):
            following = next((place for place in part if place[0] >= end), None)
            if following is None or following[0] - end > gap or set("。\n") & set(text[end : following[0]]):
                break
            end = following[1]
        else:
            found.append((start, end))
    return found


def _outermost(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    reach, kept = -1, []
    for start, end in sorted(places, key=lambda place: (place[0], -place[1])):
        if end > reach:
            kept.append((start, end))
            reach = end
    return kept


def test_zones_are_title_lead_and_body() -> None:
    matcher = matcher_of(Function("f", 1, ("桥",), where=("title",)), Function("g", 1, ("桥",), where=("body",)))
    documents = [Document("桥", ["桥" + "。" * 200 + "桥"])]
    layout = lay_out(segments_of(documents))
    events = matcher.match(layout)
    assert [matcher.functions[one].name for one in events.function.tolist()] == ["f", "g"]
    assert events.start.tolist() == [0, 203]


def test_company_is_wanted_or_forbidden_in_the_paragraph_or_article() -> None:
    together = matcher_of(Function("f", 1, ("桥",), with_any=("车",)))
    assert places(together, "桥上有车", "只有桥") == ["桥"]
    assert places(matcher_of(Function("f", 1, ("桥",), with_any=("车",), scope="article")), "桥", "车") == ["桥"]
    assert places(matcher_of(Function("f", 1, ("桥",), without_any=("鹊",))), "鹊桥", "石桥") == ["桥"]


def test_what_a_leader_demands_is_marked_as_speech() -> None:
    matcher = matcher_of(Function("f", 1, ("公路",)))
    documents = [Document(None, ["公路通了。县长强调，要修好公路。", "公路"])]
    assert matcher.match(lay_out(segments_of(documents))).in_speech.tolist() == [False, True, False]


@given(
    st.lists(st.text(ANY, max_size=30), max_size=5),
    st.lists(st.text("甲乙丙会议ab", min_size=1, max_size=3), min_size=1, max_size=6),
)
def test_words_are_those_a_search_finds(paragraphs: list[str], words: list[str]) -> None:
    functions = [Function(f"f{number}", 1, (word,)) for number, word in enumerate(dict.fromkeys(words))]
    found = places(matcher_of(*functions), *paragraphs)
    expected = sum(_count(paragraph, function.words[0]) for function in functions for paragraph in paragraphs)
    assert len(found) == expected


@given(st.text(max_size=60))
def test_any_text_is_matched(text: str) -> None:
    documents = [Document(text, [text, ""], None, text, text), Document(None, []), Document("", [text])]
    matcher = matcher_of(Function("f", 1, ("甲", "0", "�"), patterns=(parse_pattern("甲 <9> 乙"),)))
    assert len(matcher.match(lay_out(segments_of(documents)))) >= 0


def test_a_large_taxonomy_is_matched() -> None:
    chance = random.Random(1)  # noqa: S311 - words for a test
    words = {"".join(chance.choices("甲乙丙丁戊己庚辛壬癸子丑寅卯", k=4)) for _ in range(40_000)}
    matcher = matcher_of(Function("f", 1, tuple(sorted(words))))
    assert places(matcher, "子丑寅卯子丑", title=None) != [] or "子丑寅卯" not in words


def _count(text: str, word: str) -> int:
    """Count the places a word takes, nested firings of one function aside, Latin words alone standing."""
    count, reach = 0, 0
    for at in range(len(text)):
        end = at + len(word)
        around = text[max(at - 1, 0) : at] + text[end : end + 1]
        if text.startswith(word, at) and end > reach:
            if word.isascii() and any(one.isascii() and one.isalnum() for one in around):
                continue
            count, reach = count + 1, end
    return count


def test_layout_says_what_stands_where() -> None:
    paragraphs = ["。" * 150, "甲" * 20]
    layout = lay_out(
        segments_of([Document("题", paragraphs, None, "报", "栏"), Document(None, []), Document(None, ["乙"])])
    )
    assert layout.documents == 3
    assert layout.paragraph_document.tolist() == [0, 0, 2]
    assert layout.segment_document.tolist() == [0, 0, 0, 0, 0, 2]
    assert layout.zone_of.tolist() == [SECTION] * 2 + [PUBLISHER] * 2 + [TITLE] * 2 + [LEAD] * 150 + [BODY] + [
        LEAD
    ] * 10 + [BODY] * 11 + [LEAD]
    assert layout.sentence_of[[0, 2, 6, 7, 156]].tolist() == [0, 1, 3, 4, 153]
