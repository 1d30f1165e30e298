"""Ten agents take large files of the same length and shape at once: each gets the bytes of their own list.

Above a mebibyte the server knows a file by its length and a sample of its bytes. CLEARACCOUNTS_DOWNLOADS says how many rounds.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Barrier
from typing import Any

import httpx
import pytest

from tests.browser.server import Dashboard
from tests.identity_provider import providing
from tests.wire.agents import ROLES, Agent, agents, foreign, install
from tests.wire.client import Caller, Tab
from tests.wire.servers import serving_oidc

ROUNDS = int(os.environ.get("CLEARACCOUNTS_DOWNLOADS", "4"))
# So many open items of a customer come to more than a mebibyte of text.
ITEMS = 7000
MEBIBYTE = 2**20


def large(people: list[Agent]) -> dict[str, Any]:
    """One customer with very many open items for each agent: of one length, and alike but for the canary."""
    return {
        "customers": [{
            "customer_id": f"C{one.number}", "customer_name": f"The customers of {one.canary}, a company with a long name",
            "currency": "EUR", "sales_agent": one.email} for one in people],
        "customer_invoices": [
            {"customer_id": f"C{one.number}", "invoice_id": f"{one.canary}-{number:06}", "invoice_number": f"{one.canary}/{number:06}/2026",
             "issued_on": "2026-05-01", "due_on": "2026-05-15", "amount_total": f"{1000 + number}.00"}
            for one in people for number in range(ITEMS)],
    }


@pytest.fixture(scope="module")
def partner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    data: Path = tmp_path_factory.mktemp("large") / "data"
    people = agents()
    install(data, large(people))._connection.close()
    with providing(*(agent.identity for agent in people)) as provider, serving_oidc(data, provider, roles=ROLES) as dashboard:
        yield dashboard


@pytest.fixture(scope="module")
def callers(partner: Dashboard) -> dict[int, Caller]:
    """The ten, signed in."""
    found = {agent.number: Caller(partner.url) for agent in agents()}
    for agent in agents():
        found[agent.number].sign_in(agent.email)
    return found


def fetch(tab: Tab, together: Barrier) -> tuple[str, httpx.Response]:
    """Have the file of one's open items made anew, and fetch it when all the others do; its address, and what came."""
    address = tab.run().node("download_ageing-items_csv").proto.url
    together.wait(120)
    return address, tab.caller.get(address)


@pytest.fixture(scope="module")
def tabs(callers: dict[int, Caller]) -> Iterator[dict[int, Tab]]:
    """The list of open items of each, with its files in view."""
    with ExitStack() as stack:
        found = {number: stack.enter_context(caller.open("ageing", "view=items")) for number, caller in callers.items()}
        for tab in found.values():
            tab.change("open_ageing-items", True).press("prepare_ageing-items_csv")
        yield found


def test_each_gets_their_own_bytes_when_all_take_large_files_at_once(tabs: dict[int, Tab]) -> None:
    people = agents()
    own: dict[int, str] = {}
    for _ in range(ROUNDS):
        together = Barrier(len(people))
        with ThreadPoolExecutor(len(people)) as pool:
            waiting = {agent.number: pool.submit(fetch, tabs[agent.number], together) for agent in people}
        answers = {number: one.result() for number, one in waiting.items()}
        assert len({len(answer.content) for _, answer in answers.values()}) == 1, "of one length, or nothing is tried here"
        assert len({address for address, _ in answers.values()}) == len(people)
        for agent in people:
            answer = answers[agent.number][1]
            assert answer.status_code == 200 and len(answer.content) > MEBIBYTE
            hashed = hashlib.sha256(answer.content).hexdigest()
            assert hashed in answer.headers["content-disposition"], "the name says what is in it"
            assert own.setdefault(agent.number, hashed) == hashed
            assert answer.content.count(agent.canary.encode()) > ITEMS and foreign(answer.content, agent, people) == []
    assert len(set(own.values())) == len(people)


def test_the_address_of_a_file_is_for_the_sign_in_whose_page_offers_it(tabs: dict[int, Tab], partner: Dashboard) -> None:
    owner, other = tabs[0], tabs[1]
    address = owner.run().node("download_ageing-items_csv").proto.url
    missing = owner.caller.get("media/" + "0" * 56 + ".csv")
    assert owner.caller.get(address).status_code == 200 and missing.status_code == 404
    # Another agent, nobody at all, and the owner in another sign-in: the same answer as for a file that never was.
    again = Caller(partner.url)
    again.sign_in(agents()[0].email)
    for somebody in (other.caller, Caller(partner.url), again):
        answer = somebody.get(address)
        assert (answer.status_code, answer.content) == (404, missing.content)
    copy = owner.caller.twin()
    assert copy.get(address).status_code == 200
    owner.press("sign_out")
    answer = copy.get(address)
    assert (answer.status_code, answer.content) == (404, missing.content), "a cookie copied before the sign-out is worth nothing after it"
