"""What an action rests on: the evidence by the newest data, asked while the action holds the store's lock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, TypeAlias

from clearaccounts.access import Viewer
from clearaccounts.accounts import account
from clearaccounts.collections.evidence import Evidence, gather
from clearaccounts.collections.policy import Policy
from clearaccounts.collections.standing import with_decisions
from clearaccounts.decisions import Event, EventFilter
from clearaccounts.errors import NotFound
from clearaccounts.settings import Suspension
from clearaccounts.warehouse import Warehouse

Matching: TypeAlias = Callable[[EventFilter], tuple[Event, ...]]


@dataclass(frozen=True)
class Grounds:
    """Where an action finds what it rests on, asked while the action holds the store's lock.

    Attributes:
        warehouse: opens the newest build.
        policy: the approved policy in force on a day, or None.
        suspension: the limits of `[suspension]`.
    """

    warehouse: Callable[[], Warehouse]
    policy: Callable[[date], Policy | None]
    suspension: Suspension = field(default_factory=Suspension)

    def of_one_build(self) -> Grounds:
        """These grounds on the build that is the newest now: all that one decision reads comes from it, whatever is imported meanwhile."""
        newest = self.warehouse()
        return replace(self, warehouse=lambda: newest)

    def evidence(
        self, viewer: Viewer, customer_id: str, currency: str, matching: Matching,
    ) -> tuple[Evidence, dict[str, Any]]:
        """The evidence by the newest build and the holds and notices recorded up to now, and which build that is.

        `matching` is what an action sees under the store's lock: a hold or a notice of a moment ago is seen.

        Raises:
            NotFound: there is no such customer, or not for this viewer.
        """
        newest = with_decisions(self.warehouse(), matching)
        as_of_on = newest.build.as_of_on
        found = gather(newest, viewer, customer_id, currency, as_of_on=as_of_on, policy=self.policy(as_of_on))
        return found, {"build_id": newest.build.build_id, "as_of_on": as_of_on}

    def is_in_scope(self, viewer: Viewer, customer_id: str) -> bool:
        """Whether this person may decide about the customer.

        Whoever sees all customers may also decide about one that the newest data no longer hold.
        """
        if viewer.agent_scope is None:
            return True
        try:
            account(self.warehouse(), customer_id, viewer)
        except NotFound:
            return False
        return True


def latest(matching: Matching, now: datetime, after: int) -> datetime:
    """The later of the caller's clock and every event recorded after event `after`: a clock set back extends nothing.

    Events before it do not count: a clock that once ran ahead must not end what was decided since.
    """
    ahead = [event.occurred_at for event in matching(EventFilter(from_at=now)) if event.sequence > after]
    return max([now.astimezone(UTC), *ahead])
