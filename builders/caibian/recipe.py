"""What the local steps of a build need to know, and what labels by it."""

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from caibian import labelling
from caibian.config import Clean, Config, Label, Segment
from caibian.errors import ConfigError
from caibian.labelling import Labeller, Taxonomy


@dataclass(frozen=True, slots=True)
class Recipe:
    """What local steps need to know; it travels to the workers with every task, so it is small."""

    folder: Path
    clean: Clean
    segment: Segment
    label: Label
    taxonomy: Path | None
    by_rules: bool
    gold: dict[str, list[str]] = field(default_factory=dict)


def recipe(config: Config, folder: Path) -> Recipe:
    """Return what the local steps of a build need."""
    return Recipe(
        folder=folder,
        clean=config.clean,
        segment=config.segment,
        label=config.label,
        taxonomy=config.taxonomy,
        by_rules=config.sources[0].labels == "rules",
        gold=_gold(config),
    )


def _gold(config: Config) -> dict[str, list[str]]:
    """Return people's topics by document that they judged; where rules label, only topics of theirs are allowed."""
    if config.label.gold is None:
        return {}
    from caibian import review  # reads and writes what people's tools do, which no worker asks for

    by_rules = config.sources[0].labels == "rules"
    topics = taxonomy(config.taxonomy).ids if by_rules else None
    return review.settled(review.read_judgements(config.resolve(config.label.gold), topics=topics))


def titles(how: Recipe) -> dict[str, tuple[str, str]]:
    """Return the Chinese and English title of each topic that rules can give; none where they give none."""
    return {topic.id: (topic.zh, topic.en) for topic in taxonomy(how.taxonomy).topics} if how.by_rules else {}


def taxonomy(folder: Path | None) -> Taxonomy:
    """Return the taxonomy in a folder, ours by default; it is made once in a process, unless its files change."""
    return _taxonomy(folder, _files(folder))


def labeller(folder: Path | None, threshold: float) -> Labeller:
    """Return what labels by the taxonomy in a folder; it is made once in a process, unless the files change."""
    return _labeller(folder, threshold, _files(folder))


def _files(folder: Path | None) -> tuple[bytes, ...]:
    paths = sorted((folder or labelling.TOPICS).glob("*.yaml"))
    # What is no file, or larger than a topic file may be, is for the taxonomy's reader to tell.
    sizes = [path.stat().st_size if path.is_file() else -1 for path in paths]
    try:
        return tuple(
            path.read_bytes() if 0 <= size <= labelling.MAX_BYTES else str(size).encode()
            for path, size in zip(paths, sizes, strict=True)
        )
    except OSError as error:
        raise ConfigError(f"{error.filename}: cannot be read: {error.strerror}") from None


@lru_cache(1)
def _taxonomy(folder: Path | None, files: tuple[bytes, ...]) -> Taxonomy:
    return labelling.taxonomy(folder)


@lru_cache(1)
def _labeller(folder: Path | None, threshold: float, files: tuple[bytes, ...]) -> Labeller:
    return Labeller(_taxonomy(folder, files), threshold=threshold)
