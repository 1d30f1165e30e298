"""The lists of the suspensions page: what is to be done, for whom, and the policy behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from clearaccounts.access import Permission, Viewer, is_same_person
from clearaccounts.collections import desk, marking, suspensions
from clearaccounts.collections.evidence import gather
from clearaccounts.collections.stages import StagesFilter, worklist
from clearaccounts.collections.suspensions import Mark
from clearaccounts.text import N_
from clearaccounts.ui import connection, decision_forms, decision_steps, tables, words
from clearaccounts.ui.decision_steps import Form, Target
from clearaccounts.ui.tables import Column
from clearaccounts.warehouse import Warehouse

LISTS = desk.LISTS
# More at once nobody can have looked at; and the evidence of each is gathered when the form opens.
MOST_AT_ONCE = 50
EMPTY = {
    "flagged": N_("Nobody is flagged who is not marked already. The policy says when somebody would be."),
    "marked": N_("No mark waits for approval. A billing administrator marks customers from the list of flagged ones."),
    "approved": N_("No approved mark waits to be exported. A mark is approved by another person than the one who marked."),
    "confirm": N_("Every export has been reported. After an export, report what came of each subscription."),
    "stop": N_("Nobody has paid, or been put on hold, since they were exported."),
    "suspended": N_("Nobody is suspended by a mark of ours."),
    "reinstate": N_("Nobody waits to be given back. Who pays while suspended appears here by itself."),
    "held": N_("Nothing holds anybody back: no dispute, promise, open severity A case or cancellation window."),
    "overtaken": N_("Every open mark still rests on a flag of the policy."),
    "overdue": N_("Nobody is overdue on this day. Choose a later day or another currency."),
}
_ALL = {
    column.name: column for column in (
        Column("customer_name", N_("Customer"), width="medium"),
        Column("currency", N_("Currency"), width=75),
        Column("amount_at_risk", N_("At risk"), "amount", help=N_("Everything open, overdue or not, less money on account.")),
        Column("amount_overdue", N_("Overdue"), "amount"),
        Column("overdue_days", N_("Days overdue"), "number", help=tables.OLDEST),
        Column("overdue_invoice_count", N_("Invoices"), "number"),
        Column("amount_unapplied", N_("Unapplied"), "amount"),
        Column("stage", N_("Stage"), "label"),
        Column("hold_reasons", N_("Held back by"), "labels", "medium"),
        Column("mark_status", N_("Mark"), "label"),
        Column("approval_status", N_("Approval"), "label"),
        Column("approved_until_at", N_("Approved until, UTC"), "moment"),
        Column("waiting_since_at", N_("Waiting since, UTC"), "moment"),
        Column("line_count", N_("Subscriptions"), "number"),
        Column("reported_count", N_("Reported"), "number"),
        Column("marked_by", N_("Marked by")),
        Column("sales_agent", N_("Sales agent")),
    )
}
_WHO = ("customer_name", "currency")
_OWES = ("amount_at_risk", "amount_overdue", "overdue_days", "overdue_invoice_count")
_SHOWN = {
    "flagged": (*_WHO, *_OWES, "amount_unapplied", "stage", "sales_agent"),
    "marked": (*_WHO, *_OWES, "approval_status", "marked_by", "sales_agent"),
    "approved": (*_WHO, *_OWES, "approved_until_at", "marked_by"),
    "confirm": (*_WHO, "amount_overdue", "waiting_since_at", "reported_count", "line_count", "marked_by"),
    "stop": (*_WHO, "amount_overdue", "hold_reasons", "waiting_since_at", "reported_count", "line_count"),
    "suspended": (*_WHO, *_OWES, "waiting_since_at", "line_count", "sales_agent"),
    "reinstate": (*_WHO, "waiting_since_at", "mark_status", "amount_overdue", "reported_count", "line_count", "sales_agent"),
    "held": (*_WHO, *_OWES, "hold_reasons", "sales_agent"),
    "overtaken": (*_WHO, "amount_overdue", "mark_status", "hold_reasons", "marked_by", "sales_agent"),
    "overdue": (*_WHO, *_OWES, "stage", "hold_reasons", "mark_status"),
}


def rows(
    warehouse: Warehouse, as_of_on: date, viewer: Viewer, currency: str | None = None, *, customer_id: str | None = None,
) -> pa.Table:
    """The policy's view of every customer in view, or of one, beside the open marks."""
    marks = suspensions.table(suspensions.current(connection.store()))
    found = worklist(warehouse, StagesFilter(as_of_on, customer_id), connection.policy(as_of_on), marks, viewer)
    return found if currency is None else found.filter(pc.equal(found["currency"], currency))


def lists(found: pa.Table) -> dict[str, pa.Table]:
    """The rows of each list of the page."""
    store = connection.store()
    return desk.lists(found, suspensions.current(store), store.matching, connection.now())


def columns(name: str, viewer: Viewer) -> tuple[Column, ...]:
    """The columns of one of the lists; whoever sees only their own customers needs no sales agent."""
    needless = {"sales_agent"} if viewer.agent_scope is not None else set()
    return tuple(_ALL[column] for column in _SHOWN[name] if column not in needless)


def waiting_for(marked: pa.Table, viewer: Viewer) -> int:
    """How many of the marks that wait for approval this person may approve: not their own, and not a second time."""
    by_id = {mark.mark_id: mark for mark in suspensions.current(connection.store())}
    mine = [by_id[mark_id] for mark_id in marked["mark_id"].to_pylist() if mark_id in by_id]
    return sum(1 for mark in mine if _may_approve(mark, viewer))


def _may_approve(mark: Mark, viewer: Viewer) -> bool:
    people = [mark.marked_by.viewer, *(approval.by.viewer for approval in mark.approvals)]
    return not any(is_same_person(one, viewer) for one in people)


def approvals_in_words(warehouse: Warehouse, viewer: Viewer) -> str:
    """How many marks were approved today, and from which on a second person approves too; nothing for who approves none."""
    if not viewer.may(Permission.APPROVE):
        return ""
    language = words.language()
    zone = ZoneInfo(warehouse.build.time_zone)
    used = len(marking.approved_today(connection.store().matching, zone, connection.now()))
    limit = connection.grounds().suspension.approvals_per_day
    said = language.gettext(N_("{count} of {limit} approved today; from number {next} on a second person approves too."))
    return said.format(count=language.number(used), limit=language.number(limit), next=language.number(limit + 1))


def marks_of(table: pa.Table) -> list[Mark]:
    """The open marks that the rows of a list are about."""
    wanted = set(table["mark_id"].to_pylist())
    return [mark for mark in suspensions.current(connection.store()) if mark.mark_id in wanted]


def several(warehouse: Warehouse, chosen: Sequence[Mapping[str, Any]], viewer: Viewer) -> None:
    """What is to be done with several chosen customers at once: mark them, with one reason."""
    language = words.language()
    count = len(chosen)
    st.text(language.ngettext("{count} customer chosen", "{count} customers chosen", count).format(count=language.number(count)))
    if not viewer.may(Permission.MARK):
        return
    if count > MOST_AT_ONCE:
        st.text(language.gettext(N_("At most {count} can be marked at once; choose fewer.")).format(count=language.number(MOST_AT_ONCE)))
        return
    form = Form("mark", tuple(
        Target(row["customer_id"], row["customer_name"], row["currency"], row["amount_overdue"], row["overdue_days"] or 0, "")
        for row in chosen))
    st.button(
        decision_forms.label(form, language), key="decide_mark_several", type="primary", on_click=_open_several,
        args=(warehouse, form, viewer))


def _open_several(warehouse: Warehouse, form: Form, viewer: Viewer) -> None:
    """Callback: gather the evidence of each as the page's build has it, and open the form."""
    day = warehouse.build.as_of_on
    policy = connection.policy(day)
    targets = [
        decision_steps.Target(one.customer_id, one.customer_name, one.currency, one.amount_overdue, one.overdue_days,
                              gather(warehouse, viewer, one.customer_id, one.currency, as_of_on=day, policy=policy).hash)
        for one in form.targets
    ]
    decision_forms.open_form(Form("mark", tuple(targets)))
