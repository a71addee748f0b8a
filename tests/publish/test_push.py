from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.publish.hub import Hub, serve
from tests.publish.rows import build

from caibian import publish
from caibian.errors import DataError


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    # The Hub's chunk store speaks a protocol of its own; large files go by Git LFS here.
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
    with serve() as running:
        yield running


def test_a_push_uploads_everything_once_and_then_only_what_changed(tmp_path: Path, hub: Hub) -> None:
    first = build(tmp_path, "1.0.0").folder
    pushed = publish.push(first, "me/news", endpoint=hub.url, token=hub.key)

    assert hub.files == {path: (first / path).read_bytes() for path in pushed.uploaded}
    assert "data/articles/train-00000-of-00003.parquet" in pushed.uploaded
    assert (hub.commits, hub.tags) == (["news 1.0.0"], ["1.0.0"])
    assert pushed.url == f"{hub.url}/datasets/me/news/commit/1"

    again = publish.push(first, "me/news", endpoint=hub.url, token=hub.key)
    assert (again.uploaded, again.deleted, again.url) == ({}, [], None)

    second = build(tmp_path, "1.1.0", rows=27).folder
    grown = publish.push(second, "me/news", endpoint=hub.url, token=hub.key)
    assert "data/articles/train-00000-of-00003.parquet" in grown.deleted  # now one of four
    assert {path for path in hub.files if path.startswith("data/")} == {
        path.relative_to(second).as_posix() for path in (second / "data").rglob("*.parquet")
    }
    assert hub.tags == ["1.0.0", "1.1.0"]


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(tmp_path: Path, hub: Hub) -> None:
    folder = build(tmp_path, "1.0.0").folder
    pushed = publish.push(folder, "me/news", dry_run=True, endpoint=hub.url, token=hub.key)
    assert "README.md" in pushed.uploaded
    assert (hub.exists, hub.files, hub.commits, hub.tags) == (False, {}, [], [])


def test_a_damaged_folder_is_not_pushed(tmp_path: Path, hub: Hub) -> None:
    folder = build(tmp_path, "1.0.0").folder
    (folder / "croissant.json").write_text("{}")
    with pytest.raises(DataError, match="is not as it was published"):
        publish.push(folder, "me/news", endpoint=hub.url, token=hub.key)


def test_a_refusal_is_one_line(tmp_path: Path, hub: Hub) -> None:
    folder = build(tmp_path, "1.0.0").folder
    hub.exists, hub.refuse = True, 403
    with pytest.raises(DataError, match=r"^me/news: cannot be pushed to http://127[^\n]*$"):
        publish.push(folder, "me/news", endpoint=hub.url, token=hub.key)


def test_a_hub_that_is_not_there_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda seconds: None)  # between its five attempts
    folder = build(tmp_path, "1.0.0").folder
    with pytest.raises(DataError, match=r"^me/news: http://127.0.0.1:9 cannot be reached[^\n]*$"):
        publish.push(folder, "me/news", dry_run=True, endpoint="http://127.0.0.1:9", token=Hub.key)


def test_a_name_that_is_none_is_one_line(tmp_path: Path, hub: Hub) -> None:
    folder = build(tmp_path, "1.0.0").folder
    with pytest.raises(DataError, match=r"^a/b/c: is no name of a repository[^\n]*$"):
        publish.push(folder, "a/b/c", endpoint=hub.url, token=hub.key)
