"""Step 4, label: articles and paragraphs -> topics, each with its evidence. The only door to caibian_labels."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

import caibian_labels
from caibian import cuts
from caibian.errors import ConfigError
from caibian.schema import EVIDENCE, LABEL, SPAN, plus
from caibian_labels import Labeller, Taxonomy, TaxonomyError, load_taxonomy
from caibian_labels.change import Rules, rules, touching
from caibian_labels.columns import Columns, Verdicts, label_columns
from caibian_labels.layout import PUBLISHER, SECTION, Segments
from caibian_labels.taxonomy import TOPICS
from caibian_labels.topic_file import MAX_BYTES

__all__ = [
    "MAX_BYTES",
    "NEEDED",
    "TOPICS",
    "Gold",
    "Labeller",
    "Rules",
    "Taxonomy",
    "columns",
    "has_any",
    "label",
    "problems",
    "rules",
    "taxonomy",
    "touching",
]
NEEDED = ("id", "title", "paragraphs", "words", "publisher", "section", "given_labels", "dropped")
TEXTS = ("title", "paragraphs", "words", "publisher", "section")
BATCH_BYTES = 3_000_000  # of text labelled at once: enough to hide numpy's cost a call, little enough for a cache
Gold = Mapping[str, list[str]]
Counts = npt.NDArray[np.integer]
Bools = npt.NDArray[np.bool_]


def taxonomy(folder: Path | None) -> Taxonomy:
    """Return the taxonomy in a folder, ours by default. Raises ConfigError for a bad one."""
    try:
        return load_taxonomy(folder)
    except TaxonomyError as error:
        raise ConfigError(*error.problems) from None


def problems(taxonomy: Path, *, threshold: float) -> list[str]:
    """Return what is wrong with a user's topic files, a line each: their form, their words, their examples."""
    return caibian_labels.problems(taxonomy, threshold=threshold)


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


def columns(by: Labeller | None) -> tuple[str, ...]:
    """Return which of the columns NEEDED a labeller looks at; None takes the labels that are there."""
    left_out = TEXTS if by is None else () if by.needs_words else ("words",)
    return tuple(name for name in NEEDED if name not in left_out)


def label(rows: pa.Table, *, by: Labeller | None, gold: Gold) -> pa.Table:
    """Return `rows` with LABEL columns, computed from `columns(by)`; `words` may also be their lengths.

    People's labels (`gold`, by id) outrank the source's own, which outrank the rules; `by` None applies no rule.
    Dropped rows are not judged.
    """
    kept = rows["dropped"].combine_chunks().is_null()
    if by is None or not pc.any(kept).as_py():
        found = {field.name: pa.nulls(len(rows), field.type) for field in LABEL}
    else:
        found = _by_rules(rows, kept, by)
    topics, source = _outranked(rows, kept, found["topics"], found["label_source"], gold)
    new = [topics, source, *(found[name] for name in LABEL.names[2:])]
    return pa.table([*rows.columns, *new], schema=plus(rows.schema, LABEL))


def _by_rules(rows: pa.Table, kept: pa.BooleanArray, by: Labeller) -> dict[str, pa.Array]:
    """Return the LABEL columns; what is not kept takes nothing from the judged rows: null."""
    judged = rows.select([name for name in columns(by) if name in TEXTS]).filter(kept).combine_chunks()
    judged = cuts.to_strings(judged)
    names = (pa.array(by.taxonomy.ids, pa.string()), pa.array(by.function_names, pa.string()))
    batches = [_parts(label_columns(by, segments), *names) for segments in _segments(judged)]
    of_articles, of_paragraphs = LABEL.names[:1] + LABEL.names[2:3], LABEL.names[3:]
    found = {"label_source": pc.if_else(kept, "rules", pa.scalar(None, pa.string()))}
    paragraphs = _counts(judged["paragraphs"].combine_chunks())
    for name, parts in zip((*of_articles, *of_paragraphs), zip(*batches, strict=True), strict=True):
        counts, values = np.concatenate([one for one, _ in parts]), pa.concat_arrays([one for _, one in parts])
        if name in of_articles:
            found[name] = _lists(counts, values, of=kept)
        else:
            found[name] = _lists(paragraphs, _lists(counts, values), of=kept)
    return found


def _parts(found: Columns, topics: pa.StringArray, functions: pa.StringArray) -> list[tuple[Counts, pa.Array]]:
    """Return topics and evidence of articles, then of paragraphs: how many values each has, and the values."""
    articles, paragraphs = found.of_documents, found.of_paragraphs
    published = np.flatnonzero(articles.published)
    counts = np.bincount(paragraphs.unit, minlength=found.paragraphs)
    return [
        (
            np.bincount(articles.unit.take(published), minlength=found.documents),
            topics.take(pa.array(articles.topic.take(published))),
        ),
        (np.bincount(articles.unit, minlength=found.documents), _evidence(articles, topics, functions)),
        (counts, topics.take(pa.array(paragraphs.topic))),
        (counts, _evidence(paragraphs, topics, functions)),
    ]


def _evidence(verdicts: Verdicts, topics: pa.StringArray, functions: pa.StringArray) -> pa.StructArray:
    """Return the verdicts as values of EVIDENCE."""
    fields = EVIDENCE.value_type
    places = [pa.array(column.astype(np.int32)) for column in (verdicts.paragraph, verdicts.start, verdicts.end)]
    columns = [
        topics.take(pa.array(verdicts.topic)),
        pa.array(verdicts.probability.astype(np.float32)),
        pa.array(verdicts.published),
        _lists(np.diff(verdicts.function_offset), functions.take(pa.array(verdicts.function))),
        _lists(np.diff(verdicts.span_offset), pa.StructArray.from_arrays(places, fields=list(SPAN))),
    ]
    return pa.StructArray.from_arrays(columns, fields=list(fields))


def _counts(lists: pa.ListArray) -> Counts:
    counts: Counts = pc.fill_null(lists.value_lengths(), 0).to_numpy()
    return counts


def _lists(counts: Counts, values: pa.Array, *, of: pa.BooleanArray | None = None) -> pa.ListArray:
    """Return lists of so many of the values each; where `of` is false, null."""
    if of is None:
        return pa.ListArray.from_arrays(cuts.offsets(np.cumsum(counts)), values, type=pa.list_(values.type))
    spread = np.zeros(len(of), np.int64)
    spread[of.to_numpy(zero_copy_only=False)] = counts
    offsets = cuts.offsets(np.cumsum(spread))
    return pa.ListArray.from_arrays(offsets, values, type=pa.list_(values.type), mask=pc.invert(of))


def _segments(rows: pa.Table) -> Iterator[Segments]:
    """Yield the texts of rows as the labeller takes them, some BATCH_BYTES at a time."""
    texts = rows["paragraphs"].combine_chunks()
    ends = cuts.offsets(np.cumsum(pc.binary_length(texts.flatten()).to_numpy())).take(np.cumsum(_counts(texts)))
    titles = np.cumsum(pc.fill_null(pc.binary_length(rows["title"]), 0).to_numpy())
    last = np.flatnonzero(np.diff((ends.astype(np.int64) + titles) // BATCH_BYTES, append=-1))
    for start, stop in pairwise([0, *(last + 1).tolist()]):
        yield _segments_of(rows.slice(start, stop - start))


def _segments_of(rows: pa.Table) -> Segments:
    paragraphs = rows["paragraphs"].combine_chunks()
    texts, owners, places = [], [], []
    for name, place in (("section", -SECTION), ("publisher", -PUBLISHER), ("title", -1)):
        column = rows[name].combine_chunks()
        has = np.flatnonzero(pc.fill_null(pc.binary_length(column), 0).to_numpy())
        texts.append(column.take(pa.array(has)))
        owners.append(has)
        places.append(np.full(len(has), place))
    counts = _counts(paragraphs)
    owners.append(np.repeat(np.arange(len(rows)), counts))
    places.append(np.arange(len(owners[-1])) - np.repeat(np.cumsum(counts) - counts, counts))
    owner = np.concatenate(owners)
    order = np.argsort(owner, kind="stable")
    every = pa.concat_arrays([*texts, paragraphs.flatten()]).take(pa.array(order))
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array([0, len(every)], pa.int32()), every), "\n")
    return Segments(
        text=str(joined.buffers()[2] or b"", "utf-8"),
        chars=pc.utf8_length(every).to_numpy().astype(np.int64),
        document=owner.take(order),
        place=np.concatenate(places).take(order),
        documents=len(rows),
        word_lengths=partial(_word_lengths, rows["words"].combine_chunks() if "words" in rows.column_names else None),
    )


def _word_lengths(words: pa.ListArray | None, row: int, paragraph: int) -> list[int] | None:
    """Return the characters of each word of a paragraph; None where it has none."""
    of_row = None if words is None else words[row].values
    if of_row is None or paragraph >= len(of_row):
        return None
    return [len(word) for word in of_row[paragraph].as_py() or ()]


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
