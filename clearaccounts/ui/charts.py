"""Pure functions from a result to a Plotly figure, with a sentence for who cannot see it.

Horizontal bars from zero, labelled directly; colour means something or is grey. The ageing ramp is
defined here, once: from a cool neutral (not yet due) to a deep red (oldest), in steps of lightness,
so that it reads without colour too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import plotly.graph_objects as go
import pyarrow as pa

from clearaccounts.text import N_, Language
from clearaccounts.ui import labels


@dataclass(frozen=True)
class Palette:
    """The colours of one theme."""

    text: str
    muted: str
    grid: str
    accent: str
    bar: str
    late: str
    ramp: tuple[str, ...]


LIGHT = Palette(
    text="#111111", muted="#4a4f57", grid="#e4e7ec", accent="#0b57b0", bar="#8593a5", late="#9d2a1f",
    ramp=("#b9c6d3", "#e0b48f", "#d0825c", "#b04a35", "#7d1712"),
)
DARK = Palette(
    text="#eef1f5", muted="#b9c0ca", grid="#2b3340", accent="#8ab8ff", bar="#6d7b8d", late="#ff8f7e",
    ramp=("#46525f", "#7c6249", "#b3764c", "#e07f5f", "#ffa596"),
)

_FONT = "'Source Sans', sans-serif"


def _mix(first: str, second: str, share: float) -> str:
    parts = [(int(first[i:i + 2], 16), int(second[i:i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in parts)


def ageing_colours(buckets: Sequence[str], palette: Palette) -> dict[str, str]:
    """A colour for each bucket: the ramp stretched over however many there are; grey for unapplied money."""
    aged = [bucket for bucket in buckets if bucket not in {"unapplied", "revaluation"}]
    colours = dict.fromkeys(buckets, palette.grid)
    last = len(palette.ramp) - 1
    for index, bucket in enumerate(aged):
        position = index * last / max(len(aged) - 1, 1)
        lower = min(int(position), last - 1)
        colours[bucket] = _mix(palette.ramp[lower], palette.ramp[lower + 1], position - lower)
    return colours


def _bars(height: int, palette: Palette) -> go.Figure:
    figure = go.Figure()
    figure.update_layout(
        height=height, margin={"l": 0, "r": 0, "t": 4, "b": 0}, showlegend=False, bargap=0.28,
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)", dragmode=False,
        font={"family": _FONT, "size": 13, "color": palette.text}, hoverlabel={"font": {"family": _FONT}},
        xaxis={"visible": False, "fixedrange": True, "zeroline": True, "rangemode": "tozero"},
        yaxis={"fixedrange": True, "autorange": "reversed", "ticklabelstandoff": 8, "type": "category", "automargin": True},
        uniformtext={"mode": "show", "minsize": 12},
    )
    return figure


def _room(values: Sequence[Decimal]) -> list[float]:
    """The axis from zero, with room for labels outside the bars that lasts on a telephone too."""
    low, high = min([*values, Decimal(0)]), max([*values, Decimal(0)])
    span = float(high - low) or 1.0
    return [float(low) - (span * 0.36 if low < 0 else 0.0), float(high) + span * 0.4]


def bare(amount: Decimal, currency: str, language: Language) -> str:
    """An amount without its currency, which stands in the chart's title."""
    return language.amount(amount, currency).replace(currency, "").strip()


def ageing_bars(
    table: pa.Table, currency: str, language: Language, palette: Palette, *, chosen: str | None = None,
) -> go.Figure:
    """Amount per bucket, oldest at the bottom; the chosen bucket stands out, the others step back.

    Args:
        table: `bucket, amount_outstanding`, in the order of the buckets.
        currency: of the amounts.
        language: for the labels.
        palette: of the theme.
        chosen: the bucket that the page is filtered by.
    """
    buckets: list[str] = table["bucket"].to_pylist()
    amounts: list[Decimal] = table["amount_outstanding"].to_pylist()
    colours = ageing_colours(buckets, palette)
    figure = _bars(31 * max(len(buckets), 3) + 12, palette)
    figure.add_bar(
        orientation="h",
        y=[labels.bucket(bucket, language) for bucket in buckets],
        x=[float(amount) for amount in amounts],  # only a length in pixels; the label is the exact amount
        text=[bare(amount, currency, language) for amount in amounts],
        textposition="outside", cliponaxis=False,
        customdata=buckets,
        marker={
            "color": [colours[bucket] for bucket in buckets],
            "opacity": [1.0 if chosen in (None, bucket) else 0.35 for bucket in buckets],
        },
        hovertemplate="%{y}: %{text}<extra></extra>",
        selected={"textfont": {"color": palette.text}},
        unselected={"marker": {"opacity": 0.35}, "textfont": {"color": palette.text}},
    )
    figure.update_xaxes(range=_room(amounts))
    return figure


def ageing_alt(table: pa.Table, currency: str, language: Language) -> str:
    """The same in one sentence."""
    parts = [
        f"{labels.bucket(bucket, language)} {language.amount(amount, currency)}"
        for bucket, amount in zip(table["bucket"].to_pylist(), table["amount_outstanding"].to_pylist(), strict=True)
    ]
    return language.gettext(N_("Amount outstanding by days overdue: {parts}.")).format(parts="; ".join(parts))


# A box beside the pointer: longer than any name that somebody gives, shorter than what hides the page.
_LONGEST_HOVER = 120


def as_label(text: str, most: int = _LONGEST_HOVER) -> str:
    """Other people's text as a label: at most so many characters, and no markup (charts draw `<b>`, follow `<a href>`)."""
    short = text if len(text) <= most else text[: most - 1] + "…"
    return short.replace("&", "&amp;").replace("<", "&lt;")


def counts(labels: Sequence[str], values: Sequence[int], language: Language, palette: Palette, chosen: str | None = None) -> go.Figure:
    """A count per category, the largest first as given; the chosen one in the accent."""
    figure = _bars(26 * max(len(labels), 3) + 12, palette)
    figure.add_bar(
        orientation="h", y=[as_label(label, 40) for label in labels], x=list(values), text=[language.number(value) for value in values],
        textposition="outside", cliponaxis=False,
        marker={"color": [palette.accent if label == chosen else palette.bar for label in labels]},
        hovertemplate="%{y}: %{text}<extra></extra>",
    )
    figure.update_xaxes(range=[0, max([*values, 1]) * 1.15])
    return figure


def counts_alt(labels: Sequence[str], values: Sequence[int], language: Language) -> str:
    """The same in one sentence."""
    return "; ".join(f"{label} {language.number(value)}" for label, value in zip(labels, values, strict=True)) + "."
