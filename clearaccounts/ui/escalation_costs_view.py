"""What support plans cost, for those who may see Microsoft's cost: for each incident and hour, and beside the other vehicles."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import streamlit as st

from clearaccounts.access import Viewer
from clearaccounts.escalations import costs
from clearaccounts.escalations.usage import PlansFilter
from clearaccounts.text import N_
from clearaccounts.ui import controls, messages, tables, words
from clearaccounts.ui.escalations_view import Narrowed, narrowed_words
from clearaccounts.ui.tables import Column
from clearaccounts.warehouse import Warehouse

COST_COLUMNS = (
    Column("support_plan_id", N_("Plan"), width=120),
    Column("support_vehicle", N_("Vehicle"), "vehicle", 200),
    Column("amount_fee", N_("Fee"), "amount"),
    Column("amount_fee_elapsed", N_("Fee so far"), "amount", help=N_("Fee x elapsed days / days of the term")),
    Column("request_count", N_("Requests"), "number"),
    Column("hours_used", N_("Hours"), "figure"),
    Column("amount_per_incident", N_("Per incident so far"), "amount", is_summed=False, help=N_("Fee so far / requests")),
    Column("amount_per_hour", N_("Per hour so far"), "amount", is_summed=False, help=N_("Fee so far / hours")),
    Column("amount_per_incident_full", N_("Per incident, all used"), "amount", is_summed=False, help=N_("Fee / incidents entitled")),
    Column("amount_per_hour_full", N_("Per hour, all used"), "amount", is_summed=False, help=N_("Fee / hours entitled")),
)
ALTERNATIVE_COLUMNS = (
    Column("support_plan_id", N_("Plan"), width=120),
    Column("alternative_vehicle", N_("Through"), "vehicle", 230),
    Column("request_count", N_("Requests"), "number"),
    Column("covered_count", N_("Covered there"), "number", help=N_("Its scope has support type and platform of the case.")),
    Column("unknown_count", N_("Not known"), "number", help=N_("The case does not say its support type or platform")),
    Column("amount_per_incident", N_("Per incident there"), "amount", is_summed=False,
           help=N_("Fees of that vehicle's plans for the same days / the requests that used them")),
    Column("amount_alternative", N_("The covered ones there"), "amount", is_summed=False),
    Column("amount_own", N_("The same here"), "amount", is_summed=False, help=N_("In the same currency only")),
)


def draw(
    warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer, kept: Narrowed, status: str, *, caption: str, actions: Any,
) -> None:
    """Both tables, of the plans that the page shows."""
    language = words.language()
    translate = language.gettext
    wanted = PlansFilter(chosen.as_of_on, status, kept.support_vehicle)
    own, other = costs.plan_costs(warehouse, wanted, viewer), costs.alternative_costs(warehouse, wanted, viewer)
    if kept.support_plan_id is not None:
        own, other = (_of(table, kept.support_plan_id) for table in (own, other))
    if own.num_rows == 0:
        messages.empty(translate(N_("None of the plans shown above is chosen here. Choose another plan, vehicle, or kind of plans.")))
        return
    narrowed = narrowed_words(kept, language)
    label = translate(N_("Cost of support plans"))
    tables.show(own, COST_COLUMNS, key="costs", alt=label)
    st.caption(words.plain(translate(N_(
        "So far: the fee of the elapsed part of the term / use so far. All used: the fee / the entitlement. Empty: the plan says no fee, "
        "or nothing was used."))))
    with actions:
        tables.download(tables.whole(own), COST_COLUMNS, caption=tables.captioned(label, caption, *narrowed), stem="plan-costs")
    instead = translate(N_("What the incidents would have cost elsewhere"))
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader(instead, anchor=False, width="content")
        beside = st.container(width="content")
    if other.num_rows == 0:
        messages.empty(translate(N_("No other vehicle's scope covers what these plans were used for.")))
        return
    tables.show(other, ALTERNATIVE_COLUMNS, key="alternatives", alt=instead)
    st.caption(words.plain(translate(N_(
        "At that vehicle's cost per incident in the same days, of the incidents that it covers by the rules of support; each currency "
        "by itself. Empty: no plan of it ran, one says no fee, or nobody used it. Prices paid are compared: one incident more costs no "
        "fee."))))
    with beside:
        said = tables.captioned(instead, caption, *narrowed)
        tables.download(tables.whole(other), ALTERNATIVE_COLUMNS, caption=said, stem="plan-alternatives")


def _of(table: pa.Table, plan_id: str) -> pa.Table:
    return table.filter(pa.array([plan == plan_id for plan in table["support_plan_id"].to_pylist()], pa.bool_()))
