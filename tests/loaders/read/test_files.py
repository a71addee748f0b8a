"""Paths, folders and globs: which files, in which order."""

import os
from pathlib import Path

import pytest

from caibian.errors import DataError
from caibian.loaders.read.files import find


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in [
        "b.txt",
        "a/2.txt",
        "a/10.txt",
        "a/deep/er/x.html",
        "a.txt",
        "新闻/一 二.txt",
        ".hidden/x.txt",
        "a/.x",
    ]:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path


def names(path: Path | str) -> list[str]:
    return [file.name for file in find(path)]


def test_a_folder_is_read_in_order_without_what_is_hidden(tree: Path) -> None:
    assert names(tree) == ["a/10.txt", "a/2.txt", "a/deep/er/x.html", "a.txt", "b.txt", "新闻/一 二.txt"]
    assert [file.size for file in find(tree / "a" / "2.txt")] == [7]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.txt", ["a.txt", "b.txt"]),
        ("?/*.txt", ["a/10.txt", "a/2.txt"]),
        ("**/*.txt", ["a/10.txt", "a/2.txt", "a.txt", "b.txt", "新闻/一 二.txt"]),
        ("**", ["a/10.txt", "a/2.txt", "a/deep/er/x.html", "a.txt", "b.txt", "新闻/一 二.txt"]),
        ("a/**/x.html", ["deep/er/x.html"]),
        ("a/**/**/*.html", ["deep/er/x.html"]),
        ("[ab].txt", ["a.txt", "b.txt"]),
        ("a/[0-9].txt", ["2.txt"]),
        ("*/deep/*/x*", ["a/deep/er/x.html"]),
    ],
)
def test_globs(tree: Path, pattern: str, found: list[str]) -> None:
    assert names(f"{tree}/{pattern}") == found


def test_a_relative_glob(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree)
    assert names("*.txt") == ["a.txt", "b.txt"]
    assert names("a/*.txt") == ["10.txt", "2.txt"]


def test_a_folder_whose_name_looks_like_a_glob(tmp_path: Path) -> None:
    (tmp_path / "news[1]").mkdir()
    (tmp_path / "news[1]" / "x.txt").write_text("x")
    assert names(tmp_path / "news[1]") == ["x.txt"]
    assert names(f"{tmp_path}/news[1]/*.txt") == ["x.txt"]


@pytest.mark.parametrize("pattern", ["none", "none/*.txt", "*.none", "**/none", "a.txt/x", "a.txt/*"])
def test_nothing_found_is_said(tree: Path, pattern: str) -> None:
    with pytest.raises(DataError, match=r"no such file or folder|holds no file to read"):
        find(tree / pattern)


def test_an_empty_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no file to read"):
        find(tmp_path)


def test_links_that_lead_back_end(tree: Path) -> None:
    (tree / "a" / "up").symlink_to(tree)
    (tree / "a" / "self").symlink_to(tree / "a")
    (tree / "loop").symlink_to(tree / "loop")
    (tree / "gone").symlink_to(tree / "nowhere")
    assert len(names(tree)) == 6
    assert len(names(f"{tree}/**")) == 6


def test_linked_files_and_folders_elsewhere_are_read_once(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    (other / "y.txt").write_text("y")
    (other / "back").symlink_to(tree)
    (tree / "c").symlink_to(other)
    (tree / "d").symlink_to(other)
    (tree / "e.txt").symlink_to(other / "y.txt")
    assert [name for name in names(tree) if "y" in name or name.startswith(("d", "e"))] == ["c/y.txt", "e.txt"]


def test_odd_names_are_kept_apart(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path)
    for name in [b"new\nline.txt", b" .txt", b"%s{}.txt", b"\xff.txt", b"\xfe.txt", "新闻.txt".encode()]:
        with open(os.path.join(folder, name), "wb") as file:
            file.write(b"x")
    found = names(tmp_path)
    assert len(set(found)) == 6
    for name in found:
        name.encode()


def test_pipes_and_folders_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder.txt").mkdir()
    (tmp_path / "x.txt").write_text("x")
    assert names(tmp_path) == ["x.txt"]


def test_files_are_looked_up_as_they_are_asked_for(tree: Path) -> None:
    found = find(tree)
    next(found)
    (tree / "新闻" / "三.txt").write_text("x")
    assert "新闻/三.txt" in [file.name for file in found]
