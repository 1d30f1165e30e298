"""A field for an amount, typed with the signs of the reader's language; its value stands in the address as a plain decimal."""

from __future__ import annotations

import re
from decimal import Decimal

import streamlit as st

from clearaccounts.errors import Refused
from clearaccounts.money import minor_units, typed
from clearaccounts.ui import messages, words

_PLAIN = re.compile(r"-?\d{1,14}(\.\d{1,4})?")


def draw(label: str, key: str, currency: str, *, width: int) -> Decimal:
    """Draw the field; what it holds, 0 when it is empty. May be below 0.

    What cannot be read is said below the field and changes nothing: the amount that was there counts on. A field of numbers would keep
    binary ones, which do not hold every amount.

    Args:
        label: its name.
        key: of the value in the address.
        currency: whose minor units it has, ISO 4217.
        width: in pixels.
    """
    text, problem = f"{key}_text", f"{key}_problem"
    asked = st.query_params.get(key, "")
    if asked and not _PLAIN.fullmatch(asked):
        del st.query_params[key]
        asked = ""
    value = Decimal(asked or 0)
    if problem not in st.session_state:
        st.session_state[text] = _shown(value, currency) if value else ""
    st.text_input(label, key=text, max_chars=40, width=width, on_change=_keep, args=(key, currency))
    if problem in st.session_state:
        st.error(words.plain(st.session_state.pop(problem)), icon=":material/error:")
    return value


def _shown(value: Decimal, currency: str) -> str:
    decimals = -int(value.normalize().as_tuple().exponent)
    return words.language().number(value, max(decimals, minor_units().get(currency, 2)))


def _keep(key: str, currency: str) -> None:
    """Callback: the amount that was typed into the address, or why not."""
    given = str(st.session_state[f"{key}_text"] or "").strip()
    try:
        amount = typed(given.removeprefix("-"), currency, words.language())
    except Refused as error:
        st.session_state[f"{key}_problem"] = messages.sentence(error)
        return
    if not amount:
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = f"{-amount if given.startswith('-') else amount:f}"
