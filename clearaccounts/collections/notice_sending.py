"""Sending a notice, recording one that went out by hand, and saying what became of one.

Everything is checked under the store's lock against the newest build: that the notice is still called for, and that it says
what the sender was shown. The event `queued` is on record before the mail leaves; one form is one mail, whatever happens.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from clearaccounts.access import Permission, Viewer
from clearaccounts.accounts import account
from clearaccounts.collections import mail, notice_letters, notices
from clearaccounts.collections.days import counts_from, protects_from
from clearaccounts.collections.grounds import Grounds, Matching
from clearaccounts.collections.mail import Mail
from clearaccounts.collections.notice_letters import Letter, NoticeItemsFilter, NoticesDueFilter
from clearaccounts.collections.notices import DONE, STEPS, SUBJECT, Notice, Status
from clearaccounts.collections.standing import with_unsettled
from clearaccounts.decisions import Action, EventFilter, Scene, Store, is_blank
from clearaccounts.errors import NotFound, Refused, Stale
from clearaccounts.money import exact, minor_units
from clearaccounts.settings import Settings
from clearaccounts.text import N_
from clearaccounts.warehouse import Build, Warehouse

MAILED, RECORDED = "mailed", "recorded"
_NO_NOTICE = N_("There is no such notice.")
_LONGEST_NOTE = 2000
# Nobody remembers the day of a letter for longer.
_OLDEST_DAYS = 400


@dataclass(frozen=True)
class Wish:
    """What a form asks to send: which notice, to whom, and what the sender saw of it (`Letter.hash`).

    `knows_holds` says that the sender was told of the holds on the customer and sends it all the same.
    """

    customer_id: str
    currency: str
    notice_type: str
    seen_hash: str
    knows_holds: bool = False

    @property
    def asked(self) -> dict[str, Any]:
        """What the form sent, as it is kept."""
        return {"customer_id": self.customer_id, "currency": self.currency, "notice_type": self.notice_type,
                "letter_hash": self.seen_hash, "knows_holds": self.knows_holds}


@dataclass(frozen=True)
class ByHand:
    """A notice that went out another way: which, to whom, when and how; `currency` None covers every currency."""

    customer_id: str
    notice_type: str
    sent_on: date | None
    channel: str
    currency: str | None = None

    @property
    def asked(self) -> dict[str, Any]:
        """What the form sent, as it is kept."""
        return {"customer_id": self.customer_id, "notice_type": self.notice_type, "sent_on": self.sent_on, "channel": self.channel,
                "currency": self.currency}


def way_out(settings: Settings, build: Build) -> str | None:
    """How a notice leaves: MAILED, RECORDED (the sample: nothing is mailed to made-up addresses), or None without a server."""
    if build.is_sample and not settings.smtp.may_mail_sample:
        return RECORDED
    return MAILED if settings.smtp.host else None


def letter_of(
    grounds: Grounds, settings: Settings, matching: Matching, viewer: Viewer, *, customer_id: str, currency: str, notice_type: str,
    now: datetime,
) -> Letter:
    """The notice as it would be sent now.

    Raises:
        NotFound: there is no such customer, or not for this viewer.
        Refused: it is not called for: says who sent it, if somebody did.
        TemplateError: its template cannot be used.
    """
    newest = with_unsettled(grounds.warehouse(), matching)
    customer = account(newest, customer_id, viewer)
    day = newest.build.as_of_on
    chosen = NoticesDueFilter(day, counts_from(newest.build, now), customer_id, currency)
    called = notice_letters.due(newest, chosen, grounds.policy(day), viewer).to_pylist()
    row = next((one for one in called if one["notice_type"] == notice_type), None)
    if row is None:
        raise _not_called_for(matching, customer, currency, notice_type)
    named = notice_letters.items(newest, NoticeItemsFilter(customer_id, currency, row["from_days"], day), viewer)
    return notice_letters.write(newest, row, named, settings, viewer, as_of_on=day, sent_on=counts_from(newest.build, now))


def send(
    store: Store, grounds: Grounds, settings: Settings, viewer: Viewer, wish: Wish, *, idempotency_key: str, clock: Callable[[], datetime],
) -> Notice:
    """Send one notice; the answer tells what became of it, and the same key gives the same answer.

    Args:
        store: where it is recorded.
        grounds: the newest warehouse and the policy.
        settings: the mail server, the company, the templates.
        viewer: who sends.
        wish: what, and what was seen.
        idempotency_key: made when the form was drawn.
        clock: the caller's clock.

    Raises:
        NotFound: there is no such customer, or not for this viewer; the words are the same.
        NotPermitted: the role does not allow it.
        Refused: not called for, changed since it was seen, no server, no address, a hold that the sender was not told of.
        DecisionError: it could not be recorded; if the mail had left by then, it is listed as one of which nobody knows.
    """
    drawn: list[Letter] = []
    now = clock()
    way = way_out(settings, grounds.warehouse().build)

    def guard(scene: Scene) -> None:
        account(grounds.warehouse(), wish.customer_id, scene.viewer)

    def rule(scene: Scene) -> Mapping[str, Any]:
        letter = letter_of(grounds, settings, scene.matching, scene.viewer, customer_id=wish.customer_id, currency=wish.currency,
                           notice_type=wish.notice_type, now=now)
        if letter.hash != wish.seen_hash:
            raise Refused(N_("The notice to {customer} has changed since you saw it; look at it again."), customer=letter.customer_name)
        if letter.hold_types and not wish.knows_holds:
            raise Refused(N_("{customer} is on hold ({holds}); say that you know it, or do not send."), customer=letter.customer_name,
                          holds=", ".join(kind.replace("_", " ") for kind in letter.hold_types))
        address = mail.address(letter.to_address)
        if way is None:
            raise Refused(N_("No mail server is set up; record the notice as sent by hand, or name one in clearaccounts.toml."))
        if way == MAILED and mail.is_nobodys(address) and not settings.smtp.may_mail_sample:
            raise Refused(N_("{address} is a made-up address; nothing is mailed there."), address=address)
        drawn.append(letter)
        build = grounds.warehouse().build
        return {
            "customer_name": letter.customer_name, "notice_type": letter.notice_type, "currency": letter.currency, "channel": "email",
            "sent_on": letter.sent_on, "to_address": address, "language": letter.language, "subject": letter.subject, "body": letter.body,
            "letter_hash": letter.hash, "amount_asked": exact(letter.amount_asked, letter.currency), "affected_on": letter.affected_on,
            "hold_types": list(letter.hold_types), "has_statement": letter.statement is not None,
            "build": {"build_id": build.build_id, "as_of_on": build.as_of_on},
        }

    notice_id = _id(idempotency_key)
    store.append(viewer, Action(
        SUBJECT, notice_id, notices.QUEUE if way == MAILED else notices.SEND, "", idempotency_key, now, (Permission.SEND_NOTICE,), rule,
        asked=wish.asked, customer_id=wish.customer_id, expected_version=0, guard=guard, meanwhile=DONE,
    ))
    if drawn and way == MAILED:
        _mail(store, settings, viewer, notice_id, drawn[0], idempotency_key, clock)
    return notice_of(store, notice_id)


def record(
    store: Store, grounds: Grounds, viewer: Viewer, wish: ByHand, *, note: str, idempotency_key: str, now: datetime,
) -> Notice:
    """Put a notice on record that went out by hand; it counts from the day on which it really went out.

    Raises:
        NotFound: there is no such customer, or not for this viewer; the words are the same.
        NotPermitted: the role does not allow it.
        Refused: the day is missing, in the future or very long ago; or type, channel or currency is none we know.
    """
    def guard(scene: Scene) -> None:
        account(grounds.warehouse(), wish.customer_id, scene.viewer)

    def rule(scene: Scene) -> Mapping[str, Any]:
        newest = grounds.warehouse()
        today = counts_from(newest.build, now)
        if wish.sent_on is None:
            raise Refused(N_("Give the day on which it was sent."))
        if wish.sent_on > today:
            raise Refused(N_("{day} is in the future; a notice counts from the day on which it was really sent."), day=wish.sent_on)
        if (today - wish.sent_on).days > _OLDEST_DAYS:
            raise Refused(N_("{day} is too long ago; import notices of that time instead."), day=wish.sent_on)
        if wish.notice_type not in notices.TYPES or wish.channel not in notices.CHANNELS:
            raise Refused(N_("A notice is a reminder, an overdue notice or a final notice, and went out by one of the ways listed."))
        if wish.currency is not None and wish.currency not in minor_units():
            raise Refused(N_("{currency} is not an ISO 4217 currency."), currency=wish.currency)
        _check_note(note)
        return {
            "customer_name": account(newest, wish.customer_id, scene.viewer)["customer_name"], "notice_type": wish.notice_type,
            "currency": wish.currency, "channel": wish.channel, "sent_on": wish.sent_on,
            "build": {"build_id": newest.build.build_id, "as_of_on": newest.build.as_of_on},
        }

    notice_id = _id(idempotency_key)
    store.append(viewer, Action(
        SUBJECT, notice_id, notices.SEND, note.strip(), idempotency_key, now, (Permission.SEND_NOTICE,), rule, asked=wish.asked,
        customer_id=wish.customer_id, expected_version=0, guard=guard, meanwhile=DONE,
    ))
    return notice_of(store, notice_id)


def settle(
    store: Store, grounds: Grounds, viewer: Viewer, *, notice_id: str, seen_version: int, has_arrived: bool, reason: str,
    idempotency_key: str, now: datetime,
) -> Notice:
    """Say what became of a mail of which nobody knew: it arrived, or it did not and may be sent again.

    Raises:
        NotFound: there is no such notice, or not for this viewer; the words are the same.
        NotPermitted: the role does not allow it.
        Stale: somebody said so meanwhile.
        Refused: no reason, or there is nothing to say: its end is known, or it is on its way just now.
    """
    def rule(scene: Scene) -> Mapping[str, Any]:
        if is_blank(reason):
            raise Refused(N_("Give a reason: how do you know?"))
        _check_note(reason)
        notice = notices.fold(scene.events)
        if notice.notice_status is Status.QUEUED and not notice.needs_an_answer(now):
            raise Refused(N_("This mail is on its way just now; look again in a quarter of an hour."))
        return {}

    event_type = notices.ARRIVED if has_arrived else notices.NOT_ARRIVED
    return _follow(store, grounds, viewer, notice_id, event_type, seen_version, reason, idempotency_key, now, rule)


def withdraw(
    store: Store, grounds: Grounds, viewer: Viewer, *, notice_id: str, seen_version: int, reason: str, idempotency_key: str, now: datetime,
) -> Notice:
    """Take back a record that was made by mistake: from the day of the newest data on it counts no more.

    Raises:
        NotFound, NotPermitted, Stale: as `settle`.
        Refused: no reason, or it was mailed: what left cannot be taken back.
    """
    def rule(scene: Scene) -> Mapping[str, Any]:
        if is_blank(reason):
            raise Refused(N_("Give a reason."))
        _check_note(reason)
        if notices.fold(scene.events).is_mailed:
            raise Refused(N_("This notice was mailed; what has left cannot be taken back."))
        return {"withdrawn_on": protects_from(grounds.warehouse().build)}

    return _follow(store, grounds, viewer, notice_id, notices.WITHDRAW, seen_version, reason, idempotency_key, now, rule)


def notice_of(store: Store, notice_id: str) -> Notice:
    """One notice as it stands now; callers check the viewer's scope by its customer.

    Raises:
        NotFound: there is no such notice.
    """
    events = store.matching(EventFilter(subject_type=SUBJECT, subject_id=notice_id))
    if not events:
        raise NotFound(_NO_NOTICE)
    return notices.fold(events)


def history(store: Store, warehouse: Warehouse, viewer: Viewer, customer_id: str) -> list[Notice]:
    """Every notice of one customer that is on record here, the newest first.

    Raises:
        NotPermitted: the role may not see flags.
        NotFound: there is no such customer, or not for this viewer.
    """
    viewer.require(Permission.VIEW_FLAGS)
    account(warehouse, customer_id, viewer)
    return list(reversed(notices.known(store.matching, customer_id)))


def _mail(  # noqa: PLR0917 - one step of `send`
    store: Store, settings: Settings, viewer: Viewer, notice_id: str, letter: Letter, key: str, clock: Callable[[], datetime],
) -> None:
    """Hand the mail to the server and put on record what came of it; everything before the server is a plain failure."""
    address = mail.address(letter.to_address)
    smtp = replace(settings.smtp, from_name=settings.smtp.from_name or settings.company.legal_name or settings.company.name)
    try:
        written = Mail(notice_id, address, letter.to_name, letter.subject, letter.body, letter.attachments(settings.company))
        made = mail.message(written, smtp, clock())
    except Exception as error:
        result = mail.Delivery(mail.FAILED, type(error).__name__)
        _result(store, viewer, notice_id, result, key, clock())
        raise
    _result(store, viewer, notice_id, mail.deliver(made, address, smtp), key, clock())


def _result(  # noqa: PLR0917 - one step of `send`
    store: Store, viewer: Viewer, notice_id: str, found: mail.Delivery, key: str, now: datetime,
) -> None:
    event_type = {mail.SENT: notices.SEND, mail.FAILED: notices.FAIL, mail.UNKNOWN: notices.DOUBT}[found.outcome]
    # Stale: somebody took it for interrupted and said what became of it; their word stands.
    with suppress(Stale):
        store.append(viewer, Action(
            SUBJECT, notice_id, event_type, "", f"{key}:result", now, (Permission.SEND_NOTICE,), lambda _: {"detail": found.detail},
            expected_version=1,
        ))


def _follow(  # noqa: PLR0917 - the two public functions name everything; this one passes it on
    store: Store, grounds: Grounds, viewer: Viewer, notice_id: str, event_type: str, seen_version: int, reason: str, idempotency_key: str,
    now: datetime, rule: Callable[[Scene], Mapping[str, Any]],
) -> Notice:
    def guard(scene: Scene) -> None:
        if not scene.events or not grounds.is_in_scope(scene.viewer, notices.fold(scene.events).customer_id):
            raise NotFound(_NO_NOTICE)

    def checked(scene: Scene) -> Mapping[str, Any]:
        last = scene.events[-1]
        if notices.fold(scene.events).notice_status not in STEPS[event_type][0]:
            raise Refused(DONE[last.event_type], who=last.by.name, when=last.occurred_at.strftime("%Y-%m-%d %H:%M UTC"))
        return rule(scene)

    event = store.append(viewer, Action(
        SUBJECT, notice_id, event_type, reason.strip(), idempotency_key, now, (Permission.SEND_NOTICE,), checked,
        asked={"has_seen": seen_version}, expected_version=seen_version, guard=guard, meanwhile=DONE,
    ))
    return notices.fold(store.matching(EventFilter(subject_type=SUBJECT, subject_id=event.subject_id))[: event.version])


def _not_called_for(matching: Matching, customer: Mapping[str, Any], currency: str, notice_type: str) -> Refused:
    before = [
        notice for notice in notices.known(matching, customer["customer_id"])
        if notice.notice_type == notice_type and notice.blocks and notice.currency in {None, currency}
    ]
    if not before:
        return Refused(
            N_("The policy does not call for this notice to {customer} now; look at them again."), customer=customer["customer_name"])
    return Refused(
        N_("{who} has sent this notice to {customer} already, on {day}."), who=before[-1].sent_by.name, customer=customer["customer_name"],
        day=before[-1].sent_on,
    )


def _check_note(text: str) -> None:
    if len(text) > _LONGEST_NOTE:
        raise Refused(N_("The reason is too long; {limit} characters are kept."), limit=_LONGEST_NOTE)


def _id(idempotency_key: str) -> str:
    return "notice-" + hashlib.sha256(idempotency_key.encode("utf-8", "replace")).hexdigest()[:16]
