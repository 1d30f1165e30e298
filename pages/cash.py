"""Expected cash: when customers will pay if they go on as they do, and whether that pays Microsoft on time."""

import streamlit as st

from clearaccounts.access import Permission
from clearaccounts.ui import (
    cash_backtest_view,
    cash_view,
    connection,
    controls,
    document_view,
    guard,
    messages,
    registry,
    tables,
    url,
    words,
)

viewer = guard.require(Permission.VIEW_RECEIVABLES)
language = words.language()
_ = language.gettext
warehouse = connection.warehouse()
chosen = controls.chosen()
caption = chosen.in_words(language, registry.CASH.filters, viewer)

if (invoice_id := document_view.asked()) is not None:
    document_view.way_back()
    document_view.draw(warehouse, invoice_id, chosen, viewer)
    st.stop()

first, second = st.columns([5, 1], gap="large")
with second:
    balance = cash_view.opening_balance(warehouse, chosen, viewer)
outlook = cash_view.Outlook(warehouse, chosen, viewer, balance)
with first:
    cash_view.answer(outlook)
    st.caption(words.plain(cash_backtest_view.verdict_words(outlook, language)))
if outlook.table.num_rows == 0:
    messages.empty(_("Nothing is expected on this day. Choose a later day, or another currency."))
    cash_view.without_rate(outlook)
    st.stop()

cash_view.charts(outlook, cash_backtest_view.band_words(outlook, language))
with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    cash_view.adds_up(outlook)
    actions = st.container(width="content")
cash_view.weeks(outlook, actions, caption)

lists = cash_view.lists(viewer)
with st.container(horizontal=True, vertical_alignment="bottom"):
    name = url.segments(_("Show"), {key: _(title) for key, title in lists.items()}, "list")
    week = cash_view.week_field(outlook)
    beside = st.container(horizontal=True, horizontal_alignment="right")

if name == "backtest":
    cash_backtest_view.how_well(outlook)
elif name == "suppliers":
    found = cash_view.suppliers(outlook, week)
    if found.rows.num_rows == 0:
        messages.empty(_("Nothing that falls due to Microsoft is known here. Choose another week, or import supplier invoices."))
    else:
        tables.show(found.rows, cash_view.SUPPLIER_COLUMNS, key="suppliers", alt=_(lists[name]))
        with beside:
            said = tables.captioned(_(lists[name]), caption, cash_view.week_words(outlook, week))
            tables.download(found, cash_view.SUPPLIER_COLUMNS, caption=said, stem="cash-suppliers")
else:
    found = cash_view.items(outlook, week)
    if found.rows.num_rows == 0:
        messages.empty(_("No item is expected here. Choose another week."))
    else:
        picked = tables.show(found.rows, cash_view.ITEM_COLUMNS, key="items", alt=_(lists[name]), selectable=True)
        tables.pager(found, "page")
        with beside:
            said = tables.captioned(_(lists[name]), caption, cash_view.week_words(outlook, week))
            tables.download(found, cash_view.ITEM_COLUMNS, caption=said, stem="cash-items")
        if picked:
            document_view.follow(registry.CASH, picked["invoice_id"])
