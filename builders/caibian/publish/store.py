"""Versions in an object store: copied here to be read, and put there so that none is ever seen half.

A version is there when its manifest is, and that is put last, and only where there is none. First of all a claim is
put in the same way. It holds the manifest's hash: so two builds never mix their files in one version, and a build
that was killed while it uploaded goes on where the same one is started again.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from caibian import storage
from caibian.errors import ConfigError, DataError
from caibian.publish import manifest, versions
from caibian.publish.diff import COMPARED
from caibian.publish.draft import Draft, writing
from caibian.publish.facts import State

CLAIM = ".upload"
_COMPARED = (manifest.MANIFEST, *(f"data/{config}/" for config in COMPARED))


@contextmanager
def at_hand(dataset: str, *, only: tuple[str, ...] = ("",)) -> Iterator[Path]:
    """Give the folder of a version: itself, or of one in a store a copy that lasts as long as the block.

    Of a copy, files whose path starts with one of `only`. Errors name the address. Raises DataError where the store
    has no such version.
    """
    if not storage.is_address(dataset):
        yield Path(dataset)
        return
    address = dataset.rstrip("/")
    with tempfile.TemporaryDirectory(prefix="caibian-") as parent:
        folder = Path(parent) / address.rpartition("/")[2]
        with naming(folder, address):
            with writing(folder):
                _copy(address, folder, only=(manifest.MANIFEST, *only))
            yield folder


@contextmanager
def naming(folder: Path, address: str | None) -> Iterator[None]:
    """Let errors name the address that the user gave, and not where its copy is; None: it is no copy."""
    try:
        yield
    except DataError as error:
        if address is None:
            raise
        raise DataError(str(error).replace(str(folder), address)) from error.__cause__


def require_writable(address: str) -> None:
    """Raise before the work, and not after it, where nothing can be put into a store."""
    if address.lower().startswith("hf://"):
        raise ConfigError(f"--out {address}: build into a folder, then `build-dataset push` it: that is one commit")
    probe = f"{address}/.writable"
    storage.put_bytes(probe, b"")
    storage.remove(probe)


def shelve(draft: Draft, digest: str) -> None:
    """Copy onto the draft's shelf what decides whether it may be published: the same version, or the one before.

    Where the rows are those of `digest`, the manifest says all.
    """
    if draft.store is None or not storage.is_folder(draft.store):
        return
    for name in versions.down_from(draft.version, [entry.name for entry in storage.entries(draft.store)]):
        address, folder = f"{draft.store}/{name}", draft.shelf / name
        if storage.is_file(f"{address}/{manifest.MANIFEST}"):
            _copy(address, folder, only=(manifest.MANIFEST,))
            if manifest.read(folder)["content_sha256"] != digest:
                _copy(address, folder, only=_COMPARED)
            return


def upload(folder: Path, address: str) -> State:
    """Put a finished folder into a store as the version at `address`, which appears as a whole or not at all.

    Raises DataError where the version is there with other bytes, where another build is writing it, and where files
    that are of no version are in the way.
    """
    paths = manifest.visible_files(folder)
    stored = (folder / manifest.MANIFEST).read_bytes()
    if storage.is_file(f"{address}/{manifest.MANIFEST}"):
        return _settled(address, stored)
    _claim(address, stored)
    present = storage.sizes(address)
    if manifest.MANIFEST in present:
        return _settled(address, stored)
    if strays := sorted(path for path in present if path not in {*paths, CLAIM}):
        raise DataError(f"{address}: holds {strays[0]}, which is of no version; remove it, or choose another --out")
    for path in sorted(paths, key=lambda path: path == manifest.CARD):  # what a reader starts from last
        if path != manifest.MANIFEST:
            storage.put(folder / path, f"{address}/{path}")
    _require_whole(folder, address)
    _claim(address, stored)
    if not storage.create(f"{address}/{manifest.MANIFEST}", stored):
        return _settled(address, stored)
    storage.remove(f"{address}/{CLAIM}")
    return "published"


def _claim(address: str, stored: bytes) -> None:
    """Make sure that no build of other bytes writes the version."""
    claim = hashlib.sha256(stored).hexdigest().encode()
    if not storage.create(f"{address}/{CLAIM}", claim) and storage.read_bytes(f"{address}/{CLAIM}") != claim:
        raise DataError(
            f"{address}: another build is writing this version, or one was ended while it did; wait for it, or if "
            f"none is at work remove {address}/ and build again"
        )


def _require_whole(folder: Path, address: str) -> None:
    """Raise DataError where a store that said yes to a file does not have it."""
    present = storage.sizes(address)
    for path in manifest.visible_files(folder):
        if path != manifest.MANIFEST and present.get(path) != (folder / path).stat().st_size:
            raise DataError(f"{address}/{path}: was put and is not there as a whole; build again")


def _settled(address: str, stored: bytes) -> State:
    """Return "unchanged" where the version that is there has our manifest, and so our files; raise DataError else."""
    present = storage.read_bytes(f"{address}/{manifest.MANIFEST}")
    if storage.read_bytes(f"{address}/{CLAIM}") == hashlib.sha256(stored).hexdigest().encode():
        storage.remove(f"{address}/{CLAIM}")
    if present == stored:
        return "unchanged"
    raise DataError(
        f"{address}: exists, with other metadata or of another build just now; what is in a store is not replaced, so "
        "raise the version (its PATCH where the rows are the same)"
    )


def _copy(address: str, folder: Path, *, only: tuple[str, ...]) -> None:
    """Copy the visible files of a version whose path starts with one of `only`."""
    paths = storage.sizes(address)
    if manifest.MANIFEST not in paths:
        raise DataError(f"{address}: is no dataset of ours; it has no {manifest.MANIFEST}")
    for path in paths:
        parts = path.split("/")
        if ".." in parts or "\0" in path:
            raise DataError(f"{address}: holds {path!r}, which no folder here can")
        if path.startswith(only) and not any(part.startswith(".") for part in parts):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            with storage.open_binary(f"{address}/{path}") as source, (folder / path).open("wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
