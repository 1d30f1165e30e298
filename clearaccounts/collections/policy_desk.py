"""The actions on a proposed policy: propose, approve, decline, withdraw; each is one event, checked under the store's lock."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from clearaccounts.access import Permission, Viewer, is_same_person
from clearaccounts.collections.policies import PROPOSED_FILE, STEPS, SUBJECT, Proposal, fold, hash_of, known, open_proposal, proposals
from clearaccounts.collections.policy import Policy, parse
from clearaccounts.decisions import Action, EventFilter, Scene, Store, is_blank
from clearaccounts.errors import NotFound, PolicyError, Refused, SamePerson
from clearaccounts.settings import DataFolder, Settings
from clearaccounts.text import N_

LONGEST_TEXT = 100_000
_LONGEST_REASON = 2000


def checked(text: str) -> Policy:
    """The policy of a text that was typed or uploaded.

    Raises:
        PolicyError: it is no policy, naming line and key; or it is too long, or no text that can be kept as it is.
    """
    if len(text) > LONGEST_TEXT:
        raise PolicyError(N_("{file}: a policy has {limit} characters at most."), file=PROPOSED_FILE, limit=LONGEST_TEXT)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise PolicyError(N_("{file}: this policy is not UTF-8 text."), file=PROPOSED_FILE) from None
    return parse(text, PROPOSED_FILE)


@dataclass(frozen=True)
class Desk:
    """Where policies are decided: the store, the files that count beside it, and the day from which a decision of now counts.

    `today` is asked while the store is locked: the company's day, never earlier than that of the newest build.
    """

    store: Store
    folder: DataFolder
    settings: Settings
    today: Callable[[], date]

    def propose(self, viewer: Viewer, *, text: str, reason: str, idempotency_key: str, now: datetime) -> Proposal:
        """Propose a policy; the text is kept as it is.

        Raises:
            PolicyError: the text is no policy, naming line and key.
            NotPermitted: the role does not allow it.
            Refused: another proposal waits, the version does not grow, or there is no reason.
        """
        policy = checked(text)

        def rule(scene: Scene) -> Mapping[str, Any]:
            _check_reason(reason)
            waiting = open_proposal(scene.matching)
            if waiting is not None:
                raise Refused(
                    N_("Version {version}, proposed by {who} on {when}, waits for a decision; that comes first."),
                    version=waiting.policy.version, who=waiting.proposed_by.name, when=_when(waiting.proposed_at),
                )
            self._check_version(scene, policy)
            return {"text": text, "text_hash": hash_of(text), "policy": {"name": policy.name, "version": policy.version}}

        event = self.store.append(viewer, Action(
            SUBJECT, "policy-" + hashlib.sha256(idempotency_key.encode("utf-8", "replace")).hexdigest()[:16], "propose", reason.strip(),
            idempotency_key, now, STEPS["propose"].permissions, rule, asked={"text_hash": hash_of(text)}, expected_version=0,
        ))
        return fold([event])

    def approve(
        self, viewer: Viewer, *, policy_id: str, seen_version: int, seen_hash: str, idempotency_key: str, now: datetime, reason: str = "",
    ) -> Proposal:
        """Approve somebody else's proposal, the very text that was shown; it counts from now on or from the later day it names.

        Raises:
            NotFound: there is no such proposal.
            NotPermitted: the role does not allow it.
            SamePerson: it is the viewer's own.
            Stale: somebody decided meanwhile; says who and when.
            Refused: another text than the one shown, or a newer version was approved meanwhile.
        """
        def rule(scene: Scene, proposal: Proposal) -> Mapping[str, Any]:
            if seen_hash != proposal.text_hash:
                raise Refused(N_("What you saw is not what {who} proposed; look at it again."), who=proposal.proposed_by.name)
            self._check_version(scene, proposal.policy)
            # A clock that was set back makes no approval count before an earlier one.
            earlier = [other.approved_on for other in proposals(scene.matching) if other.approved_on is not None]
            approved_on = max([self.today(), *earlier])
            return {
                "text_hash": proposal.text_hash, "approved_on": approved_on,
                "counts_from_on": max(proposal.policy.effective_on, approved_on),
            }

        return self._decide(viewer, "approve", policy_id, seen_version, reason, idempotency_key, now, rule, {"text_hash": seen_hash})

    def decline(self, viewer: Viewer, *, policy_id: str, seen_version: int, reason: str, idempotency_key: str, now: datetime) -> Proposal:
        """Decline somebody else's proposal, saying why.

        Raises:
            NotFound, NotPermitted, SamePerson, Stale, Refused: as `approve`; a reason is needed.
        """
        return self._decide(viewer, "decline", policy_id, seen_version, reason, idempotency_key, now)

    def withdraw(self, viewer: Viewer, *, policy_id: str, seen_version: int, reason: str, idempotency_key: str, now: datetime) -> Proposal:
        """Take a proposal back, or an approved policy that does not count yet, saying why.

        Raises:
            NotFound, NotPermitted, Stale: as `approve`.
            Refused: no reason, or it counts already; an approved one is withdrawn by who may approve.
        """
        def rule(scene: Scene, proposal: Proposal) -> Mapping[str, Any]:
            if proposal.counts_from_on is not None:
                scene.viewer.require(Permission.APPROVE_POLICY)
                if proposal.counts_from_on <= self.today():
                    raise Refused(N_("This policy is in force since {day}; propose another version instead."), day=proposal.counts_from_on)
            return {}

        return self._decide(viewer, "withdraw", policy_id, seen_version, reason, idempotency_key, now, rule)

    def _check_version(self, scene: Scene, policy: Policy) -> None:
        highest = max((one.policy.version for one in known(scene.matching, self.folder, self.settings)), default=None)
        if highest is not None and policy.version <= highest:
            raise Refused(
                N_("This is version {version}, and there is a version {highest} already; a changed policy needs a higher number."),
                version=policy.version, highest=highest,
            )

    def _decide(  # noqa: PLR0917 - the functions above name everything; this one passes it on
        self, viewer: Viewer, event_type: str, policy_id: str, seen_version: int, reason: str, idempotency_key: str, now: datetime,
        rule: Callable[[Scene, Proposal], Mapping[str, Any]] = lambda _scene, _proposal: {}, asked: Mapping[str, Any] | None = None,
    ) -> Proposal:
        step = STEPS[event_type]

        def guard(scene: Scene) -> None:
            if not scene.events:
                raise NotFound(N_("There is no such proposal."))
            if step.by_another and is_same_person(fold(scene.events).proposed_by.viewer, scene.viewer):
                raise SamePerson(N_("You proposed this policy yourself; another person decides. You may withdraw it."))

        def decided(scene: Scene) -> Mapping[str, Any]:
            if step.needs_reason:
                _check_reason(reason)
            proposal = fold(scene.events)
            if proposal.policy_status not in step.before:
                last = scene.events[-1]
                raise Refused(STEPS[last.event_type].done, who=last.by.name, when=_when(last.occurred_at))
            return rule(scene, proposal)

        event = self.store.append(viewer, Action(
            SUBJECT, policy_id, event_type, reason.strip(), idempotency_key, now, step.permissions, decided, asked=asked or {},
            expected_version=seen_version, guard=guard, meanwhile={name: other.done for name, other in STEPS.items()},
        ))
        # The answer is the state this event led to, whatever followed: the same key gives the same answer.
        return fold(self.store.matching(EventFilter(subject_type=SUBJECT, subject_id=event.subject_id))[: event.version])


def _check_reason(reason: str) -> None:
    if is_blank(reason):
        raise Refused(N_("Give a reason."))
    if len(reason) > _LONGEST_REASON:
        raise Refused(N_("The reason is too long; {limit} characters are kept."), limit=_LONGEST_REASON)


def _when(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")
