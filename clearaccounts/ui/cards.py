"""Key figures as cards: a figure, its change since a month ago, and a link to the page behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

import streamlit as st

from clearaccounts.text import N_, Language
from clearaccounts.ui import controls, words
from clearaccounts.ui.registry import Entry

Better = Literal["lower", "higher", "neither"]
CARD_HEIGHT = 86
CARDS_IN_A_ROW = 6


@dataclass(frozen=True)
class Card:
    """One figure. `change` is already in words; `is_good` None leaves it grey."""

    key: str
    title: str
    value: str
    change: str
    is_good: bool | None
    entry: Entry
    help: str
    parameters: Mapping[str, object] = field(default_factory=dict)


def change(
    now: Decimal | int | None, before: Decimal | int | None, shown: str, better: Better, language: Language,
) -> tuple[str, bool | None]:
    """The change in words and whether it is good: `("+3.2 days since last month", False)`; empty if one is unknown.

    Args:
        now: the figure.
        before: the figure a month ago.
        shown: the size of the change, formatted without a sign.
        better: which direction is good.
        language: the reader's.
    """
    if now is None or before is None:
        return "", None
    if now == before:
        return language.gettext(N_("as a month ago")), None
    sign = "+" if now > before else "−"
    is_good = None if better == "neither" else (now < before) == (better == "lower")
    return language.gettext(N_("{change} in a month")).format(change=sign + shown), is_good


def draw(cards: Sequence[Card]) -> None:
    """The cards in one row; each whole card is a link."""
    for column, card in zip(st.columns(max(len(cards), CARDS_IN_A_ROW), gap="small"), cards, strict=False):
        with column, st.container(border=True, key=f"card_{card.key}", height=CARD_HEIGHT, gap=None):
            st.page_link(card.entry.path, label=card.title, query_params=controls.link(card.entry, **card.parameters))
            # The formula stands beside the number: st.metric could say it, but not lead anywhere.
            with st.container(key=f"figure_{card.key}"):
                st.text(card.value or "–", help=card.help)
            if card.change:
                colour = {True: "green", False: "red", None: "gray"}[card.is_good]
                st.markdown(f":{colour}[:small[{words.plain(card.change)}]]")
