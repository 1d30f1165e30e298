"""Money in and out by week, as Plotly figures with a sentence each for who cannot see them.

Time runs along the horizontal axis here: bars stand, from zero. Grey comes in, the accent goes out to Microsoft, red is missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import plotly.graph_objects as go

from clearaccounts.text import N_, Language
from clearaccounts.ui.charts import Palette

_FONT = "'Source Sans', sans-serif"
_HEIGHT = 250
Rows = Sequence[Mapping[str, Any]]


def _figure(language: Language, palette: Palette) -> go.Figure:
    figure = go.Figure()
    figure.update_layout(
        height=_HEIGHT, margin={"l": 0, "r": 8, "t": 22, "b": 0}, bargap=0.25, bargroupgap=0.05, barmode="group", showlegend=False,
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)", dragmode=False,
        separators=language.number(1.5, 1)[1] + " ",
        font={"family": _FONT, "size": 13, "color": palette.text}, hoverlabel={"font": {"family": _FONT}},
        xaxis={"type": "category", "fixedrange": True, "showgrid": False, "tickangle": 0, "nticks": 7, "automargin": True, "visible": True},
        yaxis={"fixedrange": True, "gridcolor": palette.grid, "zeroline": True, "zerolinecolor": palette.muted, "automargin": True,
               "nticks": 6, "tickformat": "~s"},
    )
    return figure


def weekly(rows: Rows, currency: str, language: Language, palette: Palette) -> go.Figure:
    """Expected from customers by week, and beside it what falls due to Microsoft where the rows tell it.

    Args:
        rows: weeks in order: `starts_on, amount_expected`, and `amount_payable` for who may see it.
        currency: of the amounts.
        language: for the labels.
        palette: of the theme.
    """
    figure = _figure(language, palette)
    series = [("amount_expected", N_("From customers"), palette.bar)]
    if rows and "amount_payable" in rows[0]:
        series.append(("amount_payable", N_("Due to Microsoft"), palette.accent))
    for place, (column, title, colour) in enumerate(series):
        name = language.gettext(title)
        figure.add_bar(
            x=[language.short_day(row["starts_on"]) for row in rows], y=[float(row[column]) for row in rows], name=name,
            marker={"color": colour},
            text=None, customdata=[language.amount(row[column], currency) for row in rows],
            hovertemplate=f"%{{x}}, {name}: %{{customdata}}<extra></extra>",
        )
        # The names stand above the bars, in the bars' colours.
        figure.add_annotation(
            x=0 if place == 0 else 0.32, y=1.0, xref="paper", yref="paper", xanchor="left", yanchor="bottom", showarrow=False,
            text=f"■ {name}", font={"color": colour},
        )
    return figure


def weekly_alt(rows: Rows, currency: str, language: Language) -> str:
    """The same in one sentence."""
    has_payables = bool(rows) and "amount_payable" in rows[0]
    with_payables = N_("from {day}: {expected} from customers, {payable} due to Microsoft")
    text = language.gettext(with_payables if has_payables else N_("from {day}: {expected} from customers"))
    parts = [
        text.format(
            day=language.day(row["starts_on"]), expected=language.amount(row["amount_expected"], currency),
            payable=language.amount(row["amount_payable"], currency) if has_payables else "")
        for row in rows
    ]
    return language.gettext(N_("By week, {parts}.")).format(parts="; ".join(parts))


def running(rows: Rows, columns: tuple[str, str, str], currency: str, language: Language, palette: Palette) -> go.Figure:
    """A running sum by week as a line in its range; below zero it is red.

    Args:
        rows: weeks in order: `starts_on, ends_on` and the three columns.
        columns: the sum if customers pay on the expected day, on the late end and on the early end of their ranges.
        currency: of the amounts.
        language: for the labels.
        palette: of the theme.
    """
    figure = _figure(language, palette)
    days = [language.short_day(row["ends_on"]) for row in rows]
    middle, low, high = columns
    hidden = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    figure.add_scatter(x=days, y=[float(row[high]) for row in rows], **hidden)
    figure.add_scatter(x=days, y=[float(row[low]) for row in rows], fill="tonexty", fillcolor=_faint(palette.bar), **hidden)
    figure.add_scatter(
        x=days, y=[float(row[middle]) for row in rows], mode="lines+markers", line={"color": palette.accent, "width": 2},
        marker={"size": 8, "color": [palette.late if row[middle] < 0 else palette.accent for row in rows]},
        customdata=[[language.amount(row[name], currency) for name in (middle, low, high)] for row in rows],
        hovertemplate="%{x}: %{customdata[0]} (%{customdata[1]} – %{customdata[2]})<extra></extra>",
    )
    if any(row[low] < Decimal(0) for row in rows):
        figure.add_hline(y=0, line={"color": palette.muted, "width": 1})
    return figure


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[place:place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.28)"


def running_alt(rows: Rows, columns: tuple[str, str, str], currency: str, language: Language) -> str:
    """The same in one sentence."""
    text = language.gettext(N_("by {day} {amount} ({low} to {high})"))
    middle, low, high = columns
    parts = [
        text.format(day=language.day(row["ends_on"]), amount=language.amount(row[middle], currency),
                    low=language.amount(row[low], currency), high=language.amount(row[high], currency))
        for row in rows
    ]
    return language.gettext(N_("Added up, {parts}.")).format(parts="; ".join(parts))
