"""The command line: what goes wrong gives one clear line, the right exit code, and leaves nothing half-written."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from caibian import cli

ARTICLE = (
    "本报讯 昨日上午，青槐镇召开道路建设推进会，部署今年的农村公路改造工作。"
    "会议要求，各村要抓紧施工，确保年底前完成三十公里村道的硬化任务。"
    "镇长在会上说，修路是群众最盼的事，一定要把好质量关。"
)

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Give a function that runs build-dataset in an empty folder and returns exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def call(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["build-dataset", *words])
        code = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        return code, *capsys.readouterr()

    return call


def config(text: str = "", *, path: str = "pages") -> str:
    Path("news.yaml").write_text(f"name: news\nversion: 1.0.0\nsources: [{{path: {path}}}]\nbaseline: null\n{text}")
    return "news.yaml"


def pages(count: int = 12) -> None:
    Path("pages").mkdir()
    for number in range(count):
        article = ARTICLE.replace("三十", str(number * 7 + 3))
        text = f"第{number}次会议\n\n{article}{'甲乙丙丁戊己庚辛壬癸子丑'[number] * 30}。"
        Path(f"pages/{number:02}.txt").write_text(text, encoding="utf-8")


def one_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line]
    assert len(lines) == 1, text
    return lines[0]


@pytest.mark.parametrize(
    ("words", "code", "expected"),
    [
        (("build", "missing.yaml"), 2, "missing.yaml: cannot be read: No such file"),
        (("build", "--sources", "x"), 2, "No such option"),
        (("build", "--workers", "none"), 2, "valid integer"),
        (("build", "--source", "nowhere", "--out", "out"), 3, "nowhere: no such file or folder"),
        (("inspect", "nowhere.html"), 3, "nowhere.html: no such file or folder"),
        (("check", "missing.yaml"), 2, "missing.yaml: cannot be read"),
        (("nonsense",), 2, "No such command"),
        (("evaluate", "nowhere"), 3, "nowhere"),
        (("evaluate", "nowhere", "--model", "nothing"), 2, "'nothing' does not exist"),
        (("evaluate", "nowhere", "--predictions", "nothing"), 2, "'nothing' does not exist"),
        (("predict", "nowhere", "page.html"), 3, "nowhere/options.json: does not exist"),
        (("verify", "nowhere"), 3, "nowhere: is no dataset of ours"),
        (("diff", "nowhere", "elsewhere"), 3, "nowhere: is no dataset of ours"),
        (("push", "nowhere", "me/news", "--dry-run"), 3, "nowhere: is no dataset of ours"),
        (("labels", "nowhere"), 2, "nowhere: cannot be read"),
        (("gold", "nowhere", "--out", "gold.jsonl"), 3, "nowhere: No such file"),
        (("inspect", "nowhere", "--id", "x"), 3, "nowhere: no such file or folder"),
        (("build", "--ray-address", "x"), 2, "--ray-address: is of use with --engine ray only"),
        (("build", "--source", ""), 2, "--source: is empty"),
        (("build", "--source", "\x1bm", "--out", "out"), 3, r"\x1bm: no such file or folder"),
    ],
)
def test_wrong_usage(run: Run, words: tuple[str, ...], code: int, expected: str) -> None:
    found, out, err = run(*words)
    assert (found, out) == (code, "")
    assert expected in one_line(err)
    assert not list(Path().rglob("*"))


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [("empty.txt", b"", "empty"), ("image.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 9, "binary")],
)
def test_a_file_without_text_is_nothing_to_build_from(run: Run, name: str, content: bytes, reason: str) -> None:
    Path(name).write_bytes(content)
    code, out, err = run("build", config(path=name), "--out", "out")
    assert (code, out) == (3, "")
    assert "nothing to publish" in one_line(err)
    assert reason in err
    assert not Path("out/news/1.0.0").exists()


def test_an_empty_folder_is_nothing_to_read(run: Run) -> None:
    Path("pages").mkdir()
    code, _, err = run("build", config(), "--out", "out")
    assert code == 3
    assert "holds no file to read" in one_line(err)
    assert not Path("out").exists()


def test_a_missing_column_is_named_with_those_that_are_there(run: Run) -> None:
    Path("rows.jsonl").write_text(json.dumps({"heading": "a", "words": ARTICLE}) + "\n")
    code, _, err = run("build", config(path="rows.jsonl"), "--out", "out")
    assert code == 3
    assert "rows.jsonl: line 1: no field of text found" in one_line(err)
    assert "'heading', 'words'" in err


def test_check_reports_every_problem(run: Run) -> None:
    Path("bad.yaml").write_text("name: a b\nversion: 1\nsorces: []\n")
    code, out, err = run("check", "bad.yaml")
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 4
    code, out, _ = run("check", "bad.yaml", "--json")
    assert code == 2
    assert len(json.loads(out)["problems"]) == 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("label: {gold: gold.jsonl}\n", 'gold.jsonl:1: "topics": no such topic bogus'),
        ("split: {frozen: pages}\n", "pages: is no dataset of ours"),
        ("label: {taxonomy: pages}\n", "pages: no topic file"),
    ],
)
def test_check_looks_into_what_the_config_names(run: Run, text: str, expected: str) -> None:
    pages(1)
    Path("gold.jsonl").write_text('{"id": "x", "topics": ["bogus"]}\n')
    code, out, err = run("check", config(text))
    assert (code, out) == (2, "")
    assert f"news.yaml: {expected}" in one_line(err)


def test_check_knows_the_encodings(run: Run) -> None:
    pages(1)
    code, _, err = run("check", config(path="pages, encoding: klingon"))
    assert code == 2
    assert "no encoding is called 'klingon'" in one_line(err)


def test_a_gold_file_in_another_encoding_is_refused(run: Run) -> None:
    pages(1)
    Path("gold.jsonl").write_bytes("会议".encode("gb18030"))
    code, _, err = run("build", config("label: {gold: gold.jsonl}\n"), "--out", "out")
    assert code == 3
    assert "gold.jsonl: not UTF-8 at byte 0" in one_line(err)


def test_check_of_a_good_config(run: Run) -> None:
    pages(1)
    assert run("check", config())[:2] == (0, "news.yaml: no problem found\n")


def test_build_then_the_same_again_then_other_rows(run: Run) -> None:
    pages()
    code, out, err = run("build", config(), "--out", "out", "--workers", "1", "--json")
    assert code == 0, err
    built = json.loads(out)
    assert built["funnel"]["read"] == 12
    assert sum(built["rows"].values()) == built["funnel"]["kept"]
    again = json.loads(run("build", "news.yaml", "--out", "out", "--workers", "1", "--json")[1])
    assert again["state"] != "published"
    manifest = Path("out/news/1.0.0/manifest.json").read_bytes()
    Path("pages/new.txt").write_text("又一次会议\n\n" + ARTICLE * 2 + "这是新的一篇，讲的是另一件事。")
    code, _, err = run("build", "news.yaml", "--out", "out", "--workers", "1")
    assert code == 3
    assert "other rows" in one_line(err)
    assert Path("out/news/1.0.0/manifest.json").read_bytes() == manifest
    assert [path.name for path in Path("out/news").iterdir() if not path.name.startswith(".")] == ["1.0.0"]


def test_output_that_cannot_be_written(run: Run) -> None:
    pages()
    Path("out").write_text("a file, not a folder")
    code, _, err = run("build", config(), "--out", "out")
    assert code == 3
    assert "cannot be written" in one_line(err)


@pytest.mark.parametrize(
    ("out", "source", "expected"),
    [("pages/out", "pages", "pages: holds pages/out/news"), (".", ".", "holds news"), ("bad\udcff", "pages", "UTF-8")],
)
def test_a_folder_to_write_into_that_cannot_be(run: Run, out: str, source: str, expected: str) -> None:
    """A build whose output lies in its source would read it the next time."""
    pages(1)
    code, _, err = run("build", config(path=source), "--out", out)
    assert code == 2
    assert expected in one_line(err)
    assert sorted(path.name for path in Path().iterdir()) == ["news.yaml", "pages"]


def test_rows_that_are_all_dropped_are_nothing_to_publish(run: Run) -> None:
    pages()
    code, _, err = run("build", config("clean: {min_chars: 100000}\n"), "--out", "out", "--workers", "1")
    assert code == 3
    assert "nothing to publish: 12 read; too_short 12" in one_line(err)


def test_the_config_in_the_manifest_names_no_folder_of_this_machine(run: Run) -> None:
    pages()
    assert run("build", config(), "--out", "one", "--workers", "1")[0] == 0
    assert run("build", "news.yaml", "--source", "pages", "--out", "two", "--workers", "1")[0] == 0
    manifests = [Path(f"{out}/news/1.0.0/manifest.json").read_bytes() for out in ("one", "two")]
    assert manifests[0] == manifests[1]


def test_dry_run_writes_no_version(run: Run) -> None:
    pages()
    code, out, err = run("build", config(), "--out", "out", "--dry-run", "--workers", "1")
    assert code == 0, err
    assert "nothing was written" in out
    assert not Path("out/news/1.0.0").exists()


def test_inspect_gives_an_object_a_record_in_order_dropped_ones_too(run: Run) -> None:
    pages(2)
    Path("pages/01a.txt").write_text("")
    code, out, err = run("inspect", "--json", "pages")
    assert code == 0, err
    records = [json.loads(line) for line in out.splitlines()]
    assert [record["source"] for record in records] == ["00.txt", "01.txt", "01a.txt"]
    assert records[2]["dropped"] == "empty"
    for record in records:
        assert {"id", "title", "text", "paragraphs", "published", "publisher", "author", "url"} <= set(record)
        assert {"encoding", "script", "repairs", "topics", "evidence", "dropped"} <= set(record)
        assert record["text"] == "\n".join(record["paragraphs"])


def test_inspect_for_a_person_shows_before_and_after(run: Run) -> None:
    Path("page.txt").write_text("第一次會(huì)議\n\n" + ARTICLE.replace("会议", "會(huì)議"))
    code, out, err = run("inspect", "page.txt")
    assert code == 0, err
    assert "before" in out
    assert "readings" in out


def test_inspect_marks_repairs_and_the_words_for_topics_in_a_terminal(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    same = "".join(
        f"第{day}天，{ARTICLE}\n" for day in range(100)
    )  # beside much that no repair touched, a repair is marked all the same
    Path("page.txt").write_text(f"第一次會(huì)議\n\n{same}\n{ARTICLE.replace('会议', '會(huì)議')}\n")
    code, out, err = run("inspect", "page.txt")
    assert code == 0, err
    assert "\x1b[31m(huì)\x1b[0m" in out
    assert "\x1b[4m路建设" in out
    assert "+ roads" in out
    assert "(ways, " in out  # the functions that voted


def test_no_page_takes_over_the_terminal(run: Run) -> None:
    hostile = "\x1b]0;mine\x07\x1b[2J\x9b31m\u202e"
    row = {
        "title": f"会议{hostile}召开",
        "text": f"{ARTICLE}{hostile}道路",
        "publisher": f"报{hostile}",
        "url": hostile,
    }
    Path("pages").mkdir()
    Path("pages/rows.jsonl").write_text(json.dumps(row) + "\n")
    _, out, _ = run("inspect", "pages")
    assert "␛[2J" in out
    _, record, _ = run("inspect", "--json", "pages")
    run("build", config(), "--workers", "1", "--quiet")
    _, told, _ = run("inspect", "dist/news/1.0.0", "--id", json.loads(record)["id"])
    assert "␛[2J" in told
    assert not {one for one in out + told if one in hostile and not one.isprintable()}


def test_inspect_says_what_it_cuts(run: Run) -> None:
    Path("page.txt").write_text(f"{ARTICLE}\n{'甲' * 30_000}\n")
    _, out, _ = run("inspect", "page.txt")
    assert "characters more, which" in out


def test_one_record_of_many_by_its_id_and_the_same_row_of_the_dataset(run: Run) -> None:
    pages()
    _, out, _ = run("inspect", "--json", "pages")
    row_id = json.loads(out.splitlines()[3])["id"]
    code, out, _ = run("inspect", "pages", "--id", row_id)
    assert code == 0
    assert "03.txt" in out
    assert out.count("repairs:") == 1
    code, out, err = run("inspect", "pages", "--id", "none")
    assert (code, out) == (3, "")
    assert "pages: no record there has the id 'none'" in one_line(err)
    run("build", config(), "--workers", "1", "--quiet")
    code, out, _ = run("inspect", "dist/news/1.0.0", "--id", row_id)
    assert code == 0
    assert "+ roads" in out
    assert "paragraph 0: " in out
    assert f"inspect FILES --id {row_id}" in out
    assert "'topic'" not in out


@pytest.mark.parametrize(
    ("words", "code", "expected"),
    [
        ("inspect page.txt | true", 0, ""),
        ("inspect --json page.txt | true", 0, ""),
        ("inspect --json page.txt >&-", 0, ""),
        ("check >/dev/full", 3, "output: No space left on device"),
    ],
)
def test_standard_output_that_takes_nothing(tmp_path: Path, words: str, code: int, expected: str) -> None:
    (tmp_path / "page.txt").write_text(ARTICLE)
    line = f"set -o pipefail; {sys.executable} -c 'from caibian.cli import main; main()' {words}"
    done = subprocess.run(["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, expected in done.stderr) == (code, True), done.stderr
    assert len(done.stderr.splitlines()) == (1 if expected else 0)


def test_a_terminal_in_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text(ARTICLE)
    command = [sys.executable, "-c", "from caibian.cli import main; main()", "inspect", "page.txt"]
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii"}
    shown = subprocess.run(command, cwd=tmp_path, env=ascii_only, check=True, capture_output=True, text=True).stdout
    assert r"\u516c\u8def" in shown
    told = subprocess.run([*command, "--json"], cwd=tmp_path, env=ascii_only, check=True, capture_output=True).stdout
    assert json.loads(told)["paragraphs"]


def test_every_command_has_help_with_an_example(run: Run) -> None:
    code, out, _ = run("--help")
    assert code == 0
    for command in cli.app.registered_commands:
        name = str(command.name or command.callback.__name__)  # type: ignore[union-attr]
        assert name in out
        code, shown, _ = run(name, "--help")
        assert code == 0
        assert f"Example: build-dataset {name}" in shown


def test_help_imports_nothing_heavy() -> None:
    """The bound of 0.3 s is kept by what is not imported; a timed assertion would fail on a busy machine."""
    code = "import sys; from caibian import cli; cli.app(['--help'], standalone_mode=False); print(*sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    heavy = {"numpy", "pyarrow", "pydantic", "yaml", "sklearn", "jieba", "datasets", "resiliparse", "rich.table"}
    assert heavy.isdisjoint(shown.split())


def test_a_shipped_test_split_keeps_its_copies_under_ids_of_their_own(run: Run) -> None:
    Path("train.txt").write_text("".join(f"第{n}届运动会昨日在{'甲乙丙丁戊'[n]}县开幕\t体育\n" for n in range(5)))
    Path("test.txt").write_text("主队三比一取胜\t体育\n省考今日开始报名\t教育\n主队三比一取胜\t体育\n")
    Path("news.yaml").write_text(
        "name: news\nversion: 1.0.0\nbaseline: null\nsplit: {by: source}\nsources:\n"
        + "".join(
            f"- {{path: {split}.txt, split: {split}, format: tsv, header: false, content: headline, labels: field}}\n"
            for split in ("train", "test")
        )
    )
    code, out, err = run("build", "news.yaml", "--out", "out", "--workers", "1", "--json")
    assert code == 0, err
    assert json.loads(out)["rows"] == {"train": 5, "test": 3}
    assert run("verify", "out/news/1.0.0")[0] == 0


def test_labels_shows_where_people_differ(run: Run) -> None:
    pages(3)
    _, out, _ = run("inspect", "--json", "pages")
    ids = [json.loads(line)["id"] for line in out.splitlines()]
    said = [(ids[0], "甲", ["roads"]), (ids[0], "乙", ["roads", "safety"]), (ids[1], "甲", []), (ids[1], "乙", [])]
    lines = (json.dumps({"id": one, "topics": topics, "who": who, "when": None}) for one, who, topics in said)
    Path("gold.jsonl").write_text("\n".join(lines), encoding="utf-8")
    code, out, _ = run("labels", config(), "--gold", "gold.jsonl")
    assert code == 0
    assert f"people differ on {ids[0]}: safety by 乙 (of 乙, 甲)" in out
    assert "alpha" in out
    assert ids[1] not in out.partition("labelling function")[0]


TOPIC = """id: roads
zh: 修路
en: Roads
definition: Road works.
functions: [{name: works, weight: 3, words: 农村公路 硬化 修路}]
examples: {for: [镇里修路，农村公路和村道都硬化。]}
"""


def own_topics(text: str = TOPIC) -> str:
    """Write a taxonomy of one topic, and return what names it in a config."""
    Path("topics").mkdir()
    Path("topics/roads.yaml").write_text(text, encoding="utf-8")
    return "label: {taxonomy: topics}"


def test_topic_files_that_are_none_are_a_wrong_config_of_every_command(run: Run) -> None:
    pages()
    name = config(own_topics())
    Path("topics/folder.yaml").mkdir()
    Path("topics/huge.yaml").touch()
    os.truncate("topics/huge.yaml", 17 << 20)
    for command in ("check", "build", "labels"):
        code, out, err = run(command, name)
        assert (code, out) == (2, ""), command
        assert "folder.yaml: is no file" in err
        assert "huge.yaml: is larger than 16 MiB" in err


def test_check_holds_examples_to_the_threshold_of_the_config(run: Run) -> None:
    pages()
    assert run("check", config(own_topics()))[0] == 0
    code, _, err = run("check", config("label: {taxonomy: topics, threshold: 0.999}"))
    assert code == 2
    assert "roads.yaml: examples: for[0]: should get the topic" in one_line(err)


def test_labels_of_a_dataset_are_measured_by_the_topics_that_labelled_it(run: Run) -> None:
    pages()
    name = config(own_topics())
    assert run("build", name, "--workers", "1")[0] == 0
    code, _, err = run("labels", "dist/news/1.0.0")
    assert code == 2
    assert "was labelled by the topics in 'topics'; give its config as --config" in one_line(err)
    code, out, _ = run("labels", "dist/news/1.0.0", "--config", name, "--json")
    assert code == 0
    assert [one["name"] for one in json.loads(out)["functions"]] == ["roads.works"]
    code, _, err = run("labels", name, "--config", name)
    assert code == 2
    assert "--config: is of use with a dataset" in one_line(err)


def judged(*said: tuple[str, list[str] | None, str | None, str | None]) -> str:
    keys = ("id", "topics", "who", "when")
    return "".join(json.dumps(dict(zip(keys, one, strict=True)), ensure_ascii=False) + "\n" for one in said)


@pytest.mark.parametrize("tool", ["csv", "label-studio", "doccano"])
def test_a_review_carries_judgements_and_its_import_keeps_what_the_gold_file_has(run: Run, tool: str) -> None:
    pages(4)
    _, out, _ = run("inspect", "--json", "pages")
    ids = [json.loads(line)["id"] for line in out.splitlines()]
    said = [
        (ids[0], [], "甲", "2026-05-01T08:00:00Z"),
        (ids[0], ["roads"], "乙", None),
        ("gone", ["roads"], "甲", None),
    ]
    Path("gold.jsonl").write_text(judged(*said), encoding="utf-8")
    name = config("label: {taxonomy: topics, gold: gold.jsonl}")
    own_topics()
    assert run("labels", name, "--review", "look.json", "--tool", tool)[0] == 0  # judgements are the config's
    assert ids[0] in Path("look.json").read_text(encoding="utf-8")
    code, out, _ = run("gold", "look.json", "--tool", tool, "--out", "gold.jsonl", "--who", "丙")
    assert (code, out) == (0, "gold.jsonl: 3 judgements, 0 of them new\n")
    assert Path("gold.jsonl").read_text(encoding="utf-8") == judged(*said)


def test_label_studio_gets_its_labelling_interface(run: Run) -> None:
    pages(4)
    Path("gold.jsonl").touch()
    _, out, _ = run("labels", config(own_topics()), "--review", "look.json", "--tool", "label-studio")
    assert "written for review: look.interface.xml" in out
    assert '<Choice value="roads" hint="修路"/>' in Path("look.interface.xml").read_text(encoding="utf-8")


def test_several_exports_are_added_to_a_gold_file(run: Run) -> None:
    Path("anna.jsonl").write_text('{"text": "a", "label": ["law"], "document_id": "a"}\n')
    Path("bo.jsonl").write_text('{"text": "a", "label": ["(none)"], "document_id": "a"}\n')
    for new in (2, 0):
        code, out, _ = run("gold", "anna.jsonl", "bo.jsonl", "--tool", "doccano", "--out", "gold.jsonl")
        assert (code, out) == (0, f"gold.jsonl: 2 judgements, {new} of them new\n")
    assert Path("gold.jsonl").read_text() == judged(("a", ["law"], "anna", None), ("a", [], "bo", None))


def test_a_gold_file_that_is_none_is_not_written_over(run: Run) -> None:
    Path("notes.txt").write_text("to do")
    Path("new.csv").write_text("id,topics\na,law\n")
    code, _, err = run("gold", "new.csv", "--out", "notes.txt")
    assert code == 3
    assert "notes.txt:1:" in one_line(err)
    assert Path("notes.txt").read_text() == "to do"


def test_who_did_not_judge_leaves_the_rules_topics_and_judgements_without_effect_are_named(run: Run) -> None:
    pages()
    for path in Path("pages").iterdir():
        path.write_text(path.read_text().replace("会议要求", "村里修路，农村公路和村道都硬化。会议要求"))
    _, out, _ = run("inspect", "--json", "pages")
    ids = [json.loads(line)["id"] for line in out.splitlines()]
    Path("gold.jsonl").write_text(
        judged((ids[0], None, "甲", None), (ids[1], [], "甲", None), ("gone", [], "甲", None))
    )
    code, out, _ = run("build", config(f"{own_topics()[:-1]}, gold: gold.jsonl}}"), "--workers", "1", "--json")
    assert code == 0
    assert "gold: 1 of 2 judged ids are no document of the input" in json.loads(out)["notes"]
    rows = [row for path in Path("dist").rglob("articles/*.parquet") for row in pq.read_table(path).to_pylist()]
    found = {row["id"]: (row["topics"], row["label_source"]) for row in rows}
    assert found[ids[0]] == ([0], "rules")
    assert found[ids[1]] == ([], "gold")


def test_a_full_disk_is_named_with_the_file_that_it_lacks_room_for(run: Run) -> None:
    pages(3)
    code, _, err = run("labels", config(), "--review", "/dev/full")
    assert code == 3
    assert one_line(err) == "build-dataset: /dev/full: cannot be written: No space left on device"


def test_labels_of_nothing(run: Run) -> None:
    Path("pages").mkdir()
    Path("pages/short.txt").write_text("短")
    code, out, err = run("labels", config())
    assert (code, out) == (3, "")
    assert "news.yaml: nothing to judge" in one_line(err)


def test_the_history_of_a_row_whose_text_is_withheld(run: Run) -> None:
    pages()
    _, out, _ = run("inspect", "--json", "pages")
    row_id = json.loads(out.splitlines()[3])["id"]
    assert run("build", config("publish: {text: false}"), "--workers", "1", "--quiet")[0] == 0
    code, out, _ = run("inspect", "dist/news/1.0.0", "--id", row_id)
    assert code == 0
    assert "+ roads" in out


def test_people_are_compared_with_the_labels_of_the_source_where_rules_gave_none(run: Run) -> None:
    for number, folder in enumerate(("财经", "体育")):
        Path(f"pages/{folder}").mkdir(parents=True)
        Path(f"pages/{folder}/a.txt").write_text(f"第{number}号\n\n{ARTICLE}{'甲乙'[number] * 90}")
    _, out, _ = run("inspect", "--json", "pages")
    ids = {json.loads(line)["source"][:2]: json.loads(line)["id"] for line in out.splitlines()}
    said = ((ids["财经"], ["财经"], None, None), (ids["体育"], ["财经"], None, None))
    Path("gold.jsonl").write_text(judged(*said), encoding="utf-8")
    Path("news.yaml").write_text(
        "name: news\nversion: 1.0.0\nsources: [{path: pages, labels: folder, content: article}]\nbaseline: null\n"
        "label: {gold: gold.jsonl}\nclean: {min_chars: 0}\n"
    )
    code, _, err = run("build", "news.yaml", "--workers", "1", "--quiet")
    assert code == 0, err
    found = json.loads(Path("dist/news/1.0.0/manifest.json").read_text())["gold"]
    assert found == {"documents": 2, "precision": 0.5, "recall": 0.5, "micro_f1": 0.5}


def test_of_copies_the_one_that_people_judged_stays(run: Run) -> None:
    Path("pages").mkdir()
    Path("pages/long.txt").write_text(f"道路建设推进会\n\n{ARTICLE}{'甲乙丙丁戊己庚辛壬癸' * 20}比前一稿多出的一句。")
    Path("pages/short.txt").write_text(f"道路建设推进会\n\n{ARTICLE}{'甲乙丙丁戊己庚辛壬癸' * 20}")
    _, out, _ = run("inspect", "--json", "pages")
    ids = {json.loads(line)["source"]: json.loads(line)["id"] for line in out.splitlines()}

    def published(text: str, out: str) -> list[str]:
        assert run("build", config(text), "--workers", "1", "--quiet", "--out", out)[0] == 0
        return [row for path in Path(out).rglob("articles/*.parquet") for row in pq.read_table(path)["id"].to_pylist()]

    Path("gold.jsonl").write_text(judged((ids["short.txt"], [], "甲", None)))
    assert published("", "out") == [ids["long.txt"]]
    assert published("label: {gold: gold.jsonl}", "other") == [ids["short.txt"]]


def test_a_review_is_not_written_over_the_judgements(run: Run) -> None:
    pages(3)
    Path("gold.jsonl").write_text(judged(("a", [], "甲", None)))
    code, _, err = run("labels", config("label: {gold: gold.jsonl}"), "--review", "./gold.jsonl")
    assert code == 2
    assert "--review: gold.jsonl holds people's judgements" in one_line(err)
    assert Path("gold.jsonl").read_text() == judged(("a", [], "甲", None))
