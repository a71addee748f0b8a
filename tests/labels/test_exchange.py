import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caibian_labels.exchange import (
    Item,
    export_csv,
    export_doccano,
    export_label_studio,
    import_csv,
    import_doccano,
    import_label_studio,
    label_studio_interface,
)
from caibian_labels.gold import GoldError, Judgement

text = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=20)
items = st.lists(
    st.builds(Item, id=st.uuids().map(str), title=text, text=text), min_size=1, max_size=4, unique_by=lambda i: i.id
)
given_topics = st.none() | st.lists(st.sampled_from(["law", "roads"]), unique=True).map(
    lambda some: tuple(sorted(some))
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Item], list[Judgement]]:
    some = draw(items)
    judges = st.lists(st.sampled_from(["a@x.cn", "乙@y.cn"]), min_size=1, unique=True)
    return some, [
        Judgement(item.id, draw(given_topics), who, "2026-05-01T08:00:00Z") for item in some for who in draw(judges)
    ]


@given(cases())
def test_label_studio_loses_nothing(case: tuple[list[Item], list[Judgement]]) -> None:
    assert import_label_studio(export_label_studio(*case)) == case[1]


@given(cases())
def test_doccano_loses_nothing(case: tuple[list[Item], list[Judgement]]) -> None:
    assert import_doccano(export_doccano(*case)) == case[1]


@given(cases())
def test_a_spreadsheet_loses_nothing(case: tuple[list[Item], list[Judgement]]) -> None:
    assert import_csv(export_csv(*case)) == case[1]


def test_label_studios_own_export_is_read() -> None:
    # The form Label Studio 1.x writes: its own ids, drafts, predictions, and annotators as objects or numbers.
    export = [
        {
            "id": 7,
            "annotations": [
                {
                    "id": 12,
                    "completed_by": {"id": 1, "email": "a@x.cn", "first_name": "", "last_name": ""},
                    "result": [
                        {"value": {"choices": ["roads", "law"]}, "id": "Q1", "from_name": "topics", "to_name": "text",
                         "type": "choices", "origin": "manual"},
                        {"value": {"text": ["nice"]}, "id": "Q2", "from_name": "note", "to_name": "text"},
                    ],
                    "was_cancelled": False, "ground_truth": False, "created_at": "2026-05-01T08:00:00.000000Z",
                    "lead_time": 3.2,
                },
                {"id": 13, "completed_by": 2, "result": [], "was_cancelled": True,
                 "created_at": "2026-05-02T08:00:00Z"},
                {"id": 14, "completed_by": 3, "result": [], "was_cancelled": False},
            ],
            "drafts": [], "predictions": [], "meta": {}, "data": {"document_id": "d1", "title": "t", "text": "x"},
        }
    ]  # fmt: skip
    assert import_label_studio(json.dumps(export)) == [
        Judgement("d1", ("law", "roads"), "a@x.cn", "2026-05-01T08:00:00.000000Z"),
        Judgement("d1", None, "2", "2026-05-02T08:00:00Z"),
        Judgement("d1", (), "3", None),
    ]


def test_doccanos_own_export_is_read() -> None:
    lines = (
        '{"id": 5, "text": "x", "Comments": [], "label": ["law"], "document_id": "d1", "who": null, "when": null}\n'
        '{"id": 6, "text": "y", "Comments": [], "label": [], "document_id": "d2"}\n'
        '{"id": 7, "text": "z", "Comments": [], "label": ["(none)"], "document_id": "d3"}\n'
    )
    assert import_doccano(lines, who="甲") == [
        Judgement("d1", ("law",), "甲"),
        Judgement("d2", None, "甲"),
        Judgement("d3", (), "甲"),
    ]


def test_a_spreadsheet_begins_with_a_bom_and_runs_no_formula() -> None:
    data = export_csv([Item("d", "=1+1", "正文")])
    assert data.startswith(b"\xef\xbb\xbf")
    row = next(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert row["title"] == "'=1+1"
    assert import_csv(data) == [Judgement("d", None)]


def test_a_spreadsheet_edited_by_hand_is_read() -> None:
    assert import_csv("id;topics;judged\nd1;law；roads;\nd2;;是\nd3;;\n".encode("utf-8-sig")) == [
        Judgement("d1", ("law", "roads")),
        Judgement("d2", ()),
        Judgement("d3", None),
    ]


def test_the_interface_names_every_topic() -> None:
    assert '<Choice value="law" hint="A&amp;B"/>' in label_studio_interface([("law", "A&B")])


@pytest.mark.parametrize("bad", ["", "{}", "[3]", '[{"data": {}}]', "[" * 100_000])
def test_what_is_no_label_studio_export_is_refused(bad: str) -> None:
    with pytest.raises(GoldError):
        import_label_studio(bad)


@pytest.mark.parametrize("bad", ["{", "3", '{"document_id": "d"}', '{"label": []}'])
def test_what_is_no_doccano_export_is_refused(bad: str) -> None:
    with pytest.raises(GoldError, match="line 1"):
        import_doccano(bad)


@pytest.mark.parametrize("bad", [b"", b"a,b\n1,2\n", "id,topics\n甲".encode("gbk")])
def test_what_is_no_such_spreadsheet_is_refused(bad: bytes) -> None:
    with pytest.raises(GoldError):
        import_csv(bad)
