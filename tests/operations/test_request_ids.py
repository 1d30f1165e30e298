"""From a click to its queries, its decisions and its errors: one id, which the reader is told."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from clearaccounts import log
from clearaccounts.access import Role
from clearaccounts.ui import import_jobs, logged
from clearaccounts.warehouse import Warehouse
from tests.operations.log_catcher import Log, catching
from tests.pages.conftest import Screen, data, screen

__all__ = ["data", "screen"]
PAGES = frozenset({"", "ageing", "healthz"})


@pytest.fixture(autouse=True)
def _nothing_before() -> Iterator[None]:
    log.end_request()
    yield
    log.end_request()


def flagged(tab: Screen) -> None:
    """Choose the first flagged customer."""
    tab.open("suspensions.py")
    tab.app.session_state["list"] = "flagged"
    tab.app.run()
    tab.select(0, 0)


def test_a_click_its_decision_and_its_queries_share_one_id(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.BILLING_ADMIN)
    flagged(tab)
    tab.app.button(key="decide_mark").click().run()
    tab.app.text_area(key="reason").set_value("Three reminders, no answer")
    with catching() as caught:
        tab.app.button(key="decision_send").click().run()
    [recorded] = caught.lines("recorded")
    [run] = caught.lines("run")
    queries = caught.lines("query")
    assert recorded["event_type"] == "mark" and recorded["sequence"] >= 1 and recorded["person"] == "demo:beatriz"
    assert len(queries) > 5 and all(line["query"] and line["milliseconds"] >= 0 and "row_count" in line for line in queries)
    assert {line["request_id"] for line in [recorded, run, *queries]} == {run["request_id"]}
    assert run["page"] == "suspensions" and len(run["session"]) == 12
    assert "reminders" not in caught.text


def test_each_run_has_an_id_of_its_own(screen: Callable[..., Screen]) -> None:
    with catching() as caught:
        tab = screen(Role.MANAGER)
        tab.open("ageing.py")
        tab.app.run()
    ids = [line["request_id"] for line in caught.lines("run")]
    assert len(ids) == len(set(ids)) >= 4


def test_the_reference_that_a_reader_is_told_finds_the_error_and_its_queries(
    screen: Callable[..., Screen], monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer = Warehouse.run

    def fail(self: Warehouse, name: str, *given: Any, **named: Any) -> Any:
        found = answer(self, name, *given, **named)
        if name.startswith("receivables/ageing"):
            raise ZeroDivisionError("Contoso GmbH owes 12")
        return found

    tab = screen(Role.MANAGER)
    monkeypatch.setattr(Warehouse, "run", fail)
    with catching() as caught:
        tab.open("ageing.py")
    told = tab.problems()[0]
    [line] = caught.lines("unexpected_error")
    assert line["reference"] == line["request_id"] and line["reference"] in told
    assert line["errors"][0]["type"] == "ZeroDivisionError" and any("pages/ageing.py" in frame for frame in line["errors"][0]["frames"])
    assert any(query["request_id"] == line["reference"] for query in caught.lines("query"))
    assert "Contoso" not in caught.text and "Contoso" not in told


def test_long_work_goes_on_under_the_request_that_began_it() -> None:
    log.start_request()
    log.about(person="demo:beatriz")
    with catching() as caught:
        job = import_jobs.start("test:nobody", "work", lambda _: log.event(logging.getLogger("clearaccounts"), "worked"))
        assert job.wait(10)
    mine = log.request_id()
    assert [(line["request_id"], line["person"]) for line in caught.lines("worked")] == [(mine, "demo:beatriz")]


def test_threads_have_requests_of_their_own() -> None:
    found = set[str]()
    threads = [threading.Thread(target=lambda: found.add(log.start_request())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 and log.current() is None


def answered(path: str, kind: str = "http", asked: str = "", fails: bool = False) -> tuple[list[Any], Log]:
    """What is sent to whoever asks for `path`, and what was logged."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {}

    async def inner(_scope: Any, _receive: Any, give: Any) -> None:
        if fails:
            raise RuntimeError("Contoso")
        if kind == "websocket":
            await give({"type": "websocket.accept"})
            return
        await give({"type": "http.response.start", "status": 204, "headers": [(b"x-request-id", b"somebody's")]})
        await give({"type": "http.response.body", "body": b""})

    scope = {"type": kind, "path": path, "method": "GET", "headers": [(b"x-request-id", asked.encode())] if asked else []}
    with catching() as caught:
        try:
            asyncio.run(logged.Logged(inner, PAGES)(scope, receive, send))
        except RuntimeError:
            assert fails
    return sent, caught


@pytest.mark.parametrize(("path", "written"), [
    ("/", "/"), ("/ageing", "/ageing"), ("/healthz", "/healthz"), ("/contoso-gmbh", "/*"), ("/ageing/contoso", "/*"),
    ("/media/0123456789abcdef.csv", "/media/*"), ("/_stcore/upload_file/3f2a/1b", "/_stcore/*"), ("/_stcore/health", "/_stcore/health"),
])
def test_of_an_address_only_what_is_ours_is_written(path: str, written: str) -> None:
    _, caught = answered(path)
    [line] = caught.lines("http")
    assert (line["path"], line["method"], line["status"]) == (written, "GET", 204)


def test_a_proxys_id_is_kept_from_end_to_end() -> None:
    asked = "0af7651916cd43dd8448eb211c80319c"
    sent, caught = answered("/", asked=asked)
    assert caught.lines("http")[0]["request_id"] == asked
    assert sent[0]["headers"] == [(b"x-request-id", asked.encode())]


@pytest.mark.parametrize("forged", ["contoso", 'a"},{"level":"info', "jane@contoso.example", "a" * 200])
def test_an_id_that_is_none_is_replaced(forged: str) -> None:
    sent, caught = answered("/", asked=forged)
    [line] = caught.lines("http")
    assert forged not in caught.text and sent[0]["headers"] == [(b"x-request-id", line["request_id"].encode())]


def test_a_connection_that_stays_open_is_logged_when_it_ends() -> None:
    _, caught = answered("/_stcore/stream", "websocket")
    [line] = caught.lines("websocket")
    assert (line["path"], line["status"]) == ("/_stcore/stream", 101)


def test_an_answer_that_fails_is_logged_and_raised() -> None:
    _, caught = answered("/ageing", fails=True)
    [line] = caught.lines("http")
    assert (line["level"], line["errors"][0]["type"]) == ("error", "RuntimeError") and "Contoso" not in caught.text


def test_a_page_of_pictures_and_scripts_is_one_line(tmp_path: Path) -> None:
    _, caught = answered("/static/js/index.js")
    assert caught.text == ""
