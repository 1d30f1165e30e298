"""What other processes do in the tests: approve in many threads, mark until they are killed."""

from __future__ import annotations

import os
import resource
import signal
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Barrier
from unittest.mock import patch

from clearaccounts.collections import holding, suspensions
from clearaccounts.collections.suspensions import Grounds, Mark
from clearaccounts.decisions import Store
from clearaccounts.errors import ClearAccountsError, DecisionError
from clearaccounts.settings import Settings, Suspension
from clearaccounts.warehouse import Warehouse
from tests.decisions.common import BEATRIZ, note, store_in
from tests.decisions.debtors import NOW, POLICY, manager, manager_of
from tests.worlds import LAST_DAY

# What the server that forks these processes imports once.
PRELOAD = [__name__]


def decide_at_once(folder: Path, warehouse: Path, marks: list[Mark], people: tuple[range, range], results: Connection) -> None:
    """For each mark in turn all approvers and decliners act from a thread of their own at once; sends what each was told."""
    approvers, decliners = people
    store = store_in(folder, manager_of)
    newest = Warehouse(warehouse, Settings())
    grounds = Grounds(lambda: newest, lambda _: POLICY, Suspension(approvals_per_day=1000))
    together = Barrier(len(approvers) + len(decliners))

    def decide(number: int) -> list[str]:
        return [_told(store, grounds, number, one, together, is_approval=number in approvers) for one in marks]

    with ThreadPoolExecutor(len(approvers) + len(decliners)) as threads:
        results.send([answer for answers in threads.map(decide, [*approvers, *decliners]) for answer in answers])


def _told(store: Store, grounds: Grounds, number: int, marked: Mark, together: Barrier, *, is_approval: bool) -> str:
    together.wait(120)
    try:
        if is_approval:
            made = suspensions.approve(
                store, grounds, manager(number), mark_id=marked.mark_id, seen_version=marked.version,
                seen_evidence_hash=marked.evidence_hash, idempotency_key=f"approval {marked.mark_id} {number}", now=NOW,
            )
        else:
            made = suspensions.decline(
                store, grounds, manager(number), mark_id=marked.mark_id, seen_version=marked.version, reason="they promised",
                idempotency_key=f"refusal {marked.mark_id} {number}", now=NOW,
            )
    except ClearAccountsError as error:
        return f"{marked.mark_id} {type(error).__name__}: {error}"
    return f"{marked.mark_id} {made.mark_status} by {made.decided_by.name if made.decided_by else ''}"


def send_at_once(folder: Path, keys: list[str], threads: int, results: Connection) -> None:
    """Each key is sent from all threads at once; sends the sequence that each was answered."""
    store = store_in(folder)
    together = Barrier(threads)

    def send(_: int) -> list[int]:
        answers = []
        for key in keys:
            together.wait(120)
            answers.append(store.append(BEATRIZ, note(key, key)).sequence)
        return answers

    with ThreadPoolExecutor(threads) as pool:
        results.send(list(pool.map(send, range(threads))))


def promise_at_once(folder: Path, warehouse: Path, people: int, results: Connection) -> None:
    """So many people record a promise of one customer from a thread of their own, and send the same form a second time."""
    store = store_in(folder, manager_of)
    newest = Warehouse(warehouse, Settings())
    grounds = Grounds(lambda: newest, lambda _: POLICY)
    together = Barrier(people)

    def promise(number: int) -> list[str]:
        together.wait(60)
        wish = holding.Wish("C1", holding.PROMISE, LAST_DAY, "owner@partner.example", amount=Decimal(10), currency="EUR")
        return [
            holding.record(store, grounds, BEATRIZ, wish, reason="they called", idempotency_key=f"promise {number}", now=NOW).hold_id
            for _ in range(2)
        ]

    with ThreadPoolExecutor(people) as threads:
        results.send(list(threads.map(promise, range(people))))


def mark_until_killed(folder: Path, warehouse: Path, forms: list[tuple[str, str]], acknowledged: Connection) -> None:
    """Mark one customer after the other; says so each time the call has returned, and before the first.

    `forms` holds customer and evidence hash of each.
    """
    store = store_in(folder)
    newest = Warehouse(warehouse, Settings())
    grounds = Grounds(lambda: newest, lambda _: POLICY)
    acknowledged.send("ready")
    for customer_id, seen in forms:
        made = suspensions.mark(
            store, grounds, BEATRIZ, customer_id=customer_id, currency="EUR", reason="no answer", seen_evidence_hash=seen,
            idempotency_key=f"mark {customer_id}", now=NOW,
        )
        acknowledged.send((customer_id, made.mark_id))


def note_until_full(folder: Path, room_bytes: int, acknowledged: Connection) -> None:
    """Record notes until no file may grow beyond `room_bytes`, as on a full disk; then says in which words it failed."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    store = store_in(folder)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room_bytes, resource.RLIM_INFINITY))
    for number in range(10_000):
        try:
            store.append(BEATRIZ, note(f"key {number}", f"N{number}"))
        except DecisionError as error:
            acknowledged.send(str(error))
            return
        acknowledged.send(number)


def die_writing_the_anchor(folder: Path, written_bytes: int) -> None:
    """Record a note, and be killed after the commit, with `written_bytes` of the anchor's line on the disk."""
    store = store_in(folder)
    write = os.write

    def cut_off(descriptor: int, content: bytes) -> int:
        write(descriptor, content[:written_bytes])
        os.kill(os.getpid(), signal.SIGKILL)
        return 0

    with patch("os.write", cut_off):
        store.append(BEATRIZ, note("last", "last"))


def note_without_file_locks(folder: Path, server: int, threads: int, notes: int) -> None:
    """Record notes from many threads on a machine whose file locks nobody else sees."""
    with patch("clearaccounts.decisions.anchor._try_lock", lambda _: True):
        store = store_in(folder)

        def record(thread: int) -> None:
            for number in range(notes):
                store.append(BEATRIZ, note(f"{server} {thread} {number}", f"N {server} {thread} {number}"))

        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(record, range(threads)))
