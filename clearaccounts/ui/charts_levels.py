"""Goals as stacked bars: met, breached, running and without a goal, side by side. Pure functions from rows to a Plotly figure.

Each has a sentence for who cannot see it, and carries in `customdata` what a click on it chooses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import plotly.graph_objects as go

from clearaccounts.text import N_, Language
from clearaccounts.ui.charts import Palette, as_label

_FONT = "'Source Sans', sans-serif"


@dataclass(frozen=True)
class Level:
    """One bar: what it is called, the codes that a click on it chooses, counts by state, and the attainment (0 to 1)."""

    label: str
    codes: tuple[str, ...]
    counts: Mapping[str, int]
    attainment: Decimal | None


def _colours(palette: Palette) -> dict[str, str]:
    return {
        "met": palette.bar, "breached": palette.late, "running": palette.accent, "unknown": palette.muted, "none": palette.grid,
    }


def levels(
    bars: Sequence[Level], states: Mapping[str, str], chosen: Mapping[str, str | None], language: Language, palette: Palette,
) -> go.Figure:
    """How many of each bar are in each state, one length for one case; the attainment stands at its end.

    A click gives `[*codes, state]`.

    Args:
        bars: in order.
        states: codes and their words, in the order of the pieces.
        chosen: `state` that the page is kept to, if any: the others step back.
        language: for the labels.
        palette: of the theme.
    """
    figure = go.Figure()
    order = list(range(len(bars)))
    colours = _colours(palette)
    longest = max([sum(bar.counts.values()) for bar in bars] + [1])
    for state, name in states.items():
        values = [bar.counts.get(state, 0) for bar in bars]
        figure.add_bar(
            orientation="h", y=order, x=values, customdata=[[*bar.codes, state] for bar in bars], name=name,
            # A piece too short for its number says it when pointed at.
            text=[language.number(value) if value * 14 > longest else "" for value in values],
            textposition="inside", insidetextanchor="middle", textangle=0,
            textfont={"color": palette.text if state == "none" else "#ffffff" if palette.text == "#111111" else "#10151c"},
            marker={"color": colours[state], "opacity": 1.0 if chosen.get("state") in (None, state) else 0.35},
            hovertext=[f"{as_label(bar.label)}, {name}: {language.number(value)}" for bar, value in zip(bars, values, strict=True)],
            hovertemplate="%{hovertext}<extra></extra>",
            selected={"marker": {"opacity": 1}}, unselected={"marker": {"opacity": 0.35}},
        )
    for at, bar in zip(order, bars, strict=True):
        figure.add_annotation(
            x=sum(bar.counts.values()), y=at, xanchor="left", xshift=6, showarrow=False, font={"color": palette.text},
            text=language.percent(bar.attainment) if bar.attainment is not None else "–",
        )
    figure.update_layout(
        barmode="stack", height=27 * max(len(bars), 3) + 34, margin={"l": 0, "r": 8, "t": 26, "b": 0}, dragmode=False, bargap=0.28,
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)", hoverlabel={"font": {"family": _FONT}},
        font={"family": _FONT, "size": 13, "color": palette.text}, uniformtext={"mode": "show", "minsize": 12},
        legend={
            "orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "itemclick": False, "itemdoubleclick": False, "traceorder": "normal",
        },
    )
    figure.update_xaxes(visible=False, fixedrange=True, range=[0, longest * 1.16])
    figure.update_yaxes(
        fixedrange=True, autorange="reversed", automargin=True, ticklabelstandoff=8, showgrid=False,
        tickvals=order, ticktext=[as_label(bar.label, 30) for bar in bars],
    )
    return figure


def levels_alt(bars: Sequence[Level], states: Mapping[str, str], language: Language) -> str:
    """The same in one sentence."""
    said = []
    for bar in bars:
        parts = [f"{name} {language.number(bar.counts[state])}" for state, name in states.items() if bar.counts.get(state)]
        if bar.attainment is not None:
            parts.append(language.gettext(N_("attainment {share}")).format(share=language.percent(bar.attainment)))
        said.append(f"{bar.label}: {', '.join(parts)}")
    return "; ".join(said) + "."
