"""Every figure of overview, ageing, account and expected cash leads to the documents that make it up, in three clicks or fewer."""

from __future__ import annotations

import json
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


def said(tab: Screen) -> str:
    """The page's words without what keeps them from being markdown."""
    return tab.words().replace("\\", "")


def infos(tab: Screen) -> str:
    return " ".join(str(one.value) for one in tab.app.info)


def listed_total(tab: Screen) -> str:
    """The amount that stands above a list of documents."""
    found = re.search(r"^[\d,]+ documents?: (-?[\d,.]+ [A-Z]{3})$", said(tab).replace("−", "-"), re.MULTILINE)
    assert found is not None, said(tab)
    return found.group(1)


def bars_of(tab: Screen, key: str) -> dict[str, str]:
    """Bucket -> the amount written at its bar, of the chart of that key."""
    chart = next(one for one in tab.app.get("plotly_chart") if str(one.key) == key)
    bar = json.loads(chart.proto.spec)["data"][0]
    return {bucket: text for bucket, text in zip(bar["customdata"], bar["text"], strict=True) if bucket != "revaluation"}


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


def test_overdue_leads_to_the_items_past_their_due_date_and_no_others(screen: Callable[..., Screen]) -> None:
    figure, tab = follow(screen, "Overdue")
    items = column(tab, "invoice_id", "overdue_days")
    assert all(int(days) > 0 for days in items["overdue_days"])
    assert sum(map(amount, items["amount_outstanding"])) == amount(figure) > 0
    assert f"{len(items['invoice_id'])} documents: {figure}" in said(tab)


def test_more_than_90_days_leads_to_that_bucket(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.MANAGER, at="overview.py", currency="EUR")  # the last day: nothing was as late before
    figure, script, parameters = cards(tab)["Overdue by more than 90 days"]
    tab.open(script, **parameters)
    items = column(tab, "invoice_id", "overdue_days")
    assert sum(map(amount, items["amount_outstanding"])) == amount(figure) > 0
    assert all(int(days) > 90 for days in items["overdue_days"])


def test_all_currencies_together_are_the_sum_above_the_list(screen: Callable[..., Screen]) -> None:
    for title, more in (("Outstanding", {"view": "items"}), ("Overdue", {}), ("Overdue by more than 90 days", {})):
        tab = screen(Role.SALES_AGENT, at="overview.py")
        figure, script, parameters = cards(tab)[title]
        tab.open(script, **{**parameters, **more})
        assert re.search(rf"documents?: {re.escape(figure)}", said(tab)), title


BARS = ("current", "1-30", "31-60", "61-90", "91+", "unapplied")


def test_every_bar_leads_to_documents_that_add_up_to_it(screen: Callable[..., Screen]) -> None:
    """The bars of the overview and of the ageing page: a bar there (a pill here), then the open items."""
    for basis in ("due_date", "invoice_date"):
        tab = screen(Role.MANAGER, at="ageing.py", basis=basis, view="items", **POUNDS)
        bars = bars_of(tab, "ageing_bars")
        assert list(bars) == list(BARS)
        for bucket, shown in bars.items():
            tab.app.query_params["bucket"] = bucket
            tab.app.session_state["bucket"] = bucket
            tab.app.run()
            assert tab.problems() == []
            if amount(shown):
                name = "amount_unapplied" if bucket == "unapplied" else "amount_outstanding"
                listed = column(tab, "source_id" if bucket == "unapplied" else "invoice_id", name)[name]
                assert sum(map(amount, listed)) == amount(shown), (basis, bucket)
                assert f": {listed_total(tab)}" in said(tab) and amount(listed_total(tab)) == amount(shown)
            else:
                assert "No open item matches" in infos(tab) or "Everything is applied" in infos(tab)


@pytest.mark.parametrize("customer_id", ["C0001", "C0003", "C0006", "C0032", "C0143"])
def test_the_account_leads_to_its_documents(screen: Callable[..., Screen], customer_id: str) -> None:
    tab = screen(Role.MANAGER, at="account.py", customer_id=customer_id)
    currency = next(str(one.key).removeprefix("balance_") for one in tab.app.get("plotly_chart") if str(one.key).startswith("balance_"))
    for bucket, shown in bars_of(tab, f"balance_{currency}").items():
        section = "unapplied" if bucket == "unapplied" else "items"
        for name, value in (("section", section), ("bucket", bucket)):
            tab.app.query_params[name] = value
            tab.app.session_state[name] = value if value != "unapplied" or name == "section" else None
        tab.app.run()
        assert tab.problems() == []
        if amount(shown):
            assert amount(listed_total(tab)) == amount(shown), bucket
    # A reason: its share of the balance is what is overdue.
    tab = screen(Role.MANAGER, at="account.py", customer_id=customer_id)
    tab.app.button(key=f"reason_overdue_rate_{currency}").click().run()
    overdue = amount(listed_total(tab))
    days = column(tab, "invoice_id", "overdue_days")["overdue_days"]
    assert all(int(number) > 0 for number in days) and overdue > 0
    balance = amount(re.search(r"of ([\d,.]+) [A-Z]{3} is overdue", said(tab)).group(1))  # type: ignore[union-attr]
    assert f"{overdue / balance * 100:.1f}% of" in said(tab)
    tab.app.session_state["bucket"] = None
    tab.app.query_params.pop("bucket", None)
    tab.app.run()
    assert amount(listed_total(tab)) == balance


def test_every_week_of_expected_cash_leads_to_items_and_supplier_invoices_that_add_up_to_it(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.MANAGER, at="cash.py", currency="EUR")
    weeks = {name: list(values) for name, values in words_of(tab.app.dataframe[0]).items()}
    assert weeks["week_words"][-1] == "Unapplied money, already here"
    for number in (0, 1, 2, -1):
        tab = screen(Role.MANAGER, at="cash.py", currency="EUR")
        tab.select(0, number % len(weeks["week_words"]))
        week = tab.app.query_params["week"]
        items = column(tab, "invoice_id", "amount_expected")
        listed = sum(map(amount, items["amount_expected"]), Decimal(0))
        if number == -1:  # what money on account covers of these items
            listed = sum(map(amount, items["amount_outstanding"]), Decimal(0)) - listed
        assert listed == amount(weeks["amount_expected"][number]) > 0, week
        if weeks["amount_payable"][number]:
            tab.app.session_state["list"] = "suppliers"
            tab.app.query_params["list"] = "suppliers"
            tab.app.run()
            due = column(tab, "supplier_invoice_id", "amount_outstanding")["amount_outstanding"] \
                if amount(weeks["amount_payable"][number]) else []
            assert sum(map(amount, due)) == amount(weeks["amount_payable"][number]), week


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
