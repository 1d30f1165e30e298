"""New data while people work: by upload, by another process; bad files change nothing and say why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from clearaccounts.access import Role
from tests.browser.server import Dashboard
from tests.browser.visitor import SECONDS, Visitor

WAIT = SECONDS * 1000

HEADER = "invoice_id,customer_id,issued_on,currency,amount_total,due_on\n"
FIRST = HEADER + "I1,C1,2026-01-02,EUR,100.00,2026-02-01\n"
SECOND = HEADER + "I2,C1,2026-01-03,EUR,250.50,2026-02-02\n"


def choose(visitor: Visitor, name: str, content: str) -> None:
    """Choose a file on the Data page and wait for what was understood."""
    page = visitor.page
    uploader = page.get_by_test_id("stFileUploader")
    uploader.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content.encode()})
    expect(page.locator(".st-key-import button")).to_be_visible(timeout=WAIT)
    visitor.settle()


def upload(visitor: Visitor, name: str, content: str) -> None:
    """Choose a file on the Data page, look, and import it."""
    choose(visitor, name, content)
    button = visitor.page.locator(".st-key-import button")
    expect(button).to_be_enabled(timeout=WAIT)
    button.click()


def test_an_upload_takes_the_samples_place(own: Dashboard, visit: Callable[..., Visitor]) -> None:
    beatriz = visit(own)
    beatriz.open("data")
    beatriz.sign_in(Role.BILLING_ADMIN)
    assert "SAMPLE" in beatriz.text()
    upload(beatriz, "january.csv", FIRST)
    expect(beatriz.page.get_by_text("january.csv: 1 rows, 1 loaded (1 new, 0 changed), 0 rejected.")).to_be_visible(timeout=WAIT)
    beatriz.settle()
    # The page that says so is already one of the new build: no sample any more, and nothing left to import again.
    assert "SAMPLE" not in beatriz.text()
    expect(beatriz.page.locator(".st-key-import button")).to_have_count(0, timeout=WAIT)
    beatriz.go("Overview")
    assert "SAMPLE" not in beatriz.text()
    assert "100.00 EUR" in beatriz.text()
    beatriz.assert_well()


def test_a_bad_file_is_refused_in_one_sentence_and_the_old_numbers_stay(own: Dashboard, visit: Callable[..., Visitor]) -> None:
    assert own.run("import", str(written(own, "january.csv", FIRST))).returncode == 0
    beatriz = visit(own)
    beatriz.open("data")
    beatriz.sign_in(Role.BILLING_ADMIN)
    choose(beatriz, "strange.csv", "colour,size\nred,5\n")
    expect(beatriz.page.locator(".st-key-import button")).to_be_disabled(timeout=WAIT)
    alert = beatriz.page.get_by_test_id("stAlert").filter(has_text="strange.csv")
    expect(alert).to_be_visible(timeout=WAIT)
    assert "Traceback" not in beatriz.text()
    beatriz.go("Overview")
    assert "100.00 EUR" in beatriz.text()


def test_another_process_imports_and_the_next_click_shows_it(own: Dashboard, visit: Callable[..., Visitor]) -> None:
    assert own.run("import", str(written(own, "january.csv", FIRST))).returncode == 0
    martin = visit(own)
    martin.open()
    martin.sign_in(Role.MANAGER)
    assert "100.00 EUR" in martin.text()
    assert own.run("import", str(written(own, "more.csv", SECOND))).returncode == 0
    martin.go("Account")
    martin.go("Overview")
    expect(martin.page.get_by_text("350.50 EUR").first).to_be_visible(timeout=WAIT)
    assert own.run("query", "receivables/ageing", "--as-of-on", "2026-03-01", "--format", "csv").stdout.count("350.50") == 1


def written(dashboard: Dashboard, name: str, content: str) -> Path:
    """A file beside the data folder."""
    path = dashboard.data.parent / name
    path.write_text(content, encoding="utf-8")
    return path
