"""Holds on the account page: what is in force, what could be cancelled instead, what ended and whether it was kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from clearaccounts import payments, receivables
from clearaccounts.access import Permission, Viewer
from clearaccounts.collections import hold_lists, holding, holds
from clearaccounts.collections.hold_lists import HoldsFilter, InForceFilter, WindowsFilter
from clearaccounts.collections.holding import DISPUTE, PROMISE
from clearaccounts.collections.stages import StagesFilter, stages
from clearaccounts.text import N_
from clearaccounts.ui import connection, controls, hold_forms, labels, messages, tables, url, words
from clearaccounts.ui.hold_forms import RELEASE, Form
from clearaccounts.ui.tables import Column, Paged
from clearaccounts.warehouse import Warehouse

# The lists of the page of holds.
LISTS = {
    "all": N_("All in force"), "recorded": N_("Recorded here"), "imported": N_("Imported holds"), "built_in": N_("By themselves"),
    "broken": N_("Broken promises, 30 days"),
}
EMPTY = {
    "all": N_("Nothing holds anybody back on this day. Holds are recorded on an account, under Holds."),
    "recorded": N_("Nobody recorded a hold that is in force on this day. Holds are recorded on an account, under Holds."),
    "imported": N_("The accounting system knows no hold that is in force on this day."),
    "built_in": N_("No severe case, unapplied money, missing final notice or cancellation window holds anybody back on this day."),
    "broken": N_("No promise was broken in the 30 days up to this day."),
}
NO_END = N_("no end")
IN_FORCE_COLUMNS = (
    Column("customer_name", N_("Customer"), width=190),
    Column("hold_type", N_("Hold"), "label"),
    Column("left_days", N_("Ends in days"), "number", help=N_("Empty: it has no last day, or ends with what it rests on.")),
    Column("ends_on", N_("Last day"), "day"),
    Column("amount_held", N_("Amount"), "amount", 110),
    Column("invoice_id", N_("Invoice"), width=115),
    Column("rests_on", N_("Rests on"), width=310),
    Column("owner", N_("Owner"), width=130),
    Column("origin_type", N_("Origin"), "label"),
)
BROKEN_COLUMNS = (
    Column("customer_name", N_("Customer"), width="medium"),
    Column("amount_promised", N_("Promised"), "amount"),
    Column("amount_received", N_("Received by then"), "amount"),
    Column("ends_on", N_("Promised for"), "day"),
    Column("reason", N_("Reason"), width="large"),
    Column("owner", N_("Owner")),
)
OWN_COLUMNS = tuple(column for column in IN_FORCE_COLUMNS if column.name not in {"customer_name"})
ENDED_COLUMNS = (
    Column("hold_type", N_("Hold"), "label"),
    Column("hold_status", N_("How it ended"), "label"),
    Column("outcome", N_("What came of it"), "labels"),
    Column("starts_on", N_("From"), "day"),
    Column("ended_on", N_("Ended"), "day", help=N_("The first day on which it held no more.")),
    Column("amount_held", N_("Amount"), "amount"),
    Column("invoice_id", N_("Invoice")),
    Column("reason", N_("Reason"), width="large"),
    Column("owner", N_("Owner")),
)
WINDOW_COLUMNS = (
    Column("product_name", N_("Product"), width="large"),
    Column("quantity", N_("Quantity"), "number"),
    Column("left_to_cancel_days", N_("Days left to cancel"), "number"),
    Column("cancellable_until_on", N_("Cancel until"), "day"),
    Column("amount_committed", N_("Committed after that"), "amount", help=N_(
        "Price x quantity x billing periods that begin after this day, up to the commitment's end")),
    Column("commitment_ends_on", N_("Commitment ends"), "day"),
)
# What a built-in hold rests on, and so what ends it.
_RESTS_ON = {
    "severity_a_case": N_("Until case {case} is resolved"),
    "unapplied_covers_debt": N_("Until the money on account is applied, or more falls due"),
    "no_final_notice": N_("Until a final notice has been sent long enough ago"),
    "cancellation_window": N_("While {product} can still be cancelled: cancel instead?"),
}


def draw(warehouse: Warehouse, customer_id: str, customer_name: str, chosen: controls.Chosen, viewer: Viewer) -> None:
    """The part of the account page about holds."""
    translate = words.language().gettext
    hold_forms.draw()
    is_today = chosen.as_of_on == warehouse.build.as_of_on
    if is_today:
        _buttons(warehouse, customer_id, customer_name, viewer)
    else:
        st.caption(translate(N_("You are looking at another day than that of the newest data; decisions are made on the newest.")))
    now = _stages(warehouse, chosen, viewer)
    mine = rests_on(hold_lists.in_force(warehouse, InForceFilter(chosen.as_of_on, customer_id), now, viewer))
    st.subheader(translate(N_("In force")), anchor=False)
    if mine.num_rows == 0:
        st.text(translate(N_("Nothing holds the policy back on this day.")))
    else:
        picked = tables.show(
            mine, OWN_COLUMNS, key="holds_in_force", alt=translate(N_("Holds in force")), selectable=is_today, visible_rows=6)
        if picked is not None and is_today:
            _picked(picked, customer_name, viewer)
    windows = hold_lists.cancellation_windows(warehouse, WindowsFilter(chosen.as_of_on, customer_id), now, viewer)
    if windows.num_rows:
        st.subheader(translate(N_("Cancel instead?")), anchor=False, help=translate(N_(
            "These subscriptions can still be cancelled. After that they are billed to the commitment's end, suspended or not.")))
        tables.show(windows, WINDOW_COLUMNS, key="windows", alt=translate(N_("Subscriptions that can still be cancelled")), visible_rows=5)
    _ended(warehouse, customer_id, chosen, viewer)


def _stages(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer) -> pa.Table:
    return stages(warehouse, StagesFilter(chosen.as_of_on), connection.policy(chosen.as_of_on), viewer)


def rests_on(found: pa.Table) -> pa.Table:
    """Rows of holds in force with `rests_on`: the reason that a person gave, or what a built-in hold rests on, in the reader's words."""
    language = words.language()

    def said(row: Mapping[str, Any]) -> str:
        if row["origin_type"] != "built_in":
            return row["reason"] if row["ends_on"] else " · ".join(one for one in (language.gettext(NO_END), row["reason"]) if one)
        what = _RESTS_ON[row["hold_type"]]
        return language.gettext(what).format(case=row["case_id"] or "", product=row["product_name"] or "")

    return found.append_column("rests_on", pa.array([said(row) for row in found.to_pylist()], pa.string()))


def _buttons(warehouse: Warehouse, customer_id: str, customer_name: str, viewer: Viewer) -> None:
    translate = words.language().gettext
    day = warehouse.build.as_of_on
    items = receivables.open_item_list(warehouse, receivables.ItemListFilter(day, customer_id=customer_id), viewer)
    invoices = tuple(dict(zip(items["invoice_id"].to_pylist(), items["currency"].to_pylist(), strict=True)).items())
    currencies = tuple(sorted({currency for _, currency in invoices}))
    policy = connection.policy(day)
    with st.container(horizontal=True):
        for action in hold_forms.offered(viewer):
            form = Form(
                action, customer_id, customer_name, connection.today(), invoices, currencies,
                None if viewer.may(Permission.EXTEND_HOLD) else holding.longest_days(policy, action))
            st.button(
                translate(hold_forms.TITLES[action]), key=f"hold_{action}", on_click=hold_forms.open_form, args=(form,),
                disabled=action in {DISPUTE, PROMISE} and not invoices,
                help=translate(N_("Nothing is open.")) if action in {DISPUTE, PROMISE} and not invoices else None)


def _picked(row: Mapping[str, Any], customer_name: str, viewer: Viewer) -> None:
    """What can be done with a hold that was chosen."""
    translate = words.language().gettext
    if row["origin_type"] != "recorded":
        st.caption(translate(N_("The accounting system ends this one.")) if row["origin_type"] == "imported"
                   else translate(N_("This one ends with what it rests on; nobody releases it.")))
        return
    own = {hold.hold_id: hold for hold in holds.recorded(connection.store().matching, row["customer_id"])}
    held = own[row["hold_id"]]
    st.text(translate(N_("Recorded by {who} on {when}")).format(
        who=held.recorded_by.name, when=words.language().moment(held.recorded_at)))
    if holding.may_release(viewer, held):
        about = labels.title(held.hold_type, words.language())
        st.button(
            translate(hold_forms.TITLES[RELEASE]), key="hold_release", on_click=hold_forms.open_form,
            args=(Form(RELEASE, held.customer_id, customer_name, held.ends_on, hold_id=held.hold_id, version=held.version, about=about),))
    else:
        st.caption(words.plain(translate(N_("{owner} releases this one, or whoever recorded it, or a manager.")).format(owner=held.owner)))


def _ended(warehouse: Warehouse, customer_id: str, chosen: controls.Chosen, viewer: Viewer) -> None:
    """What ended in the twelve months up to the day, and what came of it."""
    translate = words.language().gettext
    day = chosen.as_of_on
    found = hold_lists.known(warehouse, HoldsFilter(day, customer_id, payments.years_before(day, 1)), viewer)
    ended = found.filter(pc.not_equal(found["hold_status"], "in_force"))
    st.subheader(translate(N_("Ended in the last twelve months")), anchor=False)
    if ended.num_rows == 0:
        st.text(translate(N_("No hold of theirs ended in these months.")))
        return
    promised = payments.promises(warehouse, payments.PromisesFilter(day, customer_id), viewer).to_pylist()
    disputed = payments.disputes(warehouse, payments.DisputesFilter(day, customer_id), viewer).to_pylist()
    outcomes: dict[str, list[str]] = {}
    for hold_id, outcome in [(row["hold_id"], row["promise_status"]) for row in promised] + [
            (row["hold_id"], row["dispute_status"]) for row in disputed]:
        if outcome not in outcomes.setdefault(hold_id, []):
            outcomes[hold_id].append(outcome)
    said = ["; ".join(outcomes.get(hold_id, [])) for hold_id in ended["hold_id"].to_pylist()]
    tables.show(
        ended.append_column("outcome", pa.array(said, pa.string())), ENDED_COLUMNS, key="holds_ended",
        alt=translate(N_("Holds that ended")), visible_rows=6)


def chosen_type(options: Mapping[str, str]) -> str | None:
    """A control that keeps the page of holds to one type; None is all."""
    translate = words.language().gettext
    url.seed("hold_type", options)
    found: str | None = st.selectbox(
        translate(N_("Hold")), list(options), index=None, key="hold_type", on_change=url.keep, args=("hold_type",),
        format_func=lambda code: options[code], placeholder=translate(N_("Every hold")), label_visibility="collapsed", width=260)
    return found


def listed(
    warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer, name: str, hold_type: str | None,
) -> tuple[Paged, tuple[Column, ...]]:
    """One page of a list of the page of holds, and its columns."""
    day = chosen.as_of_on
    now = _stages(warehouse, chosen, viewer)

    def in_force(limit: int | None, offset: int) -> pa.Table:
        origin = None if name == "all" else name
        wanted = InForceFilter(day, None, hold_type, origin, chosen.currency, limit, offset)
        return rests_on(hold_lists.in_force(warehouse, wanted, now, viewer))

    def broken(limit: int | None, offset: int) -> pa.Table:
        wanted = payments.PromisesFilter(day, None, chosen.currency, "broken", day - timedelta(days=30), limit, offset)
        return payments.promises(warehouse, wanted, viewer)

    return (tables.paged(broken, "page"), BROKEN_COLUMNS) if name == "broken" else (tables.paged(in_force, "page"), IN_FORCE_COLUMNS)


def empty(name: str) -> None:
    """Why a list of the page is empty, and what to do."""
    messages.empty(words.language().gettext(EMPTY[name]))


HOLD_TYPES = (DISPUTE, PROMISE, "exemption", "severity_a_case", "unapplied_covers_debt", "no_final_notice", "cancellation_window")
