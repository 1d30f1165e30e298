"""A key figure through time, and shares of a whole: pure functions from a result to a Plotly figure.

Each has a sentence for who cannot see it.
"""

from __future__ import annotations

import plotly.graph_objects as go
import pyarrow as pa

from clearaccounts.key_figures import KeyFigure
from clearaccounts.text import N_, Language
from clearaccounts.ui.charts import Palette, as_label, bare

_FONT = "'Source Sans', sans-serif"


def _base(height: int, palette: Palette) -> go.Figure:
    figure = go.Figure()
    figure.update_layout(
        height=height, margin={"l": 0, "r": 8, "t": 8, "b": 0}, showlegend=False, dragmode=False,
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)",
        font={"family": _FONT, "size": 13, "color": palette.text}, hoverlabel={"font": {"family": _FONT}},
    )
    return figure


def months(table: pa.Table, chosen: KeyFigure, language: Language, palette: Palette) -> go.Figure:
    """A line over the months from zero; a month without a figure is a gap in it. The newest value is labelled.

    Args:
        table: `month_on` and the figure's column, the oldest first.
        chosen: the key figure.
        language: for the labels.
        palette: of the theme.
    """
    days = table["month_on"].to_pylist()
    values = [chosen.plain(value) for value in table[chosen.key].to_pylist()]
    shown = [chosen.in_words(value, language) for value in table[chosen.key].to_pylist()]
    figure = _base(200, palette)
    figure.add_scatter(
        x=days, y=[None if value is None else float(value) for value in values],  # only a height in pixels; the label is exact
        mode="lines+markers", connectgaps=False, line={"color": palette.accent, "width": 2}, marker={"size": 5, "color": palette.accent},
        customdata=[[language.day(day), text] for day, text in zip(days, shown, strict=True)],
        hovertemplate="%{customdata[0]}: %{customdata[1]}<extra></extra>", cliponaxis=False,
    )
    if values and values[-1] is not None:
        figure.add_annotation(
            x=days[-1], y=float(values[-1]), text=shown[-1], showarrow=False, xanchor="left", yanchor="middle", xshift=8,
            font={"color": palette.text},
        )
        figure.update_layout(margin={"r": 84})  # room for the label
    figure.update_xaxes(
        showgrid=False, fixedrange=True, tickformat="%m/%y", nticks=8, automargin=True, range=[days[0], days[-1]] if days else None,
    )
    figure.update_yaxes(
        fixedrange=True, rangemode="tozero", gridcolor=palette.grid, zerolinecolor=palette.muted, nticks=5, automargin=True,
    )
    return figure


def months_alt(table: pa.Table, chosen: KeyFigure, language: Language) -> str:
    """The same in one sentence: the newest month, the lowest, the highest, and how many are blank."""
    translate = language.gettext
    pairs = list(zip(table["month_on"].to_pylist(), table[chosen.key].to_pylist(), strict=True))
    known = [(value, day) for day, value in pairs if value is not None]
    name = translate(chosen.title)
    if not known:
        return translate(N_("{figure} by month: blank in all {count} months.")).format(figure=name, count=language.number(len(pairs)))
    (low, low_day), (high, high_day), (newest, newest_day) = min(known), max(known), known[-1]
    return translate(
        N_("{figure} by month: {newest} on {newest_day}; lowest {low} on {low_day}, highest {high} on {high_day}; blank months: {count}.")
    ).format(
        figure=name, newest=chosen.in_words(newest, language), newest_day=language.day(newest_day), low=chosen.in_words(low, language),
        low_day=language.day(low_day), high=chosen.in_words(high, language), high_day=language.day(high_day),
        count=language.number(len(pairs) - len(known)),
    )


def concentration(table: pa.Table, language: Language, palette: Palette) -> go.Figure:
    """What each of the largest customers owes as a bar from zero, labelled with the amount and its share of the whole.

    Args:
        table: `customer_name, currency, amount_outstanding, outstanding_rate`, the largest first.
        language: for the labels.
        palette: of the theme.
    """
    rows = table.to_pylist()
    figure = _base(27 * max(len(rows), 3) + 12, palette)
    figure.add_bar(
        orientation="h",
        # Two customers may have one name: the order keeps their bars apart.
        y=[row["customer_order"] for row in rows],
        x=[float(row["amount_outstanding"]) for row in rows],
        text=[
            f"{bare(row['amount_outstanding'], row['currency'], language)} · {language.percent(row['outstanding_rate'], 1)}" for row in rows
        ],
        textposition="outside", cliponaxis=False, marker={"color": palette.bar}, hoverinfo="skip",
    )
    longest = max((float(row["amount_outstanding"]) for row in rows), default=1.0)
    figure.update_xaxes(visible=False, fixedrange=True, range=[0, longest * 1.5])
    figure.update_yaxes(
        fixedrange=True, autorange="reversed", automargin=True, ticklabelstandoff=8, showgrid=False,
        tickvals=[row["customer_order"] for row in rows], ticktext=[as_label(row["customer_name"], 28) for row in rows],
    )
    figure.update_layout(bargap=0.28, uniformtext={"mode": "show", "minsize": 12})
    return figure


def concentration_alt(table: pa.Table, language: Language) -> str:
    """The same in one sentence."""
    parts = [
        f"{row['customer_name']} {language.amount(row['amount_outstanding'], row['currency'])}"
        f" ({language.percent(row['outstanding_rate'], 1)})"
        for row in table.to_pylist()
    ]
    return language.gettext(N_("Largest customers by amount outstanding: {parts}.")).format(parts="; ".join(parts))
