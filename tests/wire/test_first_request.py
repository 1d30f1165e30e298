"""The very first thing that a fresh server hears is somebody's lie: it is no better than a later one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from clearaccounts.access import Role
from clearaccounts.ui.registry import PAGES, PRODUCT
from clearaccounts.ui.remembered import COOKIE as DEMO_COOKIE
from tests.wire.client import USER, Caller
from tests.wire.forging import signed
from tests.wire.town import PEOPLE, Town, assert_nobody

MANAGER = PEOPLE[Role.MANAGER]
LIES: dict[str, dict[str, Any]] = {
    "a cookie signed with another secret": {"page": "suspensions"},
    "demo mode's cookie, headers and an address": {
        "page": "audit", "query": "role=manager&user=demo:martin",
        "headers": [("X-Forwarded-Email", MANAGER.email), ("X-Ms-Client-Principal-Name", MANAGER.email)]},
    "a session of before the restart": {"page": "data", "session": "0f0e0d0c-0b0a-4908-8706-050403020100", "origin": None},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_fresh_servers_first_request(found_town: Callable[..., Town], lie: str) -> None:
    town = found_town()
    liar = Caller(town.dashboard.url, {DEMO_COOKIE: "demo:martin"})
    content = {"is_logged_in": True, "origin": liar.url, "oid": MANAGER.object_id, "tid": town.provider.tenant, "iss": town.provider.issuer,
               "sub": "x", "nonce": "x", "iat": 1795418111, "email": MANAGER.email, "name": MANAGER.name}
    liar.cookies[USER] = signed(content, secret="another-secret-of-thirty-two-characters!")
    with liar.open(**LIES[lie]) as tab:
        assert_nobody(tab, MANAGER.name, "Audit trail", "Suspensions")
    for entry in PAGES:
        with liar.open(entry.url) as tab:
            assert_nobody(tab, MANAGER.name, *(entry.title for entry in PAGES if entry.title not in PRODUCT))
