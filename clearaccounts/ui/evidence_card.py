"""The card of one customer in one currency: what speaks for a suspension, what against, what it costs, and the decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from clearaccounts import accounts, payments
from clearaccounts.access import Permission, Viewer, is_same_person
from clearaccounts.collections import costs, hold_lists, suspensions
from clearaccounts.collections.changes import changes
from clearaccounts.collections.evidence import Evidence, gather
from clearaccounts.collections.hold_lists import HoldsFilter
from clearaccounts.collections.suspensions import Mark
from clearaccounts.escalations.requests import RequestsFilter, requests
from clearaccounts.support import offers
from clearaccounts.text import N_, Language
from clearaccounts.ui import (
    connection,
    controls,
    decision_forms,
    decision_steps,
    labels,
    mark_words,
    order_view,
    payment_words,
    registry,
    tables,
    words,
)
from clearaccounts.ui.decision_steps import STEPS, Form, Target
from clearaccounts.ui.tables import Column
from clearaccounts.warehouse import Warehouse

ITEM_COLUMNS = (
    Column("invoice_id", N_("Invoice")),
    Column("instalment_number", N_("Instalment"), "number", "small"),
    Column("due_on", N_("Due"), "day"),
    Column("overdue_days", N_("Days overdue"), "number", "small"),
    Column("amount_outstanding", N_("Outstanding"), "amount"),
)
COST_COLUMNS = (
    Column("product_name", N_("Subscription"), width="medium"),
    Column("suspension_effect_type", N_("Suspending it"), "label", "medium"),
    Column("quantity", N_("Quantity"), "number", "small"),
    Column("amount_unit_price", N_("Price"), "amount", is_summed=False,
           help=N_("What the customer is charged per unit and billing cycle.")),
    Column("remaining_period_count", N_("Bills to come"), "number", "small",
           help=N_("Billing periods that begin after this day, up to the commitment's last day.")),
    Column("amount_committed", N_("Still committed"), "amount",
           help=N_("Price x quantity x bills to come: billed on whether it is used or not.")),
    Column("commitment_ends_on", N_("Commitment ends"), "day"),
    Column("left_to_cancel_days", N_("Days left to cancel"), "number", help=N_("Empty: the window has closed, or there is none.")),
    Column("is_auto_renew", N_("Renews"), "flag", "small"),
    Column("subscription_status", N_("Status"), "label"),
)
_SEVERE = ("A", "B")
_CASES_SHOWN = 3
_PRIMARY = {"mark", "approve", "export", "approve_reinstatement", "export_reinstatement"}


@dataclass(frozen=True)
class Subject:
    """Whom the card is about: a row of a list of the page, to one person, by one build."""

    warehouse: Warehouse
    row: Mapping[str, Any]
    viewer: Viewer

    @property
    def customer_id(self) -> str:
        """The customer."""
        return str(self.row["customer_id"])

    @cached_property
    def mark(self) -> Mark | None:
        """The open mark as it stands now, read again."""
        return suspensions.mark_of(connection.store(), self.row["mark_id"]) if self.row["mark_id"] else None

    @cached_property
    def evidence(self) -> Evidence:
        """The evidence of the newest data."""
        day = self.warehouse.build.as_of_on
        return gather(self.warehouse, self.viewer, self.customer_id, self.row["currency"], as_of_on=day, policy=connection.policy(day))

    @cached_property
    def costs(self) -> pa.Table:
        """What suspending each subscription costs."""
        chosen = costs.CostsFilter(self.customer_id, self.warehouse.build.as_of_on)
        return costs.subscription_costs(self.warehouse, chosen, self.viewer)

    @property
    def target(self) -> Target:
        """What a form says of them, and the evidence that was shown."""
        shown = self.mark.evidence_hash if self.mark else self.evidence.hash
        return Target(self.customer_id, self.row["customer_name"], self.row["currency"], self.row["amount_overdue"],
                      self.row["overdue_days"] or 0, shown)


def draw(subject: Subject, *, can_act: bool) -> None:
    """The card: money on the left, what else speaks for or against in the middle, the decision on the right, the cost below."""
    language = words.language()
    translate = language.gettext
    money, service, decision = st.columns([5, 4, 4], gap="medium")
    with money, st.container(key="evidence_money", gap="small"):
        _who(subject, language)
        items = subject.evidence.items
        if items:
            has_instalments = any(item.instalment_number is not None for item in items)
            shown = [column for column in ITEM_COLUMNS if has_instalments or column.name != "instalment_number"]
            tables.show(_items(subject), shown, key="evidence_items", alt=translate(N_("Overdue items")), visible_rows=4)
    with service, st.container(key="evidence_service", gap="xxsmall"):
        st.subheader(translate(N_("For and against")), anchor=False)
        _lines(_money_lines(subject, language))
        _lines(_held_lines(subject, language))
        _lines(_paying_lines(subject, language))
        _lines(_service_lines(subject, language))
    with decision, st.container(key="evidence_decision", gap="xxsmall"):
        st.subheader(translate(N_("Decision")), anchor=False)
        _decision(subject, language, can_act=can_act)
    mark = subject.mark
    if mark is not None and mark.order is not None:
        order_view.draw(mark, subject.viewer, can_act=can_act)
    else:
        _costs(subject, language)


def _lines(lines: Sequence[str]) -> None:
    for line in lines:
        st.text(line)


def _who(subject: Subject, language: Language) -> None:
    """The customer's name and a link to their account; the row above says what they owe."""
    row = subject.row
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(key="account_name", width="stretch"):
            st.text(row["customer_name"])
        st.page_link(
            registry.ACCOUNT.path, label=language.gettext(N_("Account")), icon=":material/person_search:",
            query_params=controls.link(registry.ACCOUNT, customer_id=subject.customer_id),
        )


def _items(subject: Subject) -> pa.Table:
    """The overdue items of the evidence, with their age on the build's day."""
    day, evidence = subject.warehouse.build.as_of_on, subject.evidence
    return pa.table({
        "invoice_id": pa.array([item.invoice_id for item in evidence.items], pa.string()),
        "instalment_number": pa.array([item.instalment_number for item in evidence.items], pa.int64()),
        "due_on": pa.array([item.due_on for item in evidence.items], pa.date32()),
        "overdue_days": pa.array([(day - item.due_on).days for item in evidence.items], pa.int64()),
        "currency": pa.array([evidence.currency for _ in evidence.items], pa.string()),
        "amount_outstanding": pa.array([item.amount_outstanding for item in evidence.items], pa.decimal128(38, 4)),
    })


def _money_lines(subject: Subject, language: Language) -> list[str]:
    """Money that came and is applied to nothing yet: it may well be meant for what is overdue."""
    unapplied = subject.evidence.amount_unapplied
    if unapplied >= 0:
        return []
    return [language.gettext(N_("On account, applied to no invoice yet: {amount}")).format(
        amount=language.amount(-unapplied, subject.evidence.currency))]


def _paying_lines(subject: Subject, language: Language) -> list[str]:
    """How they pay, in three lines at most."""
    evidence, day = subject.evidence, subject.warehouse.build.as_of_on
    said: list[str] = []
    wanted = payments.BehaviourFilter(day, subject.customer_id, currency=evidence.currency)
    found = payments.behaviour(subject.warehouse, wanted, subject.viewer).to_pylist()
    if found:
        said += payment_words.sentences(found[0], language)[:2]
    broken = payments.PromisesFilter(day, subject.customer_id, promise_status="broken", since_on=payments.years_before(day, 1))
    count = payments.promises(subject.warehouse, broken, subject.viewer).num_rows
    if count:
        said.append(language.ngettext(
            "{count} promise to pay broken in twelve months", "{count} promises to pay broken in twelve months", count,
        ).format(count=language.number(count)))
    return said


def _held_lines(subject: Subject, language: Language) -> list[str]:
    """The holds with owner and end, what else holds back, and the notice that the stage rests on."""
    translate = language.gettext
    evidence = subject.evidence
    chosen = HoldsFilter(subject.warehouse.build.as_of_on, subject.customer_id)
    known = hold_lists.known(subject.warehouse, chosen, subject.viewer).to_pylist()
    standing = [hold for hold in known if hold["hold_status"] == "in_force" and hold["currency"] in {None, evidence.currency}]
    said = []
    for hold in standing:
        until = language.day(hold["ends_on"]) or translate(N_("no end"))
        owner = hold["owner"] or translate(N_("nobody named"))
        said.append(translate(N_("Hold: {hold}, until {day}, owner {owner}")).format(
            hold=labels.title(hold["hold_type"], language), day=until, owner=owner))
    told = {hold["hold_type"] for hold in standing}
    said += [translate(N_("Held back: {reason}")).format(reason=labels.title(reason, language))
             for reason in evidence.hold_reasons if reason not in told]
    said += [translate(N_("Notice: {notice}, sent {day}")).format(
        notice=labels.notice(notice["notice_type"], language), day=language.day(notice["sent_on"])) for notice in evidence.notices]
    return said or [translate(N_("No hold stands, and the stage rests on no notice."))]


def _service_lines(subject: Subject, language: Language) -> list[str]:
    """Open cases of severity A and B, open service requests, who supports them."""
    translate = language.gettext
    day, viewer, warehouse = subject.warehouse.build.as_of_on, subject.viewer, subject.warehouse
    opened = accounts.cases(warehouse, accounts.CasesFilter(subject.customer_id, day), viewer)
    severe = [row for row in opened.filter(opened["is_open"]).to_pylist() if row["severity"] in _SEVERE]
    said = [translate(N_("Open case, severity {severity}: {title}")).format(severity=row["severity"], title=row["title"] or row["case_id"])
            for row in severe[:_CASES_SHOWN]]
    if not severe:
        said.append(translate(N_("No case of severity A or B is open.")))
    escalated = requests(warehouse, RequestsFilter(day, customer_id=subject.customer_id), viewer)
    count = escalated.filter(escalated["is_open"]).num_rows
    said.append(language.ngettext("{count} open request to Microsoft", "{count} open requests to Microsoft", count).format(
        count=language.number(count)) if count else translate(N_("No request to Microsoft is open.")))
    offered = offers.offers(warehouse, offers.OffersFilter(day, subject.customer_id), viewer)["offer_name"].to_pylist()
    return [*said, translate(N_("Support: {offers}")).format(offers=", ".join(offered))] if offered else said


def _decision(subject: Subject, language: Language, *, can_act: bool) -> None:
    """The mark's way, what changed since, the buttons, the hash."""
    translate = language.gettext
    mark, row, viewer = subject.mark, subject.row, subject.viewer
    if mark is not None:
        _lines(mark_words.state(mark, language, is_lapsed=row["approval_status"] == "lapsed_approval"))
        _changed(subject, mark, language)
    elif not row["is_flagged"]:
        st.text(translate(N_("The policy does not flag them today.")))
    if can_act:
        notes = _notes(subject, language)
        with st.container(horizontal=True):
            for action in decision_steps.offered(mark, row["turn"], viewer, is_flagged=row["is_flagged"]):
                form = Form(action, (subject.target,), mark_id=mark.mark_id if mark else "", version=mark.version if mark else 0,
                            notes=notes if action in {"mark", "approve", "export"} else ())
                st.button(
                    translate(STEPS[action].title), key=f"decide_{action}", on_click=decision_forms.open_form, args=(form,),
                    type="primary" if action in _PRIMARY else "secondary",
                )
        is_own = mark is not None and is_same_person(mark.marked_by.viewer, viewer)
        if is_own and row["turn"] == "marked" and viewer.may(Permission.APPROVE):
            st.caption(translate(N_("You marked this yourself; another person approves it.")))
    whole = mark.evidence_hash if mark else subject.evidence.hash
    st.caption(words.plain(translate(N_("Fingerprint of this evidence: {hash}")).format(hash=whole[:16])), help=whole)
    if mark is not None and viewer.may(Permission.VIEW_AUDIT):
        st.page_link(
            registry.AUDIT.path, label=translate(N_("All events of this mark")), icon=":material/history:",
            query_params=controls.link(registry.AUDIT, subject_type="suspension_mark", subject_id=mark.mark_id),
        )


def _changed(subject: Subject, mark: Mark, language: Language) -> None:
    """What is not so any more as it was marked."""
    if mark.order is not None and mark.suspended:
        return  # what the order itself did to the subscriptions is told with the order
    found = changes(mark.evidence, subject.evidence)
    if found:
        with st.container(key="evidence_changes", gap="xxsmall"):
            st.text(language.gettext(N_("Changed since it was marked:")))
            _lines([mark_words.change(one, mark.currency, language) for one in found])


def _notes(subject: Subject, language: Language) -> tuple[str, ...]:
    """What a suspension costs, for the form: a sentence per currency, and what could be cancelled instead."""
    translate = language.gettext
    continuing = subject.costs.filter(pc.equal(subject.costs["suspension_effect_type"], "billing_continues")).to_pylist()
    totals = {row["currency"]: row["amount_committed_total"] for row in continuing if row["amount_committed_total"]}
    said = [translate(N_("Microsoft keeps billing: {amount} are still committed, at the customer's prices.")).format(
        amount=language.amount(amount, currency)) for currency, amount in sorted(totals.items())]
    unknown = sum(1 for row in continuing if row["amount_committed"] is None)
    if unknown:
        said.append(language.ngettext(
            "Of {count} subscription that Microsoft keeps billing the price, the billing cycle or the end is not known: its amount is "
            "missing.",
            "Of {count} subscriptions that Microsoft keeps billing the price, the billing cycle or the end is not known: their amounts are "
            "missing.", unknown).format(count=language.number(unknown)))
    open_windows = [row for row in subject.costs.to_pylist() if row["left_to_cancel_days"] is not None]
    said += [translate(N_("Cancel instead? {product} can be cancelled until {day}.")).format(
        product=row["product_name"], day=language.day(row["cancellable_until_on"])) for row in open_windows]
    return tuple(said)


def _costs(subject: Subject, language: Language) -> None:
    """Each subscription with what suspending it costs; below it what that means, once for each kind."""
    translate = language.gettext
    title = translate(N_("What suspending each subscription costs"))
    st.subheader(title, anchor=False)
    if subject.costs.num_rows == 0:
        st.text(translate(N_("They have no subscription in the data; import subscriptions to see them.")))
        return
    tables.show(subject.costs, COST_COLUMNS, key="evidence_costs", alt=title, visible_rows=5)
    kinds = set(subject.costs["suspension_effect_type"].to_pylist())
    _lines(_notes(subject, language))
    for kind, sentence in _EFFECTS.items():
        if kind in kinds:
            st.caption(translate(sentence))


_EFFECTS = {
    "billing_continues": N_(
        "New commerce: Microsoft bills on to the commitment's end. Auto-renew is switched off and scheduled changes are dropped; neither "
        "comes back with a reactivation. Not recoverable after the commitment's end."),
    "billing_stops": N_("Legacy: Microsoft stops billing, and deletes the subscription after 90 days suspended."),
    "azure_first": N_("Azure plan: it can be suspended only once no Azure subscription under it is active; those are cancelled in Azure."),
}
