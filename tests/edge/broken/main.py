"""The real entry script, with a fault inside it, before it, in a button's callback or in the page's own text (`?fault=`)."""

from __future__ import annotations

import runpy
from typing import Any

import streamlit as st

from clearaccounts.settings import ROOT
from clearaccounts.ui import registry
from tests.edge.broken import SECRET


def fail(*_any: Any) -> Any:
    """Break."""
    raise RuntimeError(SECRET)


def no_python(*_any: Any) -> Any:
    """Break as a page that does not compile does."""
    return compile(f"x = = '{SECRET}'", SECRET, "exec")


fault = st.query_params.get("fault", "")
navigation = registry.navigation
try:
    if fault in {"inside", "syntax"}:
        registry.navigation = fail if fault == "inside" else no_python  # type: ignore[assignment]
    if fault == "before":
        fail()
    if fault == "callback":
        st.button("Break", key="break", on_click=fail)
    else:
        runpy.run_path(str(ROOT / "clearaccounts" / "ui" / "main.py"))
finally:
    registry.navigation = navigation
