"""Pure functions from what support plans are used for to a Plotly figure, with a sentence for who cannot see it.

Grey is as planned, red is faster than the term goes by; the chosen mark keeps its colour while the others step back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import plotly.graph_objects as go

from clearaccounts.text import N_, Language
from clearaccounts.ui.charts import Palette, as_label

_FONT = "'Source Sans', sans-serif"
_STEPPED_BACK = 0.35


def _bars(names: Sequence[str], height: int, palette: Palette) -> go.Figure:
    figure = go.Figure()
    figure.update_layout(
        height=height, margin={"l": 0, "r": 0, "t": 4, "b": 0}, showlegend=False, bargap=0.28, dragmode=False,
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)",
        font={"family": _FONT, "size": 13, "color": palette.text}, hoverlabel={"font": {"family": _FONT}},
        xaxis={"visible": False, "fixedrange": True, "zeroline": True, "rangemode": "tozero"},
    )
    # Two may be called alike: their place tells them apart, the label only names them.
    figure.update_yaxes(
        fixedrange=True, autorange="reversed", ticklabelstandoff=8, type="linear", automargin=True, zeroline=False, showgrid=False,
        tickvals=list(range(len(names))), ticktext=[as_label(name, 30) for name in names],
    )
    return figure


def burn(plans: Sequence[Mapping[str, Any]], language: Language, palette: Palette, *, chosen: str | None = None) -> go.Figure:
    """Used share of each entitlement as a bar, the elapsed share of its term as a tick across it; a mark carries its plan's id.

    Args:
        plans: rows with `support_plan_id, burn_share, elapsed_share`, both given; the first beyond 1 where too much was used.
        language: for the labels.
        palette: of the theme.
        chosen: the plan that the page is kept to.
    """
    ids = [plan["support_plan_id"] for plan in plans]
    places = list(range(len(ids)))
    used: list[Decimal] = [plan["burn_share"] for plan in plans]
    elapsed: list[Decimal] = [plan["elapsed_share"] for plan in plans]
    figure = _bars(ids, 32 * max(len(plans), 2) + 12, palette)
    figure.add_bar(
        orientation="h", y=places, x=[float(share) for share in used], customdata=ids, hovertext=[as_label(one) for one in ids],
        marker={
            "color": [palette.late if share > gone else palette.bar for share, gone in zip(used, elapsed, strict=True)],
            "opacity": [1.0 if chosen in (None, one) else _STEPPED_BACK for one in ids],
        },
        hovertemplate="%{hovertext}<extra></extra>",
        selected={"marker": {"opacity": 1.0}}, unselected={"marker": {"opacity": _STEPPED_BACK}},
    )
    # The label stands beyond bar and tick, whichever reaches further.
    figure.add_scatter(
        x=[float(max(share, gone)) + 0.03 for share, gone in zip(used, elapsed, strict=True)], y=places, mode="text", customdata=ids,
        text=[language.percent(share) for share in used], textposition="middle right", hoverinfo="skip", cliponaxis=False,
        selected={"textfont": {"color": palette.text}}, unselected={"textfont": {"color": palette.text}},
    )
    figure.add_scatter(
        x=[float(gone) for gone in elapsed], y=places, mode="markers", customdata=ids, hoverinfo="skip",
        marker={"symbol": "line-ns", "size": 22, "line": {"width": 2, "color": palette.text}},
        selected={"marker": {"opacity": 1.0}}, unselected={"marker": {"opacity": 1.0}},
    )
    figure.update_xaxes(range=[0, max([1.0, *(float(share) for share in used)]) * 1.2])
    return figure


def burn_alt(plans: Sequence[Mapping[str, Any]], vehicles: Sequence[str], language: Language) -> str:
    """The same in one sentence; `vehicles` are the plans' vehicles in the reader's words."""
    text = language.gettext(N_("{plan}: {used} used, {elapsed} of the term elapsed"))
    return "; ".join(
        text.format(plan=f"{vehicle}, {plan['support_plan_id']}", used=language.percent(plan["burn_share"]),
                    elapsed=language.percent(plan["elapsed_share"]))
        for plan, vehicle in zip(plans, vehicles, strict=True)
    ) + "."


def groups(names: Sequence[str], values: Sequence[int], codes: Sequence[str], language: Language, palette: Palette) -> go.Figure:
    """Requests of each group as a bar, in the order given; a mark carries its group's code."""
    figure = _bars(names, 26 * max(len(names), 3) + 12, palette)
    figure.add_bar(
        orientation="h", y=list(range(len(names))), x=list(values), customdata=list(codes),
        text=[language.number(value) for value in values], textposition="outside", cliponaxis=False, marker={"color": palette.accent},
        hovertext=[as_label(name) for name in names],
        hovertemplate="%{hovertext}: %{text}<extra></extra>", selected={"textfont": {"color": palette.text}},
        unselected={"marker": {"opacity": 1.0}, "textfont": {"color": palette.text}},
    )
    figure.update_xaxes(range=[0, max([*values, 1]) * 1.15])
    return figure
