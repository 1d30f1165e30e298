"""What a browser says over an open page that no page of ours asks of it: it is not heard."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from clearaccounts.access import Role
from clearaccounts.settings import ROOT
from tests.identity_provider import Identity
from tests.wire.client import Caller, Tab
from tests.wire.town import PEOPLE, Town

MIXED = (
    "invoice_id,customer_id,issued_on,currency,amount_total\n"
    "I1,C1,2026-01-05,EUR,5.00\nI2,C1,2026-13-45,EUR,6.00\n")


def orders() -> dict[str, BackMsg]:
    """The orders that Streamlit's own tools would give, each by its name."""
    plain = {name: BackMsg() for name in ("load_git_info", "clear_cache", "set_run_on_save", "debug_shutdown_runtime")}
    for name, message in plain.items():
        setattr(message, name, True)
    operations = {name: BackMsg() for name in ("install_skills", "dismiss_skills_nudge")}
    for name, message in operations.items():
        message.backend_operation_request.request_id = name
        getattr(message.backend_operation_request, name).SetInParent()
    return {**plain, **operations}


def answers(tab: Tab, message: BackMsg) -> list[str]:
    """The kinds of what the server says to a message, until it has answered a sign of life that was sent after it."""
    if message.WhichOneof("type") == "backend_operation_request":
        message.backend_operation_request.session_id = tab.session_id
    tab.send_raw(message.SerializeToString())
    tab.send_raw(BackMsg(app_heartbeat=True).SerializeToString())
    kinds: list[str] = []
    while "heartbeat_ack" not in kinds:
        frame = tab.socket.recv(timeout=30, decode=False)
        assert isinstance(frame, bytes)
        said = ForwardMsg.FromString(frame)
        # That a run is over is said after its end, by itself.
        if said.WhichOneof("type") != "session_status_changed" or said.session_status_changed.run_on_save:
            kinds.append(said.WhichOneof("type") or "")
    return kinds


def key_of(tab: Tab, start: str) -> str:
    """The key of the widget that begins like this."""
    keys = sorted(tab.keys())
    return next(key for key in keys if key.startswith(start))


@pytest.mark.parametrize("order", orders())
def test_an_order_that_no_page_gives_is_not_heard(town: Town, order: str) -> None:
    with Caller(town.dashboard.url).open("no-such-page") as tab:
        assert answers(tab, orders()[order]) == ["heartbeat_ack"]


def test_nobody_is_told_where_the_program_lies(town: Town) -> None:
    for caller in (Caller(town.dashboard.url), town.caller(PEOPLE[Role.BILLING_ADMIN])):
        with caller.open("data") as tab:
            assert not tab.was_sent(str(ROOT))


def test_a_file_that_is_made_on_the_click_is_made_for_its_own_tab(found_town: Callable[..., Town], tmp_path: Path) -> None:
    town = found_town()
    (tmp_path / "mixed.csv").write_text(MIXED, encoding="utf-8")
    assert town.dashboard.run("import", "--yes", str(tmp_path / "mixed.csv")).returncode == 3
    beatriz: Identity = PEOPLE[Role.BILLING_ADMIN]
    with town.caller(beatriz).open("data") as tab, town.sign_in(beatriz).open("data") as other, Caller(town.dashboard.url).open() as nobody:
        table = key_of(tab, "data_imports_")
        tab.change(table, json.dumps({"selection": {"rows": [0], "columns": [], "cells": []}}))
        button = key_of(tab, "mend_")
        found = tab.download(button)
        assert found.status_code == 200 and found.content.decode("utf-8-sig").splitlines()[1:] == ["I2,C1,2026-13-45,EUR,6.00"]

        file_id = tab.node(button).proto.deferred_file_id
        address = tab.deferred(file_id)
        asked = BackMsg()
        asked.backend_operation_request.request_id = "d"
        asked.backend_operation_request.deferred_file.file_id = file_id
        for stranger in (other, nobody):
            assert answers(stranger, asked) == ["heartbeat_ack"]
            assert stranger.caller.get(address).status_code == 404
