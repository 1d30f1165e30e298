"""The ageing page the way most dashboards are written: everything in pandas, loaded once, computed anew for each day that is asked.

`streamlit run benchmarks/pandas_page.py -- INVOICES SET`. The numbers are `benchmarks.frames`; this is the page around them.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import plotly.express as px
import streamlit as st

from benchmarks import frames, generate

invoices, folder = int(sys.argv[1]), Path(sys.argv[2])


@st.cache_resource(show_spinner=False)
def loaded() -> frames.Frames:
    """Everything, once for all visitors."""
    return frames.load(generate.write(folder, invoices))


st.title("Receivables ageing")
kept = loaded()
as_of_on = st.date_input("As of", generate.LAST_DAY, key="as_of_on", format="DD/MM/YYYY")
owed = frames.ageing(kept, as_of_on).rename("amount").rename_axis(["customer_id", "currency", "bucket"]).reset_index()
totals = owed.groupby(["currency", "bucket"], observed=True)["amount"].sum().reset_index()
st.plotly_chart(px.bar(totals, x="amount", y="bucket", color="currency", orientation="h"))
customers = owed.groupby(["customer_id", "currency"], observed=True)["amount"].sum().sort_values(ascending=False)
st.dataframe((customers.head(100) / 100).reset_index())
