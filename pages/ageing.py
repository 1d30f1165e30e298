"""Receivables ageing: how much is open for how long, whose it is, and that it adds up."""

import streamlit as st

from clearaccounts.access import Permission
from clearaccounts.ui import (
    ageing_by_view,
    ageing_view,
    connection,
    controls,
    document_view,
    guard,
    labels,
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
caption = chosen.in_words(language, registry.AGEING.filters, viewer)

if (invoice_id := document_view.asked()) is not None:
    document_view.way_back()
    document_view.draw(warehouse, invoice_id, chosen, viewer)
    st.stop()

ageing_by_view.arrive()
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

in_company, dimension = False, ""
with st.container(horizontal=True, vertical_alignment="bottom"):
    view = url.segments(_("Show"), {key: _(title) for key, title in ageing_view.VIEWS.items()}, "view")
    if view == "by":
        dimension, in_company = ageing_by_view.choose(chosen, warehouse.build.company_currency, language)
    search = st.text_input(
        _("Find a customer"), key="search", bind="query-params", placeholder=_("Name or id"), label_visibility="collapsed",
        icon=":material/search:", width=260,
    ) if view == "customers" else None
    actions = st.container(horizontal=True, horizontal_alignment="right")

group = ageing_by_view.group() if view in ("customers", "items") else None
if group is not None:
    ageing_by_view.group_badge(group, language)
match view:
    case "by":
        shown = ageing_by_view.by_group(warehouse, chosen, viewer, dimension, in_company=in_company)
    case "apart":
        shown = ageing_by_view.apart(warehouse, chosen, viewer)
    case "items" if bucket == "unapplied":
        shown = ageing_by_view.unapplied(warehouse, chosen, viewer, group)
    case "items":
        shown = ageing_view.open_items(warehouse, chosen, viewer, bucket, group)
    case _:
        shown = ageing_view.customers_listed(warehouse, chosen, viewer, bucket, search or None, group=group)

if shown.found.rows.num_rows == 0:
    messages.empty(_(shown.why_empty))
else:
    if view == "items":
        ageing_view.list_total(warehouse, chosen, viewer, bucket, group=group)
    picked = tables.show(shown.found.rows, shown.columns, key=f"table_{view}", alt=shown.label, selectable=True)
    tables.pager(shown.found, "page")
    if view == "by":
        ageing_by_view.below_groups(shown.found.rows, dimension, language, in_company=in_company)
    with actions:
        in_list = view in ("customers", "items")
        said = tables.captioned(
            shown.label, caption, labels.bucket(bucket, language) if bucket and in_list else None,
            ageing_by_view.group_words(group, language) if group else None, f"“{search}”" if search else None)
        tables.download(
            shown.found, shown.columns, caption=said, stem=f"ageing-{view}",
            control=ageing_view.workbook_control(totals, shown.parts),
        )
    if picked:
        ageing_by_view.open_row(view, dimension, picked)
