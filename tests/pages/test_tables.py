"""A table shows words and is sorted by values; it says what is missing and spares what cannot be there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from clearaccounts.access import Role
from clearaccounts.text import ENGLISH, SPANISH, Language
from clearaccounts.ui import tables
from clearaccounts.ui.tables import Column
from tests.pages.conftest import Screen, words_of

COLUMNS = (
    Column("customer_name", "Customer"), Column("amount_overdue", "Overdue", "amount"), Column("due_on", "Due", "day"),
    Column("bucket", "Bucket", "bucket"), Column("overdue_days", "Days", "number"), Column("plan", "Plan", missing="None"),
)
AMOUNT = pa.decimal128(38, 4)


@pytest.mark.parametrize(("language", "amounts", "days"), [
    (ENGLISH, ["9,288.93 EUR", "30,430.18 USD", "1,500 JPY", ""], ["2 Oct 2026", "10 Apr 2026", "1 Sept 2026", ""]),
    (SPANISH, ["9.288,93 EUR", "30.430,18 USD", "1.500 JPY", ""], ["2 oct 2026", "10 abr 2026", "1 sept 2026", ""]),
])
def test_cells_show_words_and_hold_values(language: Language, amounts: list[str], days: list[str]) -> None:
    rows = pa.table({
        "customer_name": ["A", "B", "C", "D"], "currency": ["EUR", "USD", "JPY", "EUR"],
        "amount_overdue": pa.array([Decimal("9288.93"), Decimal("30430.18"), Decimal(1500), None], AMOUNT),
        "due_on": [date(2026, 10, 2), date(2026, 4, 10), date(2026, 9, 1), None],
        "bucket": ["121+", "8-14", "current", "unapplied"], "overdue_days": pa.array([None, 9, 10, -2], pa.int64()),
        "plan": ["P", None, "", "Q"],
    })
    styled = tables.styled(rows, COLUMNS, language)
    shown = words_of(styled)
    assert shown["amount_overdue"] == amounts and shown["due_on"] == days
    assert shown["bucket"][1].startswith("8–14") and shown["overdue_days"] == ["", "9", "10", "-2"]
    assert shown["plan"] == ["P", language.gettext("None"), "", "Q"]
    frame = styled.data  # type: ignore[attr-defined]  # pandas' type stubs leave it out
    by_amount = frame.sort_values("amount_overdue")["customer_name"].to_list()
    assert by_amount == ["C", "A", "B", "D"]
    assert frame.sort_values("due_on")["customer_name"].to_list() == ["B", "C", "A", "D"]
    assert frame.sort_values("bucket")["customer_name"].to_list() == ["D", "C", "B", "A"]


def choosing() -> None:
    """A page whose two rows, of one name, may change places."""
    import pyarrow as pa
    import streamlit as st

    from clearaccounts.ui import tables
    from clearaccounts.ui.tables import Column

    ids = list(st.session_state["ids"])
    rows = pa.table({"customer_id": ids, "customer_name": ["Alder", "Alder"]})
    chosen = tables.choose(rows, [Column("customer_name", "Customer")], key="list", alt="Customers")
    st.text(", ".join(row["customer_id"] for row in chosen) or "nobody")


def test_a_choice_never_passes_to_another_row_of_the_same_name() -> None:
    app = AppTest.from_function(choosing)
    app.session_state["ids"] = ("C1", "C2")
    app.run()
    key = app.dataframe[0].proto.id.split("-", 2)[2]
    app.session_state[key] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    assert app.run().text[0].value == "C1"
    app.session_state["ids"] = ("C2", "C1")
    assert app.run().text[0].value == "nobody"


def test_requests_outside_any_plan_say_so(screen: Callable[..., Screen]) -> None:
    shown = words_of(screen(Role.MANAGER).open("escalations.py").app.dataframe[1])
    without = [plan == "No plan" for plan in shown["support_plan_id"]]
    assert any(without) and not all(without)
    outside = words_of(screen(Role.MANAGER, at="escalations.py", view="outside").app.dataframe[1])
    assert set(outside["outside_reason"]) == {"No plan of the vehicle ran that day"} and len(outside["outside_reason"]) == 29


def test_a_list_has_the_columns_that_can_hold_something(screen: Callable[..., Screen]) -> None:
    admin = screen(Role.BILLING_ADMIN).open("suspensions.py")
    assert not {"hold_reasons", "mark_status", "marked_by"} & set(admin.app.dataframe[0].value)
    assert "sales_agent" in admin.app.dataframe[0].value
    admin.app.session_state["list"] = "held"
    admin.app.run()
    assert "hold_reasons" in admin.app.dataframe[0].value
    assert "sales_agent" not in screen(Role.SALES_AGENT).open("suspensions.py").app.dataframe[0].value
