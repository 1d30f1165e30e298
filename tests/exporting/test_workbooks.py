"""A workbook holds what the list holds: days, numbers and texts as such, and totals that can be calculated again."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearaccounts.exporting import workbooks
from clearaccounts.exporting.workbooks import Control, Field, Words, is_exact, to_xlsx
from tests.exporting.payloads import DISGUISES, FORMULAS
from tests.exporting.workbook_reader import exact, formulas, rows, sheet

AMOUNT = pa.decimal128(38, 4)
NAME, SUM = Field("customer_name", "Customer"), Field("amount", "Amount", "amount")


def amounts(*pairs: tuple[str, str]) -> pa.Table:
    """One row for each (currency, amount)."""
    return pa.table({
        "customer_name": [f"Customer {number}" for number, _ in enumerate(pairs)],
        "currency": pa.array([currency for currency, _ in pairs], pa.string()),
        "amount": pa.array([Decimal(amount) for _, amount in pairs], AMOUNT),
    })


def test_days_and_numbers_are_days_and_numbers() -> None:
    table = pa.table({
        "customer_id": ["0012", "7"], "currency": ["EUR", "JPY"],
        "amount": pa.array([Decimal("-1234.5"), Decimal(1500)], AMOUNT),
        "due_on": [date(2026, 2, 13), date(1899, 12, 31)], "at": [datetime(2026, 2, 13, 9, 5), None],
        "overdue_days": [-3, 40], "rate": pa.array([Decimal("0.125"), None], pa.decimal128(18, 4)), "is_open": [True, False],
    })
    fields = [
        Field("customer_id", "Id"), SUM, Field("due_on", "Due", "day"), Field("at", "At", "moment"),
        Field("overdue_days", "Days", "number"), Field("rate", "Share", "share"), Field("is_open", "Open", "flag"),
    ]
    content = to_xlsx(table, fields, "Open items. As of 30 Jun 2026")
    assert rows(content)[:4] == [
        ["Open items. As of 30 Jun 2026", *[None] * 7],
        ["Id", "Amount", "Due", "At", "Days", "Share", "Open", "Currency"],
        ["0012", -1234.5, datetime(2026, 2, 13), datetime(2026, 2, 13, 9, 5), -3, 0.125, True, "EUR"],
        ["7", 1500, "1899-12-31", None, 40, None, False, "JPY"],
    ]
    found = sheet(content)
    assert [found[place].number_format for place in ("B3", "B4", "C3", "F3")] == ["#,##0.00", "#,##0", "yyyy-mm-dd", "0.0%"]
    assert found.freeze_panes == "A3" and found.auto_filter.ref == "A2:H4"


def test_totals_are_formulas_per_currency_with_their_value_beside() -> None:
    content = to_xlsx(amounts(("EUR", "0.1"), ("JPY", "100"), ("EUR", "0.2"), ("EUR", "-0.05"), ("KWD", "1.005")), [NAME, SUM], "c")
    assert [row[:3] for row in rows(content)[8:]] == [
        ["Total EUR", 0.25, "EUR"], ["Total JPY", 100, "JPY"], ["Total KWD", 1.005, "KWD"],
    ]
    assert sheet(content)["B9"].value == '=ROUND(SUMIFS($B$3:$B$7,$C$3:$C$7,"EUR"),2)'
    assert formulas(content) == {
        "B9": (Decimal("0.25"), Decimal("0.25")), "B10": (Decimal(100), Decimal(100)), "B11": (Decimal("1.005"), Decimal("1.005")),
    }


def test_an_amount_in_one_fixed_currency_is_summed_plainly_and_a_balance_not_at_all() -> None:
    table = pa.table({
        "week": ["1", "2"],
        "amount": pa.array([Decimal(5), Decimal(7)], AMOUNT), "balance": pa.array([Decimal(5), Decimal(12)], AMOUNT),
    })
    fields = [Field("week", "Week"), Field("amount", "In", "amount", "EUR"), Field("balance", "Balance", "amount", "EUR", is_summed=False)]
    content = to_xlsx(table, fields, "c")
    assert rows(content)[-1] == ["Total EUR", 12, None]
    assert sheet(content)["B6"].value == "=ROUND(SUM($B$3:$B$4),2)"


def test_the_control_total_stands_beside_and_a_difference_shows() -> None:
    table = amounts(("EUR", "10.50"), ("USD", "3")).append_column("unapplied", pa.array([Decimal(-2), Decimal(0)], AMOUNT))
    control = Control(("amount", "unapplied"), {"EUR": Decimal("8.50"), "USD": Decimal("2.99")})
    content = to_xlsx(table, [NAME, SUM, Field("unapplied", "Unapplied", "amount")], "c", control=control)
    assert [row[:4] for row in rows(content)[-3:]] == [
        ["Currency", "In this list", "Control total", "Difference"], ["EUR", 8.5, 8.5, 0], ["USD", 3, 2.99, 0.01],
    ]
    assert all(stored == again for stored, again in formulas(content).values())


def test_what_a_workbook_would_round_stands_as_text_and_is_said() -> None:
    content = to_xlsx(amounts(("EUR", "99999999999999.99"), ("EUR", "1"), ("USD", "2")), [NAME, SUM], "c")
    found = rows(content)
    assert found[2][1] == "99999999999999.99" and found[6][1] == "100000000000000.99" and found[7][1] == 2
    assert found[-1][0] == Words().as_text
    assert not any("15 digits" in str(cell) for row in rows(to_xlsx(amounts(("EUR", "1")), [NAME, SUM], "c")) for cell in row)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(
    st.sampled_from(["EUR", "JPY", "KWD"]), st.decimals(min_value=-10**13, max_value=10**13, places=3, allow_nan=False)), max_size=30))
def test_every_total_is_the_exact_sum(pairs: list[tuple[str, Decimal]]) -> None:
    content = to_xlsx(amounts(*((currency, str(amount)) for currency, amount in pairs)), [NAME, SUM], "c")
    sums: dict[str, Decimal] = {}
    for currency, amount in pairs:
        sums[currency] = sums.get(currency, Decimal(0)) + amount
    totals = {row[2]: exact(row[1]) for row in rows(content) if str(row[0]).startswith("Total ")}
    assert totals == sums
    assert all(stored == again for stored, again in formulas(content).values())


def test_a_number_of_fifteen_digits_comes_back_and_one_of_sixteen_would_not() -> None:
    assert is_exact(Decimal("9999999999999.99")) and Decimal(repr(float(Decimal("9999999999999.99")))) == Decimal("9999999999999.99")
    assert not is_exact(Decimal("99999999999999.99"))


@pytest.mark.parametrize("payload", [*FORMULAS, *DISGUISES])
def test_text_stays_text(payload: str) -> None:
    table = pa.table({"customer_name": [payload], "customer_id": [payload]})
    content = to_xlsx(table, [Field("customer_name", payload), Field("customer_id", "Id")], payload, Words(sheet=payload))
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        relations = "".join(parts.read(name).decode() for name in parts.namelist() if name.endswith(".rels"))
        assert "External" not in relations and "hyperlink" not in relations
        text = parts.read("xl/worksheets/sheet1.xml").decode()
        assert not re.search("<(?:f|hyperlink)[ />]", text)
    found = sheet(content)
    # The reader turns what XML cannot hold into its own escape, and every line end into one.
    expected = payload.replace("\r\n", "\n").replace("\r", "\n").replace("_x003D_", "_x005F_x003D_").replace("\x01", "_x0001_")
    cells = [found.cell(*place) for place in ((1, 1), (2, 1), (3, 1), (3, 2))]
    assert [cell.value for cell in cells] == [expected] * 4
    assert {cell.data_type for cell in cells} == {"s"} and not any(cell.hyperlink for cell in cells)
    if payload in FORMULAS:
        assert all(cell.quotePrefix for cell in cells)


def test_a_text_too_long_for_a_cell_is_seen_to_be_cut() -> None:
    content = to_xlsx(pa.table({"customer_name": ["a" * 40_000, "\U0001f600" * 20_000]}), [NAME], "c")
    first, second = rows(content)[2][0], rows(content)[3][0]
    assert first == "a" * 32_766 + "…" and second == "\U0001f600" * 16_383 + "…"


def test_the_same_rows_give_the_same_bytes_and_no_rows_a_head() -> None:
    table = amounts(("EUR", "1"))
    assert to_xlsx(table, [NAME, SUM], "c") == to_xlsx(table, [NAME, SUM], "c")
    assert rows(to_xlsx(table.slice(0, 0), [NAME, SUM], "Nothing")) == [["Nothing", None, None], ["Customer", "Amount", "Currency"]]


def test_more_rows_than_a_worksheet_has_are_refused_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_TABLE_ROWS", 1)
    with pytest.raises(ValueError, match="2"):
        to_xlsx(amounts(("EUR", "1"), ("EUR", "2")), [NAME, SUM], "c")
