"""Pure functions from a result about payments to a Plotly figure, with a sentence for who cannot see it.

Grey is what was asked for or what was before, the accent is what came in or what is now, red is late.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import plotly.graph_objects as go
import pyarrow as pa
from babel.dates import format_date

from clearaccounts.text import N_, Language
from clearaccounts.ui.charts import Palette, as_label

_FONT = "'Source Sans', sans-serif"


def _figure(height: int, palette: Palette) -> go.Figure:
    figure = go.Figure()
    figure.update_layout(
        height=height, margin={"l": 0, "r": 0, "t": 6, "b": 0}, showlegend=False, bargap=0.25, bargroupgap=0.05, dragmode=False,
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)",
        font={"family": _FONT, "size": 13, "color": palette.text}, hoverlabel={"font": {"family": _FONT}},
        xaxis={"fixedrange": True, "showgrid": False, "automargin": True},
        yaxis={"fixedrange": True, "gridcolor": palette.grid, "zeroline": False, "automargin": True, "nticks": 5},
    )
    return figure


def _month(day: date, language: Language) -> str:
    return format_date(day, format="MMM yy", locale=language.locale)


def _months(days: Sequence[date], language: Language, every: int) -> dict[str, Any]:
    """An axis of months that names every so manieth, the last one among them."""
    shown = [day for index, day in enumerate(reversed(days)) if index % every == 0]
    half = timedelta(days=20)  # room for the first and the last name
    ends = {"range": [min(days) - half, max(days) + half]} if days else {}
    return {"type": "date", "tickvals": shown, "ticktext": [_month(day, language) for day in shown], "tickangle": 0, **ends}


def invoiced_and_paid(table: pa.Table, currency: str, language: Language, palette: Palette) -> go.Figure:
    """Two bars a month, invoiced and paid, and a line for what was open at the month's end.

    Args:
        table: `month_on, amount_invoiced, amount_paid, amount_outstanding` of one currency, in order.
        currency: of the amounts.
        language: for the labels.
        palette: of the theme.
    """
    months: list[date] = table["month_on"].to_pylist()
    figure = _figure(220, palette)
    for name, title, colour in (
        ("amount_invoiced", language.gettext(N_("invoiced")), palette.bar), ("amount_paid", language.gettext(N_("paid")), palette.accent),
    ):
        amounts: list[Decimal] = table[name].to_pylist()
        figure.add_bar(
            x=months, y=[float(amount) for amount in amounts],  # only a height in pixels; the words are the exact amount
            marker={"color": colour}, customdata=[
                f"{_month(day, language)}: {title} {language.amount(amount, currency)}"
                for day, amount in zip(months, amounts, strict=True)],
            hovertemplate="%{customdata}<extra></extra>",
        )
    open_then: list[Decimal] = table["amount_outstanding"].to_pylist()
    outstanding = language.gettext(N_("open at the end of the month"))
    figure.add_scatter(
        x=months, y=[float(amount) for amount in open_then], mode="lines+markers", line={"color": palette.late, "width": 2, "shape": "hvh"},
        marker={"size": 4}, customdata=[
            f"{_month(day, language)}: {outstanding} {language.amount(amount, currency)}"
            for day, amount in zip(months, open_then, strict=True)],
        hovertemplate="%{customdata}<extra></extra>",
    )
    figure.update_layout(
        xaxis=_months(months, language, 4), barmode="group", separators=_separators(language),
        yaxis={"tickformat": "~s", "rangemode": "tozero", "zeroline": True, "zerolinecolor": palette.muted},
    )
    return figure


def _separators(language: Language) -> str:
    return ",." if language.code == "es" else ".,"


def invoiced_and_paid_alt(table: pa.Table, currency: str, language: Language) -> str:
    """The last three months in words."""
    text = language.gettext(N_("{month}: invoiced {invoiced}, paid {paid}, open at the end {open}"))
    return "; ".join(
        text.format(
            month=_month(row["month_on"], language), invoiced=language.amount(row["amount_invoiced"], currency),
            paid=language.amount(row["amount_paid"], currency), open=language.amount(row["amount_outstanding"], currency))
        for row in table.slice(max(table.num_rows - 3, 0)).to_pylist()
    ) + "."


def days_late(table: pa.Table, as_of_on: date, language: Language, palette: Palette) -> go.Figure:
    """One dot per invoice by the day it was settled, rings for what is overdue and open, and the running median as a line.

    Args:
        table: `invoice_id, settled_on, late_days, running_late_days`; blank settled_on is overdue.
        as_of_on: where the open ones stand.
        language: for the labels.
        palette: of the theme.
    """
    rows = sorted(
        (row for row in table.to_pylist() if row["late_days"] is not None),
        key=lambda row: (row["settled_on"] or as_of_on, row["settled_on"] is None, row["due_on"] or row["issued_on"], row["invoice_id"]),
    )
    figure = _figure(220, palette)
    figure.add_hline(y=0, line={"color": palette.muted, "width": 1})
    figure.add_scatter(
        x=[row["settled_on"] or as_of_on for row in rows], y=[float(row["running_late_days"]) for row in rows], mode="lines",
        line={"color": palette.muted, "width": 2}, hoverinfo="skip",
    )
    so_far = language.gettext(N_("so far"))
    figure.add_scatter(
        x=[row["settled_on"] or as_of_on for row in rows], y=[row["late_days"] for row in rows], mode="markers",
        marker={
            "size": 8, "symbol": ["circle" if row["settled_on"] else "circle-open" for row in rows],
            "color": [palette.late if row["late_days"] > 0 else palette.bar for row in rows], "line": {"width": 1.5},
        },
        customdata=[
            f"{as_label(row['invoice_id'])}, {language.day(row['settled_on']) or so_far}: {language.number(row['late_days'])}"
            for row in rows
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    figure.update_layout(xaxis={"type": "date", "tickformat": "%m/%y", "nticks": 7})
    return figure


def days_late_alt(table: pa.Table, language: Language) -> str:
    """How many were late, how many are overdue."""
    rows = [row for row in table.to_pylist() if row["late_days"] is not None]
    said = language.gettext(N_("Of {count} invoices {late} were settled after their due day and {overdue} are overdue."))
    return said.format(
        count=language.number(len(rows)), late=language.number(sum(1 for row in rows if row["settled_on"] and row["late_days"] > 0)),
        overdue=language.number(sum(1 for row in rows if not row["settled_on"])))


def slower(rows: Sequence[Mapping[str, Any]], language: Language, palette: Palette) -> go.Figure:
    """A line per customer from the median days late of the quarter before (grey) to this quarter's, who was slowed most on top.

    Args:
        rows: `customer_name, currency, quarter_late_days, quarter_before_late_days`.
        language: for the labels.
        palette: of the theme.
    """
    names = names_of(rows)
    # A row's place is its number: two long names may be cut to the same text.
    places = list(range(len(rows)))
    before = [float(row["quarter_before_late_days"]) for row in rows]
    now = [float(row["quarter_late_days"]) for row in rows]
    colours = [palette.late if new > old else palette.accent for old, new in zip(before, now, strict=True)]
    figure = _figure(24 * max(len(rows), 4) + 12, palette)
    for place, old, new, colour in zip(places, before, now, colours, strict=True):
        figure.add_scatter(x=[old, new], y=[place, place], mode="lines", line={"color": colour, "width": 3}, hoverinfo="skip", opacity=0.55)
    figure.add_scatter(
        x=before, y=places, mode="markers", marker={"size": 9, "color": palette.bar}, hovertext=[as_label(name) for name in names],
        hovertemplate="%{hovertext}: %{x:.0f}<extra></extra>")
    figure.add_scatter(
        x=now, y=places, mode="markers+text", marker={"size": 11, "color": colours}, cliponaxis=False,
        text=[language.number(row["quarter_late_days"], 1) for row in rows],
        textposition=["middle right" if new >= old else "middle left" for old, new in zip(before, now, strict=True)],
        hovertext=[as_label(name) for name in names], hovertemplate="%{hovertext}: %{text}<extra></extra>",
    )
    low, high = min([*before, *now, 0.0]), max([*before, *now, 1.0])
    figure.update_layout(
        xaxis={"range": [low - (high - low) * 0.06, high + (high - low) * 0.16], "zeroline": True, "zerolinecolor": palette.muted,
               "showgrid": False, "nticks": 6},
        yaxis={"autorange": "reversed", "tickvals": places, "ticktext": [as_label(name) for name in names], "showgrid": False,
               "ticklabelstandoff": 8},
    )
    return figure


def names_of(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """What to call each row on an axis: the customer, with the currency where one has two."""
    named = [str(row["customer_name"]) for row in rows]
    short = [name if len(name) <= 26 else name[:25] + "…" for name in named]
    return [
        f"{text}, {row['currency']}" if short.count(text) > 1 else text for text, row in zip(short, rows, strict=True)
    ]


def slower_alt(rows: Sequence[Mapping[str, Any]], language: Language) -> str:
    """The same in one sentence."""
    text = language.gettext(N_("{customer} from {before} to {now} days late"))
    return "; ".join(
        text.format(
            customer=name, before=language.number(row["quarter_before_late_days"], 1), now=language.number(row["quarter_late_days"], 1))
        for name, row in zip(names_of(rows), rows, strict=True)
    ) + "."


def band_name(first: int | None, last: int | None, language: Language) -> str:
    """A band of days late in words: `8–14 days late`, `up to 7 early or on time`."""
    if last is not None and last < 0:
        return language.gettext(N_("{days} days early or more")).format(days=language.number(-last))
    if last == 0:
        return language.gettext(N_("On time"))
    if last is None:
        return language.gettext(N_("{days} days late or more")).format(days=language.number(first))
    return language.gettext(N_("{first}–{last} days late")).format(first=language.number(first), last=language.number(last))


def late_bands(table: pa.Table, language: Language, palette: Palette) -> go.Figure:
    """Share of invoices in each band of days late, this quarter beside the one before.

    Args:
        table: `period, first_late_days, last_late_days, invoice_count, invoice_rate` of `quarter` and `quarter_before`.
        language: for the labels.
        palette: of the theme.
    """
    figure = _figure(236, palette)
    for period, colour in (("quarter_before", palette.bar), ("quarter", palette.accent)):
        rows = [row for row in table.to_pylist() if row["period"] == period]
        figure.add_bar(
            orientation="h", y=[band_name(row["first_late_days"], row["last_late_days"], language) for row in rows],
            x=[float(row["invoice_rate"] or 0) for row in rows], marker={"color": colour},
            text=[language.percent(row["invoice_rate"]) for row in rows], textposition="outside", cliponaxis=False,
            customdata=[language.number(row["invoice_count"]) for row in rows],
            hovertemplate="%{y}: %{text} (%{customdata})<extra></extra>",
        )
    most = max([float(rate or 0) for rate in table["invoice_rate"].to_pylist()] or [0.0])
    figure.update_layout(
        barmode="group", xaxis={"visible": False, "range": [0, (most or 1) * 1.2]},
        yaxis={"autorange": "reversed", "type": "category", "showgrid": False, "ticklabelstandoff": 8, "dtick": 1},
        uniformtext={"mode": "show", "minsize": 11},
    )
    return figure


def late_bands_alt(table: pa.Table, language: Language) -> str:
    """The same in one sentence."""
    text = language.gettext(N_("{band}: {now}, before {before}"))
    by_period = {period: [row for row in table.to_pylist() if row["period"] == period] for period in ("quarter", "quarter_before")}
    return "; ".join(
        text.format(
            band=band_name(now["first_late_days"], now["last_late_days"], language), now=language.percent(now["invoice_rate"]),
            before=language.percent(before["invoice_rate"]))
        for now, before in zip(by_period["quarter"], by_period["quarter_before"], strict=True)
    ) + "."


def on_time(table: pa.Table, language: Language, palette: Palette) -> go.Figure:
    """The share paid on time of the invoices due in each month; the last whole month and the running one are labelled.

    Args:
        table: `month_on, on_time_rate, invoice_count`, in order.
        language: for the labels.
        palette: of the theme.
    """
    months: list[date] = table["month_on"].to_pylist()
    rates: list[Decimal | None] = table["on_time_rate"].to_pylist()
    counts: list[int] = table["invoice_count"].to_pylist()
    figure = _figure(236, palette)
    last = len(rates) - 1
    figure.add_scatter(
        x=months, y=[None if rate is None else float(rate) for rate in rates], mode="lines+markers+text", connectgaps=False,
        line={"color": palette.accent, "width": 2}, marker={"size": 5}, cliponaxis=False, textposition="top center",
        text=[language.percent(rate) if index == last else "" for index, rate in enumerate(rates)],
        customdata=[
            f"{_month(day, language)}: {language.percent(rate)} ({language.number(count)})"
            for day, rate, count in zip(months, rates, counts, strict=True)],
        hovertemplate="%{customdata}<extra></extra>",
    )
    steps = (0, 0.25, 0.5, 0.75, 1)
    figure.update_layout(
        xaxis=_months(months, language, 6),
        yaxis={"range": [0, 1.05], "tickvals": steps, "ticktext": [language.percent(share) for share in steps]},
    )
    return figure


def on_time_alt(table: pa.Table, language: Language) -> str:
    """The last six months in words."""
    rows = table.slice(max(table.num_rows - 6, 0)).to_pylist()
    said = "; ".join(f"{_month(row['month_on'], language)} {language.percent(row['on_time_rate']) or '–'}" for row in rows)
    return language.gettext(N_("Share of the invoices due in a month that were settled by their due day: {parts}.")).format(parts=said)
