"""The ageing page: groups lead to customers, the unapplied bucket to its documents, saved bucket ends come back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from clearaccounts import ageing
from clearaccounts.access import OPERATOR, Role
from clearaccounts.text import ENGLISH
from clearaccounts.warehouse import Warehouse
from tests.pages.conftest import Screen, words_of


def said_plainly(tab: Screen) -> str:
    """What the page says, without the signs that keep a customer's words from becoming markup."""
    return tab.words().replace("\\", "")


def test_a_group_stands_beside_its_control_total_and_leads_to_its_customers(
    screen: Callable[..., Screen], sample_warehouse: Warehouse,
) -> None:
    tab = screen(Role.MANAGER, at="ageing.py", view="by", dimension="segment")
    shown = words_of(tab.app.dataframe[1])
    wanted = ageing.ByFilter(sample_warehouse.build.as_of_on, "segment")
    first = ageing.groups(sample_warehouse, wanted, OPERATOR).to_pylist()[0]
    said = ENGLISH.amount(first["amount_control"], first["currency"])
    assert (shown["dimension_name"][0], shown["amount_net"][0], shown["amount_control"][0]) == (first["dimension_name"], said, said)
    tab.select(1, 0)
    assert tab.app.session_state["view"] == "customers" and f"Segment: {first['dimension_name']}" in said_plainly(tab)
    group = ageing.ControlByFilter(sample_warehouse.build.as_of_on, "segment", first["currency"])
    assert ageing.control_totals_by(sample_warehouse, group, OPERATOR)["customer_count"][0].as_py() == sum(
        amount.endswith(first["currency"]) for amount in words_of(tab.app.dataframe[1])["amount_outstanding"])
    tab.app.button(key="all_groups").click().run()
    assert "Segment:" not in said_plainly(tab)


def test_the_group_without_a_value_has_an_address_too(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.MANAGER, at="ageing.py", dimension="segment", of="")
    assert "Segment: Not given" in said_plainly(tab) and tab.problems() == []
    assert "CO029" in tab.cells() and "C0001" not in tab.cells()


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("dimension", sorted(ageing.DIMENSIONS))
def test_every_dimension_in_both_currencies_views(screen: Callable[..., Screen], dimension: str, language: str) -> None:
    for amounts in ("own", "company"):
        tab = screen(Role.SALES_AGENT, language, at="ageing.py", view="by", dimension=dimension, amounts=amounts)
        assert tab.problems() == [] and len(tab.app.dataframe) == 2
        assert ("revaluation" in tab.app.dataframe[1].value) is (amounts == "company")
        assert ("amount_control" in tab.app.dataframe[1].value) is (amounts == "own")


def test_the_unapplied_bucket_shows_its_documents(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.MANAGER, at="ageing.py", view="items", bucket="unapplied")
    assert "PAY-0032" in tab.cells() and "Overpaid" in tab.cells()
    assert {"source_id", "amount_unapplied", "amount_unapplied_company"} <= set(tab.app.dataframe[1].value)


def test_what_is_left_aside_can_be_seen(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.BILLING_ADMIN, at="ageing.py", view="apart")
    assert "INV-2609-0028-F8" in tab.cells() and "No due date, aged from the issue date" in tab.cells()


def test_saved_bucket_ends_come_back_and_go(screen: Callable[..., Screen], data: Path) -> None:
    tab = screen(Role.MANAGER, at="ageing.py", bucket_edges="7,14", basis="invoice_date")
    tab.app.text_input(key="saved_rule_name").set_value("*By* weeks")
    tab.app.button(key="saved_rule_save").click().run()
    assert tab.problems() == [] and list((data / "preferences").glob("*.json"))

    later = screen(Role.MANAGER).open("ageing.py")
    assert later.app.session_state["bucket_edges"] == "30,60,90"
    later.app.selectbox(key="saved_rule").set_value("*By* weeks").run()
    assert (later.app.session_state["bucket_edges"], later.app.session_state["basis"]) == ("7,14", "invoice_date")
    assert later.app.query_params["basis"] in ("invoice_date", ["invoice_date"])
    assert later.problems() == [] and "1–7 days" in "".join(
        option.content for group in later.app.get("button_group") for option in group.proto.options)

    # Nobody else's list has it.
    other = screen(Role.BILLING_ADMIN).open("ageing.py")
    assert not [box for box in other.app.selectbox if box.key == "saved_rule"]

    later.app.button(key="saved_rule_delete").click().run()
    assert not [box for box in later.app.selectbox if box.key == "saved_rule"]


def test_a_name_that_makes_no_sense_is_refused_with_a_sentence(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.MANAGER).open("ageing.py")
    tab.app.button(key="saved_rule_save").click().run()
    assert tab.problems() == [r"A name has 1 to 40 characters\."]


def test_a_control_total_that_differs_is_a_red_line(screen: Callable[..., Screen], data: Path) -> None:
    warehouse = next((data.parent / "data-sample" / "warehouse").glob("*.duckdb"))
    with duckdb.connect(str(warehouse)) as connection:
        # The same item stands in two marts: whole in one, in the other as what is added up.
        connection.execute("""
            update open_amounts set amount_open = amount_open + 1
            from open_items inner join customer_order on customer_order.customer_id = open_items.customer_id
            where open_items.invoice_id = 'INV-2605-0001' and customer_order.name_order = open_amounts.name_order
                and open_items.open_from_on = open_amounts.open_from_on and open_items.amount_outstanding = open_amounts.amount_open
        """)
        connection.execute("update open_items set amount_outstanding = amount_outstanding + 1 where invoice_id = 'INV-2605-0001'")
    tab = screen(Role.MANAGER, at="ageing.py", view="by", dimension="country")
    assert len([problem for problem in tab.problems() if "Buckets and control total differ" in problem]) == 2
    assert "amount_difference" in tab.app.dataframe[1].value and "EUR: differs by 1.00 EUR" in tab.words()
