"""What an earlier build wrote, for the next one to copy: of each file, what its columns beside the labels came from.

A note is a file in the folder of shards, named after a key of the rows' shards, places and options: all that those
columns depend on. It says where the file is, and what it was when it was whole.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from caibian import shards
from caibian.publish.digest import HASH_BYTES
from caibian.publish.manifest import file_sha256

_ENDING = ".written"


@dataclass(frozen=True, slots=True)
class Written:
    """A published file: its path in its version's folder, its SHA-256, and of its rows' columns beside the labels the
    number of bytes as they are hashed, and the hashes.
    """

    path: str
    sha256: str
    size: int
    hashes: bytes

    def of_rows(self, start: int, count: int) -> bytes:
        """Return the hashes of some rows."""
        return self.hashes[start * HASH_BYTES : (start + count) * HASH_BYTES]


def note(cache: Path, key: str, version: str, written: Written) -> Path:
    """Write down what was written under a key, and return where; of each version the last counts."""
    path = cache / f"{key}-{version}{_ENDING}"
    head = {"path": f"{version}/{written.path}", "sha256": written.sha256, "size": written.size}
    told = json.dumps(head).encode() + b"\n" + written.hashes
    shards.write_bytes(path, hashlib.sha256(told).digest() + told)
    return path


def of_all_versions(path: Path) -> list[Path]:
    """Return a note and those of other versions under its key, which serve where this version is taken away."""
    return sorted(path.parent.glob(f"{path.name.partition('-')[0]}-*{_ENDING}"))


def find(cache: Path, key: str) -> Path | None:
    """Return the note of a file that was written under a key and is as it was; None where there is none."""
    for path in sorted(cache.glob(f"{key}-*{_ENDING}")):
        try:
            file, written = read(path)
            if file_sha256(file) == written.sha256:
                return path
        except (OSError, ValueError):
            continue  # the version is gone or was never finished, or the machine crashed when the note was written
    return None


def read(path: Path) -> tuple[Path, Written]:
    """Return the file that a note is about, and what was noted. Raises ValueError where the note is damaged."""
    stored = path.read_bytes()
    digest, told = stored[:HASH_BYTES], stored[HASH_BYTES:]
    if hashlib.sha256(told).digest() != digest:
        raise ValueError(f"{path}: is not as it was written")
    head, _, hashes = told.partition(b"\n")
    written = Written(**json.loads(head), hashes=hashes)
    return path.parent.parent / written.path, written
