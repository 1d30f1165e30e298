"""Every figure of the overview leads to the documents that make it up, in three clicks or fewer."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from clearaccounts.access import Role
from clearaccounts.ui.registry import PAGES
from tests.pages.conftest import Screen, words_of

# Few enough documents for one page of a list, and in one currency, so that what a list shows can be added up.
POUNDS = {"currency": "GBP", "as_of_on": "2026-06-30"}
TITLES = ("Outstanding", "Overdue", "Days sales outstanding", "Open cases", "Escalated to Microsoft")
SCRIPTS = {entry.url: entry.script for entry in PAGES}


def cards(tab: Screen) -> dict[str, tuple[str, str, dict[str, str]]]:
    """Title of each card -> what it shows, the page that it leads to, and with which parameters."""
    links = [link.proto for link in tab.app.get("page_link") if link.proto.label.startswith(TITLES)]
    figures = [str(one.value) for one in tab.app.text if re.match(r"\d", str(one.value))]
    return {
        link.label: (figure, SCRIPTS[Path(link.page).name], dict(parse_qsl(link.query_string)))
        for link, figure in zip(links, figures[:len(links)], strict=True)
    }


def amount(text: str) -> Decimal:
    return Decimal(re.sub(r"[^\d.-]", "", text.replace("−", "-")))


def column(tab: Screen, *titles: str) -> dict[str, list[str]]:
    """The table of the page that has these columns."""
    found = [table for one in tab.app.dataframe if set(titles) <= set(table := words_of(one))]
    assert len(found) == 1
    return found[0]


def follow(screen: Callable[..., Screen], title: str, **more: str) -> tuple[str, Screen]:
    """The figure on a card, and the page where its link leads to, with the filters of the overview."""
    tab = screen(Role.MANAGER, at="overview.py", **POUNDS)
    figure, script, parameters = cards(tab)[title]
    tab.open(script, **{**parameters, **more})
    assert tab.problems() == []
    return figure, tab


def test_outstanding_leads_to_open_items_that_add_up_to_it(screen: Callable[..., Screen]) -> None:
    # The card, then the list of open items.
    figure, tab = follow(screen, "Outstanding", view="items")
    items = column(tab, "invoice_id", "amount_outstanding")
    assert sum(map(amount, items["amount_outstanding"])) == amount(figure) > 0
    # A row is an invoice with its trail.
    number = next(index for index, one in enumerate(tab.app.dataframe) if "overdue_days" in words_of(one))
    tab.select(number, 0)
    assert "What settles it" in tab.words() and items["invoice_id"][0] in tab.words()


def test_overdue_leads_to_the_items_past_their_due_date(screen: Callable[..., Screen]) -> None:
    figure, tab = follow(screen, "Overdue")
    items = column(tab, "invoice_id", "overdue_days")
    late = [amount(value) for value, days in zip(items["amount_outstanding"], items["overdue_days"], strict=True) if int(days) > 0]
    assert sum(late) == amount(figure) > 0


def test_more_than_90_days_leads_to_that_bucket(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.MANAGER, at="overview.py", currency="EUR")  # the last day: nothing was as late before
    figure, script, parameters = cards(tab)["Overdue by more than 90 days"]
    tab.open(script, **{**parameters, "view": "items"})
    items = column(tab, "invoice_id", "overdue_days")
    assert sum(map(amount, items["amount_outstanding"])) == amount(figure) > 0
    assert all(int(days) > 90 for days in items["overdue_days"])


@pytest.mark.parametrize(("name", "title"), [("closing", "Closing receivables"), ("sales", "Sales of the period")])
def test_dso_leads_to_its_formula_and_the_documents_of_both_sides(screen: Callable[..., Screen], name: str, title: str) -> None:
    figure, tab = follow(screen, "Days sales outstanding, GBP", **({} if name == "closing" else {"input": name}))
    assert figure in tab.words()
    formula = next(line for line in tab.words().splitlines() if line.startswith("= closing"))
    closing, sales = (amount(part.split("GBP")[0]) for part in re.split(r"closing|sales", formula)[1:])
    documents = column(tab, "document_id" if name == "sales" else "overdue_days", "amount_input")
    assert len(documents["amount_input"]) < 100  # all on one page
    assert sum(map(amount, documents["amount_input"])) == (closing if name == "closing" else sales)
    assert f"{len(documents['amount_input'])} documents" in tab.words(), title
    number = len(tab.app.dataframe) - 2  # before the list of exposures
    tab.select(number, 0)
    assert "What settles it" in tab.words() and documents["invoice_id"][0] in tab.words()


@pytest.mark.parametrize(("title", "key"), [("Open cases", "case_id"), ("Escalated to Microsoft", "service_request_id")])
def test_counts_lead_to_lists_of_as_many(screen: Callable[..., Screen], title: str, key: str) -> None:
    figure, tab = follow(screen, title)
    assert any(key in words_of(one) for one in tab.app.dataframe)
    assert figure in tab.words() + tab.cells() or any(len(words_of(one).get(key, [])) == int(figure) for one in tab.app.dataframe)


def test_a_chosen_figure_opens_by_a_click_on_its_row(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.BILLING_ADMIN, at="key_figures.py", **POUNDS)
    tab.select(0, 5)
    assert "Average days to pay" in [one.value for one in tab.app.subheader]
    days = column(tab, "pay_days", "settled_on")["pay_days"]
    assert f"= {sum(map(int, days))} days / {len(days)} invoices" in tab.words().replace(",", "")
