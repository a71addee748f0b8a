"""configs/*.yaml -> checked options. Every option is declared here once: type, bound, default, one sentence."""

import difflib
import fnmatch
import re
from pathlib import Path
from typing import Annotated, Any, Literal

import pydantic
import yaml
from pydantic import Field

from caibian import storage
from caibian.errors import ConfigError

# The characters that are safe in a folder's, a file's and a Hugging Face repository's name.
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,95}$")]
Version = Annotated[str, Field(pattern=r"^[0-9]{1,5}\.[0-9]{1,5}\.[0-9]{1,5}$")]
Share = Annotated[float, Field(ge=0, lt=1)]
MAX_CONFIG_BYTES = 4 << 20  # a label mapping of thousands of lines fits; a data file given by mistake does not


def _column(value: object) -> str | int:
    if isinstance(value, str) or (type(value) is int and value >= 0):
        return value
    raise ValueError("must be a name, or a position from 0")


Column = Annotated[str | int, pydantic.PlainValidator(_column)]


class Options(pydantic.BaseModel):
    """A section of the config: unknown keys are errors, values are fixed once read.

    Sections have factories for defaults: a worker, which is given its options, then builds none of the models.
    """

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, defer_build=True)


class Fields(Options):
    """Which field (JSONL), column (CSV, TSV, Parquet) holds what; null: found by its usual name."""

    text: Column | None = None
    """Field of the text, by name, or by position from 0 where the file has no header."""
    keywords: Column | None = None
    """Field of the keywords that come with the text and follow it as a paragraph; a file may lack it."""
    title: Column | None = None
    """Field of the title."""
    published: Column | None = None
    """Field of the publication date."""
    publisher: Column | None = None
    """Field of the publisher."""
    author: Column | None = None
    """Field of the author."""
    section: Column | None = None
    """Field of the section of the site or paper."""
    url: Column | None = None
    """Field of the address."""
    label: Column | None = None
    """Field of the label or labels."""
    split: Column | None = None
    """Field of the split that the corpus ships."""


class Source(Options):
    """Files to read, and how."""

    path: str
    """File, folder or glob, relative to the config's own folder; or an address in a store, as s3://bucket/folder."""
    format: Literal["auto", "text", "html", "jsonl", "csv", "tsv", "parquet", "warc", "wet"] = "auto"
    """Format of the files; auto looks at their content."""
    encoding: str = "auto"
    """Encoding of the files, such as gb18030; auto finds it a file."""
    content: Literal["auto", "page", "article", "headline"] = "auto"
    """page: find the article in it; article: all of it is the article; headline: a short text. auto: by format."""
    fields: Fields = Field(default_factory=Fields)
    """Which field holds what, for JSONL, CSV, TSV and Parquet."""
    header: bool | None = None
    """Whether a CSV or TSV file has a header row; null: found out."""
    delimiter: Annotated[str | None, Field(min_length=1, max_length=16)] = None
    """What separates the columns of a CSV or TSV file; null: the comma or the tab."""
    labels: Literal["rules", "field", "folder"] = "rules"
    """Where labels come from: our rules, a field of the record, or the name of the file's folder."""
    label_names: dict[str, str] = {}
    """What the source's labels are called in the dataset (a topic's id, or any name); unlisted ones keep theirs."""
    split: Literal["train", "validation", "test"] | None = None
    """The split that all of these files belong to, as shipped; null: by `fields.split`, or ours."""
    license: str | None = None
    """Licence of these texts (SPDX identifier or a sentence), for the card."""
    attribution: str | None = None
    """Whom to name for these texts, for the card."""


class HostRules(Options):
    """CSS selectors for one host's pages."""

    title: str | None = None
    """Selector of the title."""
    body: str | None = None
    """Selector of the body."""
    published: str | None = None
    """Selector of the publication date."""


class Genres(Options):
    """What clean drops as not news, a filter each; null turns a filter off."""

    not_chinese: Annotated[float, Field(gt=0, le=1)] | None = 0.3
    """Drop a text in which Han characters are a smaller share of the writing than this, a Latin word counting two."""
    video_stub: Annotated[int, Field(ge=1)] | None = 120
    """Drop a player with a caption of fewer characters than this."""
    link_list: Annotated[float, Field(gt=0, le=1)] | None = 0.5
    """Drop a text without sentences in which at least this share of the lines are headlines or links."""
    forum: Annotated[int, Field(ge=2)] | None = 3
    """Drop a thread with at least so many posts that begin with a floor (楼主, 2楼)."""
    social_post: Annotated[int, Field(ge=1)] | None = 300
    """Drop a page of at most so many characters without title, date, publisher or news form."""
    novel: Annotated[int, Field(ge=1)] | None = 4
    """Drop a text with so many points for chapters, told thoughts and spoken lines, less those for news form."""
    speech_template: Annotated[int, Field(ge=1)] | None = 4
    """Drop a text with so many points for blanks to fill in, the address of a speech and its offer as a model."""
    generated: Annotated[int, Field(ge=1)] | None = 6
    """Drop a text with so many different set phrases that names no place, date, figure or source."""
    advert: Annotated[int, Field(ge=1)] | None = 5
    """Drop a text with so many different calls to buy and a number to ring."""


class Clean(Options):
    """Step 2: raw page -> one tidy article."""

    repair: bool = True
    """Undo the damage of mirror sites (slipped bytes, injected readings, mojibake, litter, spam)."""
    script: Literal["simplified", "keep"] = "simplified"
    """simplified: convert Traditional text; keep: leave the script as it is."""
    width: Literal["restore", "keep"] = "restore"
    """restore: punctuation next to Han becomes full-width again; keep: leave it as found."""
    min_chars: Annotated[int, Field(ge=0)] = 60
    """A page's body with fewer Han characters, letters and digits is dropped as too_short; half of it does where the
    page shows date, publisher or author, a third where the record is all article."""
    genres: Genres = Field(default_factory=Genres)
    """What to drop as not news."""
    hosts: dict[str, HostRules] = {}
    """Per-host rules, by host name; a rule for example.cn also serves its subdomains."""


class Segment(Options):
    """Step 3: article -> sentences and words."""

    user_words: tuple[str, ...] = ()
    """Words that jieba shall keep whole."""


class Label(Options):
    """Step 4: article and paragraphs -> topics with evidence."""

    taxonomy: str | None = None
    """Folder of topic files, relative to the config; null: ours of 25 topics."""
    threshold: Annotated[float, Field(gt=0, lt=1)] = 0.5
    """A topic is published where its probability reaches this."""
    gold: str | None = None
    """JSONL file of people's labels, relative to the config; they outrank every rule."""


class Deduplicate(Options):
    """Step 5: which rows are copies of which."""

    similarity: Annotated[float, Field(ge=0.5, le=1)] = 0.8
    """Two texts whose character 5-grams have at least this Jaccard similarity are near copies."""


class Split(Options):
    """Step 6: clusters of copies -> train, validation, test."""

    by: Literal["hash", "time", "host", "source"] = "hash"
    """hash: by the cluster's own hash; time: newest to test; host: a host stays whole; source: as shipped."""
    validation: Share = 0.1
    """Share of the clusters in validation."""
    test: Share = 0.1
    """Share of the clusters in test."""
    min_rows_per_label: Annotated[int, Field(ge=0)] = 0
    """Rows of every label wanted in each split, for which clusters are moved; the build says which labels lack some.
    With 0 none is moved, and a cluster's split is the same whatever else is in the corpus."""
    frozen: str | None = None
    """Folder of an earlier version, relative to the config, or its address, whose assignments are kept."""


class Publish(Options):
    """Step 7: rows -> Parquet, card, manifest."""

    rows_per_shard: Annotated[int, Field(ge=1, le=1_000_000)] = 20_000
    """Rows that are read for one Parquet file of each split; they are two tasks, so fewer keep more workers busy."""
    text: bool = True
    """false withholds titles, texts and words: ids, labels and hashed word counts (`features`) are published."""
    mask: tuple[Literal["phone", "email", "identity_number", "private_name"], ...] = ()
    """Personal data that is masked in titles and texts, character for character."""


class Baseline(Options):
    """Step 8: a scored TF-IDF classifier."""

    models: tuple[Literal["tfidf", "words", "chars", "naive-bayes", "majority", "rules"], ...] = (
        "tfidf",
        "majority",
        "rules",
    )
    """Which models to train and score; the first is the one saved."""
    refit: bool = False
    """Fit once more on train and validation after tuning; test stays untouched."""


class Config(Options):
    """One dataset: what to read and how to build it."""

    name: Name
    """Name of the dataset."""
    version: Version
    """MAJOR.MINOR.PATCH of the dataset."""
    description: str = ""
    """One paragraph for the card."""
    license: str | None = None
    """Licence of the dataset as a whole, for the card."""
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    """What to read, in order."""
    clean: Clean = Field(default_factory=Clean)
    segment: Segment = Field(default_factory=Segment)
    label: Label = Field(default_factory=Label)
    deduplicate: Deduplicate = Field(default_factory=Deduplicate)
    split: Split = Field(default_factory=Split)
    publish: Publish = Field(default_factory=Publish)
    baseline: Baseline | None = Field(default_factory=Baseline)
    """null trains none."""
    _folder: Path = pydantic.PrivateAttr(Path())  # set when loaded; no option

    def resolve(self, path: str) -> Path:
        """Return `path` as seen from the config's folder."""
        return self._folder / Path(path).expanduser()

    def locate(self, path: str) -> str:
        """Return `path` as seen from the config's folder, the address of something in a store as it is."""
        return path if storage.is_address(path) else str(self.resolve(path))

    @property
    def taxonomy(self) -> Path | None:
        """Return the folder of the topics, None where they are those of the package."""
        return self.resolve(self.label.taxonomy) if self.label.taxonomy is not None else None


def load(path: Path, *, source: str | None = None) -> Config:
    """Return the checked config in the YAML file `path`; `source` replaces the path of its sources.

    Raises ConfigError with every problem at once: unreadable file, invalid YAML, unknown option (with the
    nearest known one), wrong type or value, and combinations that cannot work. No source file is read.
    """
    data = _read_yaml(path)
    if source is not None and isinstance(data, dict):
        data = _with_source(data, source)
    try:
        config = Config.model_validate(data)
    except pydantic.ValidationError as error:
        raise ConfigError(*(f"{path}: {_problem(item)}" for item in _causes(error.errors()))) from None
    config._folder = path.parent
    problems = [f"{path}: {problem}" for problem in _contradictions(config)]
    if problems:
        raise ConfigError(*problems)
    return config


def _with_source(data: dict[str, Any], source: str) -> dict[str, Any]:
    """Return `data` reading from `source` only.

    A config that names several files, such as train and test, takes those of them that the folder (or file)
    has. What matches none of them is read as the first, but splits are then ours to make.
    """
    if not source:
        raise ConfigError("--source: is empty; name a file, a folder or a glob")
    given = source if storage.is_address(source) else str(Path(source).expanduser().absolute())
    listed = data.get("sources")
    sources = [item for item in listed if _has_path(item)] if isinstance(listed, list) else []
    found: list[dict[str, Any]] = []
    for item in sources:
        pattern = Path(item["path"]).name
        files = storage.children(given, pattern) if len(sources) > 1 and storage.is_folder(given) else []
        if storage.is_file(given) and fnmatch.fnmatch(Path(given).name, pattern):
            files = [given]
        found += [{**item, "path": file} for file in files]
    if not found:
        first = {key: value for key, value in sources[0].items() if key != "split"} if sources else {}
        found = [{**first, "path": given}]
    return {**data, "sources": found}


def _has_path(item: object) -> bool:
    return isinstance(item, dict) and isinstance(item.get("path"), str)


class _Loader(yaml.SafeLoader):
    """Safe YAML without aliases (which can grow without bound) and without repeated keys (which hide a typo)."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.events.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases are not allowed here", mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    problem = f"{key.value!r} stands here twice"
                    raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
                seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


def _read_yaml(path: Path) -> object:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_CONFIG_BYTES + 1)
    except IsADirectoryError:
        raise ConfigError(f"{path}: is a folder; give the .yaml file, or the folder as --source") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    if len(content) > MAX_CONFIG_BYTES:
        raise ConfigError(f"{path}: larger than {MAX_CONFIG_BYTES >> 20} MiB; is this a data file? give it as --source")
    try:
        data = yaml.load(content, _Loader)  # noqa: S506  (a SafeLoader with less in it)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(f"{path}:{line}: not valid YAML: {error.problem}") from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise ConfigError(f"{path}: not valid YAML: {str(error).splitlines()[0]}") from None
    if not isinstance(data, dict):
        raise ConfigError(f"{path}: must be a mapping such as 'name: news', got {_kind(data)}")
    return data


def _causes(items: list[Any]) -> list[Any]:
    """Return the errors without those that only say that a list's wrong items were left out."""
    places = [item["loc"] for item in items]
    return [
        item
        for item in items
        if not any(place != item["loc"] and place[: len(item["loc"])] == item["loc"] for place in places)
    ]


_SHOWN = 80  # characters of a wrong value
# What pydantic says in the words of Python, in the words of YAML.
_WANTED = {
    "string_type": "be text (in quotes)",
    "invalid_key": "be text (in quotes)",
    "tuple_type": "be a list",
    "dict_type": "be a mapping",
    "model_type": "be a mapping",
    "model_attributes_type": "be a mapping",
    "bool_type": "be true or false",
    "bool_parsing": "be true or false",
    "int_parsing": "be a whole number",
    "float_parsing": "be a number",
    "too_short": "not be empty",
}


def _problem(item: Any) -> str:
    """Return one line for one of pydantic's errors: key path, what was found, what to do."""
    path = ".".join(map(_key, item["loc"]))
    given = item["input"]
    if item["type"] == "extra_forbidden":
        return f"{path}: no such option{_did_you_mean(item['loc'])}"
    if item["type"] == "missing":
        return f"{path}: is missing; every config needs it"
    if item["type"] == "literal_error":
        return f"{path}: must be {item['ctx']['expected']}, got {_kind(given)}"
    if "pattern" in item.get("ctx", {}):
        wanted = "digits as in 1.0.0" if path == "version" else "letters, digits, - and _ (96 at most)"
        return f"{path}: must be {wanted}, got {_kind(given)}"
    wanted = _WANTED.get(item["type"]) or re.sub(r"^(Input|Value) (should|error,) ?", "", item["msg"])
    return f"{path}: must {wanted.removeprefix('must ')}, got {_kind(given)}"


def _key(part: str | int) -> str:
    """Return a part of a key path as one line: a key can be anything that YAML can hold."""
    return str(part) if str(part).isprintable() else repr(part)


def _kind(value: object) -> str:
    if isinstance(value, str):
        return repr(value if len(value) <= _SHOWN else value[:_SHOWN] + "…")
    if isinstance(value, int | float):
        return repr(value)
    known = {type(None): "nothing", list: "a list", tuple: "a list", dict: "a mapping"}
    return known.get(type(value), f"a {type(value).__name__}")


def _did_you_mean(location: tuple[str | int, ...]) -> str:
    model: Any = Config
    for part in location[:-1]:
        if isinstance(part, str) and part in getattr(model, "model_fields", {}):
            model = _model_in(model.model_fields[part].annotation) or model
    known = list(getattr(model, "model_fields", {}))
    near = difflib.get_close_matches(str(location[-1]), known, 1)
    return f"; did you mean {near[0]}?" if near else f"; known here: {', '.join(known)}"


def _model_in(annotation: Any) -> Any:
    """Return the options class inside an annotation such as tuple[Source, ...] or Baseline | None."""
    if isinstance(annotation, type) and issubclass(annotation, Options):
        return annotation
    for part in getattr(annotation, "__args__", ()):
        found = _model_in(part)
        if found is not None:
            return found
    return None


def _contradictions(config: Config) -> list[str]:
    """Return what no single option shows to be wrong."""
    problems = []
    if config.split.validation + config.split.test >= 1:
        total = config.split.validation + config.split.test
        problems.append(f"split: validation and test together must be below 1 to leave a train split, got {total:g}")
    kinds = {source.labels == "rules" for source in config.sources}
    if len(kinds) > 1:
        problems.append("sources: labels must be 'rules' for all sources or for none, or half the rows have none")
    for number, source in enumerate(config.sources):
        if "\0" in source.path or not source.path:
            problems.append(f"sources.{number}.path: must name a file, a folder or a glob")
    if config.baseline is not None and not set(config.baseline.models) - {"rules"}:
        problems.append('baseline.models: must name a model that learns, beside "rules"; or set baseline: null')
    if config.baseline is not None and not config.publish.text:
        problems.append("baseline: has nothing to learn from where publish.text is false; set baseline: null")
    return problems + _missing(config)


def _missing(config: Config) -> list[str]:
    """Return what the config names beside its sources and is not there. What lies in a store is not looked up."""
    taxonomy, gold, frozen = config.label.taxonomy, config.label.gold, config.split.frozen
    problems = [
        f"{key}: must be on a disk, got {value}; only sources and split.frozen may be in a store"
        for key, value in (("label.taxonomy", taxonomy), ("label.gold", gold))
        if value is not None and storage.is_address(value)
    ]
    for key, value in (("label.taxonomy", taxonomy), ("split.frozen", frozen)):
        if value is not None and not storage.is_address(value) and not config.resolve(value).is_dir():
            problems.append(f"{key}: {config.resolve(value)} is not a folder")
    if gold is not None and not storage.is_address(gold) and not config.resolve(gold).is_file():
        problems.append(f"label.gold: {config.resolve(gold)} is not a file")
    return problems
