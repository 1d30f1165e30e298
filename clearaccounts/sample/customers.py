"""Who the sample's customers are: each with its own size, terms and way of paying."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from clearaccounts.sample.days import LAST_ON, Term, later
from clearaccounts.sample.dice import Dice
from clearaccounts.sample.files import money
from clearaccounts.sample.names import COUNTRIES, Country, company, person

SOFIA, JONAS, AISLING = "sofia.lindgren@partner.example", "jonas.vermeer@partner.example", "aisling.byrne@partner.example"
_AGENTS = ((SOFIA, 36), ("Sofia.Lindgren@partner.example", 4), (JONAS, 35), (AISLING, 25))
_SEGMENTS = (("small", 58), ("mid-market", 33), ("enterprise", 9))
_BEHAVIOURS = (("prompt", 60), ("monthly_run", 25), ("slow", 6), ("seasonal", 5), ("collapsing", 4))
_TERMS = ((14, 12), (30, 60), (45, 16), (60, 12))


@dataclass(frozen=True)
class Behaviour:
    """How a customer pays: the kind, and its own figures.

    `late_days` is how late a slow one usually is, and what a collapsing one adds each month from
    `from_on`; `run_day` is a monthly run's day; `low_months` are a seasonal one's lean months. In a rough
    patch (first day, last day, days late) even a good payer paid late, and has recovered since.
    """

    kind: str
    late_days: int = 0
    run_day: int = 0
    low_months: tuple[int, ...] = ()
    from_on: date = LAST_ON
    by_debit: bool = False
    rough_patch: tuple[date, date, int] | None = None


@dataclass(frozen=True)
class Profile:
    """One customer, before anything is billed."""

    number: int
    customer_id: str
    name: str
    domain: str
    country: Country
    currency: str
    segment: str
    sales_agent: str
    terms_days: int
    created_on: date
    contact: tuple[str, str]
    invoice_day: int
    behaviour: Behaviour

    def row(self, dice: Dice, credit_limit_cents: int) -> dict[str, Any]:
        """The customer's row in customers.csv."""
        return {
            "customer_id": self.customer_id, "customer_name": self.name, "currency": self.currency, "domain_name": self.domain,
            "country_code": self.country.code, "segment": self.segment, "sales_agent": self.sales_agent,
            "payment_terms_days": self.terms_days, "credit_limit_amount": money(credit_limit_cents),
            "microsoft_tenant_id": dice.guid(), "time_zone": self.country.time_zone, "language": self.country.language,
            "contact_name": self.contact[0], "contact_email": f"{self.contact[1]}@{self.domain}", "created_on": self.created_on,
        }


def profile(number: int, code: str, term: Term, seed: int) -> Profile:
    """The customer of that number; the same whatever the number of customers."""
    dice = Dice(f"{seed}:customer:{number}")
    country = dice.weighted(COUNTRIES)
    name, domain = company(number, country, Dice(f"{seed}:names").below(480))
    currency = "USD" if country.currency == "EUR" and dice.chance(4) else country.currency
    newcomer = term.months > 6 and dice.chance(14)
    created_on = later(term.first_on, dice.between(20, (term.months - 5) * 30) if newcomer else -dice.between(90, 2400))
    created_on = created_on.replace(day=dice.between(1, 20))
    return Profile(
        number, f"C{code}", name, domain, country, currency,
        segment=dice.weighted(_SEGMENTS),
        sales_agent=dice.weighted(_AGENTS),
        terms_days=dice.weighted(_TERMS),
        created_on=created_on,
        contact=person(dice.below(12), dice.below(12), country),
        # Most are billed at the start of the month, the rest on the day of their contract.
        invoice_day=dice.between(1, 5) if dice.chance(60) else dice.between(6, 26),
        behaviour=_behaviour(dice, term),
    )


def _behaviour(dice: Dice, term: Term) -> Behaviour:
    kind = dice.weighted(_BEHAVIOURS)
    return Behaviour(
        kind,
        late_days=dice.between(8, 22) if kind == "slow" else dice.between(6, 12) if kind == "collapsing" else dice.between(0, 3),
        run_day=dice.pick((10, 15, 25, 28)),
        low_months=dice.pick(((7, 8), (1, 2), (8, 12), (2, 11))),
        from_on=later(LAST_ON, -dice.between(7, min(13, term.months + 6)) * 30),
        by_debit=dice.chance(30),
        rough_patch=_rough_patch(dice, term) if dice.chance(35) and term.months > 8 else None,
    )


def _rough_patch(dice: Dice, term: Term) -> tuple[date, date, int]:
    """It ends early enough for all of it to be paid by the sample's last day."""
    last_on = later(LAST_ON, -dice.between(100, term.months * 30 - 60))
    return later(last_on, -dice.between(45, 120)), last_on, dice.between(18, 70)
