"""Charts of offers and of support joined with money, pure functions of a result: one bar for each thing, and a click says which it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import plotly.graph_objects as go

from clearaccounts.ui.charts import Palette, as_label

_FONT = "'Source Sans', sans-serif"
_LONGEST = 30


@dataclass(frozen=True)
class Bar:
    """One bar: `key` is what it stands for, `label` what people call that, `said` stands beside it in the reader's signs.

    Two bars may have the same label, never the same key. `is_late` gives it the colour of what is late.
    """

    key: str
    label: str
    value: Decimal | int
    said: str
    is_late: bool = False


def bars(given: Sequence[Bar], palette: Palette, chosen: str | None = None) -> go.Figure:
    """One horizontal bar for each, from zero and labelled directly; the chosen key stands out, and a click's `customdata` is the key."""
    keys, said = [bar.key for bar in given], [bar.said for bar in given]
    lengths = [float(bar.value) for bar in given]  # only a length in pixels; the label is the exact figure
    longest = max([*lengths, 0.0]) or 1.0
    figure = go.Figure()
    figure.add_bar(
        orientation="h", y=keys, x=lengths, text=[as_label(text) for text in said], textposition="outside", cliponaxis=False,
        customdata=keys, hovertext=[as_label(bar.label) for bar in given],
        hovertemplate="%{hovertext}: %{text}<extra></extra>",
        marker={
            "color": [palette.accent if bar.key == chosen else palette.late if bar.is_late else palette.bar for bar in given],
            "opacity": [1.0 if chosen in (None, key) else 0.5 for key in keys],
        },
        selected={"textfont": {"color": palette.text}},
        unselected={"marker": {"opacity": 0.5}, "textfont": {"color": palette.text}},
    )
    room = 1.3 + max([*(len(text) for text in said), 0]) / 40
    figure.update_layout(
        height=26 * max(len(given), 3) + 12, margin={"l": 0, "r": 0, "t": 4, "b": 0}, showlegend=False, bargap=0.28,
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)", dragmode=False,
        font={"family": _FONT, "size": 13, "color": palette.text}, hoverlabel={"font": {"family": _FONT}},
        xaxis={"visible": False, "fixedrange": True, "range": [0, longest * room]},
        yaxis={
            "fixedrange": True, "autorange": "reversed", "ticklabelstandoff": 8, "type": "category", "automargin": True,
            "tickmode": "array", "tickvals": keys, "ticktext": [as_label(bar.label, _LONGEST) for bar in given],
        },
        uniformtext={"mode": "show", "minsize": 12},
    )
    return figure


def bars_alt(given: Sequence[Bar]) -> str:
    """The same in one sentence."""
    return "; ".join(f"{bar.label} {bar.said}" for bar in given) + "."
