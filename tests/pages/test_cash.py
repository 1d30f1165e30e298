"""Expected cash on its page: the answer first, each week to its items, each item to its documents, and nothing of Microsoft for sales."""

from __future__ import annotations

import re
from collections.abc import Callable

from clearaccounts.access import Role
from tests.pages.conftest import Screen, words_of


def columns(tab: Screen, table: int) -> dict[str, list[str]]:
    return words_of(tab.app.dataframe[table])


def said(tab: Screen) -> str:
    """The page's words without what keeps them from being markdown."""
    return tab.words().replace("\\", "")


def test_the_answer_comes_first_and_follows_the_bank_balance(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.MANAGER, at="cash.py")
    assert tab.problems() == []
    assert "Not on time: if customers pay as they do, 44,266.35 EUR are missing in the week from 5 Oct 2026 on" in said(tab)
    assert "nearer than all three simple rules" in said(tab) and "642,828.43 EUR: all that is outstanding" in said(tab)
    assert "No money in the bank is counted" in said(tab) and "since that day counts as paid" not in said(tab)
    helped = screen(Role.BILLING_ADMIN, at="cash.py", opening_balance="200000")
    assert "Yes: if customers pay as they do" in said(helped) and "At the low end of the range of 80%" in said(helped)
    assert "No money in the bank" not in said(helped)
    assert columns(helped, 0)["amount_balance"][0] == "310,025.11 EUR"


def test_the_bank_balance_is_exact_and_in_the_signs_of_the_language(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.MANAGER, "es", at="cash.py", opening_balance="200000")
    field = tab.app.text_input(key="opening_balance_text")
    assert field.value == "200.000,00"
    # Of 15 digits a binary number would lose the cents.
    field.set_value("-9.876.543.210.987,65").run()
    assert tab.app.query_params["opening_balance"] in ("-9876543210987.65", ["-9876543210987.65"]) and tab.problems() == []
    tab.app.text_input(key="opening_balance_text").set_value("1,250.50").run()
    assert any("1,250.50" in problem.replace("\\", "") for problem in tab.problems())
    assert tab.app.query_params["opening_balance"] in ("-9876543210987.65", ["-9876543210987.65"])
    tab.app.text_input(key="opening_balance_text").set_value("").run()
    assert "opening_balance" not in tab.app.query_params and tab.problems() == []


def test_a_week_leads_to_its_items_and_an_item_to_its_documents(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.MANAGER, at="cash.py", currency="EUR")
    weeks = columns(tab, 0)
    tab.select(0, 1)
    assert tab.app.query_params["week"] in ("2026-W41", ["2026-W41"])
    items = columns(tab, 1)
    assert str(len(items["invoice_id"])) == weeks["item_count"][1] and tab.problems() == []
    assert all(day in {f"{number} Oct 2026" for number in range(5, 12)} for day in items["expected_on"])
    tab.select(1, 0)
    assert tab.app.query_params["invoice_id"] in (items["invoice_id"][0], [items["invoice_id"][0]])
    assert "the documents below agree" in tab.words() and "Back to the list" in tab.words()


def test_a_past_day_says_that_payments_to_microsoft_since_are_known(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.MANAGER, at="cash.py", as_of_on="2026-07-31")
    assert tab.problems() == [] and "What was paid to Microsoft since that day counts as paid" in said(tab)


def test_the_band_says_what_it_is_and_how_often_it_held(screen: Callable[..., Screen]) -> None:
    assert "range of 80%" in said(screen(Role.MANAGER, at="cash.py"))
    tab = screen(Role.MANAGER, "es", at="cash.py", list="backtest")
    shares = columns(tab, 2)["in_range_rate"]
    assert f"entre el {min(shares)} y el {max(shares)}".replace("\xa0", " ") in said(tab).replace("\xa0", " ")


def test_microsofts_invoices_of_a_week(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.BILLING_ADMIN, at="cash.py", list="suppliers", week="2026-W41")
    due = columns(tab, 1)
    assert tab.problems() == [] and set(due["due_on"]) <= {f"{number} Oct 2026" for number in range(5, 12)}
    assert "302,704.54 EUR" in columns(tab, 0)["amount_payable"]


def test_sales_see_their_own_customers_and_nothing_of_microsoft(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.SALES_AGENT, at="cash.py", list="suppliers", opening_balance="5")
    assert tab.problems() == [] and "Your customers are expected to pay" in tab.words()
    assert not re.search("Microsoft|bank", tab.words() + tab.cells())
    assert not [name for table in tab.app.dataframe for name in words_of(table) if "payable" in name or "balance" in name]


def test_the_back_test_stands_on_the_page_in_spanish_too(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.MANAGER, "es", at="cash.py", list="backtest")
    assert tab.problems() == [] and "Se acerca más que las tres reglas simples" in tab.words()
    assert columns(tab, 1)["mean_absolute_error_days"] == ["5,0", "7,0", "6,8", "7,0"]


def test_a_day_before_everything_says_so(screen: Callable[..., Screen]) -> None:
    for role in (Role.MANAGER, Role.SALES_AGENT):
        tab = screen(role, at="cash.py", as_of_on="2020-01-01")
        assert tab.problems() == [] and "cannot be said yet" in tab.words()
        assert any("Nothing is expected on this day" in str(info.value) for info in tab.app.info)
