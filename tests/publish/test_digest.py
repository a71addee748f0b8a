import datetime
import hashlib
import struct
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caibian.publish.digest import LABELS, content_digest, other_hashes, row_hashes, schema_sha256, with_labels

SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("words", pa.list_(pa.list_(pa.string()))),
        ("evidence", pa.list_(pa.struct([("topic", pa.string()), ("spans", pa.list_(pa.int32()))]))),
        ("similarity", pa.float32()),
        ("published", pa.date32()),
        ("topics", pa.list_(pa.int64())),
    ]
)
TEXT = st.none() | st.text(max_size=4)
ROW = st.fixed_dictionaries(
    {
        "id": TEXT,
        "words": st.none() | st.lists(st.none() | st.lists(TEXT, max_size=3), max_size=3),
        "evidence": st.none()
        | st.lists(
            st.none()
            | st.fixed_dictionaries({"topic": TEXT, "spans": st.none() | st.lists(st.integers(-9, 9), max_size=2)}),
            max_size=2,
        ),
        "similarity": st.none() | st.sampled_from([0.0, 0.5, 1.0]),
        "published": st.none() | st.dates(datetime.date(1950, 1, 1), datetime.date(2050, 1, 1)),
        "topics": st.none() | st.lists(st.integers(0, 30), max_size=3),
    }
)


def hashes(rows: pa.Table) -> list[bytes]:
    found = row_hashes(rows)
    return [found[start : start + 32] for start in range(0, len(found), 32)]


def reference(kind: pa.DataType, values: list[Any]) -> bytes:
    """Return the canonical bytes of values as the module's docstring says it, without Arrow."""
    if pa.types.is_list(kind):
        lengths = b"".join(struct.pack("<i", -1 if value is None else len(value)) for value in values)
        return lengths + reference(kind.value_type, [one for value in values for one in value or []])
    if pa.types.is_struct(kind):
        valid = bytes(value is not None for value in values)
        return valid + b"".join(reference(one.type, [value and value[one.name] for value in values]) for one in kind)
    if pa.types.is_string(kind):
        stored = [None if value is None else value.encode() for value in values]
        lengths = b"".join(struct.pack("<i", -1 if value is None else len(value)) for value in stored)
        return lengths + b"".join(value or b"" for value in stored)
    if pa.types.is_date32(kind):
        values = [value and value.toordinal() - datetime.date(1970, 1, 1).toordinal() for value in values]
    code = {"float": "<f", "int64": "<q"}.get(str(kind), "<i")
    return bytes(value is not None for value in values) + b"".join(struct.pack(code, value or 0) for value in values)


@settings(max_examples=60, deadline=None)
@given(ROW)
def test_a_hash_is_that_of_the_documented_bytes(row: dict[str, Any]) -> None:
    others, labels = (
        b"".join(reference(one.type, [row[one.name]]) for one in SCHEMA if (one.name in LABELS) is wanted)
        for wanted in (False, True)
    )
    table = pa.Table.from_pylist([row], schema=SCHEMA)
    assert row_hashes(table) == hashlib.sha256(hashlib.sha256(others).digest() + labels).digest()
    assert row_hashes(table.drop_columns(["evidence", "topics"])) == hashlib.sha256(others).digest()
    assert other_hashes(table)[1] + with_labels(bytes(32), table)[1] == len(others) + len(labels)


@settings(max_examples=60, deadline=None)
@given(st.lists(ROW, max_size=8), st.integers(0, 8), st.integers(1, 3))
def test_a_row_has_one_hash_wherever_it_stands(rows: list[dict[str, Any]], cut: int, chunks: int) -> None:
    table = pa.Table.from_pylist(rows, schema=SCHEMA)
    alone = [hashes(pa.Table.from_pylist([row], schema=SCHEMA))[0] for row in rows]
    assert hashes(table) == alone
    assert hashes(table.slice(cut)) == alone[cut:]
    assert (
        hashes(pa.concat_tables([table.slice(start, chunks) for start in range(0, len(rows), chunks)] or [table]))
        == alone
    )
    assert hashes(table.take(pa.array(reversed(range(len(rows))), pa.int64()))) == alone[::-1]


@settings(max_examples=100, deadline=None)
@given(ROW, ROW)
def test_different_rows_have_different_hashes(one: dict[str, Any], other: dict[str, Any]) -> None:
    first, second = (pa.Table.from_pylist([row], schema=SCHEMA) for row in (one, other))
    assert (hashes(first) == hashes(second)) == (first.to_pylist() == second.to_pylist())


def test_how_arrow_stores_a_text_does_not_matter() -> None:
    plain = pa.table({"id": pa.array(["a", None, "b"])})
    for kind in (pa.large_string(), pa.dictionary(pa.int32(), pa.string())):
        assert hashes(plain.cast(pa.schema([("id", kind)]))) == hashes(plain)


def test_what_lies_under_a_null_does_not_matter() -> None:
    hidden = pa.StringArray.from_buffers(
        2, pa.array([0, 3, 4], pa.int32()).buffers()[1], pa.py_buffer(b"xyzb"), pa.py_buffer(b"\x02")
    )
    assert hidden.to_pylist() == [None, "b"]
    assert hashes(pa.table({"id": hidden})) == hashes(pa.table({"id": pa.array([None, "b"])}))


@pytest.mark.parametrize("values", [[[], None], [["a", "b"], ["ab"]], [["", "a"], ["a", ""]], [[None], [""]]])
def test_nothing_runs_together(values: list[Any]) -> None:
    one, other = hashes(pa.table({"words": pa.array(values, pa.list_(pa.string()))}))
    assert one != other


def test_the_hash_of_a_row_is_for_ever() -> None:
    row = {"id": "0a", "words": [["修", "路"], []], "evidence": [{"topic": "roads", "spans": [1, 2]}], "topics": []}
    table = pa.Table.from_pylist([row | {"similarity": 0.5, "published": datetime.date(2024, 2, 29)}], schema=SCHEMA)
    assert hashes(table)[0].hex() == "191862d327f5f59bc159c37b4fd956144b43d4356343deaa9b70270d836a368a"


def test_the_digest_sees_columns_labels_and_splits() -> None:
    same = schema_sha256(SCHEMA)
    assert schema_sha256(SCHEMA.with_metadata({b"huggingface": b'{"info": {"features": 1}}'})) != same
    assert schema_sha256(pa.schema(list(reversed(list(SCHEMA))))) != same
    one = content_digest({"articles": same}, {"articles": {"train": "1", "test": "2"}})
    assert one == content_digest({"articles": same}, {"articles": {"test": "2", "train": "1"}})
    assert one != content_digest({"articles": same}, {"articles": {"train": "2", "test": "1"}})
