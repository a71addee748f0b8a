"""Proof that a dataset folder is as it was published."""

import hashlib
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from caibian.errors import DataError
from caibian.publish import features, manifest
from caibian.publish.digest import content_digest, row_hashes, schema_sha256
from caibian.publish.front import DIGEST_SHOWN
from caibian.publish.index import LABEL_COLUMNS, batches
from caibian.publish.leaks import leak_problems
from caibian.publish.seal import seal_problems

Manifest = Mapping[str, Any]


def verify(folder: Path) -> list[str]:
    """Return what is wrong with a dataset folder, one line a problem; [] where it is as it was published.

    Card, manifest and files are held against each other's hashes; then the rows are held against theirs, with schema,
    counts, labels and clusters; then `datasets` loads the folder. Raises DataError where it is no dataset of ours.
    """
    record = manifest.read(folder)
    try:
        problems = seal_problems(folder, record) + _file_problems(folder, record)
        problems += _row_problems(folder, record) + _card_problems(folder, record)
        problems += _loading_problems(folder, record)
    except (KeyError, TypeError, AttributeError) as error:
        return [f"{manifest.MANIFEST}: lacks what a manifest holds ({type(error).__name__}: {error}); it was edited"]
    return list(dict.fromkeys(problems))


def _file_problems(folder: Path, record: Manifest) -> list[str]:
    problems = []
    listed = {file["path"] for file in record["files"]} | {manifest.MANIFEST, manifest.CARD}
    present = set(manifest.visible_files(folder))
    problems += [f"{path}: is missing" for path in sorted(listed - present)]
    problems += [f"{path}: is not in {manifest.MANIFEST}" for path in sorted(present - listed)]
    for file in record["files"]:
        if file["path"] in present and manifest.file_sha256(folder / file["path"]) != file["sha256"]:
            problems.append(f"{file['path']}: has other bytes than were published")
    return problems


def _row_problems(folder: Path, record: Manifest) -> list[str]:
    problems: list[str] = []
    digests: dict[str, dict[str, str]] = {}
    for config, entry in record["configs"].items():
        digests[config] = {}
        for split, part in entry["splits"].items():
            total = hashlib.sha256()
            rows = 0
            for file in _files(record, config, split):
                found, wrong = _file_rows(folder, file, total, entry["schema_sha256"], len(record["labels"]))
                rows += found
                problems += wrong
            digests[config][split] = total.hexdigest()
            if rows != part["rows"]:
                problems.append(f"{config}/{split}: has {rows} rows, not the {part['rows']} published")
            if digests[config][split] != part["rows_sha256"]:
                problems.append(f"{config}/{split}: has other rows, or another order, than were published")
    shapes = {config: entry["schema_sha256"] for config, entry in record["configs"].items()}
    if content_digest(shapes, digests) != record["content_sha256"]:
        problems.append(f"{manifest.MANIFEST}: its content sha256 is not that of the rows")
    return problems + leak_problems(folder, record["files"])


def _files(record: Manifest, config: str, split: str) -> list[Manifest]:
    return [file for file in record["files"] if (file.get("config"), file.get("split")) == (config, split)]


def _file_rows(folder: Path, file: Manifest, total: Any, schema: str, labels: int) -> tuple[int, list[str]]:
    """Add a file's row hashes to `total`; return its number of rows and its problems."""
    rows, problems = 0, []
    own = hashlib.sha256()
    path = folder / file["path"]
    try:
        if schema_sha256(pq.read_schema(path)) != schema:
            problems.append(f"{file['path']}: has other columns than {manifest.MANIFEST} says")
        for batch in batches(path):
            hashes = row_hashes(batch)
            total.update(hashes)
            own.update(hashes)
            rows += batch.num_rows
            problems += _label_problems(file["path"], batch, labels)
    except (OSError, pa.ArrowException) as error:
        return rows, [*problems, f"{file['path']}: cannot be read: {_first_line(error)}"]
    if rows != file["rows"]:
        problems.append(f"{file['path']}: has {rows} rows, not the {file['rows']} published")
    if own.hexdigest() != file["rows_sha256"]:
        problems.append(f"{file['path']}: has other rows than were published")
    return rows, problems


def _label_problems(path: str, rows: pa.Table, labels: int) -> list[str]:
    for name in set(LABEL_COLUMNS) & set(rows.column_names):
        ids = rows[name]
        bounds = pc.min_max(pc.list_flatten(ids) if pa.types.is_list(ids.type) else ids)
        low, high = bounds["min"].as_py(), bounds["max"].as_py()
        if low is not None and (low < 0 or high >= labels):
            return [f"{path}: has a label id outside 0 to {labels - 1}"]
    return []


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _card_problems(folder: Path, record: Manifest) -> list[str]:
    """Return whether the card names the rows: `datasets` would take them from its cache otherwise."""
    stated = f"description: content sha256 {record['content_sha256'][:DIGEST_SHOWN]}\n".encode()
    path = folder / manifest.CARD
    count = path.read_bytes().count(stated) if path.is_file() else 0
    if count == len(record["configs"]):
        return []
    return [f"{manifest.CARD}: does not state the content sha256 of each config"]


def _loading_problems(folder: Path, record: Manifest) -> list[str]:
    rows = {
        config: {split: part["rows"] for split, part in entry["splits"].items()}
        for config, entry in record["configs"].items()
    }
    first = {file["config"]: file["path"] for file in reversed(record["files"]) if "config" in file}
    try:
        schemas = {config: pq.read_schema(folder / path) for config, path in first.items()}
    except (OSError, pa.ArrowException):
        return []  # said already
    with tempfile.TemporaryDirectory(prefix="caibian-") as cache:
        return features.load_problems(folder, rows, schemas, cache=Path(cache))


def is_intact(folder: Path) -> bool:
    """Return whether the files of a folder have the bytes that its manifest says, without looking at rows."""
    try:
        record = manifest.read(folder)
        return not seal_problems(folder, record) and not _file_problems(folder, record)
    except (DataError, OSError, KeyError, TypeError):
        return False
