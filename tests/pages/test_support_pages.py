"""Support offers, and support joined with money: a click, a choice and a letter, for each role what is theirs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from clearaccounts.access import OPERATOR, Role
from clearaccounts.support import offers
from clearaccounts.warehouse import Warehouse
from tests.pages.conftest import Screen, words_of

S, H, B, M = Role.SALES_AGENT, Role.HELPDESK_AGENT, Role.BILLING_ADMIN, Role.MANAGER


def test_offers_are_listed_with_prices_for_who_sees_amounts(screen: Callable[..., Screen], sample_warehouse: Warehouse) -> None:
    for role, is_priced in ((M, True), (H, False)):
        tab = screen(role, at="support_offers.py", delivery_model="outsourced")
        shown = words_of(tab.app.dataframe[1])
        assert set(shown["offer_name"]) == {"Out of hours"} and ("amount_price" in shown) is is_priced
        tab.select(1, 0)
        assert shown["customer_name"][0] in tab.words() and tab.problems() == []
    counted = {row["delivery_model"]: row["customer_count"] for row in offers.models(
        sample_warehouse, offers.DayFilter(sample_warehouse.build.as_of_on), OPERATOR).to_pylist()}
    assert len(shown["customer_name"]) == counted["outsourced"]


def test_a_sales_agent_lists_their_own_customers_without_an_offer(screen: Callable[..., Screen], sample_warehouse: Warehouse) -> None:
    everybody, own = (words_of(screen(role, at="support_offers.py", view="none").app.dataframe[1])["customer_id"] for role in (M, S))
    assert 0 < len(own) < len(everybody) and set(own) < set(everybody)


@pytest.mark.parametrize(("role", "views"), [(H, 1), (S, 2), (B, 3), (M, 3)])
def test_each_role_has_its_parts_of_support_and_money(screen: Callable[..., Screen], role: Role, views: int) -> None:
    for number, view in enumerate(("severe", "debts", "costs"), start=1):
        tab = screen(role, at="support_money.py", view=view)
        assert tab.problems() == []
        assert ("cost_rate" in str([list(table.value) for table in tab.app.dataframe])) is (view == "costs" and number <= views)
        assert ("amount_overdue" in str([list(table.value) for table in tab.app.dataframe])) is (view == "debts" and number <= views)
    # Flagged, were it not for its case: the first thing that anybody sees here.
    assert "CASE-0004-017" in words_of(screen(role, at="support_money.py").app.dataframe[0])["case_id"]


def test_a_customer_of_the_list_leads_to_their_cases_and_requests(screen: Callable[..., Screen]) -> None:
    tab = screen(M, "es", at="support_money.py", view="costs")
    name = words_of(tab.app.dataframe[0])["customer_name"][0]
    tab.select(0, 0)
    assert f"Solicitudes de servicio: {name}" in tab.words()
    assert "amount_share_company" in tab.app.dataframe[0].value and tab.problems() == []
    tab = screen(S, at="support_money.py", view="debts", customer="C0004")
    assert "CASE-0004-017" in tab.cells() and tab.problems() == []
