"""Support and money: severe cases of accounts in trouble, debts of who uses most support, cost to serve against revenue."""

import streamlit as st

from clearaccounts.access import Permission
from clearaccounts.ui import (
    connection,
    controls,
    guard,
    registry,
    support_costs_view,
    support_debts_view,
    support_money_view,
    support_severe_view,
    url,
    words,
)

viewer = guard.require(Permission.VIEW_RECEIVABLES_STATUS)
language = words.language()
_ = language.gettext
warehouse = connection.warehouse()
chosen = controls.chosen()
caption = chosen.in_words(language, registry.SUPPORT_MONEY.filters, viewer)

views = {key: _(title) for key, title in support_money_view.views(viewer).items()}
with st.container(horizontal=True, vertical_alignment="center"):
    view = url.segments(_("Show"), views, "view") if len(views) > 1 else "severe"
    from_on, to_on = support_money_view.period(chosen.as_of_on) if view != "severe" else (chosen.as_of_on, chosen.as_of_on)
place = support_money_view.Place(warehouse, chosen, viewer, caption, from_on, to_on)
match view:
    case "debts":
        support_debts_view.draw(place)
    case "costs":
        support_costs_view.draw(place)
    case _:
        support_severe_view.draw(place)
