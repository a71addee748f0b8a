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
        ("weight: 3", "weigth: 3", "weigth: no such key"),
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
    assert any("two files have the id chess" in line for line in problems(folder))


def test_an_empty_folder_is_a_problem(tmp_path: Path) -> None:
    assert "no topic file" in problems(tmp_path)[0]


def test_an_empty_function_is_a_problem(tmp_path: Path) -> None:
    text = TOPIC.replace("examples:", "  - name: nothing\n    weight: 1\nexamples:")
    assert "chess.nothing: empty: has neither words nor patterns" in problems(folder_with(tmp_path, chess=text))


def test_a_word_in_two_opposed_roles_is_a_problem(tmp_path: Path) -> None:
    text = TOPIC.replace("examples:", "  - name: not_chess\n    weight: -2\n    words: 象棋\nexamples:")
    assert problems(folder_with(tmp_path, chess=text)) == [
        "chess: '象棋' votes for it in boards and against it in not_chess"
    ]


def test_an_example_that_fails_is_a_problem(tmp_path: Path) -> None:
    text = TOPIC.replace("河里的鱼多了起来。", "棋手在围棋赛上获胜，象棋组的棋手夺冠。")
    found = problems(folder_with(tmp_path, chess=text))
    assert len(found) == 1
    assert "should not get the topic" in found[0]


def test_an_unknown_topic_gets_a_suggestion() -> None:
    assert unknown_topics(load_taxonomy(), ["road", "law"]) == ["road: no such topic; did you mean roads?"]
