"""What a page asks of the warehouse, measured without the page: all its queries, beside a point read of the mart.

The page runs once in Streamlit's own test runner, for a manager, and every question it asks is noted with what was bound to it. Then the
same questions are asked again and again, through `Warehouse.run` as the page does, so that the figures are those of the page as it is
now: each time as the first who asks (nothing kept from before), and once more as the next one, who gets the answers that
are kept.

`python -m benchmarks.asked overview|account INVOICES SET WORK` prints one JSON object.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial, wraps
from pathlib import Path
from typing import Any

import pyarrow as pa
from streamlit.testing.v1 import AppTest

from benchmarks.figures import AT_LEAST, Figures, Step, run_step, seconds, side_by_side, spread
from benchmarks.measure import data_folder
from clearaccounts.access import Role
from clearaccounts.settings import ROOT, Settings
from clearaccounts.warehouse import Warehouse, current_path, open_read_only

MAIN = ROOT / "clearaccounts" / "ui" / "main.py"
SECONDS = 600
TIMES = 25
# A page that takes longer than this is asked less often.
LONG_SECONDS = 1.0
CUSTOMERS = 5
# The row of one document, whose customer is known: what a page would read of the mart if it read one thing.
POINT = "select * from invoices where customer_id = $customer_id and invoice_id = $invoice_id"
_SPREAD = """
select customer_id, min(invoice_id) from invoices
where customer_id in (select customer_id from customers order by hash(customer_id) limit $customers)
group by customer_id order by customer_id
"""



@dataclass(frozen=True)
class Question:
    """One question that was asked of a warehouse."""

    warehouse: Warehouse
    name: str
    arguments: tuple[Any, ...]
    named: Mapping[str, Any]

    def ask(self, warehouse: Warehouse | None = None) -> pa.Table:
        """Ask it again: of the same warehouse, with the answers that it kept, or of another."""
        return (warehouse or self.warehouse).run(self.name, *self.arguments, **self.named)


@contextmanager
def noted_questions() -> Iterator[list[Question]]:
    """Every question that is asked of a warehouse meanwhile, in order."""
    run = Warehouse.run
    noted: list[Question] = []

    @wraps(run)
    def note(self: Warehouse, name: str, *arguments: Any, **named: Any) -> pa.Table:
        noted.append(Question(self, name, arguments, named))
        return run(self, name, *arguments, **named)

    setattr(Warehouse, "run", note)  # noqa: B010 - a method put in a method's place
    try:
        yield noted
    finally:
        setattr(Warehouse, "run", run)  # noqa: B010


def ask_first(questions: Sequence[Question]) -> None:
    """Ask them all as the first who asks: of what was asked before, nothing is kept; what the same page asks twice, is."""
    fresh = {id(one.warehouse): one.warehouse for one in questions}
    fresh = {key: warehouse.afresh() for key, warehouse in fresh.items()}
    for one in questions:
        one.ask(fresh[id(one.warehouse)])


def ask_again(questions: Sequence[Question]) -> None:
    """Ask them all as somebody who comes later."""
    for one in questions:
        one.ask()


def signed_in(data: Path) -> tuple[AppTest, list[Question]]:
    """A manager's tab on this data folder, and what the overview, which comes first, asked."""
    os.environ["CLEARACCOUNTS_DATA"] = str(data)
    tab = AppTest.from_file(str(MAIN), default_timeout=SECONDS)
    tab.run()
    with noted_questions() as noted:
        tab.button(key=f"sign_in_{Role.MANAGER.value}").click().run()
    check(tab)
    return tab, noted


def check(tab: AppTest) -> None:
    """Stop if the page shows an error: what it asked is not what it would ask."""
    problems = [str(one.value) for one in (*tab.error, *tab.exception)]
    if problems:
        raise SystemExit(f"the page shows an error: {problems[0]}")


def points(data: Path) -> list[tuple[str, str]]:
    """Some customers spread over the table, each with one of its invoices."""
    with closing(open_read_only(data, Settings())) as connection:
        return connection.execute(_SPREAD, {"customers": CUSTOMERS}).fetchall()


def beside_point_reads(
    path: Path, asked: Sequence[Sequence[Question]], chosen: Sequence[tuple[str, str]]
) -> tuple[Figures, Figures, Figures]:
    """All questions of some pages, one page after the other, each beside a point read; the same asked again; and the point reads."""
    with closing(open_read_only(path, Settings())) as connection:

        def read(customer_id: str, invoice_id: str) -> None:
            found = connection.execute(POINT, {"customer_id": customer_id, "invoice_id": invoice_id}).fetchall()
            assert len(found) == 1, invoice_id

        times = min(TIMES, AT_LEAST) if seconds(partial(ask_first, asked[0])) > LONG_SECONDS else TIMES
        pages = [asked[number % len(asked)] for number in range(times)]
        first, point = side_by_side(
            [partial(ask_first, page) for page in pages], [partial(read, *chosen[number % len(chosen)]) for number in range(times)]
        )
        again = spread([seconds(partial(ask_again, page)) for page in pages])
    return first | {"queries": each(asked[0])}, again, point


def each(questions: Sequence[Question]) -> list[dict[str, Any]]:
    """The median seconds of each question by itself, asked first: where a page's time goes."""
    return [
        {"query": one.name, "seconds": spread([seconds(partial(ask_first, [one])) for _ in range(AT_LEAST)])["seconds"]}
        for one in questions
    ]


def overview(_invoices: int, _generated: Path, work: Path) -> Mapping[str, Figures]:
    """Everything that a manager's overview asks on the day shown."""
    data = data_folder(work)
    path = current_path(data)
    _, noted = signed_in(data.path)
    first, again, point = beside_point_reads(path, [noted], points(path))
    return {"overview": first, "overview_again": again, "overview_point": point}


def account(_invoices: int, _generated: Path, work: Path) -> Mapping[str, Figures]:
    """Everything that an account's page asks, for some customers in turn."""
    data = data_folder(work)
    path = current_path(data)
    chosen = points(path)
    tab, _ = signed_in(data.path)
    asked: list[list[Question]] = []
    for customer_id, _invoice in chosen:
        tab.query_params["customer_id"] = customer_id
        tab.switch_page(str(ROOT / "pages" / "account.py"))
        with noted_questions() as noted:
            tab.run()
        check(tab)
        asked.append(noted)
    first, again, point = beside_point_reads(path, asked, chosen)
    return {"account": first, "account_again": again, "account_point": point}


STEPS: dict[str, Step] = {"overview": overview, "account": account}


if __name__ == "__main__":
    run_step(STEPS)
