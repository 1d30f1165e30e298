"""The policy as a decision: one person proposes a version, another approves it, and from then on it counts, never before.

A proposal keeps the text of the file whole and its SHA-256. What is so now is a fold over its events; STEPS says what may follow what.
A version that was approved counts from the later of the day it names and the day it was approved: approving changes no past day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache

from clearaccounts.access import Permission
from clearaccounts.collections import policy as policy_files
from clearaccounts.collections.policy import Policy, parse
from clearaccounts.decisions import Actor, Event, EventFilter
from clearaccounts.settings import DataFolder, Settings
from clearaccounts.text import N_

SUBJECT = "policy"
PROPOSED_FILE = "policy.toml"  # what errors call a text that was typed or uploaded

Matching = Callable[[EventFilter], tuple[Event, ...]]


class Status(StrEnum):
    """Where a proposed policy stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Step:
    """One thing that may be done with a proposal; `by_another`: only by somebody else than the proposer."""

    before: tuple[Status, ...]
    after: Status
    permissions: tuple[Permission, ...]
    by_another: bool
    needs_reason: bool
    done: str


STEPS = {
    "propose": Step((), Status.PROPOSED, (Permission.PROPOSE_POLICY,), by_another=False, needs_reason=True,
                    done=N_("{who} proposed this policy on {when}.")),
    "approve": Step((Status.PROPOSED,), Status.APPROVED, (Permission.APPROVE_POLICY,), by_another=True, needs_reason=False,
                    done=N_("{who} approved this policy on {when}.")),
    "decline": Step((Status.PROPOSED,), Status.DECLINED, (Permission.APPROVE_POLICY,), by_another=True, needs_reason=True,
                    done=N_("{who} declined this policy on {when}.")),
    # An approved one may be taken back until the day from which it counts, by those who may approve: no day with it has been then.
    "withdraw": Step((Status.PROPOSED, Status.APPROVED), Status.WITHDRAWN, (Permission.PROPOSE_POLICY, Permission.APPROVE_POLICY),
                     by_another=False, needs_reason=True, done=N_("{who} withdrew this policy on {when}.")),
}


@dataclass(frozen=True)
class Proposal:
    """One proposed policy as it stands now.

    `text_hash` is the SHA-256 (hex) of `text`; `version` counts its events, `policy.version` is the policy's own. `decided_*` is the
    latest step after proposing, if there was one. `approved_on` (the day from which decisions of that moment counted) and
    `counts_from_on` are None until it is approved.
    """

    policy_id: str
    policy: Policy
    text: str
    text_hash: str
    policy_status: Status
    version: int
    reason: str
    proposed_by: Actor
    proposed_at: datetime
    decided_by: Actor | None
    decided_at: datetime | None
    decided_reason: str
    approved_on: date | None
    counts_from_on: date | None


@dataclass(frozen=True)
class Known:
    """A policy that counts, or will: from a file or approved by a person (`proposal`), with its text and the day it counts from."""

    policy: Policy
    text: str
    counts_from_on: date
    proposal: Proposal | None = None


def hash_of(text: str) -> str:
    """SHA-256 (hex) of a policy's text."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


@lru_cache(maxsize=64)
def _parsed(text: str, file: str) -> Policy:
    return parse(text, file)


def fold(events: Iterable[Event]) -> Proposal:
    """The state that the events of one proposal lead to.

    Raises:
        ValueError: they are not the events of one proposal, in order.
    """
    first, *later = events
    status: Status | None = None
    for event in (first, *later):
        step = STEPS.get(event.event_type)
        if step is None or event.subject_id != first.subject_id or not (status in step.before if status else not step.before):
            raise ValueError(f"event {event.sequence} ({event.event_type}) cannot follow {status} of {first.subject_id}")
        status = step.after
    text = first.details["text"]
    if status is None or first.details["text_hash"] != hash_of(text):
        raise ValueError(f"event {first.sequence} does not hold the text of its hash")
    approval = next((event.details for event in later if event.event_type == "approve"), None)
    last = later[-1] if later else None
    return Proposal(
        policy_id=first.subject_id, policy=_parsed(text, PROPOSED_FILE), text=text, text_hash=first.details["text_hash"],
        policy_status=status, version=1 + len(later), reason=first.reason, proposed_by=first.by, proposed_at=first.occurred_at,
        decided_by=None if last is None else last.by, decided_at=None if last is None else last.occurred_at,
        decided_reason="" if last is None else last.reason,
        approved_on=None if approval is None else date.fromisoformat(approval["approved_on"]),
        counts_from_on=None if approval is None else date.fromisoformat(approval["counts_from_on"]),
    )


def proposals(matching: Matching) -> list[Proposal]:
    """Every proposal there was, in the order in which they were made."""
    subjects: dict[str, list[Event]] = {}
    for event in matching(EventFilter(subject_type=SUBJECT)):
        subjects.setdefault(event.subject_id, []).append(event)
    return [fold(own) for own in subjects.values()]


def open_proposal(matching: Matching) -> Proposal | None:
    """The proposal that waits for a decision; there is at most one."""
    return next((one for one in proposals(matching) if one.policy_status is Status.PROPOSED), None)


def known(matching: Matching, folder: DataFolder, settings: Settings) -> list[Known]:
    """Every policy that counts or will, the newest first: by the day it counts from, then by its version.

    Args:
        matching: `store.matching`, or a scene's, under the lock.
        folder: the folder served; the sample's comes with a policy of its own.
        settings: `[collections] policies` names files that count from the day they name.

    Raises:
        SettingsError: a file that the settings name does not exist.
        PolicyError: a file holds something we cannot use.
    """
    found = []
    for path in policy_files.files(settings, folder):
        text = policy_files.read(path)
        policy = _parsed(text, path.name)
        found.append(Known(policy, text, policy.effective_on))
    for proposal in proposals(matching):
        if proposal.policy_status is Status.APPROVED and proposal.counts_from_on is not None:
            found.append(Known(proposal.policy, proposal.text, proposal.counts_from_on, proposal))
    return sorted(found, key=lambda one: (one.counts_from_on, one.policy.version), reverse=True)


def in_force(matching: Matching, folder: DataFolder, settings: Settings, as_of_on: date) -> Policy | None:
    """The policy in force on a day: of those that count by then the newest, of two from one day the higher version; or None.

    Raises:
        SettingsError, PolicyError: as `known`.
    """
    found = known_on(known(matching, folder, settings), as_of_on)
    return None if found is None else found.policy


def known_on(found: Iterable[Known], as_of_on: date) -> Known | None:
    """Of the policies that `known` gave, the one in force on a day."""
    return next((one for one in found if one.counts_from_on <= as_of_on), None)
