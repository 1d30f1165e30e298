"""Choices that stand in the URL by their code, not by their words.

Streamlit's own binding writes a choice as it is shown, so that a Spanish link would mean nothing on an
English page. Where the shown words differ from the code, a widget is bound here instead:

    url.seed("view", VIEWS, "customers")
    st.segmented_control(..., key="view", on_change=url.keep, args=("view", "customers"))
"""

from __future__ import annotations

from collections.abc import Container, Mapping

import streamlit as st


def seed(key: str, allowed: Container[str], default: str | None = None) -> None:
    """Give the widget its first value: what the URL says if that may be chosen, else the default."""
    if key in st.session_state and (st.session_state[key] is None or st.session_state[key] in allowed):
        return
    asked = st.query_params.get(key)
    if asked is not None and asked not in allowed:
        del st.query_params[key]
        asked = None
    st.session_state[key] = default if asked is None else asked


def segments(label: str, options: Mapping[str, str], key: str) -> str:
    """A segmented control of codes and their words; the first is the default. Returns the chosen code."""
    codes = list(options)
    seed(key, codes, codes[0])
    chosen = st.segmented_control(
        label, codes, required=True, key=key, on_change=keep, args=(key, codes[0]), format_func=options.__getitem__, persist_state="page",
        label_visibility="collapsed",
    )
    return chosen or codes[0]


def keep(key: str, default: str | None = None) -> None:
    """Callback: write the widget's value into the URL; the default leaves it clean."""
    value = st.session_state.get(key)
    if value in (None, "", default):
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = str(value)


def choose(key: str, value: str, **leaving: str) -> None:
    """Callback: what a click elsewhere on the page chooses; `leaving` are other keys and what they are to be instead (empty: nothing)."""
    st.session_state[key] = value
    st.query_params[key] = value
    for other, instead in leaving.items():
        st.session_state.pop(other, None)
        if instead:
            st.query_params[other] = instead
        else:
            st.query_params.pop(other, None)
