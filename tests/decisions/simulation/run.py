"""One run: 200 random steps with the program beside the model; `python -m tests.decisions.simulation.run SEED` runs one alone."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from clearaccounts.access import OPERATOR, is_same_person
from clearaccounts.collections import holding, suspensions
from clearaccounts.collections.evidence import Evidence
from clearaccounts.collections.holding import PROMISE, Wish
from clearaccounts.collections.holds import fold as hold_of
from clearaccounts.collections.marks import SUBJECT, Mark, fold
from clearaccounts.collections.orders import Outcome, Report
from clearaccounts.decisions import Event, EventFilter, Store
from clearaccounts.errors import ClearAccountsError, NotFound, NotPermitted
from tests.decisions.simulation.model import DOLLARS, EUROS, LINES, Model
from tests.decisions.simulation.service import PEOPLE, Died, Servers, Worlds, dying

STEPS = 200
BEGINS_AT = datetime(2026, 6, 30, 9, 0, tzinfo=UTC)
# How often each is tried.
WEIGHTS = {
    "mark": 16, "approve": 18, "decline": 3, "withdraw": 3, "export": 16, "report": 14, "approve_reinstatement": 6,
    "export_reinstatement": 6, "report_reinstatement": 8, "pay": 6, "owe": 8, "dispute": 3, "settle": 5, "promise": 2, "release": 4,
    "import": 16, "clock": 8, "pry": 2,
}
PERSONS = ("beatriz", "second", "martin", "martin", "sofia", "henry")


@dataclass(frozen=True)
class Told:
    """What an attempt came to: the answer, or the sentence of the refusal."""

    answer: Any = None
    refusal: ClearAccountsError | None = None


class Run:
    """The program and the model, driven by one seed."""

    def __init__(self, seed: int, folder: Path, worlds: Worlds) -> None:
        self.chance = random.Random(seed)
        self.model = Model(BEGINS_AT)
        self.servers = Servers(folder, worlds)
        self.servers.bring_in(self.model.known, BEGINS_AT)
        self.evidence: dict[tuple[str, str], tuple[tuple[object, ...], Evidence]] = {}
        self.ids: dict[str, str] = {}
        self.exported: dict[str, Any] = {}
        self.promises: dict[str, str] = {}
        self.events: list[Event] = []
        self.marks: dict[str, Mark] = {}
        self.count = 0

    # ---- driving

    def go(self) -> None:
        """All steps, each followed by the comparison; at the end the audit of everything."""
        for customer in self.model.known:
            for currency in (EUROS, DOLLARS):
                self.look(customer, currency)
        for _ in range(STEPS):
            name = self.chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
            getattr(self, "do_" + name)()
            self.compare()
        store = self.servers.stores[0]
        assert [str(finding) for finding in store.verify() if finding.is_failure] == []
        assert store.matching(EventFilter()) == tuple(self.events), "what was acknowledged is no longer what is on record"

    def attempt(self, is_allowed: bool, act: Callable[[Store], Any]) -> Any:
        """Let one of the servers act, at times dying first and at times twice; the answer must be what the model says."""
        moment = self.chance.choices(["", "before", "after"], [0.85, 0.06, 0.09])[0]
        if moment:
            with suppress(Died), dying(moment):
                self.told(act)
            self.servers.restart()
        told = self.told(act)
        assert (told.refusal is None) == is_allowed, f"{'allowed' if is_allowed else 'refused'} by the model: {told}"
        if is_allowed and self.chance.random() < 0.15:
            before = self.recorded()
            assert self.told(act) == told and self.recorded() == before
        if self.recorded() > len(self.events):
            self.model.recorded()
        return told.answer

    def told(self, act: Callable[[Store], Any]) -> Told:
        try:
            return Told(act(self.chance.choice(self.servers.stores)))
        except ClearAccountsError as error:
            return Told(refusal=error)

    def recorded(self) -> int:
        """How many events there are."""
        return self.servers.stores[0].events(OPERATOR, limit=0).event_count

    def key(self) -> str:
        self.count += 1
        return f"key {self.count}"

    # ---- what is tried

    def look(self, customer: str, currency: str) -> None:
        """Somebody opens the customer's card."""
        store = self.servers.stores[0]
        found, _ = self.servers.grounds(store).evidence(PEOPLE["beatriz"], customer, currency, store.matching)
        self.evidence[customer, currency] = (self.model.seen(customer, currency), found)

    def do_mark(self) -> None:
        # The same names in every run: what a query answered about one is remembered.
        customer, person, key = self.chance.choice(["C1", "C2"]), self.chance.choice(PERSONS[:4]), f"mark {len(self.ids)}"
        currency = self.chance.choice([EUROS, EUROS, DOLLARS])
        if self.chance.random() < 0.8:
            self.look(customer, currency)
        seen, evidence = self.evidence[customer, currency]
        is_allowed = self.model.mark(key, customer, currency, person, seen)
        made = self.attempt(is_allowed, lambda store: suspensions.mark(
            store, self.servers.grounds(store), PEOPLE[person], customer_id=customer, currency=currency, reason="no answer",
            seen_evidence_hash=evidence.hash, idempotency_key=key, now=self.model.now,
        ))
        if made is not None:
            self.ids[key] = made.mark_id

    def some_mark(self, *statuses: str) -> tuple[str, Mark] | None:
        """A mark, mostly one that stands where the step can be taken."""
        names = [name for name in self.ids if self.model.marks[name].status in statuses]
        if not names or self.chance.random() < 0.1:
            names = list(self.ids)
        if not names:
            return None
        name = self.chance.choice(names)
        return name, self.marks[self.ids[name]]

    def step(self, name: str, *statuses: str, **other: str) -> None:
        """Try one step that a form with a version asks for."""
        found = self.some_mark(*statuses)
        if found is None:
            return
        (mark, now), person, key = found, self.chance.choice(PERSONS), self.key()
        is_stale = self.chance.random() < 0.05 and now.version > 1
        given: dict[str, Any] = {**other, **({"seen_evidence_hash": now.evidence_hash} if name == "approve" else {})}
        version = 1 if is_stale else now.version
        is_stale = is_stale and self._is_old(now.mark_id)
        is_allowed = getattr(self.model, name)(mark, person, is_stale=is_stale)
        made = self.attempt(is_allowed, lambda store: getattr(suspensions, name)(
            store, self.servers.grounds(store), PEOPLE[person], mark_id=now.mark_id, seen_version=version, idempotency_key=key,
            now=self.model.now, **given,
        ))
        if made is not None and made.order is not None:
            # The same export is the same order for ever.
            assert self.exported.setdefault(made.mark_id, made.order) == made.order

    def _is_old(self, mark_id: str) -> bool:
        own = [event.event_type for event in self.events if event.subject_id == mark_id]
        return not {*own[1:]} <= {"lapse", "clear"}

    def do_approve(self) -> None:
        self.step("approve", "marked", "approved_once")

    def do_decline(self) -> None:
        self.step("decline", "marked", "approved_once", reason="they will pay")

    def do_withdraw(self) -> None:
        self.step("withdraw", "marked", "approved_once", "approved", reason="by mistake")

    def do_export(self) -> None:
        self.step("export", "approved", "exported")

    def do_approve_reinstatement(self) -> None:
        self.step("approve_reinstatement", "suspended", reason="goodwill")

    def do_export_reinstatement(self) -> None:
        self.step("export_reinstatement", "reinstatement_approved")

    def do_report(self) -> None:
        self.report("report", "order", "suspended", "exported", "suspended")

    def do_report_reinstatement(self) -> None:
        self.report("report_reinstatement", "reinstatement", "reactivated", "reinstatement_exported")

    def report(self, name: str, order: str, done: str, *statuses: str) -> None:
        """What Microsoft did with some lines of an order, mostly what was asked for."""
        found = self.some_mark(*statuses)
        if found is None or getattr(found[1], order) is None:
            return
        (mark, now), person, key = found, self.chance.choice(PERSONS), self.key()
        lines = self.chance.sample(LINES, self.chance.randint(1, 2))
        outcomes = {line: self.chance.choice([done, done, done, "failed", "not_done", "unknown"]) for line in lines}
        said = Report(
            getattr(now, order).export_id, tuple(Outcome(f"{now.customer_id}-{line}", outcome) for line, outcome in outcomes.items()),
        )
        is_allowed = getattr(self.model, name)(mark, person, outcomes)
        self.attempt(is_allowed, lambda store: getattr(suspensions, name)(
            store, self.servers.grounds(store), PEOPLE[person], mark_id=now.mark_id, said=said, idempotency_key=key, now=self.model.now,
        ))

    # ---- what happens in the world

    def change(self, **facts: Any) -> None:
        customer = self.chance.choice(["C1", "C2"])
        self.model.facts[customer] = replace(self.model.facts[customer], **facts)

    def do_pay(self) -> None:
        self.change(owed=self.chance.choice([0, 0, 400]))

    def do_owe(self) -> None:
        self.change(owed=500)

    def do_dispute(self) -> None:
        self.change(is_disputed=True)

    def do_settle(self) -> None:
        self.change(is_disputed=False)

    def do_promise(self) -> None:
        customer, person = self.chance.choice(["C1", "C2"]), self.chance.choice(PERSONS[:2])
        ends_on = self.servers.today + timedelta(days=1)
        amount = Decimal(self.model.known[customer].owed or 1)
        wish = Wish(customer, PROMISE, ends_on, "beatriz.romero@partner.example", None, amount, "EUR")
        name = f"promise {len(self.model.holds)} {customer}"
        is_allowed = self.model.promise(name, customer, person, ends_on)
        made = self.attempt(is_allowed, lambda store: holding.record(
            store, self.servers.grounds(store), PEOPLE[person], wish, reason="on the phone", idempotency_key=name, now=self.model.now,
        ))
        if made is not None:
            self.promises[name] = made.hold_id

    def do_release(self) -> None:
        if not self.promises:
            return
        name, person, key = self.chance.choice(list(self.promises)), self.chance.choice(PERSONS[:4]), self.key()
        hold_id = self.promises[name]
        now = hold_of(self.servers.stores[0].matching(EventFilter(subject_type="hold", subject_id=hold_id)))
        is_allowed = self.model.release(name, person)
        self.attempt(is_allowed, lambda store: holding.release(
            store, self.servers.grounds(store), PEOPLE[person], hold_id=hold_id, seen_version=now.version, reason="they changed their mind",
            idempotency_key=key, now=self.model.now,
        ))

    def do_import(self) -> None:
        """An import lands, and whoever brought it notes who has paid; it may die on the way, and the next one makes up for it."""
        self.model.bring_in()
        self.servers.bring_in(self.model.known, self.model.now)
        def note(store: Store) -> None:
            suspensions.note_cleared(store, self.servers.grounds(store), OPERATOR, self.model.now)

        self.attempt(True, note)

    def do_clock(self) -> None:
        hours = self.chance.choice([1, 3, 7, 25])
        self.model.now += timedelta(minutes=-10) if self.chance.random() < 0.1 else timedelta(hours=hours)

    def do_pry(self) -> None:
        """A sales agent asks for a customer that is not theirs: the answer is that of a customer that is not there."""
        store, sofia = self.chance.choice(self.servers.stores), PEOPLE["sofia"]
        said = set()
        for customer in ("C1", "nowhere"):
            try:
                suspensions.history(store, self.servers.grounds(store).warehouse(), sofia, customer)
                raise AssertionError("a sales agent saw another's customer")
            except (NotFound, NotPermitted) as error:
                said.add(str(error))
        assert len(said) == 1

    # ---- what stays true

    def compare(self) -> None:
        """The six truths, and the program's state against the model's."""
        store = self.servers.stores[0]
        page = store.events(OPERATOR, limit=8)
        new = [event for event in reversed(page.events) if event.sequence > len(self.events)]
        self.events += new
        assert [event.sequence for event in self.events[-8:]] == list(range(max(page.event_count - 7, 1), page.event_count + 1))
        store.check()
        for mark_id in {event.subject_id for event in new if event.subject_type == SUBJECT}:
            own = [event for event in self.events if event.subject_id == mark_id]
            self.marks[mark_id] = fold(own)
            if self.marks[mark_id].suspended:
                _prove(mark_id, own)
        assert set(self.marks) == set(self.ids.values())
        for name, mark_id in self.ids.items():
            ours, theirs = self.model.marks[name], self.marks[mark_id]
            told = (theirs.mark_status.value, sorted(line[-1] for line in theirs.suspended), theirs.cleared is not None)
            assert told == (ours.status, sorted(ours.suspended), ours.is_cleared), f"{name}: {told}, the model says {ours}"
        suspended = [line for mark in self.marks.values() if mark.is_open for line in mark.suspended]
        assert len(suspended) == len(set(suspended)), f"suspended by two marks: {suspended}"


def _prove(mark_id: str, events: list[Event]) -> None:
    """An effective suspension has one mark, an approval by another person and one export, all naming the same evidence."""
    kinds = [event.event_type for event in events]
    assert kinds.count("mark") == kinds.count("export") == 1, mark_id
    before = fold(events[: kinds.index("export")])
    assert before.approvals and not any(is_same_person(one.by.viewer, before.marked_by.viewer) for one in before.approvals)
    named = {before.evidence_hash, events[kinds.index("export")].details["evidence_hash"], *(one.evidence_hash for one in before.approvals)}
    assert len(named) == 1


def run(seed: int, worlds: Worlds, under: Path | None = None) -> None:
    """One seed from beginning to end; what fails says how to run it alone."""
    with TemporaryDirectory(prefix="clearaccounts-simulation-", dir=under) as folder:
        simulated = Run(seed, Path(folder), worlds)
        try:
            simulated.go()
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}\nalone: python -m tests.decisions.simulation.run {seed}") from error
        finally:
            for store in simulated.servers.stores:
                store._engine.dispose()


def main() -> None:
    """Run the seeds that were typed."""
    with TemporaryDirectory(prefix="clearaccounts-worlds-") as folder:
        worlds = Worlds(Path(folder))
        for seed in map(int, sys.argv[1:]):
            run(seed, worlds)
            print(f"seed {seed}: kept")


if __name__ == "__main__":
    main()
