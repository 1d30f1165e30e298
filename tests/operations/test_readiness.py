"""Ready or not: each part that fails is really made to fail."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from starlette.applications import Starlette

from clearaccounts.importing import publish
from clearaccounts.settings import DataFolder, Settings
from clearaccounts.ui import connection, probes
from clearaccounts.warehouse import pointer
from tests.pages.conftest import data

__all__ = ["data"]
FILES = {
    "customers.csv": "customer_id,customer_name,currency\nC1,Contoso GmbH,EUR\n",
    "customer_invoices.csv": "invoice_id,customer_id,issued_on,currency,amount_total\nI1,C1,2026-01-02,EUR,10.00\n",
}


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A partner's own folder with one customer and one invoice, imported an hour ago."""
    place = tmp_path_factory.mktemp("imported")
    for name, text in FILES.items():
        (place / name).write_text(text)
    moment = connection.now() - timedelta(hours=1, minutes=5)
    publish.import_files(DataFolder(place / "data"), Settings(), [place / name for name in FILES], moment)
    return place / "data"


@pytest.fixture
def own(imported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of that folder, and a server that serves it."""
    shutil.copytree(imported, tmp_path / "data")
    monkeypatch.setenv("CLEARACCOUNTS_DATA", str(tmp_path / "data"))
    (tmp_path / "clearaccounts.toml").touch()
    monkeypatch.setenv("CLEARACCOUNTS_CONFIG", str(tmp_path / "clearaccounts.toml"))
    connection.settings.cache_clear()
    yield tmp_path / "data"
    connection.settings.cache_clear()


@pytest.fixture(autouse=True)
def _no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every answer is a new look."""
    monkeypatch.setattr(probes, "KEPT_SECONDS", 0)


@pytest.fixture
def ask() -> Iterator[Callable[[str], tuple[int, Any]]]:
    """Status and content of an address."""
    app = Starlette(routes=[*probes.routes()])

    async def get(path: str) -> tuple[int, Any]:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            return {"type": "http.request", "body": b""}

        await app({"type": "http", "path": path, "method": "GET", "headers": [], "query_string": b""}, receive, send)
        return sent[0]["status"], json.loads(b"".join(message["body"] for message in sent[1:]))

    with asyncio.Runner() as runner:
        yield lambda path: runner.run(get(path))


Ask = Callable[[str], tuple[int, Any]]
WELL = {
    "settings": "ok", "support_rules": "ok", "warehouse": "ok", "data": "fresh", "build": "ok", "decisions": "ok", "anchor": "ok",
    "disk": "ok",
}


def settle(folder: Path, text: str) -> None:
    """Write the settings that the server has begun with."""
    (folder.parent / "clearaccounts.toml").write_text(text)
    connection.settings.cache_clear()


def test_ready(own: Path, ask: Ask) -> None:
    assert ask("/readyz") == (200, {"status": "ready", "parts": WELL, "data_age_hours": 1})


def test_the_sample_is_ready_and_says_what_it_is(data: Path, ask: Ask) -> None:
    status, found = ask("/readyz")
    assert (status, found) == (200, {"status": "ready", "parts": {**WELL, "data": "sample"}})


def test_data_older_than_suspensions_allow_degrade_and_serve(own: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    later = connection.now() + timedelta(hours=24)
    monkeypatch.setattr(connection, "now", lambda: later)
    assert ask("/readyz") == (200, {"status": "degraded", "parts": {**WELL, "data": "old"}, "data_age_hours": 25})


def test_a_failed_build_degrades_and_serves(own: Path, ask: Ask) -> None:
    (own / "warehouse" / "failure.json").write_text('{"template": "No.", "values": {}, "at": "2026-10-01T06:00:00+00:00"}')
    status, found = ask("/readyz")
    assert (status, found["status"], found["parts"]["build"]) == (200, "degraded", "failed")


def test_settings_that_are_named_and_not_there_are_not_those_of_the_demo(own: Path, ask: Ask) -> None:
    (own.parent / "clearaccounts.toml").unlink()
    connection.settings.cache_clear()
    assert ask("/readyz") == (503, {"status": "not_ready", "parts": {"settings": "unreadable"}})


def test_a_database_that_knows_no_sessions_lets_nobody_in(own: Path, ask: Ask) -> None:
    settle(own, f'[access]\nmode = "oidc"\nclient_id = "c"\naddress = "https://clear.example"\ntenant = "{UUID(int=1)}"\n')
    assert ask("/readyz")[0] == 200
    with sqlite3.connect(own / "decisions.sqlite") as database:
        database.execute("drop table session_seen")
    status, found = ask("/readyz")
    assert (status, found["parts"]["decisions"]) == (503, "unreachable")


@pytest.mark.parametrize("gone", ["pointer", "file"])
def test_no_warehouse(own: Path, ask: Ask, gone: str) -> None:
    assert ask("/readyz")[0] == 200
    if gone == "pointer":
        pointer(DataFolder(own)).unlink()
    else:
        next((own / "warehouse").glob("*.duckdb")).unlink()
    status, found = ask("/readyz")
    assert (status, found["status"], found["parts"]["warehouse"], "data" in found["parts"]) == (503, "not_ready", "missing", False)


@pytest.mark.parametrize("database", ["no database at all", "somewhere where nobody answers"])
def test_decisions_out_of_reach(own: Path, ask: Ask, database: str) -> None:
    if database == "no database at all":
        for file in own.glob("decisions.sqlite*"):
            file.unlink()
        (own / "decisions.sqlite").write_bytes(b"not a database" * 100)
    else:
        settle(own, '[decisions]\nurl = "postgresql+psycopg://clearaccounts@127.0.0.1:9/clearaccounts"\n')
    status, found = ask("/readyz")
    assert (status, found["parts"]["decisions"], found["parts"]["anchor"]) == (503, "unreachable", "unknown")


def test_an_anchor_that_is_ahead(own: Path, ask: Ask) -> None:
    assert ask("/readyz")[0] == 200
    with (own / "decisions.anchor").open("a") as anchor:
        anchor.write(f"1 {'0' * 64}\n")
    status, found = ask("/readyz")
    assert (status, found["status"], found["parts"]["decisions"], found["parts"]["anchor"]) == (503, "not_ready", "ok", "differs")


def test_too_little_room(own: Path, ask: Ask) -> None:
    free = shutil.disk_usage(own).free // (1024 * 1024)
    settle(own, f"[limits]\nmin_free_disk_megabytes = {free + 100_000}\n")
    status, found = ask("/readyz")
    assert (status, found["parts"]["disk"]) == (503, "full")


def test_settings_that_cannot_be_read(own: Path, ask: Ask) -> None:
    settle(own, "[company\n")
    assert ask("/readyz") == (503, {"status": "not_ready", "parts": {"settings": "unreadable"}})


def test_support_rules_that_cannot_be_read(own: Path, ask: Ask) -> None:
    settle(own, f'[support]\nrules = "{own.parent / "nowhere.toml"}"\n')
    status, found = ask("/readyz")
    assert (status, found["parts"]["support_rules"]) == (503, "unreadable")


def test_whether_it_lives_asks_no_store(data: Path, ask: Ask) -> None:
    shutil.rmtree(data.parent / "data-sample")
    settle(data, "[company\n")
    assert ask("/healthz") == (200, {"status": "ok"})


def test_a_look_that_does_not_end_is_an_answer(own: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(probes, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(connection, "store", lambda: over.wait(20))
    try:
        assert ask("/readyz") == (503, {"status": "not_ready", "parts": {"answer": "late"}})
        assert ask("/healthz")[0] == 200
    finally:
        over.set()


def test_whoever_asks_often_gets_the_last_look(own: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "KEPT_SECONDS", 3600)
    before = ask("/readyz")
    pointer(DataFolder(own)).unlink()
    assert ask("/readyz") == before


def test_nothing_of_the_partner_is_in_an_answer(own: Path, ask: Ask) -> None:
    said = json.dumps(ask("/readyz"))
    assert not [word for word in ("Contoso", "C1", "EUR", "10.00", str(own)) if word in said]
