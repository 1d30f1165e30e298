"""What is another agent's is answered like what does not exist: the same words, the same elements, the same work, at every link."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from clearaccounts.access import Role, Viewer
from clearaccounts.warehouse import Warehouse
from tests.house.test_scope import SOFIA
from tests.pages.conftest import Screen

# A page and what its link names: {customer}, {invoice}, {case} of one account; `mine` is an account of the reader's own.
LINKS: list[tuple[str, dict[str, str]]] = [
    ("account.py", {"customer_id": "{customer}"}),
    ("account.py", {"customer_id": "{customer}", "section": "timeline"}),
    ("account.py", {"customer_id": "{customer}", "invoice_id": "{invoice}"}),
    ("account.py", {"customer_id": "{mine}", "invoice_id": "{invoice}"}),
    ("account.py", {"customer_id": "{mine}", "case_id": "{case}"}),
    ("account.py", {"search": "{customer}"}),
    ("ageing.py", {"invoice_id": "{invoice}"}),
    ("ageing.py", {"customer_id": "{customer}", "view": "items"}),
    ("key_figures.py", {"invoice_id": "{invoice}"}),
    ("payments.py", {"customer_id": "{customer}"}),
    ("cash.py", {"invoice_id": "{invoice}"}),
    ("cash.py", {"customer_id": "{customer}"}),
    ("cases.py", {"case_id": "{case}"}),
    ("cases.py", {"customer": "{customer}"}),
    ("service_levels.py", {"case_id": "{case}"}),
    ("escalations.py", {"case_id": "{case}"}),
    ("support_offers.py", {"customer_id": "{customer}"}),
    ("support_offers.py", {"search": "{customer}"}),
    ("support_money.py", {"customer": "{customer}"}),
    ("support_money.py", {"case_id": "{case}"}),
]


@pytest.fixture(scope="session")
def things(sample_warehouse: Warehouse) -> dict[str, dict[str, str]]:
    """Ids of another agent's account, and of none; both may be asked for beside one of the reader's own."""
    cursor = sample_warehouse._connection.cursor()
    found = cursor.execute(
        "select customers.customer_id, min(invoice_id), min(case_id) from customers join invoices using (customer_id) join cases using "
        "(customer_id) where customers.sales_agent <> $1 group by all order by all limit 1", [SOFIA.email]).fetchall()[0]
    mine = cursor.execute("select min(customer_id) from customers where sales_agent = $1", [SOFIA.email]).fetchall()[0][0]
    return {
        "foreign": dict(zip(("customer", "invoice", "case", "mine"), (*found, mine), strict=True)),
        "missing": {"customer": "C9999", "invoice": "INV-0000-9999", "case": "CASE-9999-999", "mine": mine},
    }


@pytest.mark.parametrize("script", dict(LINKS))
def test_a_link_to_anothers_account_is_like_one_to_nothing(
    script: str, screen: Callable[..., Screen], things: dict[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    run = Warehouse.run

    def noted(self: Warehouse, name: str, values: Any, viewer: Viewer, tables: Any = None) -> Any:
        asked.append(name)
        return run(self, name, values, viewer, tables)

    monkeypatch.setattr(Warehouse, "run", noted)
    tab = screen(Role.SALES_AGENT).open(script)  # what is kept between runs is there for both

    def follow(link: Mapping[str, str], ids: Mapping[str, str]) -> tuple[str, list[str]]:
        for name in ("customer_id", "invoice_id", "case_id", "customer", "search", "section", "view"):
            tab.app.query_params.pop(name, None)
        tab.open("policy.py")
        asked.clear()
        tab.open(script, **{name: text.format(**ids) for name, text in link.items()})
        assert not tab.app.exception
        told = "\n".join([tab.words(), tab.cells(), *(f"{one.type} {one.key}" for one in tab.app.button)])
        for name in ("customer", "invoice", "case"):
            told = told.replace(ids[name], f"<{name}>")
        return told, list(asked)

    for link in [link for where, link in LINKS if where == script]:
        assert follow(link, things["foreign"]) == follow(link, things["missing"]), link
