"""The columns of the three published configs, in order.

Each way of cutting a text stands once: words with the article, sentences with the paragraph. Text is most of what a
dataset weighs, and of what it costs to write.
"""

import pyarrow as pa

from caibian.publish.facts import LabelSet
from caibian.schema import EVIDENCE, REPAIRS

_TEXTS = {"title", "text", "sentences", "words"}  # what `publish.text: false` withholds
_INSTEAD = {"features"}  # what it publishes in place of them
BUCKETS = 1 << 18  # of hashed words: of 2,000 different ones in a text some eight share a bucket
FEATURES = pa.list_(pa.struct([("bucket", pa.int32()), ("count", pa.int32())]))

_DECLARED: list[tuple[str, pa.DataType]] = [
    ("published", pa.date32()),
    ("publisher", pa.string()),
    ("author", pa.string()),
    ("section", pa.string()),
    ("url", pa.string()),
]
_LINEAGE: list[tuple[str, pa.DataType]] = [
    ("source", pa.string()),
    ("place", pa.string()),
    ("source_sha256", pa.string()),
    ("format", pa.string()),
    ("encoding", pa.string()),
    ("script", pa.string()),
    ("repairs", REPAIRS),
]


def schemas(labels: LabelSet, *, text: bool) -> dict[str, pa.Schema]:
    """Return the schema of each config; ClassLabel columns are int64 ids into `labels.names`."""
    configs = {"articles": _articles(labels), "paragraphs": _paragraphs(labels), "dropped": _dropped()}
    return {
        name: pa.schema([column for column in columns if column[0] not in (_INSTEAD if text else _TEXTS)])
        for name, columns in configs.items()
    }


def label_column(labels: LabelSet) -> str:
    """Return the name of the column that holds the label ids."""
    return "topics" if labels.task == "multi-label" else "label"


def _label_type(labels: LabelSet) -> pa.DataType:
    return pa.list_(pa.int64()) if labels.task == "multi-label" else pa.int64()


def _articles(labels: LabelSet) -> list[tuple[str, pa.DataType]]:
    return [
        ("id", pa.string()),
        ("title", pa.string()),
        ("text", pa.string()),  # the paragraphs joined by newlines
        (label_column(labels), _label_type(labels)),
        ("label_source", pa.string()),
        *_DECLARED,
        ("words", pa.list_(pa.list_(pa.string()))),  # a list a paragraph
        ("features", FEATURES),
        *([("evidence", EVIDENCE)] if labels.explained else []),
        ("cluster", pa.string()),
        *_LINEAGE,
    ]


def _paragraphs(labels: LabelSet) -> list[tuple[str, pa.DataType]]:
    judged = [(label_column(labels), _label_type(labels)), ("evidence", EVIDENCE)] if labels.explained else []
    return [
        ("id", pa.string()),  # the article's, a hyphen, the position in three digits
        ("article", pa.string()),
        ("position", pa.int32()),
        ("text", pa.string()),
        *judged,
        ("published", pa.date32()),
        ("publisher", pa.string()),
        ("sentences", pa.list_(pa.string())),
        ("cluster", pa.string()),
    ]


def _dropped() -> list[tuple[str, pa.DataType]]:
    return [
        ("id", pa.string()),
        ("dropped", pa.string()),  # the reason
        ("duplicate_of", pa.string()),
        ("similarity", pa.float32()),
        ("cluster", pa.string()),
        ("title", pa.string()),
        ("text", pa.string()),
        *_DECLARED,
        *_LINEAGE,
    ]


# What each column holds, for the card and for Croissant; a column is described once, whichever config it is in.
DESCRIPTIONS = {
    "id": "Of an article: 16 hexadecimal digits of the SHA-256 of the record as it was read. Of a paragraph: the"
    " article's id, a hyphen and the position in three digits.",
    "article": "Id of the article that the paragraph is from.",
    "position": "Position of the paragraph in the article, from 0.",
    "title": "Title, repaired; null where the record has none.",
    "text": "Of an article: the body's paragraphs joined by newlines, without title and metadata. Of a paragraph:"
    " the paragraph.",
    "topics": "Labels of the text: null where it was not judged, [] where none fits.",
    "label": "The one label of the text.",
    "label_source": "Where the labels come from: source, gold, model or rules.",
    "evidence": "For each topic considered: its probability, whether that reaches the publishing threshold,"
    " the labelling functions that voted for it, and the places"
    " in the text (paragraph from 0, -1 for the title; start and end in characters) that made them.",
    "published": "Date of publication.",
    "publisher": "Who published it, as the page says.",
    "author": "Who wrote it, as the page says; several names are separated by a space.",
    "section": "Section of the site or paper.",
    "url": "Address of the page.",
    "sentences": "Sentences of the paragraph; joined they are the paragraph.",
    "features": f"Counts of the text's words without the words: a word's bucket is the CRC-32 of its UTF-8, modulo"
    f" {BUCKETS:,}.",
    "words": "Words of each paragraph as jieba cuts them; joined they are the paragraph.",
    "cluster": "Id of the row that stands for all copies of this text; the rows of a cluster are in one split.",
    "source": "File that the record was read from.",
    "place": "Where in that file; null where the file is one record.",
    "source_sha256": "SHA-256 of that file.",
    "format": "Format of that file.",
    "encoding": "Encoding that decoded it.",
    "script": "Script as found: simplified, converted, traditional or other.",
    "repairs": "Kinds of damage repaired, with the number of places of each.",
    "dropped": "Why the row is not among the articles.",
    "duplicate_of": "Id of the copy that stayed.",
    "similarity": "Jaccard similarity of the two texts' character 5-grams.",
}
