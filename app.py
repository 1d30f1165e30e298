"""The dashboard's server: `streamlit run app.py`, or `uvicorn app:app`."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from clearaccounts.ui import server

server.start_log()
app = st.App(
    Path(__file__).resolve().parent / "clearaccounts" / "ui" / "main.py",
    lifespan=server.lifespan,
    middleware=server.middleware(),
    routes=server.routes(),
    secrets=server.secrets(),
    on_script_error=server.show_script_error,
)
