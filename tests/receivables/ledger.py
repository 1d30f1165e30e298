"""Ageing by plain Python over the rows of canonical files, written from the rules and sharing no code.

Slow and literal on purpose: for one day it filters the documents that count, takes the allocations
in order, holds the running totals, spreads what is left over instalments, and adds up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

Row = Mapping[str, str | None]
ZERO = Decimal(0)
MINOR = {"EUR": 2, "USD": 2, "GBP": 2, "JPY": 0, "KWD": 3}


def _day(row: Row, name: str) -> date | None:
    value = row.get(name)
    return date.fromisoformat(value) if value else None


def _round(value: Decimal, currency: str) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-MINOR[currency]), ROUND_HALF_UP)


def _held(value: Decimal, bound: Decimal) -> Decimal:
    return max(ZERO, min(value, bound)) if bound >= 0 else min(ZERO, max(value, bound))


@dataclass
class Ledger:
    """The rows of the five receivables files."""

    customer_invoices: list[Row] = field(default_factory=list)
    instalments: list[Row] = field(default_factory=list)
    credit_notes: list[Row] = field(default_factory=list)
    payments: list[Row] = field(default_factory=list)
    allocations: list[Row] = field(default_factory=list)


def _counts(row: Row, status: str, dated: str, day: date) -> bool:
    state = row.get(status) or "posted"
    on = _day(row, dated)
    assert on is not None
    if on > day or state == "draft":
        return False
    if state == "void":
        voided = _day(row, "voided_on")
        return voided is not None and day < voided
    return True


def in_force(ledger: Ledger, day: date) -> list[tuple[Row, Row, Row | None, Decimal, Decimal]]:
    """The allocations in force on `day`: (allocation, invoice, source, invoice side, source side)."""
    invoices = {str(row["invoice_id"]): row for row in ledger.customer_invoices if _counts(row, "invoice_status", "issued_on", day)}
    sources: dict[tuple[str, str], Row] = {}
    for row in ledger.payments:
        received = _day(row, "received_on")
        if received is not None and received <= day:
            sources["payment", str(row["payment_id"])] = row
    for row in ledger.credit_notes:
        if _counts(row, "credit_note_status", "issued_on", day):
            sources["credit_note", str(row["credit_note_id"])] = row

    candidates = []
    for allocation in ledger.allocations:
        kind = str(allocation["source_type"])
        invoice = invoices.get(str(allocation["invoice_id"]))
        source = sources.get((kind, str(allocation.get("source_id")))) if kind != "write_off" else None
        if invoice is None or (kind != "write_off" and source is None):
            continue
        days = [_day(allocation, "applied_on"), _day(invoice, "issued_on")]
        if source is not None:
            days.append(_day(source, "received_on") or _day(source, "issued_on"))
        effective = max(d for d in days if d is not None)
        if effective > day:
            continue
        applied = Decimal(str(allocation["amount_applied"]))
        given = applied
        if source is not None and source["currency"] != invoice["currency"]:
            if not allocation.get("amount_from_source"):
                continue
            given = Decimal(str(allocation["amount_from_source"]))
        order = ("payment", "credit_note", "write_off").index(kind)
        candidates.append(((effective, order, str(allocation["allocation_id"])), allocation, invoice, source, applied, given))
    candidates.sort(key=lambda c: c[0])

    from_sources: dict[int, Decimal] = defaultdict(Decimal)
    onto_invoices: dict[str, Decimal] = defaultdict(Decimal)
    found = []
    for _, allocation, invoice, source, applied, given in candidates:
        offered, taken = applied, applied
        if source is not None:
            bound = Decimal(str(source["amount_total"]))
            before = from_sources[id(source)]
            from_sources[id(source)] = before + given
            taken = _held(before + given, bound) - _held(before, bound)
            if taken == given:
                offered = applied
            elif source["currency"] == invoice["currency"]:
                offered = taken
            else:
                offered = _round(applied * taken / given, str(invoice["currency"]))
            if taken == 0:
                continue
        number = str(invoice["invoice_id"])
        total = Decimal(str(invoice["amount_total"]))
        before = onto_invoices[number]
        onto_invoices[number] = before + offered
        effect = _held(before + offered, total) - _held(before, total)
        if effect == 0:
            continue
        source_side = taken
        if source is not None and effect != offered:
            same = source["currency"] == invoice["currency"]
            source_side = effect if same else _round(given * effect / applied, str(source["currency"]))
        found.append((allocation, invoice, source, effect, source_side))
    return found


def items(ledger: Ledger, day: date) -> list[tuple[Row, int | None, date | None, Decimal]]:
    """The open items on `day`: (invoice, instalment number, due day, what is open)."""
    settled = defaultdict(list)
    for allocation, invoice, _, effect, _ in in_force(ledger, day):
        settled[str(invoice["invoice_id"])].append((allocation, effect))
    plans = defaultdict(list)
    for row in ledger.instalments:
        plans[str(row["invoice_id"])].append(row)
    found: list[tuple[Row, int | None, date | None, Decimal]] = []
    for invoice in ledger.customer_invoices:
        if not _counts(invoice, "invoice_status", "issued_on", day):
            continue
        number = str(invoice["invoice_id"])
        total = Decimal(str(invoice["amount_total"]))
        plan = sorted(plans[number], key=lambda r: (str(r["due_on"]), int(str(r["instalment_number"]))))
        if not plan or sum(Decimal(str(r["amount_total"])) for r in plan) != total:
            found.append((invoice, None, _day(invoice, "due_on"), total - sum(e for _, e in settled[number])))
            continue
        caps = {int(str(r["instalment_number"])): Decimal(str(r["amount_total"])) for r in plan}
        kept = dict.fromkeys(caps, ZERO)
        for allocation, effect in settled[number]:
            named = int(str(allocation["instalment_number"])) if allocation.get("instalment_number") else None
            if named in kept:
                kept[named] += effect
        kept = {n: max(ZERO, min(kept[n], caps[n])) for n in caps}
        rest = sum(e for _, e in settled[number]) - sum(kept.values())
        order = [int(str(r["instalment_number"])) for r in plan]
        for n in order:
            step = max(ZERO, min(rest, caps[n] - kept[n]))
            kept[n] += step
            rest -= step
        for n in reversed(order):
            step = max(ZERO, min(-rest, kept[n]))
            kept[n] -= step
            rest += step
        assert rest == 0
        found.extend(
            (invoice, int(str(r["instalment_number"])), _day(r, "due_on"), caps[n] - kept[n]) for r, n in zip(plan, order, strict=True)
        )
    return [item for item in found if item[3] != 0]


def open_on(
    ledger: Ledger, day: date, edges: Iterable[int] = (30, 60, 90), basis: str = "due_date"
) -> list[tuple[Row, str, Decimal]]:
    """Everything open on `day`: (its document, its bucket, what is open of it; negative for money not applied)."""
    limits = list(edges)
    found: list[tuple[Row, str, Decimal]] = []
    for invoice, _, due, amount in items(ledger, day):
        issued = _day(invoice, "issued_on")
        start = issued if basis == "invoice_date" else (due or issued)
        assert start is not None
        late = (day - start).days
        bucket = "current"
        if late > 0:
            floor = 1
            bucket = f"{limits[-1] + 1}+"
            for edge in limits:
                if late <= edge:
                    bucket = f"{floor}-{edge}"
                    break
                floor = edge + 1
        found.append((invoice, bucket, amount))

    used: dict[int, Decimal] = defaultdict(Decimal)
    for _, _, source, _, source_side in in_force(ledger, day):
        if source is not None:
            used[id(source)] += source_side
    for source in [*ledger.payments, *ledger.credit_notes]:
        is_payment = "payment_id" in source
        received = _day(source, "received_on") if is_payment else None
        counts = (received is not None and received <= day) if is_payment else _counts(source, "credit_note_status", "issued_on", day)
        rest = Decimal(str(source["amount_total"])) - used[id(source)]
        if counts and rest != 0:
            found.append((source, "unapplied", -rest))
    return found


def ageing(
    ledger: Ledger, day: date, edges: Iterable[int] = (30, 60, 90), basis: str = "due_date"
) -> dict[tuple[str, str, str], tuple[int, Decimal]]:
    """(customer, currency, bucket) -> (items, amount), as the contract's ageing."""
    found: dict[tuple[str, str, str], tuple[int, Decimal]] = {}
    for document, bucket, amount in open_on(ledger, day, edges, basis):
        key = str(document["customer_id"]), str(document["currency"]), bucket
        count, sum_so_far = found.get(key, (0, ZERO))
        found[key] = count + 1, sum_so_far + amount
    return found


def ageing_company(
    ledger: Ledger, day: date, rates: Iterable[Row], company: str = "EUR", edges: Iterable[int] = (30, 60, 90),
) -> dict[tuple[str, str], tuple[int, Decimal]]:
    """(customer, bucket) -> (documents, amount in company currency): booked rates, revaluation in a bucket of its own."""
    known: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
    for row in rates:
        on = _day(row, "rate_on")
        assert on is not None
        known[str(row["currency"])].append((on, Decimal(str(row["rate_to_company"]))))

    def last(currency: str, on: date) -> Decimal | None:
        found = [pair for pair in known[currency] if pair[0] <= on]
        return max(found, key=lambda pair: pair[0])[1] if found else None

    sums: dict[tuple[str, str], tuple[int, Decimal]] = {}

    def add(customer: str, bucket: str, amount: Decimal) -> None:
        count, sum_so_far = sums.get((customer, bucket), (0, ZERO))
        sums[customer, bucket] = count + 1, sum_so_far + amount

    for document, bucket, amount in open_on(ledger, day, edges):
        currency, customer = str(document["currency"]), str(document["customer_id"])
        dated = _day(document, "received_on") or _day(document, "issued_on")
        assert dated is not None
        own = document.get("exchange_rate")
        booked = Decimal(1) if currency == company else Decimal(own) if own else last(currency, dated)
        if booked is None:
            continue
        today = booked if currency == company else last(currency, day) or booked
        then, now = _round(amount * booked, company), _round(amount * today, company)
        add(customer, bucket, then)
        if now != then:
            add(customer, "revaluation", now - then)
    return sums
