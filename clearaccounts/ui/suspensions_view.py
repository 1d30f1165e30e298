"""The parts of the suspensions page: the lists, the evidence, the actions, the policy in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from clearaccounts.access import Permission, Viewer, is_same_person
from clearaccounts.collections import suspensions
from clearaccounts.collections.evidence import Evidence, gather
from clearaccounts.collections.stages import StagesFilter, worklist
from clearaccounts.collections.suspensions import Mark
from clearaccounts.text import N_, Language
from clearaccounts.ui import connection, decision_forms, labels, tables, words
from clearaccounts.ui.decision_forms import Form
from clearaccounts.ui.tables import Column
from clearaccounts.warehouse import Warehouse

# The lists of the page, in the order in which work is done.
LISTS = {
    "flagged": N_("Flagged customers"), "marked": N_("Waiting for approval"), "approved": N_("Approved marks"), "held": N_("Held back"),
    "overtaken": N_("Overtaken"), "overdue": N_("All overdue"),
}
EMPTY = {
    "flagged": N_("Nobody is flagged who is not marked already. The policy above says when somebody would be."),
    "marked": N_("No mark waits for approval. A billing administrator marks customers from the list of flagged ones."),
    "approved": N_("No mark is approved. A mark is approved by another person than the one who marked."),
    "held": N_("Nothing holds anybody back: no dispute, promise, open severity A case or cancellation window."),
    "overtaken": N_("Every open mark still rests on a flag of the policy."),
    "overdue": N_("Nobody is overdue on this day. Choose a later day or another currency."),
}
COLUMNS = (
    Column("customer_name", N_("Customer"), width="medium"),
    Column("currency", N_("Currency"), width=75),
    Column("amount_overdue", N_("Overdue"), "amount"),
    Column("overdue_days", N_("Days overdue"), "number", help=tables.OLDEST),
    Column("overdue_invoice_count", N_("Invoices"), "number"),
    Column("amount_unapplied", N_("Unapplied"), "amount"),
    Column("stage", N_("Stage"), "label"),
    Column("hold_reasons", N_("Held back by"), "labels", "medium"),
    Column("mark_status", N_("Mark"), "label"),
    Column("marked_by", N_("Marked by")),
    Column("sales_agent", N_("Sales agent")),
)
# What cannot hold anything on a list, says the same in every row of it, or stands beside the chosen row.
_NEEDLESS = {
    "flagged": {"hold_reasons", "mark_status", "marked_by"}, "marked": {"mark_status"}, "approved": {"mark_status"},
    "held": {"marked_by"}, "overdue": {"marked_by"},
}
ITEM_COLUMNS = (
    Column("invoice_id", N_("Invoice")),
    Column("instalment_number", N_("Instalment"), "number", "small"),
    Column("due_on", N_("Due"), "day"),
    Column("amount_outstanding", N_("Outstanding"), "amount"),
)


def rows(warehouse: Warehouse, as_of_on: date, viewer: Viewer, currency: str | None = None) -> pa.Table:
    """The policy's view of every customer in view, beside the open marks."""
    marks = suspensions.table(suspensions.current(connection.store()))
    found = worklist(warehouse, StagesFilter(as_of_on), connection.policy(as_of_on), marks, viewer)
    return found if currency is None else found.filter(pc.equal(found["currency"], currency))


def lists(found: pa.Table) -> dict[str, pa.Table]:
    """The rows of each list of the page."""
    is_marked = pc.fill_null(pc.is_in(found["mark_status"], pa.array(["marked", "approved_once"])), False)
    is_approved = pc.fill_null(pc.equal(found["mark_status"], "approved"), False)
    is_open = pc.or_(is_marked, is_approved)
    return {
        "flagged": found.filter(pc.and_(found["is_flagged"], pc.is_null(found["mark_id"]))),
        "marked": found.filter(is_marked),
        "approved": found.filter(is_approved),
        "held": found.filter(pc.greater(pc.utf8_length(pc.fill_null(found["hold_reasons"], "")), 0)),
        "overtaken": found.filter(pc.and_(is_open, pc.invert(found["is_flagged"]))),
        "overdue": found.filter(pc.greater(found["amount_overdue"], pa.scalar(Decimal(0), found["amount_overdue"].type))),
    }


def columns(name: str, viewer: Viewer) -> tuple[Column, ...]:
    """The columns of one of the lists; whoever sees only their own customers needs no sales agent."""
    needless = _NEEDLESS.get(name, set()) | ({"sales_agent"} if viewer.agent_scope is not None else set())
    return tuple(column for column in COLUMNS if column.name not in needless)


def waiting_for(marked: pa.Table, viewer: Viewer) -> int:
    """How many of the marks that wait for approval this person may approve: not their own."""
    own = {mark.mark_id for mark in suspensions.current(connection.store()) if is_same_person(mark.marked_by.viewer, viewer)}
    return sum(1 for mark_id in marked["mark_id"].to_pylist() if mark_id not in own)


def policy_in_words(as_of_on: date) -> None:
    """The policy in force on the day, as sentences."""
    language = words.language()
    translate = language.gettext
    policy = connection.policy(as_of_on)
    if policy is None:
        st.write(translate(N_("No collections policy is in force on this day, so nobody is flagged. Name one in clearaccounts.toml.")))
        return
    st.text(f"{policy.name}, {translate(N_('version {number}')).format(number=policy.version)}, {language.day(policy.effective_on)}")
    for sentence in policy.in_words(language):
        st.text(sentence)


def detail(warehouse: Warehouse, row: Mapping[str, Any], viewer: Viewer, *, can_act: bool) -> None:
    """One customer in one currency: the evidence on the left, the decision on the right."""
    language = words.language()
    translate = language.gettext
    mark = suspensions.mark_of(connection.store(), row["mark_id"]) if row["mark_id"] else None
    as_of_on = warehouse.build.as_of_on
    evidence = gather(warehouse, viewer, row["customer_id"], row["currency"], as_of_on=as_of_on, policy=connection.policy(as_of_on))
    st.subheader(translate(N_("Evidence")), anchor=False)
    left, right = st.columns([3, 2], gap="large")
    with left:
        items = _items(evidence, mark)
        if items.num_rows:
            tables.show(items, ITEM_COLUMNS, key="evidence_items", alt=translate(N_("Overdue items")), visible_rows=8)
    with right:
        st.text(row["customer_name"])
        if mark is not None:
            _mark_in_words(mark, language)
        _beside(evidence, language)
        if can_act:
            _actions(row, evidence, mark, viewer)
        fingerprint = (mark.evidence_hash if mark else evidence.hash)[:16]
        st.caption(words.plain(translate(N_("Fingerprint of this evidence: {hash}")).format(hash=fingerprint)))


def _items(evidence: Evidence, mark: Mark | None) -> pa.Table:
    """The overdue items: of a mark those it was made on, else those of now."""
    if mark is None:
        listed = [(i.invoice_id, i.instalment_number, i.due_on, i.amount_outstanding) for i in evidence.items]
    else:
        listed = [
            (i["invoice_id"], i["instalment_number"], date.fromisoformat(i["due_on"]), Decimal(i["amount_outstanding"]))
            for i in mark.evidence["items"]
        ]
    return pa.table({
        "invoice_id": pa.array([i[0] for i in listed], pa.string()),
        "instalment_number": pa.array([i[1] for i in listed], pa.int64()),
        "due_on": pa.array([i[2] for i in listed], pa.date32()),
        "currency": pa.array([evidence.currency for _ in listed], pa.string()),
        "amount_outstanding": pa.array([i[3] for i in listed], pa.decimal128(38, 4)),
    })


def _mark_in_words(mark: Mark, language: Language) -> None:
    translate = language.gettext
    st.text(translate(N_("{who} marked this on {when}: {reason}")).format(
        who=mark.marked_by.name, when=language.moment(mark.marked_at), reason=mark.reason))
    if mark.decided_by is not None and mark.decided_at is not None:
        st.text(translate(N_("{status} by {who} on {when}")).format(
            status=labels.title(mark.mark_status.value, language), who=mark.decided_by.name, when=language.moment(mark.decided_at)))


def _beside(evidence: Evidence, language: Language) -> None:
    """What else the evidence holds, each in a line: unapplied money, holds, notices, subscriptions."""
    translate = language.gettext
    lines = [translate(N_("Unapplied: {amount}")).format(amount=language.amount(evidence.amount_unapplied, evidence.currency))]
    for hold in evidence.holds:
        until = language.day(hold["ends_on"]) or translate(N_("no end"))
        lines.append(translate(N_("Hold: {hold}, until {day}")).format(hold=labels.title(hold["hold_type"], language), day=until))
    for notice in evidence.notices:
        lines.append(translate(N_("Notice: {notice}, sent {day}")).format(
            notice=labels.notice(notice["notice_type"], language), day=language.day(notice["sent_on"])))
    count = len(evidence.subscriptions)
    lines.append(language.ngettext("{count} subscription", "{count} subscriptions", count).format(count=language.number(count)))
    for line in lines:
        st.text(line)


def _actions(row: Mapping[str, Any], evidence: Evidence, mark: Mark | None, viewer: Viewer) -> None:
    """The buttons that this person may use on this row; the store decides in the end."""
    translate = words.language().gettext
    about = Form(
        "", row["customer_id"], row["customer_name"], row["currency"], row["amount_overdue"], row["overdue_days"] or 0,
        mark.evidence_hash if mark else evidence.hash, "", mark.mark_id if mark else "", mark.version if mark else 0,
    )
    offered = _offered(row, mark, viewer)
    with st.container(horizontal=True):
        for action in offered:
            st.button(
                translate(decision_forms.TITLES[action]), key=f"decide_{action}", on_click=decision_forms.open_form, args=(action, about),
                type="primary" if action in {"mark", "approve"} else "secondary",
            )
    if mark is not None and viewer.may(Permission.APPROVE) and is_same_person(mark.marked_by.viewer, viewer):
        st.caption(translate(N_("You marked this yourself; another person approves it.")))


def _offered(row: Mapping[str, Any], mark: Mark | None, viewer: Viewer) -> list[str]:
    if mark is None:
        return ["mark"] if viewer.may(Permission.MARK) and row["is_flagged"] else []
    found = []
    is_own = is_same_person(mark.marked_by.viewer, viewer)
    if mark.mark_status in suspensions.TRANSITIONS["approve"].before and viewer.may(Permission.APPROVE) and not is_own:
        found += ["approve", "decline"]
    may_withdraw = any(viewer.may(permission) for permission in suspensions.TRANSITIONS["withdraw"].permissions)
    if mark.mark_status in suspensions.TRANSITIONS["withdraw"].before and may_withdraw:
        found.append("withdraw")
    return found
