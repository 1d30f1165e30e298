"""Several processes at once, and processes that are killed: nothing acknowledged is lost, nothing doubled."""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from multiprocessing.context import ForkServerContext
from pathlib import Path
from time import sleep

import pytest

from clearaccounts.collections import holds, suspensions
from clearaccounts.collections.marks import folded
from clearaccounts.collections.suspensions import SUBJECT, Status
from clearaccounts.decisions import EventFilter
from tests.decisions import processes
from tests.decisions.common import BEATRIZ, note, store_in, with_notes
from tests.decisions.debtors import DEBT, Town, manager_of

# A tenth of what `make test-long` runs.
KILLS = int(os.environ.get("CLEARACCOUNTS_KILLS", "20"))
ROUNDS = int(os.environ.get("CLEARACCOUNTS_ROUNDS", "4"))


def crowd(folder: Path, customers: list[str]) -> Town:
    """Many customers, each with the same debt."""
    return Town(
        store_in(folder, manager_of),
        customers=[{"customer_id": customer} for customer in customers],
        customer_invoices=[{**DEBT, "customer_id": customer, "invoice_id": f"I-{customer}"} for customer in customers],
    )


def at_once(context: ForkServerContext, target: object, arguments: list[tuple[object, ...]]) -> list[object]:
    """Run the target in one process for each of the arguments, all at once; what each sent."""
    running = []
    for one in arguments:
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=target, args=(*one, theirs))  # type: ignore[arg-type]
        process.start()
        theirs.close()
        running.append((process, ours))
    found = []
    for process, ours in running:
        assert ours.poll(600)
        found += ours.recv()
        process.join(60)
    return found


def test_two_processes_that_send_the_same_forms_record_each_hold_once(tmp_path: Path, context: ForkServerContext) -> None:
    town = Town(store_in(tmp_path, manager_of))
    told = at_once(context, processes.promise_at_once, [(tmp_path, town.newest.path, 5)] * 2)
    recorded = [hold.hold_id for hold in holds.recorded(town.store.matching)]
    assert len(set(recorded)) == len(recorded) == 5
    assert sorted(str(answer) for answers in told for answer in answers) == sorted(recorded * 4)  # type: ignore[attr-defined]
    assert town.store.verify() == []


def test_fifty_approvers_and_25_decliners_at_once_decide_each_mark_once(tmp_path: Path, context: ForkServerContext) -> None:
    customers = [f"C{number:04}" for number in range(1, ROUNDS + 1)]
    town = crowd(tmp_path, customers)
    marks = [town.mark(customer_id=customer, key=f"mark {customer}") for customer in customers]
    told = at_once(context, processes.decide_at_once, [
        (tmp_path, town.newest.path, marks, (range(25), range(50, 62))),
        (tmp_path, town.newest.path, marks, (range(25, 50), range(62, 75))),
    ])
    assert len(told) == 75 * ROUNDS
    for now in folded(town.store.matching(EventFilter(subject_type=SUBJECT))):
        answers = Counter(str(answer).removeprefix(f"{now.mark_id} ") for answer in told if str(answer).startswith(now.mark_id))
        name = now.decided_by.name if now.decided_by else ""
        verb = {Status.APPROVED: "approved", Status.DECLINED: "declined"}[now.mark_status]
        assert answers == {f"{verb} by {name}": 1, f"Stale: {name} {verb} this mark on 2026-06-30 09:00 UTC.": 74}
        assert now.version == 2
    assert town.store.verify() == []


def test_the_same_key_fifty_times_from_two_processes_is_one_event(tmp_path: Path, context: ForkServerContext) -> None:
    keys = [f"key {number}" for number in range(ROUNDS)]
    told = at_once(context, processes.send_at_once, [(tmp_path, keys, 25), (tmp_path, keys, 25)])
    assert len(told) == 50 and all(answers == told[0] for answers in told)
    assert len(store_in(tmp_path).matching(EventFilter())) == ROUNDS and store_in(tmp_path).verify() == []


def killed(context: ForkServerContext, chance: random.Random, target_arguments: tuple[object, ...]) -> list[tuple[str, str]]:
    """Start a process that marks, kill it at some moment, before or after its first mark; all that it acknowledged."""
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=processes.mark_until_killed, args=(*target_arguments, theirs))
    process.start()
    theirs.close()
    acknowledged = []
    assert ours.recv() == "ready"
    if chance.random() < 0.5:
        acknowledged.append(ours.recv())
    sleep(chance.uniform(0.010, 0.200))
    process.kill()
    process.join(30)
    with suppress(EOFError):
        while True:
            acknowledged.append(ours.recv())
    return acknowledged


def test_killed_processes_lose_no_acknowledged_mark_and_double_none(tmp_path: Path, context: ForkServerContext) -> None:
    customers = [f"C{number:04}" for number in range(1, 4 * KILLS + 1)]
    town = crowd(tmp_path, customers)
    first = town.evidence(customers[0])
    forms = [
        (customer, replace(first, customer_id=customer, items=(replace(first.items[0], invoice_id=f"I-{customer}"),)).hash)
        for customer in customers
    ]
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    acknowledged: list[tuple[str, str]] = []
    for _ in range(KILLS):
        # The next one begins with the customer whose mark was perhaps under way: the same key tells.
        acknowledged += killed(context, chance, (tmp_path, town.newest.path, forms[len(acknowledged):]))
    store = store_in(tmp_path)
    assert [str(finding) for finding in store.verify() if finding.is_failure] == [], f"seed {seed}"
    events = store.matching(EventFilter(subject_type=SUBJECT))
    marked = [(event.customer_id, event.subject_id) for event in events]
    assert len(acknowledged) > KILLS / 5, f"seed {seed}: too few marks to tell anything"
    # One event more than was acknowledged at most: the one that was under way at the last kill.
    assert marked[: len(acknowledged)] == acknowledged and len(marked) <= len(acknowledged) + 1, f"seed {seed}"
    assert len(set(marked)) == len(marked) == len(suspensions.current(store)), f"seed {seed}"


@pytest.mark.parametrize("room_bytes", [70_000, 80_001, 100_000, 130_003])
def test_a_full_disk_loses_nothing_and_the_same_form_tells(tmp_path: Path, context: ForkServerContext, room_bytes: int) -> None:
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=processes.note_until_full, args=(tmp_path, room_bytes, theirs))
    process.start()
    theirs.close()
    told = []
    with suppress(EOFError):
        while True:
            told.append(ours.recv())
    process.join(30)
    *numbers, sentence = told
    assert numbers == list(range(len(numbers))) and numbers
    assert "could not" in sentence or "not known" in sentence
    store = store_in(tmp_path)
    assert [str(finding) for finding in store.verify() if finding.is_failure] == []
    for number in range(len(numbers) + 1):
        store.append(BEATRIZ, note(f"key {number}", f"N{number}"))
    assert len(store.matching(EventFilter())) == len(numbers) + 1
    assert [str(finding) for finding in store.verify() if finding.is_failure] == []


@pytest.mark.parametrize("written_bytes", [0, 1, 20, 66])
def test_a_kill_between_commit_and_anchor_is_adopted_and_said(tmp_path: Path, context: ForkServerContext, written_bytes: int) -> None:
    store = with_notes(tmp_path, 3)
    process = context.Process(target=processes.die_writing_the_anchor, args=(tmp_path, written_bytes))
    process.start()
    process.join(30)
    assert process.exitcode == -signal.SIGKILL
    [finding] = store.verify()
    assert not finding.is_failure and "Events 4 to 4 had not reached the anchor" in str(finding)
    event = store.append(BEATRIZ, note("last", "last"))
    assert (event.sequence, len(store.matching(EventFilter()))) == (4, 4)
    assert store.append(BEATRIZ, note("next")).sequence == 5
