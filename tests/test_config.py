"""Configs: every problem at once, each with its place and its remedy."""

from pathlib import Path

import pytest

from caibian.config import MAX_CONFIG_BYTES, Config, Options, load
from caibian.errors import ConfigError

SMALLEST = "name: news\nversion: 1.0.0\nsources: [{path: pages}]\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "news.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(written(folder, text))
    return list(caught.value.problems)


def test_the_smallest_config_has_a_default_for_all_else(tmp_path: Path) -> None:
    config = load(written(tmp_path, SMALLEST))
    assert config.split.test == 0.1
    assert config.baseline is not None
    assert config.resolve("pages") == tmp_path / "pages"


def test_baseline_null_trains_none(tmp_path: Path) -> None:
    assert load(written(tmp_path, SMALLEST + "baseline: null\n")).baseline is None


def test_all_problems_come_at_once_with_place_and_remedy(tmp_path: Path) -> None:
    text = "name: a b\nversion: 2026.11\nsorces: []\nclean: {min_char: 3}\nsplit: {test: 1.5}\n"
    found = "\n".join(problems(tmp_path, text))
    assert "news.yaml: name: must be letters, digits, - and _" in found
    assert "version: must be text (in quotes), got 2026.11" in found
    assert "sources: is missing" in found
    assert "sorces: no such option; did you mean sources?" in found
    assert "clean.min_char: no such option; did you mean min_chars?" in found
    assert "split.test: must be less than 1, got 1.5" in found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name: [", "not valid YAML"),
        ("- a\n- b\n", "must be a mapping"),
        ("", "must be a mapping"),
        (SMALLEST + "name: again\n", "stands here twice"),
        ("a: &x [1]\nb: *x\n", "aliases are not allowed"),
        ("name: !!python/object/apply:os.system ['true']\n", "not valid YAML"),
        (SMALLEST + "split: {validation: 0.5, test: 0.5}\n", "must be below 1 to leave a train split"),
        (SMALLEST + "label: {taxonomy: nowhere}\n", "is not a folder"),
        (
            "name: n\nversion: 1.0.0\nsources: [{path: a}, {path: b, labels: field}]\n",
            "for all sources or for none",
        ),
        ("name: n\nversion: 1.0.0\nsources: [{path: a, labls: field}]\n", "did you mean labels?"),
        (SMALLEST.replace("1.0.0", "'١.٠.٠'"), "version: must be digits as in 1.0.0, got '١.٠.٠'"),
        (SMALLEST.replace("news", "n" * 900), f"got '{'n' * 80}…'"),
        (SMALLEST + "folder: /etc\n", "folder: no such option"),
        (SMALLEST + '"\\e[31m\\n": 1\n', r"news.yaml: '\x1b[31m\n': no such option"),
        (SMALLEST + "? \n: 1\n", "None: must be text (in quotes), got nothing"),
        (SMALLEST + "clean: {repair: maybe}\n", "clean.repair: must be true or false, got 'maybe'"),
        (SMALLEST + "publish: {mask: phone}\n", "publish.mask: must be a list, got 'phone'"),
        (SMALLEST.replace("path: pages", "path: pages, fields: {text: true}"), "a position from 0, got True"),
        (SMALLEST.replace("path: pages", "path: pages, fields: {text: -1}"), "a position from 0, got -1"),
        (SMALLEST.replace("[{path: pages}]", "pages"), "sources: must be a list, got 'pages'"),
        (SMALLEST.replace("[{path: pages}]", "[pages]"), "sources.0: must be a mapping, got 'pages'"),
        (SMALLEST.replace("[{path: pages}]", "[]"), "sources: must not be empty"),
        (SMALLEST + "baseline: {models: []}\n", "baseline.models: must name a model that learns"),
        (SMALLEST + "baseline: {models: [rules]}\n", "baseline.models: must name a model that learns"),
        (SMALLEST + "publish: {text: false}\n", "baseline: has nothing to learn from"),
    ],
)
def test_a_wrong_config_is_refused(tmp_path: Path, text: str, expected: str) -> None:
    found = problems(tmp_path, text)
    assert any(expected in problem for problem in found), found


def test_a_wrong_item_of_a_list_is_one_problem(tmp_path: Path) -> None:
    assert len(problems(tmp_path, "name: n\nversion: 1.0.0\nsources: [{path: a, labls: field}]\n")) == 1


def test_missing_folder_and_huge_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        load(tmp_path / "missing.yaml")
    with pytest.raises(ConfigError, match="is a folder"):
        load(tmp_path)
    huge = tmp_path / "huge.yaml"
    huge.write_bytes(b"#" * (MAX_CONFIG_BYTES + 1))
    with pytest.raises(ConfigError, match="larger than 4 MiB"):
        load(huge)


def test_source_replaces_the_path_of_a_single_source(tmp_path: Path) -> None:
    config = load(written(tmp_path, SMALLEST), source="elsewhere/pages")
    assert [Path(source.path) for source in config.sources] == [Path("elsewhere/pages").absolute()]


def test_an_empty_source_is_no_folder(tmp_path: Path) -> None:
    """An unset variable in a script would else build from whatever lies in the folder that it runs in."""
    with pytest.raises(ConfigError, match="--source: is empty"):
        load(written(tmp_path, SMALLEST), source="")


def test_source_folder_serves_the_files_of_several_sources_that_are_there(tmp_path: Path) -> None:
    text = "name: n\nversion: 1.0.0\nsources:\n- {path: train.txt, split: train}\n- {path: test.txt, split: test}\n"
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "test.txt").write_text("x")
    config = load(written(tmp_path, text), source=str(tmp_path / "given"))
    assert [source.split for source in config.sources] == ["test"]


def test_every_option_has_one_sentence() -> None:
    def walk(model: type) -> None:
        assert model.__doc__
        for name, info in model.model_fields.items():
            if not isinstance(info.get_default(call_default_factory=True), Options):
                assert info.description, f"{model.__name__}.{name}"
                assert info.description.endswith("."), f"{model.__name__}.{name}"
            for part in (info.annotation, *getattr(info.annotation, "__args__", ())):
                if isinstance(part, type) and hasattr(part, "model_fields"):
                    walk(part)

    walk(Config)
