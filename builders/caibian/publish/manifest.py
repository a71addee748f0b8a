"""manifest.json: what is in the folder, what it was made of, and the hashes that bind both to the card.

Each file but the manifest and the card is in the manifest with its SHA-256. The card states the manifest's SHA-256;
the manifest holds the card's, taken with that statement blanked. So an edit of any one file shows.
"""

import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa

import caibian
from caibian.errors import DataError
from caibian.publish.digest import chain, content_digest, schema_sha256
from caibian.publish.facts import Facts, FileInfo

FORMAT = 3  # of the manifest itself
MANIFEST, CARD, CROISSANT = "manifest.json", "README.md", "croissant.json"
BLANK = "0" * 64  # stands in the card for the manifest's hash while the card is hashed
# Packages that decide what is in the rows or in the files.
_PACKAGES = (
    *("pyarrow", "datasets", "numpy", "jieba", "opencc", "resiliparse", "fastwarc", "ahocorasick_rs"),
    *("scikit-learn", "scipy", "skops"),
)
_MAX_MANIFEST = 1 << 30  # bytes; more than a million files, and no manifest of ours


def split_digests(work: Path, files: Sequence[FileInfo]) -> dict[str, dict[str, str]]:
    """Return the digest of each split's rows in order, from the row hashes written beside the files."""
    found: dict[str, dict[str, str]] = {}
    for file in files:
        found.setdefault(file.config, {}).setdefault(file.split, "")
    for config, splits in found.items():
        for split in splits:
            paths = [
                work / f"{config}-{Path(file.path).name}.hashes"
                for file in files
                if (file.config, file.split) == (config, split)
            ]
            splits[split] = chain(path.read_bytes() for path in paths)
    return found


def build(
    facts: Facts, files: Sequence[FileInfo], schemas: Mapping[str, pa.Schema], splits: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    """Return the manifest, but for the hashes of files that are written later."""
    shapes = {config: schema_sha256(schema) for config, schema in schemas.items()}
    labels = facts.labels
    return {
        "format": FORMAT,
        "name": facts.config["name"],
        "version": facts.config["version"],
        "content_sha256": content_digest(shapes, splits),
        "task": labels.task,
        "labels": [
            {"name": name, "zh": _at(labels.zh, number), "en": _at(labels.en, number)}
            for number, name in enumerate(labels.names)
        ],
        "configs": {
            config: {
                "columns": [{"name": field.name, "type": str(field.type)} for field in schema],
                "schema_sha256": shapes[config],
                "splits": {
                    split: {"rows": _rows(files, config, split), "rows_sha256": digest}
                    for split, digest in splits[config].items()
                },
            }
            for config, schema in schemas.items()
        },
        "funnel": dict(facts.funnel),
        "topics": facts.topics,
        "repairs": facts.repairs,
        "splits": facts.splits,
        "gold": facts.gold,
        "baseline": facts.baseline,
        "config": facts.config,
        "sources": [asdict(source) for source in facts.sources],
        "made_with": _versions(facts.versions),
    }


def digests(record: Mapping[str, Any], config: str) -> object:
    """Return what is equal only for configs of equal rows, columns and labels; None where there is no such config."""
    entry = record["configs"].get(config)
    if entry is None:
        return None
    return entry["schema_sha256"], {split: part["rows_sha256"] for split, part in entry["splits"].items()}


def listed(folder: Path, files: Sequence[FileInfo]) -> list[dict[str, Any]]:
    """Return the manifest's entries for the visible files of the folder, but for the manifest and the card."""
    known = {file.path: file for file in files}
    found = []
    for path in visible_files(folder):
        if path in {MANIFEST, CARD}:
            continue
        file = known.get(path)
        if file is None:
            found.append({"path": path, "sha256": file_sha256(folder / path), "size": (folder / path).stat().st_size})
        else:
            found.append({"path": path, **{key: value for key, value in asdict(file).items() if key != "path"}})
    return found


def visible_files(folder: Path) -> list[str]:
    """Return the relative paths of the files in `folder` without hidden ones, sorted."""
    paths = (path.relative_to(folder) for path in folder.rglob("*") if not path.is_dir())
    return sorted(path.as_posix() for path in paths if not any(part.startswith(".") for part in path.parts))


def as_bytes(manifest: Mapping[str, Any]) -> bytes:
    """Return the manifest as it is stored."""
    return (json.dumps(manifest, ensure_ascii=False, indent=1, default=str) + "\n").encode("utf-8", "replace")


def read(folder: Path) -> dict[str, Any]:
    """Return the manifest of a dataset folder; raises DataError where there is none that can be read."""
    path = folder / MANIFEST
    try:
        if path.stat().st_size > _MAX_MANIFEST:
            raise DataError(f"{path}: is too large for a manifest")
        manifest = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise DataError(f"{folder}: is no dataset of ours; it has no {MANIFEST}") from None
    except NotADirectoryError:
        raise DataError(f"{folder}: is a file; give the folder of a dataset's version") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise DataError(f"{path}: is no valid JSON; it was edited or cut short") from None
    if not isinstance(manifest, dict) or "format" not in manifest:
        raise DataError(f"{path}: is no manifest of ours")
    if manifest["format"] != FORMAT:
        found = f"is no manifest of format {FORMAT} but of {manifest['format']!r}, by another version of caibian"
        raise DataError(f"{path}: {found}; build the dataset again, into another --out")
    return manifest


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _rows(files: Sequence[FileInfo], config: str, split: str) -> int:
    return sum(file.rows for file in files if (file.config, file.split) == (config, split))


def _at(titles: Sequence[str], number: int) -> str | None:
    return titles[number] if number < len(titles) else None


def _versions(further: Mapping[str, str]) -> dict[str, str]:
    found = {"caibian": caibian.__version__, "python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found | dict(further)


def same(one: Path, other: Path) -> bool:
    """Return whether two folders have the same manifest and card, and so the same files."""
    return all((one / name).read_bytes() == (other / name).read_bytes() for name in (MANIFEST, CARD))
