"""Who is due which notice: each rule on its boundary days, and nothing asked for that is in dispute or on account."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

from clearaccounts.access import OPERATOR
from clearaccounts.collections import notice_rules
from clearaccounts.collections.notice_letters import NoticeItemsFilter, NoticesDueFilter, due, items
from clearaccounts.collections.policy import parse
from clearaccounts.handed_tables import EMPTY_TABLES
from clearaccounts.warehouse import Warehouse
from tests.worlds import Row, world

DAY = date(2026, 6, 30)
HEAD = 'name = "Test"\nversion = 1\neffective_on = 2026-01-01\n'
STAGES = """
[[stages]]
name = "suspension"
action = "suspend"
min_overdue_days = 30
min_overdue_amount = { EUR = "100.00" }
requires_notice = "final_notice"
notice_days = 5
"""
NOTICES = """
[[notices]]
notice_type = "reminder"
days_before_due = 7
min_amount = { EUR = "50.00" }

[[notices]]
notice_type = "overdue"
days_after_due = 7
"""


def invoice(number: str = "I1", due_on: str = "2026-06-05", amount: str = "100.00", **more: str) -> Row:
    return {"invoice_id": number, "issued_on": "2026-05-01", "due_on": due_on, "amount_total": amount, **more}


def called(warehouse: Warehouse, text: str = HEAD + STAGES + NOTICES, day: date = DAY, sent_on: date | None = None) -> list[dict[str, Any]]:
    return list(due(warehouse, NoticesDueFilter(day, sent_on), parse(text, "p.toml"), OPERATOR).to_pylist())


def types(folder: Path, *invoices: Row, text: str = HEAD + STAGES + NOTICES, **kinds: Any) -> list[str]:
    return [row["notice_type"] for row in called(world(folder, customer_invoices=invoices, **kinds), text)]


BOTH = ["final_notice", "overdue"]
DISPUTE: Row = {"starts_on": "2026-06-01"}


def about(wanted: list[str], invoice_row: Row | None = None, **kinds: Row) -> tuple[list[str], dict[str, Row]]:
    """What one customer is due, and the rows that say so."""
    return wanted, {"customer_invoices": invoice_row or invoice(), **kinds}


def sent(notice_type: str, sent_on: str, **more: str) -> Row:
    return {"notice_type": notice_type, "sent_on": sent_on, **more}


# Each case is a customer of its own; all of them live in one world.
CASES = {
    # the day decides
    "8 days to go": about([], invoice(due_on="2026-07-08")),
    "7 days to go": about(["reminder"], invoice(due_on="2026-07-07")),
    "due today": about(["reminder"], invoice(due_on="2026-06-30")),
    "1 day over, too late for the one and too early for the other": about([], invoice(due_on="2026-06-29")),
    "6 days over": about([], invoice(due_on="2026-06-24")),
    "7 days over": about(["overdue"], invoice(due_on="2026-06-23")),
    "24 days over": about(["overdue"], invoice(due_on="2026-06-06")),
    "25 days over, 30 less the 5 that the notice gives": about(BOTH, invoice(due_on="2026-06-05")),
    # the smallest amounts, and currencies that a rule does not name
    "a cent less than a reminder is for": about([], invoice(due_on="2026-07-01", amount="49.99")),
    "what a reminder is for": about(["reminder"], invoice(due_on="2026-07-01", amount="50.00")),
    "a cent less than the stage asks for": about(["overdue"], invoice(amount="99.99")),
    "what the stage asks for": about(BOTH, invoice(amount="100.00")),
    "dollars that fall due": about([], invoice(due_on="2026-07-01", amount="900.00", currency="USD")),
    "dollars overdue": about(["overdue"], invoice(amount="900.00", currency="USD")),
    "a draft": about([], invoice(invoice_status="draft")),
    "a void one": about([], invoice(invoice_status="void")),
    # what was sent for this debt is not due again
    "sent on the due day of the oldest item": about(["final_notice"], notices=sent("overdue", "2026-06-05")),
    "sent a day before, about something else": about(BOTH, notices=sent("overdue", "2026-06-04")),
    "sent in another currency": about(BOTH, notices=sent("overdue", "2026-06-30", currency="USD")),
    "sent in this currency": about(["final_notice"], notices=sent("overdue", "2026-06-30", currency="EUR")),
    "not sent on this day yet": about(BOTH, notices=sent("overdue", "2026-07-01")),
    "the severer stands for the milder": about([], notices=sent("final_notice", "2026-06-30")),
    "the milder not for the severer": about(BOTH, notices=sent("reminder", "2026-06-30")),
    "reminded since it was called for": about([], invoice(due_on="2026-07-03"), notices=sent("reminder", "2026-06-26")),
    "reminded before it was called for": about(["reminder"], invoice(due_on="2026-07-03"), notices=sent("reminder", "2026-06-25")),
    "a final notice about another debt": about(["reminder"], invoice(due_on="2026-07-03"), notices=sent("final_notice", "2026-06-30")),
    # what is in dispute is not asked for
    "all of it in dispute": about([], holds={**DISPUTE, "invoice_id": "I1"}),
    "everything of the customer in dispute": about([], holds=DISPUTE),
    "the rest a cent below the stage's amount": about(["overdue"], holds={**DISPUTE, "invoice_id": "I1", "amount_held": "0.01"}),
    "an amount in another currency": about(BOTH, holds={**DISPUTE, "invoice_id": "I1", "amount_held": "40.00", "currency": "USD"}),
    "a dispute that is over": about(BOTH, holds={**DISPUTE, "invoice_id": "I1", "ends_on": "2026-06-29"}),
    "a dispute that begins tomorrow": about(BOTH, holds={"invoice_id": "I1", "starts_on": "2026-07-01"}),
    "a promise, called for and told": about(BOTH, holds={**DISPUTE, "hold_type": "promise_to_pay"}),
    # money on account
    "money on account that covers it": about([], payments={"received_on": "2026-06-30", "amount_total": "100.00"}),
    "money on account, a cent short": about(BOTH, payments={"received_on": "2026-06-30", "amount_total": "99.99"}),
    "a credit note that covers it": about([], credit_notes={"issued_on": "2026-06-30", "amount_total": "100.00"}),
}
IDS = {
    "customer_invoices": "invoice_id", "notices": "notice_id", "holds": "hold_id", "payments": "payment_id",
    "credit_notes": "credit_note_id",
}


@pytest.fixture(scope="module")
def due_by_case(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    kinds: dict[str, list[Row]] = {kind: [] for kind in IDS}
    for number, (_, rows) in enumerate(CASES.values()):
        for kind, row in rows.items():
            own = {**row, "customer_id": f"K{number}", IDS[kind]: f"{kind}-{number}"}
            if "invoice_id" in row:
                own["invoice_id"] = f"customer_invoices-{number}"
            kinds[kind].append(own)
    found: dict[str, list[str]] = {name: [] for name in CASES}
    names = list(CASES)
    for row in called(world(tmp_path_factory.mktemp("due"), **cast(dict[str, Any], kinds))):
        found[names[int(row["customer_id"][1:])]].append(row["notice_type"])
    return found


@pytest.mark.parametrize("name", CASES)
def test_who_is_due_what(name: str, due_by_case: dict[str, list[str]]) -> None:
    assert due_by_case[name] == CASES[name][0]


def test_without_a_policy_nobody_is_written_to(tmp_path: Path) -> None:
    assert due(world(tmp_path, customer_invoices=[invoice()]), NoticesDueFilter(DAY), None, OPERATOR).num_rows == 0


def test_a_policy_that_says_nothing_of_notices_has_the_usual_ones(tmp_path: Path) -> None:
    assert types(tmp_path, invoice(due_on="2026-07-07"), text=HEAD) == ["reminder"]
    assert types(tmp_path, invoice(due_on="2026-06-24"), text=HEAD) == []
    assert types(tmp_path, invoice(due_on="2026-06-23"), text=HEAD) == ["overdue"]
    assert types(tmp_path, invoice(), text=HEAD + STAGES) == ["final_notice", "overdue"]


def test_a_second_notice_of_a_type_is_another_notice(tmp_path: Path) -> None:
    twice = HEAD + NOTICES + '\n[[notices]]\nnotice_type = "overdue"\ndays_after_due = 20\n'
    early, late = ({"notice_id": "N1", "notice_type": "overdue", "sent_on": day} for day in ("2026-06-24", "2026-06-25"))
    assert types(tmp_path, invoice(), text=twice, notices=[early]) == ["overdue"]
    assert types(tmp_path, invoice(), text=twice, notices=[late]) == []
    assert types(tmp_path, invoice(due_on="2026-06-11"), text=twice, notices=[{**early, "sent_on": "2026-06-12"}]) == []


def test_the_figures_of_a_notice(tmp_path: Path) -> None:
    found = world(
        tmp_path,
        customers=[{"customer_id": "C1", "customer_name": "Alder Bakery", "contact_name": "Ana", "contact_email": "ana@alder.test",
                    "language": "es", "country_code": "MX", "sales_agent": "S@partner.test"}],
        customer_invoices=[invoice(), invoice("I2", "2026-06-28", "40.00"), invoice("I3", "2026-07-20", "70.00")],
        payments=[{"payment_id": "P1", "received_on": "2026-06-29", "amount_total": "30.00"}],
        holds=[{"hold_id": "H1", "starts_on": "2026-06-20", "invoice_id": "I2", "amount_held": "15.00"}],
        notices=[{"notice_id": "N1", "notice_type": "overdue", "sent_on": "2026-06-13", "channel": "letter"}],
    )
    assert called(found) == [{
        "customer_id": "C1", "customer_name": "Alder Bakery", "currency": "EUR", "notice_type": "final_notice", "contact_name": "Ana",
        "contact_email": "ana@alder.test", "language": "es", "country_code": "MX", "sales_agent": "s@partner.test",
        "hold_types": "dispute", "last_notice_type": "overdue", "last_sent_on": date(2026, 6, 13), "oldest_due_on": date(2026, 6, 5),
        "affected_on": date(2026, 7, 5), "from_days": 25, "overdue_days": 25, "amount_open": 140, "amount_disputed": 15,
        "amount_unapplied": -30, "amount_asked": 95, "invoice_count": 2,
    }]


@pytest.mark.parametrize(
    ("due_on", "sent_on", "affected_on"),
    [
        ("2026-06-05", None, date(2026, 7, 5)),              # both say the same
        ("2026-04-01", None, date(2026, 7, 5)),              # long overdue: still the days that the notice gives
        ("2026-06-05", date(2026, 7, 3), date(2026, 7, 8)),  # the data are three days old: the days count from the sending
        ("2026-06-05", date(2026, 6, 1), date(2026, 7, 5)),  # never from before the data
    ],
)
def test_access_is_affected_when_the_stage_is_reached_and_the_days_are_over(
    tmp_path: Path, due_on: str, sent_on: date | None, affected_on: date,
) -> None:
    rows = called(world(tmp_path, customer_invoices=[invoice(due_on=due_on)]), sent_on=sent_on)
    assert [row["affected_on"] for row in rows] == [affected_on, None]


def test_what_is_sent_today_on_older_data_is_not_due_again(tmp_path: Path) -> None:
    sent = {"notice_id": "N1", "sent_on": "2026-07-02"}
    found = world(tmp_path, customer_invoices=[invoice()], notices=[sent])
    assert called(found, sent_on=date(2026, 7, 2)) == [] and len(called(found)) == 2


def test_a_refund_of_money_never_applied_is_not_asked_for(tmp_path: Path) -> None:
    gone = {"payment_id": "P1", "received_on": "2026-06-30", "amount_total": "-40.00"}
    row, _ = called(world(tmp_path, customer_invoices=[invoice()], payments=[gone]))
    assert (row["amount_unapplied"], row["amount_asked"]) == (0, 100)


def test_who_sends_is_told_of_a_promise(tmp_path: Path) -> None:
    held = [{"hold_id": "H1", "hold_type": "promise_to_pay", "starts_on": "2026-06-01"},
            {"hold_id": "H2", "hold_type": "exemption", "starts_on": "2026-06-01"}]
    found = called(world(tmp_path, customer_invoices=[invoice()], holds=held))
    assert {row["hold_types"] for row in found} == {"exemption; promise_to_pay"}


def test_a_dispute_about_an_amount_takes_the_oldest_instalment_first(tmp_path: Path) -> None:
    part = {"invoice_id": "I1", "amount_total": "30.00"}
    found = world(
        tmp_path, customer_invoices=[invoice(amount="90.00")],
        instalments=[{**part, "instalment_number": str(n), "due_on": f"2026-06-0{n}"} for n in (1, 2, 3)],
        holds=[{"hold_id": "H1", "starts_on": "2026-06-01", "invoice_id": "I1", "amount_held": "40.00"}],
    )
    listed = items(found, NoticeItemsFilter("C1", "EUR", 7, DAY), OPERATOR)
    assert [(row["instalment_number"], row["amount_disputed"]) for row in listed] == [(1, 30), (2, 10), (3, 0)]


def test_a_segment_has_the_notice_of_its_own_stages(tmp_path: Path) -> None:
    own = STAGES.replace("[[stages]]", "[[segments.stages]]").replace("30", "60")
    text = HEAD + STAGES + '\n[[segments]]\nsegment = "Education"\n' + own
    school = {"customer_id": "C1", "segment": " education "}
    assert types(tmp_path, invoice(), text=text, customers=[school]) == ["overdue"]
    assert types(tmp_path, invoice(due_on="2026-05-06"), text=text, customers=[school]) == ["final_notice", "overdue"]


def test_the_items_come_to_the_figures_on_the_sample(sample_warehouse: Warehouse) -> None:
    last = sample_warehouse.build.as_of_on
    policy = parse(HEAD.replace("2026-01-01", "2020-01-01") + STAGES + NOTICES, "p.toml")
    rows = due(sample_warehouse, NoticesDueFilter(last), policy, OPERATOR).to_pylist()
    assert len(rows) > 20 and len({row["notice_type"] for row in rows}) == 3
    for row in rows:
        listed = items(sample_warehouse, NoticeItemsFilter(row["customer_id"], row["currency"], row["from_days"], last), OPERATOR)
        assert sum((one["amount_outstanding"] for one in listed), Decimal(0)) == row["amount_open"]
        assert sum((one["amount_disputed"] for one in listed), Decimal(0)) == row["amount_disputed"]
        assert len({one["invoice_id"] for one in listed}) == row["invoice_count"]
        assert row["amount_asked"] == row["amount_open"] - row["amount_disputed"] + row["amount_unapplied"] > 0


def test_the_table_has_the_shape_that_queries_expect() -> None:
    assert notice_rules.table(parse(HEAD + STAGES, "p.toml")).schema == EMPTY_TABLES["policy_notices"].schema
    assert notice_rules.table(None).num_rows == 0
