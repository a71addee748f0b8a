"""Topics for Chinese public-affairs news: a taxonomy as data, labelling functions, a label model."""

from .check import problems
from .layout import Document
from .taxonomy import Taxonomy, TaxonomyError, Topic, load_taxonomy
from .vote import Labeller, Labels, TopicLabel

__all__ = [
    "Document",
    "Labeller",
    "Labels",
    "Taxonomy",
    "TaxonomyError",
    "Topic",
    "TopicLabel",
    "load_taxonomy",
    "problems",
]
