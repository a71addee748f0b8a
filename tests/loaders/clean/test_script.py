"""The script is found, and only Traditional text is converted."""

import pytest

from caibian.loaders.clean import script


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("全区经济社会发展取得新成效。", "simplified"),
        ("著名学者执著于乾隆年间的哪吒传说。", "simplified"),
        ("全區經濟社會發展取得新成效，由于制度完善，今后游客增加。", "converted"),
        ("總統府於昨日發布，後續並將製作遊戲「經濟」。", "traditional"),
        ("日本の経済は、東京で開催された会議について発表した。", "other"),
        ("The quick brown fox jumps over the lazy dog.", "other"),
        ("「おはよう」と彼は言った。", "other"),
        ("", "other"),
    ],
)
def test_detect(text: str, found: str) -> None:
    assert script.detect(text) == found


@pytest.mark.parametrize(
    ("text", "simple"),
    [
        ("隨著經濟發展，盯著項目、圍著項目轉，著力點", "随着经济发展，盯着项目、围着项目转，着力点"),
        (
            "著名專著、顯著成效、原著作者、土著、卓著、昭著、遺著",
            "著名专著、显著成效、原著作者、土著、卓著、昭著、遗著",
        ),
        ("乾隆年間，王於昌在乾縣", "乾隆年间，王於昌在乾县"),
        ("寫著名字，跟著作戰，討論著方案，結合著實際", "写着名字，跟着作战，讨论着方案，结合着实际"),
        ("什么、怎么", "什么、怎么"),
        ("《星空》　著、譯", "《星空》　著、译"),
    ],
)
def test_converted_text_is_converted_back(text: str, simple: str) -> None:
    assert script.simplify(text, script="converted")[0] == simple


def test_phrases_decide_in_traditional_text() -> None:
    assert script.simplify("頭髮乾了，發展於後", script="traditional") == ("头发干了，发展于后", 6)


def test_simplified_text_stays() -> None:
    text = "执著、瞭望、狼藉"
    assert script.simplify(text, script="simplified")[0] is text
