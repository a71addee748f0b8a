"""Thrift's compact protocol, in which Parquet writes its footers, read and written without a description of types.

As in https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md. What is read and written
again has the same bytes, since the protocol leaves a writer no choice that Parquet's writers use.
"""

from dataclasses import dataclass
from typing import Any

_TRUE, _FALSE, _BYTE, _INTEGERS, _DOUBLE, _BINARY, _LISTS, _STRUCT = 1, 2, 3, (4, 5, 6), 7, 8, (9, 10), 12
_LONG_LIST = 15  # in place of a length that needs more than four bits


@dataclass(slots=True)
class Field:
    """A field of a struct: its number, the protocol's number of its type, and its value."""

    number: int
    type: int
    value: Any  # int, bytes, List or Struct


class Struct(list[Field]):
    """Fields in ascending order."""

    def __getitem__(self, number: int) -> Any:  # type: ignore[override]
        """Return the value of the field of this number, None where there is none."""
        return next((field.value for field in self if field.number == number), None)

    def __setitem__(self, number: int, value: Any) -> None:  # type: ignore[override]
        """Replace the value of a field that is there."""
        next(field for field in self if field.number == number).value = value


@dataclass(slots=True)
class List:
    """Values of one type."""

    type: int
    values: list[Any]


def read_struct(data: bytes) -> Struct:
    """Return the struct that `data` begins with. Raises ValueError or IndexError for what is none."""
    return _Reader(data).struct()


def to_bytes(struct: Struct) -> bytes:
    """Return a struct as it is stored."""
    out = bytearray()
    _put_struct(out, struct)
    return bytes(out)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def struct(self) -> Struct:
        fields, number = Struct(), 0
        while head := self._byte():
            step, kind = head >> 4, head & 15
            number = number + step if step else self._integer()
            fields.append(Field(number, kind, self._value(kind)))
        return fields

    def _value(self, kind: int) -> Any:
        if kind in (_TRUE, _FALSE):  # of a field; the type says it all
            return kind
        if kind == _BYTE:
            return self._byte()
        if kind in _INTEGERS:
            return self._integer()
        if kind == _DOUBLE:
            return self._bytes(8)
        if kind == _BINARY:
            return self._bytes(self._number())
        if kind in _LISTS:
            return self._list()
        if kind == _STRUCT:
            return self.struct()
        raise ValueError(f"thrift type {kind} is not one that Parquet uses")

    def _list(self) -> List:
        head = self._byte()
        count, kind = head >> 4, head & 15
        count = self._number() if count == _LONG_LIST else count
        return List(kind, [self._byte() if kind in (_TRUE, _FALSE) else self._value(kind) for _ in range(count)])

    def _byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1]

    def _bytes(self, count: int) -> bytes:
        self._at += count
        return self._data[self._at - count : self._at]

    def _number(self) -> int:
        found = shift = 0
        while True:
            byte = self._byte()
            found |= (byte & 127) << shift
            if byte < 128:
                return found
            shift += 7

    def _integer(self) -> int:
        found = self._number()
        return (found >> 1) ^ -(found & 1)


def _put_struct(out: bytearray, struct: Struct) -> None:
    last = 0
    for field in struct:
        step = field.number - last
        if 0 < step < 16:
            out.append(step << 4 | field.type)
        else:
            out.append(field.type)
            _put_integer(out, field.number)
        last = field.number
        if field.type not in (_TRUE, _FALSE):
            _put(out, field.type, field.value)
    out.append(0)


def _put(out: bytearray, kind: int, value: Any) -> None:
    if kind in (_TRUE, _FALSE, _BYTE):
        out.append(value)
    elif kind in _INTEGERS:
        _put_integer(out, value)
    elif kind == _DOUBLE:
        out += value
    elif kind == _BINARY:
        _put_number(out, len(value))
        out += value
    elif kind == _STRUCT:
        _put_struct(out, value)
    else:
        count = len(value.values)
        out.append(min(count, _LONG_LIST) << 4 | value.type)
        if count >= _LONG_LIST:
            _put_number(out, count)
        for one in value.values:
            _put(out, value.type, one)


def _put_number(out: bytearray, number: int) -> None:
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)


def _put_integer(out: bytearray, number: int) -> None:
    _put_number(out, number << 1 if number >= 0 else (-number << 1) - 1)
