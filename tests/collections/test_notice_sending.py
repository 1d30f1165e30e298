"""Sending notices: what leaves, what is refused, and that one form is one mail whatever happens in between."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

import pytest

from clearaccounts.access import DEMO_PEOPLE, Role, Viewer
from clearaccounts.collections import mail, notice_sending, notices
from clearaccounts.collections.evidence import gather
from clearaccounts.collections.grounds import Grounds
from clearaccounts.collections.notice_letters import Letter
from clearaccounts.collections.notice_sending import ByHand, Wish
from clearaccounts.collections.notices import Notice, Status
from clearaccounts.collections.policy import parse
from clearaccounts.decisions import Event, EventFilter, Store
from clearaccounts.errors import KeyReused, NotFound, NotPermitted, Refused, Stale
from clearaccounts.settings import Company, Settings, Smtp
from clearaccounts.warehouse import Warehouse
from tests.collections.mail_server import Post, running
from tests.collections.test_notices_due import HEAD, NOTICES, STAGES, invoice
from tests.decisions.common import store_in
from tests.worlds import Row, world

NOW = datetime(2026, 6, 30, 9, 0, tzinfo=UTC)
POLICY = parse(HEAD + STAGES + NOTICES, "p.toml")
SOFIA, HENRY, BEATRIZ, MARTIN, URSULA = DEMO_PEOPLE
CUSTOMERS: list[Row] = [
    {"customer_id": "C1", "customer_name": "Panadería Aliso", "contact_name": "Ana Ruiz", "contact_email": "ana@aliso.test",
     "language": "es", "country_code": "ES", "sales_agent": SOFIA.email},
    {"customer_id": "C2", "customer_name": "Birch\r\nBcc: all@birch.test", "contact_name": "\u202eEve\n{items}", "language": "de",
     "contact_email": "eve@birch.test", "sales_agent": "somebody.else@partner.test"},
    {"customer_id": "C3", "customer_name": "Cedar", "contact_email": "x@cedar.test\nBcc: all@cedar.test", "sales_agent": SOFIA.email},
    {"customer_id": "C4", "customer_name": "Dune", "contact_email": "joe@dune.example", "sales_agent": SOFIA.email},
]
DEBTS = [invoice(f"I{number}", customer_id=f"C{number}", amount=f"{number}00.00") for number in (1, 2, 3, 4)]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return world(tmp_path_factory.mktemp("notices"), customers=CUSTOMERS, customer_invoices=DEBTS)


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The same, with a payment that came in meanwhile."""
    paid = [{"payment_id": "P1", "received_on": "2026-06-30", "amount_total": "1.00"}]
    return world(tmp_path_factory.mktemp("notices"), customers=CUSTOMERS, customer_invoices=DEBTS, payments=paid)


class Office:
    """A store, the newest warehouse and a mail server."""

    def __init__(self, folder: Path, warehouse: Warehouse, smtp: Smtp) -> None:
        self.store: Store = store_in(folder)
        self.newest = warehouse
        self.grounds = Grounds(lambda: self.newest, lambda _: POLICY)
        self.settings = Settings(company=Company("Partner", payment_details="IBAN DE02 1203 0000 0000 2020 51"), smtp=smtp)
        self.now = NOW

    def letter(self, customer_id: str = "C1", notice_type: str = "final_notice", viewer: Viewer = BEATRIZ) -> Letter:
        return notice_sending.letter_of(
            self.grounds, self.settings, self.store.matching, viewer, customer_id=customer_id, currency="EUR", notice_type=notice_type,
            now=self.now)

    def send(  # noqa: PLR0917
        self, customer_id: str = "C1", key: str = "k1", viewer: Viewer = BEATRIZ, seen: str | None = None,
        notice_type: str = "final_notice", knows_holds: bool = False,
    ) -> Notice:
        seen = seen or self.letter(customer_id, notice_type).hash
        return notice_sending.send(
            self.store, self.grounds, self.settings, viewer, Wish(customer_id, "EUR", notice_type, seen, knows_holds), idempotency_key=key,
            clock=lambda: self.now)

    def by_hand(  # noqa: PLR0917
        self, sent_on: date | None, customer_id: str = "C1", viewer: Viewer = BEATRIZ, key: str = "h1", notice_type: str = "final_notice",
        channel: str = "registered_letter",
    ) -> Notice:
        wish = ByHand(customer_id, notice_type, sent_on, channel, "EUR")
        return notice_sending.record(self.store, self.grounds, viewer, wish, note="by post", idempotency_key=key, now=self.now)

    def settle(self, notice: Notice, has_arrived: bool, key: str = "s1", viewer: Viewer = MARTIN, reason: str = "they answered") -> Notice:
        return notice_sending.settle(self.store, self.grounds, viewer, notice_id=notice.notice_id, seen_version=notice.version,
                                     has_arrived=has_arrived, reason=reason, idempotency_key=key, now=self.now)

    def events(self) -> list[str]:
        return [event.event_type for event in self.store.matching(EventFilter(subject_type=notices.SUBJECT))]


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def office(tmp_path: Path, warehouse: Warehouse, post: Post) -> Iterator[Office]:
    with running(post) as smtp:
        yield Office(tmp_path, warehouse, smtp)


def test_a_notice_in_the_customers_language_and_figures(office: Office, post: Post) -> None:
    letter = office.letter()
    assert letter.subject == "Aviso final: 100,00 EUR vencido, el acceso se verá afectado desde el 5 jul 2026"
    assert "  I1  5 jun 2026  100,00 EUR" in letter.body and "IBAN DE02 1203 0000 0000 2020 51" in letter.body
    assert "disputa" not in letter.body and "a cuenta" not in letter.body
    sent = office.send()
    assert (sent.notice_status, sent.version, sent.sent_on, sent.amount_asked) == (Status.SENT, 2, date(2026, 6, 30), Decimal(100))
    assert (sent.subject, sent.body, sent.to_address, sent.detail) == (letter.subject, letter.body, "ana@aliso.test", "DATA 250 taken")
    assert office.events() == ["queued", "sent"]
    envelope, = post.taken
    assert envelope.rcpt_tos == ["ana@aliso.test"] and b"statement-2026-06-30.pdf" in cast(bytes, envelope.content)


def test_a_language_that_we_do_not_write_falls_back_to_english_and_says_so(office: Office) -> None:
    letter = office.letter("C2")
    assert (letter.language, letter.asked_language, letter.is_fallback) == ("en", "de", True)
    assert letter.body.startswith("Dear Eve {items},\n")
    assert not office.letter("C1").is_fallback


def test_a_hostile_name_is_one_line_of_one_mail(office: Office, post: Post) -> None:
    assert office.send("C2").notice_status is Status.SENT
    envelope, = post.taken
    assert envelope.rcpt_tos == ["eve@birch.test"]
    head = cast(bytes, envelope.content).split(b"\r\n\r\n")[0]
    assert b"\nBcc" not in head


def test_a_hostile_or_made_up_address_is_refused_and_nothing_is_queued(office: Office, post: Post) -> None:
    for customer_id, problem in (("C3", "not one plain mail address"), ("C4", "made-up address")):
        with pytest.raises(Refused, match=problem):
            office.send(customer_id, key=customer_id)
    assert office.events() == [] and not post.taken


def test_the_same_form_twice_is_one_mail(office: Office, post: Post) -> None:
    seen = office.letter().hash
    assert office.send(seen=seen) == office.send(seen=seen)
    assert len(post.taken) == 1 and office.events() == ["queued", "sent"]
    with pytest.raises(KeyReused):
        office.send("C2", seen=seen)


def test_a_second_person_is_told_who_sent_it(office: Office, post: Post) -> None:
    seen = office.letter().hash
    office.send(seen=seen)
    with pytest.raises(Refused, match="Beatriz Romero has sent this notice to Panadería Aliso already, on 2026-06-30"):
        office.send(viewer=MARTIN, key="k2", seen=seen)
    assert len(post.taken) == 1


def test_what_was_seen_must_be_what_is_sent(office: Office, post: Post, later: Warehouse) -> None:
    seen = office.letter().hash
    office.newest = later
    with pytest.raises(Refused, match="has changed since you saw it"):
        office.send(seen=seen)
    assert "1,00 EUR a cuenta" in office.letter().body and "99,00 EUR" in office.letter().subject
    assert not post.taken


def test_the_next_build_of_the_same_figures_changes_nothing(office: Office, tmp_path: Path) -> None:
    seen = office.letter().hash
    office.newest = world(tmp_path, customers=CUSTOMERS, customer_invoices=DEBTS, build_id="another")
    assert office.letter().hash == seen


def test_a_promise_must_be_known_to_the_sender(office: Office, tmp_path: Path) -> None:
    promise = {"hold_id": "H1", "hold_type": "promise_to_pay", "starts_on": "2026-06-20", "ends_on": "2026-07-10"}
    office.newest = world(tmp_path, customers=CUSTOMERS, customer_invoices=DEBTS, holds=[promise])
    with pytest.raises(Refused, match="on hold"):
        office.send()
    assert office.send(key="k2", knows_holds=True).notice_status is Status.SENT


def test_without_a_server_nothing_is_queued(tmp_path: Path, warehouse: Warehouse) -> None:
    office = Office(tmp_path, warehouse, Smtp())
    with pytest.raises(Refused, match="No mail server is set up"):
        office.send()
    assert office.events() == []


def test_a_broken_template_sends_nothing(office: Office, tmp_path: Path, post: Post) -> None:
    seen = office.letter().hash
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "final_notice.en.txt").write_text("Subject: x\n\n{oops}", encoding="utf-8")
    office.settings = replace(office.settings, notices=replace(office.settings.notices, templates=str(tmp_path / "own")))
    with pytest.raises(Exception, match=r"final_notice\.en\.txt, line 3"):
        office.send(seen=seen)
    assert office.events() == [] and not post.taken


# What is known after a fault

@pytest.mark.parametrize("fault", ["refuse_recipient", "refuse_data"])
def test_what_the_server_refused_may_be_sent_again(office: Office, post: Post, fault: str) -> None:
    post.fault = fault
    failed = office.send()
    assert failed.notice_status is Status.FAILED and "55" in failed.detail
    post.fault = ""
    assert office.send(key="k2").notice_status is Status.SENT
    assert len(post.taken) == 1


@pytest.mark.parametrize("fault", ["drop_after_data", "slow"])
def test_a_mail_of_which_nobody_knows_is_never_sent_again_by_itself(office: Office, post: Post, fault: str) -> None:
    post.fault = fault
    seen = office.letter().hash
    unknown = office.send(seen=seen)
    assert unknown.notice_status is Status.UNKNOWN
    post.fault = ""
    assert office.send(seen=seen).notice_status is Status.UNKNOWN  # the same form
    with pytest.raises(Refused, match="already"):
        office.send(seen=seen, key="k2")                           # another form
    assert len(post.taken) == 1
    stood, = notices.table(notices.known(office.store.matching)).to_pylist()
    assert stood["withdrawn_on"] == stood["sent_on"]               # and it proves nothing
    with pytest.raises(Refused, match="how do you know"):
        office.settle(unknown, has_arrived=True, reason=" ")
    arrived = office.settle(unknown, has_arrived=True)
    assert arrived.notice_status is Status.SENT and arrived.sent_on == date(2026, 6, 30)
    with pytest.raises(Stale, match="Martin Weiss said"):
        office.settle(unknown, has_arrived=False, key="s2", viewer=BEATRIZ)


def test_what_did_not_arrive_may_be_sent_again(office: Office, post: Post) -> None:
    post.fault = "drop_after_data"
    unknown = office.send()
    assert office.settle(unknown, has_arrived=False).notice_status is Status.NOT_ARRIVED
    post.fault = ""
    assert office.send(key="k2").notice_status is Status.SENT
    assert len(post.taken) == 2


def test_a_mail_on_its_way_is_not_settled_too_early(office: Office) -> None:
    with patch.object(mail, "deliver", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        office.send()
    queued = notices.known(office.store.matching)[0]
    assert queued.notice_status is Status.QUEUED and not queued.needs_an_answer(NOW + timedelta(minutes=14, seconds=59))
    with pytest.raises(Refused, match="on its way"):
        office.settle(queued, has_arrived=False)
    office.now = NOW + timedelta(minutes=15)
    assert queued.needs_an_answer(office.now)
    assert office.settle(queued, has_arrived=False, key="s2").notice_status is Status.NOT_ARRIVED


def _send_and_die(folder: Path, warehouse: Path, smtp: Smtp, when: str) -> None:
    office = Office(folder, Warehouse(warehouse, Settings()), smtp)
    office.newest = office.newest.beside({})
    deliver = mail.deliver

    def killed(content: bytes, recipient: str, where: Smtp) -> mail.Delivery:
        if when == "after":
            deliver(content, recipient, where)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    with patch.object(mail, "deliver", killed):
        office.send()


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_between_queue_and_answer(office: Office, post: Post, tmp_path: Path, when: str) -> None:
    seen = office.letter().hash
    given = (tmp_path, office.newest.path, office.settings.smtp, when)
    # Not forked: of the databases that are open here a child would have everything but the threads.
    child = multiprocessing.get_context("spawn").Process(target=_send_and_die, args=given)
    child.start()
    child.join(120)
    assert child.exitcode == -signal.SIGKILL
    reopened = store_in(tmp_path)
    office.store = reopened
    assert office.events() == ["queued"] and len(post.taken) == (1 if when == "after" else 0)
    assert office.send(seen=seen).notice_status is Status.QUEUED           # the same form sends nothing
    with pytest.raises(Refused, match="already"):
        office.send(seen=seen, key="k2")                                   # nor does another
    assert len(post.taken) == (1 if when == "after" else 0)
    office.now = NOW + timedelta(hours=1)
    queued = notices.known(reopened.matching)[0]
    assert office.settle(queued, has_arrived=when == "after").notice_status is (Status.SENT if when == "after" else Status.NOT_ARRIVED)
    assert [finding for finding in reopened.verify() if finding.is_failure] == []


# The sample partner

def test_the_samples_made_up_people_are_never_mailed(office: Office, post: Post, warehouse: Warehouse) -> None:
    sample = warehouse.beside({})
    sample.build = replace(warehouse.build, is_sample=True)
    office.newest = sample
    office.now = datetime(2027, 1, 1, tzinfo=UTC)
    sent = office.send()
    assert (sent.notice_status, sent.is_mailed, sent.sent_on) == (Status.SENT, False, date(2026, 6, 30))
    assert office.events() == ["sent"] and not post.taken
    office.settings = replace(office.settings, smtp=replace(office.settings.smtp, may_mail_sample=True))
    assert office.send("C2", key="k2").is_mailed and len(post.taken) == 1


# By hand

@pytest.mark.parametrize(("sent_on", "problem"), [
    (None, "Give the day"), (date(2026, 7, 1), "2026-07-01 is in the future"), (date(2025, 5, 1), "too long ago"),
])
def test_the_day_of_a_notice_by_hand(office: Office, sent_on: date | None, problem: str) -> None:
    with pytest.raises(Refused, match=problem):
        office.by_hand(sent_on)


def test_a_notice_by_hand_on_older_data_may_be_of_today(office: Office) -> None:
    office.now = NOW + timedelta(days=2)
    assert office.by_hand(date(2026, 7, 2)).sent_on == date(2026, 7, 2)


def test_types_and_channels_are_closed_lists(office: Office) -> None:
    wrong: list[dict[str, Any]] = [{"channel": "pigeon"}, {"notice_type": "threat"}]
    for more in wrong:
        with pytest.raises(Refused, match="A notice is a reminder"):
            office.by_hand(date(2026, 6, 30), **more)


def test_a_record_made_by_mistake_is_taken_back_and_a_mail_is_not(office: Office) -> None:
    def withdraw(notice: Notice, key: str) -> Notice:
        return notice_sending.withdraw(office.store, office.grounds, MARTIN, notice_id=notice.notice_id, seen_version=notice.version,
                                       reason="the wrong customer", idempotency_key=key, now=office.now)

    record = office.by_hand(date(2026, 6, 26))
    assert withdraw(record, "w1").withdrawn_on == date(2026, 6, 30)
    with pytest.raises(Stale, match="took this record back"):
        withdraw(record, "w2")
    assert office.letter().amount_asked == 100
    with pytest.raises(Refused, match="cannot be taken back"):
        withdraw(office.send(), "w3")


# Evidence: a final notice sent here, long enough ago

@pytest.mark.parametrize(("sent_on", "held"), [("2026-07-01", False), ("2026-07-02", True), ("2026-06-05", False), ("2026-06-04", True)])
def test_a_final_notice_recorded_here_meets_the_stage(office: Office, tmp_path: Path, sent_on: str, held: bool) -> None:
    day = date(2026, 7, 6)
    office.newest = world(tmp_path, day, customers=CUSTOMERS, customer_invoices=DEBTS)
    office.now = datetime(2026, 7, 6, 9, tzinfo=UTC)
    assert office.grounds.evidence(BEATRIZ, "C1", "EUR", office.store.matching)[0].hold_reasons == ("no_final_notice",)
    record = office.by_hand(date.fromisoformat(sent_on))
    found, _ = office.grounds.evidence(BEATRIZ, "C1", "EUR", office.store.matching)
    assert (found.hold_reasons, found.is_flagged) == ((("no_final_notice",), False) if held else ((), True))
    assert [notice["notice_id"] for notice in found.notices] == ([] if held else [record.notice_id])
    before = gather(office.newest, BEATRIZ, "C1", "EUR", as_of_on=day, policy=POLICY)
    assert before.hold_reasons == ("no_final_notice",)  # without the decisions beside it


@pytest.mark.parametrize("fault", ["drop_after_data", "refuse_data"])
def test_no_file_says_that_a_notice_arrived_which_was_begun_here(office: Office, post: Post, tmp_path: Path, fault: str) -> None:
    post.fault = fault
    begun = office.send()
    imported = [{"notice_id": begun.notice_id, "customer_id": "C1", "notice_type": "final_notice", "sent_on": "2026-06-20"}]
    office.newest = world(tmp_path, date(2026, 7, 6), customers=CUSTOMERS, customer_invoices=DEBTS, notices=imported)
    office.now = datetime(2026, 7, 6, 9, tzinfo=UTC)
    assert office.grounds.evidence(BEATRIZ, "C1", "EUR", office.store.matching)[0].hold_reasons == ("no_final_notice",)
    if fault == "drop_after_data":
        office.settle(begun, has_arrived=True)
        assert office.grounds.evidence(BEATRIZ, "C1", "EUR", office.store.matching)[0].is_flagged


# Who may

def test_roles(office: Office) -> None:
    for viewer in (HENRY, URSULA):
        with pytest.raises((NotPermitted, NotFound)):
            office.by_hand(date(2026, 6, 30), viewer=viewer, key=viewer.user_id)
    for viewer in (SOFIA, BEATRIZ, MARTIN):
        assert office.by_hand(date(2026, 6, 30), viewer=viewer, key=viewer.user_id).sent_by.user_id == viewer.user_id


def test_another_agents_customer_is_refused_in_the_words_of_one_that_does_not_exist(office: Office) -> None:
    said = set()
    for customer_id in ("C2", "nobody"):
        for attempt in (lambda: office.send(customer_id, viewer=SOFIA, seen="0", key=f"a{customer_id}"),  # noqa: B023
                        lambda: office.by_hand(date(2026, 6, 30), customer_id, SOFIA, key=f"b{customer_id}"),  # noqa: B023
                        lambda: office.letter(customer_id, viewer=SOFIA)):  # noqa: B023
            with pytest.raises(NotFound) as refused:
                attempt()
            said.add(str(refused.value))
    assert len(said) == 1
    record = office.by_hand(date(2026, 6, 30), "C2")
    for notice in (record, replace(record, notice_id="notice-nobody")):
        with pytest.raises(NotFound, match="There is no such notice"):
            office.settle(notice, has_arrived=True, viewer=SOFIA, key=notice.notice_id)


def test_the_fold_refuses_what_cannot_have_happened(office: Office) -> None:
    office.send()
    events: tuple[Event, ...] = office.store.matching(EventFilter(subject_type=notices.SUBJECT))
    with pytest.raises(ValueError, match="cannot follow"):
        notices.fold([events[1], events[1]])
    with pytest.raises(ValueError, match="cannot follow"):
        notices.fold([*events, events[1]])
    assert Role.OPERATOR not in {SOFIA.role, MARTIN.role}
