"""Two servers behind nginx with the decisions in PostgreSQL: one dashboard, whoever serves it, also when a server dies."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from clearaccounts.decisions import EventFilter, Store, open_store
from clearaccounts.serving.balancer import COOKIE
from clearaccounts.settings import DataFolder, load
from tests.debtors import DISPUTED, MARKED, PAID, debtors, write
from tests.decisions import postgresql
from tests.identity_provider import Identity, providing
from tests.proxy import nginx
from tests.serving.cluster import Cluster, serving_by
from tests.wire.client import Caller, Tab
from tests.wire.servers import secrets_of, settings_of

pytestmark = [pytest.mark.nginx, pytest.mark.postgresql]

BEATRIZ = Identity("c0000000-0000-4000-8000-000000000001", "Beatriz Romero", "beatriz@partner.example", ("Billing",))
MARTIN = Identity("c0000000-0000-4000-8000-000000000002", "Martin Weiss", "martin@partner.example", ("Manager",))
ROLES = {"Billing": "billing_admin", "Manager": "manager"}
FIRST_ROW = json.dumps({"selection": {"rows": [0], "columns": [], "cells": []}})
WAIT_SECONDS = 60


@dataclass(frozen=True)
class Place:
    """The servers, their decisions, and two people: Beatriz has come to the first server, Martin to the second."""

    cluster: Cluster
    store: Store
    beatriz: Caller
    martin: Caller


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    programs = postgresql.find()
    if programs is None or nginx.find() is None:
        missing = "there is no nginx, or no PostgreSQL, on this machine; `make test` installs them where it may"
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(missing, pytrace=False)
        pytest.skip(missing)
    folder: Path = tmp_path_factory.mktemp("two")
    (folder / "files").mkdir()
    with providing(BEATRIZ, MARTIN) as provider, postgresql.running(programs) as database:
        with database.connect() as connection:
            connection.execute("create schema decisions")
        after = f'[collections]\npolicies = ["policy/standard.toml"]\n[decisions]\nurl = "{database.url("decisions")}"'
        settings = settings_of(provider, ROLES, "", after)
        files = debtors(folder / "files")
        with serving_by(2, folder / "data", files, settings=settings, more=secrets_of(provider)) as cluster:
            store = open_store(DataFolder(cluster.data), load(Path(cluster.environment["CLEARACCOUNTS_CONFIG"])))
            yield Place(cluster, store, signed_in(cluster, BEATRIZ, 1), signed_in(cluster, MARTIN, 2))


def signed_in(cluster: Cluster, who: Identity, number: int) -> Caller:
    """Somebody who has come to that server."""
    caller = cluster.at(Caller(cluster.url), number)
    caller.sign_in(who.email)
    with caller.open() as tab:
        assert tab.has("sign_out"), tab.text()
    assert caller.cookies[COOKIE] == str(number)
    return caller


def form_of(tab: Tab, action: str) -> Tab:
    """Choose the first row of the page's list and open the form of an action."""
    table = next(node for node in tab.of_kind("dataframe") if node.key.startswith("list_"))
    return tab.change(table.key, FIRST_ROW).press(f"decide_{action}")


def mark(caller: Caller, currency: str) -> None:
    with caller.open("suspensions", f"list=flagged&currency={currency}") as tab:
        form_of(tab, "mark").press("decision_send", reason="No answer to three calls")
        assert "Another person must approve" in tab.text(), tab.text()


def marks_on_record(store: Store) -> list[str]:
    return [event.customer_id or "" for event in store.matching(EventFilter()) if event.event_type == "mark"]


def wait_for(condition: Callable[[], object]) -> None:
    give_up_at = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < give_up_at, "waited in vain"
        time.sleep(0.1)


def test_whoever_has_come_to_a_server_comes_to_it_again(place: Place) -> None:
    newcomer = Caller(place.cluster.url)
    newcomer.get("/")
    home = newcomer.cookies[COOKIE]
    answers = [newcomer.get(path) for path in ("/", "/_stcore/health", "/ageing", "/_stcore/host-config")]
    assert newcomer.cookies[COOKIE] == home in {"1", "2"}
    assert not [line for answer in answers for line in answer.headers.get_list("set-cookie") if line.startswith(COOKIE)]
    others = {Caller(place.cluster.url).get("/").headers.get_list("set-cookie")[-1].partition(";")[0] for _ in range(4)}
    assert others == {f"{COOKIE}=1", f"{COOKIE}=2"}


def test_a_mark_made_at_one_server_is_seen_at_the_other_at_once(place: Place) -> None:
    with place.martin.open("suspensions", f"list=marked&currency={MARKED[1]}") as waiting:
        assert not waiting.was_sent("Nordlicht C1 GmbH")
        mark(place.beatriz, MARKED[1])
        assert waiting.run().was_sent("Nordlicht C1 GmbH"), "the page that Martin has open"


def test_a_download_is_at_the_server_whose_page_offers_it(place: Place) -> None:
    with place.beatriz.open("ageing") as tab:
        opener = next(node for node in tab.of_kind("popover") if node.key.startswith("open_"))
        tab.change(opener.key, True)
        key = next(node.key for node in tab.of_kind("download_button") if node.key.endswith("_csv"))
        found = tab.download(key)
        assert found.status_code == 200 and b"Nordlicht" in found.content
        address = str(tab.node(key).proto.url) or found.request.url.path
        assert place.cluster.at(place.beatriz, 2).get(address).status_code == 404
        assert place.beatriz.get(address).content == found.content


def test_signing_out_at_one_server_ends_the_session_at_the_other(place: Place) -> None:
    here = signed_in(place.cluster, MARTIN, 1)
    with here.open("ageing") as first, place.cluster.at(here, 2).open("ageing") as second:
        assert second.has("sign_out") and second.was_sent("Nordlicht")
        first.press("sign_out")
        second.run()
        assert not second.has("sign_out") and second.has("sign_in_directory"), second.text()


def test_both_servers_show_a_new_build_at_once(place: Place) -> None:
    with place.beatriz.open("ageing") as first, place.martin.open("ageing") as second:
        assert not first.was_sent("Newcomer Ltd") and not second.was_sent("Newcomer Ltd")
        folder = place.cluster.data.parent / "more"
        folder.mkdir()
        files = [
            write(folder, "customers", [{"customer_id": "C9", "customer_name": "Newcomer Ltd", "currency": "EUR"}]),
            write(folder, "customer_invoices", [{
                "invoice_id": "INV-C9", "customer_id": "C9", "issued_on": "2026-01-01", "due_on": "2026-01-15", "currency": "EUR",
                "amount_total": "9999.00"}]),
        ]
        assert place.cluster.run("import", "--yes", *map(str, files)).returncode == 0
        assert first.run().was_sent("Newcomer Ltd") and second.run().was_sent("Newcomer Ltd")


def test_when_a_server_dies_its_people_go_on_at_the_other_and_nothing_is_lost(place: Place) -> None:
    beatriz = place.beatriz.twin()
    with beatriz.open("ageing") as before:
        mark(beatriz, DISPUTED[1])
        killed = place.cluster.server(1)
        assert killed
        os.kill(killed, signal.SIGKILL)
        with pytest.raises(ConnectionClosed):
            before.run()
    # What the front end does then: look whether the server is there, and connect again with the id that it had.
    beatriz.greet()
    assert beatriz.cookies[COOKIE] == "2"
    with beatriz.open("suspensions", f"list=marked&currency={DISPUTED[1]}", session=before.session_id) as after:
        assert after.has("sign_out") and after.was_sent("Nordlicht C2 GmbH"), after.text()
    mark(beatriz, PAID[1])
    assert sorted(marks_on_record(place.store)) == sorted({*marks_on_record(place.store), DISPUTED[0], PAID[0]}), "each once"
    assert [finding for finding in place.store.verify() if finding.is_failure] == []

    wait_for(lambda: place.cluster.server(1) not in {0, killed})
    wait_for(lambda: place.cluster.at(beatriz, 1).get("/healthz").headers.get("set-cookie") is None)
    assert beatriz.get("/").is_success and beatriz.cookies[COOKIE] == "2", "where she went on she stays"
    with place.cluster.at(beatriz, 1).open("suspensions", f"list=marked&currency={PAID[1]}") as again:
        assert again.was_sent("Nordlicht C3 GmbH"), "the server that was started again knows what was decided meanwhile"
