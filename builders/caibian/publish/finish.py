"""From a draft with rows to a version: card, manifest, Croissant, proof, rename."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from caibian.errors import DataError
from caibian.publish import manifest, store, versions
from caibian.publish.card import write_card
from caibian.publish.croissant import write_croissant
from caibian.publish.draft import Draft, writing
from caibian.publish.facts import Facts, FileInfo, Published, State
from caibian.publish.leaks import leak_problems
from caibian.publish.seal import seal
from caibian.publish.verify import is_intact


def finish(draft: Draft, files: Sequence[FileInfo], facts: Facts) -> Published:
    """Write what describes the draft, prove it, and make it the version, here or in a store; return where it is.

    Files that others put into the draft (a baseline, a report) become part of it. An existing version of equal rows
    keeps its place, with new metadata where that changed. Raises DataError where it has other rows or where the
    version's number does not fit what changed, naming the due one, and where the disk cannot be written; then
    nothing visible has changed.
    """
    with writing(draft.folder):
        schemas = {file.config: pq.read_schema(draft.folder / file.path) for file in files}
        splits = manifest.split_digests(draft.work, files)
        record = manifest.build(facts, files, schemas, splits)
        digest: str = record["content_sha256"]
        _describe(draft.folder, files, facts, schemas, record)
        if problems := leak_problems(draft.folder, record["files"]):
            raise DataError(f"{draft.place}: was not published: {'; '.join(problems)}")
        with store.naming(draft.shelf, draft.store):
            store.shelve(draft, digest)
            versions.require_due(draft, digest)
        state = _place(draft)
    rows = {
        config: {split: part["rows"] for split, part in entry["splits"].items()}
        for config, entry in record["configs"].items()
    }
    return Published(draft.place, state, digest, rows)


def _describe(
    folder: Path,
    files: Sequence[FileInfo],
    facts: Facts,
    schemas: Mapping[str, pa.Schema],
    record: dict[str, Any],
) -> None:
    """Write Croissant, card and manifest, the later ones bound to the earlier."""
    text = "text" in schemas["articles"].names
    masks = facts.config.get("publish", {}).get("mask", ())
    card = write_card(facts, files, schemas, record["content_sha256"], text=text, masks=masks)
    (folder / manifest.CROISSANT).write_bytes(write_croissant(facts, schemas))
    record["files"] = manifest.listed(folder, files)
    seal(folder, card, record)


def _place(draft: Draft) -> State:
    """Make the draft the visible version; the existing one, of equal rows, gives way only to other metadata.

    In a store nothing gives way: there, to replace a folder is not one step.
    """
    shutil.rmtree(draft.work)
    if draft.store is not None:
        return store.upload(draft.folder, draft.place)
    if not draft.target.exists():
        draft.folder.rename(draft.target)
        return "published"
    if manifest.same(draft.folder, draft.target) and is_intact(draft.target):
        return "unchanged"
    draft.target.rename(draft.replaced)
    draft.folder.rename(draft.target)
    shutil.rmtree(draft.replaced)
    return "replaced"
