"""What configs/topics.md says of topic files and gold files is so."""

import json
import re
from pathlib import Path

from caibian_labels import problems
from caibian_labels.gold import Judgement, read_gold
from caibian_labels.taxonomy import FUNCTION_KEYS, ZONES

TEXT = (Path(__file__).parents[2] / "configs" / "topics.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    return TEXT.partition(f"```{language}\n")[2].partition("```")[0]


def test_the_topic_shown_has_no_problem(tmp_path: Path) -> None:
    (tmp_path / "chess.yaml").write_text(block("yaml"), encoding="utf-8")
    assert problems(tmp_path) == []


def test_every_key_of_a_function_and_every_place_is_told() -> None:
    keys = re.findall(r"^\| (`.*?) \|", TEXT, flags=re.MULTILINE)
    assert sorted(re.findall("`(.*?)`", " ".join(keys))) == sorted(FUNCTION_KEYS)
    assert all(f"`{zone}`" in TEXT for zone in ZONES)


def test_the_judgement_shown_is_one(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(block("json"), encoding="utf-8")
    shown = json.loads(block("json"))
    assert read_gold(path) == [Judgement(shown["id"], ("roads",), "anna", "2026-05-01T08:00:00Z")]
