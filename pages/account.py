"""Account: one customer, how they stand and why, what to do next, and everything that happened."""

import streamlit as st

from clearaccounts import accounts
from clearaccounts.access import Permission
from clearaccounts.ui import (
    account_lists,
    account_view,
    case_view,
    connection,
    contact_view,
    controls,
    document_view,
    guard,
    health_view,
    hold_view,
    labels,
    messages,
    notice_forms,
    notice_view,
    offer_letter_view,
    payment_view,
    registry,
    statement_view,
    tables,
    timeline_view,
    url,
    words,
)

viewer = guard.require(Permission.VIEW_CUSTOMERS)
language = words.language()
_ = language.gettext
warehouse = connection.warehouse()
chosen = controls.chosen()

with st.container(horizontal=True, vertical_alignment="top", horizontal_alignment="distribute", key="account_top"):
    who = st.container(gap="xxsmall", key="account_who")
    customer_id = account_view.find(warehouse, viewer)
if customer_id is None:
    st.stop()

row = accounts.account(warehouse, customer_id, viewer)
account = account_view.Account(warehouse, customer_id, chosen, viewer)
sections = account_lists.sections(viewer)
with who:
    account_view.head(row, account)

if (invoice_id := document_view.asked()) is not None:
    account_lists.check_invoice(account, invoice_id)
    document_view.way_back()
    document_view.draw(warehouse, invoice_id, chosen, viewer)
    st.stop()

notice_forms.draw()
sees_money = viewer.may(Permission.VIEW_RECEIVABLES)
left, *middle, right = st.columns([5, 4, 4] if sees_money else [1, 1], gap="large")
with left:
    health_view.reasons(account.reasons, sections)
for column in middle:
    with column:
        account_view.balance(account)
        account_view.pays(account)
with right:
    health_view.steps(account.steps(language), sections)
    contact_view.contact(row)
    if contact_view.offers(warehouse, customer_id, chosen.as_of_on, viewer):
        offer_letter_view.button(warehouse, customer_id, chosen, viewer)

with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
    name = url.segments(_("Show"), {key: _(title) for key, title in sections.items()}, "section")
    actions = st.container(width="content", horizontal=True)
with actions:
    statement_view.button(warehouse, customer_id, chosen, viewer)
if name == "history":
    payment_view.draw(warehouse, customer_id, chosen, viewer, registry.ACCOUNT)
    st.stop()
if name == "notices":
    notice_view.account(warehouse, customer_id, row["customer_name"], chosen.as_of_on, viewer)
    st.stop()
if name == "holds":
    hold_view.draw(warehouse, customer_id, row["customer_name"], chosen, viewer)
    st.stop()
kind = timeline_view.kind(viewer) if name == "timeline" else None
if name == "suspension":
    account_lists.suspension_state(account)
bucket = account_lists.bucket(account) if name == "items" else None
listed = account_lists.section(name, account, kind, bucket)
if listed.page.rows.num_rows == 0:
    messages.empty(_(listed.why_empty))
else:
    account_lists.total(name, account, bucket)
    picked = tables.show(
        listed.page.rows, listed.columns, key=f"section_{name}", alt=_(sections[name]),
        selectable=account_lists.opens(name, viewer))
    tables.pager(listed.page, "page")
    with actions:
        said = tables.captioned(
            f"{row['customer_name']}: {_(sections[name])}", chosen.in_words(language, registry.ACCOUNT.filters, viewer),
            timeline_view.kind_words(kind, viewer), labels.bucket(bucket, language) if bucket else None)
        tables.download(listed.page, listed.columns, caption=said, stem=f"account-{name}")
    if picked and (invoice := account_lists.invoice_of(name, picked)):
        document_view.follow(registry.ACCOUNT, invoice)
    if picked and (case_id := account_lists.case_of(name, picked)):
        case_view.follow(case_id, registry.ACCOUNT)
