"""The way of a suspension mark, by two people in two browsers: mark, no approval of one's own, approve, withdraw."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from clearaccounts.access import Role
from tests.browser.server import Dashboard
from tests.browser.visitor import Visitor


def decide(visitor: Visitor, action: str, reason: str, said: str) -> None:
    """Press the action's button, give the reason in the dialog, send it, and read the answer."""
    page = visitor.page
    page.locator(f".st-key-decide_{action} button").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill(reason)
    dialog.locator(".st-key-decision_send button").click()
    expect(page.get_by_text(said)).to_be_visible()
    expect(dialog).to_have_count(0)
    visitor.settle()


def choose_list(visitor: Visitor, name: str) -> None:
    visitor.page.get_by_role("radio", name=name).click()
    visitor.settle()


def test_one_marks_another_approves_and_a_mark_can_be_withdrawn(own: Dashboard, visit: Callable[..., Visitor]) -> None:
    beatriz = visit(own)
    beatriz.open("suspensions")
    beatriz.sign_in(Role.BILLING_ADMIN)
    beatriz.choose_row(0)
    decide(beatriz, "mark", "No answer to three calls", "Marked. Another person must approve it.")

    choose_list(beatriz, "To approve")
    beatriz.choose_row(0)
    expect(beatriz.page.get_by_text("You marked this yourself; another person approves it.")).to_be_visible()
    expect(beatriz.page.locator(".st-key-decide_approve")).to_have_count(0)

    martin = visit(own)
    martin.open("suspensions?list=marked")
    martin.sign_in(Role.MANAGER)
    martin.choose_row(0)
    expect(martin.page.get_by_text("No answer to three calls")).to_be_visible()
    decide(martin, "approve", "", "Approved.")

    choose_list(beatriz, "To export")
    beatriz.choose_row(0)
    expect(beatriz.page.get_by_text("Approved by Martin Weiss")).to_be_visible()
    decide(beatriz, "withdraw", "They have paid at the counter", "Withdrawn.")
    expect(beatriz.page.get_by_role("radio", name="To export 0")).to_be_visible()

    checked = own.run("verify")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_of_two_who_approve_at_once_one_is_told_about_the_other(own: Dashboard, visit: Callable[..., Visitor]) -> None:
    beatriz = visit(own)
    beatriz.open("suspensions")
    beatriz.sign_in(Role.BILLING_ADMIN)
    beatriz.choose_row(0)
    decide(beatriz, "mark", "No answer to three calls", "Marked. Another person must approve it.")

    first, second = visit(own), visit(own)
    for martin in (first, second):
        martin.open("suspensions?list=marked")
        martin.sign_in(Role.MANAGER)
        martin.choose_row(0)
        martin.page.locator(".st-key-decide_approve button").click()
        expect(martin.page.get_by_role("dialog")).to_be_visible()
    first.page.get_by_role("dialog").locator(".st-key-decision_send button").click()
    expect(first.page.get_by_text("Approved.")).to_be_visible()
    second.page.get_by_role("dialog").locator(".st-key-decision_send button").click()
    expect(second.page.get_by_role("dialog").get_by_role("alert")).to_contain_text("Martin Weiss")


def test_several_are_marked_at_once_and_an_order_is_reported_by_its_own_file(
    own: Dashboard, visit: Callable[..., Visitor], tmp_path: Path,
) -> None:
    beatriz, martin = visit(own), visit(own)
    beatriz.open("suspensions")
    beatriz.sign_in(Role.BILLING_ADMIN)
    for row in (0, 1, 2):
        beatriz.choose_row(row)
    decide(beatriz, "mark_several", "Three reminders, no answer", "3 of 3 marked; another person must approve each.")
    expect(beatriz.page.get_by_text("Brennholt Anlagenbau GmbH: marked")).to_be_visible()
    expect(beatriz.page.get_by_role("radio", name="To approve 3")).to_be_visible()

    martin.open("suspensions?list=marked")
    martin.sign_in(Role.MANAGER)
    martin.choose_row(1)
    decide(martin, "approve", "", "Approved.")

    choose_list(beatriz, "To export")
    beatriz.choose_row(0)
    page = beatriz.page
    page.locator(".st-key-decide_export button").click()
    page.get_by_role("dialog").locator(".st-key-decision_send button").click()
    expect(page.get_by_text("Exported. Download the files")).to_be_visible()
    choose_list(beatriz, "To confirm")
    beatriz.choose_row(0)
    contents = []
    for _ in range(2):
        with page.expect_download() as waiting:
            page.locator(".st-key-order_csv button").click()
        contents.append((waiting.value.suggested_filename, waiting.value.path().read_bytes()))
    assert contents[0] == contents[1], "the same order again is the same file"

    name, content = contents[0]
    with (tmp_path / name).open("w", encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(content.decode("ascii").splitlines()))
        writer = csv.DictWriter(file, [*lines[0], *({"outcome", "detail"} - set(lines[0]))])
        writer.writeheader()
        writer.writerows([{**line, "outcome": "suspended"} for line in lines])
    page.locator(".st-key-report_by_file button").first.click()
    page.locator("input[type=file]").set_input_files(tmp_path / name)
    expect(page.get_by_text("Brennholt Anlagenbau GmbH: Teams Phone Standard: Suspended")).to_be_visible()
    page.locator(".st-key-report_file_send button").click()
    expect(page.get_by_text("1 of 1 orders in the file were recorded.")).to_be_visible()
    expect(page.get_by_role("radio", name="Suspended 1")).to_be_visible()
    checked = own.run("verify")
    assert checked.returncode == 0, checked.stdout + checked.stderr
