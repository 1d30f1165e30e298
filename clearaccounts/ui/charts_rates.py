"""How much is escalated, through time and by group: pure functions from a result to a Plotly figure whose marks can be clicked.

Each has a sentence for who cannot see it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import plotly.graph_objects as go

from clearaccounts.text import N_, Language
from clearaccounts.ui.charts import Palette, as_label

_FONT = "'Source Sans', sans-serif"
_MOST_TICKS = 8


@dataclass(frozen=True)
class Bar:
    """One group: its code (what a click chooses), its name, how long its bar is, and what stands beside it."""

    code: str
    name: str
    value: float
    label: str


def _base(height: int, palette: Palette) -> go.Figure:
    figure = go.Figure()
    figure.update_layout(
        height=height, margin={"l": 0, "r": 8, "t": 8, "b": 0}, showlegend=False, dragmode=False,
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)",
        font={"family": _FONT, "size": 13, "color": palette.text}, hoverlabel={"font": {"family": _FONT}},
    )
    return figure


def month_code(month: date) -> str:
    """A month as an address writes it: `2026-05`."""
    return f"{month:%Y-%m}"


def months(
    days: Sequence[date], values: Sequence[Decimal | None], language: Language, palette: Palette, chosen: str | None = None,
) -> go.Figure:
    """A rate over the months from zero; a month without a rate is a gap, the newest is labelled, the chosen one is larger.

    Args:
        days: the first day of each month, the oldest first.
        values: the rate of each, None where it is blank.
        language: for the labels.
        palette: of the theme.
        chosen: the month (`2026-05`) that the page is narrowed to.
    """
    figure = _base(210, palette)
    codes = [month_code(day) for day in days]
    figure.add_scatter(
        x=list(days), y=[None if value is None else float(value) for value in values],  # only a height; the label is exact
        mode="lines+markers", connectgaps=False, line={"color": palette.accent, "width": 2},
        marker={
            "size": [13 if code == chosen else 9 for code in codes], "opacity": 1.0,
            "color": palette.accent, "line": {"width": [3 if code == chosen else 0 for code in codes], "color": palette.text},
        },
        customdata=codes, text=[f"{day:%m/%Y}: {language.number(value, 1)}" for day, value in zip(days, values, strict=True)],
        hovertemplate="%{text}<extra></extra>", cliponaxis=False, unselected={"marker": {"opacity": 1.0}},
    )
    if values and values[-1] is not None:
        figure.add_annotation(
            x=days[-1], y=float(values[-1]), text=language.number(values[-1], 1), showarrow=False, xanchor="left", yanchor="middle",
            xshift=11, font={"color": palette.text},
        )
        figure.update_layout(margin={"r": 56})  # room for the label
    # Ticks on months alone, the newest among them, however few they are.
    ticks = list(days[::-1])[:: max(1, -(-len(days) // _MOST_TICKS))]
    figure.update_xaxes(showgrid=False, fixedrange=True, tickvals=ticks, ticktext=[f"{day:%m/%y}" for day in ticks], automargin=True)
    figure.update_yaxes(
        fixedrange=True, rangemode="tozero", gridcolor=palette.grid, zerolinecolor=palette.muted, nticks=5, automargin=True,
    )
    return figure


def months_alt(name: str, days: Sequence[date], values: Sequence[Decimal | None], language: Language) -> str:
    """The same in one sentence."""
    parts = [f"{day:%m/%Y} {language.number(value, 1) or '–'}" for day, value in zip(days, values, strict=True)]
    return language.gettext(N_("{rate} by month: {parts}.")).format(rate=name, parts="; ".join(parts))


def groups(bars: Sequence[Bar], palette: Palette, chosen: str | None = None) -> go.Figure:
    """A bar from zero for each group, labelled directly; the chosen one in the accent."""
    figure = _base(27 * max(len(bars), 3) + 12, palette)
    figure.add_bar(
        # Two groups may have one name: the order keeps their bars apart.
        orientation="h", y=list(range(len(bars))), x=[bar.value for bar in bars], text=[as_label(bar.label) for bar in bars],
        textposition="outside", cliponaxis=False, customdata=[bar.code for bar in bars], hoverinfo="none",  # "skip" takes clicks too
        marker={"color": [palette.accent if bar.code == chosen else palette.bar for bar in bars], "opacity": 1.0},
        selected={"textfont": {"color": palette.text}},
        unselected={"marker": {"opacity": 1.0}, "textfont": {"color": palette.text}},
    )
    longest = max((bar.value for bar in bars), default=0.0) or 1.0
    figure.update_xaxes(visible=False, fixedrange=True, range=[0, longest * 1.5])
    figure.update_yaxes(
        fixedrange=True, autorange="reversed", automargin=True, ticklabelstandoff=8, showgrid=False,
        tickvals=list(range(len(bars))), ticktext=[as_label(bar.name, 26) for bar in bars],
    )
    figure.update_layout(bargap=0.28, uniformtext={"mode": "show", "minsize": 12})
    return figure


def groups_alt(title: str, bars: Sequence[Bar], language: Language) -> str:
    """The same in one sentence."""
    parts = "; ".join(f"{bar.name} {bar.label}" for bar in bars)
    return language.gettext(N_("{title}: {parts}.")).format(title=title, parts=parts)
