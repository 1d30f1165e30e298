"""Filters stand in the URL, are checked, and mean the same in every language."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearaccounts import receivables
from clearaccounts.access import OPERATOR, Role
from clearaccounts.errors import Refused
from clearaccounts.text import ENGLISH, SPANISH
from clearaccounts.ui import messages, words
from clearaccounts.warehouse import Warehouse
from tests.pages.conftest import Screen


def test_the_day_of_the_link_is_the_day_of_the_numbers(screen: Callable[..., Screen], sample_warehouse: Warehouse) -> None:
    day = date(2026, 3, 31)
    tab = screen(Role.MANAGER, at="ageing.py", as_of_on="2026-03-31", currency="EUR")
    totals = receivables.control_by_currency(sample_warehouse, receivables.ControlFilter(day, "EUR"), OPERATOR).to_pylist()[0]
    assert ENGLISH.amount(totals["amount_control"], "EUR") in tab.cells()
    assert "As of 31 Mar 2026 · EUR" in tab.words()


def test_amounts_are_in_the_readers_locale(screen: Callable[..., Screen], sample_warehouse: Warehouse) -> None:
    chosen = receivables.ControlFilter(sample_warehouse.build.as_of_on, "EUR")
    amount = receivables.control_by_currency(sample_warehouse, chosen, OPERATOR)["amount_control"][0].as_py()
    for language, speaks in (("en", ENGLISH), ("es", SPANISH)):
        assert speaks.amount(amount, "EUR") in screen(Role.MANAGER, language).open("ageing.py").cells()


@pytest.mark.parametrize("edges", ["30,x", "60,30", "0,30", ",".join(map(str, range(1, 40)))])
def test_edges_that_make_no_sense_are_refused_with_a_sentence(screen: Callable[..., Screen], edges: str) -> None:
    tab = screen(Role.MANAGER, at="ageing.py", bucket_edges=edges)
    assert len(tab.problems()) == 1 and "bucket" in tab.problems()[0]
    tab.app.text_input(key="bucket_edges").set_value("15,45").run()
    assert tab.problems() == [] and "1–15 days" in "".join(option.content for group in tab.app.get("button_group")
                                                         for option in group.proto.options)


@pytest.mark.parametrize(("name", "value"), [
    ("as_of_on", "2026-02-30"), ("as_of_on", "yesterday"), ("currency", "XXX"), ("basis", "moon"), ("bucket", "7-9"), ("view", "all"),
    ("page", "-3"), ("page", "x"), ("page", "999999"),
])
def test_a_link_that_means_nothing_shows_the_usual(screen: Callable[..., Screen], name: str, value: str) -> None:
    usual = screen(Role.MANAGER).open("ageing.py")
    tab = screen(Role.MANAGER, at="ageing.py", **{name: value})
    assert tab.problems() == [] and tab.cells() == usual.cells()


def test_a_bucket_narrows_the_customers(screen: Callable[..., Screen]) -> None:
    everybody = screen(Role.MANAGER).open("ageing.py")
    some = screen(Role.MANAGER, at="ageing.py", bucket="61-90")
    assert 0 < len(some.app.dataframe[1].value) < len(everybody.app.dataframe[1].value)
    assert "amount_in_bucket" in some.app.dataframe[1].value


def test_a_row_leads_to_its_customer(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.MANAGER).open("ageing.py")
    name = tab.app.dataframe[1].value["customer_name"][2]
    tab.select(1, 2)
    assert tab.app.title[0].value == "Account" and name in tab.words()


def test_a_search_with_one_answer_opens_it(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.MANAGER).open("account.py")
    tab.app.text_input(key="search").set_value("C0007").run()
    assert "C0007" in tab.words() and "Next step" in tab.words()


def test_a_customers_name_is_never_markup(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.MANAGER, at="account.py", customer_id="![x](http://evil.example/x.png)")
    assert tab.problems() and "![" not in tab.words()


def test_without_a_warehouse_the_page_says_what_to_do(screen: Callable[..., Screen], data: Path) -> None:
    for file in (data.parent / "data-sample" / "warehouse").iterdir():
        file.unlink()
    tab = screen(Role.MANAGER)
    assert len(tab.problems()) == 1 and "There is no warehouse" in tab.problems()[0]


def test_a_failed_build_is_told_on_every_page(screen: Callable[..., Screen], data: Path) -> None:
    (data.parent / "data-sample" / "warehouse" / "failure.json").write_text(
        '{"template": "A check failed: customer_id C0008.", "values": {}, "at": "2026-10-01T06:00:00+00:00"}', encoding="utf-8")
    for role, reads_why in ((Role.SALES_AGENT, False), (Role.HELPDESK_AGENT, False), (Role.BILLING_ADMIN, True), (Role.MANAGER, True)):
        told = [warning.value for warning in screen(role).app.warning]
        assert len(told) == 1 and "data from before" in told[0]
        assert ("C0008" in told[0]) is reads_why


def test_an_error_that_nobody_foresaw_gives_a_reference_and_no_more(caplog: pytest.LogCaptureFixture) -> None:
    said = messages.sentence(ZeroDivisionError("customer C0001 owes 12"))
    reference = said.rstrip(".").rsplit(" ", 1)[1]
    assert "C0001" not in said and len(reference) == 12
    [record] = [one for one in caplog.records if one.message == "unexpected_error"]
    assert record.clearaccounts == {"reference": reference} and record.exc_info is not None  # type: ignore[attr-defined]


def test_holds_are_named_in_the_readers_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "language", lambda: SPANISH)
    held = Refused("{customer} is on hold ({holds}); a hold always wins.", customer="Contoso", holds="dispute, severity a case")
    assert messages.sentence(held) == "Contoso está retenido (Disputa, Caso de gravedad A abierto); una retención siempre prevalece."


@given(st.text(max_size=40))
def test_no_text_keeps_a_meaning_in_markdown(text: str) -> None:
    escaped = words.plain(text)
    assert not re.search(r"(?<!\\)(?:\\\\)*[\[\]!<>`*_$:#|]", escaped)
    assert re.sub(r"\\(.)", r"\1", escaped) == " ".join(text.split())


def test_a_filter_of_another_page_does_not_narrow_this_one(screen: Callable[..., Screen]) -> None:
    # The currency is chosen on the overview; the account offers none, and shows all that the customer owes.
    tab = screen(Role.MANAGER, at="overview.py", currency="USD")
    tab.open("account.py", customer_id="C0001")
    assert "Balance by days overdue, in EUR" in tab.words() and "INV-2605-0001" in tab.cells()


def test_the_overview_ages_by_due_date_whatever_the_ageing_page_is_set_to(screen: Callable[..., Screen]) -> None:
    usual = screen(Role.MANAGER).open("overview.py")
    tab = screen(Role.MANAGER, at="ageing.py", basis="invoice_date", bucket_edges="10,20")
    tab.open("overview.py")
    charts = [[one.proto.spec for one in page.app.get("plotly_chart")] for page in (usual, tab)]
    assert charts[0] == charts[1]
    # Its links name the rule that its numbers go by, and the page behind them obeys.
    link = next(link.proto for link in tab.app.get("page_link") if link.proto.label.startswith("Overdue by"))
    tab.open("ageing.py", **dict(parse_qsl(link.query_string)))
    assert tab.app.session_state["basis"] == "due_date" and tab.app.session_state["bucket_edges"] == "30,60,90"
    assert "1 document: 2,702.73 EUR" in tab.words().replace("\\", "")


def test_the_overview_says_what_has_no_exchange_rate(screen: Callable[..., Screen]) -> None:
    # INV-2409-0030-F10 is a week older than the first rate on record.
    said = "500.00 USD in 1 documents have no exchange rate"
    tab = screen(Role.MANAGER, at="overview.py", as_of_on="2024-10-01")
    assert said in tab.words().replace("\\", "")
    tab = screen(Role.MANAGER, at="overview.py", as_of_on="2024-10-01", currency="USD")
    assert said not in tab.words().replace("\\", "")
