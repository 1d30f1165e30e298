"""The policy as a decision: proposed by one, approved by another, in force from then on and never before."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as rounds
from hypothesis import strategies as st

from clearaccounts.access import DEMO_PEOPLE, Role, Viewer
from clearaccounts.collections.policies import Proposal, Status, hash_of, in_force, known, known_on, open_proposal, proposals
from clearaccounts.collections.policy import load
from clearaccounts.collections.policy_desk import Desk
from clearaccounts.decisions import EventFilter, known_by_id, open_store
from clearaccounts.errors import KeyReused, NotFound, NotPermitted, PolicyError, Refused, SamePerson, Stale
from clearaccounts.settings import SAMPLE_POLICY, Collections, DataFolder, Settings
from tests.decisions.common import BEATRIZ, MARTIN, NOW, PEOPLE

TODAY = date(2026, 6, 30)


def text(version: int, effective: str = "2026-01-01", days: int = 30) -> str:
    return (f'name = "House rules"\nversion = {version}\neffective_on = {effective}\n'
            f'[[stages]]\nname = "suspension"\naction = "suspend"\nmin_overdue_days = {days}\n')


class House:
    """One store with its desk; the day moves as the test says."""

    def __init__(self, folder: Path, *, is_sample: bool = False, files: tuple[str, ...] = (), people: tuple[Viewer, ...] = ()) -> None:
        self.day = TODAY
        self.folder = DataFolder(folder, is_sample=is_sample)
        self.settings = Settings(collections=Collections(policies=files))
        known_people = {person.user_id: person for person in (*DEMO_PEOPLE, *people)}
        self.store = open_store(self.folder, self.settings, known_by_id(known_people.get))
        self.desk = Desk(self.store, self.folder, self.settings, lambda: self.day)

    def propose(self, content: str, key: str = "", viewer: Viewer = BEATRIZ, reason: str = "agreed with sales") -> Proposal:
        return self.desk.propose(viewer, text=content, reason=reason, idempotency_key=key or f"propose {hash_of(content)}", now=NOW)

    def approve(self, proposal: Proposal, viewer: Viewer = MARTIN, key: str = "", seen: str = "") -> Proposal:
        return self.desk.approve(
            viewer, policy_id=proposal.policy_id, seen_version=proposal.version, seen_hash=seen or proposal.text_hash,
            idempotency_key=key or f"approve {proposal.policy_id}", now=NOW,
        )

    def decline(self, proposal: Proposal, viewer: Viewer = MARTIN, reason: str = "too hard") -> Proposal:
        return self.desk.decline(viewer, policy_id=proposal.policy_id, seen_version=proposal.version, reason=reason,
                                 idempotency_key=f"decline {proposal.policy_id} {viewer.user_id} {reason}", now=NOW)

    def withdraw(self, proposal: Proposal, viewer: Viewer = BEATRIZ, reason: str = "a slip") -> Proposal:
        return self.desk.withdraw(viewer, policy_id=proposal.policy_id, seen_version=proposal.version, reason=reason,
                                  idempotency_key=f"withdraw {proposal.policy_id} {viewer.user_id}", now=NOW)

    def version_on(self, day: date) -> int | None:
        found = in_force(self.store.matching, self.folder, self.settings, day)
        return None if found is None else found.version


def test_proposed_then_approved_by_another_it_counts_from_the_day_of_approval(tmp_path: Path) -> None:
    house = House(tmp_path)
    proposed = house.propose(text(1))
    assert (proposed.policy_status, proposed.text, proposed.text_hash) == (Status.PROPOSED, text(1), hash_of(text(1)))
    assert open_proposal(house.store.matching) == proposed and house.version_on(TODAY) is None

    approved = house.approve(proposed)
    assert (approved.policy_status, approved.counts_from_on, approved.version) == (Status.APPROVED, TODAY, 2)
    assert (approved.decided_by and approved.decided_by.user_id) == MARTIN.user_id
    # It names a day long past, and changes none of the days before its approval.
    assert [house.version_on(TODAY + timedelta(days=days)) for days in (-200, -1, 0, 1)] == [None, None, 1, 1]
    found = known_on(known(house.store.matching, house.folder, house.settings), TODAY)
    assert found and found.text == text(1) and found.proposal == approved


def test_one_that_names_a_later_day_waits_for_it(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.approve(house.propose(text(1)))
    house.approve(house.propose(text(2, "2026-08-01")))
    assert [house.version_on(date(2026, 7, 31)), house.version_on(date(2026, 8, 1))] == [1, 2]
    # Of two that count from one day the higher version.
    house.approve(house.propose(text(3, "2026-08-01")))
    assert [house.version_on(date(2026, 7, 31)), house.version_on(date(2026, 8, 1))] == [1, 3]
    assert [one.policy.version for one in known(house.store.matching, house.folder, house.settings)] == [3, 2, 1]


def test_approved_ones_stand_beside_those_of_the_settings_and_the_samples(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text(text(4, "2026-07-10"), encoding="utf-8")
    house = House(tmp_path / "data", is_sample=True, files=(str(tmp_path / "rules.toml"),))
    assert [house.version_on(day) for day in (date(2024, 9, 30), TODAY, date(2026, 7, 10))] == [None, 1, 4]
    with pytest.raises(Refused, match=r"^This is version 4, and there is a version 4 already"):
        house.propose(text(4))
    house.approve(house.propose(text(5)))
    # The file's day is newer from the tenth on.
    assert [house.version_on(day) for day in (TODAY - timedelta(days=1), TODAY, date(2026, 7, 10))] == [1, 5, 4]
    assert in_force(house.store.matching, house.folder, house.settings, date(2025, 1, 1)) == load(SAMPLE_POLICY)


def test_a_text_that_is_no_policy_is_never_stored(tmp_path: Path) -> None:
    house = House(tmp_path)
    with pytest.raises(PolicyError, match=r"^policy\.toml, line 6: action must be one of"):
        house.propose(text(1).replace('"suspend"', '"shout"'))
    with pytest.raises(PolicyError, match="100000 characters"):
        house.propose(text(1) + "#" * 100_000)
    with pytest.raises(PolicyError, match="not UTF-8"):
        house.propose(text(1) + "# \ud800", key="odd")
    assert house.store.matching(EventFilter(subject_type="policy")) == ()


def test_line_ends_and_marks_of_the_text_are_kept_as_they_were(tmp_path: Path) -> None:
    house = House(tmp_path)
    content = text(1).replace("\n", "\r\n") + "# Ñandú\r\n"
    assert house.propose(content).text == content
    assert proposals(house.store.matching)[0].text_hash == hash_of(content)


def test_versions_grow_and_one_proposal_waits_at_a_time(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.approve(house.propose(text(2)))
    for version in (1, 2):
        with pytest.raises(Refused, match=rf"^This is version {version}, and there is a version 2 already"):
            house.propose(text(version, days=10))
    waiting = house.propose(text(3))
    with pytest.raises(Refused, match=r"^Version 3, proposed by Beatriz Romero on 2026-06-30 09:00 UTC, waits for a decision"):
        house.propose(text(4))
    house.decline(waiting)
    assert house.propose(text(3, days=31)).policy_status is Status.PROPOSED


def test_nobody_approves_or_declines_their_own(tmp_path: Path) -> None:
    twins = [
        Viewer("DEMO:BEATRIZ", "B", Role.MANAGER, "b@partner.example"), Viewer("x", "B", Role.MANAGER, "Beatriz.Romero+2@partner.example"),
        Viewer("demo:beatriz ", "B", Role.MANAGER, ""),
    ]
    house = House(tmp_path, people=tuple(twins))
    proposed = house.propose(text(1))
    for number, twin in enumerate(twins):
        with pytest.raises(SamePerson, match="You proposed this policy yourself"):
            house.approve(proposed, twin, key=f"twin {number}")
        with pytest.raises(SamePerson):
            house.decline(proposed, twin)
    assert house.version_on(TODAY) is None
    assert len(house.store.matching(EventFilter(event_type="denied"))) == 6


@pytest.mark.parametrize("role", list(Role))
def test_who_may_propose_and_who_may_approve(tmp_path: Path, role: Role) -> None:
    house = House(tmp_path, people=(PEOPLE[Role.OPERATOR],))
    viewer = PEOPLE[role]
    if role is Role.BILLING_ADMIN:
        assert house.propose(text(1), viewer=viewer)
    else:
        with pytest.raises(NotPermitted):
            house.propose(text(1), viewer=viewer)
    proposed = open_proposal(house.store.matching) or house.propose(text(1))
    if role is Role.MANAGER:
        assert house.approve(proposed, viewer).policy_status is Status.APPROVED
    else:
        with pytest.raises((NotPermitted, SamePerson)):
            house.approve(proposed, viewer)


def test_only_the_text_that_was_shown_is_approved_and_only_once(tmp_path: Path) -> None:
    house = House(tmp_path)
    proposed = house.propose(text(1))
    with pytest.raises(Refused, match=r"^What you saw is not what Beatriz Romero proposed"):
        house.approve(proposed, seen=hash_of(text(1, days=31)), key="other")
    first = house.approve(proposed, key="once")
    assert house.approve(proposed, key="once") == first
    with pytest.raises(KeyReused):
        house.approve(proposed, key="once", seen="0" * 64)
    with pytest.raises(Stale, match=r"^Martin Weiss approved this policy on 2026-06-30 09:00 UTC"):
        house.decline(proposed)
    with pytest.raises(NotFound, match="no such proposal"):
        house.desk.approve(MARTIN, policy_id="policy-0", seen_version=1, seen_hash="0" * 64, idempotency_key="none", now=NOW)
    assert len(house.store.matching(EventFilter(subject_type="policy", event_type="approve"))) == 1


def test_declining_and_withdrawing_need_a_reason_and_end_it(tmp_path: Path) -> None:
    house = House(tmp_path)
    proposed = house.propose(text(1))
    with pytest.raises(Refused, match="Give a reason"):
        house.decline(proposed, reason=" ")
    assert house.withdraw(proposed).policy_status is Status.WITHDRAWN
    with pytest.raises(Stale, match="Beatriz Romero withdrew this policy"):
        house.approve(proposed)
    with pytest.raises(Refused, match="Give a reason"):
        house.propose(text(2), reason="  ")
    with pytest.raises(NotPermitted):
        house.withdraw(house.propose(text(2)), PEOPLE[Role.SALES_AGENT])
    assert house.version_on(TODAY) is None


def test_an_approved_one_is_taken_back_only_before_it_counts_and_by_who_may_approve(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.approve(house.propose(text(1)))
    later = house.approve(house.propose(text(2, "2026-08-01")))
    with pytest.raises(NotPermitted):
        house.withdraw(later, BEATRIZ)
    house.day = date(2026, 8, 1)
    with pytest.raises(Refused, match="in force since 2026-08-01"):
        house.withdraw(later, MARTIN)
    house.day = date(2026, 7, 31)
    assert house.desk.withdraw(MARTIN, policy_id=later.policy_id, seen_version=later.version, reason="not needed",
                               idempotency_key="again", now=NOW).policy_status is Status.WITHDRAWN
    assert house.version_on(date(2026, 9, 1)) == 1


steps = st.lists(st.tuples(st.integers(-3, 20), st.integers(-60, 60), st.sampled_from(["approve", "decline", "withdraw"])), max_size=6)


@rounds(deadline=None, max_examples=20)
@given(steps=steps)
def test_whatever_is_approved_no_day_before_the_decision_changes(
    steps: list[tuple[int, int, str]], tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Clock and days move as they like, backwards too: what was so on days before the latest of the days stays so."""
    house = House(tmp_path_factory.mktemp("house"), is_sample=True)
    latest = house.day - timedelta(days=30)
    for number, (moved, effective, decision) in enumerate(steps, start=2):
        house.day += timedelta(days=moved)
        # Only an approval remembers its day: of days that passed with nothing approved nobody knows.
        days = [latest - timedelta(days=back) for back in (1, 2, 10, 40, 400)]
        before = [house.version_on(day) for day in days]
        proposed = house.propose(text(number, str(house.day + timedelta(days=effective))))
        if decision == "approve":
            house.approve(proposed)
            latest = max(latest, house.day)
        elif decision == "decline":
            house.decline(proposed)
        else:
            house.withdraw(proposed)
        assert [house.version_on(day) for day in days] == before
