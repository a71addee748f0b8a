"""Whole builds for tests of engines and of resuming: a small corpus in many pieces, and what a build left."""

import hashlib
from pathlib import Path
from typing import Any

import orjson
import pytest
from tests.bench.corpora import write_corpus

from caibian import pipeline
from caibian.config import Config
from caibian.local import OnProgress

DOCUMENTS = 400
PIECE_BYTES = 32 << 10  # some 16 pieces


def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut what is read into small pieces, so that there is something to interrupt."""
    monkeypatch.setattr("caibian.loaders.read.pieces.PIECE_BYTES", PIECE_BYTES)


def corpus(folder: Path, *, documents: int = DOCUMENTS) -> Path:
    """Return a JSON Lines file of generated documents."""
    path = folder / f"{documents}.jsonl"
    write_corpus(path, documents)
    return path


def config_of(source: Path) -> Config:
    """Return the config of a build without training, all else by default."""
    return Config.model_validate(
        {"name": "news", "version": "1.0.0", "sources": [{"path": str(source)}], "baseline": None}
    )


def build(source: Path, out: Path, *, on_progress: OnProgress = lambda now: None, **engine: Any) -> pipeline.Summary:
    """Build the corpus into `out` on an engine."""
    return pipeline.build(config_of(source), out=out, on_progress=on_progress, **engine)


def files(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every whole file under a folder, shards of the cache included, by its path in it."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith("."))
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def visible(folder: Path) -> list[str]:
    """Return what a user sees in a folder: nothing hidden."""
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith(".")) if folder.exists() else []


def row_hashes(out: Path) -> str:
    """Return the digest of all rows of the published version."""
    digest: str = orjson.loads((out / "news" / "1.0.0" / "manifest.json").read_bytes())["content_sha256"]
    return digest
