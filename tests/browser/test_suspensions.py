"""The way of a suspension mark, by two people in two browsers: mark, no approval of one's own, approve, withdraw."""

from __future__ import annotations

from collections.abc import Callable

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

    choose_list(beatriz, "Waiting for approval")
    beatriz.choose_row(0)
    expect(beatriz.page.get_by_text("You marked this yourself; another person approves it.")).to_be_visible()
    expect(beatriz.page.locator(".st-key-decide_approve")).to_have_count(0)

    martin = visit(own)
    martin.open("suspensions?list=marked")
    martin.sign_in(Role.MANAGER)
    martin.choose_row(0)
    expect(martin.page.get_by_text("No answer to three calls")).to_be_visible()
    decide(martin, "approve", "", "Approved.")

    choose_list(beatriz, "Approved marks")
    beatriz.choose_row(0)
    expect(beatriz.page.get_by_text("Approved by Martin Weiss")).to_be_visible()
    decide(beatriz, "withdraw", "They have paid at the counter", "Withdrawn.")
    expect(beatriz.page.get_by_role("radio", name="Approved marks 0")).to_be_visible()

    checked = own.run("verify")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_mark_needs_a_reason_and_says_so(own: Dashboard, visit: Callable[..., Visitor]) -> None:
    beatriz = visit(own)
    beatriz.open("suspensions")
    beatriz.sign_in(Role.BILLING_ADMIN)
    beatriz.choose_row(0)
    beatriz.page.locator(".st-key-decide_mark button").click()
    dialog = beatriz.page.get_by_role("dialog")
    dialog.locator(".st-key-decision_send button").click()
    expect(dialog.get_by_role("alert")).to_contain_text("reason")
    dialog.locator(".st-key-decision_cancel button").click()
    expect(dialog).to_have_count(0)
    expect(beatriz.page.get_by_role("radio", name="Waiting for approval 0")).to_be_visible()


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
