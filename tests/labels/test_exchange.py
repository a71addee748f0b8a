import csv
import io
import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caibian_labels.exchange import (
    Item,
    export_doccano,
    export_label_studio,
    import_doccano,
    import_label_studio,
    label_studio_interface,
)
from caibian_labels.gold import GoldError, Judgement
from caibian_labels.spreadsheet import export_csv, import_csv

text = st.text(st.characters(codec="utf-8"), max_size=20)
ids = st.uuids().map(str) | st.from_regex("[0-9]{9}e[0-9]{6}|[0-9]{16}", fullmatch=True)  # as a sheet takes numbers
items = st.lists(
    st.builds(Item, id=ids, title=text, text=text, suggested=st.none() | st.just(("law",)), why=text),
    min_size=1,
    max_size=4,
    unique_by=lambda i: i.id,
)
given_topics = st.none() | st.lists(st.sampled_from(["law", "roads"]), unique=True).map(
    lambda some: tuple(sorted(some))
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Item], list[Judgement]]:
    some = draw(items)
    names = ["a@x.cn", "乙", "007", "=1+1", "'甲", None]
    judges = st.lists(st.sampled_from(names), min_size=1, unique=True)
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


def as_label_studio_exports(tasks: list[dict[str, Any]], annotations: list[dict[str, Any]]) -> str:
    """Return what Label Studio exports of tasks that it imported: of a task it keeps `data` as it was."""
    return json.dumps(
        [
            {"id": n, "data": task["data"], "annotations": annotations, "drafts": [], "meta": {}, "inner_id": n,
             "predictions": [{"id": 9, **one} for one in task["predictions"]], "updated_at": "2026-06-01T08:00:00Z"}
            for n, task in enumerate(tasks, start=1)
        ]
    )  # fmt: skip


@given(cases())
def test_what_is_said_in_label_studio_stands_beside_what_was_known(case: tuple[list[Item], list[Judgement]]) -> None:
    tasks = json.loads(export_label_studio(*case))
    # An annotation of somebody whose e-mail address it does not know makes Label Studio refuse all of the file.
    assert not any("annotations" in task for task in tasks)
    said = {"id": 3, "completed_by": 5, "result": [], "was_cancelled": False, "created_at": "2026-06-01T08:00:00Z",
            "updated_at": "2026-06-02T08:00:00Z"}  # fmt: skip
    found = import_label_studio(as_label_studio_exports(tasks, [said]))
    assert Counter(found) - Counter(case[1]) == Counter(
        Judgement(item.id, (), "5", "2026-06-02T08:00:00Z") for item in case[0]
    )
    assert not Counter(case[1]) - Counter(found)


def test_label_studio_shows_the_suggestion_and_what_people_said() -> None:
    said = [Judgement("d", ("law",), "甲"), Judgement("d", None, "乙")]
    task = json.loads(export_label_studio([Item("d", "题", "文", ("roads",), "gold: law")], said))[0]
    shown = [
        (one["model_version"], [value["value"]["choices"] for value in one["result"]]) for one in task["predictions"]
    ]
    assert shown == [("suggested", [["roads"]]), ("judged by 甲", [["law"]])]
    assert task["data"]["why"] == "gold: law"


@given(cases())
def test_what_is_said_in_doccano_stands_beside_what_was_known(case: tuple[list[Item], list[Judgement]]) -> None:
    lines = [json.loads(line) for line in export_doccano(*case).split("\n")[:-1]]
    assert all(line["label"] == [] for line in lines)
    # doccano gives out its own number, comments, and beside the labels all that it does not know.
    done = [{"id": n, **line, "label": ["law"], "Comments": []} for n, line in enumerate(lines)]
    found = import_doccano("".join(json.dumps(line) + "\n" for line in done), who="anna")
    assert Counter(found) - Counter(case[1]) == Counter(Judgement(item.id, ("law",), "anna") for item in case[0])
    assert not Counter(case[1]) - Counter(found)


def test_a_spreadsheet_begins_with_a_bom_and_runs_no_formula() -> None:
    data = export_csv(
        [Item("12e4567890123456", "=1+1", "@正文", ("roads",), "gold: law")],
        [Judgement("12e4567890123456", ("law",), "=cmd|' /C calc'!A0")],
    )
    assert data.startswith(b"\xef\xbb\xbf")
    row = next(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert row == {
        "id": "'12e4567890123456", "title": "'=1+1", "text": "'@正文", "why": "gold: law", "suggested": "roads",
        "topics": "law", "judged": "yes", "who": "'=cmd|' /C calc'!A0", "when": "",
    }  # fmt: skip
    assert import_csv(data) == [Judgement("12e4567890123456", ("law",), "=cmd|' /C calc'!A0")]


def test_dates_as_a_spreadsheet_writes_them_are_read() -> None:
    cells = ["2026/5/1", "2026/5/1 8:00", "2026-05-01 08:00:07", "2026年5月1日", "2026-05-01T08:00:00Z", ""]
    rows = "".join(f"d,law,,{cell}\n" for cell in cells)
    assert [one.when for one in import_csv(f"id,topics,who,when\n{rows}".encode())] == [
        "2026-05-01", "2026-05-01T08:00:00", "2026-05-01T08:00:07", "2026-05-01", "2026-05-01T08:00:00Z", None,
    ]  # fmt: skip


def test_a_spreadsheet_with_long_texts_empty_rows_and_judges_without_a_name() -> None:
    text = f'id,text,topics,judged,who\nd1,"{"长" * 200_000}\n",law,yes,\n,,,,\nd2,,,no,\nd3,,,TRUE,乙\n'
    assert import_csv(text.encode(), who="甲") == [
        Judgement("d1", ("law",), "甲"), Judgement("d2", None), Judgement("d3", (), "乙"),
    ]  # fmt: skip


def test_every_bad_row_of_a_spreadsheet_is_named() -> None:
    with pytest.raises(GoldError) as error:
        import_csv(b"id,topics,when\n,law,\nd,law,yesterday\n")
    assert [problem.partition(":")[0] for problem in error.value.problems] == ["line 2", "line 3"]


def test_a_spreadsheet_edited_by_hand_is_read() -> None:
    assert import_csv("id;topics;judged\nd1;law；roads;\nd2;;是\nd3;;\n".encode("utf-8-sig")) == [
        Judgement("d1", ("law", "roads")),
        Judgement("d2", ()),
        Judgement("d3", None),
    ]


def test_the_interface_names_every_topic() -> None:
    assert '<Choice value="law" hint="A&amp;B"/>' in label_studio_interface([("law", "A&B")])


@pytest.mark.parametrize(
    "bad",
    ["", "{}", "[3]", '[{"data": {}}]', "[" * 100_000, '[{"data": {"document_id": "\\ud800"}, "annotations": [{}]}]'],
)
def test_what_is_no_label_studio_export_is_refused(bad: str) -> None:
    with pytest.raises(GoldError):
        import_label_studio(bad)


@pytest.mark.parametrize(
    "bad", ["{", "3", '{"document_id": "d"}', '{"label": []}', '{"document_id": "d", "label": ["\\ud800"]}']
)
def test_what_is_no_doccano_export_is_refused(bad: str) -> None:
    with pytest.raises(GoldError, match="line 1"):
        import_doccano(bad)


@pytest.mark.parametrize("bad", [b"", b"a,b\n1,2\n", "id,topics\n甲".encode("gbk")])
def test_what_is_no_such_spreadsheet_is_refused(bad: bytes) -> None:
    with pytest.raises(GoldError):
        import_csv(bad)
