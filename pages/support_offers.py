"""Support offers: what each customer was promised and by whom, who was promised nothing, and each offer as a letter."""

import streamlit as st

from clearaccounts.access import Permission
from clearaccounts.ui import connection, controls, guard, messages, offers_view, registry, tables, url, words

viewer = guard.require(Permission.VIEW_CUSTOMERS)
language = words.language()
_ = language.gettext
warehouse = connection.warehouse()
chosen = controls.chosen()
caption = chosen.in_words(language, registry.SUPPORT_OFFERS.filters, viewer)

models = offers_view.models(warehouse, chosen, viewer)
if not any(models["customer_count"].to_pylist()):
    messages.empty(_("There was no customer on this day. Choose a later day, or import customers and support_offers."))
    st.stop()

left, right = st.columns([3, 2], gap="large")
with right:
    st.subheader(_("Offers by name"), anchor=False)
    tables.show(
        offers_view.names(warehouse, chosen, viewer), offers_view.NAME_COLUMNS, key="names", alt=_("Offers by name"), visible_rows=5)
with st.container(horizontal=True, vertical_alignment="bottom"):
    view = url.segments(_("Show"), {key: _(title) for key, title in offers_view.VIEWS.items()}, "view")
    kept = offers_view.choose(warehouse, chosen, viewer) if view == "offers" else offers_view.Narrowed(search=offers_view.search())
    actions = st.container(horizontal=True, horizontal_alignment="right")
with left:
    st.subheader(
        _("Customers by who supports them"), anchor=False,
        help=_("Customers with an offer in force on the day, and those with none. Who has offers of two kinds counts in both."))
    offers_view.chart(models, "none" if view == "none" else kept.model)

shown = (offers_view.listed(warehouse, chosen, viewer, kept) if view == "offers"
         else offers_view.without(warehouse, chosen, viewer, kept.search))
if shown.found.rows.num_rows == 0:
    messages.empty(_(shown.why_empty))
else:
    about = st.container(horizontal=True, vertical_alignment="center", key="picked_offer")
    picked = tables.show(shown.found.rows, shown.columns, key=f"table_{view}", alt=shown.label, selectable=True)
    tables.pager(shown.found, "page")
    with actions:
        said = tables.captioned(shown.label, caption, *shown.narrowed)
        tables.download(shown.found, shown.columns, caption=said, stem=f"support-{view}")
    if picked and view == "none":
        st.switch_page(registry.ACCOUNT.path, query_params=controls.link(registry.ACCOUNT, customer_id=picked["customer_id"]))
    with about:
        if view == "none":
            st.caption(_("Choose a customer to open their account."))
        elif not picked:
            st.caption(_("Choose a customer to print their offer or to open their account."))
        else:
            offers_view.about(picked, chosen, viewer)
