"""Folded punctuation is widened behind Han, and nowhere else."""

import pytest

from caibian.loaders.clean import width


@pytest.mark.parametrize(
    ("text", "wide"),
    [
        ("他说:好,我们走!", "他说：好，我们走！"),
        ("是“项目为王”,要抓紧;快!", "是“项目为王”，要抓紧；快！"),
        ("面积75000㎡,静态投资", "面积75000㎡,静态投资"),
        ("比分3:2,10:30开赛", "比分3:2,10:30开赛"),
        ("央视网消息(新闻联播):近日,", "央视网消息（新闻联播）：近日，"),
        ("见https://a.cn/b?c=1,d", "见https://a.cn/b?c=1,d"),
        ("He said: no, (yes)!", "He said: no, (yes)!"),
    ],
)
def test_restore(text: str, wide: str) -> None:
    assert width.restore(text)[0] == wide


def test_a_text_with_full_width_marks_was_not_folded() -> None:
    assert not width.is_folded("今天,天气好，我们走。")
    assert width.is_folded("今天,天气好,我们走。")


def test_only_much_of_it_on_many_lines_is_a_page_without_other_damage() -> None:
    assert not width.is_page("今天,天气好,我们走。")
    assert width.is_page("今天,天气好,我们走,去公园,看花。\n" * 4)
