"""Payment behaviour: who got slower this quarter, how late invoices are, promises broken, disputes open."""

import streamlit as st

from clearaccounts.access import Permission
from clearaccounts.ui import connection, controls, document_view, guard, messages, payments_view, registry, tables, url, words

viewer = guard.require(Permission.VIEW_RECEIVABLES)
language = words.language()
_ = language.gettext
warehouse = connection.warehouse()
chosen = controls.chosen()
caption = chosen.in_words(language, registry.PAYMENTS.filters, viewer)

if (invoice_id := document_view.asked()) is not None:
    document_view.way_back()
    document_view.draw(warehouse, invoice_id, chosen, viewer)
    st.stop()

found = payments_view.portfolio(warehouse, chosen, viewer)
if found is None:
    messages.empty(_("In the six months up to this day no invoice was settled or overdue. Choose another day or currency."))
    st.stop()
payments_view.in_words(found, warehouse, chosen, viewer)

left, middle, right = st.columns([5, 4, 4], gap="medium")
with left:
    payments_view.slower_chart(warehouse, chosen, viewer)
with middle:
    payments_view.bands_chart(warehouse, chosen, viewer)
with right:
    payments_view.on_time_chart(warehouse, chosen, viewer)

with st.container(horizontal=True, vertical_alignment="bottom"):
    view = url.segments(_("Show"), {key: _(title) for key, title in payments_view.VIEWS.items()}, "view")
    state = payments_view.states(view)
    actions = st.container(horizontal=True, horizontal_alignment="right")
rows, columns, why_empty = payments_view.listed(warehouse, chosen, viewer, view, state)
if rows.rows.num_rows == 0:
    messages.empty(_(why_empty))
else:
    label = _(payments_view.VIEWS[view])
    picked = tables.show(rows.rows, columns, key=f"table_{view}", alt=label, selectable=True)
    tables.pager(rows, f"page_{view}")
    with actions:
        said = tables.captioned(label, caption, payments_view.state_words(view, state))
        tables.download(rows, columns, caption=said, stem=f"payments-{view}")
    if picked and view == "invoices":
        document_view.follow(registry.PAYMENTS, picked["invoice_id"])
    elif picked:
        st.switch_page(registry.ACCOUNT.path, query_params=controls.link(registry.ACCOUNT, customer_id=picked["customer_id"]))
