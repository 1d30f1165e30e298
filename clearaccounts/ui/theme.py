"""Light or dark, as the reader's browser has it."""

from __future__ import annotations

import streamlit as st

from clearaccounts.ui.charts import DARK, LIGHT, Palette


def palette() -> Palette:
    """The colours of the reader's theme."""
    return DARK if st.context.theme.type == "dark" else LIGHT
