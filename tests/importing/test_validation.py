"""How each value is read, and what is said of one that cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clearaccounts.importing.canonical import kinds
from clearaccounts.settings import DataFolder
from tests.importing.desk import INVOICES, hand_in, ids, invoice, landed, said, write

# A row of each kind that is right, to change one value of.
RIGHT: dict[str, dict[str, str]] = {
    "customers": {"customer_id": "C1", "customer_name": "Contoso", "currency": "EUR"},
    "customer_invoices": {"invoice_id": "I1", "customer_id": "C1", "issued_on": "2026-05-01", "currency": "EUR", "amount_total": "100.00"},
    "credit_notes": {"credit_note_id": "N1", "customer_id": "C1", "issued_on": "2026-05-01", "currency": "EUR", "amount_total": "1"},
    "payments": {"payment_id": "P1", "customer_id": "C1", "received_on": "2026-05-01", "currency": "EUR", "amount_total": "1"},
    "subscriptions": {
        "subscription_id": "S1", "customer_id": "C1", "product_name": "Teams", "quantity": "1", "subscription_status": "active",
        "commerce_model": "legacy",
    },
    "support_cases": {
        "case_id": "K1", "customer_id": "C1", "case_category": "Mail", "case_status": "open", "opened_at": "2026-05-01T10:00:00Z",
    },
    "service_requests": {"service_request_id": "R1", "support_vehicle": "psfp", "opened_at": "2026-05-01T10:00:00Z"},
    "exchange_rates": {"rate_on": "2026-05-01", "currency": "USD", "rate_to_company": "0.92"},
}


def hand_in_row(folder: Path, kind: str, **changed: str) -> tuple[list[dict[str, Any]], list[tuple[int, str, str]]]:
    """What lands of one row, and what is said of it."""
    row: Mapping[str, str] = {**RIGHT[kind], **changed}
    data = DataFolder(folder / "data")
    quoted = ('"' + value.replace('"', '""') + '"' for value in row.values())
    outcome = hand_in(data, write(folder, f"{kind}.csv", ",".join(row), ",".join(quoted)))
    return landed(data, outcome, kind), said(outcome)


@pytest.mark.parametrize(
    ("kind", "column", "text", "value"),
    [
        ("customer_invoices", "amount_total", "10.500", Decimal("10.5")),
        ("customer_invoices", "amount_total", " 10 ", Decimal(10)),
        ("customer_invoices", "amount_total", "0", Decimal(0)),
        ("customer_invoices", "amount_total", "99999999999999.99", Decimal("99999999999999.99")),
        ("customer_invoices", "amount_total", "0000000000100.10", Decimal("100.10")),
        ("payments", "amount_total", "-12.30", Decimal("-12.30")),
        ("payments", "amount_total", "-0.00", Decimal(0)),
        ("subscriptions", "amount_unit_price", "1.0005", Decimal("1.0005")),
        ("service_requests", "hours_used", "1.25", Decimal("1.25")),
        ("exchange_rates", "rate_to_company", "0.0000000001", Decimal("1E-10")),
        ("customer_invoices", "currency", "eur", "EUR"),
        ("customer_invoices", "currency", "BGN", "BGN"),
        ("customer_invoices", "invoice_id", "  007 ", "007"),
        ("customer_invoices", "invoice_id", "a,\n\"b\"", "a,\n\"b\""),
        ("customer_invoices", "due_on", "2028-02-29", date(2028, 2, 29)),
        ("customer_invoices", "due_on", "", None),
        ("customer_invoices", "invoice_status", "VOID", "void"),
        ("customer_invoices", "invoice_status", "", "posted"),
        ("subscriptions", "term_duration", "p1y", "P1Y"),
        ("subscriptions", "quantity", "12", 12),
        ("subscriptions", "is_auto_renew", "False", False),
        ("support_cases", "severity", "a", "A"),
        ("support_cases", "opened_at", "2026-05-01T12:30:00+02:00", datetime(2026, 5, 1, 10, 30)),
        ("support_cases", "opened_at", "2026-05-01 12:30-0330", datetime(2026, 5, 1, 16)),
        ("support_cases", "opened_at", "2026-05-01T12:30:00.25z", datetime(2026, 5, 1, 12, 30, 0, 250000)),
    ],
)
def test_a_value_is_read(tmp_path: Path, kind: str, column: str, text: str, value: object) -> None:
    rows, rejects = hand_in_row(tmp_path, kind, **{column: text})
    assert rejects == []
    assert rows[0][column] == value


@pytest.mark.parametrize(
    ("kind", "column", "text", "reason"),
    [
        ("customer_invoices", "amount_total", "1.005", "1.005 has more decimals than EUR has (2)"),
        ("customer_invoices", "amount_total", "-0.01", "-0.01 is negative; a negative invoice is a credit note"),
        ("credit_notes", "amount_total", "-1", "-1 is negative; the amount of a credit note is positive"),
        ("subscriptions", "amount_unit_price", "1.00005", "1.00005 has more than 4 decimals"),
        ("exchange_rates", "rate_to_company", "0", "0 is not a rate above 0 with at most 10 decimals, such as 1.0875"),
        ("exchange_rates", "rate_to_company", "0.00000000001",
         "0.00000000001 is not a rate above 0 with at most 10 decimals, such as 1.0875"),
        ("customer_invoices", "currency", "EURO", "EURO is not a currency of ISO 4217 such as EUR"),
        ("customer_invoices", "due_on", "2026-02-30", "2026-02-30 is not a day such as 2026-09-30"),
        ("customer_invoices", "due_on", "2026-05-01T00:00:00", "2026-05-01T00:00:00 is not a day such as 2026-09-30"),
        ("customer_invoices", "due_on", "01/02/2026", "01/02/2026 is not a day such as 2026-09-30"),
        ("customer_invoices", "invoice_status", "paid", "paid is not one of draft, posted, void"),
        ("customer_invoices", "customer_id", " ", "a value is required"),
        ("customer_invoices", "customer_id", "a\0b", "a\0b holds a character that is no text"),
        ("subscriptions", "quantity", "1.5", "1.5 is not a whole number"),
        ("subscriptions", "quantity", "99999999999", "99999999999 is not a whole number"),
        ("subscriptions", "is_auto_renew", "perhaps", "perhaps is neither true nor false"),
        ("service_requests", "hours_used", "1.00001", "1.00001 is not a number such as 12.5 with at most 4 decimals"),
        ("support_cases", "opened_at", "2026-05-01T12:30:00",
         "2026-05-01T12:30:00 is not an instant with its offset, such as 2026-09-30T10:00:00Z"),
        ("support_cases", "opened_at", "2026-05-01T25:30:00Z",
         "2026-05-01T25:30:00Z is not an instant with its offset, such as 2026-09-30T10:00:00Z"),
    ],
)
def test_a_value_that_cannot_be_read_rejects_its_row(tmp_path: Path, kind: str, column: str, text: str, reason: str) -> None:
    rows, rejects = hand_in_row(tmp_path, kind, **{column: text})
    assert rows == []
    assert rejects == [(2, column, reason)]


@pytest.mark.parametrize(
    "text", ["1e3", "+1", "1,000.00", "€1", "1.", ".5", "NaN", "inf", "1 000", "--1", "123456789012345", "1_000", "0x10", "٣"]
)
def test_what_is_no_plain_decimal_is_no_amount(tmp_path: Path, text: str) -> None:
    rows, rejects = hand_in_row(tmp_path, "payments", amount_total=text)
    assert rows == []
    assert rejects == [(2, "amount_total", f"{text} is not an amount such as 1234.50")]


@pytest.mark.parametrize(("currency", "text", "is_read"), [("JPY", "100", True), ("JPY", "100.5", False), ("KWD", "1.005", True)])
def test_an_amount_has_its_currencys_decimals(tmp_path: Path, currency: str, text: str, is_read: bool) -> None:
    rows, _ = hand_in_row(tmp_path, "payments", currency=currency, amount_total=text)
    assert bool(rows) is is_read


def test_every_kind_with_a_closed_list_a_default_and_a_key_is_known_from_the_schema() -> None:
    invoices = kinds()["customer_invoices"]
    assert invoices.key == ("invoice_id",)
    assert invoices.required == ("invoice_id", "customer_id", "issued_on", "currency", "amount_total")
    assert invoices.column("invoice_status").choices == ("draft", "posted", "void")
    assert invoices.column("invoice_status").default == "posted"
    assert kinds()["case_events"].key == ("case_id", "occurred_at", "event_type")


def test_columns_are_bound_by_name_in_any_order_and_letter_case(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    file = write(
        tmp_path, "x.csv",
        "Due_On,AMOUNT_TOTAL,issued_on, currency ,unknown,customer_id,invoice_id", "2026-06-01,1,2026-05-01,EUR,?,C1,I1"
    )
    (row,) = landed(data, hand_in(data, file), "customer_invoices")
    assert (row["issued_on"], row["due_on"], row["amount_total"]) == (date(2026, 5, 1), date(2026, 6, 1), Decimal(1))


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("invoice_id,customer_id,currency,amount_total",
         "x.csv, line 1: the required column issued_on of customer_invoices is missing; add it to the header."),
        ("invoice_id,customer_id,issued_on,currency,amount_total,Amount_Total",
         "x.csv, line 1: the column amount_total is there 2 times; keep one of them."),
        (INVOICES.replace("due_on", "due_on,DUE_ON"), "x.csv, line 1: the column due_on is there 2 times; keep one of them."),
        ("a,b,c",
         "x.csv, line 1: the header is not one we know; name the columns as in the data guide, or choose a profile with --profile."),
    ],
)
def test_a_wrong_header_refuses_the_file(tmp_path: Path, header: str, sentence: str) -> None:
    outcome = hand_in(DataFolder(tmp_path / "data"), write(tmp_path, "x.csv", header, header))
    assert str(outcome.refused) == sentence


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    outcome = hand_in(DataFolder(tmp_path / "data"), write(tmp_path, "x.csv", INVOICES))
    assert str(outcome.refused) == "x.csv: there are no rows after the header; export it again."


def test_an_id_seen_earlier_with_other_content_names_the_earlier_line(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    outcome = hand_in(data, write(tmp_path, "x.csv", INVOICES, invoice(1), invoice(2), invoice(1, "100.0"), invoice(1, "7.00")))
    assert said(outcome) == [(5, "invoice_id", "I1 was given with other content on line 2")]
    assert ids(landed(data, outcome, "customer_invoices"), "invoice_id") == ["I1", "I2"]
    assert outcome.landing is not None
    assert (outcome.landing.loaded, outcome.landing.new, outcome.landing.unchanged) == (3, 2, 1)


def test_what_settles_an_invoice_has_the_decimals_of_its_currency(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    hand_in(data, write(tmp_path, "i.csv", INVOICES, "Y1,C1,2026-05-01,,JPY,100"))
    hand_in(data, write(tmp_path, "p.csv", "payment_id,customer_id,received_on,currency,amount_total", "P1,C1,2026-05-01,KWD,1.005"))
    outcome = hand_in(data, write(
        tmp_path, "a.csv",
        "allocation_id,applied_on,source_type,source_id,invoice_id,amount_applied,amount_from_source",
        "A1,2026-05-02,payment,P1,Y1,50,1.005",
        "A2,2026-05-02,payment,P1,Y1,50.5,1",
        "A3,2026-05-02,payment,P1,Y1,50,1.0055",
        "A4,2026-05-02,payment,P1,unknown,50.0055,1",
        "A5,2026-05-02,payment,P1,unknown,50.00555,1",
    ))
    assert said(outcome) == [
        (3, "amount_applied", "50.5 has more decimals than JPY has (0)"),
        (4, "amount_from_source", "1.0055 has more decimals than KWD has (3)"),
        (6, "amount_applied", "50.00555 has more than 4 decimals"),
    ]
    instalments = hand_in(data, write(
        tmp_path, "n.csv", "invoice_id,instalment_number,due_on,amount_total", "Y1,1,2026-06-01,50", "Y1,2,2026-07-01,50.5"
    ))
    assert said(instalments) == [(3, "amount_total", "50.5 has more decimals than JPY has (0)")]


def test_sums_by_currency_are_conserved_over_the_amounts_that_can_be_read(tmp_path: Path) -> None:
    outcome = hand_in(DataFolder(tmp_path / "data"), write(
        tmp_path, "x.csv", INVOICES, invoice(1, "10.50"), invoice(2, "5.25", issued_on="2026-02-30"), invoice(3, "nothing"),
        "I4,C1,2026-05-01,,USD,1",
    ))
    assert outcome.landing is not None
    assert [(s.currency, s.total, s.loaded, s.rejected) for s in outcome.landing.sums] == [
        ("EUR", Decimal("15.75"), Decimal("10.50"), Decimal("5.25")), ("USD", Decimal(1), Decimal(1), Decimal(0)),
    ]


def test_raw_text_of_a_reject_is_the_lines_as_they_stand(tmp_path: Path) -> None:
    outcome = hand_in(DataFolder(tmp_path / "data"), write(tmp_path, "x.csv", INVOICES, '"I\n1",C1,2026-13-01,,EUR,1', invoice(2)))
    assert [(r.line, r.raw) for r in outcome.rejects] == [(2, '"I\n1",C1,2026-13-01,,EUR,1')]


def test_a_workbook_and_a_parquet_file_land_like_their_csv(tmp_path: Path) -> None:
    header = INVOICES.split(",")
    rows: list[list[Any]] = [["I1", "C1", date(2026, 5, 1), date(2026, 6, 1), "EUR", 10.1], ["I2", "C1", "2026-05-01", None, "EUR", "x"]]
    book = openpyxl.Workbook()
    for row in [header, *rows]:
        book.worksheets[0].append(row)
    book.save(tmp_path / "x.xlsx")
    pq.write_table(pa.table({n: [str(r[i]) if n == "amount_total" else r[i] if r[i] is None else str(r[i]) for r in rows]
                             for i, n in enumerate(header)}), tmp_path / "x.parquet")
    for name in ("x.xlsx", "x.parquet"):
        data = DataFolder(tmp_path / f"data-{name}")
        outcome = hand_in(data, tmp_path / name)
        (only,) = landed(data, outcome, "customer_invoices")
        assert (only["amount_total"], only["due_on"]) == (Decimal("10.1"), date(2026, 6, 1))
        assert said(outcome) == [(3, "amount_total", "x is not an amount such as 1234.50")]
