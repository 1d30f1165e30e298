"""One action is one event: rights, versions, keys, denials, reading."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearaccounts.access import OPERATOR, Permission, Role, Viewer
from clearaccounts.decisions import Action, EventFilter, Scene, Store, as_table, canonical, open_store, record_import
from clearaccounts.errors import KeyReused, NotFound, NotPermitted, Refused, Stale
from clearaccounts.settings import DataFolder, Decisions, Settings
from tests.decisions.common import BEATRIZ, MARTIN, NOW, PEOPLE, Database, anchor, note, store_in, with_notes


def test_events_are_numbered_from_one_and_each_subject_counts_its_own(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    made = [store.append(BEATRIZ, note(f"k{number}", subject)) for number, subject in enumerate(["A", "B", "A"])]
    assert [(event.sequence, event.subject_id, event.version) for event in made] == [(1, "A", 1), (2, "B", 1), (3, "A", 2)]
    assert store.verify() == []


def test_an_answer_comes_after_the_anchor_has_the_event(tmp_path: Path) -> None:
    event = store_in(tmp_path).append(BEATRIZ, note("k"))
    assert anchor(tmp_path).read_text().splitlines()[-1] == f"1 {event.hash}"


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    event = store_in(tmp_path).append(BEATRIZ, note("k", details={"amount": Decimal("10.50")}))
    again = store_in(tmp_path)
    assert again.matching(EventFilter()) == (event,)
    assert event.details["amount"] == "10.50" and event.by.name == "Beatriz Romero"


@pytest.mark.only("sqlite")
def test_database_and_anchor_go_where_the_settings_say(tmp_path: Path) -> None:
    settings = Settings(decisions=Decisions(url=f"sqlite:///{tmp_path / 'a.sqlite'}", anchor=str(tmp_path / "other" / "b.anchor")))
    open_store(DataFolder(tmp_path / "data"), settings).append(BEATRIZ, note("k"))
    assert (tmp_path / "a.sqlite").exists() and (tmp_path / "other" / "b.anchor").exists()


def test_the_same_key_fifty_times_is_one_event_and_one_answer(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(lambda _: store.append(BEATRIZ, note("k")), range(50)))
    assert set(map(repr, answers)) == {repr(answers[0])}
    assert store.matching(EventFilter()) == (answers[0],)


@pytest.mark.parametrize("other", [
    note("k", reason="something else"), note("k", "N2"), note("k", version=0), replace(note("k"), event_type="scratched"),
], ids=["reason", "subject", "version", "what"])
def test_the_same_key_with_other_content_is_refused(tmp_path: Path, other: Action) -> None:
    store = store_in(tmp_path)
    store.append(BEATRIZ, note("k"))
    with pytest.raises(KeyReused):
        store.append(BEATRIZ, other)
    with pytest.raises(KeyReused):
        store.append(MARTIN, note("k"))
    assert len(store.matching(EventFilter(subject_type="note"))) == 1


def test_a_stale_version_is_told_who_did_what_meanwhile(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.append(MARTIN, note("k1"))
    with pytest.raises(Stale, match=r"Martin Weiss acted on this on 2026-06-30 09:00 UTC"):
        store.append(BEATRIZ, note("k2", version=0))
    with pytest.raises(NotFound):
        store.append(BEATRIZ, note("k3", "nowhere", version=4))


def test_a_rule_that_refuses_leaves_nothing(tmp_path: Path) -> None:
    def refuse(_: Scene) -> dict[str, object]:
        raise Refused("no")

    store = store_in(tmp_path)
    with pytest.raises(Refused):
        store.append(BEATRIZ, replace(note("k"), rule=refuse))
    assert store.matching(EventFilter()) == () and store.verify() == []


def test_the_actor_is_looked_up_again_inside_the_action(tmp_path: Path) -> None:
    people: dict[str, Viewer] = {BEATRIZ.user_id: BEATRIZ}
    store = store_in(tmp_path, people.get)
    store.append(BEATRIZ, note("k1"))
    people[BEATRIZ.user_id] = replace(BEATRIZ, role=Role.HELPDESK_AGENT)
    with pytest.raises(NotPermitted, match="role has changed"):
        store.append(BEATRIZ, note("k2"))
    with pytest.raises(NotPermitted, match="does not allow"):
        store.append(people[BEATRIZ.user_id], note("k2"))
    del people[BEATRIZ.user_id]
    with pytest.raises(NotPermitted, match="not known here"):
        store.append(BEATRIZ, note("k2"))
    assert len(store.matching(EventFilter(subject_type="note"))) == 1


def test_a_denied_action_is_on_record_once_for_each_form(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    sales = PEOPLE[Role.SALES_AGENT]
    for key in ("k", "k", "k2"):
        with pytest.raises(NotPermitted):
            store.append(sales, note(key, "N7", customer_id="C1"))
    denied = store.matching(EventFilter(event_type="denied"))
    assert [(event.subject_type, event.subject_id, event.version, event.actor) for event in denied] == [
        ("access", sales.user_id, 1, sales.user_id), ("access", sales.user_id, 2, sales.user_id),
    ]
    assert denied[0].details["denial"] == "NotPermitted" and denied[0].details["asked"]["subject_id"] == "N7"
    assert store.verify() == []


def test_a_key_that_was_denied_may_still_succeed(tmp_path: Path) -> None:
    people = {BEATRIZ.user_id: replace(BEATRIZ, role=Role.HELPDESK_AGENT)}
    store = store_in(tmp_path, people.get)
    with pytest.raises(NotPermitted):
        store.append(BEATRIZ, note("k"))
    people[BEATRIZ.user_id] = BEATRIZ
    assert store.append(BEATRIZ, note("k")).event_type == "noted"


@pytest.mark.parametrize("statement", ["update event set reason = 'x'", "delete from event"])
def test_the_database_itself_refuses_to_change_an_event(tmp_path: Path, statement: str) -> None:
    with_notes(tmp_path, 1)
    with pytest.raises((sqlite3.IntegrityError, psycopg.errors.RaiseException), match="never changed"):
        Database(tmp_path, is_guarded=True).execute(statement)


def test_the_trail_is_filtered_and_paged(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    for number in range(10):
        actor = MARTIN if number % 2 else BEATRIZ
        store.append(actor, note(f"k{number}", f"N{number}", now=NOW + timedelta(hours=number), customer_id=f"C{number % 3}"))
    page = store.events(MARTIN, limit=4, offset=4)
    assert ([event.sequence for event in page.events], page.event_count) == ([6, 5, 4, 3], 10)

    def found(chosen: EventFilter) -> list[int]:
        return [event.sequence for event in store.events(MARTIN, chosen, newest_first=False).events]

    assert found(EventFilter(customer_id="C0")) == [1, 4, 7, 10]
    assert found(EventFilter(actor=MARTIN.user_id)) == [2, 4, 6, 8, 10]
    assert found(EventFilter(subject_id="N3")) == [4]
    assert found(EventFilter(from_at=NOW + timedelta(hours=2), until_at=NOW + timedelta(hours=4))) == [3, 4]
    assert found(EventFilter(event_type="x' or 1=1 --")) == []
    assert as_table(page.events)["actor_name"].to_pylist() == ["Martin Weiss", "Beatriz Romero"] * 2


def test_who_may_read_the_trail(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.append(BEATRIZ, note("k", customer_id="C1"))
    with pytest.raises(NotPermitted):
        store.append(PEOPLE[Role.SALES_AGENT], note("k2", customer_id="C1", reason="the customer's own words"))
    for role in (Role.BILLING_ADMIN, Role.MANAGER, Role.OPERATOR):
        assert store.events(PEOPLE[role]).event_count == 2
    for role in (Role.SALES_AGENT, Role.HELPDESK_AGENT):
        with pytest.raises(NotPermitted):
            store.events(PEOPLE[role])
    part = store.events(PEOPLE[Role.USER_ADMIN])
    assert [(event.event_type, event.customer_id, event.reason) for event in part.events] == [("denied", None, "")]
    assert "C1" not in repr(part) and "N1" not in repr(part)
    assert store.events(PEOPLE[Role.USER_ADMIN], EventFilter(customer_id="C1")).event_count == 0


def test_an_import_is_on_record_once(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    report = {"files": [{"file": "customers.csv", "rows": 3, "sum": Decimal("10.10")}]}
    for _ in range(2):
        event = record_import(store, OPERATOR, "import-1", report, NOW)
    assert store.matching(EventFilter(subject_type="import")) == (event,)
    assert event.details["report"]["files"][0]["sum"] == "10.10"
    with pytest.raises(NotPermitted):
        record_import(store, MARTIN, "import-2", report, NOW)


@pytest.mark.parametrize("text", ["", "x' --", "a\x00b", "\ud800", "\u202eright to left", "emoji 🧾", "new\nline", "x" * 100_000])
def test_any_text_can_be_a_reason(tmp_path: Path, text: str) -> None:
    store = store_in(tmp_path)
    first = store.append(BEATRIZ, note("k", text, text, customer_id=text))
    assert store.append(BEATRIZ, note("k", text, text, customer_id=text)) == first
    assert store_in(tmp_path).verify() == []


def test_a_binary_float_is_no_part_of_a_decision(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    with pytest.raises(TypeError):
        store.append(BEATRIZ, note("k", details={"amount": 0.1}))
    assert store.matching(EventFilter()) == ()


VALUES = st.integers() | st.text() | st.booleans() | st.none() | st.decimals(allow_nan=False, allow_infinity=False)


# The names of what an event holds are ours, and plain.
@given(st.dictionaries(st.text("abcdefghijklmnopqrstuvwxyz_"), VALUES))
def test_equal_contents_have_one_canonical_text(content: dict[str, object]) -> None:
    assert canonical(content) == canonical(dict(reversed(content.items())))


def test_an_instant_needs_its_offset(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="offset"):
        store_in(tmp_path).append(BEATRIZ, note("k", now=NOW.replace(tzinfo=None)))


def test_a_clock_that_goes_back_changes_no_order_and_is_noted(tmp_path: Path) -> None:
    store: Store = store_in(tmp_path)
    store.append(BEATRIZ, note("k1"))
    late = store.append(BEATRIZ, note("k2", now=NOW - timedelta(days=1)))
    assert late.sequence == 2
    findings = store.verify()
    assert [finding.is_failure for finding in findings] == [False] and "before event 2" in str(findings[0])


def test_an_action_needs_one_of_its_permissions(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    with pytest.raises(NotPermitted):
        store.append(MARTIN, replace(note("k"), permissions=(Permission.MARK,)))
    with pytest.raises(NotPermitted):
        store.append(MARTIN, replace(note("k"), permissions=()))


def test_what_somebody_was_not_shown_is_on_record_once_a_day(tmp_path: Path) -> None:
    store = with_notes(tmp_path, 1)
    look = {"event_type": "view", "subject_type": "customer", "subject_id": "C-9\ud800", "page": "account"}
    for hours in (0, 14, 15, 16):
        assert store.deny(BEATRIZ, look, NOW + timedelta(hours=hours))
    later = NOW + timedelta(hours=16)
    assert store.deny(MARTIN, look, later) and store.deny(MARTIN, {**look, "subject_id": "C-8"}, later, NotPermitted)
    denied = store.matching(EventFilter(event_type="denied"))
    # 9 and 23 o'clock are one day, midnight and 1 o'clock the next.
    assert [(event.actor, event.version, event.details["denial"]) for event in denied] == [
        (BEATRIZ.user_id, 1, "NotFound"), (BEATRIZ.user_id, 2, "NotFound"),
        (MARTIN.user_id, 1, "NotFound"), (MARTIN.user_id, 2, "NotPermitted"),
    ]
    assert store.verify() == []


def test_a_user_administrator_reads_that_somebody_was_refused_and_not_whom_it_was_about(tmp_path: Path) -> None:
    store = with_notes(tmp_path, 0)
    store.deny(BEATRIZ, {"event_type": "view", "subject_type": "customer", "subject_id": "C-9", "page": "account"}, NOW)
    store.deny(BEATRIZ, {"event_type": "view", "subject_type": "page", "subject_id": "users", "customer_id": "C-9"}, NOW)
    page, customer = store.events(PEOPLE[Role.USER_ADMIN]).events
    assert customer.details["asked"] == {"event_type": "view", "subject_type": "customer"}
    assert page.details["asked"] == {"event_type": "view", "subject_type": "page", "subject_id": "users"}
