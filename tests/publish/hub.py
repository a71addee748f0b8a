"""A small server that speaks what `huggingface_hub` calls to push a dataset, and to read its files."""

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, dict[str, Any]]


@dataclass
class Hub:
    """One repository's state, and what was asked of the server."""

    url: str = ""
    key: str = "hf_test"
    exists: bool = False
    files: dict[str, bytes] = field(default_factory=dict)
    large: set[str] = field(default_factory=set)
    stored: dict[str, bytes] = field(default_factory=dict)  # large files by SHA-256
    tags: list[str] = field(default_factory=list)
    commits: list[str] = field(default_factory=list)
    uploaded: int = 0  # bytes of large files
    refuse: int = 0  # HTTP status with which every writing call is refused


@contextmanager
def serve() -> Iterator[Hub]:
    """Run the server on a free local port."""
    hub = Hub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(hub))
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(hub: Hub) -> type[BaseHTTPRequestHandler]:  # noqa: C901  (a class in a closure)
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

        def do_GET(self) -> None:
            if "/tree/" in self.path:
                if not hub.exists:
                    self._send(404, {"error": "Repository not found"}, code="RepoNotFound")
                else:
                    self._send(200, _tree(hub))
            elif "/resolve/" in self.path:
                self._send_range(hub.files[self.path.partition("/resolve/main/")[2]])
            else:
                self._send(200, {"id": "me/news", "sha": "0" * 40, "siblings": [], "private": False})

        def do_PUT(self) -> None:
            body = self._body()
            hub.uploaded += len(body)
            hub.stored[hashlib.sha256(body).hexdigest()] = body
            self._send(200, {})

        def do_POST(self) -> None:
            body, path = self._body(), self.path.split("?")[0]
            if hub.refuse and "validate-yaml" not in path:
                self._send(hub.refuse, {"error": "You may not write here"})
                return
            answer = next(answer for part, answer in _ANSWERS.items() if part in path)
            self._send(*answer(hub, body))

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length") or 0))
            pieces = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                pieces.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(pieces)

        def _send_range(self, content: bytes) -> None:
            start, end = self.headers["Range"].removeprefix("bytes=").split("-")
            part = content[int(start) : int(end) + 1]
            self.send_response(206)
            self.send_header("Content-Length", str(len(part)))
            self.end_headers()
            self.wfile.write(part)

        def _send(self, status: int, value: object, code: str | None = None) -> None:
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            if code:
                self.send_header("X-Error-Code", code)
            self.end_headers()
            self.wfile.write(body)

    return Handler


def _create(hub: Hub, body: bytes) -> Answer:
    hub.exists = True
    return 200, {"url": f"{hub.url}/datasets/me/news"}


def _validate(hub: Hub, body: bytes) -> Answer:
    return 200, {"errors": [], "warnings": []}


def _preupload(hub: Hub, body: bytes) -> Answer:
    return 200, {"files": [_mode(file) for file in json.loads(body)["files"]]}


def _batch(hub: Hub, body: bytes) -> Answer:
    objects = json.loads(body)["objects"]
    for one in objects:
        if one["oid"] not in hub.stored:
            one["actions"] = {"upload": {"href": f"{hub.url}/lfs/{one['oid']}", "header": {}}}
    return 200, {"transfer": "basic", "objects": objects}


def _tag(hub: Hub, body: bytes) -> Answer:
    tag = json.loads(body)["tag"]
    known = tag in hub.tags
    hub.tags += [] if known else [tag]
    return (409 if known else 200), {}


def _mode(file: dict[str, Any]) -> dict[str, Any]:
    large = file["path"].endswith(".parquet")
    return {"path": file["path"], "uploadMode": "lfs" if large else "regular", "shouldIgnore": False}


def _tree(hub: Hub) -> list[dict[str, Any]]:
    found = []
    for path, content in hub.files.items():
        entry = {"type": "file", "path": path, "size": len(content)}
        entry["oid"] = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
        if path in hub.large:
            sha256 = hashlib.sha256(content).hexdigest()
            entry |= {"oid": "f" * 40, "lfs": {"oid": sha256, "size": len(content), "pointerSize": 134}}
        found.append(entry)
    return found


def _commit(hub: Hub, body: bytes) -> Answer:
    for line in body.splitlines():
        item = json.loads(line)
        value = item["value"]
        match item["key"]:
            case "header":
                hub.commits.append(value["summary"])
            case "file":
                hub.files[value["path"]] = base64.b64decode(value["content"])
            case "lfsFile":
                hub.files[value["path"]] = hub.stored[value["oid"]]
                hub.large.add(value["path"])
            case "deletedFile":
                del hub.files[value["path"]]
    return 200, {"commitUrl": f"{hub.url}/datasets/me/news/commit/1", "commitOid": "1" * 40}


_ANSWERS: dict[str, Callable[[Hub, bytes], Answer]] = {
    "/repos/create": _create,
    "/validate-yaml": _validate,
    "/preupload/": _preupload,
    "/objects/batch": _batch,
    "/commit/": _commit,
    "/tag/": _tag,
}
