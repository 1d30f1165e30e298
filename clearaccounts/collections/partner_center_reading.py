"""A subscription as Partner Center answers with it: its status, its version, whose it is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from clearaccounts.collections import partner_center_words as words
from clearaccounts.collections.orders import OrderLine
from clearaccounts.collections.partner_center_wire import Answer
from clearaccounts.errors import PartnerCenterError


class WrongSubscription(PartnerCenterError):
    """Partner Center knows no such subscription of this customer, or answers with another."""


@dataclass(frozen=True)
class Reading:
    """A subscription as Partner Center has it.

    Attributes:
        status: one of `partner_center_words.STATUSES`.
        etag: of this version of it; empty if none was given.
        resource: the whole of it, as it was read.
        state: status, autoRenewEnabled and scheduledNextTermInstructions: what a suspension changes or drops; numbers exact.
    """

    status: str
    etag: str
    resource: Mapping[str, Any]
    state: Mapping[str, Any]


def path_of(line: OrderLine) -> str:
    """The address of a line's subscription, below the API's own."""
    return f"/v1/customers/{words.guid(line.microsoft_tenant_id)}/subscriptions/{words.guid(line.microsoft_subscription_id)}"


def reading_of(answer: Answer) -> Reading:
    """What an answer says of a subscription.

    Raises:
        PartnerCenterError: it cannot be read.
    """
    resource = answer.resource
    if answer.status != 200 or resource is None:
        raise PartnerCenterError(words.UNREADABLE)
    status = lower(resource.get("status", resource.get("Status")))
    attributes = resource.get("attributes")
    etag = attributes.get("etag") if isinstance(attributes, dict) else None
    etag = etag or answer.headers.get("etag", "")
    if status not in words.STATUSES or not isinstance(etag, str) or not re.fullmatch(r"[\x21-\x7e]*", etag):
        raise PartnerCenterError(words.UNREADABLE)
    # An event holds no binary numbers.
    exact = json.loads(answer.text, parse_float=Decimal)
    state = {"status": status, **{name: exact.get(name) for name in ("autoRenewEnabled", "scheduledNextTermInstructions")}}
    return Reading(status, etag, resource, state)


def is_of(resource: Mapping[str, Any], tenant: str, subscription: str) -> bool:
    """Whether a resource is this subscription of this customer: by its id, and by its own address where it tells one."""
    links = resource.get("links")
    own = links.get("self") if isinstance(links, dict) else None
    address = own.get("uri") if isinstance(own, dict) else None
    named = re.search(r"/customers/([0-9A-Fa-f-]{36})(?:/|$)", address) if isinstance(address, str) else None
    return words.guid(resource.get("id")) == subscription and (named is None or named[1].lower() == tenant)


def lower(value: object) -> str:
    """A word in lower case; empty if it is no text."""
    return value.lower() if isinstance(value, str) else ""
