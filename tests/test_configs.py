"""The shipped configs: all load, and the reference lists every option with its default."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.reference_config import NEEDED, REFERENCE, options, reference

from caibian import config, pipeline

CONFIGS = Path(__file__).parents[1] / "configs"
SAMPLE = Path(__file__).parents[1] / "builders/caibian/sample/sample.yaml"


@pytest.mark.parametrize("path", [*sorted(CONFIGS.glob("*.yaml")), SAMPLE], ids=lambda path: path.name)
def test_config_loads_and_says_what_it_is(path: Path) -> None:
    loaded = config.load(path)
    assert loaded.sources
    assert loaded.description or path == REFERENCE


# A few lines as each corpus has them, invented: file -> text; then the rows and labels that must come of it.
def _tnews(text: str, label: str, keywords: str = "") -> str:
    return json.dumps({"label": 1, "label_desc": label, "sentence": text, "keywords": keywords, "id": 1}) + "\n"


MATCH = (
    "昨日下午，联赛第三轮在城北体育场开哨，主队凭借下半场的两粒进球逆转取胜，观众冒雨看完全场，教练赛后感谢球迷支持。"
)
HOUSES = (
    "市住建局本周公布上月数据，全市新建商品住宅成交一千二百套，环比下降一成，均价与上月持平，三个新区的库存仍然偏高。"
)
CORPORA = {
    "thucnews": (
        {
            "train.txt": "主队三比一取胜\t7\n楼市成交回落\t1\n",
            "dev.txt": "省考开始报名\t3\n",
            "test.txt": "客队逼平对手\t7\n",
        },
        {"train": 2, "validation": 1, "test": 1},
        {"sports", "realty", "education"},
    ),
    "tnews": (
        {
            "train_few_all.json": _tnews("水稻开镰", "news_agriculture", "水稻,秋收")
            + _tnews("主队取胜", "news_sports"),
            "test_public.json": _tnews("客队逼平", "news_sports", "联赛"),
        },
        {"train": 2, "test": 1},
        {"news_agriculture", "news_sports"},
    ),
    "cnews": (
        {"cnews.train.txt": f"体育\t{MATCH}\n", "cnews.val.txt": f"房产\t{HOUSES}\n"},
        {"train": 1, "validation": 1},
        {"体育", "房产"},
    ),
    "toutiao": (
        {"toutiao_cat_data.txt": "1_!_103_!_news_sports_!_主队取胜_!_联赛\n2_!_104_!_news_car_!_新车上市_!_\n"},
        None,
        None,
    ),
}


@pytest.mark.parametrize("name", CORPORA)
def test_a_known_corpus_builds_from_the_files_as_people_have_them(name: str, tmp_path: Path) -> None:
    files, rows, labels = CORPORA[name]
    (tmp_path / "raw").mkdir()
    for file, text in files.items():
        (tmp_path / "raw" / file).write_text(text, encoding="utf-8")
    loaded = config.load(CONFIGS / f"{name}.yaml", source=str(tmp_path / "raw"))
    summary = pipeline.build(loaded, out=tmp_path / "out", workers=1, dry_run=True)
    assert summary.funnel["kept"] == sum(len(text.splitlines()) for text in files.values())
    if rows is not None:
        assert dict(summary.rows) == {**dict.fromkeys(summary.rows, 0), **rows}
    if labels is not None:
        assert set(summary.labels["train"]) | set(summary.labels.get("validation", {})) == labels


def test_sample_config_names_the_bundled_pages_and_their_licence() -> None:
    loaded = config.load(SAMPLE)
    assert loaded.name == "sample"
    assert loaded.license
    assert [loaded.resolve(source.path).is_dir() for source in loaded.sources] == [True]


def test_reference_is_what_the_option_models_say() -> None:
    assert REFERENCE.read_text(encoding="utf-8") == reference(), "run python -m tests.reference_config"


def test_reference_lists_every_option_with_its_default() -> None:
    written = yaml.safe_load(REFERENCE.read_text(encoding="utf-8"))
    [written["sources"]] = written["sources"]
    assert dict(flatten(written)) == dict(declared(config.Config))


def test_every_option_says_in_a_sentence_what_it_is() -> None:
    missing = [
        f"{model.__name__}.{name}"
        for model in config.Options.__subclasses__()
        for name, field in options(model)
        if not field.description and not isinstance(field.get_default(call_default_factory=True), config.Options)
    ]
    assert missing == []


def flatten(section: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Return the leaves of nested mappings by their dotted name."""
    for name, value in section.items():
        if isinstance(value, dict) and value:
            yield from flatten(value, f"{before}{name}.")
        else:
            yield before + name, value


def declared(model: type[config.Options], before: str = "") -> Iterator[tuple[str, Any]]:
    """Return the defaults of a model's options by their dotted name, read from the model alone."""
    for name, field in model.model_fields.items():
        default = field.get_default(call_default_factory=True)
        if name == "sources":
            yield from declared(config.Source, f"{before}{name}.")
        elif isinstance(default, config.Options):
            yield from declared(type(default), f"{before}{name}.")
        elif not field.exclude:
            plain = NEEDED[name] if field.is_required() else default
            yield before + name, list(plain) if isinstance(plain, tuple) else plain
