"""A published version -> a dataset repository of the Hugging Face Hub. The only door to `huggingface_hub`."""

import hashlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from caibian.errors import DataError
from caibian.publish import manifest
from caibian.publish.verify import is_intact

if TYPE_CHECKING:
    from huggingface_hub import HfApi

_OURS = ("data/", "baseline/")  # folders that are ours alone: what a version no longer has is deleted there


@dataclass(frozen=True, slots=True)
class Pushed:
    """What was, or with `dry_run` would be, done to the repository."""

    repo: str
    version: str
    uploaded: dict[str, int]  # path -> bytes
    deleted: list[str]
    unchanged: list[str]
    url: str | None  # of the commit; None where nothing was to be done, or for a dry run


def push(
    folder: Path, repo: str, *, dry_run: bool = False, endpoint: str | None = None, token: str | None = None
) -> Pushed:
    """Bring the dataset repository `repo` ("owner/name") to the version in `folder`, in one commit tagged with it.

    Only files whose bytes differ from the repository's are uploaded; of those, only the chunks that it does not have.
    With `dry_run` nothing is written. Raises DataError where the folder is not intact, and where the Hub cannot be
    reached or refuses.
    """
    record = manifest.read(folder)
    if not is_intact(folder):
        raise DataError(f"{folder}: is not as it was published; `build-dataset verify` says where")
    import huggingface_hub
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    api = huggingface_hub.HfApi(endpoint=endpoint, token=token)
    bars = _bars(quiet=not sys.stderr.isatty())
    try:
        remote = _remote_hashes(api, repo)
        pushed = _plan(folder, repo, str(record["version"]), remote or {})
        if dry_run:
            return pushed
        if remote is None:
            api.create_repo(repo, repo_type="dataset", exist_ok=True)
        return _commit(api, folder, str(record["name"]), pushed)
    except HFValidationError as error:
        raise DataError(f"{repo}: is no name of a repository: {_line(error)}") from None
    except HfHubHTTPError as error:
        raise DataError(f"{repo}: cannot be pushed to {api.endpoint}: {_line(error)}") from None
    except (_client_error(), OSError) as error:
        raise DataError(f"{repo}: {api.endpoint} cannot be reached: {_line(error)}") from None
    finally:
        _bars(quiet=bars)


def _client_error() -> type[Exception]:
    """Return the base of the errors of the HTTP library that the client uses: requests once, httpx now."""
    from huggingface_hub.errors import HfHubHTTPError

    return next(base for base in HfHubHTTPError.__mro__[::-1] if base.__name__ in {"HTTPError", "RequestException"})


def _bars(*, quiet: bool) -> bool:
    """Set whether the client keeps its progress bars to itself; return what was set before."""
    from huggingface_hub.utils.tqdm import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

    before = bool(are_progress_bars_disabled())
    if before != quiet:
        (disable_progress_bars if quiet else enable_progress_bars)()
    return before


def _remote_hashes(api: "HfApi", repo: str) -> dict[str, str] | None:
    """Return the SHA-256 (of a large file) or Git's blob id of each file of the repository, None where it is not."""
    from huggingface_hub.errors import EntryNotFoundError, RepositoryNotFoundError, RevisionNotFoundError
    from huggingface_hub.hf_api import RepoFile

    try:
        tree = list(api.list_repo_tree(repo, repo_type="dataset", recursive=True))
    except (RevisionNotFoundError, EntryNotFoundError):
        return {}  # a repository without a commit
    except RepositoryNotFoundError:
        return None
    files = [file for file in tree if isinstance(file, RepoFile)]
    return {file.path: file.lfs.sha256 if file.lfs else file.blob_id for file in files}


def _plan(folder: Path, repo: str, version: str, remote: Mapping[str, str]) -> Pushed:
    local = manifest.visible_files(folder)
    same = [path for path in local if path in remote and remote[path] in _hashes(folder / path)]
    uploaded = {path: (folder / path).stat().st_size for path in local if path not in set(same)}
    deleted = sorted(path for path in remote if path.startswith(_OURS) and path not in set(local))
    return Pushed(repo, version, uploaded, deleted, same, None)


def _hashes(path: Path) -> set[str]:
    """Return the hashes by which the Hub may know a file: its SHA-256, or its id in Git."""
    blob = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            blob.update(piece)
    return {manifest.file_sha256(path), blob.hexdigest()}


def _commit(api: "HfApi", folder: Path, name: str, pushed: Pushed) -> Pushed:
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

    url = None
    if pushed.uploaded or pushed.deleted:
        commit = api.create_commit(
            pushed.repo,
            [
                *(CommitOperationDelete(path) for path in pushed.deleted),
                *(CommitOperationAdd(path, str(folder / path)) for path in pushed.uploaded),
            ],
            commit_message=f"{name} {pushed.version}",
            repo_type="dataset",
        )
        url = str(commit.commit_url)
    # The tag is what load_dataset(..., revision="1.0.0") takes.
    api.create_tag(pushed.repo, tag=pushed.version, repo_type="dataset", exist_ok=True)
    return Pushed(pushed.repo, pushed.version, pushed.uploaded, pushed.deleted, pushed.unchanged, url)


def _line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
