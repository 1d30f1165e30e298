"""What was exported for a mark: the subscriptions with their state before, what came of each, the files, and what to put back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import streamlit as st

from clearaccounts.access import Permission, Viewer
from clearaccounts.collections.marks import Mark, Reported
from clearaccounts.collections.orders import OBSTACLES, Order
from clearaccounts.collections.suspensions import Status
from clearaccounts.errors import ClearAccountsError
from clearaccounts.exporting.partner_center_files import files
from clearaccounts.text import N_, Language
from clearaccounts.ui import api_forms, mark_words, messages, report_forms, tables, words
from clearaccounts.ui.tables import Column

LINE_COLUMNS = (
    Column("product_name", N_("Subscription"), width="medium"),
    Column("outcome", N_("What came of it")),
    Column("outcome_detail", N_("Said about it"), width="medium"),
    Column("reported_by", N_("Reported by")),
    Column("status_before", N_("Status before"), "label"),
    Column("is_auto_renew_before", N_("Renewed before"), "flag", "small"),
    Column("scheduled_before", N_("Scheduled before")),
    Column("commitment_ends_on", N_("Commitment ends"), "day"),
    Column("microsoft_subscription_id", N_("Microsoft subscription id"), width="medium"),
)
_SOURCES = {"hand": N_("by hand"), "file": N_("by file"), "api": N_("by Partner Center's API")}
_KINDS = {"csv": (N_("Table (CSV)"), "text/csv"), "json": (N_("Requests (JSON)"), "application/json"),
          "ps1": (N_("Script (PowerShell)"), "text/plain")}


def in_hand(mark: Mark) -> tuple[Order, Mapping[str, Reported]] | None:
    """The order that is being carried out, and what is known of it: the way back once it was exported; None before the export."""
    if mark.reinstatement is not None:
        return mark.reinstatement, mark.reinstated
    return None if mark.order is None else (mark.order, mark.outcomes)


def draw(mark: Mark, viewer: Viewer, *, can_act: bool) -> None:
    """The order in hand, its files, the ways to report what came of it, and what to put back."""
    found = in_hand(mark)
    if found is None:
        return
    order, known = found
    language = words.language()
    translate = language.gettext
    title = translate(N_("Order to suspend") if order.action == "suspend" else N_("Order to reactivate"))
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        st.subheader(title, anchor=False)
        with st.container(horizontal=True, width="content"):
            if viewer.may(Permission.EXPORT):
                _downloads(order, language)
                if can_act and _can_report(mark):
                    api_forms.button(mark)
                    report_forms.button(mark, order, known)
    tables.show(_table(mark, order, known, language), LINE_COLUMNS, key="order_lines", alt=title, visible_rows=5)
    for one in order.left_out:
        st.text(translate(N_("Not in the order: {product}, because {why}.")).format(
            product=one.product_name, why=translate(OBSTACLES[one.obstacle])))
    _put_back(mark, language)


def _can_report(mark: Mark) -> bool:
    return mark.mark_status in {Status.EXPORTED, Status.SUSPENDED, Status.REINSTATEMENT_EXPORTED}


def _downloads(order: Order, language: Language) -> None:
    """The files of the order: the same order gives the same bytes each time."""
    translate = language.gettext
    try:
        made = files(order)
    except ClearAccountsError as error:
        messages.show(error)
        return
    for name, content in made.items():
        kind = name.rpartition(".")[2]
        title, mime = _KINDS[kind]
        st.download_button(
            translate(title), content, file_name=name, mime=mime, key=f"order_{kind}", on_click="ignore", icon=":material/download:",
            type="tertiary",
        )


def _table(mark: Mark, order: Order, known: Mapping[str, Reported], language: Language) -> pa.Table:
    """One row per subscription: what came of it, who says so, and how it stood before it was suspended."""
    first = mark.order or order
    rows: list[dict[str, Any]] = []
    for line in order.lines:
        reported = known.get(line.subscription_id)
        before = first.line(line.subscription_id) or line
        rows.append({
            "product_name": line.product_name,
            "outcome": mark_words.outcome(reported.outcome.outcome if reported else "", language),
            "outcome_detail": reported.outcome.detail if reported else "",
            "reported_by": f"{reported.by.name}, {language.gettext(_SOURCES[reported.source])}" if reported else "",
            "status_before": before.status_before,
            "is_auto_renew_before": before.is_auto_renew_before,
            "scheduled_before": _scheduled(mark, line.subscription_id, language),
            "commitment_ends_on": line.commitment_ends_on,
            "microsoft_subscription_id": line.microsoft_subscription_id,
        })
    return pa.Table.from_pylist(rows, schema=pa.schema([
        ("product_name", pa.string()), ("outcome", pa.string()), ("outcome_detail", pa.string()), ("reported_by", pa.string()),
        ("status_before", pa.string()), ("is_auto_renew_before", pa.bool_()), ("scheduled_before", pa.string()),
        ("commitment_ends_on", pa.date32()), ("microsoft_subscription_id", pa.string()),
    ]))


def _scheduled(mark: Mark, subscription_id: str, language: Language) -> str:
    """Whether changes were scheduled when it was suspended, as far as Partner Center told."""
    reported = mark.outcomes.get(subscription_id)
    state = reported.outcome.state_before if reported else None
    if state is None or "scheduledNextTermInstructions" not in state:
        return language.gettext(N_("Not known"))
    return language.gettext(N_("Yes") if state["scheduledNextTermInstructions"] else N_("None"))


def _put_back(mark: Mark, language: Language) -> None:
    """What a reactivation does not bring back: to be done by hand in Partner Center, one line each."""
    if mark.reinstatement is None or mark.order is None:
        return
    translate = language.gettext
    st.subheader(translate(N_("To put back by hand in Partner Center")), anchor=False)
    with st.container(key="put_back", gap="xxsmall"):
        for line in mark.reinstatement.lines:
            before = mark.order.line(line.subscription_id) or line
            said = []
            if before.is_auto_renew_before:
                said.append(translate(N_("switch auto-renew on again")))
            elif before.is_auto_renew_before is None:
                said.append(translate(N_("look whether it renewed by itself")))
            scheduled = _scheduled(mark, line.subscription_id, language)
            if scheduled == translate(N_("Yes")):
                said.append(translate(N_("schedule its changes again")))
            elif scheduled == translate(N_("Not known")):
                said.append(translate(N_("look whether changes were scheduled")))
            if said:
                st.text(f"{line.product_name}: {', '.join(said)}")
