"""The YAML front matter of a dataset card: what `datasets` and the Hub read."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import yaml

from caibian.publish.facts import Facts, FileInfo
from caibian.publish.features import as_yaml
from caibian.publish.markdown import one_line

# The identifiers of the Hub for licences that texts and data sets commonly have; any other is "other" with its name.
_LICENSES = {
    *("apache-2.0", "mit", "bsd-3-clause", "gpl-3.0", "unlicense", "wtfpl"),
    *("cc0-1.0", "cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0", "cc-by-nc-4.0", "cc-by-nd-4.0"),
    *("cc-by-nc-sa-4.0", "cc-by-nc-nd-4.0", "odc-by", "odbl", "pddl", "cdla-permissive-2.0", "etalab-2.0"),
}
_SIZES = [(10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"), (10**7, "1M<n<10M")]
DIGEST_SHOWN = 16  # hexadecimal digits of the content digest in `description`: enough to make a cache key its own


def front_matter(facts: Facts, files: Sequence[FileInfo], schemas: Mapping[str, pa.Schema], digest: str) -> str:
    """Return the front matter between its lines of hyphens.

    `datasets` takes the cache key from the folder's name and this text, not from the rows: the content digest in
    each config's description keeps it from serving the rows of an older build.
    """
    articles = sum(file.rows for file in files if file.config == "articles")
    multi = facts.labels.task == "multi-label"
    data = {
        "pretty_name": one_line(str(facts.config["name"])),
        "language": ["zh"],
        **_license(facts.config.get("license")),
        "task_categories": ["text-classification"],
        "task_ids": ["multi-label-classification" if multi else "multi-class-classification"],
        "size_categories": [next((name for limit, name in _SIZES if articles < limit), "10M<n<100M")],
        "tags": ["news", "chinese", "caibian"],
        "configs": [_config(facts, config, files, digest) for config in schemas],
        "dataset_info": [_info(facts, config, files, schemas[config]) for config in schemas],
    }
    return "---\n" + yaml.dump(data, Dumper=_Quoting, allow_unicode=True, sort_keys=False, width=10**9) + "---\n"


def _license(license: object) -> dict[str, str]:  # noqa: A002
    if license is None:
        return {"license": "unknown"}
    name = one_line(str(license))
    if name.lower() in _LICENSES:
        return {"license": name.lower()}
    return {"license": "other", "license_name": name}


def _config(facts: Facts, config: str, files: Sequence[FileInfo], digest: str) -> dict[str, Any]:
    splits = dict.fromkeys(file.split for file in files if file.config == config)
    return {
        "config_name": config,
        **({"default": True} if config == "articles" else {}),
        "version": str(facts.config["version"]),
        "description": f"content sha256 {digest[:DIGEST_SHOWN]}",
        "data_files": [{"split": split, "path": f"data/{config}/{split}-*.parquet"} for split in splits],
    }


def _info(facts: Facts, config: str, files: Sequence[FileInfo], schema: pa.Schema) -> dict[str, Any]:
    own = [file for file in files if file.config == config]
    splits = [
        {
            "name": split,
            "num_bytes": sum(file.bytes for file in own if file.split == split),
            "num_examples": sum(file.rows for file in own if file.split == split),
        }
        for split in dict.fromkeys(file.split for file in own)
    ]
    return {
        "config_name": config,
        "features": as_yaml(schema, facts.labels),
        "splits": splits,
        "download_size": sum(file.size for file in own),
        "dataset_size": sum(file.bytes for file in own),
    }


class _Quoting(yaml.SafeDumper):
    """Writes a string that any YAML reader might take for something else, or on several lines, in double quotes."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _string(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    plain = all(one.isalnum() or one in " .,/*-_" for one in text) and "  " not in text
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if plain else '"')


_Quoting.add_representer(str, _string)
