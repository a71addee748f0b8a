"""Injected readings go, glosses and brackets of other kinds stay."""

import pytest

from caibian.loaders.clean import readings


def strip(text: str) -> str:
    return readings.strip(text, readings.gather(text))[0]


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("經(jīng)濟、項(xiàng)目、區(qū)委", "經濟、項目、區委"),
        ("協調(diào)發(fā)展", "協調發展"),  # the table does not know the context
        ("項（xiàng）目建設（shè）", "項目建設"),
        ("項(xiàng )目建設(shè )", "項目建設"),
        ("項(xiang)目、區(qu)委、會(hui)議", "項目、區委、會議"),
        ("項(xiàng)(xiàng)目、區(qū)(qū)委", "項目、區委"),
        ("李連(lián)傑(jié)(blog)發(fā)言", "李連傑(blog)發言"),
        ("經(jīng)濟發展", "經濟發展"),  # one is enough where it is common and toned
    ],
)
def test_injected_readings_are_taken_out(text: str, clean: str) -> None:
    assert strip(text) == clean


def test_toneless_readings_on_simplified_text_need_density() -> None:
    text = "区(qu)(qu)委书记、项(xiang)目负责人、会(hui)议精神、发(fa)展经济、业(ye)务部门，发(fa)挥作用。"
    assert strip(text) == "区委书记、项目负责人、会议精神、发展经济、业务部门，发挥作用。"


@pytest.mark.parametrize(
    "text",
    [
        "国内生产总值(GDP)和增强现实(AR/VR)",
        "(记者 王某)昨(21)日报道，会议(扩大)举行",
        "重庆(Chongqing)",
        "峃(xué)口是一个地名。",
        "嶨(xué)口是一個地名。",
        "“好(hǎo)”读三声，“坏(huài)”读四声。",
        "小(xiǎo)朋(péng)友(yǒu)们(men)好(hǎo)，今(jīn)天(tiān)学(xué)习(xí)",
        "他踉(liàng)跄(qiàng)地走过崎(qí)岖(qū)的山路。",
        "這是一個好(hǎo)人",
        "他(he)和我(me)在一(an)起",
        "The fox (he) jumped over me (an).",
    ],
)
def test_other_brackets_stay(text: str) -> None:
    assert strip(text) == text
