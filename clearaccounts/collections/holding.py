"""Recording and releasing a hold: who may, how long it may last, what it may name.

Every check looks at the newest build and at the holds recorded so far, under the store's lock: of two people who record at once, the
second is judged with the first one's hold in view.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from clearaccounts import documents, payments, receivables
from clearaccounts.access import Permission, Viewer, is_same_mailbox, is_same_person
from clearaccounts.accounts import account
from clearaccounts.collections import hold_lists
from clearaccounts.collections.checks import check_reason, when
from clearaccounts.collections.days import counts_from
from clearaccounts.collections.grounds import Grounds
from clearaccounts.collections.holds import RECORD, RELEASE, SUBJECT, Hold, fold, recorded, table
from clearaccounts.collections.policy_model import HoldRules, Policy
from clearaccounts.decisions import Action, EventFilter, Scene, Store, is_blank
from clearaccounts.errors import NotFound, NotPermitted, Refused
from clearaccounts.handed_tables import EMPTY_TABLES
from clearaccounts.money import exact, minor_units
from clearaccounts.text import N_
from clearaccounts.warehouse import Warehouse

DISPUTE, PROMISE, EXEMPTION = "dispute", "promise_to_pay", "exemption"
HOLD_TYPES = (DISPUTE, PROMISE, EXEMPTION)
_LONGEST_OWNER = 200
_NO_HOLD = N_("There is no such hold.")
_MEANWHILE = {RECORD: N_("{who} recorded this hold on {when}."), RELEASE: N_("{who} released this hold on {when}.")}
_TOO_LONG = {
    DISPUTE: N_("A dispute may hold for {days} days, here until {day}; a billing administrator may record a longer one."),
    PROMISE: N_("A promise to pay may hold for {days} days, here until {day}; a billing administrator may record a longer one."),
}


@dataclass(frozen=True)
class Wish:
    """What a form asks to record.

    Attributes:
        customer_id: whom it is about.
        hold_type: one of HOLD_TYPES.
        ends_on: the last day that it holds; of a promise the day by which they pay.
        owner: whose matter it is: the e-mail of somebody here, who may then release it.
        invoice_id: what is disputed; None for the others, which hold the customer.
        amount: what is disputed (None: all that is open) or promised, in `currency`.
        currency: of a promise; a dispute has that of its invoice.
    """

    customer_id: str
    hold_type: str
    ends_on: date | None
    owner: str
    invoice_id: str | None = None
    amount: Decimal | None = None
    currency: str | None = None

    @property
    def asked(self) -> dict[str, Any]:
        """What the form sent, as it is kept."""
        return {
            "customer_id": self.customer_id, "hold_type": self.hold_type, "ends_on": self.ends_on, "owner": self.owner,
            "invoice_id": self.invoice_id, "amount": None if self.amount is None else format(self.amount, "f"), "currency": self.currency,
        }


def record(store: Store, grounds: Grounds, viewer: Viewer, wish: Wish, *, reason: str, idempotency_key: str, now: datetime) -> Hold:
    """Record a hold that begins at once: on the day that the newest data show.

    Args:
        store: where it is recorded.
        grounds: the newest warehouse and the policy.
        viewer: who records.
        wish: what.
        reason: why, in their own words.
        idempotency_key: made when the form was drawn.
        now: the caller's clock.

    Raises:
        NotFound: there is no such customer, or not for this viewer; the words are the same.
        NotPermitted: the role does not allow it, or not for so long, or not after a broken promise.
        Refused: owner, reason or end is missing, or what it names is not so.
    """
    permission = Permission.EXEMPT if wish.hold_type == EXEMPTION else Permission.RECORD_HOLD

    def guard(scene: Scene) -> None:
        if wish.hold_type not in HOLD_TYPES:
            raise Refused(N_("A hold is a dispute, a promise to pay or an exemption."))
        account(grounds.warehouse(), wish.customer_id, scene.viewer)

    def rule(scene: Scene) -> Mapping[str, Any]:
        _check_words(wish, reason)
        newest = grounds.warehouse()
        own = recorded(scene.matching, wish.customer_id)
        desk = _Desk(newest.beside({"holds_decided": lambda: table(own)}), scene.viewer, wish, own, counts_from(newest.build, now))
        about = desk.about()
        desk.check_end(longest_days(grounds.policy(newest.build.as_of_on), wish.hold_type))
        if wish.hold_type == PROMISE:
            desk.check_earlier_promises()
        return {
            "customer_name": account(newest, wish.customer_id, scene.viewer)["customer_name"], "hold_type": wish.hold_type, **about,
            "starts_on": newest.build.as_of_on, "ends_on": wish.ends_on, "owner": wish.owner.strip(),
            "build": {"build_id": newest.build.build_id, "as_of_on": newest.build.as_of_on},
        }

    event = store.append(viewer, Action(
        SUBJECT, "hold-" + hashlib.sha256(idempotency_key.encode("utf-8", "replace")).hexdigest()[:16], RECORD, reason.strip(),
        idempotency_key, now, (permission,), rule, asked=wish.asked, customer_id=wish.customer_id, expected_version=0, guard=guard,
        meanwhile=_MEANWHILE,
    ))
    return fold([event])


def release(
    store: Store, grounds: Grounds, viewer: Viewer, *, hold_id: str, seen_version: int, reason: str, idempotency_key: str, now: datetime,
) -> Hold:
    """Release a hold: from the day that the newest data show it holds no more, and stays on record.

    Raises:
        NotFound: there is no such hold, or not for this viewer; the words are the same.
        NotPermitted: the role does not allow it, or it is the matter of somebody else.
        Stale: it was released meanwhile; says by whom.
        Refused: no reason, or it has ended by itself.
    """
    def guard(scene: Scene) -> None:
        if not scene.events:
            raise NotFound(_NO_HOLD)
        held = fold(scene.events[:1])
        if not grounds.is_in_scope(scene.viewer, held.customer_id):
            raise NotFound(_NO_HOLD)
        if not may_release(scene.viewer, held):
            raise NotPermitted(N_(
                "This hold is the matter of {owner}; its owner, whoever recorded it, a billing administrator or a manager releases it."),
                owner=held.owner)

    def rule(scene: Scene) -> Mapping[str, Any]:
        check_reason(reason)
        held = fold(scene.events)
        day = grounds.warehouse().build.as_of_on
        if held.withdrawn_on is not None and held.released_by is not None and held.released_at is not None:
            raise Refused(_MEANWHILE[RELEASE], who=held.released_by.name, when=when(held.released_at))
        if held.ends_on < day:
            raise Refused(N_("This hold has ended by itself: its last day was {day}."), day=held.ends_on)
        return {"released_on": max(day, held.starts_on)}

    event = store.append(viewer, Action(
        SUBJECT, hold_id, RELEASE, reason.strip(), idempotency_key, now, (Permission.RECORD_HOLD,), rule,
        expected_version=seen_version, guard=guard, meanwhile=_MEANWHILE,
    ))
    return fold(store.matching(EventFilter(subject_type=SUBJECT, subject_id=event.subject_id))[: event.version])


def may_release(viewer: Viewer, held: Hold) -> bool:
    """Whether this person may release a hold: its owner, whoever recorded it, and who decides about suspensions."""
    if not viewer.may(Permission.RECORD_HOLD):
        return False
    return viewer.may(Permission.APPROVE) or is_same_person(held.recorded_by.viewer, viewer) or is_same_mailbox(held.owner, viewer.email)


def _check_words(wish: Wish, reason: str) -> None:
    check_reason(reason)
    if is_blank(wish.owner):
        raise Refused(N_("Give an owner: whose matter is it?"))
    if len(wish.owner) > _LONGEST_OWNER:
        raise Refused(N_("The owner is too long; {limit} characters are kept."), limit=_LONGEST_OWNER)
    if wish.ends_on is None:
        raise Refused(N_("Give the last day: every hold ends."))


def longest_days(policy: Policy | None, hold_type: str) -> int | None:
    """How many days a hold of this type may last without a billing administrator; None sets no limit. No policy: the standard's own."""
    return (HoldRules() if policy is None else policy.holds).longest_days(hold_type)


@dataclass(frozen=True)
class _Desk:
    """One wish beside what is known on the day: the build, the holds recorded so far, the company's today."""

    warehouse: Warehouse
    viewer: Viewer
    wish: Wish
    own: list[Hold]
    today: date

    @property
    def day(self) -> date:
        return self.warehouse.build.as_of_on

    def about(self) -> dict[str, Any]:
        """What the hold names: invoice, amount and currency, as they are kept."""
        wish = self.wish
        if wish.hold_type == DISPUTE:
            return self._dispute()
        if wish.invoice_id is not None:
            raise Refused(N_("Only a dispute names an invoice; this one holds the customer."))
        if wish.hold_type == EXEMPTION:
            if wish.amount is not None:
                raise Refused(N_("An exemption names no amount; it holds the customer."))
            return {"invoice_id": None, "amount_held": None, "currency": None}
        if wish.amount is None or wish.currency is None:
            raise Refused(N_("A promise needs its amount and currency."))
        wanted = receivables.ListTotalsFilter(self.day, currency=wish.currency, customer_id=wish.customer_id)
        owed = receivables.list_totals(self.warehouse, wanted, self.viewer)["amount_open"].to_pylist() or [Decimal(0)]
        return {"invoice_id": None, "amount_held": self._amount(owed[0], wish.currency), "currency": wish.currency}

    def _dispute(self) -> dict[str, Any]:
        wish = self.wish
        if wish.invoice_id is None:
            raise Refused(N_("Name the invoice that is disputed."))
        try:
            invoice = documents.customer_invoice(self.warehouse, documents.InvoiceFilter(wish.invoice_id, self.day), self.viewer)
        except NotFound:
            invoice = {"customer_id": None}
        if invoice["customer_id"] != wish.customer_id or not invoice["amount_outstanding"]:
            raise Refused(N_("{invoice} is no open invoice of this customer."), invoice=wish.invoice_id)
        currency = str(invoice["currency"])
        if wish.currency not in {None, currency}:
            raise Refused(N_("{invoice} is in {currency}; what is disputed of it is too."), invoice=wish.invoice_id, currency=currency)
        amount = None if wish.amount is None else self._amount(invoice["amount_outstanding"], currency)
        return {"invoice_id": wish.invoice_id, "amount_held": amount, "currency": currency}

    def _amount(self, most: Decimal, currency: str) -> str:
        amount = self.wish.amount
        if amount is None or not amount.is_finite() or amount <= 0:
            raise Refused(N_("The amount must be above 0."))
        if amount > most:
            raise Refused(N_("{amount} {currency} is open at most; the hold cannot be about more."), amount=exact(most, currency),
                          currency=currency)
        if amount != round(amount, minor_units().get(currency, 4)):
            raise Refused(N_("{amount} has more decimals than {currency} has."), amount=format(amount, "f"), currency=currency)
        return exact(amount, currency)

    def check_end(self, longest_days: int | None) -> None:
        """Refuse a day that is over, and one that is too far for this person."""
        ends_on = self.wish.ends_on
        assert ends_on is not None  # noqa: S101 - seen before
        if ends_on < self.today:
            raise Refused(N_("{day} is over; a hold ends today or later."), day=ends_on)
        if longest_days is None or self.viewer.may(Permission.EXTEND_HOLD):
            return
        latest_on = self._counted_from() + timedelta(days=longest_days)
        if ends_on > latest_on:
            raise NotPermitted(_TOO_LONG[self.wish.hold_type], days=longest_days, day=latest_on)

    def _counted_from(self) -> date:
        """Today, or the first day of those that run on: what is recorded while another runs makes it no longer.

        Of a promise, those of the same currency that are not kept; of a dispute, those about the same invoice. One that is released
        on the day on which the next begins runs on in it.
        """
        released_on = {hold.hold_id: hold.withdrawn_on for hold in self.own if hold.withdrawn_on is not None}
        if self.wish.hold_type == PROMISE:
            spans = [(row["starts_on"], row["ends_on"] or date.max) for row in self._promises("running")]
            spans += [(row["starts_on"], released_on[row["hold_id"]]) for row in self._promises("ended_early")
                      if row["hold_id"] in released_on]
        else:
            spans = [
                (hold.starts_on, released_on.get(hold.hold_id, hold.ends_on)) for hold in self.own
                if hold.hold_type == self.wish.hold_type and hold.invoice_id == self.wish.invoice_id
            ]
        first, reach = self.today, self.day
        for starts_on, until_on in sorted(spans, key=lambda span: span[1], reverse=True):
            if until_on >= reach:
                first = reach = min(reach, starts_on)
        return first

    def check_earlier_promises(self) -> None:
        """Refuse a promise after one that was broken and not kept since, to who may not give another chance."""
        if self.viewer.may(Permission.EXTEND_HOLD):
            return
        broken = self._promises("broken")
        if not broken:
            return
        # Not kept by its last day, but perhaps since: as if that last day were today.
        judged = payments.promises(
            self._with_last_day_today({row["hold_id"] for row in broken}),
            payments.PromisesFilter(self.day, self.wish.customer_id, self.wish.currency), self.viewer)
        kept_since = {row["hold_id"] for row in judged.to_pylist() if row["promise_status"] in {"kept", "nothing_due"}}
        for row in broken:
            if row["hold_id"] not in kept_since:
                raise NotPermitted(
                    N_("The promise for {day} was broken and is not kept since; another one is for a billing administrator to record."),
                    day=row["ends_on"])

    def _with_last_day_today(self, hold_ids: set[str]) -> Warehouse:
        """The build with these holds, imported or own, as if they ended today."""
        holds = hold_lists.known(self.warehouse, hold_lists.HoldsFilter(self.day, self.wish.customer_id), self.viewer)
        rows = [{**row, "ends_on": self.day, "withdrawn_on": None} for row in holds.to_pylist() if row["hold_id"] in hold_ids]
        shape = EMPTY_TABLES["holds_decided"].schema
        shown = pa.Table.from_pylist([{name: row[name] for name in shape.names} for row in rows], schema=shape)
        return self.warehouse.beside({"holds_decided": lambda: shown})

    def _promises(self, status: str) -> list[dict[str, Any]]:
        wanted = payments.PromisesFilter(self.day, self.wish.customer_id, self.wish.currency, promise_status=status)
        return list(payments.promises(self.warehouse, wanted, self.viewer).to_pylist())
