import os
from pathlib import Path

import pytest

from caibian_labels import Labeller, TaxonomyError, load_taxonomy, problems
from caibian_labels.check import example_document, unknown_topics
from caibian_labels.taxonomy import read_taxonomy

TOPIC = """
id: chess
zh: 棋类
en: Chess
definition: Games of chess and who plays them.
iptc: ["20000941"]
functions:
  - name: boards
    weight: 3
    words: 象棋 围棋 棋手
    patterns: ["棋手 <20> 夺冠|获胜"]
examples:
  for: ["棋手在象棋赛上夺冠，围棋组的棋手也获胜。"]
  against: ["河里的鱼多了起来。"]
"""


def folder_with(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def test_the_packages_own_taxonomy_has_no_problem() -> None:
    assert problems() == []


def test_the_packages_own_taxonomy_has_25_topics_with_examples() -> None:
    taxonomy = load_taxonomy()
    assert len(taxonomy.topics) == 25
    assert {topic.id for topic in taxonomy.topics if topic.kind == "form"} == {"meetings", "inspections"}
    assert all(len(topic.examples_for) >= 3 and len(topic.examples_against) >= 3 for topic in taxonomy.topics)
    assert all(topic.zh and topic.definition for topic in taxonomy.topics)


def test_a_folder_of_ones_own_is_a_taxonomy(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, chess=TOPIC)
    assert problems(folder) == []
    labels = Labeller(load_taxonomy(folder)).label(example_document("少年棋手夺冠\n本县棋手在省围棋赛上夺冠。"))
    assert labels.ids == ["chess"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("weight: 3", "weight: much", "functions\\[0\\]: weight: must be a number"),
        ("weight: 3", "weight: .nan", "functions\\[0\\]: weight: must be a number"),
        ("weight: 3", "weight: -.inf", "functions\\[0\\]: weight: must be a number"),
        ("weight: 3", "weigth: 3", "weigth: no such key; did you mean weight\\?"),
        ("weight: 3", "weight: 3\n    whole_words: 'yes'", "whole_words: must be true or false, got 'yes'"),
        ("zh: 棋类", "zh: 棋\nzh: 类", "chess.yaml: not YAML in line 4: 'zh' stands twice"),
        ("en: Chess", "en: 2026-13-45", "chess.yaml: not YAML: month must be in 1..12"),
        ("id: chess", 'id: "a b"', "id: must be without blanks and"),
        ("id: chess", 'id: "a\\e[1mb"', "id: must be without blanks and"),
        ("20000941", "sport", "iptc: must be a list of Media Topic ids"),
        ("examples:", "examples: [x]\nexample:", "examples: must hold the keys for and against"),
        ("words: 象棋 围棋 棋手", "where: tittle\n    words: 象棋", "no such zone 'tittle'"),
        ("words: 象棋 围棋 棋手", "words: '@games'", "no set of words is named @games"),
        ("<20>", "<900>", "a gap is <0> to <60>"),
        ("id: chess", "id: 3", "id: must be a text"),
        ("id: chess", "id: [", "not YAML"),
    ],
)
def test_problems_in_form_name_file_and_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    folder = folder_with(tmp_path, chess=TOPIC.replace(old, new))
    with pytest.raises(TaxonomyError, match=message):
        load_taxonomy(folder)


def test_every_problem_in_form_is_reported_at_once(tmp_path: Path) -> None:
    broken = TOPIC.replace("weight: 3", "weight: much").replace("zh: 棋类\n", "")
    _, found = read_taxonomy(folder_with(tmp_path, chess=broken))
    assert len(found) == 2


def test_no_yaml_tag_is_obeyed(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, chess="id: !!python/object/apply:os.getcwd []\n")
    assert "not YAML" in problems(folder)[0]


def test_two_files_with_one_id_are_a_problem(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, chess=TOPIC, chess_again=TOPIC)
    assert problems(folder) == ["chess.yaml, chess_again.yaml: id: chess stands in more than one file"]


def test_aliases_which_could_grow_without_bound_are_refused(tmp_path: Path) -> None:
    bomb = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    found = problems(folder_with(tmp_path, chess=f"a0: &a0 [x]\n{bomb}id: *a29\n"))
    assert found == ["chess.yaml: not YAML in line 2: aliases are not allowed"]


def test_what_is_no_file_or_not_read_is_a_problem(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, chess=TOPIC, empty="")
    (folder / "tea.yml").write_text(TOPIC, encoding="utf-8")
    (folder / "folder.yaml").mkdir()
    (folder / "loop.yaml").symlink_to("loop.yaml")
    os.mkfifo(folder / "pipe.yaml")
    (folder / "junk.yaml").write_bytes(b"\xb2\x00")
    with (folder / "huge.yaml").open("wb") as file:
        file.truncate((16 << 20) + 1)
    assert sorted(problems(folder)) == [
        "empty.yaml: must hold keys and values, got nothing",
        "folder.yaml: is no file",
        "huge.yaml: is larger than 16 MiB",
        "junk.yaml: not UTF-8 at byte 0",
        "loop.yaml: is no file",
        "pipe.yaml: is no file",
        "tea.yml: is not read; the name of a topic file ends in .yaml",
    ]


def test_an_empty_folder_is_a_problem(tmp_path: Path) -> None:
    assert "no topic file" in problems(tmp_path)[0]


def test_an_empty_function_is_a_problem(tmp_path: Path) -> None:
    text = TOPIC.replace("examples:", "  - name: nothing\n    weight: 1\nexamples:")
    assert problems(folder_with(tmp_path, chess=text)) == [
        "chess.yaml: functions[1] (nothing): empty: has neither words nor patterns"
    ]


def test_a_word_in_two_opposed_roles_is_a_problem(tmp_path: Path) -> None:
    text = TOPIC.replace("examples:", "  - name: not_chess\n    weight: -2\n    words: 象棋\nexamples:")
    assert problems(folder_with(tmp_path, chess=text)) == [
        "chess.yaml: functions[0] (boards): '象棋' votes for the topic, and against it in functions[1]"
    ]


def test_a_word_that_its_own_function_undoes_is_a_problem(tmp_path: Path) -> None:
    text = TOPIC.replace("    patterns:", "    not_in: 围棋\n    with: 县 市\n    without: 市\n    patterns:")
    assert problems(folder_with(tmp_path, chess=text)) == [
        "chess.yaml: functions[0] (boards): '围棋' stands in words and in not_in, and so never votes",
        "chess.yaml: functions[0] (boards): '市' stands in with and in without",
    ]


def test_an_example_that_fails_is_a_problem(tmp_path: Path) -> None:
    text = TOPIC.replace("河里的鱼多了起来。", "棋手在围棋赛上获胜，象棋组的棋手夺冠。")
    found = problems(folder_with(tmp_path, chess=text))
    assert len(found) == 1
    assert "chess.yaml: examples: against[0]: should not get the topic, has probability 0.9" in found[0]


def test_an_unknown_topic_gets_a_suggestion() -> None:
    assert unknown_topics(load_taxonomy(), ["road", "law"]) == ["road: no such topic; did you mean roads?"]
