"""What the local steps of a build need to know, and what labels by it."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from caibian import labelling, review
from caibian.config import Clean, Config, Label, Segment
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
    gold: dict[str, list[str] | None] = field(default_factory=dict)


def recipe(config: Config, folder: Path) -> Recipe:
    """Return what the local steps of a build need."""
    return Recipe(
        folder=folder,
        clean=config.clean,
        segment=config.segment,
        label=config.label,
        taxonomy=config.resolve(config.label.taxonomy) if config.label.taxonomy else None,
        by_rules=config.sources[0].labels == "rules",
        gold=_gold(config),
    )


def _gold(config: Config) -> dict[str, list[str] | None]:
    """Return people's topics by document; where rules label, no other topics than theirs are allowed."""
    if config.label.gold is None:
        return {}
    folder = config.resolve(config.label.taxonomy) if config.label.taxonomy else None
    by_rules = config.sources[0].labels == "rules"
    topics = taxonomy(folder).ids if by_rules else None
    return review.settled(review.read_judgements(config.resolve(config.label.gold), topics=topics))


def titles(how: Recipe) -> dict[str, tuple[str, str]]:
    """Return the Chinese and English title of each topic that rules can give; none where they give none."""
    return {topic.id: (topic.zh, topic.en) for topic in taxonomy(how.taxonomy).topics} if how.by_rules else {}


@cache
def taxonomy(folder: Path | None) -> Taxonomy:
    """Return the taxonomy in a folder, ours by default; it is read once in a process."""
    return labelling.taxonomy(folder)


@cache
def labeller(folder: Path | None, threshold: float) -> Labeller:
    """Return what labels by the taxonomy in a folder; it is made once in a process."""
    return Labeller(taxonomy(folder), threshold=threshold)
