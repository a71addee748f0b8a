"""Files by path, or by the address that they have in an object store (s3://bucket/key). The only door to fsspec.

fsspec and a store's own library are imported when the first address is seen. Whatever they raise becomes an error of
one line, so that no reader takes a lost connection for a damaged file.
"""

import fnmatch
import io
import os
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from caibian.errors import CaibianError, ConfigError, DataError

Item = TypeVar("Item")
Result = TypeVar("Result")

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_PASSWORD = re.compile(r"[^/]*:[^/]*@")
# A request takes about as long as half a MB on its way: a look at a file's start asks for little, reading on for more.
_FIRST, _MOST = 128 << 10, 4 << 20
_AT_ONCE = 8  # requests under way: more are of little use to a worker, which has the pages to clean as well
_EXTRAS = {"s3": "'caibian[s3]'", "s3a": "'caibian[s3]'"}
_REFUSED = re.compile(r"credential|forbidden|denied|unauthorized|\b40[13]\b", re.IGNORECASE)


def work_folder(out: str, work: Path | None) -> Path:
    """Return the folder of what a build keeps for the next one: `work`, by default `out`, for an address dist."""
    return work or Path("dist" if is_address(out) else out)


class Entry(NamedTuple):
    """What a folder of a store holds, to be asked as os.DirEntry is."""

    name: str
    path: str  # its address
    size: int | None
    folder: bool

    def is_dir(self) -> bool:
        """Return whether it is a folder."""
        return self.folder

    def is_file(self) -> bool:
        """Return whether it is a file."""
        return not self.folder

    def is_symlink(self) -> bool:
        """Return False: stores have no links."""
        return False


def is_address(path: str) -> bool:
    """Return whether a path is an address in a store, such as s3://bucket/key or hf://datasets/owner/name."""
    return _ADDRESS.match(path) is not None


def is_file(path: str) -> bool:
    """Return whether there is a file at a path or an address."""
    if not is_address(path):
        return os.path.isfile(path)
    found = _look(path)
    return found is not None and not found.folder


def is_folder(path: str) -> bool:
    """Return whether there is a folder at a path or an address; in most stores it is one if a file is in it."""
    if not is_address(path):
        return os.path.isdir(path)
    found = _look(path)
    return found is not None and found.folder


def size(path: str) -> int:
    """Return the bytes of the file at a path or an address."""
    if not is_address(path):
        return os.path.getsize(path)
    found = _look(path)
    if found is None or found.size is None:
        raise DataError(f"{path}: no such file, or its store does not say how large it is")
    return found.size


def children(folder: str, pattern: str) -> list[str]:
    """Return the path or address of what a folder holds under names that fit the pattern, sorted."""
    if not is_address(folder):
        return [str(path) for path in sorted(Path(folder).glob(pattern))]
    return sorted(entry.path for entry in entries(folder) if fnmatch.fnmatchcase(entry.name, pattern))


def entries(address: str) -> list[Entry]:
    """Return what a folder of a store holds, sorted by name. Raises DataError where it cannot be listed."""
    with reaching(address):
        disk, path = _disk(address)
        disk.invalidate_cache(path)  # what is remembered may be old, and of millions of files takes much memory
        listed = disk.ls(path, detail=True)
        disk.invalidate_cache(path)
    found = {}
    for info in listed:
        full = str(info["name"]).rstrip("/")
        name = full.rpartition("/")[2]
        if name and full != path.rstrip("/"):  # an empty file can stand for the folder itself
            found[name, info["type"]] = _entry(f"{address.rstrip('/')}/{name}", info)
    return sorted(found.values(), key=lambda entry: (entry.name, entry.folder))


def open_binary(path: str) -> io.BufferedReader:
    """Open the file at a path or an address for reading its bytes; any place in it can be sought.

    Of a file in a store a few MB are held. Raises OSError for a path that cannot be opened; DataError, then and when
    reading on, for an address that cannot be reached.
    """
    if not is_address(path):
        return open(path, "rb")
    return io.BufferedReader(_Stored(path), _MOST)


def read_bytes(address: str) -> bytes | None:
    """Return a small file of a store, None where it is not there."""
    with reaching(address):
        disk, path = _disk(address)
        try:
            return bytes(disk.cat_file(path))
        except FileNotFoundError:
            return None


def sizes(address: str) -> dict[str, int]:
    """Return the bytes of every file below a folder of a store, by its path in it; none if there is no folder."""
    found: dict[str, int] = {}
    waiting = [(entry.name, entry) for entry in (entries(address) if is_folder(address) else ())]
    while waiting:
        path, entry = waiting.pop()
        if entry.folder:
            waiting += [(f"{path}/{inner.name}", inner) for inner in entries(entry.path)]
        else:
            found[path] = entry.size or 0
    return dict(sorted(found.items()))


def put(file: Path, address: str) -> None:
    """Put a file into a store; it appears there as a whole."""
    with reaching(address):
        disk, path = _disk(address)
        disk.put_file(str(file), path)


def put_bytes(address: str, data: bytes) -> None:
    """Put a small file into a store."""
    with reaching(address):
        disk, path = _disk(address)
        disk.pipe_file(path, data)


def create(address: str, data: bytes) -> bool:
    """Put a small file into a store where there is none (If-None-Match), and return whether it was."""
    with reaching(address):
        disk, path = _disk(address)
        try:
            disk.pipe_file(path, data, mode="create")
        except FileExistsError:
            return False
    return True


def remove(address: str) -> None:
    """Remove a file from a store, if it is there."""
    with reaching(address):
        disk, path = _disk(address)
        try:
            disk.rm_file(path)
        except FileNotFoundError:
            return  # another build was quicker


def ahead(function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield function(item) for each item, in order, of a few at once: for what mostly waits for a store."""
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for item in items:
            waiting.append(pool.submit(function, item))
            if len(waiting) >= _AT_ONCE:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


class _Stored(io.RawIOBase):
    """The bytes of a file in a store, a range of them for each request."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._size = size(address)
        self._position, self._asked = 0, _FIRST
        with reaching(address):
            self._disk, self._path = _disk(address)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        position = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if position != self._position:
            self._position, self._asked = max(position, 0), _FIRST
        return self._position

    def readinto(self, buffer: "memoryview[int] | bytearray") -> int:  # type: ignore[override]
        count = min(len(buffer), self._asked, self._size - self._position)
        if count <= 0:
            return 0
        end = self._position + count
        with reaching(self._address):
            data = self._disk.cat_file(self._path, start=self._position, end=end)
        if len(data) != count:
            raise DataError(
                f"{self._address}: gave {len(data):,} of the {count:,} bytes from {self._position:,} on; "
                "did it change while it was read? do it again"
            )
        buffer[:count] = data
        self._position, self._asked = end, min(2 * self._asked, _MOST)
        return count


@contextmanager
def reaching(address: str) -> Iterator[None]:
    """Turn whatever a store's library raises into a DataError: nothing but calls of it belongs in the block."""
    try:
        yield
    except (CaibianError, MemoryError):
        raise
    except FileNotFoundError:
        raise DataError(f"{address}: no such file, folder or bucket") from None
    except Exception as error:  # of any library: boto's, for one, are no OSErrors
        reason = (str(error).strip().splitlines() or [""])[0] or type(error).__name__
        is_refused = isinstance(error, PermissionError) or _REFUSED.search(f"{type(error).__name__} {reason}")
        remedy = (
            "give credentials as its library reads them (AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY "
            "for s3://, `hf auth login` for hf://)"
            if is_refused
            else "is the network up? (AWS_ENDPOINT_URL names another S3 server than Amazon's)"
        )
        raise DataError(f"{address}: cannot be reached: {reason}; {remedy}") from error


def _look(address: str) -> Entry | None:
    """Return what is at an address, None where nothing is."""
    with reaching(address):
        disk, path = _disk(address)
        try:
            info = disk.info(path)
        except FileNotFoundError:
            return None
    return _entry(address, info)


def _entry(address: str, info: dict[str, Any]) -> Entry:
    is_folder = info["type"] == "directory"
    return Entry(address.rpartition("/")[2], address, None if is_folder else info.get("size"), is_folder)


def _disk(address: str) -> tuple[Any, str]:
    """Return fsspec's file system for an address, and the path in it; there is one of each kind in a process."""
    import fsspec

    scheme, _, rest = address.partition("://")
    if _PASSWORD.match(rest):
        raise ConfigError(f"{scheme}://: an address with a password would be shown to others; give it another way")
    try:
        kind = fsspec.get_filesystem_class(scheme.lower())
    except ImportError as error:
        package = _EXTRAS.get(scheme.lower())
        remedy = f"pip install {package}" if package else str(error)
        raise ConfigError(f"{address}: {scheme}:// needs a library that is not installed: {remedy}") from None
    except ValueError:
        raise ConfigError(f"{address}: no store has the scheme {scheme}://; s3:// and hf:// are some") from None
    disk = kind(**kind._get_kwargs_from_urls(address))
    return disk, str(disk._strip_protocol(address))
