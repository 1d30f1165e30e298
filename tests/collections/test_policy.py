"""A policy file is read whole or refused with one sentence that names file, line and key."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from clearaccounts.collections import policy as policies
from clearaccounts.collections.policies import in_force
from clearaccounts.decisions import Event, EventFilter
from clearaccounts.errors import PolicyError, SettingsError
from clearaccounts.handed_tables import EMPTY_TABLES
from clearaccounts.settings import SAMPLE_POLICY, Collections, DataFolder, Settings
from clearaccounts.text import ENGLISH

HEAD = 'name = "House rules"\nversion = 2\neffective_on = 2026-01-01\nclock = "due_date"\n'
STAGE = '[[stages]]\nname = "{name}"\naction = "notify"\n'


def nobody_decided(_wanted: EventFilter) -> tuple[Event, ...]:
    return ()


def write(folder: Path, text: str, name: str = "rules.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_everything_a_stage_may_say_is_read(tmp_path: Path) -> None:
    text = HEAD + (
        '[[stages]]\nname = "reminder"\naction = "notify"\nmin_overdue_days = 7\n'
        '[[stages]]\nname = "suspension"\naction = "suspend"\nmin_overdue_days = 30\nmin_overdue_invoices = 2\n'
        'min_overdue_amount = { EUR = "100.00", JPY = "12000" }\nrequires_notice = "final_notice"\nnotice_days = 5\n'
    )

    policy = policies.load(write(tmp_path, text))

    assert (policy.name, policy.version, policy.effective_on, policy.clock) == ("House rules", 2, date(2026, 1, 1), "due_date")
    assert policy.stages[0] == policies.Stage("reminder", "notify", min_overdue_days=7)
    assert policy.stages[1] == policies.Stage(
        "suspension", "suspend", 30, 2, (("EUR", Decimal("100.00")), ("JPY", Decimal("12000"))), "final_notice", 5
    )


def test_the_table_has_a_row_per_stage_and_currency_and_null_for_every_currency(tmp_path: Path) -> None:
    text = HEAD.replace("due_date", "invoice_date") + STAGE.format(name="first") + (
        '[[stages]]\nname = "last"\naction = "suspend"\nmin_overdue_amount = { EUR = "100.00", USD = "120.50" }\n'
    )

    table = policies.load(write(tmp_path, text)).table()

    assert table.schema == EMPTY_TABLES["policy_stages"].schema
    assert [(row["stage_order"], row["stage"], row["clock"], row["currency"], row["min_overdue_amount"]) for row in table.to_pylist()] == [
        (1, "first", "invoice_date", None, None),
        (2, "last", "invoice_date", "EUR", Decimal("100.0000")),
        (2, "last", "invoice_date", "USD", Decimal("120.5000")),
    ]


def test_a_policy_without_stages_is_valid_and_its_table_empty(tmp_path: Path) -> None:
    policy = policies.load(write(tmp_path, HEAD))

    assert policy.stages == ()
    assert policy.table().num_rows == 0
    assert policy.table().schema == EMPTY_TABLES["policy_stages"].schema
    assert policy.in_words(ENGLISH) == ("This policy has no stages: every customer is clear.",)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (HEAD.replace("version = 2", "version = true"), "rules.toml, line 2: version must be a whole number, 0 or more, without quotes."),
        (HEAD.replace("version = 2\n", ""), "rules.toml, line 1: version is missing."),
        (HEAD.replace('"House rules"', '" "'), "rules.toml, line 1: name must be a text in quotes that is not empty."),
        (HEAD.replace("2026-01-01", '"2026-01-01"'), "rules.toml, line 3: effective_on must be a day without quotes, such as 2026-01-01."),
        (HEAD.replace("2026-01-01", "2026-01-01T00:00:00Z"),
         "rules.toml, line 3: effective_on must be a day without quotes, such as 2026-01-01."),
        (HEAD.replace("due_date", "due"), "rules.toml, line 4: clock must be one of due_date, invoice_date."),
        (HEAD + "owner = 1\n",
         "rules.toml, line 5: there is no key owner; use one of name, version, effective_on, clock, stages, holds, notices, segments."),
        (HEAD + "[stages]\nname = 'x'\n", "rules.toml, line 5: stages are written as [[stages]], one after the other."),
        (HEAD + "[[stages]]\nname = 'x'\n", "rules.toml, line 5: action is missing."),
        (HEAD + STAGE.format(name="x") + "min_days = 3\n",
         "rules.toml, line 8: there is no key min_days; use one of name, action, min_overdue_days, min_overdue_invoices, "
         "min_overdue_amount, requires_notice, notice_days."),
        (HEAD + STAGE.format(name="x").replace("notify", "shout"), "rules.toml, line 7: action must be one of notify, restrict, suspend."),
        (HEAD + STAGE.format(name="x") + "min_overdue_days = -1\n",
         "rules.toml, line 8: min_overdue_days must be a whole number, 0 or more, without quotes."),
        (HEAD + STAGE.format(name="x") + "min_overdue_days = 7.5\n",
         "rules.toml, line 8: min_overdue_days must be a whole number, 0 or more, without quotes."),
        (HEAD + STAGE.format(name="x") + STAGE.format(name="y") + "min_overdue_invoices = '1'\n",
         "rules.toml, line 11: min_overdue_invoices must be a whole number, 0 or more, without quotes."),
        (HEAD + STAGE.format(name="x") + "min_overdue_amount = 100\n",
         'rules.toml, line 8: min_overdue_amount must name currencies, such as { EUR = "100.00" }.'),
        (HEAD + STAGE.format(name="x") + "min_overdue_amount = { EUR = 100.0 }\n",
         'rules.toml, line 8: min_overdue_amount for EUR must be a decimal in quotes, 0 or more, such as "100.00".'),
        (HEAD + STAGE.format(name="x") + 'min_overdue_amount = { EUR = "-1.00" }\n',
         'rules.toml, line 8: min_overdue_amount for EUR must be a decimal in quotes, 0 or more, such as "100.00".'),
        (HEAD + STAGE.format(name="x") + 'min_overdue_amount = { EUR = "1.005" }\n',
         "rules.toml, line 8: min_overdue_amount for EUR has more decimals than the currency's 2."),
        (HEAD + STAGE.format(name="x") + 'min_overdue_amount = { EUX = "1.00" }\n',
         "rules.toml, line 8: min_overdue_amount names EUX, which is not an ISO 4217 currency."),
        (HEAD + STAGE.format(name="x") + '[stages.min_overdue_amount]\nEUX = "1.00"\n',
         "rules.toml, line 8: min_overdue_amount names EUX, which is not an ISO 4217 currency."),
        (HEAD + STAGE.format(name="x") + "requires_notice = 'letter'\n",
         "rules.toml, line 8: requires_notice must be one of reminder, overdue, final_notice."),
        (HEAD + STAGE.format(name="x") + "notice_days = 5\n", "rules.toml, line 8: notice_days needs requires_notice beside it."),
        (HEAD + STAGE.format(name="x") + STAGE.format(name="x"), "rules.toml, line 9: two stages have this name; each needs its own."),
        (HEAD + STAGE.format(name="clear"), "rules.toml, line 6: name is taken: clear means that no stage matches."),
        (HEAD + "[stages.first]\n",
         "rules.toml, line 5: stages are written as [[stages]], one after the other."),
        (HEAD + "[rules.first]\n",
         "rules.toml, line 5: there is no key rules; use one of name, version, effective_on, clock, stages, holds, notices, segments."),
        (HEAD + "[holds]\nswitched_off_because = \"\"\"\n[[stages]]\naction = 'shout'\n\"\"\"\n"
         + STAGE.format(name="x").replace("notify", "shout"),
         "rules.toml, line 12: action must be one of notify, restrict, suspend."),
        (HEAD + "# one line, in TOML:\u2028\n" + STAGE.format(name="x").replace("notify", "shout"),
         "rules.toml, line 8: action must be one of notify, restrict, suspend."),
        (HEAD + STAGE.format(name="x") + 'min_overdue_amount = { EUR = "\u0661\u0660\u0660" }\n',
         'rules.toml, line 8: min_overdue_amount for EUR must be a decimal in quotes, 0 or more, such as "100.00".'),
        (HEAD + 'stages = [\n  { name = "x", action = "shout" },\n]\n',
         "rules.toml, line 5: action must be one of notify, restrict, suspend."),
    ],
)
def test_a_fault_is_one_sentence_with_file_line_and_key(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(PolicyError) as caught:
        policies.load(write(tmp_path, text))

    assert str(caught.value) == sentence


def test_a_file_that_is_not_toml_or_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"^rules\.toml, line 1: this is not valid TOML: .*: name = House$"):
        policies.load(write(tmp_path, "name = House"))
    with pytest.raises(PolicyError, match=r"^rules\.toml, line 5: this is not valid TOML: .*: version = 3$"):
        policies.load(write(tmp_path, HEAD + "version = 3"))
    with pytest.raises(PolicyError, match=r"^rules\.toml: this is not valid TOML: values are nested too deeply\.$"):
        policies.load(write(tmp_path, HEAD + "stages = " + "[" * 50_000))
    with pytest.raises(PolicyError, match=r"^rules\.toml: this is not valid TOML: a number is too long\.$"):
        policies.load(write(tmp_path, HEAD.replace("version = 2", "version = " + "9" * 5000)))
    with pytest.raises(PolicyError, match=r"^none\.toml: this file cannot be read"):
        policies.load(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b'name = "Pol\xedtica"')
    with pytest.raises(PolicyError, match=r"^latin\.toml: this file is not UTF-8 text"):
        policies.load(tmp_path / "latin.toml")


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    assert policies.load(write(tmp_path, "\ufeff" + HEAD)).name == "House rules"


def test_in_force_is_the_newest_effective_by_the_day_and_of_two_the_higher_version(tmp_path: Path) -> None:
    def version(number: int, day: str) -> str:
        text = HEAD.replace("version = 2", f"version = {number}").replace("2026-01-01", day)
        return str(write(tmp_path, text, f"v{number}.toml"))

    names = (version(3, "2026-06-01"), version(1, "2026-01-01"), version(2, "2026-06-01"))
    settings = Settings(collections=Collections(policies=names))
    folder = DataFolder(tmp_path)

    found = {day: in_force(nobody_decided, folder, settings, date.fromisoformat(day)) for day in ("2025-12-31", "2026-05-31", "2026-06-01")}

    assert {day: policy and policy.version for day, policy in found.items()} == {"2025-12-31": None, "2026-05-31": 1, "2026-06-01": 3}


def test_only_the_sample_comes_with_a_policy(tmp_path: Path) -> None:
    assert in_force(nobody_decided, DataFolder(tmp_path), Settings(), date(2026, 9, 30)) is None
    assert in_force(nobody_decided, DataFolder(tmp_path, is_sample=True), Settings(), date(2026, 9, 30)) == policies.load(SAMPLE_POLICY)
    assert in_force(nobody_decided, DataFolder(tmp_path, is_sample=True), Settings(), date(2024, 9, 30)) is None


def test_a_policy_that_the_settings_name_must_exist(tmp_path: Path) -> None:
    settings = Settings(collections=Collections(policies=("policy/gone.toml",)))

    with pytest.raises(SettingsError, match=r"\[collections\] policies names policy/gone\.toml"):
        in_force(nobody_decided, DataFolder(tmp_path), settings, date(2026, 9, 30))


def test_the_policy_says_itself_in_words() -> None:
    words = policies.load(SAMPLE_POLICY).in_words(ENGLISH)

    assert words[0] == "Days are counted from the due date."
    assert words[2] == "overdue notice: overdue by 14 days or more, at least 50.00 EUR / 60.00 USD / 45.00 GBP; then notify the customer."
    held = ", held until a final notice was sent since the oldest of them fell due, at least 5 days ago."
    assert words[4].endswith(f"then flag for suspension{held}")
    assert words[5] == (
        "A reminder is sent 5 days before the due date, from 25.00 EUR / 25.00 USD / 25.00 GBP."
    )
    assert words[7].endswith(", and the customer has 5 days to answer.")
    assert words[8].startswith("A hold takes the flag away: a dispute (up to 60 days), a promise to pay (up to 14 days), an exemption.")
    assert words[9] == (
        "These take it away by themselves: an open case of severity A, unapplied money that covers the debt, "
        "a subscription that can still be cancelled."
    )
    assert len(words) == 10
