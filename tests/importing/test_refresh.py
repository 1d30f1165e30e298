"""A day's import brings the warehouse up to date without building it whole, and nobody can tell it from a full build."""

from __future__ import annotations

import os
import random
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from clearaccounts.importing import files, first_answers, publish, refresh
from clearaccounts.importing.refreshing import plan, touched
from clearaccounts.importing.refreshing.database import NotRefreshed
from clearaccounts.query_files import parse_header, steps
from clearaccounts.settings import DataFolder, Settings
from clearaccounts.warehouse import current_path
from tests.importing.desk import INVOICES, NOW, invoice, write

# How many partners are drawn, each with a few days of imports; `make test-long` draws more.
PARTNERS = int(os.environ.get("CLEARACCOUNTS_REFRESHES", "3"))
HEADERS = {
    "customers": "customer_id,customer_name,currency",
    "customer_invoices": "invoice_id,customer_id,issued_on,due_on,currency,amount_total,invoice_status,voided_on,exchange_rate",
    "instalments": "invoice_id,instalment_number,due_on,amount_total",
    "payments": "payment_id,customer_id,received_on,currency,amount_total",
    "credit_notes": "credit_note_id,customer_id,issued_on,currency,amount_total",
    "allocations": "allocation_id,applied_on,source_type,invoice_id,amount_applied,source_id,amount_from_source",
    "exchange_rates": "rate_on,currency,rate_to_company",
    "support_plans": "support_plan_id,support_vehicle,starts_on,ends_on,entitlement_unit,entitlement_quantity",
    "support_cases": "case_id,customer_id,case_category,case_status,opened_at,closed_at",
    "case_events": "case_id,occurred_at,event_type",
    "service_requests": "service_request_id,support_vehicle,opened_at,case_id,support_plan_id",
    "subscriptions": "subscription_id,customer_id,product_name,quantity,subscription_status,commerce_model",
    "notices": "notice_id,customer_id,notice_type,sent_on",
    "holds": "hold_id,customer_id,hold_type,starts_on,ends_on",
}
REPORT = "Report date,Invoice,Customer,Issue date,Open amount"


class Desk:
    """A data folder, and a file for each kind handed in day after day."""

    def __init__(self, place: Path) -> None:
        self.data, self._place, self.day = DataFolder(place / "data"), place, 0

    def bring(self, *, snapshot: bool = False, **kinds: list[str]) -> publish.Report:
        self.day += 1
        named = [
            write(self._place, f"{kind}-{self.day}.csv", HEADERS.get(kind, REPORT if kind == "report" else INVOICES), *lines)
            for kind, lines in kinds.items()
        ]
        report = publish.import_files(
            self.data, Settings(), named, NOW + timedelta(days=self.day), date_order="DMY", snapshot=snapshot, confirm=lambda _: True
        )
        assert [str(one.refused) for one in report.outcomes if one.refused] == []
        assert report.build is not None, report.build_problem
        return report

    def held(self) -> dict[str, list[str]]:
        return held(current_path(self.data))

    def is_as_built_whole(self) -> bool:
        """Compare with a full build of the same landings, and go on from the refreshed warehouse."""
        refreshed, found = current_path(self.data), self.held()
        pointer = (self.data.warehouse / "current.json").read_text(encoding="utf-8")
        publish.build(self.data, Settings(), NOW + timedelta(days=self.day))
        whole = self.held()
        files.write_text(self.data.warehouse / "current.json", pointer)
        assert refreshed.exists()
        for name in whole:
            assert found[name] == whole[name], name
        return found.keys() == whole.keys()


def held(path: Path) -> dict[str, list[str]]:
    """Every table of a warehouse, its rows in order of their text, and its macros; but for a build's own name and moment."""
    with duckdb.connect(str(path), read_only=True) as connection:
        names = [row[0] for row in connection.execute("select table_name from duckdb_tables()").fetchall()]
        chosen = {
            "build": "select * exclude (build_id, built_at) from build",
            "first_answers": "select question, answer from first_answers where build_id = (select build_id from build)",
        }
        rows = {name: sorted(map(str, connection.execute(chosen.get(name, f"from {name}")).fetchall())) for name in names}
        macros = "select function_name, macro_definition from duckdb_functions() where not internal and function_type like '%macro'"
        return rows | {"macros": sorted(map(str, connection.execute(macros).fetchall()))}


def day(number: int) -> date:
    return date(2026, 3, 1) + timedelta(days=number)


class Draw:
    """Random days of a small partner: new rows, other versions of known ones, and rows that point to nowhere."""

    def __init__(self, source: random.Random) -> None:
        self._random = source

    def _rows(self, most: int, numbers: int, line: Any) -> list[str]:
        chosen = self._random.sample(range(numbers), self._random.randint(1, most))
        return [line(number) for number in chosen]

    def _customer(self) -> str:
        return f"C{self._random.randint(1, 5)}"

    def _currency(self) -> str:
        return self._random.choice(["EUR", "EUR", "USD", "GBP"])

    def _on(self) -> date:
        return day(self._random.randint(0, 90))

    def _amount(self) -> str:
        return f"{self._random.choice([10, 20, 50, 100])}.00"

    def import_(self) -> dict[str, list[str]]:
        r = self._random
        kinds: dict[str, tuple[int, int, Any]] = {
            "customers": (2, 6, lambda n: f"C{n},{r.choice('AZ')} {n},EUR"),
            "customer_invoices": (5, 14, lambda n: (
                f"I{n},{self._customer()},{day(n * 5)},{day(n * 5 + r.choice([-1, 30]))},{self._currency()},{self._amount()},"
                + r.choice(["posted,,", "posted,,", "posted,,1.1", "draft,,", f"void,{day(n * 5 + 20)},"])
            )),
            "instalments": (4, 14, lambda n: f"I{n},{r.randint(1, 2)},{self._on()},{self._amount()}"),
            "payments": (5, 14, lambda n: (
                f"P{n},{self._customer()},{self._on()},{self._currency()},{r.choice(['', '', '', '-'])}{self._amount()}"
            )),
            "credit_notes": (2, 5, lambda n: f"N{n},{self._customer()},{self._on()},{self._currency()},{self._amount()}"),
            "allocations": (9, 30, lambda n: (
                f"A{n},{self._on()}," + r.choice([
                    f"payment,I{n % 15},{self._amount()},P{n % 16}", f"payment,I{r.randint(0, 14)},{self._amount()},P{n % 14}",
                    f"credit_note,I{n % 14},{self._amount()},N{n % 5}", f"write_off,I{n % 14},5.00,",
                ]) + f",{self._amount()}"
            )),
            "exchange_rates": (3, 9, lambda n: f"{day(n * 10)},{r.choice(['USD', 'GBP'])},0.{r.randint(70, 99)}"),
            "support_plans": (1, 2, lambda n: f"L{n},psfp,{day(n * 20)},{day(n * 20 + 30)},hours,{n}"),
            "support_cases": (3, 6, lambda n: f"K{n},{self._customer()},Mail," + (
                r.choice([f"open,{day(n * 9)}T08:00:00Z,", f"closed,{day(n * 9)}T08:00:00Z,{day(n * 9 + 3)}T08:00:00Z",
                          f"closed,{day(n * 9)}T08:00:00Z,"])
            )),
            "case_events": (5, 60, lambda n: (
                f"K{n % 7},{day(n)}T09:00:00Z,{r.choice(['replied', 'escalated', 'closed', 'reopened', 'waiting_on_customer'])}"
            )),
            "service_requests": (3, 6, lambda n: (
                f"S{n},{r.choice(['psfp', 'cloud'])},{self._on()}T10:00:00Z,K{n},{r.choice(['', 'L0', 'L9'])}"
            )),
            "subscriptions": (2, 4, lambda n: f"B{n},{self._customer()},Mail,1,active,new_commerce"),
            "notices": (2, 4, lambda n: f"W{n},{self._customer()},reminder,{self._on()}"),
            "holds": (2, 4, lambda n: f"H{n},C{n},dispute,{self._on()},"),
        }
        chosen = r.sample(sorted(kinds), r.randint(1, 6))
        return {kind: list(dict.fromkeys(self._rows(*kinds[kind]))) for kind in chosen}


# To make a failure smaller would take minutes: each partner is imported and built for several days.
@settings(
    max_examples=PARTNERS, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=[Phase.reuse, Phase.generate],
)
@given(st.randoms(use_true_random=False))
def test_whatever_the_days_bring_the_refreshed_warehouse_is_the_one_that_a_full_build_makes(
    tmp_path_factory: pytest.TempPathFactory, source: random.Random
) -> None:
    desk, draw = Desk(tmp_path_factory.mktemp("desk")), Draw(source)
    first = draw.import_() | {"customers": ["C1,One,EUR"], "customer_invoices": [f"I0,C1,{day(0)},{day(30)},EUR,100.00,posted,,"]}
    desk.bring(snapshot=False, **first)
    for _ in range(source.randint(1, 3)):
        if source.random() < 0.2:
            publish.undo(desk.data, Settings(), NOW + timedelta(days=desk.day), "operator")
        # A snapshot withdraws what it does not hold.
        report = desk.bring(snapshot=source.random() < 0.3, **draw.import_())
        assert report.remade_count is not None or report.not_refreshed == "an import was undone", report.not_refreshed
    assert desk.is_as_built_whole()


def test_a_payment_that_moves_touches_the_invoice_it_leaves_and_all_that_hangs_on_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.bring(
        invoices=[invoice(1), invoice(2), invoice(3), invoice(4)],
        payments=["P1,C1,2026-05-10,EUR,150.00", "P2,C1,2026-05-10,EUR,10.00"],
        allocations=["A1,2026-05-10,payment,I1,100.00,P1,", "A2,2026-05-11,payment,I2,100.00,P1,", "A3,2026-05-12,payment,I4,10.00,P2,"],
    )
    report = desk.bring(allocations=["A1,2026-05-10,payment,I3,100.00,P1,"])
    # I1, which it leaves; I3, to which it goes; its payment; and I2, which that one settles too. Not I4 nor P2.
    assert report.remade_count == 4
    assert desk.is_as_built_whole()


def test_what_a_report_of_open_items_closes_is_refreshed(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.bring(report=["01/06/2026,I1,C1,01/05/2026,100.00", "01/06/2026,I2,C1,01/05/2026,50.00", "01/06/2026,I3,C1,01/05/2026,-5.00"])
    report = desk.bring(report=["02/06/2026,I1,C1,01/05/2026,60.00"])
    assert report.remade_count == 3, report.not_refreshed
    assert desk.is_as_built_whole()


def test_what_a_snapshot_withdraws_is_refreshed(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.bring(invoices=[invoice(1), invoice(2), invoice(3)])
    report = desk.bring(snapshot=True, invoices=[invoice(1), invoice(3, "20.00")])
    assert report.withdrawn == {"customer_invoices": 1} and report.remade_count == 3
    assert desk.is_as_built_whole()


def test_a_rate_touches_the_documents_booked_at_it_and_no_others(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    lines = [f"I{number},C1,{on},,USD,10.00,posted,," for number, on in enumerate(["2026-05-01", "2026-05-05", "2026-05-10"])]
    desk.bring(customer_invoices=lines, exchange_rates=["2026-05-01,USD,0.9", "2026-05-08,USD,0.8"])
    assert desk.bring(exchange_rates=["2026-05-04,USD,0.7"]).remade_count == 1
    assert desk.is_as_built_whole()
    assert desk.bring(exchange_rates=["2026-05-20,USD,0.6"]).remade_count == 0
    assert desk.is_as_built_whole()


def test_an_undo_and_what_comes_after_it_are_built_whole_or_refreshed_and_right(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.bring(invoices=[invoice(1)])
    desk.bring(invoices=[invoice(2)])
    publish.undo(desk.data, Settings(), NOW + timedelta(days=9), "operator")
    assert desk.bring(invoices=[invoice(3)]).remade_count == 1
    assert desk.is_as_built_whole()


def test_too_much_at_once_is_built_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(tmp_path)
    monkeypatch.setattr(touched, "FEWEST", 1)
    desk.bring(invoices=[invoice(number) for number in range(10)])
    assert desk.bring(invoices=[invoice(0, "5.00"), invoice(1, "5.00")]).remade_count == 2
    report = desk.bring(invoices=[invoice(0, "6.00"), invoice(1, "6.00"), invoice(2, "6.00")])
    assert report.remade_count is None and "3 documents are touched" in report.not_refreshed
    assert desk.is_as_built_whole()


def test_many_small_refreshes_are_followed_by_a_full_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(tmp_path)
    monkeypatch.setattr(refresh, "FEWEST", 2)
    desk.bring(invoices=[invoice(1)])
    assert [desk.bring(invoices=[invoice(number)]).remade_count for number in range(2, 6)] == [1, 1, None, 1]


def test_rows_that_the_same_landings_do_not_give_are_left_to_the_full_build(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.bring(invoices=[invoice(1), invoice(2)])
    # Somebody's hand in the served file stands for whatever makes a refresh wrong.
    with duckdb.connect(str(current_path(desk.data))) as connection:
        connection.execute("update open_items set amount_outstanding = 99 where invoice_id = 'I1'")
    report = desk.bring(invoices=[invoice(1, "50.00")])
    assert report.remade_count is None and "open_items" in report.not_refreshed
    assert desk.is_as_built_whole()


def test_a_refreshed_warehouse_brings_its_own_first_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(tmp_path)
    monkeypatch.setattr(first_answers, "FROM_INVOICES", 1)
    desk.bring(invoices=[invoice(1)])
    former = desk.held()["first_answers"]
    assert desk.bring(invoices=[invoice(2)]).remade_count == 1
    assert desk.held()["first_answers"] != former
    assert desk.is_as_built_whole()


def test_a_landed_file_that_is_gone_is_no_ground_to_build_on(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.bring(invoices=[invoice(1)])
    for path in desk.data.landing.glob("*/customer_invoices.parquet"):
        path.unlink()
    served = current_path(desk.data)
    with pytest.raises(AssertionError):
        desk.bring(customers=["C1,One,EUR"])
    assert current_path(desk.data) == served


def test_every_mart_and_check_is_refreshed_and_none_left_to_the_full_build() -> None:
    made = plan.the_plan()
    placed = {*made.keyed, *made.whole, *made.narrow, *made.summaries, plan.CUSTOMERS}
    assert placed == set(steps("marts"))
    assert {*made.added_up, *made.checked_whole} == set(steps("checks"))


def test_a_mart_that_fits_nowhere_is_left_to_the_full_build() -> None:
    odd = parse_header("marts/odd", "-- Odd.\n-- Grain: one row per customer_id.\nselect customer_id from canonical.payments\n")
    with pytest.raises(NotRefreshed):
        plan.plan({**steps("marts"), "odd": odd}, {})


@pytest.mark.parametrize("name", sorted(steps("checks")))
def test_a_check_lists_its_offenders_in_the_order_of_its_grain(name: str) -> None:
    """So that offenders of two states can be put together again."""
    check = steps("checks")[name]
    ordered = re.findall(r"order by ([^()]+?)\s*(?:$|\))", check.sql)
    assert ordered, "ordered at its end"
    assert tuple(part.strip().split(".")[-1] for part in ordered[-1].split(",")) == check.grain
