"""The account page: who sees what, every reason leads to its list, an invoice to its allocations, and nobody to what is not theirs."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from clearaccounts.access import Role
from clearaccounts.ui.registry import ACCOUNT
from clearaccounts.warehouse import Warehouse
from tests.pages.conftest import Screen

S, H, B, M = Role.SALES_AGENT, Role.HELPDESK_AGENT, Role.BILLING_ADMIN, Role.MANAGER
IN_TROUBLE, WITH_CASE, OF_ANOTHER = "C0001", "C0004", "C0003"
AMOUNT = re.compile(r"\d[.,]\d{2}\s?(?:EUR|USD|GBP)|(?:EUR|USD|GBP)\s?\d")
NO_INVOICE = "There is no such invoice."


def account(screen: Callable[..., Screen], role: Role, customer_id: str, language: str = "en", **parameters: str) -> Screen:
    return screen(role, language, at=ACCOUNT.script, customer_id=customer_id, **parameters)


def said(tab: Screen) -> str:
    """What the page says, without the signs that keep markdown from meaning anything."""
    return tab.words().replace("\\", "")


def sections(tab: Screen) -> list[str]:
    group = next(group for group in tab.app.get("button_group") if str(group.key).endswith("section"))
    return [option.content for option in group.proto.options]


DECISIONS = ("Notices", "Holds", "Suspension")


@pytest.mark.parametrize(("role", "names"), [
    (S, ["Open items", "Payment history", "Unapplied money", "Timeline", "Cases", "Service requests", "Subscriptions", *DECISIONS]),
    (B, ["Open items", "Payment history", "Unapplied money", "Timeline", "Cases", "Service requests", "Subscriptions", *DECISIONS]),
    (M, ["Open items", "Payment history", "Unapplied money", "Timeline", "Cases", "Service requests", "Subscriptions", *DECISIONS]),
    (H, ["Timeline", "Cases", "Service requests", "Subscriptions"]),
])
def test_each_role_has_its_lists(screen: Callable[..., Screen], role: Role, names: list[str]) -> None:
    tab = account(screen, role, IN_TROUBLE)
    assert tab.problems() == [] and sections(tab) == names


def test_the_account_says_how_it_stands_and_what_to_do(screen: Callable[..., Screen]) -> None:
    words = said(account(screen, S, IN_TROUBLE))
    assert "Health: act" in words and "80.0% of 13,513.65 EUR is overdue" in words and "watch from 10%, act from 50%" in words
    assert "Ask for a day on which 10,810.92 EUR is paid." in words
    assert "Uwe Kestner · uwe.kestner@brennholt-anlagenbau.example" in words and "writes German · time zone Europe/Berlin" in words
    assert "Essential · support resold · 0.00 EUR" in words and "First answer by severity: A 8 h, B 16 h, C 32 h" in words


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("customer_id", [IN_TROUBLE, WITH_CASE])
def test_a_helpdesk_agent_reads_no_amount_in_any_list(screen: Callable[..., Screen], customer_id: str, language: str) -> None:
    tab = account(screen, H, customer_id, language)
    for name in ("timeline", "cases", "requests", "subscriptions", "items", "history", "unapplied", "suspension"):
        tab.open(ACCOUNT.script, customer_id=customer_id, section=name)
        assert tab.problems() == []
        assert not AMOUNT.search(said(tab) + tab.cells()), name
    assert AMOUNT.search(said(account(screen, M, customer_id, language)))


def test_a_helpdesk_agent_sees_the_status_and_the_case(screen: Callable[..., Screen]) -> None:
    words = said(account(screen, H, WITH_CASE))
    assert "Begin with case CASE-0004-017." in words and "The account is overdue" in words
    assert "Standard · supported by us" in words


def test_every_reason_leads_to_the_list_that_shows_it(screen: Callable[..., Screen]) -> None:
    for customer_id in (IN_TROUBLE, WITH_CASE):
        tab = account(screen, M, customer_id)
        keys = [str(button.key) for button in tab.app.button if str(button.key).startswith("reason_")]
        assert len(keys) > 12
        for key in keys:
            tab.app.button(key=key).click().run()
            assert tab.problems() == []
            chosen = str(tab.app.session_state["section"])
            assert tab.app.query_params["section"] == chosen
            told = ("applied on this day", "Microsoft.", ": stage ")  # what a list without rows says, and the state of a suspension
            assert tab.app.dataframe or any(words in said(tab) for words in told), key


def test_what_is_overdue_leads_to_allocations_in_two_clicks(screen: Callable[..., Screen]) -> None:
    tab = account(screen, M, "C0032")
    tab.app.button(key="reason_overdue_rate_" + next(
        str(button.key).rsplit("_", 1)[1] for button in tab.app.button if str(button.key).startswith("reason_overdue_rate_"))).click().run()
    invoice_id = str(tab.app.dataframe[0].value["invoice_id"][0])
    tab.select(0, 0)
    assert tab.problems() == [] and tab.app.query_params["invoice_id"] == invoice_id
    assert "What settles it" in said(tab) and invoice_id in said(tab)


def test_a_line_of_the_timeline_leads_to_its_invoice(screen: Callable[..., Screen]) -> None:
    tab = account(screen, S, IN_TROUBLE, section="timeline", kind="money")
    assert str(tab.app.dataframe[0].value["subject_id"][0]).startswith("INV-")
    invoice_id = str(tab.app.dataframe[0].value["subject_id"][0])
    tab.select(0, 0)
    assert f"· {invoice_id} ·" in said(tab) and "What settles it" in said(tab)


def test_a_link_to_an_invoice_opens_it_on_its_account(screen: Callable[..., Screen]) -> None:
    tab = account(screen, S, IN_TROUBLE, invoice_id="INV-2605-0001")
    assert tab.problems() == [] and "days overdue: 121" in said(tab)


@pytest.mark.parametrize(("role", "invoice_id"), [
    (S, "INV-2607-0003"),  # of another agent's customer
    (S, "INV-2607-0002"),  # of another customer of their own
    (S, "no-such-invoice"),
    (H, "INV-2605-0001"),  # who may see no invoices
])
def test_an_invoice_that_is_not_here_is_answered_like_one_that_does_not_exist(
    screen: Callable[..., Screen], role: Role, invoice_id: str,
) -> None:
    tab = account(screen, role, IN_TROUBLE, invoice_id=invoice_id)
    assert [problem.replace("\\", "") for problem in tab.problems()] == [NO_INVOICE]
    assert not tab.app.dataframe


def test_anothers_customer_and_none_are_the_same_words_with_any_parameter(screen: Callable[..., Screen]) -> None:
    for parameters in ({}, {"section": "timeline"}, {"invoice_id": "INV-2607-0003"}, {"section": "unapplied"}):
        foreign, missing = (account(screen, S, customer_id, **parameters) for customer_id in (OF_ANOTHER, "no-such-customer"))
        assert (foreign.words(), foreign.cells()) == (missing.words(), missing.cells())
        assert "There is no such account" in foreign.words()


@pytest.mark.parametrize("kind", ["money", "collections", "support", "subscriptions", "decisions", "moon"])
def test_the_timeline_is_narrowed_by_kind(screen: Callable[..., Screen], kind: str) -> None:
    tab = account(screen, M, IN_TROUBLE, section="timeline", kind=kind)
    assert tab.problems() == []
    if kind == "decisions":
        assert "Nothing of this kind happened to them by this day." in said(tab)
    else:
        assert len(tab.app.dataframe[0].value) > 1


def test_the_timeline_ends_with_the_chosen_day(screen: Callable[..., Screen]) -> None:
    tab = account(screen, M, IN_TROUBLE, section="timeline", as_of_on="2026-03-31")
    assert max(str(day)[:10] for day in tab.app.dataframe[0].value["occurred_on"]) <= "2026-03-31"


def test_an_account_with_nothing_says_so(screen: Callable[..., Screen], sample_warehouse: Warehouse) -> None:
    tab = account(screen, M, IN_TROUBLE, as_of_on="2020-01-01")
    words = said(tab)
    assert tab.problems() == []
    assert "Nothing speaks against this account." in words and "Nothing has to be done." in words
    assert "Nothing is open or unapplied on this day." in words and "Nothing is open on this day." in words


def test_back_on_the_list_nothing_is_chosen_any_more(screen: Callable[..., Screen]) -> None:
    tab = account(screen, M, "C0032")
    tab.select(0, 0)
    assert "What settles it" in said(tab)
    tab.app.button(key="way_back").click().run()
    assert "What settles it" not in said(tab) and "invoice_id" not in tab.app.query_params and "Next step" in said(tab)
