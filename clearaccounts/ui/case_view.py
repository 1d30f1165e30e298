"""One support case as it stood on a day: what it is, what happened to it, its requests to Microsoft, and the ways on.

Any page leads to it with `follow(case_id)`; the address of the cases page then carries `case`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from clearaccounts.access import Permission, Viewer
from clearaccounts.support import history
from clearaccounts.support.moments import day_end
from clearaccounts.text import N_, Language
from clearaccounts.ui import case_filters, contact_view, controls, due_view, labels, messages, registry, routing_view, tables, words
from clearaccounts.ui.tables import Column
from clearaccounts.warehouse import Warehouse

CHOSEN = "case"  # the name in the address
# What the address of the list says beyond the shared controls, kept on the way to a case and back.
_KEPT = frozenset({*case_filters.ADDRESS.values(), "view", "by", "step", "since", "flow", "page"})
TIMELINE_COLUMNS = (
    Column("occurred_at", N_("When, UTC"), "moment"),
    Column("event_type", N_("What"), "label"),
    Column("actor", N_("Who")),
    Column("event_text", N_("Note"), width="large"),
    Column("support_vehicle", N_("Vehicle"), "vehicle"),
    Column("service_request_id", N_("Request id")),
)
FROM_ROW = Column("is_from_row", N_("Not dated by an event"), "flag", help=N_("Read from the case's row, where no event says so."))
REQUEST_COLUMNS = (
    Column("title", N_("Request"), width="large"),
    Column("support_vehicle", N_("Vehicle"), "vehicle"),
    Column("support_plan_id", N_("Plan"), missing=N_("Outside any plan")),
    Column("severity", N_("Severity"), width="small"),
    Column("is_open", N_("Open"), "flag", "small"),
    Column("opened_at", N_("Opened, UTC"), "moment"),
    Column("closed_at", N_("Closed, UTC"), "moment"),
    Column("hours_used", N_("Hours"), "figure"),
    Column("service_request_id", N_("Request id")),
)
MAY_BE_MISSING = N_("No event of this case is on record: its past is read from its row, where a reopening may be missing.")


def asked() -> str | None:
    """The case that the address asks for, or None."""
    return st.query_params.get(CHOSEN)


def follow(case_id: str, of: registry.Entry) -> None:
    """Open a case at an address of its own.

    Args:
        case_id: the case.
        of: the page that it was chosen on; from the list of cases, what the list is narrowed to goes along.
    """
    kept = {name: st.query_params[name] for name in st.query_params if name in _KEPT} if of is registry.CASES else {}
    tables.let_go()  # back on the list, the row that was chosen must not lead away at once
    st.switch_page(registry.CASES.path, query_params=controls.link(registry.CASES, **kept, case=case_id))


def way_back() -> None:
    """A way to the list of cases; the address forgets the case."""
    st.button(words.language().gettext(N_("Back to the list")), key="case_way_back", icon=":material/arrow_back:", type="tertiary",
              on_click=_leave)


def _leave() -> None:
    # A link would leave the browser's address as it is: to a link on the same page only what it adds counts.
    st.query_params.pop(CHOSEN, None)


def draw(warehouse: Warehouse, case_id: str, chosen: controls.Chosen, viewer: Viewer) -> None:
    """The case at the end of the chosen day.

    Raises:
        NotFound: there is no such case by this day, or not for this viewer; the words are the same.
    """
    language = words.language()
    translate = language.gettext
    wanted = history.CaseFilter(case_id, day_end(chosen.as_of_on, ZoneInfo(warehouse.build.time_zone)))
    row = history.case(warehouse, wanted, viewer)
    _head(row, language)
    left, right = st.columns([2, 1], gap="large")
    with left:
        due_view.of_case(warehouse, case_id, chosen, viewer)
        _timeline(warehouse, wanted, row, viewer)
    with right:
        st.page_link(
            registry.ACCOUNT.path, label=words.plain(translate(N_("Account of {customer}")).format(customer=row["customer_name"])),
            icon=":material/person_search:",
            query_params=controls.link(registry.ACCOUNT, customer_id=row["customer_id"]))
        contact_view.offers(warehouse, row["customer_id"], chosen.as_of_on, viewer)
    if viewer.may(Permission.VIEW_ESCALATIONS):
        _requests(warehouse, wanted, viewer)
        if row["is_open"]:
            routing_view.for_case(warehouse, case_id, chosen, viewer)


def _head(row: Mapping[str, Any], language: Language) -> None:
    """What the case is, in its customer's words first; and how it stands."""
    translate = language.gettext
    with st.container(key="document_name", horizontal=True, vertical_alignment="center", gap="small"):
        st.text(" · ".join(str(part) for part in (row["title"], row["case_id"]) if part))
        st.badge(labels.title(row["case_status"], language), color="gray" if not row["is_open"] else "blue")
    about = [
        row["customer_name"],
        f"{translate(N_('Severity'))} {row['severity']}" if row["severity"] else None,
        row["case_category"],
        row["case_subcategory"],
        labels.title(row["support_type"], language),
        row["product_name"],
        row["online_service"],
        row["channel"],
        f"{translate(N_('Assignee'))}: {row['assignee']}" if row["assignee"] else None,
    ]
    times = [
        _at(N_("opened {moment} UTC"), row["opened_at"], language),
        _at(N_("first answered {moment} UTC"), row["first_replied_at"], language),
        _at(N_("closed {moment} UTC"), row["closed_at"], language),
        translate(N_("{days} days old")).format(days=language.number(row["age_days"], 1)) if row["age_days"] is not None else None,
        language.ngettext("reopened {count} time", "reopened {count} times", row["reopened_count"]).format(
            count=language.number(row["reopened_count"])) if row["reopened_count"] else None,
    ]
    with st.container(key="document_facts", gap=None):
        st.text(" · ".join(str(part) for part in about if part))
        st.text(" · ".join(part for part in times if part))


def _at(text: str, moment: Any, language: Language) -> str | None:
    return language.gettext(text).format(moment=language.moment(moment)) if moment else None


def _timeline(warehouse: Warehouse, wanted: history.CaseFilter, row: Mapping[str, Any], viewer: Viewer) -> None:
    language = words.language()
    title = language.gettext(N_("Timeline"))
    found = history.timeline(warehouse, wanted, viewer)
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        st.subheader(title, anchor=False)
        actions = st.container(width="content")
    # The mark says something only where some of the past is dated by events and some is not.
    columns = (*TIMELINE_COLUMNS, FROM_ROW) if row["is_dated_by_events"] and any(found["is_from_row"].to_pylist()) else TIMELINE_COLUMNS
    tables.show(found, columns, key="case_timeline", alt=title, visible_rows=14)
    with actions:
        tables.download(tables.whole(found), columns, caption=tables.captioned(f"{title}: {row['case_id']}", row["customer_name"]),
                        stem="case-timeline")
    if not row["is_dated_by_events"]:
        st.caption(words.plain(language.gettext(MAY_BE_MISSING)))


def _requests(warehouse: Warehouse, wanted: history.CaseFilter, viewer: Viewer) -> None:
    language = words.language()
    title = language.gettext(N_("Service requests"))
    st.subheader(title, anchor=False)
    found = history.requests(warehouse, wanted, viewer)
    if found.num_rows:
        tables.show(found, REQUEST_COLUMNS, key="case_requests", alt=title, visible_rows=6)
    else:
        messages.empty(language.gettext(N_("Nothing of this case was escalated to Microsoft by this day.")))
