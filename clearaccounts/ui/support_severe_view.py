"""Open severity A cases of accounts in trouble, for everybody who sees an account's word; no amounts."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pyarrow as pa
import streamlit as st

from clearaccounts.access import Permission
from clearaccounts.collections import suspensions
from clearaccounts.collections.stages import StagesFilter, stages
from clearaccounts.support import money
from clearaccounts.support.moments import day_end
from clearaccounts.text import N_
from clearaccounts.ui import account_view, connection, messages, support_money_view, tables, url, words
from clearaccounts.ui.support_money_view import Place
from clearaccounts.ui.tables import Column

_CASE = (
    Column("customer_name", N_("Customer"), width="medium"),
    Column("title", N_("Case"), width="medium"),
)
_SINCE = (
    Column("case_status", N_("Status"), "label"),
    Column("age_days", N_("Age, days"), "figure"),
    Column("opened_at", N_("Opened, UTC"), "moment"),
    Column("assignee", N_("Assignee")),
    Column("case_id", N_("Case id")),
)
_HOLDS = Column("is_held_by_case", N_("Holds a suspension back"), "flag", help=N_(
    "The policy would suspend this account; a case like this one is a reason not to, alone or beside others."))
ACCOUNT_COLUMNS = (*_CASE, Column("receivables_status", N_("Account"), "label"), _HOLDS, *_SINCE)
MARK_COLUMNS = (
    *_CASE,
    Column("currency", N_("Currency"), width=75),
    Column("stage", N_("Stage"), "label"),
    Column("hold_reasons", N_("Held back by"), "labels", "medium"),
    Column("mark_status", N_("Mark"), "label", missing=N_("None")),
    Column("marked_by", N_("Marked by")),
    *_SINCE,
)
_LEAST = {"flagged": N_("Flagged, held or suspended"), "suspended": N_("Suspended alone"), "overdue": N_("Overdue too")}


def draw(place: Place) -> None:
    """Both lists: cases of accounts in trouble, and, for who sees flags, cases that a suspension waits for."""
    language = words.language()
    translate = language.gettext
    at = day_end(place.chosen.as_of_on, ZoneInfo(place.warehouse.build.time_zone))
    title = translate(N_("Open severity A cases of accounts in trouble"))
    st.subheader(title, anchor=False, help=translate(N_(
        "Opened before the end of the day and not closed before it; the account's word is of that day.")))
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        least = url.segments(translate(N_("Account")), {key: translate(text) for key, text in _LEAST.items()}, "least_status")
        actions = st.container(width="content")
    statuses = account_view.statuses(place.warehouse, place.chosen, place.viewer)

    def accounts_fetch(limit: int | None, offset: int) -> pa.Table:
        return money.severity_a_accounts(
            place.warehouse, money.SevereFilter(at, least, limit, offset), statuses, place.viewer)

    found = tables.paged(accounts_fetch, "page")
    if found.rows.num_rows == 0:
        messages.empty(translate(N_(
            "No case of severity A is open for an account that is suspended, or that the policy would suspend. Choose overdue "
            "accounts too.")))
    else:
        with actions:
            said = tables.captioned(title, place.caption, translate(_LEAST[least]))
            tables.download(found, ACCOUNT_COLUMNS, caption=said, stem="severe-cases")
        picked = tables.show(found.rows, ACCOUNT_COLUMNS, key="severe_accounts", alt=title, selectable=True)
        tables.pager(found, "page")
        if picked:
            support_money_view.to_case(picked)
    if place.viewer.may(Permission.VIEW_FLAGS):
        _marks(place)


def _marks(place: Place) -> None:
    """Cases that hold a suspension back, and marks that wait on them."""
    translate = words.language().gettext
    at = day_end(place.chosen.as_of_on, ZoneInfo(place.warehouse.build.time_zone))
    title = translate(N_("Suspensions that wait for a severe case"))
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader(title, anchor=False, width="content", help=translate(N_(
            "The policy would flag the customer in this currency, were the case not open; or a suspension mark of theirs is open.")))
        actions = st.container(width="content")
    day = place.chosen.as_of_on
    now = stages(place.warehouse, StagesFilter(day), connection.policy(day), place.viewer)
    marks = suspensions.table(suspensions.current(connection.store()))

    def fetch(limit: int | None, offset: int) -> pa.Table:
        return money.severity_a_marks(place.warehouse, money.MarksFilter(at, limit, offset), now, marks, place.viewer)

    found = tables.paged(fetch, "page_marks")
    if found.rows.num_rows == 0:
        messages.empty(translate(N_("No open case of severity A holds a suspension back, and no mark is open for such a customer.")))
        return
    picked = tables.show(found.rows, MARK_COLUMNS, key="severe_marks", alt=title, selectable=True)
    tables.pager(found, "page_marks")
    with actions:
        tables.download(found, MARK_COLUMNS, caption=tables.captioned(title, place.caption), stem="severe-marks")
    if picked:
        support_money_view.to_case(picked)
