"""Files on their way in, by hand: other systems' exports, a file that nobody knows, a cancel, a question, an undo."""

from __future__ import annotations

import fcntl
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Locator, expect

from clearaccounts.access import Role
from tests.browser.server import Dashboard
from tests.browser.test_data import FIRST, HEADER, SECOND, WAIT, choose, upload, written
from tests.browser.visitor import Visitor

XERO = (
    "ContactName,EmailAddress,InvoiceNumber,Reference,InvoiceDate,DueDate,PlannedDate,Total,TaxTotal,InvoiceAmountPaid,InvoiceAmountDue,"
    "Description,Quantity,UnitAmount,LineAmount,Currency,Type,Sent,Status\n"
    "Olive & Oak,,INV-1,,25/03/2026,24/04/2026,,1210.0000,210.0000,0.0000,1210.0000,Licences,1.0000,1000.0000,1000.0000,EUR,"
    "Sales invoice,Sent,Awaiting Payment\n"
    "\"Peña, S.L.\",,INV-2,,28/03/2026,27/04/2026,,605.0000,105.0000,605.0000,0.0000,Support,1.0000,500.0000,500.0000,EUR,"
    "Sales invoice,Sent,Paid\n"
)
ZENDESK = (
    "Summation column,Id,Requester,Requester id,Requester external id,Requester email,Requester domain,Submitter,Assignee,Group,Subject,"
    "Tags,Status,Priority,Via,Ticket type,Created at,Updated at,Assigned at,Organization,Due date,Initially assigned at,Solved at,Reopens\n"
    "1,1001,Ann Lee,401,-,ann@contoso.example,contoso.example,Ann Lee,Bob Ray,Billing,Invoice unclear,billing,Pending,Normal,Mail,Question,"
    "2026-05-01 08:00,2026-05-02 09:00,2026-05-01 09:00,Contoso,-,2026-05-01 09:00,-,0\n"
)
PARTNER_CENTER = (
    "PartnerId,CustomerId,CustomerName,InvoiceNumber,OrderId,ProductId,SkuId,ProductName,ChargeType,UnitPrice,Quantity,Subtotal,TaxTotal,"
    "Total,Currency,SubscriptionId,ChargeStartDate,ChargeEndDate,TermAndBillingCycle,BillableQuantity,PCToBCExchangeRate,ReferenceId\n"
    "p-1,t-1,Contoso,G000000001,o-1,CFQ7TTC0LH18,0001,Business Basic,cycleCharge,6,10,60,0,60,EUR,s-1,05/01/2026,05/31/2026,"
    "One-Month commitment for monthly billing,10,1,r-1\n"
)
EXPORTS = {"SalesInvoices.csv": XERO, "tickets.csv": ZENDESK, "reconciliation.csv": PARTNER_CENTER}
UNKNOWN = (
    "Rechnungsnr;Kunde;Rechnungsdatum;Fälligkeit;Betrag;Status\n"
    "R1;Bäckerei Süd;05.06.2026;05.07.2026;1.234,56;offen\n"
    "R2;Bäckerei Süd;07.06.2026;07.07.2026;7,00;storniert\n"
)


def admin(dashboard: Dashboard, visit: Callable[..., Visitor], locale: str = "en-GB") -> Visitor:
    """A billing administrator on the Data page."""
    beatriz = visit(dashboard, locale)
    beatriz.open("data")
    beatriz.sign_in(Role.BILLING_ADMIN)
    return beatriz


def press(visitor: Visitor, key: str) -> None:
    """Press the button of that key."""
    visitor.page.locator(f".st-key-{key} button").click()


def close_report(visitor: Visitor) -> None:
    """Wait for what came of the import, read on, put it away."""
    expect(visitor.page.locator(".st-key-seen button")).to_be_visible(timeout=WAIT)
    visitor.settle()
    press(visitor, "seen")
    visitor.settle()


def choice(visitor: Visitor, ending: str) -> Locator:
    """The field of the mapping for one of our columns."""
    return visitor.page.locator(f"[class*='_{ending}'] input").first


def test_exports_of_other_systems_are_looked_at_and_imported(own: Dashboard, visit: Callable[..., Visitor]) -> None:
    beatriz = admin(own, visit)
    page = beatriz.page
    payloads: list[FilePayload] = [
        {"name": name, "mimeType": "text/csv", "buffer": content.encode()} for name, content in EXPORTS.items()
    ]
    page.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files(payloads)
    expect(page.locator(".st-key-import button")).to_be_enabled(timeout=WAIT)
    beatriz.settle()
    said = beatriz.text()
    assert "SalesInvoices.csv" in said and "2 rows, 2 would load" in said and "Nothing has changed yet" in said
    assert "SAMPLE" in said
    press(beatriz, "import")
    for name, rows in (("SalesInvoices.csv", 2), ("tickets.csv", 1), ("reconciliation.csv", 1)):
        expect(page.get_by_text(re.compile(re.escape(f"{name}: {rows} rows, {rows} loaded")))).to_be_visible(timeout=WAIT)
    close_report(beatriz)
    beatriz.go("Overview")
    assert "1,210.00 EUR" in beatriz.text() and "SAMPLE" not in beatriz.text()
    assert own.run("verify").returncode == 0
    beatriz.assert_well()


@pytest.mark.parametrize("locale", ["en-GB", "es-ES"])
def test_a_file_that_nobody_knows_is_mapped_and_its_dates_are_asked(
    own: Dashboard, visit: Callable[..., Visitor], locale: str
) -> None:
    is_english = locale == "en-GB"
    beatriz = admin(own, visit, locale)
    page = beatriz.page
    choose(beatriz, "Kunden 2026.csv", UNKNOWN)
    expect(page.locator(".st-key-import button")).to_be_disabled(timeout=WAIT)
    press(beatriz, "map")
    attempt = page.locator(".st-key-try button")
    expect(attempt).to_be_disabled(timeout=WAIT)
    beatriz.settle()
    # Nothing is preselected where a guess could be wrong.
    radios = page.locator("[class*='_order'] input[type=radio]")
    assert [radios.nth(number).is_checked() for number in range(radios.count())] == [False, False]
    choice(beatriz, "customer_invoices_currency").click()
    page.keyboard.type("one value" if is_english else "un solo valor")
    page.keyboard.press("Enter")
    beatriz.settle()
    field = page.locator("[class*='_currency_value'] input")
    field.fill("EUR")
    field.press("Enter")
    beatriz.settle()
    expect(attempt).to_be_disabled(timeout=WAIT)
    page.locator("[class*='_order'] label").filter(has_text="day before month" if is_english else "día antes del mes").click()
    expect(attempt).to_be_enabled(timeout=WAIT)
    attempt.click()
    expect(page.locator(".st-key-save_profile button")).to_be_visible(timeout=WAIT)
    beatriz.settle()
    press(beatriz, "save_profile")
    expect(page.locator(".st-key-import button")).to_be_enabled(timeout=WAIT)
    assert (own.data / "profiles" / "kunden_2026.toml").is_file()
    press(beatriz, "import")
    close_report(beatriz)
    ageing = own.run("query", "receivables/open_items", "--as-of-on", "2026-06-30", "--format", "csv").stdout
    assert "R1" in ageing and "2026-06-05" in ageing and "1234.56" in ageing and "R2" not in ageing
    # The profile is there for the command line and for the next file.
    again = written(own, "next.csv", UNKNOWN.replace("R1", "R3").replace("R2", "R4"))
    assert own.run("import", str(again), "--profile", "kunden_2026").returncode == 0
    beatriz.assert_well()


def test_a_running_import_is_cancelled_and_leaves_nothing(own: Dashboard, visit: Callable[..., Visitor]) -> None:
    beatriz = admin(own, visit)
    rows = "".join(f"I{n},C{n % 500},2026-01-02,EUR,100.00,2026-02-01\n" for n in range(250_000))
    choose(beatriz, "many.csv", HEADER + rows)
    press(beatriz, "import")
    cancel = beatriz.page.locator("[class*='st-key-cancel_'] button")
    cancel.click()
    expect(beatriz.page.get_by_text("The import was cancelled; nothing of it was kept")).to_be_visible(timeout=WAIT)
    assert not list((own.data / "landing").glob("*")) and not (own.data / "unfinished").exists()
    beatriz.settle()
    assert "SAMPLE" in beatriz.text()
    close_report(beatriz)
    upload(beatriz, "january.csv", FIRST)
    expect(beatriz.page.get_by_text("january.csv: 1 rows, 1 loaded")).to_be_visible(timeout=WAIT)


def test_an_import_that_waits_for_another_is_found_from_a_new_tab_and_others_are_served(
    own: Dashboard, visit: Callable[..., Visitor]
) -> None:
    beatriz = admin(own, visit)
    choose(beatriz, "january.csv", FIRST)
    own.data.mkdir(exist_ok=True)
    with (own.data / "import.lock").open("a") as another:
        fcntl.flock(another, fcntl.LOCK_EX)
        press(beatriz, "import")
        expect(beatriz.page.get_by_text("Another import is running; waiting for it.")).to_be_visible(timeout=WAIT)
        beatriz.context.close()
        martin = visit(own)
        martin.open()
        martin.sign_in(Role.MANAGER)
        assert "SAMPLE" in martin.text()
        later = visit(own)
        later.page.goto(f"{own.url}/data")
        later.settle()
        later.page.locator(".st-key-sign_in_billing_admin button").click()
        expect(later.page.get_by_text("Another import is running; waiting for it.")).to_be_visible(timeout=WAIT)
    expect(later.page.get_by_text("january.csv: 1 rows, 1 loaded")).to_be_visible(timeout=WAIT)
    close_report(later)
    assert "SAMPLE" not in later.text()


def test_open_invoices_that_would_vanish_wait_for_a_person(own: Dashboard, visit: Callable[..., Visitor]) -> None:
    many = HEADER + "".join(f"I{n},C1,2026-01-02,EUR,100.00,2026-02-01\n" for n in range(20))
    fewer = HEADER.strip() + ",invoice_status\n" + "".join(f"I{n},C1,2026-01-02,EUR,100.00,2026-02-01,void\n" for n in range(10))
    assert own.run("import", str(written(own, "many.csv", many))).returncode == 0
    beatriz = admin(own, visit)
    upload(beatriz, "fewer.csv", fewer)
    expect(beatriz.page.get_by_text("Open invoices would vanish")).to_be_visible(timeout=WAIT)
    beatriz.settle()
    press(beatriz, "decline")
    beatriz.settle()
    assert own.run("query", "receivables/ageing", "--as-of-on", "2026-03-01", "--format", "csv").stdout.count("2000.00") == 1
    upload(beatriz, "fewer.csv", fewer)
    expect(beatriz.page.get_by_role("button", name="Let them vanish and import")).to_be_visible(timeout=WAIT)
    press(beatriz, "confirm")
    expect(beatriz.page.get_by_text("fewer.csv: 10 rows, 10 loaded")).to_be_visible(timeout=WAIT)
    close_report(beatriz)
    assert own.run("query", "receivables/ageing", "--as-of-on", "2026-03-01", "--format", "csv").stdout.count("1000.00") == 1


def test_the_last_import_is_undone_by_one_click_and_a_yes(own: Dashboard, visit: Callable[..., Visitor]) -> None:
    assert own.run("import", str(written(own, "january.csv", FIRST))).returncode == 0
    assert own.run("import", str(written(own, "more.csv", SECOND))).returncode == 0
    beatriz = admin(own, visit)
    press(beatriz, "undo")
    dialog = beatriz.page.get_by_role("dialog")
    expect(dialog.get_by_text("more.csv: 1 rows, 1 of them new and 0 changed")).to_be_visible(timeout=WAIT)
    beatriz.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0, timeout=WAIT)
    beatriz.settle()
    press(beatriz, "undo")
    press(beatriz, "undo_send")
    expect(beatriz.page.get_by_text("The import was undone; the numbers are those from before.")).to_be_visible(timeout=WAIT)
    press(beatriz, "undo_seen")
    beatriz.go("Overview")
    assert "100.00 EUR" in beatriz.text() and "350.50" not in beatriz.text()
    beatriz.go("Audit trail", "Records")
    assert own.run("verify").returncode == 0
    beatriz.assert_well()


def test_rejected_rows_are_downloaded_mended_and_imported(own: Dashboard, visit: Callable[..., Visitor]) -> None:
    beatriz = admin(own, visit)
    upload(beatriz, "mixed.csv", FIRST + "I9,C1,2026-13-45,EUR,5.00,2026-02-01\n")
    close_report(beatriz)
    beatriz.choose_row(0)
    with beatriz.page.expect_download() as started:
        beatriz.page.get_by_role("button", name="Download 1 rejected row to mend").click()
    content = started.value.path().read_text(encoding="utf-8-sig")
    assert content == HEADER + "I9,C1,2026-13-45,EUR,5.00,2026-02-01\n"
    upload(beatriz, "mended.csv", content.replace("2026-13-45", "2026-01-05"))
    expect(beatriz.page.get_by_text("mended.csv: 1 rows, 1 loaded (1 new, 0 changed), 0 rejected.")).to_be_visible(timeout=WAIT)
