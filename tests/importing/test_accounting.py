"""What accounting systems export: after the import, what is open is what the system itself says, whichever files came, in any order.

The samples stand in `samples/`; the amounts expected here are those that the systems wrote into them.
"""

from __future__ import annotations

import csv
import json
import os
import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from clearaccounts.access import OPERATOR
from clearaccounts.importing import publish
from clearaccounts.importing.publish import Report
from clearaccounts.overview import checks
from clearaccounts.payments import HistoryFilter, history
from clearaccounts.receivables import AgeingFilter, OpenItemsFilter, ageing, open_items
from clearaccounts.settings import Company, DataFolder, Settings
from clearaccounts.warehouse import Warehouse, open_current
from tests.house.source import ROOT
from tests.importing.desk import hand_in, landed

SAMPLES = Path(__file__).parent / "samples"
EXPORTS = Path(os.environ.get("CLEARACCOUNTS_REAL_DATA", ROOT.parent / "shared" / "data")) / "exports"
NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
DAY = date(2026, 4, 30)

Open = dict[str, Decimal]


class Books:
    """A data folder of one company; files are imported into it one after the other, a day apart."""

    def __init__(self, folder: Path, currency: str = "EUR") -> None:
        self.folder = DataFolder(folder / "data")
        self.settings = replace(Settings(), company=Company(currency=currency))
        self._now = NOW

    def take(self, *paths: Path, confirm: bool = True) -> Report:
        """Import files together."""
        self._now += timedelta(days=1)
        report = publish.import_files(self.folder, self.settings, paths, self._now, confirm=lambda _: confirm)
        assert report.build_problem is None, str(report.build_problem)
        return report

    def take_whole(self, *paths: Path) -> Report:
        """Import files of which every row must be loaded."""
        report = self.take(*paths)
        for outcome in report.outcomes:
            assert outcome.landing is not None, str(outcome.refused)
            assert (outcome.landing.loaded, outcome.landing.rejected) == (outcome.landing.rows, 0), [r.reason for r in outcome.rejects]
        return report

    @property
    def warehouse(self) -> Warehouse:
        """What the books say now."""
        return open_current(self.folder, self.settings)

    def open(self, day: date = DAY) -> Open:
        """What is open on each invoice."""
        rows = open_items(self.warehouse, OpenItemsFilter(day), OPERATOR).to_pylist()
        return {row["invoice_id"]: row["amount_outstanding"] for row in rows}

    def unapplied(self, day: date = DAY) -> dict[tuple[str, str], Decimal]:
        """What customers have on account, as a credit."""
        rows = ageing(self.warehouse, AgeingFilter(day), OPERATOR).to_pylist()
        return {(row["customer_id"], row["currency"]): row["amount_outstanding"] for row in rows if row["bucket"] == "unapplied"}

    def found(self) -> dict[str, int]:
        """The checks that found something."""
        rows = checks(self.warehouse, OPERATOR).to_pylist()
        return {row["check_name"]: row["offender_count"] for row in rows if row["offender_count"]}


def samples(*names: str) -> list[Path]:
    return [SAMPLES / name for name in names]


def money(**amounts: str) -> Open:
    return {name: Decimal(amount) for name, amount in amounts.items()}


World = tuple[list[str], str, dict[str, str], dict[tuple[str, str], str]]

XERO_CSV: World = (["xero_invoices_csv.csv"], "EUR", {"INV-2002": "300.25", "INV-2003": "80"}, {
    ("Olive & Oak", "EUR"): "-15", ("Peña, S.L.", "EUR"): "-20",
})
XERO_JSON: World = (["xero_invoices.json"], "EUR", {"a2": "300.25", "a3": "80"}, {})
XERO_FLAT: World = (["xero_invoices.flat.csv"], "EUR", {"a2": "300.25", "a3": "80"}, {})
XERO_ALL: World = (
    ["xero_invoices.json", "xero_payments.json", "xero_credit_notes.json", "xero_contacts.csv"], "EUR",
    {"a2": "300.25", "a3": "80"}, {("c1", "EUR"): "-15"},
)
XERO_MIXED: World = (
    ["xero_invoices.flat.csv", "xero_payments.json", "xero_credit_notes.json"], "EUR", {"a2": "300.25", "a3": "80"}, {("c1", "EUR"): "-15"},
)
QUICKBOOKS_JSON: World = (["quickbooks_invoices.json"], "USD", {"131": "120.50", "133": "80"}, {})
QUICKBOOKS_ALL: World = (
    ["quickbooks_invoices.json", "quickbooks_payments.json", "quickbooks_credit_memos.csv"], "USD",
    {"131": "120.50", "133": "80"}, {("25", "USD"): "-80"},
)
QUICKBOOKS_FLAT: World = (
    ["quickbooks_invoices.flat.csv", "quickbooks_payments.flat.csv", "quickbooks_payment_lines.csv", "quickbooks_credit_memos.csv"], "USD",
    {"131": "120.50", "133": "80"}, {("25", "USD"): "-80"},
)
QUICKBOOKS_WITHOUT_LINES: World = (
    ["quickbooks_invoices.flat.csv", "quickbooks_payments.flat.csv"], "USD", {"131": "120.50", "133": "80"}, {("25", "USD"): "-50"},
)
BUSINESS_CENTRAL: World = (
    ["business_central_ledger.csv"], "EUR", {"2820": "400.50", "2841": "250", "2860": "12.10", "2870": "44"},
    {("C10000", "EUR"): "-50", ("C20000", "EUR"): "-25.25", ("C30000", "EUR"): "-4"},
)
BUSINESS_CENTRAL_API: World = (["business_central_ledger.api.json"], "EUR", {"2820": "400.50"}, {("C20000", "EUR"): "-25.25"})
ERPNEXT: World = (["erpnext_sales_invoices.json"], "EUR", {"SINV-2": "150.75", "SINV-3": "90", "SINV-4": "60"}, {("Grant", "EUR"): "-20"})
ERPNEXT_ALL: World = (
    ["erpnext_sales_invoices.json", "erpnext_payment_entries.json"], "EUR", {"SINV-2": "150.75", "SINV-3": "90", "SINV-4": "60"},
    # Of the return 20.00, of a payment 15.00; 5.00 were paid back.
    {("Grant", "EUR"): "-30"},
)
ERPNEXT_LIST: World = (["erpnext_sales_invoices.list.csv"], "EUR", {"SINV-4": "60"}, {})
ODOO: World = (
    ["odoo_move_lines.json"], "EUR", {"102": "120.50", "103": "300", "107": "55.25"}, {("14", "EUR"): "-14.50", ("15", "USD"): "-40"},
)
ODOO_LIST: World = (["odoo_move_lines.list.csv"], "EUR", {"__export__.aml_107": "55.25"}, {("Deco Addict", "USD"): "-40"})
OPEN_ITEMS: World = (["open_items.csv"], "EUR", {"F-1": "1210", "F-2": "300.25", "F-3": "80"}, {("00021", "USD"): "-12.50"})
OPEN_ITEMS_SPANISH: World = (["open_items.spanish.csv"], "EUR", {"F-3": "80"}, {})
EVERY_WORLD = [
    XERO_CSV, XERO_JSON, XERO_FLAT, XERO_ALL, XERO_MIXED, QUICKBOOKS_JSON, QUICKBOOKS_ALL, QUICKBOOKS_FLAT, QUICKBOOKS_WITHOUT_LINES,
    BUSINESS_CENTRAL, BUSINESS_CENTRAL_API, ERPNEXT, ERPNEXT_ALL, ERPNEXT_LIST, ODOO, ODOO_LIST, OPEN_ITEMS, OPEN_ITEMS_SPANISH,
]


def agrees(books: Books, world: World) -> None:
    _, _, open_, unapplied = world
    assert books.open() == {name: Decimal(amount) for name, amount in open_.items()}
    assert books.unapplied() == {name: Decimal(amount) for name, amount in unapplied.items()}
    assert {"stated_otherwise", "over_application", "source_amount_missing", "void_without_day"} & set(books.found()) <= (
        # Xero's own CSV does not tell the day of a void.
        {"void_without_day"} if world is XERO_CSV else set()
    )


@pytest.mark.parametrize("world", EVERY_WORLD, ids=lambda world: " ".join(world[0]))
def test_what_is_open_is_what_the_system_says(world: World, tmp_path: Path) -> None:
    books = Books(tmp_path, world[1])
    books.take_whole(*samples(*world[0]))
    agrees(books, world)


# Together the documents land before what applies to them; here it is the other way about, a build in between.
@pytest.mark.parametrize("world", [XERO_ALL, XERO_MIXED, QUICKBOOKS_ALL, QUICKBOOKS_FLAT, ERPNEXT_ALL], ids=lambda world: world[0][0])
def test_one_file_a_day_the_last_one_first(world: World, tmp_path: Path) -> None:
    books = Books(tmp_path, world[1])
    for name in reversed(world[0]):
        books.take_whole(SAMPLES / name)
    agrees(books, world)


@pytest.mark.parametrize("sample", sorted({name for world in EVERY_WORLD for name in world[0] if name.endswith(".csv")}))
def test_columns_in_any_order_and_letter_case_beside_others(sample: str, tmp_path: Path) -> None:
    with (SAMPLES / sample).open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    order = list(range(len(rows[0])))
    random.Random(sample).shuffle(order)
    changed = tmp_path / "changed.csv"
    with changed.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for number, row in enumerate(rows):
            mixed = [f" {row[i].swapcase()} " if number == 0 else row[i] for i in order]
            writer.writerow([*mixed, "Colour" if number == 0 else "blue"])
    usual, other = DataFolder(tmp_path / "a"), DataFolder(tmp_path / "b")
    one, two = hand_in(usual, SAMPLES / sample), hand_in(other, changed)
    assert one.landing is not None
    assert two.landing is not None, str(two.refused)
    assert (two.landing.profile, two.rejects) == (one.landing.profile, ())
    for kind in one.landing.things:
        assert landed(other, two, kind) == landed(usual, one, kind)


def edited(folder: Path, sample: str, *changes: tuple[str, str]) -> Path:
    """The sample as it is exported another day."""
    text = (SAMPLES / sample).read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = folder / f"later-{sample}"
    path.write_text(text, encoding="utf-8")
    return path


def counts(report: Report) -> list[tuple[int, int, int]]:
    return [(o.landing.new, o.landing.changed, o.landing.unchanged) for o in report.outcomes if o.landing is not None]


def test_xero_csv_the_next_day(tmp_path: Path) -> None:
    books = Books(tmp_path)
    books.take_whole(*samples("xero_invoices_csv.csv"))
    paid = edited(tmp_path, "xero_invoices_csv.csv", ("0.0000,80.0000,Migration", "50.0000,30.0000,Migration"))
    # Two rows are of one invoice, and the bill becomes nothing.
    assert counts(books.take_whole(paid)) == [(0, 1, 8)]
    assert books.open() == money(**{"INV-2002": "300.25", "INV-2003": "30"})


def test_xero_invoices_the_next_day(tmp_path: Path) -> None:
    books = Books(tmp_path)
    books.take_whole(*samples("xero_payments.json", "xero_invoices.flat.csv"))
    # The rest of a2 was paid on 29 April; the export of payments is of the day before.
    later = edited(
        tmp_path, "xero_invoices.flat.csv",
        ("2026-03-21 23:30:00.000 UTC,2026-03-14,,", "2026-04-29 08:00:00.000 UTC,2026-03-14,2026-04-29,"),
        ("45,300.25,155.25", "45,0,455.5"),
    )
    assert counts(books.take_whole(later)) == [(0, 1, 3)]
    assert books.open() == money(a3="80")
    # Before: the payment of 1 March is known, the credit of 45.00 is not, and is settled with the rest.
    assert books.open(date(2026, 4, 28)) == money(a2="345.25", a3="80")


def test_a_paid_invoice_is_never_open_because_its_payment_is_not_here(tmp_path: Path) -> None:
    books = Books(tmp_path)
    books.take_whole(*samples("xero_invoices.flat.csv"))
    assert "a1" not in books.open(date(2026, 2, 2))
    assert books.open(date(2026, 2, 1))["a1"] == Decimal(1210)
    books.take_whole(*samples("xero_payments.json"))
    assert books.open(date(2026, 1, 20))["a1"] == Decimal(210)


def test_a_payment_taken_back_in_xero_opens_its_invoice_again(tmp_path: Path) -> None:
    books = Books(tmp_path)
    books.take_whole(*samples("xero_invoices.json"))
    books.take_whole(edited(tmp_path, "xero_payments.json", (
        '"Status": "AUTHORISED",\n   "UpdatedDateUTC": "/Date(1772323200000+0000)/"',
        '"Status": "DELETED",\n   "UpdatedDateUTC": "/Date(1772323200000+0000)/"',
    )))
    later = edited(tmp_path, "xero_invoices.flat.csv", ("45,300.25,155.25", "45,455.50,0"))
    books.take_whole(later)
    assert books.open()["a2"] == Decimal("455.50")


def test_a_xero_void_counts_until_its_day_and_a_deleted_one_never(tmp_path: Path) -> None:
    books = Books(tmp_path)
    books.take_whole(*samples("xero_invoices.json"))
    assert books.open(date(2026, 4, 9)) == money(a2="300.25", a3="80", a5="70")
    assert books.open(date(2026, 4, 10)) == money(a2="300.25", a3="80")


def test_a_quickbooks_invoice_deleted_later_is_owed_no_more(tmp_path: Path) -> None:
    books = Books(tmp_path, "USD")
    first = edited(tmp_path, "quickbooks_invoices.flat.csv", ("140,TRUE,55", "140,FALSE,55"))
    books.take_whole(first)
    assert books.open()["140"] == Decimal(55)
    books.take_whole(*samples("quickbooks_invoices.flat.csv"))
    assert "140" not in books.open()
    assert books.open(date(2026, 3, 4))["140"] == Decimal(55)


def test_a_quickbooks_payment_newer_than_the_invoices_counts_and_is_listed(tmp_path: Path) -> None:
    books = Books(tmp_path, "USD")
    books.take_whole(*samples("quickbooks_invoices.flat.csv"))
    books.take_whole(
        edited(tmp_path, "quickbooks_payments.flat.csv", ("T202,50,2026-03-15,50,", "T202,50,2026-04-15,0,")),
        edited(tmp_path, "quickbooks_payment_lines.csv", ("0,203,", "0,202,2026-05-01 0:03:18,50,,131,\n1,203,")),
    )
    assert books.open() == money(**{"131": "70.50", "133": "80"})
    assert books.found()["stated_otherwise"] == 1


@pytest.mark.parametrize(("sample", "currency", "rates"), [
    ("xero_invoices.json", "EUR", {"a3": "0.8"}),
    ("xero_invoices.flat.csv", "EUR", {"a3": "0.8"}),
    ("quickbooks_invoices.json", "USD", {"133": "1.1"}),
    ("quickbooks_invoices.flat.csv", "USD", {"133": "1.1"}),
    ("business_central_ledger.csv", "EUR", {"2820": "0.8"}),
    ("erpnext_sales_invoices.json", "EUR", {"SINV-4": "0.9"}),
])
def test_rates_are_company_currency_per_unit(sample: str, currency: str, rates: dict[str, str], tmp_path: Path) -> None:
    books = Books(tmp_path, currency)
    outcome = books.take_whole(SAMPLES / sample).outcomes[0]
    told = {
        row["invoice_id"]: row["exchange_rate"] for row in landed(books.folder, outcome, "customer_invoices") if row["currency"] != currency
    }
    assert told == {key: Decimal(rate) for key, rate in rates.items()}


def written(folder: Path, name: str, content: object) -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def quickbooks_invoice(id_: str, balance: int, updated_on: str) -> dict[str, object]:
    return {
        "Id": id_, "CustomerRef": {"value": "24"}, "CurrencyRef": {"value": "USD"}, "TxnDate": "2026-02-01", "DueDate": "2026-03-01",
        "TotalAmt": 100, "Balance": balance, "MetaData": {"LastUpdatedTime": f"{updated_on}T09:00:00-07:00"},
    }


def quickbooks_payment(unapplied: int, *invoices: str) -> dict[str, object]:
    return {
        "Id": "9", "CustomerRef": {"value": "24"}, "CurrencyRef": {"value": "USD"}, "TxnDate": "2026-03-05", "TotalAmt": 100,
        "UnappliedAmt": unapplied, "Line": [{"Amount": 100, "LinkedTxn": [{"TxnId": id_, "TxnType": "Invoice"}]} for id_ in invoices],
    }


@pytest.mark.parametrize(("now_on", "open_", "unapplied"), [
    (("2",), {"1": "100"}, {}), ((), {"1": "100", "2": "100"}, {("24", "USD"): "-100"}),
])
def test_money_that_a_payment_gives_to_an_invoice_no_longer_is_not_counted_there(
    now_on: tuple[str, ...], open_: dict[str, str], unapplied: dict[tuple[str, str], str], tmp_path: Path
) -> None:
    books = Books(tmp_path, "USD")
    books.take_whole(
        written(tmp_path, "i.json", [quickbooks_invoice("1", 0, "2026-03-05"), quickbooks_invoice("2", 100, "2026-02-01")]),
        written(tmp_path, "p.json", [quickbooks_payment(0, "1")]),
    )
    assert books.open() == money(**{"2": "100"})
    balance = 0 if now_on else 100
    books.take_whole(
        written(tmp_path, "i.json", [quickbooks_invoice("1", 100, "2026-03-09"), quickbooks_invoice("2", balance, "2026-03-09")]),
        written(tmp_path, "p.json", [quickbooks_payment(0 if now_on else 100, *now_on)]),
    )
    assert books.open() == money(**open_)
    assert books.unapplied() == {key: Decimal(amount) for key, amount in unapplied.items()}
    # Given back to the first invoice, it counts there again.
    books.take_whole(written(tmp_path, "p.json", [{**quickbooks_payment(0, "1"), "PaymentRefNum": "again"}]))
    assert "1" not in books.open()


def test_a_payment_that_has_left_its_xero_invoice_is_gone_altogether(tmp_path: Path) -> None:
    def invoices(due: int, updated_on: str, **more: object) -> dict[str, object]:
        return {"Invoices": [{
            "Type": "ACCREC", "InvoiceID": "a", "InvoiceNumber": "N-a", "Contact": {"ContactID": "c1", "Name": "C"}, "AmountDue": due,
            "DateString": "2026-02-01T00:00:00", "DueDateString": "2026-03-01T00:00:00", "Status": "AUTHORISED", "Total": 100,
            "UpdatedDateUTC": f"{updated_on}T09:00:00Z", "CurrencyCode": "EUR", **more,
        }]}

    paid: list[object] = [{"PaymentID": "p1", "Date": "2026-03-05", "Amount": 100}]
    books = Books(tmp_path)
    books.take_whole(written(tmp_path, "x.json", invoices(0, "2026-03-05", Payments=paid)))
    assert books.open() == {}
    # A list that does not tell the payments takes none away.
    books.take_whole(written(tmp_path, "x.json", invoices(0, "2026-03-06")))
    assert books.open() == {}
    books.take_whole(written(tmp_path, "x.json", invoices(100, "2026-03-08", Payments=[])))
    assert (books.open(), books.unapplied()) == (money(a="100"), {})
    assert "stated_otherwise" not in books.found()


def report(folder: Path, day: str, *rows: str) -> Path:
    path = folder / f"open-{day}.csv"
    header = "Report date,Customer No.,Invoice number,Invoice date,Due date,Currency,Original amount,Open amount"
    path.write_text("\n".join([header, *(f"{day},{row}" for row in rows), ""]), encoding="utf-8")
    return path


def test_reports_of_open_items_one_after_the_other(tmp_path: Path) -> None:
    books = Books(tmp_path)
    books.take_whole(report(
        tmp_path, "2026-03-31", "C1,F-1,2026-01-05,2026-02-04,EUR,100.00,60.00", "C1,F-2,2026-02-05,2026-03-07,EUR,50.00,50.00",
        "C2,P-9,2026-03-20,,EUR,,-12.50",
    ))
    assert (books.open(), books.unapplied()) == (money(**{"F-1": "60", "F-2": "50"}), {("C2", "EUR"): Decimal("-12.50")})
    # F-2 and the credit have left the report, F-1 is smaller, F-3 is new.
    outcome = books.take_whole(report(
        tmp_path, "2026-04-15", "C1,F-1,2026-01-05,2026-02-04,EUR,100.00,25.00", "C1,F-3,2026-04-02,2026-05-02,EUR,70.00,70.00",
    )).outcomes[0]
    assert outcome.landing is not None
    assert outcome.landing.closed == {"customer_invoices": 1, "payments": 1}
    assert (books.open(), books.unapplied()) == (money(**{"F-1": "25", "F-3": "70"}), {})
    assert books.open(date(2026, 4, 14))["F-2"] == Decimal(50)


def test_what_a_report_closed_was_settled_and_its_payment_is_not_on_account(tmp_path: Path) -> None:
    books = Books(tmp_path)
    first, second = "C1,F-1,2026-01-05,2026-02-04,EUR,100.00,80.00", "C1,F-2,2026-01-05,2026-02-04,EUR,50.00,50.00"
    books.take_whole(report(tmp_path, "2026-03-31", first, second))
    books.take_whole(
        written(tmp_path, "payments.csv", "payment_id,customer_id,received_on,currency,amount_total\nP1,C1,2026-04-10,EUR,30.00\n"),
        written(
            tmp_path, "allocations.csv",
            "allocation_id,applied_on,source_type,source_id,invoice_id,amount_applied\nA1,2026-04-10,payment,P1,F-1,30.00\n",
        ),
    )
    books.take_whole(report(tmp_path, "2026-04-15", second))
    assert (books.open(), books.unapplied()) == (money(**{"F-2": "50"}), {})
    assert (books.open(date(2026, 4, 9))["F-1"], books.open(date(2026, 4, 14))["F-1"]) == (Decimal(80), Decimal(50))
    told = history(books.warehouse, HistoryFilter("C1", DAY), OPERATOR).to_pylist()
    assert {row["invoice_id"]: row["settled_on"] for row in told} == {"F-1": date(2026, 4, 15), "F-2": None}
    assert "stated_otherwise" not in books.found()


def test_an_older_report_waits_for_a_person(tmp_path: Path) -> None:
    books = Books(tmp_path)
    books.take_whole(report(tmp_path, "2026-04-15", "C1,F-1,2026-01-05,2026-02-04,EUR,100.00,25.00"))
    older = report(tmp_path, "2026-03-31", "C1,F-1,2026-01-05,2026-02-04,EUR,100.00,60.00")
    assert books.take(older, confirm=False).unconfirmed is not None
    assert books.open() == money(**{"F-1": "25"})


def test_days_of_a_report_that_could_be_read_two_ways_are_asked_not_guessed(tmp_path: Path) -> None:
    books = Books(tmp_path)
    refused = books.take(report(
        tmp_path, "2026-04-15", "C1,F-1,03/04/2026,2026-05-04,EUR,100.00,25.00", "C1,F-2,2026-04-03,2026-05-04,EUR,100.00,25.00"
    )).outcomes[0].refused
    assert "line 2, column Invoice date: 03/04/2026 may be day before month or month before day" in str(refused)


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def by_id(rows: Iterable[dict[str, str]], key: str, amount: str) -> Open:
    return {row[key]: Decimal(row[amount]) for row in rows if Decimal(row[amount] or "0") != 0}


class TestRealFiles:
    """The real public files: every row is loaded, and what is open is what they say."""

    pytestmark = [  # noqa: RUF012 - pytest reads it
        pytest.mark.real_data,
        pytest.mark.skipif(not EXPORTS.is_dir(), reason=f"the real public files are not beside the checkout ({EXPORTS})"),
    ]

    def test_the_xero_csv(self, tmp_path: Path) -> None:
        path = EXPORTS / "xero_csv_format" / "invoices.csv"
        books = Books(tmp_path, "NZD")
        outcome = books.take_whole(path).outcomes[0]
        assert outcome.landing is not None
        assert (outcome.landing.rows, outcome.landing.things["customer_invoices"]) == (15, 15)
        assert books.open(date(2026, 3, 31)) == by_id(table(path), "InvoiceNumber", "InvoiceAmountDue") == {
            "INV-1014": Decimal(1495), "INV-1015": Decimal("862.50"),
        }

    def test_the_xero_tables(self, tmp_path: Path) -> None:
        folder = EXPORTS / "xero_fivetran"
        books = Books(tmp_path, "CAD")
        invoices, contacts = books.take_whole(folder / "xero_invoice_data.csv", folder / "xero_contact_data.csv").outcomes
        assert invoices.landing is not None
        assert contacts.landing is not None
        # 117 are receivable, one of them deleted before it was approved; 484 are suppliers' bills.
        assert (invoices.landing.rows, invoices.landing.things["customer_invoices"]) == (601, 117)
        assert (contacts.landing.rows, contacts.landing.things["customers"]) == (152, 152)
        owed = [row for row in table(folder / "xero_invoice_data.csv") if row["type"] == "ACCREC" and row["status"] != "DELETED"]
        assert books.open(date(2021, 3, 31)) == by_id(owed, "invoice_id", "amount_due")
        assert len(books.open(date(2021, 3, 31))) == 13
        assert books.found() == {}

    def test_the_quickbooks_tables(self, tmp_path: Path) -> None:
        folder = EXPORTS / "quickbooks_fivetran"
        names = ("invoice", "payment", "payment_line", "credit_memo", "customer")
        books = Books(tmp_path, "USD")
        outcomes = books.take_whole(*(folder / f"{name}_data.csv" for name in names)).outcomes
        things = {key: count for outcome in outcomes if outcome.landing for key, count in outcome.landing.things.items() if count}
        # Of 16 invoices 11 are shells of deleted ones that were never seen.
        assert [outcome.landing.rows for outcome in outcomes if outcome.landing] == [16, 12, 12, 12, 5]
        assert things == {"customer_invoices": 5, "payments": 12, "allocations": 12, "credit_notes": 12, "customers": 5}
        told = by_id(table(folder / "invoice_data.csv"), "id", "balance")
        # The payment 9001 settles the invoice 50001, whose own row still says 1,000.00: it counts, and a check lists it.
        assert told.pop("50001") == Decimal(1000)
        assert books.open(date(2026, 3, 31)) == told
        # No payment and no credit memo has anything left, though the invoices that they settled are not in the export.
        assert books.unapplied(date(2026, 3, 31)) == {}
        found = books.found()
        assert (found["stated_otherwise"], found["unknown_invoice"], found["unknown_source"]) == (1, 11, 11)
