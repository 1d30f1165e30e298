"""A synthetic partner in the canonical files, for trying the dashboard and for measuring it.

`write_sample` writes one folder. The same arguments give the same bytes on every machine and Python:
chance comes from `dice`, amounts are whole cents, and nothing reads a clock, a locale or a hash. Each
customer has chance of its own, so customer 12 is the same among 150 and among 5,000; customers are
written one after the other, so memory does not grow with their number.
"""

from __future__ import annotations

from pathlib import Path

from clearaccounts.errors import BadParameter
from clearaccounts.sample.accounts import account
from clearaccounts.sample.days import LAST_ON, Term
from clearaccounts.sample.dice import Dice
from clearaccounts.sample.escalations import plan_rows, supplier_rows
from clearaccounts.sample.files import COLUMNS, Files, rate
from clearaccounts.sample.rates import Rates
from clearaccounts.text import N_

DEFAULT_CUSTOMERS = 150
DEFAULT_MONTHS = 24
DEFAULT_SEED = 50
# Fewer customers or months than this have no room for the stories and the planted faults.
STORY_CUSTOMERS, STORY_MONTHS = 40, 12
_LIMITS = {"customers": 1_000_000, "months": 240}

__all__ = ["DEFAULT_CUSTOMERS", "DEFAULT_MONTHS", "DEFAULT_SEED", "LAST_ON", "write_sample"]


def write_sample(
    output: Path, customers: int = DEFAULT_CUSTOMERS, months: int = DEFAULT_MONTHS, seed: int = DEFAULT_SEED, stories: bool = True,
) -> None:
    """Write a synthetic partner's canonical files into `output`, up to LAST_ON.

    Args:
        output: the folder, made if it is not there; files of the same names are replaced.
        customers: how many customers.
        months: how many months, the last being LAST_ON's.
        seed: whatever whole number; another seed gives another partner.
        stories: also the eight customers with a story, what one of them pays the day after (`next_day/`) and the
            planted faults, given at least 40 customers and 12 months.

    Raises:
        BadParameter: a number out of range.
    """
    for name, value in (("customers", customers), ("months", months)):
        if not 1 <= value <= _LIMITS[name]:
            raise BadParameter(
                N_("{name} is {value}; it must be {wanted}."), name=name, value=value, wanted=f"a whole number from 1 to {_LIMITS[name]}",
            )
    tells_stories = stories and customers >= STORY_CUSTOMERS and months >= STORY_MONTHS
    term = Term(months)
    rates = Rates(term, seed)
    sales = dict.fromkeys(term.month_starts(), 0)
    width = max(4, len(str(customers)))
    with Files(output, COLUMNS) as files:
        for number in range(1, customers + 1):
            made = account(number, f"{number:0{width}d}", term, rates, seed, tells_stories=tells_stories)
            files.write(made.rows)
            for issued_on, cents in made.sales:
                sales[issued_on.replace(day=1)] += cents
            if made.next_day:
                with Files(output / "next_day", made.next_day) as next_day:
                    next_day.write(made.next_day)
        files.write({
            "support_plans": plan_rows(customers),
            "supplier_invoices": supplier_rows(sales, term, Dice(f"{seed}:supplier")),
            "exchange_rates": [
                {"rate_on": row["rate_on"], "currency": row["currency"], "rate_to_company": rate(row["millionths"])} for row in rates.rows
            ],
        })
