"""croissant.json: the dataset for loaders that speak Croissant 1.1 (https://docs.mlcommons.org/croissant)."""

import json
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from caibian.publish.columns import DESCRIPTIONS
from caibian.publish.facts import Facts, LabelSet
from caibian.publish.markdown import one_line

# The context that the specification prescribes; a loader compares it.
_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    **{
        key: f"cr:{key}"
        for key in (
            *("arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "extract", "field", "fileObject"),
            *("fileProperty", "fileSet", "format", "includes", "isArray", "isLiveDataset", "jsonPath", "key", "md5"),
            *("parentField", "path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate"),
            *("separator", "source", "subField", "transform"),
        )
    },
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
}
_TYPES = {
    "bool": "sc:Boolean",
    "string": "sc:Text",
    "int32": "cr:Int32",
    "int64": "cr:Int64",
    "float": "cr:Float32",
    "date32[day]": "sc:Date",
}


def write_croissant(facts: Facts, schemas: Mapping[str, pa.Schema]) -> bytes:
    """Return the JSON-LD: a file set and a record set for each config, and the labels as a record set of their own.

    Hashes of the files are in the manifest: Croissant has no place for those of a file set.
    """
    config = facts.config
    described = one_line(str(config.get("description") or "")) or f"Chinese texts with labels: {config['name']}"
    credits = list(dict.fromkeys(source.attribution for source in facts.sources if source.attribution))  # noqa: A001
    document = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": str(config["name"]),
        "description": described,
        "version": str(config["version"]),
        "inLanguage": "zh",
        "license": one_line(str(config.get("license") or "not stated")),
        "url": f"https://huggingface.co/datasets/{config['name']}",
        "citeAs": f"{config['name']} {config['version']}",
        "creator": [{"@type": "sc:Organization", "name": one_line(name)} for name in credits],
        "distribution": [_file_set(name) for name in schemas],
        "recordSet": [_label_set(facts.labels), *(_record_set(name, schema) for name, schema in schemas.items())],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def _file_set(config: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": f"{config}-files",
        "name": f"{config}-files",
        "description": f"The Parquet files of the config {config}.",
        "encodingFormat": "application/x-parquet",
        "includes": f"data/{config}/*.parquet",
    }


def _label_set(labels: LabelSet) -> dict[str, Any]:
    fields = [("id", "cr:Int64"), ("name", "sc:Text")]
    return {
        "@type": "cr:RecordSet",
        "@id": "labels",
        "name": "labels",
        "description": "What the numbers in the columns topics and label stand for.",
        "dataType": "sc:Enumeration",
        "key": {"@id": "labels/id"},
        "field": [
            {"@type": "cr:Field", "@id": f"labels/{name}", "name": name, "dataType": kind} for name, kind in fields
        ],
        "data": [{"labels/id": number, "labels/name": name} for number, name in enumerate(labels.names)],
    }


def _record_set(config: str, schema: pa.Schema) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": config,
        "name": config,
        "description": f"The rows of the config {config}.",
        "key": {"@id": f"{config}/id"},
        "field": [_split(config), *(_field(config, field) for field in schema)],
    }


def _split(config: str) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"{config}/split",
        "name": "split",
        "description": "The split that the row is in.",
        "dataType": "sc:Text",
        "source": {
            "fileSet": {"@id": f"{config}-files"},
            "extract": {"fileProperty": "fullpath"},
            "transform": {"regex": f".*data/{config}/([a-z]+)-[0-9]+-of-[0-9]+\\.parquet$"},
        },
    }


def _field(config: str, field: pa.Field) -> dict[str, Any]:
    depth, kind = _unnested(field.type)
    found = {
        "@type": "cr:Field",
        "@id": f"{config}/{field.name}",
        "name": field.name,
        "description": DESCRIPTIONS[field.name],
        **_array(depth),
    }
    if not pa.types.is_struct(kind):
        return found | {"dataType": _TYPES[str(kind)], "source": _source(config, field.name)}
    # A list of records within a list of records (evidence's spans) is beyond what Croissant's loaders can follow.
    inner = [kind.field(number) for number in range(kind.num_fields)]
    simple = [one for one in inner if not pa.types.is_struct(_unnested(one.type)[1])]
    return found | {"subField": [_sub_field(config, field.name, one) for one in simple]}


def _sub_field(config: str, parent: str, field: pa.Field) -> dict[str, Any]:
    depth, kind = _unnested(field.type)
    return {
        "@type": "cr:Field",
        "@id": f"{config}/{parent}/{field.name}",
        "name": field.name,
        "dataType": _TYPES[str(kind)],
        **_array(depth),
        "source": _source(config, parent) | {"transform": {"jsonPath": field.name}},
    }


def _source(config: str, column: str) -> dict[str, Any]:
    return {"fileSet": {"@id": f"{config}-files"}, "extract": {"column": column}}


def _array(depth: int) -> dict[str, Any]:
    return {"isArray": True, "arrayShape": ",".join(["-1"] * depth)} if depth else {}


def _unnested(kind: pa.DataType) -> tuple[int, pa.DataType]:
    """Return how many lists are around a type, and that type."""
    depth = 0
    while pa.types.is_list(kind):
        depth, kind = depth + 1, kind.value_type
    return depth, kind
