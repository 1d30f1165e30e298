"""Receivables ageing: how much is open for how long, whose it is, and that it adds up."""

import streamlit as st

from clearaccounts.access import Permission
from clearaccounts.ui import ageing_view, connection, controls, document_view, guard, messages, registry, tables, url, words

viewer = guard.require(Permission.VIEW_RECEIVABLES)
language = words.language()
_ = language.gettext
warehouse = connection.warehouse()
chosen = controls.chosen()
caption = chosen.in_words(language, registry.AGEING.filters, viewer)

if (invoice_id := document_view.asked()) is not None:
    document_view.way_back(registry.AGEING)
    document_view.draw(warehouse, invoice_id, chosen, viewer)
    st.stop()

totals = ageing_view.totals(warehouse, chosen, viewer)
if totals.num_rows == 0:
    messages.empty(_("Nothing was open on this day. Choose a later day, or another currency."))
    st.stop()

bars, control = st.columns([3, 2], gap="large")
with bars:
    bucket = ageing_view.bars(warehouse, chosen, viewer)
with control:
    st.subheader(_("Control total"), anchor=False)
    ageing_view.control(totals, language)
    ageing_view.apart(warehouse, chosen, viewer)

with st.container(horizontal=True, vertical_alignment="bottom"):
    view = url.segments(_("Show"), {key: _(title) for key, title in ageing_view.VIEWS.items()}, "view")
    search = st.text_input(
        _("Find a customer"), key="search", bind="query-params", placeholder=_("Name or id"), label_visibility="collapsed",
        icon=":material/search:", width=260, disabled=view != "customers",
    )
    actions = st.container(horizontal=True, horizontal_alignment="right")

if view == "customers":
    found = ageing_view.customers(warehouse, chosen, viewer, bucket, search or None)
    columns = ageing_view.customer_columns(bucket)
    label = _("Customers with something open")
else:
    found = ageing_view.items(warehouse, chosen, viewer, bucket)
    columns = ageing_view.ITEM_COLUMNS
    label = _("Open items")

if found.rows.num_rows == 0:
    messages.empty(_("No customer matches. Clear the search or choose another bucket."))
else:
    picked = tables.show(found.rows, columns, key=f"table_{view}", alt=label, selectable=True)
    tables.pager(found, "page")
    with actions:
        # The control total is of every customer: beside a part of them it would say nothing.
        is_whole = view == "customers" and not bucket and not search
        tables.download(
            found, columns, caption=f"{label}. {caption}", stem=f"ageing-{view}",
            control=ageing_view.workbook_control(totals) if is_whole else None,
        )
    if picked and view == "items":
        document_view.follow(registry.AGEING, picked["invoice_id"])
    elif picked:
        st.switch_page(registry.ACCOUNT.path, query_params=controls.link(registry.ACCOUNT, customer_id=picked["customer_id"]))
