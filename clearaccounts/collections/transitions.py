"""What may follow what in the life of a suspension mark: the one table.

A step leads from where the mark stands to where it stands then; where a step may lead to several places, what is known
of each subscription decides (see `marks.fold`). The picture and the table of docs/suspension-marks.md are drawn from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from clearaccounts.access import Permission
from clearaccounts.text import N_


class Status(StrEnum):
    """Where a mark stands."""

    MARKED = "marked"
    APPROVED_ONCE = "approved_once"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPORTED = "exported"
    SUSPENDED = "suspended"
    NOT_SUSPENDED = "not_suspended"
    REINSTATEMENT_APPROVED = "reinstatement_approved"
    REINSTATEMENT_EXPORTED = "reinstatement_exported"
    REINSTATED = "reinstated"


STATUS_TITLES = {
    Status.MARKED: N_("Marked"),
    Status.APPROVED_ONCE: N_("Approved once"),
    Status.APPROVED: N_("Approved"),
    Status.DECLINED: N_("Declined"),
    Status.WITHDRAWN: N_("Withdrawn"),
    Status.EXPORTED: N_("Exported"),
    Status.SUSPENDED: N_("Suspended"),
    Status.NOT_SUSPENDED: N_("Not suspended"),
    Status.REINSTATEMENT_APPROVED: N_("Reinstatement approved"),
    Status.REINSTATEMENT_EXPORTED: N_("Reinstatement exported"),
    Status.REINSTATED: N_("Reinstated"),
}


@dataclass(frozen=True)
class Transition:
    """One thing that may happen to a mark.

    Attributes:
        event_type: what happens.
        leads: from where the mark stands (None = there is none yet) to where it may stand then.
        permissions: one of these is needed.
        by_another: only somebody else than the person who marked may do it.
        needs_reason: the person must say why.
        needs_evidence: the evidence is gathered again from the newest data and must be the one that was seen.
        title: what is done, for people.
        done: who (`{who}`) did it and when (`{when}`), for whoever comes too late.
    """

    event_type: str
    leads: Mapping[Status | None, tuple[Status, ...]]
    permissions: tuple[Permission, ...]
    by_another: bool
    needs_reason: bool
    needs_evidence: bool
    title: str
    done: str

    @property
    def before(self) -> tuple[Status, ...]:
        """Where the mark must stand; empty = there must be none yet."""
        return tuple(status for status in self.leads if status is not None)


_S = Status
_DECIDERS = (Permission.APPROVE,)
# Whoever acts on an approval finds that it has lapsed; nobody else needs to.
_ACTORS = (Permission.MARK, Permission.APPROVE, Permission.EXPORT)

TRANSITIONS = {
    transition.event_type: transition
    for transition in (
        Transition(
            "mark", {None: (_S.MARKED,)}, (Permission.MARK,), by_another=False, needs_reason=True, needs_evidence=True,
            title=N_("Mark for suspension"), done=N_("{who} marked this for suspension on {when}."),
        ),
        # The day's limit is used up: one approval alone is not enough.
        Transition(
            "approve_once", {_S.MARKED: (_S.APPROVED_ONCE,)}, _DECIDERS, by_another=True, needs_reason=False, needs_evidence=True,
            title=N_("Approve as the first of two"), done=N_("{who} approved this mark, as the first of two, on {when}."),
        ),
        Transition(
            "approve", {_S.MARKED: (_S.APPROVED,), _S.APPROVED_ONCE: (_S.APPROVED,)}, _DECIDERS, by_another=True, needs_reason=False,
            needs_evidence=True, title=N_("Approve"), done=N_("{who} approved this mark on {when}."),
        ),
        Transition(
            "lapse", {_S.APPROVED_ONCE: (_S.MARKED,), _S.APPROVED: (_S.MARKED,)}, _ACTORS, by_another=False, needs_reason=False,
            needs_evidence=False, title=N_("Lapse"),
            done=N_("The approval of this mark has lapsed, as {who} found on {when}; it has to be approved again."),
        ),
        Transition(
            "decline", {_S.MARKED: (_S.DECLINED,), _S.APPROVED_ONCE: (_S.DECLINED,)}, _DECIDERS, by_another=True, needs_reason=True,
            needs_evidence=False, title=N_("Decline"), done=N_("{who} declined this mark on {when}."),
        ),
        # Taking a mark back makes nothing worse: whoever may mark or approve may do it, also with another's mark.
        Transition(
            "withdraw", dict.fromkeys((_S.MARKED, _S.APPROVED_ONCE, _S.APPROVED), (_S.WITHDRAWN,)), (Permission.MARK, *_DECIDERS),
            by_another=False, needs_reason=True, needs_evidence=False, title=N_("Withdraw"), done=N_("{who} withdrew this mark on {when}."),
        ),
        Transition(
            "export", {_S.APPROVED: (_S.EXPORTED,)}, (Permission.EXPORT,), by_another=False, needs_reason=False, needs_evidence=True,
            title=N_("Export"), done=N_("{who} exported this mark on {when}."),
        ),
        Transition(
            "report",
            {_S.EXPORTED: (_S.EXPORTED, _S.SUSPENDED, _S.NOT_SUSPENDED), _S.SUSPENDED: (_S.SUSPENDED, _S.EXPORTED)},
            (Permission.EXPORT,), by_another=False, needs_reason=False, needs_evidence=False,
            title=N_("Report what came of it"), done=N_("{who} reported what came of this on {when}."),
        ),
        # Noted by the system, under the name of whoever brought the data or looked first.
        Transition(
            "clear",
            {status: (status,) for status in (_S.EXPORTED, _S.SUSPENDED, _S.REINSTATEMENT_APPROVED, _S.REINSTATEMENT_EXPORTED)},
            (Permission.IMPORT,), by_another=False, needs_reason=False, needs_evidence=False,
            title=N_("Note that the debt is gone"), done=N_("The debt was found to be gone on {when}."),
        ),
        Transition(
            "approve_reinstatement",
            {_S.EXPORTED: (_S.REINSTATEMENT_APPROVED,), _S.SUSPENDED: (_S.REINSTATEMENT_APPROVED,)},
            (Permission.REINSTATE,), by_another=True, needs_reason=False, needs_evidence=False,
            title=N_("Approve the reinstatement"), done=N_("{who} approved the reinstatement on {when}."),
        ),
        Transition(
            "export_reinstatement", {_S.REINSTATEMENT_APPROVED: (_S.REINSTATEMENT_EXPORTED,)}, (Permission.EXPORT,), by_another=False,
            needs_reason=False, needs_evidence=False, title=N_("Export the reinstatement"),
            done=N_("{who} exported the reinstatement on {when}."),
        ),
        Transition(
            "report_reinstatement", {_S.REINSTATEMENT_EXPORTED: (_S.REINSTATEMENT_EXPORTED, _S.REINSTATED)}, (Permission.EXPORT,),
            by_another=False, needs_reason=False, needs_evidence=False, title=N_("Report what came of the reinstatement"),
            done=N_("{who} reported what came of the reinstatement on {when}."),
        ),
    )
}
# A mark that stands here still leads to something; a customer has at most one such mark per currency.
OPEN = frozenset(status for transition in TRANSITIONS.values() for status in transition.before)
