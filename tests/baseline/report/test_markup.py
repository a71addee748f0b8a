import html.parser
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caibian.baseline.report.markup import Table, embed_json, escape, marked, number, render_table


class _Text(html.parser.HTMLParser):
    """Collects the text and the tags of a document."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.tags: list[str] = []

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0")))
def test_any_text_stays_text(text: str) -> None:
    parser = _Text()
    parser.feed(f"<p>{escape(text)}</p>")
    parser.close()
    assert (parser.text, parser.tags) == (text, ["p"])


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_json_in_a_script_cannot_end_it(text: str) -> None:
    stored = embed_json({"text": text})
    assert json.loads(stored) == {"text": text}
    assert not set("<>&\u2028\u2029") & set(stored)


def test_numbers_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        embed_json(float("nan"))


def test_evidence_is_marked_and_escaped() -> None:
    assert marked("a<b>c", [(1, 4, '"t"')]) == 'a<mark title="&quot;t&quot;">&lt;b&gt;</mark>c'


def test_a_table_has_headings_for_a_screen_reader() -> None:
    found = render_table(Table("<c>", ["a", "b"], [["x", 1_000], ["y", 0.5], ["z", None]]))
    assert "<caption>&lt;c&gt;</caption>" in found
    assert '<th scope="col">a</th>' in found
    assert '<th scope="row">x</th><td class="number">1,000</td>' in found
    assert (number(0.5), number(None)) == ("0.500", "–")
