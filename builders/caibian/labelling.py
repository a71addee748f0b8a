"""Step 4, label: articles and paragraphs -> topics, each with its evidence. The only door to caibian_labels."""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import overload

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

import caibian_labels
from caibian.errors import ConfigError
from caibian.schema import EVIDENCE, LABEL, SPAN, plus
from caibian_labels import Document, Labeller, Taxonomy, TaxonomyError, load_taxonomy
from caibian_labels.change import Rules, rules, touching
from caibian_labels.columns import Verdicts, label_columns
from caibian_labels.taxonomy import TOPICS

__all__ = [
    "NEEDED",
    "TOPICS",
    "Gold",
    "Labeller",
    "Rules",
    "Taxonomy",
    "has_any",
    "label",
    "problems",
    "rules",
    "taxonomy",
    "touching",
]
NEEDED = ("id", "title", "paragraphs", "words", "publisher", "section", "given_labels", "dropped")
Gold = Mapping[str, list[str] | None]
Counts = npt.NDArray[np.integer]
Bools = npt.NDArray[np.bool_]


def taxonomy(folder: Path | None) -> Taxonomy:
    """Return the taxonomy in a folder, ours by default. Raises ConfigError for a bad one."""
    try:
        return load_taxonomy(folder)
    except TaxonomyError as error:
        raise ConfigError(*error.problems) from None


def problems(taxonomy: Path) -> list[str]:
    """Return what is wrong with a user's topic files, a line each: their form, their words, their examples."""
    return caibian_labels.problems(taxonomy)


def has_any(rows: pa.Table, words: Sequence[str]) -> Bools:
    """Return whether any of the words stands in a row's title, paragraphs, publisher or section."""
    found = np.zeros(len(rows), np.bool_)
    if not words:
        return found
    pattern = "|".join(map(re.escape, words))
    for name in ("title", "publisher", "section"):
        found |= _matches(rows[name].combine_chunks(), pattern)
    paragraphs = rows["paragraphs"].combine_chunks()
    found[pc.list_parent_indices(paragraphs).filter(pa.array(_matches(paragraphs.flatten(), pattern)))] = True
    return found


def _matches(texts: pa.Array, pattern: str) -> Bools:
    found: Bools = pc.fill_null(pc.match_substring_regex(texts, pattern), False).to_numpy(zero_copy_only=False)
    return found


def label(rows: pa.Table, *, by: Labeller | None, gold: Gold) -> pa.Table:
    """Return `rows` with LABEL columns, computed from the columns NEEDED.

    People's labels (`gold`, by id) outrank the source's own, which outrank the rules; `by` None applies no rule.
    Dropped rows are not judged.
    """
    kept = rows["dropped"].combine_chunks().is_null()
    if by is None or not pc.any(kept).as_py():
        columns = {field.name: pa.nulls(len(rows), field.type) for field in LABEL}
    elif pc.all(kept).as_py():
        columns = _by_rules(rows, by)
    else:
        # A row that is not judged takes nothing from the judged ones: null.
        place = pc.if_else(kept, pc.add(pc.cumulative_sum(kept.cast(pa.int32())), -1), pa.scalar(None, pa.int32()))
        columns = {name: column.take(place) for name, column in _by_rules(rows.filter(kept), by).items()}
    topics, source = _outranked(rows, kept, columns["topics"], columns["label_source"], gold)
    new = [topics, source, *(columns[name] for name in LABEL.names[2:])]
    return pa.table([*rows.columns, *new], schema=plus(rows.schema, LABEL))


def _by_rules(rows: pa.Table, by: Labeller) -> dict[str, pa.Array]:
    """Return the LABEL columns of rows that are all judged."""
    documents = _documents(rows)
    topics, functions = pa.array(by.taxonomy.ids, pa.string()), pa.array(by.function_names, pa.string())
    evidence = partial(_evidence, topics=topics, functions=functions)
    parts, first = [], 0
    for batch in label_columns(by, documents):
        here = documents[first : first + batch.documents]
        first += batch.documents
        paragraphs = np.array([len(document.paragraphs) for document in here], np.int32)
        articles, shown = batch.of_documents, batch.of_documents.where(batch.of_documents.published)
        inner = batch.of_paragraphs.where(batch.of_paragraphs.published)
        parts.append(
            [
                _lists(_counts(shown, batch.documents), topics.take(pa.array(shown.topic))),
                pa.array(["rules"] * batch.documents, pa.string()),
                evidence(articles, batch.documents),
                _lists(paragraphs, _lists(_counts(inner, batch.paragraphs), topics.take(pa.array(inner.topic)))),
                _lists(paragraphs, evidence(inner, batch.paragraphs)),
            ]
        )
    return {name: pa.concat_arrays(arrays) for name, *arrays in zip(LABEL.names, *parts, strict=True)}


def _evidence(verdicts: Verdicts, units: int, *, topics: pa.Array, functions: pa.Array) -> pa.Array:
    """Return a list of EVIDENCE a unit."""
    fields = EVIDENCE.value_type
    places = [pa.array(column.astype(np.int32)) for column in (verdicts.paragraph, verdicts.start, verdicts.end)]
    columns = [
        topics.take(pa.array(verdicts.topic)),
        pa.array(verdicts.probability.astype(np.float32)),
        _lists(np.diff(verdicts.function_offset), functions.take(pa.array(verdicts.function))),
        _lists(np.diff(verdicts.span_offset), pa.StructArray.from_arrays(places, fields=list(SPAN))),
    ]
    return _lists(_counts(verdicts, units), pa.StructArray.from_arrays(columns, fields=list(fields)))


def _counts(verdicts: Verdicts, units: int) -> Counts:
    return np.bincount(verdicts.unit, minlength=units)


def _lists(counts: Counts, values: pa.Array) -> pa.ListArray:
    offsets = np.concatenate(([0], np.cumsum(counts)), dtype=np.int32)
    return pa.ListArray.from_arrays(offsets, values, type=pa.list_(values.type))


def _documents(rows: pa.Table) -> list[Document]:
    columns = [rows[name].to_pylist() for name in ("title", "publisher", "section")]
    paragraphs, words = (rows[name].combine_chunks() for name in ("paragraphs", "words"))
    texts, cuts = paragraphs.flatten().to_pylist(), words.flatten()
    ends, last = (np.cumsum(pc.fill_null(lists.value_lengths(), 0)).tolist() for lists in (paragraphs, words))
    return [
        Document(title, texts[start:end], _Words(cuts, before, after), publisher, section)
        for title, publisher, section, start, end, before, after in zip(
            *columns, [0, *ends], ends, [0, *last], last, strict=False
        )
    ]


class _Words(Sequence[Sequence[str]]):
    """The words of a document's paragraphs, made to strings where they are asked for: few paragraphs are."""

    __slots__ = ("_all", "_start", "_stop")

    def __init__(self, paragraphs: pa.ListArray, start: int, stop: int) -> None:
        self._all, self._start, self._stop = paragraphs, start, stop

    def __len__(self) -> int:
        return self._stop - self._start

    @overload
    def __getitem__(self, position: int) -> Sequence[str]: ...
    @overload
    def __getitem__(self, position: slice) -> list[Sequence[str]]: ...
    def __getitem__(self, position: int | slice) -> Sequence[str] | list[Sequence[str]]:
        if isinstance(position, slice):
            return [self[number] for number in range(len(self))[position]]
        words: list[str] = self._all[range(self._start, self._stop)[position]].as_py()
        return words


def _outranked(
    rows: pa.Table, kept: pa.Array, topics: pa.Array, source: pa.Array, gold: Gold
) -> tuple[pa.Array, pa.Array]:
    """Return topics and their source with the source's own labels and people's in place of the rules'."""
    given, ids = rows["given_labels"].combine_chunks(), rows["id"].combine_chunks()
    known = pc.is_in(ids, value_set=pa.array(list(gold), pa.string()))
    better = pc.and_(kept, pc.or_(given.is_valid(), known))
    if not pc.any(better).as_py():
        return topics, source
    names, sources = topics.to_pylist(), source.to_pylist()
    for row in np.flatnonzero(better.to_numpy(zero_copy_only=False)).tolist():
        key = ids[row].as_py()
        names[row], sources[row] = (gold[key], "gold") if key in gold else (given[row].as_py(), "source")
    return pa.array(names, topics.type), pa.array(sources, source.type)
