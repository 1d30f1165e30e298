"""Charts draw a markup of their own and follow its links: what customers and things are called never becomes any."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa

from clearaccounts.text import ENGLISH
from clearaccounts.ui import charts, charts_levels, charts_payments, charts_plans, charts_support, charts_trend
from clearaccounts.ui.charts import LIGHT

NAME = '<a href="http://x.y">'
AS_IT_IS = NAME.replace("<", "&lt;")
LONG = "A name so long that it is cut " + NAME


def texts(value: Any) -> list[str]:
    """Every text of a figure."""
    if isinstance(value, dict):
        return [text for one in value.values() for text in texts(one)]
    if isinstance(value, list | tuple):
        return [text for one in value for text in texts(one)]
    return [value] if isinstance(value, str) else []


def drawn() -> list[Any]:
    """One figure of each kind that has other people's text in it."""
    late = {"currency": "EUR", "quarter_late_days": Decimal(9), "quarter_before_late_days": Decimal(3)}
    rows = [late | {"customer_id": f"C{number}", "customer_name": name} for number, name in enumerate((NAME, f"{LONG}1", f"{LONG}2"))]
    largest = pa.table({
        "customer_order": [1], "customer_name": [NAME], "currency": ["EUR"],
        "amount_outstanding": pa.array([Decimal("1.00")], pa.decimal128(38, 4)),
        "outstanding_rate": pa.array([Decimal("1.0")], pa.decimal128(18, 4)),
    })
    plan = {"support_plan_id": NAME, "burn_share": Decimal("0.5"), "elapsed_share": Decimal("0.5")}
    return [
        charts_payments.slower(rows, ENGLISH, LIGHT), charts_trend.concentration(largest, ENGLISH, LIGHT),
        charts_support.groups([charts_support.Bar(NAME, 1, "code")], None, ENGLISH, LIGHT),
        charts.counts([NAME], [1], ENGLISH, LIGHT), charts_plans.burn([plan], ENGLISH, LIGHT),
        charts_plans.groups([NAME], [1], [NAME], ENGLISH, LIGHT),
        charts_levels.levels([charts_levels.Level(NAME, ("code",), {"met": 1}, None)], {"met": "Met"}, {}, ENGLISH, LIGHT),
    ]


def test_a_name_is_a_label_and_never_a_link() -> None:
    for figure in drawn():
        # What a mark carries for a click is not drawn.
        traces = [{name: value for name, value in trace.items() if name != "customdata"} for trace in figure.to_dict()["data"]]
        said = texts({"data": traces, "yaxis": figure.layout.yaxis.to_plotly_json()})
        assert AS_IT_IS in said
        assert not [text for text in said if NAME[:2] in text.replace("<extra></extra>", "")]


def test_two_long_names_that_are_cut_alike_keep_their_own_line() -> None:
    slower = drawn()[0]
    assert [list(trace.y) for trace in slower.data if trace.mode != "lines"] == [[0, 1, 2], [0, 1, 2]]
    assert slower.layout.yaxis.ticktext[1] == slower.layout.yaxis.ticktext[2]
