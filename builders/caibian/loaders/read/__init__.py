"""Step 1, read: files in any format and encoding -> one row a document."""

from collections.abc import Iterable, Iterator, Mapping

import pyarrow as pa

from caibian import storage
from caibian.config import Source
from caibian.errors import DataError
from caibian.loaders.read import document, jsonl, parquet, tabular, warc
from caibian.loaders.read.files import File, find
from caibian.loaders.read.pieces import Part, Piece, folder_label, plan
from caibian.loaders.read.record import Origin, Record, to_rows

__all__ = ["File", "Part", "Piece", "find", "plan", "read", "with_file_hashes"]

# A table of a few MB, whether its documents are headlines or pages.
ROWS_AT_A_TIME = 512
CHARS_AT_A_TIME = 4 << 20
SMALL_PAGE = 1 << 20  # bytes; a larger page takes longer on its way than the request for it


def read(piece: Piece) -> Iterator[pa.Table]:
    """Yield the piece's documents as tables of READ columns, in order.

    A document that cannot be used is a row with the reason in `dropped`. Raises DataError where a file cannot be
    read, or lacks the field that holds the text.
    """
    found: list[tuple[Origin, Record]] = []
    chars = 0
    for part, records in zip(piece.parts, _read_parts(piece), strict=True):
        origin = Origin(part.file.name, part.sha256, part.format, _content(piece.source, part.format))
        for record in records:
            found.append((origin, record))
            chars += len(record.raw)
            if len(found) >= ROWS_AT_A_TIME or chars >= CHARS_AT_A_TIME:
                yield to_rows(found)
                found, chars = [], 0
    if found:
        yield to_rows(found)


def with_file_hashes(rows: pa.Table, hashes: Mapping[str, str]) -> pa.Table:
    """Return `rows` with `source_sha256` taken from `hashes`, by the file's name in `source`.

    For rows that were read when other parts of their file were different: a piece's key does not depend on them.
    """
    sources = rows["source"].combine_chunks().dictionary_encode()
    if isinstance(sources, pa.ChunkedArray):
        sources = sources.unify_dictionaries().combine_chunks()
    by_code = pa.array([hashes[name] for name in sources.dictionary.to_pylist()], pa.string())
    position = rows.schema.get_field_index("source_sha256")
    return rows.set_column(position, rows.schema.field(position), by_code.take(sources.indices))


def _content(source: Source, file_format: str) -> str:
    if source.content != "auto":
        return source.content
    return "article" if file_format in ("jsonl", "csv", "tsv", "parquet") else "page"


def _read_parts(piece: Piece) -> Iterator[Iterable[Record]]:
    """Yield the records of each part; small pages in a store, each a request that takes its time, a few at once."""
    if not any(storage.is_address(part.file.path) for part in piece.parts):
        return (_read_part(piece.source, part) for part in piece.parts)

    def records(part: Part) -> Iterable[Record]:
        found = _read_part(piece.source, part)
        return list(found) if part.format in ("text", "html") and part.file.size <= SMALL_PAGE else found

    return storage.ahead(records, piece.parts)


def _read_part(source: Source, part: Part) -> Iterator[Record]:
    """Yield the part's records with labels and split as the source's options say."""
    folder = folder_label(part.file)
    try:
        for record in _records(source, part):
            if source.labels == "folder":
                record.labels = [folder]
            elif source.labels == "rules":
                record.labels = None
            if record.labels is not None:
                record.labels = [source.label_names.get(label, label) for label in record.labels]
            record.split = source.split or record.split
            yield record
    except OSError as error:
        raise DataError(f"{part.file.path}: cannot be read: {error.strerror or error}") from None


def _records(source: Source, part: Part) -> Iterator[Record]:
    """Return the records of one part by the reader of its format."""
    path, fields, labelled = part.file.path, source.fields, source.labels == "field"
    encoding = part.encoding if part.encoding != "auto" else source.encoding
    match part.format:
        case "text" | "html":
            return document.read(path, encoding=encoding)
        case "jsonl":
            return jsonl.read(
                path,
                fields=fields,
                labelled=labelled,
                encoding=encoding,
                start=part.start,
                stop=part.stop,
                first_line=part.first_line,
            )
        case "csv" | "tsv":
            return tabular.read(
                path,
                delimiter=source.delimiter or ("\t" if part.format == "tsv" else ","),
                fields=fields,
                labelled=labelled,
                header=source.header,
                encoding=encoding,
            )
        case "parquet":
            return parquet.read(path, fields=fields, labelled=labelled, start=part.start, stop=part.stop)
        case "warc" | "wet":
            return warc.read(path, encoding=encoding)
        case reason:  # empty, binary: nothing is lost without a row that says so
            return iter([Record(raw="", encoding="", dropped=reason)])
