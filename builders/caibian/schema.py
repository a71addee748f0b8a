"""The Arrow columns of a row, under the step that adds them.

A step takes a table and returns the same rows with the same columns plus its own. `dropped` is the one
column that later steps may fill in: the first reason stands.
"""

import pyarrow as pa

REPAIRS = pa.list_(pa.struct([("kind", pa.string()), ("count", pa.int32())]))
SPAN = pa.struct(
    [
        ("paragraph", pa.int32()),  # position in `paragraphs`; -1 is the title
        ("start", pa.int32()),  # in characters (code points), half open
        ("end", pa.int32()),
    ]
)
EVIDENCE = pa.list_(
    pa.struct(
        [
            ("topic", pa.string()),
            ("probability", pa.float32()),
            ("above_threshold", pa.bool_()),  # of publishing: the rules give the topic, whatever people say
            ("functions", pa.list_(pa.string())),  # names of the labelling functions that voted for it
            ("spans", pa.list_(SPAN)),
        ]
    )
)

READ = pa.schema(
    [
        ("id", pa.string()),  # 16 hexadecimal digits of the SHA-256 of the record's content
        ("source", pa.string()),  # path of the file, relative to the source it was found under
        ("place", pa.string()),  # where in the file: "line 17", "record 3"; null for a file of one document
        ("source_sha256", pa.string()),  # of the file's bytes as stored
        ("format", pa.string()),  # text, html, jsonl, csv, tsv, parquet, warc, wet
        ("encoding", pa.string()),  # the one that decoded the bytes
        ("content", pa.string()),  # how to take it: page, article or headline
        ("raw", pa.string()),  # the record's text as decoded, HTML source included
        # What the record's other fields (or HTTP headers) say of it, as strings, untrusted and unrepaired.
        ("given_title", pa.string()),
        ("given_published", pa.string()),
        ("given_publisher", pa.string()),
        ("given_author", pa.string()),
        ("given_section", pa.string()),
        ("given_url", pa.string()),
        ("given_labels", pa.list_(pa.string())),  # null: the source carries none
        ("given_split", pa.string()),
        ("dropped", pa.string()),  # null, or the reason why the row is not published
    ]
)

CLEAN = pa.schema(
    [
        ("title", pa.string()),
        ("paragraphs", pa.list_(pa.string())),  # the body; never null
        ("published", pa.date32()),
        ("publisher", pa.string()),
        ("author", pa.string()),  # several names are joined by one space
        ("section", pa.string()),
        ("url", pa.string()),
        ("script", pa.string()),  # as found: simplified, converted, traditional, other
        ("repairs", REPAIRS),  # sorted by kind
    ]
)

SEGMENT = pa.schema(
    [
        ("sentences", pa.list_(pa.list_(pa.string()))),  # a list a paragraph
        ("words", pa.list_(pa.list_(pa.string()))),  # a list a paragraph; joined they are the paragraph
    ]
)

LABEL = pa.schema(
    [
        ("topics", pa.list_(pa.string())),  # null: not judged; []: judged, fits none
        ("label_source", pa.string()),  # source, gold, model or rules; null where topics is
        ("evidence", EVIDENCE),
        ("paragraph_topics", pa.list_(pa.list_(pa.string()))),
        ("paragraph_evidence", pa.list_(EVIDENCE)),
    ]
)

SIGN = pa.schema(
    [
        (
            "text_hash",
            pa.binary(16),
        ),  # of the text without white space and punctuation: equal is an exact copy
        ("chars", pa.int32()),  # Han characters, letters and digits of the text
        ("bands", pa.list_(pa.uint64())),  # MinHash sketches, 32 numbers each; [] where the text is too short
        ("marks", pa.list_(pa.uint64())),  # one character 5-gram in 16, for finding a text inside another
    ]
)

DEDUPLICATE = pa.schema(
    [
        ("cluster", pa.string()),  # the id of the row that stays; a row alone is its own cluster
        ("duplicate_of", pa.string()),  # the id of the row that stays, null on that row itself
        ("similarity", pa.float32()),  # Jaccard of character 5-grams with it; null on that row itself
    ]
)

SPLIT = pa.schema([("split", pa.string())])  # train, validation or test; null where dropped


def plus(*schemas: pa.Schema) -> pa.Schema:
    """Return one schema with the columns of all, in order."""
    return pa.schema([field for schema in schemas for field in schema])
