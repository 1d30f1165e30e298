"""Key figures: each with its formula, its months and the documents behind it; exposure, concentration and credit limits."""

import streamlit as st

from clearaccounts import key_figures
from clearaccounts.access import Permission
from clearaccounts.key_figures import DocumentsFilter
from clearaccounts.ui import connection, controls, document_view, exposure_view, guard, key_figures_view, messages, words

viewer = guard.require(Permission.VIEW_RECEIVABLES)
_ = words.language().gettext
warehouse = connection.warehouse()
chosen = controls.chosen()

if (invoice_id := document_view.asked()) is not None:
    document_view.way_back()
    document_view.draw(warehouse, invoice_id, chosen, viewer)
    st.stop()

period = key_figures_view.period_name()
found = key_figures.compared(warehouse, chosen.as_of_on, period, chosen.currency, viewer)
if found is None:
    messages.empty(_("Nothing was sold or open up to this day. Choose a later day, or another currency."))
    st.stop()

from_on, to_on = key_figures.period(period, chosen.as_of_on)
wanted = DocumentsFilter(from_on, to_on, "closing", chosen.currency)
listed, beside = st.columns([5, 4], gap="large")
with listed:
    key_figures_view.heading(wanted, found["currency"])
    figure = key_figures_view.figures(found)
    if chosen.currency is None:
        key_figures_view.without_rate(warehouse, wanted, viewer)
with beside:
    months = key_figures.months_of(warehouse, chosen.as_of_on, chosen.currency, viewer)
    key_figures_view.explained(figure, found, months)

key_figures_view.made_of(warehouse, figure, found, wanted, viewer)
exposure_view.draw(warehouse, chosen, viewer)
