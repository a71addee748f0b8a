"""Markup litter goes; markup and signs that mean something stay."""

import pytest

from caibian.loaders.clean import litter


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ('<delect id="znobx"></delect>会议<tbody id="znobx">召开</tbody>', "会议召开"),
        ('<object id="ab12c">一</object><menu id="ab12c">二</menu>', "一二"),
        ("落实工作/p>", "落实工作"),
        ("![](http://a.cn/b.jpg)全县大会", "全县大会"),
        ("<image>data:image/png;base64,AAAA+/=</image>全县大会", "全县大会"),
        ("联系[email protected]", "联系"),
        ('今年 ; U" i/ B1 h& w7 e 工作\n开展 0 G# k, q; t* j8 S 推进', "今年  工作\n开展  推进"),
        ("市.委书记主持，县.长参加", "市委书记主持，县长参加"),
        ("市😀委书记主持，县😀长参加", "市委书记主持，县长参加"),
        ("??今年以来\n????各级部门", "今年以来\n各级部门"),
        ("县委书记\n　　、县长", "县委书记、县长\n"),
        ("县委书记\n\n、县长\n下一段", "县委书记、县长\n\n\n下一段"),
    ],
)
def test_litter_is_taken_out(text: str, clean: str) -> None:
    assert litter.undo(text)[0] == clean
    assert clean.count("\n") == text.count("\n")


def test_double_commas_need_company() -> None:
    assert litter.undo_commas("工作,,落实，,发展", damaged=False) == ("工作，落实，发展", 2)
    assert litter.undo_commas("工作,,落实", damaged=False) == ("工作,,落实", 0)
    assert litter.undo_commas("工作,,落实", damaged=True) == ("工作，落实", 1)


def test_lines_with_nothing_left_are_blanked() -> None:
    assert litter.undo_empty("正文。\n()\n  •\n（）")[0] == "正文。\n\n\n"


@pytest.mark.parametrize(
    "text",
    [
        '<div id="main"><p id="first">好</p></div>',
        "if (a < b && c > d) { return x; }",
        "乔治.布什和约翰.肯尼迪",
        "一.总则\n二.要求",
        "开心😀今天真好",
        "真的吗??我不信",
        "选项 A. 一 B. 二 C. 三 D. 四",
        "1 + 2 = 3 ; 4 - 5",
        "见 /work/p>q",
    ],
)
def test_other_text_stays(text: str) -> None:
    assert litter.undo(text) == (text, 0)
