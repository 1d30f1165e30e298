"""What a header and a few values tell about an unknown file, and what they leave open."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clearaccounts.importing.canonical import Column, kinds
from clearaccounts.importing.mapping import guessing
from clearaccounts.importing.mapping.guessing import FileColumn

XERO = {
    "ContactName": ["Acme"], "EmailAddress": ["a@acme.example"], "InvoiceNumber": ["INV-1"], "Reference": ["PO 7"],
    "InvoiceDate": ["31/12/2026"], "DueDate": ["30/01/2027"], "PlannedDate": [], "Total": ["1210.0000"], "TaxTotal": ["210.0000"],
    "InvoiceAmountPaid": ["0.0000"], "InvoiceAmountDue": ["1210.0000"], "Quantity": ["1.0000"], "UnitAmount": ["1000.0000"],
    "LineAmount": ["1000.0000"], "TaxAmount": ["210.0000"], "Currency": ["EUR"], "Type": ["Sales invoice"], "Status": ["Awaiting Payment"],
}
GERMAN = {
    "Rechnungsnr": ["2026-001", "2026-002"], "Kundennr": ["10017"], "Kunde": ["Müller & Söhne"], "Rechnungsdatum": ["31.12.2026"],
    "Fälligkeit": ["30.01.2027"], "Nettobetrag": ["1.037,45"], "MwSt": ["197,11"], "Betrag": ["1.234,56"], "Währung": ["EUR"],
    "Status": ["offen", "storniert"],
}
SPANISH = {
    "Nº factura": ["F-26/001"], "Cliente": ["Panadería López"], "Fecha de emisión": ["05/06/2026"], "Vencimiento": ["05/07/2026"],
    "Base imponible": ["1000,00"], "IVA": ["210,00"], "Importe total (EUR)": ["1.210,00"], "Cobrado": ["0,00"], "Estado": ["Pendiente"],
}
TICKETS = {
    "Ticket ID": ["77"], "Subject": ["No mail"], "Requester": ["Acme"], "Status": ["Solved", "Pending"], "Priority": ["Urgent"],
    "Ticket type": ["Incident"], "Created at": ["2026-05-01 10:00"], "Solved at": ["2026-05-02 11:00"],
}


def file(columns: dict[str, list[str]]) -> list[FileColumn]:
    return [FileColumn(header, tuple(values)) for header, values in columns.items()]


def proposed(kind: str, columns: dict[str, list[str]]) -> dict[str, str]:
    """Our column -> the header proposed for it."""
    headers = list(columns)
    found = guessing.propose(kinds()[kind].columns, file(columns)).columns
    return {name: headers[guess.position] for name, guess in found.items()}


def test_headers_like_xeros() -> None:
    found = proposed("customer_invoices", XERO)
    assert {name: found[name] for name in kinds()["customer_invoices"].required} == {
        "invoice_id": "InvoiceNumber", "customer_id": "ContactName", "issued_on": "InvoiceDate", "currency": "Currency",
        "amount_total": "Total",
    }
    assert found["due_on"] == "DueDate" and found["invoice_status"] == "Status"


def test_german_headers() -> None:
    assert proposed("customer_invoices", GERMAN) == {
        "invoice_id": "Rechnungsnr", "customer_id": "Kundennr", "issued_on": "Rechnungsdatum", "currency": "Währung",
        "amount_total": "Betrag", "due_on": "Fälligkeit", "invoice_status": "Status", "customer_name": "Kunde",
    }


def test_spanish_headers_and_a_currency_in_one_of_them() -> None:
    found = guessing.propose(kinds()["customer_invoices"].columns, file(SPANISH))
    headers = list(SPANISH)
    assert {name: headers[guess.position] for name, guess in found.columns.items()} == {
        "invoice_id": "Nº factura", "customer_id": "Cliente", "issued_on": "Fecha de emisión", "amount_total": "Importe total (EUR)",
        "due_on": "Vencimiento", "invoice_status": "Estado",
    }
    assert found.constants["currency"].value == "EUR"
    assert "Importe total (EUR)" in found.constants["currency"].values.values()


def test_tickets() -> None:
    found = proposed("support_cases", TICKETS)
    assert {name: found[name] for name in kinds()["support_cases"].required} == {
        "case_id": "Ticket ID", "customer_id": "Requester", "case_category": "Ticket type", "case_status": "Status",
        "opened_at": "Created at",
    }
    assert found["severity"] == "Priority" and found["resolved_at"] == "Solved at"


@pytest.mark.parametrize(("columns", "kind"), [
    (XERO, "customer_invoices"), (GERMAN, "customer_invoices"), (SPANISH, "customer_invoices"), (TICKETS, "support_cases"),
    ({"Payment number": ["1"], "Customer": ["a"], "Payment date": ["2026-01-01"], "Amount": ["1.00"], "Currency": ["EUR"]}, "payments"),
])
def test_the_likeliest_kind_comes_first(columns: dict[str, list[str]], kind: str) -> None:
    shapes = {name: kinds()[name].columns for name in ("support_cases", "payments", "customers", "customer_invoices", "credit_notes")}
    assert guessing.rank(shapes, file(columns))[0] == kind


def test_values_outweigh_a_name() -> None:
    columns = {"Date": ["next week"], "Rechnungsnr": ["1"], "Kunde": ["a"], "Total": ["ten"], "Importe": ["10.50"], "Tag": ["2026-01-01"]}
    found = proposed("customer_invoices", columns)
    # The only column of days is taken for the day, whatever its name; words are no amount.
    assert found["issued_on"] == "Tag" and found["amount_total"] == "Importe"


def test_a_word_that_many_names_have_tells_nothing_within_another_name() -> None:
    columns = {"Due date": ["2026-01-01"], "Tracking name": ["North"], "Line type": ["x"], "Invoice no": ["1"], "Customer": ["a"]}
    found = proposed("customer_invoices", columns)
    assert found["due_on"] == "Due date" and found.get("customer_name") is None
    assert "Tracking name" not in found.values() and "Line type" not in found.values()


def test_every_guess_has_its_reason() -> None:
    for guess in guessing.propose(kinds()["customer_invoices"].columns, file(GERMAN)).columns.values():
        assert guess.template


def test_a_file_without_an_id_shares_the_name() -> None:
    columns = (kinds()["customers"].column("customer_id"), kinds()["customers"].column("customer_name"))
    found = guessing.propose(columns, file({"Cliente": ["a"]})).columns
    assert {guess.position for guess in found.values()} == {0} and set(found) == {"customer_id", "customer_name"}


@pytest.mark.parametrize(("values", "order"), [
    (["2026-12-31", "2026-01-02 10:00"], "YMD"),
    ([], "YMD"),
    (["3/4/2026", "31/12/2026"], "DMY"),
    (["31.12.2026"], "DMY"),
    (["3/4/2026", "12/31/2026 10:15"], "MDY"),
    (["3/4/2026", "11/12/2026"], None),
    (["5/5/2026"], None),
    (["31/12/2026", "12/31/2026"], None),
])
def test_day_and_month_are_proven_or_open(values: list[str], order: str | None) -> None:
    found = guessing.date_order(values)
    assert found.order == order
    assert found.is_open == (order is None)
    assert (found.proof == ()) == (order == "YMD")


@pytest.mark.parametrize(("values", "signs"), [
    (["100", "-5"], (".", "")),
    (["100.50"], (".", "")),
    (["1.234,56"], (",", ".")),
    (["1,234.56"], (".", ",")),
    (["12,5"], (",", "")),
    (["1.234", "12,50"], (",", ".")),
    (["1.234", "12.50"], (".", "")),
    (["1'234.50"], (".", "'")),
    (["1 234,50"], (",", " ")),
    (["1.234.567"], (",", ".")),
    (["0.125"], (".", "")),
    (["1210.0000"], (".", "")),
])
def test_the_decimal_sign_is_proven(values: list[str], signs: tuple[str, str]) -> None:
    found = guessing.number_signs(values)
    assert (found.decimal, found.thousands) == signs and not found.is_open


@pytest.mark.parametrize("values", [["1.234"], ["12,345", "7"], ["1.50", "1,50"]])
def test_a_decimal_sign_that_nothing_proves_is_open(values: list[str]) -> None:
    found = guessing.number_signs(values)
    assert found.is_open and found.proof


def test_a_currency_sign_around_an_amount_is_seen() -> None:
    assert guessing.number_signs(["$ 1,234.50"]).has_currency_signs
    assert not guessing.number_signs(["1,234.50"]).has_currency_signs


def test_instants_without_an_offset_need_a_time_zone() -> None:
    assert guessing.needs_time_zone(["2026-05-01 10:00", "2026-05-01T10:00:00Z"])
    assert not guessing.needs_time_zone(["2026-05-01T10:00:00Z", "2026-05-01 10:00:00+02:00", "2026-05-01 10:00:00 UTC"])


def test_words_of_a_closed_list_are_translated_as_far_as_they_are_known() -> None:
    column: Column = kinds()["customer_invoices"].column("invoice_status")
    found = guessing.translations(column, ["Awaiting Payment", "POSTED", "storniert", "Borrador", "whatever"])
    assert found == {"Awaiting Payment": "posted", "storniert": "void", "Borrador": "draft"}


def test_accents_case_and_signs_make_no_difference() -> None:
    assert guessing.words_of("Fälligkeits-Datum") == ("falligkeits", "datum")
    assert guessing.words_of("InvoiceNumber") == guessing.words_of("invoice_number") == guessing.words_of("INVOICE No Number")[::2]


def test_a_hostile_header_is_only_text() -> None:
    hostile = [FileColumn("'; drop table x --", ("[a](http://x)",)), FileColumn("", ()), FileColumn("\x00" * 50, ("\x00",))]
    assert guessing.propose([replace(c, is_required=True) for c in kinds()["customers"].columns], hostile).columns == {}
