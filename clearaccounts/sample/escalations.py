"""What the partner buys from Microsoft and hands to it: plans, service requests, offers, its invoices."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from clearaccounts.sample.book import Book
from clearaccounts.sample.customers import Profile
from clearaccounts.sample.days import LAST_ON, Term, add_months, later
from clearaccounts.sample.dice import Dice
from clearaccounts.sample.files import money
from clearaccounts.sample.support import LAST_AT, Case

# Plan, vehicle, first and last day, unit, entitlement of a partner with 150 customers, yearly fee in cents.
_PLANS: tuple[tuple[str, str, date, date, str, int | None, int], ...] = (
    ("PSFP-2025", "psfp", date(2025, 1, 1), date(2025, 12, 31), "hours", 110, 3_000_000),
    ("PSFP-2026", "psfp", date(2026, 1, 1), date(2026, 12, 31), "hours", 100, 3_120_000),
    ("ASFP-2025", "asfp", date(2025, 4, 1), date(2026, 3, 31), "incidents", 40, 1_200_000),
    ("ASFP-2026", "asfp", date(2026, 4, 1), date(2027, 3, 31), "hours", 60, 1_260_000),
    ("CLOUD-2025", "cloud", date(2025, 7, 1), date(2026, 6, 30), "unlimited", None, 0),
    ("CLOUD-2026", "cloud", date(2026, 7, 1), date(2027, 6, 30), "unlimited", None, 0),
    ("CLOUD-10", "cloud", date(2026, 3, 1), date(2027, 2, 28), "incidents", 10, 0),
    ("ONPREM-2025", "on_premises", date(2025, 2, 1), date(2026, 1, 31), "incidents", 20, 0),
    # Renewed six weeks late: what was opened in between belongs to no plan.
    ("ONPREM-2026", "on_premises", date(2026, 3, 15), date(2027, 3, 14), "incidents", 20, 0),
)
_TECHNICAL_VEHICLES = (("psfp", 28), ("asfp", 24), ("cloud", 26), ("on_premises", 22))
_OFFERS = (
    ("Essential", "resold", "Mon-Fri 09:00-17:00", "portal, e-mail", 0, 480, 960, 1920),
    ("Standard", "own", "Mon-Fri 08:00-18:00", "portal, e-mail, phone", 9_900, 120, 480, 960),
    ("Business", "mixed", "Mon-Sat 07:00-20:00", "portal, phone, chat", 24_900, 60, 240, 480),
    ("Premium", "own", "24x7 for severity A, Mon-Fri 08:00-18:00 else", "named engineer, phone", 69_000, 30, 120, 480),
    ("Out of hours", "outsourced", "Nights and weekends", "phone", 19_900, 60, None, None),
)


def plan_rows(customers: int) -> list[dict[str, Any]]:
    """The partner's support plans; a bigger partner buys more."""
    return [
        {
            "support_plan_id": plan, "support_vehicle": vehicle, "starts_on": starts_on, "ends_on": ends_on, "entitlement_unit": unit,
            "entitlement_quantity": None if quantity is None else max(1, quantity * customers // 150),
            "amount_fee": money(fee) if fee else None, "currency": "EUR" if fee else None,
            "contract_id": f"7{starts_on:%y%m}0{number:03d}", "access_id": f"9{ends_on:%y%m}1{number:03d}",
        }
        for number, (plan, vehicle, starts_on, ends_on, unit, quantity, fee) in enumerate(_PLANS, start=1)
    ]


def escalate(book: Book, cases: list[Case], dice: Dice) -> None:
    """A service request for each case that was handed to Microsoft."""
    for case in cases:
        handed = [at for at, event_type, _, _ in case.events if event_type == "escalated"]
        if handed:
            opened_at = min(handed[0] + timedelta(minutes=dice.between(2, 50)), LAST_AT)
            write_request(book, case, _vehicle(case, dice), opened_at, dice)


def _vehicle(case: Case, dice: Dice) -> str:
    return dice.weighted(_TECHNICAL_VEHICLES) if case.category.support_type == "technical" else "commercial"


def write_request(book: Book, case: Case, vehicle: str, opened_at: datetime, dice: Dice) -> None:
    """One service request; it closes before its case is resolved, or is still open."""
    resolved = [at for at, event_type, _, _ in case.events if event_type == "resolved" and at > opened_at]
    closed_at = resolved[0] if resolved else None
    running = [
        (ends_on, plan) for plan, kind, starts_on, ends_on, *_ in _PLANS if kind == vehicle and starts_on <= opened_at.date() <= ends_on
    ]
    # One in four was opened without naming its plan; where two run, the one that ends first is meant.
    plan = min(running)[1] if running and dice.chance(75) else None
    hours = dice.between(6, 48) * 25 if vehicle in ("psfp", "asfp") else None
    number = "".join(c for c in book.next_id("SR") if c.isdigit())
    book.add(
        "service_requests", service_request_id=f"{opened_at:%y%m%d}{number:0>9}", support_vehicle=vehicle,
        opened_at=opened_at, case_id=case.case_id, customer_id=book.customer_id, support_plan_id=plan, severity=case.severity,
        closed_at=closed_at, service_request_status="closed" if closed_at else dice.pick(("open", "attention_needed")),
        hours_used=money(hours) if hours else None, title=case.title,
    )


def offer(book: Book, profile: Profile, dice: Dice) -> None:
    """The support that the customer was promised; some were promised none."""
    if dice.chance(12):
        return
    weights = {"small": (55, 40, 5, 0), "mid-market": (15, 45, 35, 5), "enterprise": (1, 15, 34, 50)}[profile.segment]
    offers = [dice.weighted(tuple(zip(_OFFERS, weights, strict=False)))]
    if profile.segment == "enterprise" and dice.chance(40):
        offers.append(_OFFERS[-1])
    for name, model, hours, contact, price, a, b, c in offers:
        book.add(
            "support_offers", customer_id=profile.customer_id, offer_name=name, delivery_model=model, service_hours=hours,
            contact_method=contact, amount_price=money(price), currency=profile.currency, response_minutes_a=a, response_minutes_b=b,
            response_minutes_c=c,
        )


def supplier_rows(sales: dict[date, int], term: Term, dice: Dice) -> list[dict[str, Any]]:
    """Microsoft's invoices: each month's share of the sales, billed by the eighth of the next month, net 60.

    Args:
        sales: net sales in euro cents by the first day of their month.
        term: the sample's term.
        dice: chance of its own.
    """
    rows = []
    for number, month in enumerate(term.month_starts()):
        issued_on = add_months(month, 1).replace(day=dice.between(6, 8))
        if issued_on > LAST_ON:
            break
        cost = sales.get(month, 0) * dice.between(795, 815) // 1000
        old = cost * max(2, 12 - number // 3) // 100
        due_on = later(issued_on, 60)
        paid = due_on <= LAST_ON
        shares = (("G", cost - old, "recurring"), ("D", old, "recurring"))
        for family, cents, kind in shares:
            rows.append({
                "supplier_invoice_id": f"{family}{10_400_000 + number * 7_919 + dice.below(900):09d}", "issued_on": issued_on,
                "currency": "EUR", "amount_total": money(cents), "due_on": None if family == "D" else due_on,
                # One was paid short: Microsoft had not yet matched a transfer.
                "amount_paid": money(cents if paid and number % 11 != 9 else cents * 9 // 10 if paid else 0),
                "document_type": "Invoice", "invoice_type": kind,
            })
        if number % 7 == 4:
            rows.append({
                "supplier_invoice_id": f"G{10_390_000 + number * 7_919:09d}", "issued_on": issued_on, "currency": "EUR",
                "amount_total": money(-cost * dice.between(4, 15) // 1000), "due_on": due_on, "amount_paid": money(0),
                "document_type": "Credit Note", "invoice_type": "one_time",
            })
    return rows
