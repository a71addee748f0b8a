"""Slipped bytes are read again; what looks like them stays."""

import re

import pytest
from tests.damage import Decoder, damage, to_traditional, whole_table

from caibian.loaders.clean import readings
from caibian.loaders.clean.bytes import _Signs, context, undo
from caibian.loaders.clean.lattice import Lattice
from caibian.loaders.clean.parses import Link, Parse, merge, spell


def read(text: str, *, folded: bool = False) -> tuple[str, int, int]:
    """Return the text read again and without readings, and the counts of slips and losses."""
    evidence = readings.gather(text)
    read_again, count, lost = undo(text, context(text, evidence, folded=folded))
    return readings.strip(read_again, evidence)[0], count, lost


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("強服務、勇?lián)\ue2fd?dāng),為項目", "強服務、勇擔當,為項目"),
        ("掌握打?qū)嵉墓ぷ魍苿?dòng)發(fā)展", "掌握打實的工作推動發展"),
        ("發(fā)展，理順?biāo)悸贰", "發展，理順思路。"),  # the text's last byte is gone
        ("發(fā)展的活?yóng)硬⒅罗o(cí)。", "發展的活動并致辭。"),
        ("發(fā)展，主持?mó)x式。", "發展，主持儀式。"),  # the second byte is an ASCII letter
        ("發(fā)展，富士Z(yùn)30相機(jī)", "發展，富士Z30相機"),
    ],
)
def test_a_match_across_two_characters_is_undone(text: str, clean: str) -> None:
    assert read(text)[0] == clean


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("縣長說這是發(fā)展?！睋?jù)了解，", "縣長說這是發展。”據了解，"),
        ("發(fā)展。本報訊?。ㄓ浾撸┙?jīng)濟", "發展。本報訊　（記者）經濟"),
    ],
)
def test_punctuation_across_two_characters_is_undone(text: str, clean: str) -> None:
    assert read(text)[0] == clean


def test_punctuation_that_was_folded_afterwards_is_undone() -> None:
    assert read("發(fā)展全覆蓋??h(xiàn)里因地制宜", folded=True)[0] == "發展全覆蓋。縣里因地制宜"


@pytest.mark.parametrize("broken", ["?", "\ufffd(", "("])
def test_decoders_show_a_broken_byte_in_their_own_way(broken: str) -> None:
    page = "這(zhè)是發(fā)展經(jīng)濟的實(shí)際，"
    assert read(f"{page}主持{broken}mó)x式。")[0] == "這是發展經濟的實際，主持儀式。"


def test_a_swallowed_digit_is_kept_as_a_mark_and_counted() -> None:
    text, count, lost = read("產(chǎn)業(yè)數(shù)量已?kūn)浒赋?00個(gè)，")
    assert "?00個" in text
    assert (count, lost) == (1, 1)


@pytest.mark.parametrize(
    "text",
    [
        "真的吗?！他问道。",
        "徐若?的表演",
        "https://example.cn/s?k=1&b=(he)",
        "日本の経済は?東京で発表した。",
        "x ? y : z(me)",
        "文字\ufffd损坏了。",
    ],
)
def test_other_question_marks_stay(text: str) -> None:
    assert read(text) == (text, 0, 0)


@pytest.mark.parametrize("decoder", ["swallow", "replace", "python", "drop", "gbk", "question", "ignore"])
def test_every_decoder_is_understood(decoder: Decoder) -> None:
    text = "各地会持续推进改革，企业加强合作，干部勇担当、重实效。"
    shown = damage(text, table=whole_table(), decoder=decoder)
    assert read(shown)[0] == to_traditional(text)


def test_the_first_digit_of_a_year_that_a_decoder_swallowed_is_known() -> None:
    assert read("發(fā)展經(jīng)濟，已?kūn)浒赋?019年的個(gè)")[0].endswith("2019年的個")


def test_the_bracket_of_a_later_slip_does_not_open_where_a_digit_was_swallowed() -> None:
    """The `)` of the next eaten reading once made the lost digit a bracket: 每月(000元."""
    text, _, lost = read("產(chǎn)業(yè)數(shù)量已?kūn)浒赋?00元，干部勇?lián)\ue2fd?dāng)。")
    assert "?00元，干部勇擔當。" in text
    assert "(" not in text
    assert lost == 1


def test_where_a_swallowed_digit_leaves_two_originals_alike_the_spot_is_kept_and_counted() -> None:
    """No repair can tell 300 from 400 here: the decoder shows the same for both."""
    shown = {damage(f"产业数量已备案{digit}00个，", table=whole_table()) for digit in "0123456789"}
    assert len(shown) == 1
    text, _, lost = read(shown.pop())
    assert "備案?00個，" in text
    assert lost == 1


def test_open_brackets_decide_about_a_lost_mark() -> None:
    page = "這(zhè)是發(fā)展經(jīng)濟的實(shí)際，"
    assert read(f"{page}他說：“這是成果?！")[0].endswith("這是成果。”")


def test_brackets_are_counted_in_what_was_read_and_not_in_what_was_shown() -> None:
    """The closing mark that an earlier slip hid once made a second one of the full stop at the end."""
    text = "会议强调，要开展“植树活动”，发展经济，回应群众关切，性能也更优。"
    shown = damage(text, table=whole_table())
    assert "”" not in shown
    assert read(shown)[0] == to_traditional(text)


def test_that_the_lost_byte_was_80_is_weighed_like_any_other_guess() -> None:
    """竴, whose second byte is 80, once stood for 更: words were not asked about it."""
    text = "会议要求各地会同企业，为人民创造更多福祉。欢迎参加。"
    assert read(damage(text, table=whole_table(), decoder="gbk"))[0] == to_traditional(text)


def test_parses_that_nothing_ahead_can_tell_apart_are_one_with_the_texts_of_all() -> None:
    shared = {"pending": 0x93, "before": 0xFA93, "last": "務"}
    parses = [
        Parse(score, text=Link("務", Link(guess, None, True)), **shared)  # type: ignore[arg-type]
        for guess, score in (("服", -3.0), ("報", -5.0))
    ]
    other = Parse(-4.0, -1, 0, "勇", Link("勇", None))
    merged = merge([*parses, other])
    assert [parse.score for parse in merged] == [-3.0, -4.0]
    texts = [(spelling.text, spelling.score, spelling.guessed) for spelling, _ in spell(merged, [0.0, 0.0])]
    assert texts == [("服務", -3.0, (0,)), ("勇", -4.0, ()), ("報務", -5.0, (0,))]


def test_a_page_of_nothing_but_signs_is_left_within_a_budget() -> None:
    assert read("發(fā)。?！斑" * 2_000)[0]


@pytest.mark.parametrize("piece", ["發(fā)。?！斑", "經(jīng)勇?lián)硬?0", "勇?lián)"])
def test_the_budget_bounds_the_parses_and_not_only_the_signs(piece: str) -> None:
    """It once counted characters, each of which may make hundreds of parses: a megabyte took a minute."""

    class Counted(Lattice):
        parses = 0

        def _branch(self, beam: list[Parse], match: re.Match[str]) -> list[Parse]:
            new = super()._branch(beam, match)
            self.parses += len(new)
            return new

    text = piece * 4_000
    lattice = Counted(text, context(text, readings.gather(text), folded=False))
    at = text.index("?")
    while (run := lattice.read(at, at + 1, text[at - 1])) is not None and run.end < len(text):
        at = text.index("?", max(run.end, at + 1))
    assert 500 < lattice.parses < 8_000 + 2 * len(text)


def test_signs_are_searched_for_once_a_page() -> None:
    """They were once searched for again at every odd reading: a megabyte of these took eleven minutes."""

    class Counted:
        chars = 0

        def search(self, text: str, at: int) -> re.Match[str] | None:
            found = re.compile("x").search(text, at)
            self.chars += (len(text) if found is None else found.end()) - at
            return found

    text, pattern = "." * 5_000 + "x" + "." * 5_000, Counted()
    signs = _Signs(pattern, text, [(at, at + 1) for at in range(9_990, 0, -10)])  # type: ignore[arg-type]
    found, at = [], 0
    while (one := signs.first(at)) is not None:
        found.append(one)
        at = one[1]
    assert found == sorted([(5_000, 5_001), *((at, at + 1) for at in range(10, 9_991, 10) if at != 5_000)])
    assert pattern.chars <= 2 * len(text)
