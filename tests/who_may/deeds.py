"""How every action of the table is done: what has to be there before, and the call of the service with what a form would send."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from clearaccounts.access import DEMO_PEOPLE, Role, Viewer
from clearaccounts.collections import carrying_out, clearing, deciding, holding, marking, notice_sending, ordering, reinstating, reporting
from clearaccounts.collections.holding import DISPUTE, EXEMPTION, PROMISE, Wish
from clearaccounts.collections.marking import Chosen
from clearaccounts.collections.notice_sending import ByHand
from clearaccounts.collections.orders import OrderLine, Outcome, Report
from clearaccounts.decisions.imports import record_import, record_undo
from clearaccounts.decisions.profiles import SAVED, record_profile
from clearaccounts.people import administering, assigning, invitations
from clearaccounts.people.assignments import ACCOUNT
from clearaccounts.settings import Access
from tests.decisions.debtors import NOW
from tests.who_may.partner import (
    AGENTS,
    BOOKS,
    CHIEF,
    INVOICES,
    NOTICE_POLICY,
    PAID,
    SUBSCRIPTIONS,
    Act,
    Partner,
    Prepare,
    Thing,
    later,
    policy_text,
)
from tests.who_may.table import MISSING, OWN
from tests.worlds import LAST_DAY

KEY = "what is tried"
NO_ID = "nobody-knows-this-id"


@dataclass(frozen=True)
class Deed:
    """One action: its stage's name, how that is prepared by somebody else, how it is done, and what kind of thing it is about."""

    stage: str
    prepare: Prepare
    act: Act


class Microsoft:
    """A Partner Center that does as it is told."""

    is_dry = False

    def change(self, line: OrderLine, action: str, request_id: str) -> Outcome:
        return Outcome(line.subscription_id, {"suspend": "suspended", "reactivate": "reactivated"}[action], "as told", {})


# ---- what is there before: each stage goes on from the one above; `by` is whoever makes what others are to judge


def nothing(partner: Partner, thing: Thing, by: Viewer) -> None:
    pass


def marked(partner: Partner, thing: Thing, by: Viewer) -> Any:
    return partner.mark(by, thing.customer_id)


def approved(partner: Partner, thing: Thing, by: Viewer) -> Any:
    return partner.approve(marked(partner, thing, by), CHIEF)


def exported(partner: Partner, thing: Thing, by: Viewer) -> Any:
    return partner.export(approved(partner, thing, by), by)


def suspended(partner: Partner, thing: Thing, by: Viewer) -> Any:
    return partner.report(exported(partner, thing, by), by, **{SUBSCRIPTIONS[thing.account]: "suspended"})


def to_reinstate(partner: Partner, thing: Thing, by: Viewer) -> Any:
    return partner.approve_reinstatement(suspended(partner, thing, by), CHIEF, reason="they paid by phone")


def reinstating_now(partner: Partner, thing: Thing, by: Viewer) -> Any:
    return partner.export_reinstatement(to_reinstate(partner, thing, by), by)


def held(partner: Partner, thing: Thing, by: Viewer) -> Any:
    wish = Wish(thing.customer_id, DISPUTE, LAST_DAY, by.email, INVOICES[thing.account])
    return holding.record(partner.store, partner.grounds, by, wish, reason="seats", idempotency_key="hold", now=NOW)


def noticed(partner: Partner, thing: Thing, by: Viewer) -> Any:
    wish = ByHand(thing.customer_id, "final_notice", LAST_DAY, "registered_letter", "EUR")
    return notice_sending.record(partner.store, partner.grounds, by, wish, note="by post", idempotency_key="notice", now=NOW)


def unclear(partner: Partner, thing: Thing, by: Viewer) -> Any:
    partner.post.fault = "drop_after_data"
    try:
        return send(partner, thing, by)
    finally:
        partner.post.fault = ""


def proposed(partner: Partner, thing: Thing, by: Viewer) -> Any:
    return partner.desk.propose(by, text=policy_text(), reason="agreed", idempotency_key="propose", now=NOW)


def imported(partner: Partner, thing: Thing, by: Viewer) -> Any:
    return record_import(partner.store, by, "import-1", {"files": []}, NOW)


def member(partner: Partner, thing: Thing, by: Viewer) -> Any:
    """Somebody of the house; of a user administrator who is to judge themselves, they."""
    who = by if by.role is Role.USER_ADMIN else AGENTS[thing.account]
    return invitations.person_of(partner.store, Access(), who.user_id)


def shut_out(partner: Partner, thing: Thing, by: Viewer) -> Any:
    partner.tell("disabled", AGENTS[thing.account])
    return member(partner, thing, by)


def invited(partner: Partner, thing: Thing, by: Viewer) -> Any:
    guest = Viewer(f"person:guest-{thing.account}", "Guest", Role.MANAGER, f"guest-{thing.account}@partner.example")
    partner.tell("invited", guest, name=guest.name, email=guest.email, role=guest.role.value, expires_at=later(99).isoformat())
    return invitations.person_of(partner.store, Access(), guest.user_id)


def given(partner: Partner, thing: Thing, by: Viewer) -> Any:
    agent = next(person for person in DEMO_PEOPLE if person.role is Role.USER_ADMIN)
    return assigning.assign_account(
        partner.store, Access(), lambda: partner.newest, agent, customer_id=thing.customer_id, user_id=AGENTS[OWN].user_id, seen_version=0,
        reason="new here", idempotency_key="given", now=NOW)


# ---- what is done


def _mark_id(thing: Thing) -> str:
    return NO_ID if thing.account == MISSING else thing.made.mark_id


def _form(thing: Thing) -> dict[str, Any]:
    return {"mark_id": _mark_id(thing), "seen_version": thing.made.version, "idempotency_key": KEY, "now": NOW}


def mark(partner: Partner, thing: Thing, viewer: Viewer) -> None:
    seen = "0" * 64 if thing.account == MISSING else partner.evidence(thing.customer_id).hash
    marking.mark(partner.store, partner.grounds, viewer, customer_id=thing.customer_id, currency="EUR", reason="no answer",
                 seen_evidence_hash=seen, idempotency_key=KEY, now=NOW)


def mark_many(partner: Partner, thing: Thing, viewer: Viewer) -> None:
    seen = "0" * 64 if thing.account == MISSING else partner.evidence(thing.customer_id).hash
    [one] = marking.mark_many(partner.store, partner.grounds, viewer, chosen=[Chosen(thing.customer_id, "EUR", seen)], reason="no answer",
                              idempotency_key=KEY, now=NOW)
    if one.problem is not None:
        raise one.problem


def approve(partner: Partner, thing: Thing, viewer: Viewer) -> None:
    marking.approve(partner.store, partner.grounds, viewer, seen_evidence_hash=thing.made.evidence_hash, **_form(thing))


def decline(partner: Partner, thing: Thing, viewer: Viewer) -> None:
    marking.decline(partner.store, partner.grounds, viewer, reason="they promised", **_form(thing))


def withdraw(partner: Partner, thing: Thing, viewer: Viewer) -> None:
    marking.withdraw(partner.store, partner.grounds, viewer, reason="a slip", **_form(thing))


def lapse(partner: Partner, thing: Thing, viewer: Viewer) -> None:
    deciding.lapse(partner.store, partner.grounds, viewer, mark_id=_mark_id(thing), now=later(25))


def export(partner: Partner, thing: Thing, viewer: Viewer) -> None:
    ordering.export(partner.store, partner.grounds, viewer, **_form(thing))


def report(partner: Partner, thing: Thing, viewer: Viewer) -> None:
    said = Report(thing.made.order.export_id, (Outcome(thing.made.order.lines[0].subscription_id, "suspended"),), "hand")
    reporting.report(partner.store, partner.grounds, viewer, said=said, **_form(thing))


def carry_out(partner: Partner, thing: Thing, viewer: Viewer) -> None:
    carrying_out.carry_out(partner.store, partner.grounds, viewer, Microsoft(), mark_id=_mark_id(thing), action="suspend",
                           idempotency_key=KEY, clock=lambda: NOW)


def note_cleared(partner: Partner, thing: Thing, viewer: Viewer) -> None:
    partner.then(**PAID)
    clearing.note_cleared(partner.store, partner.grounds, viewer, NOW)


def approve_reinstatement(partner: Partner, thing: Thing, viewer: Viewer) -> None:
    reinstating.approve_reinstatement(partner.store, partner.grounds, viewer, reason="they paid by phone", **_form(thing))


def export_reinstatement(partner: Partner, thing: Thing, viewer: Viewer) -> None:
    reinstating.export_reinstatement(partner.store, partner.grounds, viewer, **_form(thing))


def report_reinstatement(partner: Partner, thing: Thing, viewer: Viewer) -> None:
    order = thing.made.reinstatement
    said = Report(order.export_id, (Outcome(order.lines[0].subscription_id, "reactivated"),), "hand")
    reinstating.report_reinstatement(partner.store, partner.grounds, viewer, said=said, **_form(thing))


def hold(hold_type: str, **more: Any) -> Act:
    def act(partner: Partner, thing: Thing, viewer: Viewer) -> None:
        usual: dict[str, Any] = {"ends_on": LAST_DAY}
        if hold_type == DISPUTE:
            usual["invoice_id"] = INVOICES[thing.account]
        if hold_type == PROMISE:
            usual |= {"amount": Decimal(100), "currency": "EUR"}
        wish = replace(Wish(thing.customer_id, hold_type, owner=viewer.email or "somebody@partner.example", **usual), **more)
        holding.record(partner.store, partner.grounds, viewer, wish, reason="seats", idempotency_key=KEY, now=NOW)

    return act


def release(partner: Partner, thing: Thing, viewer: Viewer) -> None:
    holding.release(partner.store, partner.grounds, viewer, hold_id=NO_ID if thing.account == MISSING else thing.made.hold_id,
                    seen_version=1, reason="settled", idempotency_key=KEY, now=NOW)


def send(partner: Partner, thing: Thing, viewer: Viewer) -> Any:
    partner.policy = NOTICE_POLICY
    seen = "0" * 64
    if thing.account != MISSING:
        seen = notice_sending.letter_of(
            partner.grounds, partner.settings, partner.store.matching, CHIEF, customer_id=thing.customer_id, currency="EUR",
            notice_type="final_notice", now=NOW).hash
    wish = notice_sending.Wish(thing.customer_id, "EUR", "final_notice", seen)
    return notice_sending.send(
        partner.store, partner.grounds, partner.settings, viewer, wish, idempotency_key=f"{KEY} {viewer.user_id}", clock=lambda: NOW)


def record_notice(partner: Partner, thing: Thing, viewer: Viewer) -> None:
    wish = ByHand(thing.customer_id, "final_notice", LAST_DAY, "registered_letter", "EUR")
    notice_sending.record(partner.store, partner.grounds, viewer, wish, note="by post", idempotency_key=KEY, now=NOW)


def _notice(thing: Thing) -> dict[str, Any]:
    return {"notice_id": NO_ID if thing.account == MISSING else thing.made.notice_id, "seen_version": thing.made.version,
            "reason": "they said so", "idempotency_key": KEY, "now": NOW}


def settle(partner: Partner, thing: Thing, viewer: Viewer) -> None:
    notice_sending.settle(partner.store, partner.grounds, viewer, has_arrived=True, **_notice(thing))


def withdraw_notice(partner: Partner, thing: Thing, viewer: Viewer) -> None:
    notice_sending.withdraw(partner.store, partner.grounds, viewer, **_notice(thing))


def propose(partner: Partner, thing: Thing, viewer: Viewer) -> None:
    partner.desk.propose(viewer, text=policy_text(), reason="agreed", idempotency_key=KEY, now=NOW)


def _policy(thing: Thing) -> dict[str, Any]:
    return {"policy_id": thing.made.policy_id, "seen_version": thing.made.version, "idempotency_key": KEY, "now": NOW}


def approve_policy(partner: Partner, thing: Thing, viewer: Viewer) -> None:
    partner.desk.approve(viewer, seen_hash=thing.made.text_hash, **_policy(thing))


def decline_policy(partner: Partner, thing: Thing, viewer: Viewer) -> None:
    partner.desk.decline(viewer, reason="too hard", **_policy(thing))


def withdraw_policy(partner: Partner, thing: Thing, viewer: Viewer) -> None:
    partner.desk.withdraw(viewer, reason="a slip", **_policy(thing))


def import_files(partner: Partner, thing: Thing, viewer: Viewer) -> None:
    record_import(partner.store, viewer, "import-2", {"files": []}, NOW)


def undo(partner: Partner, thing: Thing, viewer: Viewer) -> None:
    record_undo(partner.store, viewer, "import-1", {"files": []}, NOW)


def save_profile(partner: Partner, thing: Thing, viewer: Viewer) -> None:
    record_profile(partner.store, viewer, "own", SAVED, details={}, now=NOW)


def invite(partner: Partner, thing: Thing, viewer: Viewer) -> None:
    administering.invite(partner.store, Access(), viewer, email="new@partner.example", name="New", role=Role.MANAGER, reason="new here",
                         idempotency_key=KEY, now=NOW)


def about_person(step: Callable[..., Any], *more: Any) -> Act:
    def act(partner: Partner, thing: Thing, viewer: Viewer) -> None:
        form = administering.Form(
            NO_ID if thing.account == MISSING else thing.made.user_id, thing.made.version, "as agreed", f"{KEY} {viewer.user_id}", NOW)
        step(partner.store, Access(), viewer, form, *more)

    return act


def _assignment(thing: Thing) -> dict[str, Any]:
    return {"user_id": AGENTS[OWN].user_id, "reason": "new here", "idempotency_key": KEY, "now": NOW}


def assign_book(partner: Partner, thing: Thing, viewer: Viewer) -> None:
    assigning.assign_book(
        partner.store, Access(), lambda: partner.newest, viewer, book=BOOKS[thing.account], seen_version=0, **_assignment(thing))


def assign_account(partner: Partner, thing: Thing, viewer: Viewer) -> None:
    assigning.assign_account(
        partner.store, Access(), lambda: partner.newest, viewer, customer_id=thing.customer_id, seen_version=0, **_assignment(thing))


def assign_accounts(partner: Partner, thing: Thing, viewer: Viewer) -> None:
    assigning.assign_accounts(
        partner.store, Access(), lambda: partner.newest, viewer, customer_ids=[thing.customer_id], seen_versions={}, **_assignment(thing))


def unassign(partner: Partner, thing: Thing, viewer: Viewer) -> None:
    subject_id = ACCOUNT + (NO_ID if thing.account == MISSING else thing.customer_id)
    assigning.unassign(partner.store, viewer, subject_id=subject_id, seen_version=1, reason="moved", idempotency_key=KEY, now=NOW)


DEEDS = {
    "collections.marking.mark": Deed("nothing", nothing, mark),
    "collections.marking.mark_many": Deed("nothing", nothing, mark_many),
    "collections.marking.approve": Deed("marked", marked, approve),
    "collections.marking.decline": Deed("marked", marked, decline),
    "collections.marking.withdraw": Deed("marked", marked, withdraw),
    "collections.deciding.lapse": Deed("approved", approved, lapse),
    "collections.ordering.export": Deed("approved", approved, export),
    "collections.reporting.report": Deed("exported", exported, report),
    "collections.carrying_out.carry_out": Deed("exported", exported, carry_out),
    "collections.clearing.note_cleared": Deed("suspended", suspended, note_cleared),
    "collections.reinstating.approve_reinstatement": Deed("suspended", suspended, approve_reinstatement),
    "collections.reinstating.export_reinstatement": Deed("to reinstate", to_reinstate, export_reinstatement),
    "collections.reinstating.report_reinstatement": Deed("reinstating", reinstating_now, report_reinstatement),
    f"collections.holding.record ({DISPUTE})": Deed("nothing", nothing, hold(DISPUTE)),
    f"collections.holding.record ({PROMISE})": Deed("nothing", nothing, hold(PROMISE)),
    f"collections.holding.record ({EXEMPTION})": Deed("nothing", nothing, hold(EXEMPTION)),
    "collections.holding.record (longer)": Deed("nothing", nothing, hold(PROMISE, ends_on=LAST_DAY.replace(year=2027))),
    "collections.holding.release (own)": Deed("held", held, release),
    "collections.holding.release (another's)": Deed("held", held, release),
    "collections.notice_sending.send": Deed("nothing", nothing, send),
    "collections.notice_sending.record": Deed("nothing", nothing, record_notice),
    "collections.notice_sending.settle": Deed("unclear", unclear, settle),
    "collections.notice_sending.withdraw": Deed("noticed", noticed, withdraw_notice),
    "collections.policy_desk.Desk.propose": Deed("nothing", nothing, propose),
    "collections.policy_desk.Desk.approve": Deed("proposed", proposed, approve_policy),
    "collections.policy_desk.Desk.decline": Deed("proposed", proposed, decline_policy),
    "collections.policy_desk.Desk.withdraw": Deed("proposed", proposed, withdraw_policy),
    "decisions.imports.record_import": Deed("nothing", nothing, import_files),
    "decisions.imports.record_undo": Deed("imported", imported, undo),
    "decisions.profiles.record_profile": Deed("nothing", nothing, save_profile),
    "people.administering.invite": Deed("nothing", nothing, invite),
    "people.administering.renew": Deed("invited", invited, about_person(administering.renew)),
    "people.administering.withdraw_invitation": Deed("invited", invited, about_person(administering.withdraw_invitation)),
    "people.administering.grant": Deed("member", member, about_person(administering.grant, Role.MANAGER)),
    "people.administering.disable": Deed("member", member, about_person(administering.disable)),
    "people.administering.enable": Deed("shut out", shut_out, about_person(administering.enable)),
    "people.administering.end_sessions": Deed("member", member, about_person(administering.end_sessions)),
    "people.assigning.assign_book": Deed("nothing", nothing, assign_book),
    "people.assigning.assign_account": Deed("nothing", nothing, assign_account),
    "people.assigning.assign_accounts": Deed("nothing", nothing, assign_accounts),
    "people.assigning.unassign": Deed("given", given, unassign),
}
