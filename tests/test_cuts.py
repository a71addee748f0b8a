"""What shards hold of sentences and words gives back what the steps found."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from caibian import cuts
from caibian.schema import SEGMENT

PIECES = st.lists(st.text(st.sampled_from("新闻a1é𠮷😀 \0"), min_size=1, max_size=4), max_size=4)
DOCUMENTS = st.lists(st.tuples(st.lists(PIECES, max_size=3), st.booleans()), max_size=6)


def table(documents: list[tuple[list[list[str]], bool]]) -> pa.Table:
    rows = [
        {
            "paragraphs": ["".join(pieces) for pieces in cut],
            "sentences": [["".join(pieces)] if pieces else [] for pieces in cut] if kept else [],
            "words": cut if kept else [],
        }
        for cut, kept in documents
    ]
    return pa.Table.from_pylist(rows, pa.schema([("paragraphs", pa.list_(pa.string())), *SEGMENT]))


@settings(max_examples=300, deadline=None)
@given(DOCUMENTS, st.integers(0, 3))
def test_strings_come_back_from_their_lengths(documents: list[tuple[list[list[str]], bool]], skipped: int) -> None:
    rows = table(documents).slice(skipped)  # whose arrays start within their buffers
    stored = cuts.to_lengths(rows)
    assert stored.schema.field("words").type == cuts.LENGTHS
    found = cuts.to_strings(stored)
    found.validate(full=True)
    assert found == rows
    assert cuts.to_strings(stored.slice(1)) == rows.slice(1)


def test_a_table_without_pieces_is_left_alone() -> None:
    rows = pa.table({"paragraphs": [["好"]]})
    assert cuts.to_lengths(rows) is rows
    assert cuts.to_strings(rows) == rows
