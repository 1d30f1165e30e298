"""Saved ageing rules: each person's own, kept from one start to the next, never lost to another tab."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from clearaccounts.errors import PreferenceError
from clearaccounts.preferences import FOLDER, AgeingRule, ageing_rules, delete_rule, save_rule
from clearaccounts.settings import DataFolder

WEEKS = AgeingRule("By weeks", (7, 14, 21, 28))


def test_what_is_saved_is_there_the_next_time_for_this_person_alone(tmp_path: Path) -> None:
    save_rule(tmp_path, "ann", WEEKS)
    save_rule(tmp_path, "ann", AgeingRule("audit", (90, 180, 365), "invoice_date"))
    assert ageing_rules(tmp_path, "ann") == (AgeingRule("audit", (90, 180, 365), "invoice_date"), WEEKS)
    assert ageing_rules(tmp_path, "bob") == ()
    assert delete_rule(tmp_path, "ann", "audit") == (WEEKS,) == ageing_rules(tmp_path, "ann")
    assert delete_rule(tmp_path, "bob", "By weeks") == ()


def test_the_same_name_again_replaces(tmp_path: Path) -> None:
    save_rule(tmp_path, "ann", WEEKS)
    assert save_rule(tmp_path, "ann", AgeingRule("  by   WEEKS ", (7,))) == (AgeingRule("by WEEKS", (7,)),)


@pytest.mark.parametrize("rule", [
    AgeingRule("", (30,)), AgeingRule("   ", (30,)), AgeingRule("x" * 41, (30,)), AgeingRule("a\x00b", (30,)), AgeingRule("a", ()),
    AgeingRule("a", (60, 30)), AgeingRule("a", (0, 30)), AgeingRule("a", tuple(range(1, 14))), AgeingRule("a", (30,), "moon"),
])
def test_what_makes_no_sense_is_not_kept(tmp_path: Path, rule: AgeingRule) -> None:
    with pytest.raises(PreferenceError):
        save_rule(tmp_path, "ann", rule)
    assert ageing_rules(tmp_path, "ann") == ()


def test_at_most_twenty(tmp_path: Path) -> None:
    for number in range(20):
        save_rule(tmp_path, "ann", AgeingRule(f"rule {number}", (30,)))
    with pytest.raises(PreferenceError, match="20"):
        save_rule(tmp_path, "ann", AgeingRule("one more", (30,)))
    assert len(save_rule(tmp_path, "ann", AgeingRule("rule 7", (60,)))) == 20


def test_two_tabs_at_once_lose_nothing(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as tabs:
        list(tabs.map(lambda number: save_rule(tmp_path, "ann", AgeingRule(f"rule {number}", (30,))), range(16)))
    assert len(ageing_rules(tmp_path, "ann")) == 16


@pytest.mark.parametrize("user_id", ["../../etc/passwd", "a/b", "demo:sofia", "tenant|object", "ñ", ""])
def test_an_id_is_never_a_files_name(tmp_path: Path, user_id: str) -> None:
    save_rule(tmp_path / "data", user_id, WEEKS)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.parent for path in files} == {tmp_path / "data" / FOLDER}
    assert ageing_rules(tmp_path / "data", user_id) == (WEEKS,)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"ageing_rules": 1}', '{"ageing_rules": [{"name": "a"}]}'])
def test_a_broken_file_is_named_and_not_written_over(tmp_path: Path, content: str) -> None:
    save_rule(tmp_path, "ann", WEEKS)
    file = next((tmp_path / FOLDER).glob("*.json"))
    file.write_text(content, encoding="utf-8")
    with pytest.raises(PreferenceError, match=file.name):
        ageing_rules(tmp_path, "ann")
    with pytest.raises(PreferenceError, match=file.name):
        save_rule(tmp_path, "ann", WEEKS)
    assert file.read_text(encoding="utf-8") == content


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("in the way", encoding="utf-8")
    with pytest.raises(PreferenceError, match="cannot be written"):
        save_rule(tmp_path, "ann", WEEKS)


def test_preferences_do_not_end_the_sample(tmp_path: Path) -> None:
    save_rule(tmp_path, "ann", WEEKS)
    assert DataFolder(tmp_path).is_empty
    assert json.loads(next((tmp_path / FOLDER).glob("*.json")).read_text(encoding="utf-8"))["ageing_rules"][0]["name"] == "By weeks"
