"""Support cases as charts: by group, by age, through time. Pure functions from a result to a Plotly figure.

Each has a sentence for who cannot see it, and carries in `customdata` what a click on it chooses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import plotly.graph_objects as go
import pyarrow as pa

from clearaccounts.support.groups import AGE_BUCKETS
from clearaccounts.text import N_, Language
from clearaccounts.ui.charts import Palette, ageing_colours, as_label

_FONT = "'Source Sans', sans-serif"
_LABEL_LENGTH = 26


def _base(height: int, palette: Palette) -> go.Figure:
    figure = go.Figure()
    figure.update_layout(
        height=height, margin={"l": 0, "r": 8, "t": 4, "b": 0}, showlegend=False, dragmode=False, bargap=0.28,
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)",
        font={"family": _FONT, "size": 13, "color": palette.text}, hoverlabel={"font": {"family": _FONT}},
        uniformtext={"mode": "show", "minsize": 12},
    )
    return figure


@dataclass(frozen=True)
class Bar:
    """One horizontal bar: what it is called, how many cases, and what a click on it chooses."""

    label: str
    count: int
    code: str


def _counted_bars(bars: Sequence[Bar], marker: Mapping[str, Any], language: Language, palette: Palette) -> go.Figure:
    """Horizontal bars from zero, each labelled with its count; the order keeps two of one name apart."""
    figure = _base(26 * max(len(bars), 3) + 12, palette)
    order = list(range(len(bars)))
    figure.add_bar(
        orientation="h", y=order, x=[bar.count for bar in bars], text=[language.number(bar.count) for bar in bars],
        customdata=[bar.code for bar in bars], textposition="outside", cliponaxis=False, marker=marker,
        hovertext=[as_label(bar.label) for bar in bars], hovertemplate="%{hovertext}: %{text}<extra></extra>",
        selected={"textfont": {"color": palette.text}},
        unselected={"marker": {"opacity": 0.35}, "textfont": {"color": palette.text}},
    )
    figure.update_xaxes(visible=False, fixedrange=True, range=[0, max([*(bar.count for bar in bars), 1]) * 1.2])
    figure.update_yaxes(
        fixedrange=True, autorange="reversed", automargin=True, ticklabelstandoff=8, showgrid=False,
        tickvals=order, ticktext=[as_label(bar.label, _LABEL_LENGTH) for bar in bars],
    )
    return figure


def groups(bars: Sequence[Bar], chosen: str | None, language: Language, palette: Palette) -> go.Figure:
    """Open cases of each group, the largest first as given; the chosen one stands out.

    Args:
        bars: the groups.
        chosen: the code that the page is narrowed to.
        language: for the labels.
        palette: of the theme.
    """
    colours = [palette.accent if bar.code == chosen else palette.bar for bar in bars]
    return _counted_bars(bars, {"color": colours}, language, palette)


def age_bars(counts: Mapping[str, int], language: Language) -> list[Bar]:
    """A bar for each age bucket, the youngest first; a bucket that `counts` leaves out has none."""
    return [Bar(age_words(bucket, language), counts.get(bucket, 0), bucket) for bucket in AGE_BUCKETS]


def ages(bars: Sequence[Bar], chosen: str | None, language: Language, palette: Palette) -> go.Figure:
    """Open cases by whole days of age, the oldest at the bottom; the chosen bucket stands out, the others step back.

    Args:
        bars: of `age_bars`.
        chosen: the bucket that the page is narrowed to.
        language: for the labels.
        palette: of the theme.
    """
    colours = ageing_colours(AGE_BUCKETS, palette)
    marker = {
        "color": [colours[bar.code] for bar in bars],
        "opacity": [1.0 if chosen in (None, bar.code) else 0.35 for bar in bars],
    }
    return _counted_bars(bars, marker, language, palette)


def age_words(bucket: str, language: Language) -> str:
    """An age bucket: `0-2` is "0–2 days"."""
    return language.gettext(N_("{days} days")).format(days=bucket.replace("-", "–"))


def bars_alt(title: str, bars: Sequence[Bar], language: Language) -> str:
    """Bars in one sentence."""
    return f"{title}: " + "; ".join(f"{bar.label} {language.number(bar.count)}" for bar in bars) + "."


def through_time(table: pa.Table, chosen_on: date | None, language: Language, palette: Palette) -> go.Figure:
    """The backlog at the end of each step as a line from zero; under it what came in (up) and what left (down).

    A click gives `[first day of the step, open | created | reopened | closed]`.

    Args:
        table: `from_on, to_on, created_count, reopened_count, closed_count, closing_count`, the oldest first.
        chosen_on: first day of the step that the page looks at.
        language: for the labels.
        palette: of the theme.
    """
    rows = table.to_pylist()
    days = [row["to_on"] for row in rows]
    figure = _base(272, palette)

    def codes(flow: str) -> list[list[str]]:
        return [[row["from_on"].isoformat(), flow] for row in rows]

    def said(flow: str, name: str) -> list[str]:
        return [f"{span_words(row, language)}: {name} {language.number(row[f'{flow}_count'])}" for row in rows]

    translate = language.gettext
    sizes = [10 if row["from_on"] == chosen_on else 6 for row in rows]
    figure.add_scatter(
        x=days, y=[row["closing_count"] for row in rows], mode="lines+markers", cliponaxis=False, customdata=codes("open"),
        line={"color": palette.accent, "width": 2}, marker={"size": sizes, "color": palette.accent},
        hovertext=said("closing", translate(N_("open at its end"))), hovertemplate="%{hovertext}<extra></extra>",
        unselected={"marker": {"opacity": 1}},
    )
    flows = (
        ("created", palette.bar, N_("created"), 1),
        ("reopened", palette.late, N_("reopened"), 1),
        ("closed", palette.muted, N_("closed"), -1),
    )
    for flow, colour, name, sign in flows:
        figure.add_bar(
            x=days, y=[sign * row[f"{flow}_count"] for row in rows], yaxis="y2", customdata=codes(flow),
            marker={"color": colour, "opacity": [1.0 if chosen_on in (None, row["from_on"]) else 0.45 for row in rows]},
            hovertext=said(flow, translate(name)), hovertemplate="%{hovertext}<extra></extra>",
            unselected={"marker": {"opacity": 0.45}},
        )
    if rows:
        figure.add_annotation(
            x=days[-1], y=rows[-1]["closing_count"], text=language.number(rows[-1]["closing_count"]), showarrow=False,
            xanchor="left", yanchor="middle", xshift=8, font={"color": palette.text},
        )
    most_in = max([*(row["created_count"] + row["reopened_count"] for row in rows), 1])
    most_out = max([*(row["closed_count"] for row in rows), 1])
    figure.update_layout(
        barmode="relative", margin={"l": 0, "r": 40, "t": 8, "b": 0},
        xaxis={"showgrid": False, "fixedrange": True, "nticks": 7, "automargin": True, "tickformat": "%d/%m/%y", "anchor": "y2"},
        yaxis={"fixedrange": True, "rangemode": "tozero", "gridcolor": palette.grid, "zerolinecolor": palette.muted, "nticks": 5,
               "automargin": True, "domain": [0.46, 1]},
        yaxis2={"fixedrange": True, "showgrid": False, "zerolinecolor": palette.muted, "automargin": True, "domain": [0, 0.38],
                "tickvals": [most_in / 2, -most_out / 2], "ticktext": [translate(N_("in")), translate(N_("out"))]},
    )
    return figure


def span_words(row: Mapping[str, Any], language: Language) -> str:
    """The days of a step: one day, or from the first to the last."""
    if row["from_on"] == row["to_on"]:
        return language.day(row["from_on"])
    return f"{language.day(row['from_on'])} – {language.day(row['to_on'])}"


def through_time_alt(table: pa.Table, language: Language) -> str:
    """The same in one sentence."""
    rows = table.to_pylist()
    if not rows:
        return ""
    said = language.gettext(N_(
        "Backlog over time: {opening} open before {from_day}, {created} created, {reopened} reopened and {closed} closed since, {closing} "
        "open at the end of {to_day}."))
    return said.format(
        opening=language.number(rows[0]["opening_count"]), from_day=language.day(rows[0]["from_on"]),
        created=language.number(sum(row["created_count"] for row in rows)),
        reopened=language.number(sum(row["reopened_count"] for row in rows)),
        closed=language.number(sum(row["closed_count"] for row in rows)), closing=language.number(rows[-1]["closing_count"]),
        to_day=language.day(rows[-1]["to_on"]),
    )
