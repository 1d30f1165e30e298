"""The parts of the cases page: the backlog by category and age, the list."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pyarrow as pa
import streamlit as st

from clearaccounts.access import Viewer
from clearaccounts.support import backlog as backlogs
from clearaccounts.support.moments import day_end
from clearaccounts.text import N_
from clearaccounts.ui import charts, controls, tables, theme, words
from clearaccounts.ui.tables import Column, Paged
from clearaccounts.warehouse import Warehouse

BACKLOG_COLUMNS = (
    Column("case_category", N_("Category"), width="medium"),
    Column("case_count", N_("Open"), "number"),
    Column("unresolved_count", N_("Unresolved"), "number"),
    Column("age_days_p50", N_("Median age, days"), "figure"),
    Column("age_days_p90", N_("90 % younger than, days"), "figure"),
    Column("age_days_max", N_("Oldest, days"), "figure"),
)
CASE_COLUMNS = (
    Column("customer_name", N_("Customer"), width="medium"),
    Column("title", N_("Case"), width="medium"),
    Column("severity", N_("Severity"), width="small"),
    Column("case_status", N_("Status"), "label"),
    Column("case_category", N_("Category")),
    Column("age_days", N_("Age, days"), "figure"),
    Column("opened_at", N_("Opened, UTC"), "moment"),
    Column("assignee", N_("Assignee")),
    Column("case_id", N_("Case id")),
)
SHOWN_CATEGORIES = 12


def backlog(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer) -> pa.Table:
    """One row per category, open at the end of the day in company time."""
    at = day_end(chosen.as_of_on, ZoneInfo(warehouse.build.time_zone))
    return backlogs.backlog(warehouse, backlogs.BacklogFilter(at), viewer)


def chart(table: pa.Table, category: str | None) -> None:
    """Open cases of the largest categories."""
    language = words.language()
    largest = table.sort_by([("case_count", "descending")]).slice(0, SHOWN_CATEGORIES)
    labels, values = largest["case_category"].to_pylist(), largest["case_count"].to_pylist()
    st.plotly_chart(
        charts.counts(labels, values, language, theme.palette(), category), key="backlog_chart", theme=None,
        config={"displayModeBar": False, "staticPlot": True}, alt=charts.counts_alt(labels, values, language),
    )


def cases(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer, category: str | None, severity: str | None) -> Paged:
    """One page of open cases, the most severe and oldest first."""
    at = day_end(chosen.as_of_on, ZoneInfo(warehouse.build.time_zone))

    def fetch(limit: int | None, offset: int) -> pa.Table:
        wanted = backlogs.OpenCasesFilter(at, category, severity, row_limit=limit, row_offset=offset)
        return backlogs.open_cases(warehouse, wanted, viewer)
    return tables.paged(fetch, "page")
