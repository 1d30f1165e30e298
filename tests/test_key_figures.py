"""Key figures in words: periods, formulas with their numbers, and how the page draws a month that is blank."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from string import Formatter

import pyarrow as pa
import pytest

from clearaccounts import key_figures
from clearaccounts.access import OPERATOR
from clearaccounts.key_figures import BY_KEY, FIGURES, INPUTS, period, year_before
from clearaccounts.receivables import PeriodFilter
from clearaccounts.sample import LAST_ON
from clearaccounts.text import ENGLISH, SPANISH
from clearaccounts.ui import charts_trend
from clearaccounts.ui.charts import LIGHT
from clearaccounts.warehouse import Warehouse


@pytest.mark.parametrize(("name", "to_on", "from_on"), [
    ("90_days", date(2026, 9, 30), date(2026, 7, 3)),
    ("month", date(2026, 9, 17), date(2026, 9, 1)),
    ("12_months", date(2026, 9, 30), date(2025, 10, 1)),
    ("12_months", date(2024, 2, 29), date(2023, 3, 1)),
])
def test_a_period_ends_on_its_day(name: str, to_on: date, from_on: date) -> None:
    assert period(name, to_on) == (from_on, to_on)


def test_a_year_before_a_last_day_is_a_last_day() -> None:
    days = (date(2024, 2, 29), date(2025, 2, 28), date(2024, 2, 28), date(2026, 1, 1))
    assert [year_before(day) for day in days] == [date(2023, 2, 28), date(2024, 2, 29), date(2023, 2, 28), date(2025, 1, 1)]


def test_a_formula_stands_with_its_own_numbers(sample_warehouse: Warehouse) -> None:
    row = key_figures.key_figures(sample_warehouse, PeriodFilter(*period("90_days", LAST_ON)), OPERATOR)
    assert row is not None
    dso = BY_KEY["dso_days"]
    assert dso.with_numbers(row, ENGLISH) == "closing 642,828.43 EUR / sales 1,225,823.98 EUR × 90 days"
    assert dso.with_numbers(row, SPANISH) == "saldo final 642.828,43 EUR / ventas 1.225.823,98 EUR × 90 días"
    assert dso.in_words(row["dso_days"], ENGLISH) == "47.2 days" and dso.in_words(None, ENGLISH) == ""
    assert BY_KEY["current_rate"].in_words(Decimal("0.8515"), SPANISH) == "85,2\N{NO-BREAK SPACE}%"
    assert BY_KEY["collection_effectiveness_index"].in_words(Decimal("93.25"), ENGLISH) in {"93.2%", "93.3%"}


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.key)
def test_every_figure_is_filled_from_its_row_and_leads_to_its_inputs(sample_warehouse: Warehouse, figure: key_figures.KeyFigure) -> None:
    row = key_figures.key_figures(sample_warehouse, PeriodFilter(*period("90_days", LAST_ON)), OPERATOR)
    assert row is not None and row[figure.key] is not None
    said = figure.with_numbers(row, ENGLISH)
    assert "{" not in said and any(digit in said for digit in "123456789")
    named = {name for _, name, _, _ in Formatter().parse(figure.filled) if name and name.startswith("amount_")}
    columns = {INPUTS[name][0] for name in figure.inputs}
    # An amount in the formula is an input that one can look into; the weighted sum is that of the same rows.
    assert named - {"amount_weight_by_days"} <= columns
    assert columns <= set(row)


def test_a_blank_month_is_a_gap_and_no_zero() -> None:
    table = pa.table({
        "month_on": [date(2026, 4, 30), date(2026, 5, 31), date(2026, 6, 30)],
        "dso_days": pa.array([Decimal("40.1234"), None, Decimal("38.0000")], pa.decimal128(18, 4)),
    })
    drawn = charts_trend.months(table, BY_KEY["dso_days"], ENGLISH, LIGHT)
    assert drawn.data[0].y == (40.1234, None, 38.0) and drawn.data[0].connectgaps is False
    assert charts_trend.months_alt(table, BY_KEY["dso_days"], ENGLISH) == (
        "Days sales outstanding (DSO) by month: 38.0 days on 30 Jun 2026; lowest 38.0 days on 30 Jun 2026, "
        "highest 40.1 days on 30 Apr 2026; blank months: 1.")
    empty = table.set_column(1, "dso_days", pa.array([None] * 3, pa.decimal128(18, 4)))
    assert charts_trend.months_alt(empty, BY_KEY["dso_days"], ENGLISH).endswith("blank in all 3 months.")
    assert not charts_trend.months(empty, BY_KEY["dso_days"], ENGLISH, LIGHT).layout.annotations
