"""The sample's numbers by plain arithmetic over its CSV files, with no database: what the stories are proved by."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from clearaccounts.collections.policy import Policy, Stage

Row = dict[str, str]
Key = tuple[str, str]


def read(folder: Path, kind: str) -> list[Row]:
    with (folder / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@dataclass(frozen=True)
class Open:
    """An open item on the day: of which invoice, due when, how much."""

    customer_id: str
    currency: str
    invoice_id: str
    instalment_number: int
    due_on: date
    amount: Decimal

    def late(self, on: date) -> int:
        return (on - self.due_on).days


@dataclass
class Portfolio:
    """What is open, unapplied, held and warned on one day."""

    on: date
    items: list[Open]
    unapplied: dict[Key, Decimal]
    holds: list[Row]
    notices: list[Row]
    severe: set[str]
    cancellable: set[str]
    by_key: dict[Key, list[Open]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for item in self.items:
            self.by_key[item.customer_id, item.currency].append(item)

    def stage(self, key: Key, policy: Policy, without: str = "") -> str:
        """The most severe stage that matches, as if the invoice `without` were settled; `clear` if none."""
        items = [item for item in self.by_key[key] if item.late(self.on) > 0 and item.invoice_id != without]
        found = "clear"
        for stage in policy.stages:
            met = [item for item in items if item.late(self.on) >= (stage.min_overdue_days or 0)]
            if met and self._matches(stage, key[1], met):
                found = stage.name
        return found

    def _matches(self, stage: Stage, currency: str, met: list[Open]) -> bool:
        wanted = dict(stage.min_overdue_amount or ())
        if stage.min_overdue_amount is not None and currency not in wanted:
            return False
        enough = sum(item.amount for item in met) >= wanted.get(currency, Decimal(0))
        return enough and len({item.invoice_id for item in met}) >= (stage.min_overdue_invoices or 0)

    def hold_reasons(self, key: Key, policy: Policy) -> set[str]:
        """Why a customer in the last stage is not flagged."""
        customer_id = key[0]
        overdue = [item for item in self.by_key[key] if item.late(self.on) > 0]
        stage = policy.stages[-1]
        reasons = {
            hold["hold_type"] for hold in self.holds
            if hold["customer_id"] == customer_id and self._holds_now(hold)
            and (not hold["invoice_id"] or self.stage(key, policy, hold["invoice_id"]) != stage.name)
        }
        if customer_id in self.severe:
            reasons.add("severity_a_case")
        if customer_id in self.cancellable:
            reasons.add("cancellation_window")
        if -self.unapplied.get(key, Decimal(0)) >= sum(item.amount for item in overdue):
            reasons.add("unapplied_covers_debt")
        oldest = min(item.due_on for item in overdue if item.late(self.on) >= (stage.min_overdue_days or 0))
        if not any(self._warns(notice, key, oldest, stage.notice_days or 0) for notice in self.notices):
            reasons.add("no_final_notice")
        return reasons

    def _holds_now(self, hold: Row) -> bool:
        return hold["starts_on"] <= self.on.isoformat() <= (hold["ends_on"] or "9999")

    def _warns(self, notice: Row, key: Key, oldest: date, days: int) -> bool:
        return (
            notice["notice_type"] == "final_notice" and notice["customer_id"] == key[0] and notice["currency"] in ("", key[1])
            and oldest <= date.fromisoformat(notice["sent_on"]) <= self.on - timedelta(days=days)
        )


def portfolio(folder: Path, on: date) -> Portfolio:
    """Everything as of `on`; over-applied rests stay with their source, as the contract has it."""
    day = on.isoformat()
    invoices = {
        row["invoice_id"]: row for row in read(folder, "customer_invoices") if row["issued_on"] <= day and _counts(row, "invoice", day)
    }
    open_now = {invoice_id: Decimal(row["amount_total"]) for invoice_id, row in invoices.items()}
    left: dict[str, Decimal] = {}
    owner: dict[str, Key] = {}
    for row in read(folder, "payments"):
        if row["received_on"] <= day:
            left[row["payment_id"]], owner[row["payment_id"]] = Decimal(row["amount_total"]), (row["customer_id"], row["currency"])
    for row in read(folder, "credit_notes"):
        if row["issued_on"] <= day and _counts(row, "credit_note", day):
            left[row["credit_note_id"]], owner[row["credit_note_id"]] = Decimal(row["amount_total"]), (row["customer_id"], row["currency"])
    named: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    order = {"payment": 0, "credit_note": 1, "write_off": 2}
    for row in sorted(read(folder, "allocations"), key=lambda row: (row["applied_on"], order[row["source_type"]], row["allocation_id"])):
        invoice_id, source_id, amount = row["invoice_id"], row["source_id"], Decimal(row["amount_applied"])
        if row["applied_on"] > day or invoice_id not in open_now or (source_id and source_id not in left):
            continue
        from_source = Decimal(row["amount_from_source"] or amount)
        if source_id and amount > 0:
            whole = from_source
            from_source = min(from_source, max(left[source_id], Decimal(0)))
            amount = amount if from_source == whole else amount * from_source / whole
        taken = min(amount, open_now[invoice_id])
        open_now[invoice_id] -= taken
        named[invoice_id, int(row["instalment_number"] or 0)] += taken
        if source_id:
            left[source_id] -= from_source if taken == amount else taken
    unapplied: dict[Key, Decimal] = defaultdict(Decimal)
    for source_id, rest in left.items():
        unapplied[owner[source_id]] -= rest
    return Portfolio(
        on, list(_items(folder, invoices, open_now, named)), unapplied, read(folder, "holds"), read(folder, "notices"),
        severe={
            row["customer_id"] for row in read(folder, "support_cases")
            if row["severity"] == "A" and row["opened_at"][:10] <= day and not row["closed_at"] and row["case_status"] != "resolved"
        },
        cancellable={
            row["customer_id"] for row in read(folder, "subscriptions")
            if row["subscription_status"] == "active" and row["cancellable_until_on"] >= day
        },
    )


def _counts(row: Row, kind: str, day: str) -> bool:
    status = row[f"{kind}_status"]
    return status == "posted" or (status == "void" and bool(row["voided_on"]) and day < row["voided_on"])


def _items(folder: Path, invoices: dict[str, Row], open_now: dict[str, Decimal], named: dict[tuple[str, int], Decimal]) -> list[Open]:
    parts: dict[str, list[Row]] = defaultdict(list)
    for row in read(folder, "instalments"):
        parts[row["invoice_id"]].append(row)
    items = []
    for invoice_id, row in invoices.items():
        if not open_now[invoice_id]:
            continue
        who = row["customer_id"], row["currency"], invoice_id
        instalments = parts[invoice_id]
        if sum(Decimal(part["amount_total"]) for part in instalments) != Decimal(row["amount_total"]):
            due_on = date.fromisoformat(row["due_on"] or row["issued_on"])
            items.append(Open(*who, 0, due_on, open_now[invoice_id]))
            continue
        for part in instalments:
            number = int(part["instalment_number"])
            rest = Decimal(part["amount_total"]) - named[invoice_id, number]
            if rest:
                items.append(Open(*who, number, date.fromisoformat(part["due_on"]), rest))
    return items
