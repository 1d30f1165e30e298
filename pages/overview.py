"""Overview: what changed, where the money is stuck, what needs a decision today."""

import streamlit as st

from clearaccounts.access import Permission
from clearaccounts.ui import agenda, cards, connection, controls, guard, overview_view

viewer = guard.require(Permission.VIEW_OVERVIEW)
warehouse = connection.warehouse()
chosen = controls.chosen()
sees_money = viewer.may(Permission.VIEW_RECEIVABLES)

cards.draw(overview_view.headline(warehouse, chosen, viewer))

if viewer.may(Permission.MARK):
    # Whoever works the list sees it first.
    first, second = st.columns([2, 3], gap="large")
    work, money = first, second
else:
    first, second = st.columns([3, 2], gap="large")
    work, money = second, first
with money:
    if sees_money:
        overview_view.stuck(warehouse, chosen, viewer)
    else:
        overview_view.accounts_in_trouble(warehouse, chosen, viewer)
with work:
    lists = overview_view.worklists(warehouse, chosen, viewer)
    agenda.draw(agenda.today(warehouse, chosen, viewer, lists))
    if lists is not None:
        overview_view.to_decide(lists)
