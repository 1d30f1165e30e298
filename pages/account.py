"""Account: one customer, all that is known, and what to say next."""

import streamlit as st

from clearaccounts import accounts
from clearaccounts.access import Permission
from clearaccounts.ui import account_view, connection, controls, guard, messages, registry, tables, url, words

viewer = guard.require(Permission.VIEW_CUSTOMERS)
language = words.language()
_ = language.gettext
warehouse = connection.warehouse()
chosen = controls.chosen()

customer_id = account_view.find(warehouse, viewer)
if customer_id is None:
    st.stop()

account = account_view.Account(warehouse, customer_id, chosen, viewer)
row = accounts.account(warehouse, customer_id, viewer)
status, cases = account.status(), account.cases()
account_view.head(row, status)

if viewer.may(Permission.VIEW_RECEIVABLES):
    left, middle, right = st.columns([5, 5, 4], gap="large")
    with left:
        account_view.balance(account)
    with middle:
        account_view.pays(account)
    with right:
        account_view.say_next(account, status, cases)
else:
    account_view.say_next(account, status, cases)

sections = account_view.sections(viewer)
with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
    name = url.segments(_("Show"), {key: _(title) for key, title in sections.items()}, "section")
    actions = st.container(width="content")
if name == "suspension":
    account_view.suspension_state(account)
listed, columns, why_empty = account_view.section(name, account, cases)
if listed.num_rows == 0:
    messages.empty(_(why_empty))
else:
    tables.show(listed, columns, key=f"section_{name}", alt=_(sections[name]))
    with actions:
        said = f"{row['customer_name']}. {_(sections[name])}. {chosen.in_words(language, registry.ACCOUNT.filters, viewer)}"
        tables.download(tables.whole(listed), columns, caption=said, stem=f"account-{name}")
