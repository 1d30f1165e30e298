"""The file of support rules: what it may say, and how it says what is wrong."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import duckdb
import pytest

from clearaccounts.errors import SettingsError, SupportRulesError
from clearaccounts.handed_tables import EMPTY_TABLES
from clearaccounts.settings import SUPPORT_RULES, Settings, Support
from clearaccounts.support import rules, rules_reader
from clearaccounts.support.rules import Calendar, CategoryType, Goal, OnlineService, Scope
from tests.worlds import world

OPENED = "2026-06-01 08:00:00"
SHORT = """name = "Ours"

[calendar]
days = ["tuesday", "monday"]
opens = 09:00:00
closes = 00:00:00
closed_on = [2026-12-24]

[[goals]]
goal_type = "response"
severity = "A"
clock = "calendar"

[[goals]]
goal_type = "resolution"
severity = "A"
minutes = 60
clock = "business"

[[vehicles]]
support_vehicle = "asfp"
support_types = ["technical"]
platforms = ["cloud", "on_premises"]
is_free = false

[[services]]
online_service = "Azure"
platform = "cloud"
support_types = ["technical"]
products = ["Azure", "Virtual"]

[[categories]]
case_category = "Mail"
support_type = "technical"
"""


def test_every_part_of_the_file_is_read() -> None:
    found = rules_reader.parse(SHORT, "ours.toml")
    assert found.calendar == Calendar((0, 1), time(9), time(0), closed_on=(date(2026, 12, 24),))
    assert found.goals == (Goal("response", "A", None, "calendar"), Goal("resolution", "A", 60, "business"))
    assert found.scopes == (Scope("asfp", "technical", "cloud", False), Scope("asfp", "technical", "on_premises", False))
    assert found.services == (OnlineService("Azure", "cloud", ("technical",), ("Azure", "Virtual")),)
    assert found.categories == (CategoryType("Mail", "technical"),)


@pytest.mark.parametrize(("old", "new", "line", "key"), [
    ('name = "Ours"', 'name = ""', 1, "name"),
    ('"tuesday", "monday"', '"tuesday", "tuesday"', 4, "days"),
    ("opens = 09:00:00", 'opens = "09:00"', 5, "opens"),
    ("closes = 00:00:00", "closes = 08:00:00", 6, "closes"),
    ("[2026-12-24]", '["2026-12-24"]', 7, "closed_on"),
    ('closed_on = [2026-12-24]', 'time_zone = "Madrid"', 7, "time_zone"),
    ('clock = "calendar"', 'clock = "calendar"\nminutes = 3', 13, "minutes"),
    ("minutes = 60\n", "", 14, "minutes"),
    ('goal_type = "resolution"', 'goal_type = "response"', 17, "minutes"),
    ('"asfp"', '"unified"', 21, "support_vehicle"),
    ("is_free = false\n", "", 20, "is_free"),
    ('"Azure", "Virtual"', '"Azure", "azure"', 30, "products"),
    ('support_type = "technical"\n', 'support_type = "technical"\ncolour = 1\n', 35, "colour"),
])
def test_an_error_names_file_line_and_key(old: str, new: str, line: int, key: str) -> None:
    with pytest.raises(SupportRulesError) as caught:
        rules_reader.parse(SHORT.replace(old, new, 1), "ours.toml")
    assert str(caught.value).startswith(f"ours.toml, line {line}: ")
    assert caught.value.values["key"] == key


def test_what_stands_twice_is_refused() -> None:
    for part in ("[[goals]]", "[[vehicles]]", "[[services]]", "[[categories]]"):
        begins = SHORT.index(part)
        twice = SHORT + "\n" + SHORT[begins:].split("\n\n", maxsplit=1)[0] + "\n"
        with pytest.raises(SupportRulesError, match="twice"):
            rules_reader.parse(twice, "ours.toml")


def test_a_file_that_the_settings_name_has_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no such file"):
        rules_reader.in_use(Settings(support=Support(str(tmp_path / "gone.toml"))))


def test_the_file_that_comes_with_the_product_covers_what_there_is() -> None:
    found = rules_reader.parse(SUPPORT_RULES.read_text(encoding="utf-8"), SUPPORT_RULES.name)
    assert {(one.goal_type, one.severity) for one in found.goals} == {(goal, one) for goal in rules.GOALS for one in rules.SEVERITIES}
    assert {one.support_vehicle for one in found.scopes} == {"commercial", "psfp", "asfp", "cloud", "on_premises"}
    assert {vehicle for name in ("asfp", "cloud") for vehicle in [one.platform for one in found.scopes if one.support_vehicle == name]} == {
        "cloud"}


def test_rules_are_handed_over_in_the_shape_that_queries_expect() -> None:
    for name, table in rules.tables(rules_reader.parse(SHORT, "ours.toml")).items():
        assert table().schema == EMPTY_TABLES[name].schema
        assert table().num_rows


def test_a_cases_facts(tmp_path: Path) -> None:
    own = rules_reader.parse(SHORT.replace('"Azure", "Virtual"', '"Azure", "Azure Stack"'), "ours.toml")
    cases = [
        {"case_id": "K1", "case_category": "mail", "product_name": "AZURE plan", "opened_at": OPENED},
        {"case_id": "K2", "case_category": "Mail", "support_type": "billing", "product_name": "Windows", "opened_at": OPENED},
        {"case_id": "K3", "case_category": "Other", "opened_at": OPENED},
    ]
    with duckdb.connect(str(world(tmp_path, support_cases=cases).path), read_only=True) as connection:
        for name, table in rules.tables(own).items():
            connection.register(name, table())
        found = connection.sql("select case_id, support_type, online_service, platform from case_facts() order by case_id").fetchall()
    assert found == [("K1", "technical", "Azure", "cloud"), ("K2", "billing", None, None), ("K3", None, None, None)]
