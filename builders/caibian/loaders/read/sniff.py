"""The format of a file, told by its content and, where that leaves it open, by its name."""

import os
import re

import orjson

from caibian.loaders.read import encodings

_EXTENSIONS = {
    ".html": "html", ".htm": "html", ".shtml": "html", ".xhtml": "html", ".txt": "text", ".text": "text",
    ".md": "text", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".csv": "csv", ".tsv": "tsv",
    ".tab": "tsv", ".parquet": "parquet", ".warc": "warc", ".wet": "wet",
}  # fmt: skip
_TAGS = b"html|head|body|meta|title|script|div|table|font|center|span|p|br|h[1-6]"
_HTML = re.compile(rb"<(?:!doctype\s{1,9}html|(?:" + _TAGS + rb")[\s/>]|text\s)", re.IGNORECASE)
_LEAD = b"\xef\xbb\xbf\xff\xfe \t\r\n"  # marks of an encoding, and spaces
_HTML_START = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|\?xml)", re.IGNORECASE)


def sniff(head: bytes, path: str) -> str:
    """Return the format of the file at `path` that starts with the (unpacked) bytes `head`.

    A page saved as .txt is a page. "empty" and "binary" are formats too: of files that become one dropped row.
    """
    by_name = _by_extension(path)
    if not head.strip():
        return "empty"
    if head.startswith(b"PAR1"):
        return "parquet"
    if re.match(rb"\s*WARC/[01]\.", head):
        return "wet" if b"WARC-Type: conversion" in head else "warc"
    if encodings.is_binary(head):
        return "binary"
    ascii_head = head.replace(b"\0", b"")  # UTF-16 as well
    # Of a long page the encoding is told when it is read: here only where the first character may begin JSON.
    if ascii_head.lstrip(_LEAD)[:1] in (b"{", b"[") and _is_json(head, encodings.detect(head) or "utf-8"):
        return "jsonl"
    if by_name in ("csv", "tsv"):
        return "html" if _HTML_START.match(ascii_head) else by_name
    if by_name != "jsonl" and _HTML.search(ascii_head[:8192]):
        return "html"
    return by_name if by_name in ("html", "jsonl") else "text"


def _by_extension(path: str) -> str:
    name = path.lower()
    for packed in (".gz", ".zst"):
        name = name.removesuffix(packed)
    return _EXTENSIONS.get(os.path.splitext(name)[1], "")


def _is_json(head: bytes, encoding: str) -> bool:
    """Return whether the first line is an object, or the file a list of objects."""
    text = head.decode(encoding, "replace").lstrip("\ufeff \t\r\n")
    if text.startswith("["):
        return text[1:].lstrip()[:1] in ("{", "]")
    if not text.startswith("{"):
        return False
    first = text.split("\n", 1)[0]
    try:
        return isinstance(orjson.loads(first), dict)
    except orjson.JSONDecodeError:
        # An object too long for the head, or spread over lines, still starts with a quoted key.
        return text[1:].lstrip()[:1] == '"'
