"""Orders: what one export asks Microsoft to do, kept whole in its event, and what came of each line.

An order is made once and never changed, so that the same export gives the same files for ever. What came
of it is reported per subscription (see `reporting`).
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from typing import Any

from clearaccounts.decisions.chain import instant
from clearaccounts.text import N_

SUSPEND, REACTIVATE = "suspend", "reactivate"
# What an order's action leads to when it is done.
DONE = {SUSPEND: "suspended", REACTIVATE: "reactivated"}
FAILED, NOT_DONE, UNKNOWN = "failed", "not_done", "unknown"
# Where a report comes from.
SOURCES = ("hand", "file", "api")
OUTCOME_TITLES = {
    "suspended": N_("Suspended"), "reactivated": N_("Reactivated"), FAILED: N_("Failed"), NOT_DONE: N_("Not done"), UNKNOWN: N_("Unknown"),
}
# Why a subscription is no line of an order, in words.
OBSTACLES = {
    "no_tenant": N_("the customer has no Microsoft tenant id"),
    "no_microsoft_id": N_("it has no Microsoft subscription id"),
    "suspended": N_("it is suspended already"),
    "not_active": N_("it is not active, so it cannot be suspended"),
    "azure_subscription": N_("it is an Azure subscription, which is cancelled in Azure, not here"),
    "azure_subscriptions_active": N_("Azure subscriptions under the Azure plan are active; they have to be cancelled first"),
    "ordered": N_("it is asked for already, by this order or another"),
}

_SPACE = uuid.UUID("6d0f5b1e-5c39-5a0e-9a64-5b0d3a1c7f42")
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def is_guid(text: str | None) -> bool:
    """Whether `text` is a GUID as Microsoft writes them."""
    return text is not None and _GUID.fullmatch(text) is not None


def export_id(mark_id: str, action: str) -> str:
    """The one id that a mark's order of this action can have (a GUID as text)."""
    return str(uuid.uuid5(_SPACE, f"{mark_id}/{action}"))


@dataclass(frozen=True)
class OrderLine:
    """One subscription of an order, as it was at the moment of the export: what has to be put back one day.

    Attributes:
        subscription_id: the partner's key.
        product_name: for people.
        commerce_model: new_commerce, legacy or azure_plan.
        microsoft_tenant_id: GUID of the customer's tenant.
        microsoft_subscription_id: GUID.
        status_before: Microsoft's status by the newest data.
        is_auto_renew_before: whether it renewed by itself; None where the data do not say.
        commitment_ends_on: until when it is paid for whatever happens; None where the data do not say.
        has_scheduled_changes_before: whether changes were scheduled for its next term, which suspending drops; None where nothing told.
    """

    subscription_id: str
    product_name: str
    commerce_model: str
    microsoft_tenant_id: str
    microsoft_subscription_id: str
    status_before: str
    is_auto_renew_before: bool | None
    commitment_ends_on: date | None
    has_scheduled_changes_before: bool | None = None

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> OrderLine:
        """The line that `content`, as kept in an event, is."""
        ends_on = content["commitment_ends_on"]
        return cls(**{**content, "commitment_ends_on": None if ends_on is None else date.fromisoformat(ends_on)})


@dataclass(frozen=True)
class LeftOut:
    """A subscription that is no line of the order: which, and why (a key of OBSTACLES)."""

    subscription_id: str
    product_name: str
    obstacle: str


@dataclass(frozen=True)
class Order:
    """What one export says, whole.

    Attributes:
        export_id: GUID; a mark has one per action, whoever exports and however often.
        mark_id: the mark it carries out.
        action: SUSPEND or REACTIVATE.
        customer_id: whose subscriptions.
        currency: of the debt.
        evidence_hash: SHA-256 of the evidence that was marked, approved and found unchanged.
        exported_at: UTC.
        lines: what is to be done, by subscription_id.
        left_out: what the customer has besides, and why nothing is asked for it.
    """

    export_id: str
    mark_id: str
    action: str
    customer_id: str
    currency: str
    evidence_hash: str
    exported_at: datetime
    lines: tuple[OrderLine, ...]
    left_out: tuple[LeftOut, ...] = ()

    @property
    def content(self) -> dict[str, Any]:
        """The order as plain data, as the event keeps it; `read` is its inverse."""
        plain = {**asdict(self), "exported_at": instant(self.exported_at)}
        plain["lines"] = [
            {**asdict(line), "commitment_ends_on": line.commitment_ends_on and line.commitment_ends_on.isoformat()} for line in self.lines
        ]
        plain["left_out"] = [asdict(one) for one in self.left_out]
        return plain

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Order:
        """The order that `content`, as kept in an event, is."""
        return cls(**{
            **content,
            "exported_at": datetime.fromisoformat(content["exported_at"]),
            "lines": tuple(OrderLine.read(line) for line in content["lines"]),
            "left_out": tuple(LeftOut(**one) for one in content["left_out"]),
        })

    def line(self, subscription_id: str) -> OrderLine | None:
        """The line of one subscription, or None."""
        return next((line for line in self.lines if line.subscription_id == subscription_id), None)


@dataclass(frozen=True)
class Outcome:
    """What came of one line: one of the titles' keys, what was said about it, and the subscription as it was before.

    `state_before` is what Microsoft held (status, autoRenewEnabled, scheduled changes), where the API told. `request_id` is
    that of the call, where there was one.
    """

    subscription_id: str
    outcome: str
    detail: str = ""
    state_before: Mapping[str, Any] | None = None
    request_id: str = ""

    @property
    def content(self) -> dict[str, Any]:
        """The outcome as plain data, as the event keeps it; `read` is its inverse."""
        return {f.name: _exact(getattr(self, f.name)) for f in fields(self)}

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Outcome:
        """The outcome that `content`, as kept in an event, is."""
        return cls(**content)


def _exact(value: Any) -> Any:
    """The same without binary numbers, which have no exact form in an event."""
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, Mapping):
        return {key: _exact(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_exact(item) for item in value]
    return value


@dataclass(frozen=True)
class Report:
    """What somebody says came of an order.

    Attributes:
        export_id: of which order.
        outcomes: one per subscription that it speaks of.
        source: `hand`, `file` or `api`.
        source_name: the file's name and hash, or whatever names the source; empty by hand.
    """

    export_id: str
    outcomes: tuple[Outcome, ...] = field(default_factory=tuple)
    source: str = "hand"
    source_name: str = ""
