"""Text decoded in the wrong encoding is decoded again."""

import pytest

from caibian.loaders.clean import mojibake

TEXT = "错误：中国经济发展取得了新的成就，人民生活水平不断提高。"


@pytest.mark.parametrize(
    "broken",
    [
        TEXT.encode().decode("gb18030", "replace"),
        TEXT.encode("gbk").decode("latin-1"),
        TEXT.encode("gbk").decode("cp1252", "replace"),
        TEXT.encode().decode("latin-1"),
        TEXT.encode().decode("latin-1").encode().decode("latin-1"),
        TEXT.encode("gbk").decode("latin-1").encode().decode("latin-1"),
    ],
    ids=["utf-8 as gbk", "gbk as latin-1", "gbk as cp1252", "utf-8 as latin-1", "twice", "gbk twice"],
)
def test_wrong_encodings_are_undone(broken: str) -> None:
    assert mojibake.undo(broken) == (TEXT, 1, 0)


def test_a_lost_byte_is_guessed_or_stays_a_question_mark() -> None:
    repaired, count, lost = mojibake.undo("国人：“好”，".encode().decode("gbk", "replace"))
    assert repaired.startswith("国人：“好")
    assert (count, lost) == (1, repaired.count("?"))


def test_entities_escaped_twice() -> None:
    assert mojibake.undo("错误&amp;nbsp;&amp;ldquo;中国&amp;rdquo;")[0] == "错误 “中国”"
    assert mojibake.undo("他说&ldquo;好&rdquo;&#12290;")[0] == "他说“好”。"


@pytest.mark.parametrize(
    "text",
    [
        "Düsseldorf – Überraschung für Änderungen ÄÖÜß",
        "a &lt; b &amp; c",
        "金隅&#8226;万科城",
        "锛炉",
        "娱乐：José Müller与Beyoncé同台",
        "鏂氏、涓先生",
        "Здравствуйте, мир",
    ],
)
def test_other_text_stays(text: str) -> None:
    assert mojibake.undo(text) == (text, 0, 0)
