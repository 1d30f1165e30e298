"""Rights that went stale while the tab was open: the next click finds out, and what was pressed is not done.

One person opens every form beforehand, each in a tab of its own: a mark, an approval, an import, a download. Then their rights go,
and everything is pressed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from clearaccounts.access import Role
from clearaccounts.decisions import EventFilter
from tests.debtors import DISPUTED, MARKED, debtors
from tests.identity_provider import Identity, IdentityProvider
from tests.wire.client import Caller, Tab
from tests.wire.servers import serving_oidc
from tests.wire.town import PEOPLE, Town, name_shown

CUSTOMERS = b"customer_id,customer_name,currency\nC9,Newcomer Ltd,EUR\n"
FIRST_ROW = json.dumps({"selection": {"rows": [0], "columns": [], "cells": []}})


@pytest.fixture(scope="module")
def desk(provider: IdentityProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A partner with three flagged debtors, the second of whom is marked by Beatriz."""
    place: Path = tmp_path_factory.mktemp("desk")
    (place / "files").mkdir()
    policy = '\n[collections]\npolicies = ["policy/standard.toml"]'
    with serving_oidc(place / "data", provider, after=policy) as dashboard:
        imported = dashboard.run("import", *map(str, debtors(place / "files")))
        assert imported.returncode == 0, imported.stdout + imported.stderr
        town = Town.of(dashboard, provider)
        for role, who in PEOPLE.items():
            town.invite(who, role)
        with town.caller(PEOPLE[Role.BILLING_ADMIN]).open("suspensions", f"list=flagged&currency={DISPUTED[1]}") as tab:
            form_of(tab, "mark").press("decision_send", reason="No answer to three calls")
            assert "Another person must approve" in tab.text(), tab.text()
        yield town


def form_of(tab: Tab, action: str) -> Tab:
    """Choose the first row of the page's list and open the form of an action."""
    table = next(node for node in tab.of_kind("dataframe") if node.key.startswith("list_"))
    return tab.change(table.key, FIRST_ROW).press(f"decide_{action}")


@dataclass
class Desk:
    """Everything that one person has open: five tabs, and the browser that they stand in."""

    who: Identity
    caller: Caller
    marking: Tab
    approving: Tab
    importing: Tab
    downloading: Tab
    file_key: str


def set_out(town: Town, open_tabs: ExitStack) -> Desk:
    """A billing administrator of their own, with every form open."""
    who = town.newcomer(Role.BILLING_ADMIN)
    caller = town.sign_in(who)

    def tab(page: str, query: str = "") -> Tab:
        return open_tabs.enter_context(caller.open(page, query))

    marking = form_of(tab("suspensions", f"list=flagged&currency={MARKED[1]}"), "mark")
    marking.fill("reason", "No answer to three calls")
    approving = form_of(tab("suspensions", f"list=marked&currency={DISPUTED[1]}"), "approve")
    importing = tab("data")
    assert importing.upload("upload_0", "customers.csv", CUSTOMERS).status_code == 204
    for _ in range(100):
        if importing.has("import"):
            break
        importing.run()
    downloading = tab("ageing")
    opener = next(node for node in downloading.of_kind("popover") if node.key.startswith("open_"))
    downloading.change(opener.key, True)
    file_key = next(node.key for node in downloading.of_kind("download_button") if node.key.endswith("_csv"))
    return Desk(who, caller, marking, approving, importing, downloading, file_key)


def grant(town: Town, desk: Desk) -> None:
    town.grant(desk.who, Role.HELPDESK_AGENT)


def disable(town: Town, desk: Desk) -> None:
    town.disable(desk.who)


def end_sessions(town: Town, desk: Desk) -> None:
    town.end_sessions(desk.who)


def sign_out_elsewhere(_: Town, desk: Desk) -> None:
    with desk.caller.open() as tab:
        tab.press("sign_out")


def be_idle(town: Town, desk: Desk) -> None:
    town.forget_activity(desk.who, 61)


LOSSES = [grant, disable, end_sessions, sign_out_elsewhere, be_idle]


def decided(town: Town) -> list[str]:
    """What was decided and imported, in order: everything on record but people, sessions and denials."""
    return [
        f"{event.subject_type} {event.event_type}" for event in town.store.matching(EventFilter())
        if event.subject_type not in {"person", "session", "access"}
    ]


@pytest.mark.parametrize("lose", LOSSES, ids=lambda lose: str(lose.__name__))
def test_what_was_open_is_refused(desk: Town, lose: Callable[[Town, Desk], None]) -> None:
    with ExitStack() as open_tabs:
        there = set_out(desk, open_tabs)
        assert there.downloading.download(there.file_key).status_code == 200
        before = decided(desk)
        lose(desk, there)
        assert not was_landed(desk)
        for tab, key in ((there.marking, "decision_send"), (there.approving, "decision_send"), (there.importing, "import")):
            pressed = tab.node(key)
            tab.last.clear()
            tab.trigger(pressed.widget_id, pressed.fragment)
            assert decided(desk) == before
            tab.run()
            if lose is grant:
                assert name_shown(tab) == there.who.name and not tab.has("import") and not tab.has("decision_send")
            else:
                assert name_shown(tab) is None and tab.has("sign_in_directory"), tab.text()
        assert there.downloading.download(there.file_key).status_code in {401, 403, 404}
        there.downloading.run()
        assert not there.downloading.has(there.file_key)
        if lose is grant:
            return
        with there.caller.twin().open("suspensions") as copy:
            assert name_shown(copy) is None and not copy.was_sent(there.who.name)


def test_with_their_rights_the_same_presses_are_done(desk: Town) -> None:
    """So that the refusals above mean something."""
    with ExitStack() as open_tabs:
        there = set_out(desk, open_tabs)
        there.marking.press("decision_send")
        there.approving.press("decision_send")
        assert decided(desk)[-2:] == ["suspension_mark mark", "suspension_mark approve"]
        there.importing.press("import")
        for _ in range(100):
            if was_landed(desk):
                break
            there.importing.run()
        assert was_landed(desk)


def was_landed(town: Town) -> bool:
    """Whether the partner's data folder holds the file that everybody tried to import."""
    files = (path for path in (town.dashboard.data / "landing").rglob("*") if path.is_file())
    return any(b"Newcomer Ltd" in path.read_bytes() for path in files)
