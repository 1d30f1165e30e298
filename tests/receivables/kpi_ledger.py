"""Key figures of a period by plain Python over the rows of canonical files, written from the definitions and sharing no code.

It asks `ledger` what is open and what is in force on each day of the period, and adds up.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from tests.receivables import ledger as plain
from tests.receivables.ledger import ZERO, Ledger, Row

Convert = Callable[[Decimal, Row], Decimal]
ONE_DAY = timedelta(days=1)


def as_it_is(amount: Decimal, _document: Row) -> Decimal:
    """An amount in its document's own currency."""
    return amount


@dataclass
class Figures:
    """What a period came to in one currency; None is blank."""

    amounts: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    ratios: dict[str, Fraction | None] = field(default_factory=dict)


def _on(row: Row, name: str) -> date:
    return date.fromisoformat(str(row[name]))


@dataclass(frozen=True)
class Books:
    """A ledger seen in one currency (None: all of it), its amounts through `convert`."""

    ledger: Ledger
    currency: str | None = None
    convert: Convert = as_it_is

    def _is_ours(self, invoice: Row) -> bool:
        return self.currency in (None, invoice["currency"])

    def counted(self, day: date) -> dict[str, Row]:
        """The invoices that count on a day."""
        return {
            str(row["invoice_id"]): row for row in self.ledger.customer_invoices
            if self._is_ours(row) and plain._counts(row, "invoice_status", "issued_on", day)
        }

    def open_items(self, day: date) -> list[tuple[Row, date, Decimal]]:
        """(invoice, due day, what is open) on a day."""
        return [
            (invoice, due or _on(invoice, "issued_on"), self.convert(amount, invoice))
            for invoice, _, due, amount in plain.items(self.ledger, day) if self._is_ours(invoice)
        ]

    def settled_by(self, day: date, kind: str, counted: dict[str, Row]) -> Decimal:
        """What credit notes, or write-offs, settle of the counted invoices on a day."""
        return sum((
            self.convert(effect, invoice) for allocation, invoice, _, effect, _ in plain.in_force(self.ledger, day)
            if allocation["source_type"] == kind and str(invoice["invoice_id"]) in counted
        ), ZERO)

    def paid(self, day: date) -> set[str]:
        """The invoices with a payment among what is in force on a day."""
        return {
            str(invoice["invoice_id"]) for allocation, invoice, _, _, _ in plain.in_force(self.ledger, day)
            if allocation["source_type"] == "payment"
        }

    def sales(self, from_on: date, to_on: date, counted: dict[str, Row]) -> Decimal:
        """What the counted invoices of a period sold, less what credit notes settled in it."""
        sold = sum((
            self.convert(Decimal(str(row["amount_total"])), row)
            for row in counted.values() if from_on <= _on(row, "issued_on") <= to_on
        ), ZERO)
        return sold - self.settled_by(to_on, "credit_note", counted) + self.settled_by(from_on - ONE_DAY, "credit_note", counted)

    def count_back(self, to_on: date, closing: Decimal, counted: dict[str, Row]) -> Fraction | None:
        """Days of sales in the closing receivables, month by month from the newest."""
        if closing == 0:
            return Fraction(0)
        if not counted:
            return None
        first, days, rest, until = min(_on(row, "issued_on") for row in counted.values()), Fraction(0), closing, to_on
        while until >= first.replace(day=1):
            month = until.replace(day=1)
            length = (until - month).days + 1
            sales = max(ZERO, self.sales(month, until, counted))
            if sales >= rest:
                return days + Fraction(rest) / Fraction(sales) * length
            days, rest, until = days + length, rest - sales, month - ONE_DAY
        return None

    def settled_on(self, from_on: date, to_on: date) -> dict[str, date]:
        """Invoice -> the day on which it was settled, of those settled in the period.

        That is the first day from which nothing is open up to the end; one settled on the day of its issue was never open.
        """
        found = {number: _on(row, "issued_on") for number, row in self.counted(to_on).items()}
        before = from_on - ONE_DAY
        for step in range((to_on - before).days + 1):
            day = before + timedelta(days=step)
            open_then = {str(invoice["invoice_id"]) for invoice, _, _ in self.open_items(day)}
            found |= {number: day + ONE_DAY for number in open_then if number in found}
        return {number: day for number, day in found.items() if from_on <= day <= to_on}

    def due_on(self, invoice: Row) -> date:
        """The invoice's due day, else that of its last instalment, else the day of its issue."""
        if invoice.get("due_on"):
            return _on(invoice, "due_on")
        plan = [row for row in self.ledger.instalments if row["invoice_id"] == invoice["invoice_id"]]
        adds_up = sum(Decimal(str(row["amount_total"])) for row in plan) == Decimal(str(invoice["amount_total"]))
        return max(_on(row, "due_on") for row in plan) if plan and adds_up else _on(invoice, "issued_on")


def _ratio(part: Decimal | int, whole: Decimal | int) -> Fraction | None:
    return None if whole == 0 else Fraction(part) / Fraction(whole)


def _times(ratio: Fraction | None, factor: int) -> Fraction | None:
    return None if ratio is None else ratio * factor


def figures(books: Books, from_on: date, to_on: date) -> Figures:
    """The key figures of a period."""
    days = (to_on - from_on).days + 1
    counted = books.counted(to_on)
    late = [(amount, (to_on - due).days) for _, due, amount in books.open_items(to_on) if due < to_on]
    found = Figures()
    amounts = found.amounts
    amounts["amount_opening"] = opening = sum((amount for _, _, amount in books.open_items(from_on - ONE_DAY)), ZERO)
    amounts["amount_closing"] = closing = sum((amount for _, _, amount in books.open_items(to_on)), ZERO)
    amounts["amount_closing_current"] = current = closing - sum((amount for amount, _ in late), ZERO)
    amounts["amount_sales"] = sales = books.sales(from_on, to_on, counted)
    amounts["amount_written_off"] = written_off = (
        books.settled_by(to_on, "write_off", counted) - books.settled_by(from_on - ONE_DAY, "write_off", counted))

    with_payment = books.paid(to_on)
    pay_days = []
    for number, day in books.settled_on(from_on, to_on).items():
        invoice = counted[number]
        late.append((books.convert(Decimal(str(invoice["amount_total"])), invoice), (day - books.due_on(invoice)).days))
        if number in with_payment:
            pay_days.append((day - _on(invoice, "issued_on")).days)

    found.ratios = {
        "dso_days": _times(_ratio(closing, sales), days),
        "dso_countback_days": books.count_back(to_on, closing, counted),
        "best_possible_dso_days": _times(_ratio(current, sales), days),
        "average_days_delinquent": _times(_ratio(closing - current, sales), days),
        "collection_effectiveness_index": _times(_ratio(opening + sales - written_off - closing, opening + sales - current), 100),
        "average_days_to_pay": _ratio(sum(pay_days), len(pay_days)),
        "weighted_days_late": _ratio(sum((amount * n for amount, n in late), ZERO), sum((amount for amount, _ in late), ZERO)),
    }
    return found


def to_company(rates: list[Row], company: str, digits: int) -> Convert:
    """Each document at its own rate, else the last known on or before its day; rounded half away from zero."""
    by_currency: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
    for row in rates:
        by_currency[str(row["currency"])].append((_on(row, "rate_on"), Decimal(str(row["rate_to_company"]))))

    def convert(amount: Decimal, document: Row) -> Decimal:
        rate = Decimal(1)
        if document["currency"] != company:
            known = [pair for pair in by_currency[str(document["currency"])] if pair[0] <= _on(document, "issued_on")]
            rate = Decimal(str(document["exchange_rate"])) if document.get("exchange_rate") else max(known)[1]
        return (amount * rate).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return convert


def month_end(day: date) -> date:
    """The last day of a day's month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def same(shown: dict[str, Any], worked_out: Figures) -> None:
    """Whether the warehouse says the same: amounts exactly, ratios to their four decimals."""
    for name, amount in worked_out.amounts.items():
        assert shown[name] == amount, name
    for name, ratio in worked_out.ratios.items():
        if ratio is None:
            assert shown[name] is None, name
        else:
            assert shown[name] is not None and abs(Fraction(shown[name]) - ratio) <= Fraction(1, 19999), name
