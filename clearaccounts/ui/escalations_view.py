"""The parts of the escalations page: use against entitlement, the case rate, the requests."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pyarrow as pa
import streamlit as st

from clearaccounts.access import Viewer
from clearaccounts.escalations import rates
from clearaccounts.escalations import requests as service_requests
from clearaccounts.escalations import usage as plan_usage
from clearaccounts.escalations.vehicles import VEHICLES
from clearaccounts.overview import month_before
from clearaccounts.text import N_
from clearaccounts.ui import charts, controls, tables, theme, words
from clearaccounts.ui.tables import Column, Paged
from clearaccounts.warehouse import Warehouse

OUTSIDE = N_("Outside any plan")
USAGE_COLUMNS = (
    Column("support_vehicle", N_("Vehicle"), "vehicle"),
    Column("support_plan_id", N_("Plan"), missing=OUTSIDE),
    Column("request_count", N_("Requests"), "number"),
    Column("used_quantity", N_("Used"), "figure"),
    Column("entitled_quantity", N_("Entitled"), "figure"),
    Column("entitlement_unit", N_("Unit"), "label"),
    Column("elapsed_share", N_("Term elapsed"), "share"),
    Column("runs_out_on", N_("Runs out"), "day", help=N_("At the rate of use so far; empty if that is never.")),
    Column("ends_on", N_("Ends"), "day"),
)
REQUEST_COLUMNS = (
    Column("customer_name", N_("Customer"), width=170),
    Column("title", N_("Request"), width=160),
    Column("support_vehicle", N_("Vehicle"), "vehicle"),
    Column("severity", N_("Severity"), width=70),
    Column("is_open", N_("Open"), "flag", 60),
    Column("opened_at", N_("Opened, UTC"), "moment"),
    Column("hours_used", N_("Hours"), "figure"),
    Column("support_plan_id", N_("Plan"), missing=OUTSIDE),
    Column("service_request_id", N_("Request id")),
    Column("case_id", N_("Case id")),
)


def usage(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer) -> pa.Table:
    """One row per plan running on the day, and one per vehicle with requests outside any plan."""
    return plan_usage.usage(warehouse, plan_usage.UsageFilter(chosen.as_of_on), viewer)


def burn(table: pa.Table) -> bool:
    """Used and elapsed share of every plan that has a limit; False if there is none."""
    language = words.language()
    plans = [row for row in table.to_pylist() if row["entitled_quantity"]]
    if not plans:
        return False
    labels = [row["support_plan_id"] for row in plans]
    named = [f"{language.gettext(VEHICLES[row['support_vehicle']])}, {row['support_plan_id']}" for row in plans]
    used = [Decimal(row["used_quantity"]) / Decimal(row["entitled_quantity"]) for row in plans]
    elapsed = [Decimal(str(row["elapsed_share"])) for row in plans]
    st.plotly_chart(
        charts.burn(labels, used, elapsed, language, theme.palette()), key="burn", theme=None,
        config={"displayModeBar": False, "staticPlot": True}, alt=charts.burn_alt(named, used, elapsed, language),
    )
    return True


def case_rate(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer) -> Mapping[str, Any]:
    """Requests per 100 cases and per 100 customers over the last month."""
    period = rates.CaseRateFilter(month_before(chosen.as_of_on), chosen.as_of_on)
    row: Mapping[str, Any] = rates.case_rate(warehouse, period, viewer).to_pylist()[0]
    return row


def requests(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer, vehicle: str | None) -> Paged:
    """One page of requests, newest first."""
    def fetch(limit: int | None, offset: int) -> pa.Table:
        wanted = service_requests.RequestsFilter(chosen.as_of_on, vehicle, row_limit=limit, row_offset=offset)
        return service_requests.requests(warehouse, wanted, viewer)
    return tables.paged(fetch, "page")
