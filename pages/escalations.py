"""Escalations to Microsoft: what wants attention, what is left of each support plan, who uses it, and what it costs."""

import streamlit as st

from clearaccounts.access import Permission
from clearaccounts.ui import (
    connection,
    controls,
    escalation_backtest_view,
    escalation_costs_view,
    escalation_lists,
    escalation_rate_view,
    escalations_view,
    guard,
    messages,
    registry,
    routing_view,
    url,
    words,
)

viewer = guard.require(Permission.VIEW_ESCALATIONS)
language = words.language()
_ = language.gettext
warehouse = connection.warehouse()
chosen = controls.chosen()
caption = chosen.in_words(language, registry.ESCALATIONS.filters, viewer)
escalation_lists.arrive()
every = escalations_view.every_plan(warehouse, chosen, viewer)

left, right = st.columns([3, 2], gap="large")
with left:
    escalations_view.alerts(warehouse, chosen, viewer)
with right:
    burn = st.container()

with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
    # A plan is the partner's: its use is everybody's, also for those who see only their own customers' requests below.
    st.subheader(_("Support plans, all customers"), anchor=False, width="content")
    status = escalations_view.status()
    plan_actions = st.container(width="content")
plans = [plan for plan in every.to_pylist() if plan["plan_status"] == status]
with burn:
    st.subheader(_("Used so far (bar), term passed (line)"), anchor=False)
    escalations_view.burn(plans)
if plans:
    escalations_view.plan_table(escalations_view.with_outlook(plans, every.schema, language), caption, plan_actions)
else:
    messages.empty(_("There is no such plan on this day. Choose another kind or day, or import support_plans."))

with st.container(horizontal=True, vertical_alignment="bottom"):
    view = url.segments(_("Show"), escalations_view.views(viewer, language), "view")
    kept = escalations_view.narrow(view, every["support_plan_id"].to_pylist())
    by = escalation_lists.choose_by(language) if view == "by" else None
    actions = st.container(horizontal=True, horizontal_alignment="right")

match view:
    case "by" if by:
        escalation_lists.used_by(warehouse, chosen, viewer, kept, by, caption=caption, actions=actions)
    case "costs":
        escalation_costs_view.draw(warehouse, chosen, viewer, kept, status, caption=caption, actions=actions)
    case "backtest":
        escalation_backtest_view.draw(warehouse, chosen, viewer, kept, caption=caption, actions=actions)
    case "rate":
        escalation_rate_view.draw(warehouse, chosen, viewer, caption)
    case "routes":
        routing_view.by_hand(warehouse, chosen, viewer)
    case _:
        escalation_lists.request_list(
            warehouse, chosen, viewer, kept, caption=caption, actions=actions, is_outside=view == "outside")
