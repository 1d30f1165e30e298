"""From a list to the documents behind it, and that their address says nothing to those it is not for."""

from __future__ import annotations

from collections.abc import Callable

from clearaccounts import receivables
from clearaccounts.access import OPERATOR, Role
from clearaccounts.receivables import OpenItemsFilter
from clearaccounts.warehouse import Warehouse
from tests.pages.conftest import Screen


def test_an_open_item_leads_to_its_allocations_and_back(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.MANAGER, at="ageing.py", view="items", currency="USD")
    number = list(tab.app.dataframe[1].value["invoice_id"]).index("INV-2602-0041-2")
    tab.select(1, number)
    assert tab.app.query_params["invoice_id"] in ("INV-2602-0041-2", ["INV-2602-0041-2"])
    assert "Invoiced 38,596.56 USD, settled 25,859.69 USD, open 12,736.87 USD" in tab.words()
    assert "the documents below agree" in tab.words() and "PAY-0041-026" in tab.cells()
    assert tab.problems() == [] and "Back to the list" in tab.words()


def test_a_foreign_invoice_says_what_a_missing_one_says(screen: Callable[..., Screen], sample_warehouse: Warehouse) -> None:
    items = receivables.open_items(sample_warehouse, OpenItemsFilter(sample_warehouse.build.as_of_on), OPERATOR).to_pylist()
    mine = screen(Role.SALES_AGENT, at="ageing.py", view="items").cells()
    foreign = next(row["invoice_id"] for row in items if row["invoice_id"] not in mine)
    said = []
    for number in (foreign, "![x](http://evil.example/x.png)"):
        tab = screen(Role.SALES_AGENT, at="ageing.py", invoice_id=number)
        said.append((tab.words(), tab.cells(), tab.problems()))
    assert said[0] == said[1] and "There is no such invoice" in said[0][2][0]
