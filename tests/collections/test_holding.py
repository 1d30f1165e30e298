"""Recording and releasing a hold: who may, how long, what it may name, and what is refused in which words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from clearaccounts.access import DEMO_PEOPLE, OPERATOR, Role, Viewer
from clearaccounts.collections import holding, holds
from clearaccounts.collections.holding import DISPUTE, EXEMPTION, HOLD_TYPES, PROMISE, Wish
from clearaccounts.collections.holds import Hold
from clearaccounts.collections.policy_model import HoldRules
from clearaccounts.decisions import EventFilter, known_by_id, open_store
from clearaccounts.errors import ClearAccountsError, KeyReused, NotFound, NotPermitted, Refused, Stale
from clearaccounts.handed_tables import EMPTY_TABLES
from clearaccounts.settings import DataFolder, Settings
from tests.decisions.common import PEOPLE
from tests.decisions.debtors import DEBT, NOW, SMALL_DEBT, Town
from tests.worlds import LAST_DAY

SOFIA, HENRY, BEATRIZ, MARTIN, URSULA = (
    PEOPLE[role] for role in (Role.SALES_AGENT, Role.HELPDESK_AGENT, Role.BILLING_ADMIN, Role.MANAGER, Role.USER_ADMIN)
)
COLLEAGUE = Viewer("test:colleague", "Carla Colleague", Role.SALES_AGENT, "carla@partner.example")
NOT_YET_DUE = {**DEBT, "invoice_id": "I3", "due_on": "2026-09-30", "amount_total": "80.00"}
DOLLARS = {**DEBT, "invoice_id": "I4", "amount_total": "70.00", "currency": "USD"}


@pytest.fixture
def town(tmp_path: Path) -> Town:
    people = {person.user_id: person for person in (*DEMO_PEOPLE, OPERATOR, COLLEAGUE)}
    store = open_store(DataFolder(tmp_path), Settings(), known_by_id(people.get))
    return Town(store, customer_invoices=[DEBT, SMALL_DEBT, NOT_YET_DUE, DOLLARS])


def days(count: int) -> date:
    return LAST_DAY + timedelta(days=count)


def wish(hold_type: str = DISPUTE, **more: Any) -> Wish:
    usual: dict[str, dict[str, Any]] = {
        DISPUTE: {"invoice_id": "I1", "ends_on": days(30)},
        PROMISE: {"amount": Decimal(100), "currency": "EUR", "ends_on": days(7)},
        EXEMPTION: {"ends_on": days(90)},
    }
    return Wish(**{"customer_id": "C1", "hold_type": hold_type, "owner": BEATRIZ.email, **usual[hold_type], **more})


def record(
    town: Town, wanted: Wish, viewer: Viewer = BEATRIZ, *, key: str = "form", reason: str = "20 seats were cancelled", now: Any = NOW,
) -> Hold:
    return holding.record(town.store, town.grounds, viewer, wanted, reason=reason, idempotency_key=key, now=now)


def release(town: Town, held: Hold, viewer: Viewer = BEATRIZ, *, key: str = "release", reason: str = "settled") -> Hold:
    return holding.release(
        town.store, town.grounds, viewer, hold_id=held.hold_id, seen_version=held.version, reason=reason, idempotency_key=key, now=NOW)


def count(town: Town) -> int:
    return len(town.store.matching(EventFilter(subject_type=holds.SUBJECT)))


# ---- what is kept


def test_a_dispute_keeps_what_it_names(town: Town) -> None:
    made = record(town, wish(amount=Decimal("120.50")), SOFIA)
    assert (made.hold_type, made.invoice_id, made.amount_held, made.currency) == (DISPUTE, "I1", Decimal("120.50"), "EUR")
    assert (made.starts_on, made.ends_on, made.owner, made.reason) == (LAST_DAY, days(30), BEATRIZ.email, "20 seats were cancelled")
    assert (made.recorded_by.name, made.recorded_at, made.withdrawn_on, made.version) == (SOFIA.name, NOW, None, 1)
    assert holds.recorded(town.store.matching) == [made]


def test_a_dispute_without_an_amount_is_about_all_that_is_open(town: Town) -> None:
    assert record(town, wish()).amount_held is None


def test_holds_are_handed_to_queries_as_a_table(town: Town) -> None:
    made = release(town, record(town, wish(PROMISE)))
    shown = holds.table(holds.recorded(town.store.matching))
    assert shown.schema == EMPTY_TABLES["holds_decided"].schema
    assert shown.to_pylist() == [{name: getattr(made, name) for name in shown.column_names}]
    assert holds.table([]).schema == shown.schema


def test_the_same_form_sent_again_is_the_same_hold(town: Town) -> None:
    made = record(town, wish())
    assert record(town, wish()) == made and count(town) == 1
    with pytest.raises(KeyReused):
        record(town, wish(ends_on=days(31)))


# ---- who may


@pytest.mark.parametrize("hold_type", HOLD_TYPES)
@pytest.mark.parametrize("role", list(Role))
def test_who_may_record_what(town: Town, role: Role, hold_type: str) -> None:
    allowed = {
        Role.SALES_AGENT: {DISPUTE, PROMISE}, Role.BILLING_ADMIN: set(HOLD_TYPES), Role.MANAGER: set(HOLD_TYPES),
    }.get(role, set())
    if hold_type in allowed:
        assert record(town, wish(hold_type), PEOPLE[role]).hold_type == hold_type
        return
    with pytest.raises(NotPermitted):
        record(town, wish(hold_type), PEOPLE[role])
    assert count(town) == 0
    assert [event.actor for event in town.store.matching(EventFilter(event_type="denied"))] == [PEOPLE[role].user_id]


def test_a_foreign_customer_is_refused_in_the_words_of_a_missing_one(town: Town) -> None:
    said = []
    for customer_id in ("C2", "C9"):
        with pytest.raises(NotFound) as refusal:
            record(town, wish(customer_id=customer_id, invoice_id="I2"), SOFIA)
        said.append(str(refusal.value))
    assert said[0] == said[1] and count(town) == 0


@pytest.mark.parametrize("invoice_id", ["I2", "I9"])
def test_a_foreign_invoice_is_refused_in_the_words_of_a_missing_one(town: Town, invoice_id: str) -> None:
    for viewer in (SOFIA, BEATRIZ):
        with pytest.raises(Refused, match=f"^{invoice_id} is no open invoice of this customer.$"):
            record(town, wish(invoice_id=invoice_id), viewer, key=viewer.user_id)


# ---- what is needed


@pytest.mark.parametrize(("more", "words"), [
    ({"owner": " "}, "owner"), ({"owner": "x" * 201}, "too long"), ({"ends_on": None}, "every hold ends"),
    ({"ends_on": days(-1)}, "is over"), ({"invoice_id": None}, "Name the invoice"), ({"currency": "USD"}, "I1 is in EUR"),
    ({"amount": Decimal("500.01")}, "500.00 EUR is open"),
    ({"amount": Decimal(0)}, "above 0"), ({"amount": Decimal(-1)}, "above 0"), ({"amount": Decimal("1.001")}, "more decimals"),
    ({"amount": Decimal("NaN")}, "above 0"), ({"amount": Decimal("Infinity")}, "above 0"), ({"hold_type": "rain"}, "A hold is a dispute"),
])
def test_what_a_dispute_needs(town: Town, more: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        record(town, replace(wish(), **more))
    assert count(town) == 0


@pytest.mark.parametrize(("more", "words"), [
    ({"amount": None}, "amount and currency"), ({"currency": None}, "amount and currency"),
    ({"amount": Decimal("580.01")}, "580.00 EUR is open"),
    ({"currency": "JPY"}, "0 JPY is open"), ({"invoice_id": "I1"}, "Only a dispute"), ({"ends_on": days(-1)}, "is over"),
])
def test_what_a_promise_needs(town: Town, more: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        record(town, replace(wish(PROMISE), **more))


def test_a_promise_may_be_about_all_that_is_open_in_its_currency(town: Town) -> None:
    assert record(town, wish(PROMISE, amount=Decimal(580))).amount_held == Decimal(580)
    assert record(town, wish(PROMISE, amount=Decimal(70), currency="USD"), key="other").currency == "USD"


@pytest.mark.parametrize("more", [{"amount": Decimal(1)}, {"invoice_id": "I1"}, {"ends_on": None}])
def test_an_exemption_names_an_end_and_nothing_else(town: Town, more: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        record(town, replace(wish(EXEMPTION), **more))
    assert record(town, wish(EXEMPTION)).amount_held is None


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 2001])
def test_a_reason_is_needed_and_has_an_end(town: Town, reason: str) -> None:
    with pytest.raises(Refused, match="reason"):
        record(town, wish(), reason=reason)


def test_a_settled_invoice_is_not_disputed(town: Town) -> None:
    town.then(
        payments=[{"payment_id": "P1", "received_on": "2026-06-01", "amount_total": "500.00"}],
        allocations=[{
            "allocation_id": "A1", "applied_on": "2026-06-01", "source_id": "P1", "invoice_id": "I1", "amount_applied": "500.00",
        }],
    )
    with pytest.raises(Refused, match="no open invoice"):
        record(town, wish())


# ---- how long


@pytest.mark.parametrize(("hold_type", "longest"), [(DISPUTE, 60), (PROMISE, 14)])
@pytest.mark.parametrize("viewer", [SOFIA, MARTIN, BEATRIZ], ids=lambda viewer: viewer.role.value)
def test_how_long_and_for_whom(town: Town, hold_type: str, longest: int, viewer: Viewer) -> None:
    for count_ in (0, longest):
        assert record(town, wish(hold_type, ends_on=days(count_), customer_id="C1"), BEATRIZ, key=f"{count_}").ends_on == days(count_)
    too_long = wish(hold_type, ends_on=days(longest + 1))
    if viewer is BEATRIZ:
        assert record(town, too_long, viewer).ends_on == days(longest + 1)
    else:
        with pytest.raises(NotPermitted, match=f"{longest} days, here until {days(longest)}"):
            record(town, too_long, viewer)


@pytest.mark.parametrize(("hold_type", "longest"), [(DISPUTE, 60), (PROMISE, 14)])
def test_recording_again_while_one_runs_makes_it_no_longer(town: Town, hold_type: str, longest: int) -> None:
    record(town, wish(hold_type, ends_on=days(longest)), SOFIA)
    town.then(days(10))
    assert record(town, wish(hold_type, ends_on=days(longest)), SOFIA, key="as long").starts_on == days(10)
    with pytest.raises(NotPermitted, match=f"here until {days(longest)}"):
        record(town, wish(hold_type, ends_on=days(longest + 1)), SOFIA, key="longer")
    elsewhere: dict[str, Any] = {"invoice_id": "I3"} if hold_type == DISPUTE else {"currency": "USD", "amount": Decimal(1)}
    last_on = days(longest + 10)
    assert record(town, wish(hold_type, ends_on=last_on, **elsewhere), SOFIA, key="another").ends_on == last_on, "about something else"


@pytest.mark.parametrize(("hold_type", "longest"), [(DISPUTE, 60), (PROMISE, 14)])
def test_releasing_one_to_record_the_next_makes_it_no_longer(town: Town, hold_type: str, longest: int) -> None:
    held = record(town, wish(hold_type, ends_on=days(longest)), SOFIA)
    town.then(days(5))
    release(town, held, SOFIA, key="first over")
    held = record(town, wish(hold_type, ends_on=days(longest)), SOFIA, key="second")
    town.then(days(10))
    release(town, held, SOFIA, key="second over")
    with pytest.raises(NotPermitted, match=f"here until {days(longest)}"):
        record(town, wish(hold_type, ends_on=days(longest + 1)), SOFIA, key="at once")
    town.then(days(11))
    assert record(town, wish(hold_type, ends_on=days(11 + longest)), SOFIA, key="a day later").ends_on == days(11 + longest)


def test_an_imported_promise_that_runs_counts_too(town: Town) -> None:
    town.then(holds=[{
        "hold_id": "H1", "hold_type": PROMISE, "starts_on": days(-10), "ends_on": days(4), "amount_held": "50.00", "currency": "EUR",
    }])
    record(town, wish(PROMISE, ends_on=days(4)), SOFIA)
    with pytest.raises(NotPermitted):
        record(town, wish(PROMISE, ends_on=days(5)), SOFIA, key="longer")


def test_a_policy_may_allow_less(town: Town) -> None:
    assert town.policy is not None
    town.policy = replace(town.policy, holds=HoldRules(promise_to_pay_days=5, dispute_days=20))
    for hold_type, longest in ((PROMISE, 5), (DISPUTE, 20)):
        assert record(town, wish(hold_type, ends_on=days(longest)), SOFIA, key=f"{hold_type} as long").ends_on == days(longest)
        with pytest.raises(NotPermitted, match=f"{longest} days"):
            record(town, wish(hold_type, ends_on=days(longest + 1)), SOFIA, key=f"{hold_type} longer")
    town.policy = None
    assert record(town, wish(ends_on=days(60), invoice_id="I3"), SOFIA, key="no policy").ends_on == days(60)


@pytest.mark.parametrize(("moment", "today"), [
    (datetime(2026, 7, 2, 23, 59, tzinfo=UTC), 2), (datetime(2026, 7, 3, tzinfo=UTC), 3), (datetime(2026, 6, 1, tzinfo=UTC), 0),
])
def test_days_count_from_the_companys_today_and_the_hold_from_the_newest_data(town: Town, moment: datetime, today: int) -> None:
    if today:
        with pytest.raises(Refused, match="is over"):
            record(town, wish(PROMISE, ends_on=days(today - 1)), SOFIA, key="over", now=moment)
    with pytest.raises(NotPermitted, match=f"here until {days(today + 14)}"):
        record(town, wish(PROMISE, ends_on=days(today + 15)), SOFIA, key="too long", now=moment)
    made = record(town, wish(PROMISE, ends_on=days(today + 14)), SOFIA, now=moment)
    assert (made.starts_on, made.ends_on) == (LAST_DAY, days(today + 14))


# ---- after a broken promise


def paid(on: date, amount: str) -> dict[str, Any]:
    return {
        "payments": [{"payment_id": "P1", "received_on": on, "amount_total": amount}],
        "allocations": [{"allocation_id": "A1", "applied_on": on, "source_id": "P1", "invoice_id": "I1", "amount_applied": amount}],
    }


@pytest.mark.parametrize("is_imported", [False, True], ids=["own", "imported"])
def test_a_second_promise_after_a_broken_one(town: Town, is_imported: bool) -> None:
    if is_imported:
        row = {"hold_id": "H1", "hold_type": PROMISE, "starts_on": LAST_DAY, "ends_on": days(7), "amount_held": "100.00", "currency": "EUR"}
        town.then(holds=[row])
    else:
        record(town, wish(PROMISE), SOFIA)
    again, dollars = wish(PROMISE, ends_on=days(9)), wish(PROMISE, ends_on=days(9), currency="USD", amount=Decimal(5))
    town.then(days(7))
    assert record(town, again, SOFIA, key="on its last day").ends_on == days(9), "it is not broken before its last day is over"
    town.then(days(8))
    for number, viewer in enumerate((SOFIA, MARTIN)):
        with pytest.raises(NotPermitted, match=f"promise for {days(7)} was broken"):
            record(town, again, viewer, key=f"again {number}")
    assert record(town, dollars, SOFIA, key="dollars").currency == "USD", "another currency is another matter"
    assert record(town, again, BEATRIZ, key="chance").ends_on == days(9)
    town.then(days(8), **paid(days(8), "99.99"))
    with pytest.raises(NotPermitted):
        record(town, again, SOFIA, key="a cent")
    town.then(days(8), **paid(days(8), "100.00"))
    assert record(town, again, SOFIA, key="kept since").ends_on == days(9)


def test_a_promise_that_was_kept_or_released_breaks_nothing(town: Town) -> None:
    release(town, record(town, wish(PROMISE), SOFIA, key="first"), SOFIA)
    town.then(days(1))
    record(town, wish(PROMISE, ends_on=days(3)), SOFIA, key="second")
    town.then(days(5), **paid(days(2), "100.00"))
    assert record(town, wish(PROMISE, ends_on=days(9)), SOFIA, key="third").ends_on == days(9)


# ---- releasing


def test_a_released_hold_stays_on_record(town: Town) -> None:
    released = release(town, record(town, wish()), reason="credit note sent")
    assert (released.withdrawn_on, released.released_reason, released.released_by and released.released_by.name, released.version) == (
        LAST_DAY, "credit note sent", BEATRIZ.name, 2)
    assert holds.recorded(town.store.matching) == [released]
    assert release(town, replace(released, version=1), reason="credit note sent") == released, "sent again it is the same answer"


@pytest.mark.parametrize(("viewer", "recorder", "owner", "may"), [
    (SOFIA, SOFIA, "x@partner.example", True), (SOFIA, BEATRIZ, "Sofia.Lindgren@Partner.example", True),
    (SOFIA, BEATRIZ, "x@partner.example", False), (SOFIA, BEATRIZ, "", False), (BEATRIZ, SOFIA, "x@partner.example", True),
    (MARTIN, SOFIA, "x@partner.example", True),
    (HENRY, BEATRIZ, HENRY.email, False), (URSULA, BEATRIZ, URSULA.email, False), (OPERATOR, BEATRIZ, "", False),
])
def test_who_may_release(town: Town, viewer: Viewer, recorder: Viewer, owner: str, may: bool) -> None:
    held = record(town, wish(owner=owner or "nobody"), recorder)
    if may:
        assert release(town, held, viewer).withdrawn_on == LAST_DAY
    else:
        with pytest.raises((NotPermitted, NotFound)):
            release(town, held, viewer)
        assert count(town) == 1


def test_a_foreign_hold_is_refused_in_the_words_of_a_missing_one(town: Town) -> None:
    foreign = record(town, wish(customer_id="C2", invoice_id="I2", owner=SOFIA.email))
    said = []
    for held in (foreign, replace(foreign, hold_id="hold-nothing")):
        with pytest.raises(ClearAccountsError) as refusal:
            release(town, held, SOFIA, key=held.hold_id)
        said.append(str(refusal.value))
    assert said == ["There is no such hold."] * 2


def test_what_was_released_meanwhile_is_told_with_the_name(town: Town) -> None:
    held = record(town, wish())
    release(town, held, MARTIN, key="first")
    with pytest.raises(Stale, match=rf"{MARTIN.name} released this hold on 2026-06-30 09:00 UTC"):
        release(town, held, BEATRIZ)
    with pytest.raises(Refused, match=MARTIN.name):
        release(town, replace(held, version=2), BEATRIZ, key="again")


def test_what_has_ended_is_not_released(town: Town) -> None:
    held = record(town, wish(ends_on=days(3)))
    town.then(days(3))
    assert release(town, held, key="in time").withdrawn_on == days(3)
    other = record(town, wish(ends_on=days(4)), key="other")
    town.then(days(5))
    with pytest.raises(Refused, match="ended by itself"):
        release(town, other)


@pytest.mark.parametrize("reason", ["", " "])
def test_a_release_needs_a_reason(town: Town, reason: str) -> None:
    held = record(town, wish())
    with pytest.raises(Refused, match="Give a reason"):
        release(town, held, reason=reason)


def test_a_release_after_an_import_was_undone_is_not_before_the_start(town: Town) -> None:
    town.then(days(10))
    held = record(town, wish(ends_on=days(20)))
    town.then(days(2))
    assert release(town, held).withdrawn_on == days(10)


HOSTILE = ["<script>alert(1)</script>", "[a](javascript:x) **b**", "'; drop table event; --", "\u202egnihtyna", "{x}"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_kept_as_they_are(town: Town, text: str) -> None:
    made = record(town, wish(owner=text), reason=text)
    assert (made.owner, made.reason) == (text, text)
    assert holds.table([made]).to_pylist()[0]["reason"] == text
    assert town.store.verify() == []
    with pytest.raises(Refused, match="ended by itself"):
        town.then(days(31))
        release(town, made)
