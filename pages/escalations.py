"""Escalations to Microsoft: use of each support plan against its entitlement and term."""

import streamlit as st

from clearaccounts.access import Permission
from clearaccounts.escalations.vehicles import VEHICLES
from clearaccounts.ui import (
    connection,
    controls,
    escalation_rate_view,
    escalations_view,
    guard,
    messages,
    registry,
    routing_view,
    tables,
    url,
    words,
)

viewer = guard.require(Permission.VIEW_ESCALATIONS)
language = words.language()
_ = language.gettext
warehouse = connection.warehouse()
chosen = controls.chosen()
caption = chosen.in_words(language, registry.ESCALATIONS.filters, viewer)

usage = escalations_view.usage(warehouse, chosen, viewer)
left, right = st.columns([1, 3], gap="medium")
with left:
    st.subheader(_("Used so far (bar), term passed (line)"), anchor=False)
    if not escalations_view.burn(usage):
        messages.empty(_("No support plan with a limit runs on this day. Import support_plans to see their use."))
    rate = escalations_view.case_rate(warehouse, chosen, viewer)
    st.caption(words.plain(_("In the last month: {requests} requests per 100 cases, {customers} per 100 customers.").format(
        requests=language.number(rate["requests_per_100_cases"], 1) or "–",
        customers=language.number(rate["requests_per_100_customers"], 1) or "–",
    )))
with right:
    # A plan is the partner's: its use is everybody's, also for those who see only their own customers' requests below.
    st.subheader(_("By vehicle and plan, all customers"), anchor=False)
    if usage.num_rows:
        tables.show(usage, escalations_view.USAGE_COLUMNS, key="usage", alt=_("Use of support plans"))
    else:
        messages.empty(_("There is no service request yet. Import service_requests, or choose a later day."))

with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
    url.seed("vehicle", ["", *VEHICLES], "")
    vehicle = st.selectbox(
        _("Service requests"), ["", *VEHICLES], key="vehicle", on_change=url.keep, args=("vehicle",), width=320,
        format_func=lambda name: _(VEHICLES[name]) if name else _("All vehicles"),
    )
    actions = st.container(width="content")
found = escalations_view.requests(warehouse, chosen, viewer, vehicle or None)
if found.rows.num_rows == 0:
    messages.empty(_("No request was opened by this day. Choose a later day or another vehicle."))
else:
    with actions:
        said = tables.captioned(_("Service requests"), caption, _(VEHICLES[vehicle]) if vehicle else None)
        tables.download(found, escalations_view.REQUEST_COLUMNS, caption=said, stem="requests")
    picked = tables.show(found.rows, escalations_view.REQUEST_COLUMNS, key="requests", alt=_("Service requests"), selectable=True)
    tables.pager(found, "page")
    if picked and picked["customer_id"]:
        st.switch_page(registry.ACCOUNT.path, query_params=controls.link(registry.ACCOUNT, customer_id=picked["customer_id"]))

escalation_rate_view.draw(warehouse, chosen, viewer, caption)
routing_view.by_hand(warehouse, chosen, viewer)
