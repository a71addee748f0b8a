"""A real S3 server on this machine, and what it holds."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

BUCKET = "news-data"


@contextmanager
def serve() -> Iterator[Any]:
    """Run moto's S3 server on a free local port, with an empty bucket; it is the one that s3:// means meanwhile."""
    pytest.importorskip("s3fs", reason="s3fs is not installed: pip install 'caibian[s3]'")
    server_module = pytest.importorskip("moto.server", reason="moto is not installed: pip install 'caibian[test]'")
    import s3fs

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = server_module.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.lower().endswith("_proxy") or name.startswith("AWS_")]:
            patch.delenv(name)
        patch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        s3fs.S3FileSystem.clear_instance_cache()
        disk = s3fs.S3FileSystem(use_listings_cache=False)
        disk.mkdir(BUCKET)
        yield disk
    s3fs.S3FileSystem.clear_instance_cache()
    server.stop()


def put_folder(disk: Any, folder: Path, address: str) -> None:
    """Put every file of a folder into the store."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            disk.pipe_file(f"{address}/{path.relative_to(folder).as_posix()}", path.read_bytes())


def held(disk: Any, address: str) -> dict[str, bytes]:
    """Return every file below an address with its bytes, by its path there."""
    root = address.removeprefix("s3://")
    return {path.removeprefix(f"{root}/"): disk.cat_file(path) for path in disk.find(root)}
