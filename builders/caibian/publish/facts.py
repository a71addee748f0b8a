"""What the build hands to publishing, and what publishing hands back."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from caibian.publish.mask import Kind

Task = Literal["multi-label", "single-label"]
State = Literal["published", "replaced", "unchanged"]
Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = ("train", "validation", "test")  # in the order in which every table lists them
Json = Mapping[str, Any]  # what `json.dumps` takes
# The engine's `run` with everything but the function and its items already given.
Run = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]


class Options(Protocol):
    """The section `publish` of the config."""

    @property
    def rows_per_shard(self) -> int:
        """Return how many rows are read for one Parquet file of each split."""

    @property
    def text(self) -> bool:
        """Return whether titles, texts and words are published."""

    @property
    def mask(self) -> Sequence[Kind]:
        """Return the kinds of personal data that are masked."""


@dataclass(frozen=True, slots=True)
class Shard:
    """A run of rows: files that stand side by side, each with some of the columns of the same rows."""

    paths: tuple[Path, ...]
    labels: Path
    rows: int


@dataclass(frozen=True, slots=True)
class Cache:
    """Where builds leave notes of what they wrote: a folder beside the versions; and the version in the making."""

    folder: Path
    version: str


@dataclass(frozen=True, slots=True)
class LabelSet:
    """The labels of the dataset, in the order of their ClassLabel ids."""

    names: tuple[str, ...]
    task: Task
    zh: tuple[str, ...] = ()  # titles in Chinese, as many as names or none
    en: tuple[str, ...] = ()
    explained: bool = True  # labels carry evidence, and paragraphs are judged; false: labels from the source alone


@dataclass(frozen=True, slots=True)
class FileInfo:
    """One Parquet file of the dataset."""

    path: str  # relative to the dataset's folder, with /
    config: str
    split: str
    rows: int
    bytes: int  # of its rows as they are hashed: about their size in memory
    size: int  # bytes on disk
    sha256: str  # of the file
    rows_sha256: str  # of its row hashes in order


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file that was read."""

    name: str  # as rows name it in `source`
    sha256: str
    bytes: int
    format: str = ""
    license: str | None = None
    attribution: str | None = None
    encodings: Mapping[str, int] = field(default_factory=dict)  # records by encoding


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the card, the manifest and Croissant say beside what the rows themselves say.

    Mappings are plain JSON. Nothing in here may depend on the clock, on chance or on the machine, since equal
    builds must give equal folders.
    """

    config: Json  # as given, with defaults; its "name", "version", "description" and "license" go to the card
    labels: LabelSet
    sources: Sequence[SourceFile]
    funnel: Mapping[str, int]  # in order: "read", each reason for dropping, "kept"
    topics: Mapping[str, Mapping[str, int]]  # split -> label -> articles
    repairs: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # kind -> {"documents", "count"}
    splits: Json = field(default_factory=dict)  # the splitter's report and its proof
    gold: Json | None = None  # agreement with people's labels
    baseline: Json | None = None  # scores: {"models": [{"name": ..., "micro_f1": ...}, ...], ...}
    versions: Mapping[str, str] = field(default_factory=dict)  # of further packages that shaped the rows


@dataclass(frozen=True, slots=True)
class Published:
    """A dataset folder that was verified."""

    place: str  # its path, or its address in a store
    state: State
    digest: str  # SHA-256 of all rows; equal rows have equal digests
    rows: Mapping[str, Mapping[str, int]]  # config -> split -> rows

    @property
    def folder(self) -> Path:
        """Return the path of a folder that is here."""
        return Path(self.place)
