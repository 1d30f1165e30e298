"""The timeline: each kind of event by hand, nothing of a later day, and of money only for who may see it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from clearaccounts import accounts
from clearaccounts.access import DEMO_PEOPLE, OPERATOR, Role, Viewer
from clearaccounts.accounts import DayFilter, TimelineFilter
from clearaccounts.collections import chronicle
from clearaccounts.collections.chronicle import KINDS, kinds
from clearaccounts.decisions import open_store
from clearaccounts.handed_tables import EMPTY_TABLES
from clearaccounts.settings import DataFolder, Settings
from clearaccounts.text import ENGLISH, SPANISH
from clearaccounts.ui import labels
from clearaccounts.warehouse import Warehouse
from tests.decisions.debtors import Town
from tests.worlds import world

DAY = date(2026, 6, 30)
LATER = date(2027, 12, 31)
PEOPLE = {person.role: person for person in DEMO_PEOPLE}
SOFIA = PEOPLE[Role.SALES_AGENT]


def told(warehouse: Warehouse, as_of_on: date = DAY, viewer: Viewer = OPERATOR) -> list[tuple[Any, ...]]:
    """The events without the decisions: what, which, when, how much."""
    found = accounts.events(warehouse, DayFilter("C1", as_of_on), viewer)
    rows = accounts.timeline(warehouse, TimelineFilter("C1", as_of_on), found, viewer).to_pylist()
    return [(row["event_type"], row["subject_id"], row["occurred_on"], row["amount_total"]) for row in rows]


def test_the_life_of_an_invoice(tmp_path: Path) -> None:
    warehouse = world(
        tmp_path,
        customer_invoices=[{"invoice_id": "I1", "issued_on": "2026-03-01", "due_on": "2026-03-31", "amount_total": "100.00"}],
        payments=[{"payment_id": "P1", "received_on": "2026-04-10", "amount_total": "90.00"}],
        credit_notes=[{"credit_note_id": "N1", "issued_on": "2026-04-05", "amount_total": "4.00"}],
        allocations=[
            {"allocation_id": "A1", "applied_on": "2026-04-10", "source_id": "P1", "invoice_id": "I1", "amount_applied": "90.00"},
            {"allocation_id": "A2", "applied_on": "2026-04-12", "source_type": "credit_note", "source_id": "N1", "invoice_id": "I1",
             "amount_applied": "4.00"},
            {"allocation_id": "A3", "applied_on": "2026-05-02", "source_type": "write_off", "invoice_id": "I1", "amount_applied": "6.00"},
        ],
    )
    assert told(warehouse) == [
        ("invoice_settled", "I1", date(2026, 5, 2), 100),
        ("written_off", "A3", date(2026, 5, 2), 6),
        ("payment_received", "P1", date(2026, 4, 10), 90),
        ("credit_note_issued", "N1", date(2026, 4, 5), 4),
        ("became_overdue", "I1", date(2026, 4, 1), 100),
        ("invoice_issued", "I1", date(2026, 3, 1), 100),
    ]
    assert told(warehouse, date(2026, 5, 1))[0] == ("payment_received", "P1", date(2026, 4, 10), 90)
    assert told(warehouse, date(2026, 3, 31)) == [("invoice_issued", "I1", date(2026, 3, 1), 100)]
    assert told(warehouse, date(2026, 2, 28)) == []


def test_paid_on_its_due_day_an_invoice_never_becomes_overdue(tmp_path: Path) -> None:
    warehouse = world(
        tmp_path,
        customer_invoices=[
            {"invoice_id": "I1", "issued_on": "2026-03-01", "due_on": "2026-03-31", "amount_total": "100.00"},
            {"invoice_id": "I2", "issued_on": "2026-04-15", "due_on": "2026-04-01", "amount_total": "50.00"},
        ],
        payments=[{"payment_id": "P1", "received_on": "2026-03-31", "amount_total": "100.00"}],
        allocations=[
            {"allocation_id": "A1", "applied_on": "2026-03-31", "source_id": "P1", "invoice_id": "I1", "amount_applied": "100.00"},
        ],
    )
    # Issued after its due day: overdue from the first.
    assert [event[:3] for event in told(warehouse) if event[0] == "became_overdue"] == [("became_overdue", "I2", date(2026, 4, 15))]


def test_each_instalment_has_its_due_day(tmp_path: Path) -> None:
    warehouse = world(
        tmp_path,
        customer_invoices=[{"invoice_id": "I1", "issued_on": "2026-03-01", "amount_total": "100.00"}],
        instalments=[
            {"invoice_id": "I1", "instalment_number": "1", "due_on": "2026-03-31", "amount_total": "30.00"},
            {"invoice_id": "I1", "instalment_number": "2", "due_on": "2026-04-30", "amount_total": "70.00"},
        ],
    )
    assert [event for event in told(warehouse) if event[0] == "became_overdue"] == [
        ("became_overdue", "I1", date(2026, 5, 1), 70), ("became_overdue", "I1", date(2026, 4, 1), 30)]


def test_money_that_went_back_and_documents_that_no_longer_count(tmp_path: Path) -> None:
    warehouse = world(
        tmp_path,
        customer_invoices=[
            {"invoice_id": "I1", "issued_on": "2026-03-01", "due_on": "2026-07-31", "amount_total": "100.00", "invoice_status": "void",
             "voided_on": "2026-03-20"},
            {"invoice_id": "I2", "issued_on": "2026-03-01", "amount_total": "7.00", "invoice_status": "draft"},
        ],
        payments=[{"payment_id": "P1", "received_on": "2026-03-05", "amount_total": "-25.00"}],
    )
    assert told(warehouse) == [
        ("document_withdrawn", "I1", date(2026, 3, 20), 100),
        ("money_returned", "P1", date(2026, 3, 5), -25),
        ("invoice_issued", "I1", date(2026, 3, 1), 100),
    ]


def test_holds_and_notices(tmp_path: Path) -> None:
    warehouse = world(
        tmp_path, customers=[{"customer_id": "C1"}],
        holds=[
            {"hold_id": "H1", "hold_type": "promise_to_pay", "starts_on": "2026-05-01", "ends_on": "2026-05-14", "amount_held": "10.00",
             "currency": "EUR"},
            {"hold_id": "H2", "hold_type": "dispute", "starts_on": "2026-06-01", "ends_on": "2026-06-30"},
            {"hold_id": "H3", "hold_type": "exemption", "starts_on": "2026-06-02"},
        ],
        notices=[{"notice_id": "N1", "notice_type": "reminder", "sent_on": "2026-06-03"},
                 {"notice_id": "N2", "notice_type": "overdue", "sent_on": "2026-06-04"},
                 {"notice_id": "N3", "notice_type": "final_notice", "sent_on": "2026-06-05"}],
    )
    assert [event[:3] for event in told(warehouse)] == [
        ("final_notice_sent", "N3", date(2026, 6, 5)), ("overdue_sent", "N2", date(2026, 6, 4)), ("reminder_sent", "N1", date(2026, 6, 3)),
        ("exemption_begun", "H3", date(2026, 6, 2)), ("dispute_begun", "H2", date(2026, 6, 1)),
        ("promise_to_pay_ended", "H1", date(2026, 5, 15)), ("promise_to_pay_begun", "H1", date(2026, 5, 1)),
    ]
    # The day after its last it holds no more.
    assert told(warehouse, date(2026, 7, 1))[0][:3] == ("dispute_ended", "H2", date(2026, 7, 1))


def test_cases_requests_and_subscriptions(tmp_path: Path) -> None:
    warehouse = world(
        tmp_path, time_zone="Europe/Berlin", customers=[{"customer_id": "C1"}],
        support_cases=[
            {"case_id": "K1", "case_status": "closed", "opened_at": "2026-05-01T23:30:00+00:00", "closed_at": "2026-05-20T10:00:00+00:00"},
            {"case_id": "K2", "opened_at": "2026-06-30T22:00:00+00:00"},
        ],
        case_events=[
            {"case_id": "K1", "event_type": kind, "occurred_at": at} for kind, at in (
                ("escalated", "2026-05-03T10:00:00+00:00"), ("resolved", "2026-05-04T10:00:00+00:00"),
                ("closed", "2026-05-05T10:00:00+00:00"), ("reopened", "2026-05-10T10:00:00+00:00"),
                ("closed", "2026-05-20T10:00:00+00:00"))
        ],
        service_requests=[{"service_request_id": "R1", "customer_id": "C1", "opened_at": "2026-05-03T11:00:00+00:00",
                           "closed_at": "2026-05-04T09:00:00+00:00"}],
        subscriptions=[{"subscription_id": "S1", "started_on": "2025-06-01", "commitment_ends_on": "2026-05-31"},
                       {"subscription_id": "S2", "started_on": "2026-01-01", "commitment_ends_on": "2026-12-31"}],
    )
    # K1 was opened on the 2nd in company time; K2 on the 1st of July.
    assert [event[:3] for event in told(warehouse)] == [
        ("commitment_ended", "S1", date(2026, 5, 31)),
        ("case_closed", "K1", date(2026, 5, 20)), ("case_reopened", "K1", date(2026, 5, 10)), ("case_closed", "K1", date(2026, 5, 5)),
        ("case_resolved", "K1", date(2026, 5, 4)), ("request_closed", "R1", date(2026, 5, 4)),
        ("request_opened", "R1", date(2026, 5, 3)), ("case_escalated", "K1", date(2026, 5, 3)),
        ("case_opened", "K1", date(2026, 5, 2)),
        ("subscription_started", "S2", date(2026, 1, 1)), ("subscription_started", "S1", date(2025, 6, 1)),
    ]


def test_decisions_stand_among_the_rest_up_to_their_day(tmp_path: Path) -> None:
    town = Town(open_store(DataFolder(tmp_path), Settings()))
    made = town.mark()
    manager, helpdesk = PEOPLE[Role.MANAGER], PEOPLE[Role.HELPDESK_AGENT]

    def types(as_of_on: date, viewer: Viewer, kind: str | None = None) -> list[tuple[str, str]]:
        wanted = TimelineFilter("C1", as_of_on, kind)
        rows = chronicle.timeline(town.newest, town.store, wanted, viewer).to_pylist()
        return [(row["event_type"], row["subject_id"]) for row in rows]

    assert types(DAY, manager)[0] == ("mark", made.mark_id)
    assert types(DAY, manager, "decisions") == [("mark", made.mark_id)]
    assert "mark" not in {event for event, _ in types(date(2026, 6, 29), manager)}
    assert "mark" not in {event for event, _ in types(DAY, helpdesk)}


# ---------- on the sample partner

@pytest.mark.parametrize("role", [Role.SALES_AGENT, Role.HELPDESK_AGENT, Role.BILLING_ADMIN, Role.MANAGER])
def test_who_sees_which_kinds_and_which_amounts(sample_warehouse: Warehouse, role: Role) -> None:
    viewer = PEOPLE[role]
    found = accounts.events(sample_warehouse, DayFilter("C0001", sample_warehouse.build.as_of_on), viewer)
    assert set(found["kind"].to_pylist()) <= set(kinds(viewer))
    has_amounts = any(value is not None for value in found["amount_total"].to_pylist())
    assert has_amounts is (role is not Role.HELPDESK_AGENT)
    assert set(kinds(viewer)) == ({"support", "subscriptions"} if role is Role.HELPDESK_AGENT else set(KINDS))


def test_of_another_agents_customer_nothing_is_told(sample_warehouse: Warehouse) -> None:
    day = sample_warehouse.build.as_of_on
    everything = accounts.events(sample_warehouse, DayFilter("C0003", day), OPERATOR)
    assert everything.num_rows > 20
    assert accounts.events(sample_warehouse, DayFilter("C0003", day), SOFIA).num_rows == 0
    # Nor when rows are handed to the page's query that should not be.
    assert accounts.timeline(sample_warehouse, TimelineFilter("C0003", day), everything, SOFIA).num_rows == 0


def test_pages_follow_one_another_and_count_all(sample_warehouse: Warehouse) -> None:
    day = sample_warehouse.build.as_of_on
    found = accounts.events(sample_warehouse, DayFilter("C0001", day), OPERATOR)
    whole = accounts.timeline(sample_warehouse, TimelineFilter("C0001", day), found, OPERATOR)
    parts = [accounts.timeline(sample_warehouse, TimelineFilter("C0001", day, None, 40, offset), found, OPERATOR)
             for offset in range(0, whole.num_rows, 40)]
    assert pa.concat_tables(parts).to_pylist() == whole.to_pylist()
    assert set(whole["row_count"].to_pylist()) == {whole.num_rows}
    days = whole["occurred_on"].to_pylist()
    assert days == sorted(days, reverse=True) and max(days) <= day


def test_an_earlier_day_tells_the_beginning_of_the_same_story(sample_warehouse: Warehouse) -> None:
    """What happened by a day is told alike later; only that an invoice was settled can be undone."""
    early, late = date(2026, 3, 31), sample_warehouse.build.as_of_on

    def story(as_of_on: date) -> set[tuple[Any, ...]]:
        rows = accounts.events(sample_warehouse, DayFilter("C0032", as_of_on), OPERATOR).to_pylist()
        return {(row["event_type"], row["subject_id"], row["occurred_on"], row["amount_total"] or Decimal(0)) for row in rows}

    assert story(early) and {event for event in story(late) if event[2] <= early} == story(early)


@pytest.mark.parametrize("language", [ENGLISH, SPANISH])
def test_every_event_of_the_sample_has_a_name(sample_warehouse: Warehouse, language: Any) -> None:
    names = set()
    for customer_id in ("C0001", "C0002", "C0004", "C0007", "C0022", "C0032"):
        names |= set(accounts.events(sample_warehouse, DayFilter(customer_id, LATER), OPERATOR)["event_type"].to_pylist())
    assert len(names) > 12
    assert [name for name in names if labels.title(name, language) == name] == []


def test_the_shape_is_the_one_that_queries_are_described_with(sample_warehouse: Warehouse) -> None:
    assert accounts.as_events([]).schema == EMPTY_TABLES["events_now"].schema
    found = accounts.events(sample_warehouse, DayFilter("C0001", DAY), OPERATOR)
    assert found.schema == EMPTY_TABLES["events_now"].schema
