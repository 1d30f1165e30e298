"""Every link of the table is followed by everybody, to what is theirs, another's and nobody's: shown, refused alike, and put on record."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterator
from functools import cache
from urllib.parse import parse_qsl

import pytest

from clearaccounts.access import DEMO_PEOPLE, OPERATOR, Role, Viewer
from clearaccounts.decisions import Action, Event, EventFilter
from clearaccounts.settings import ROOT, DataFolder
from clearaccounts.ui import connection, denials
from clearaccounts.ui.registry import PAGES, PRODUCT
from tests.pages.conftest import Screen
from tests.who_may.table import ACCOUNTS, ANONYMOUS, DISABLED, MISSING, NO, NOTHING, OTHER, OWN, ROLES, STATUS, Row, rows

AMOUNT = re.compile(r"\d+[.,]\d{2}\s(?:EUR|USD|GBP)")
PEOPLE = {person.role: person for person in DEMO_PEOPLE}
ENTRIES = {entry.url: entry for entry in PAGES}
LINKS = rows("link")


@pytest.fixture(scope="module", autouse=True)
def _server(sample_folder: DataFolder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A copy of the sample partner, as a fresh server has it, for all tests of this file."""
    folder = tmp_path_factory.mktemp("links")
    shutil.copytree(sample_folder.path, folder / "data-sample")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLEARACCOUNTS_DATA", str(folder / "data"))
        (folder / "clearaccounts.toml").touch()
        patch.setenv("CLEARACCOUNTS_CONFIG", str(folder / "clearaccounts.toml"))
        connection.settings.cache_clear()
        yield
    connection.settings.cache_clear()


@cache
def ids() -> dict[str, dict[str, str]]:
    """Of an own and another's customer of the sample the ids of the account, an invoice and a case; of nobody's, ids like theirs."""
    def read(kind: str) -> list[dict[str, str]]:
        with (ROOT / "sample_data" / f"{kind}.csv").open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    invoices = {row["customer_id"]: row["invoice_id"] for row in read("customer_invoices") if row["invoice_status"] == "posted"}
    cases = {row["customer_id"]: row["case_id"] for row in read("support_cases")}
    both = [row for row in read("customers") if row["customer_id"] in invoices and row["customer_id"] in cases]
    sofia = PEOPLE[Role.SALES_AGENT].email
    found = {MISSING: {"ACCOUNT": "C-none", "INVOICE": "I-none", "CASE": "K-none", "PERSON": "person:none", "name": ""}}
    for account in (OWN, OTHER):
        row = next(row for row in both if (row["sales_agent"].casefold() == sofia) == (account == OWN))
        found[account] = {"ACCOUNT": row["customer_id"], "INVOICE": invoices[row["customer_id"]], "CASE": cases[row["customer_id"]],
                          "PERSON": PEOPLE[Role.MANAGER if account == OWN else Role.SALES_AGENT].user_id, "name": row["customer_name"]}
    return found


def address(row: Row, account: str) -> dict[str, str]:
    """The link's names and values."""
    return {name: ids()[account].get(value, value) for name, value in parse_qsl(row.where.partition("?")[2])}


class Tab:
    """One person's browser tab."""

    def __init__(self, role: Role | None) -> None:
        self.screen = Screen()
        self.screen.app.run()
        if role is not None:
            self.screen.app.button(key=f"sign_in_{role.value}").click().run()

    def follow(self, row: Row, account: str) -> Screen:
        """Open the link."""
        for name in (*denials.LINKS, "view"):
            self.screen.app.query_params.pop(name, None)
        return self.screen.open(ENTRIES[row.page].script, **address(row, account))


def on_record(person: Viewer) -> tuple[Event, ...]:
    return connection.own_store().matching(EventFilter(event_type="denied", actor=person.user_id))


def named(row: Row, account: str) -> dict[str, str]:
    return {name: value for name, value in address(row, account).items() if name in denials.LINKS}


@pytest.fixture(scope="module", params=ROLES, ids=str)
def tab(request: pytest.FixtureRequest) -> tuple[Role, Tab]:
    """Everybody's tab, one after the other."""
    return request.param, Tab(request.param)


def looks(row: Row, account: str, answer: str) -> list[dict[str, str]]:
    """As what the attempt may be on record: a page that is not for them with what the link named, or one thing that is not there."""
    given = named(row, account)
    if answer == NO:
        return [{"event_type": "view", "subject_type": "page", "subject_id": row.page, **given}]
    return [
        {"event_type": "view", "subject_type": denials.LINKS[name], "subject_id": value, "page": row.page} for name, value in given.items()]


@pytest.mark.parametrize("row", LINKS, ids=lambda row: row.where)
def test_a_link_answers_everybody_as_the_table_says(row: Row, tab: tuple[Role, Tab]) -> None:
    role, browser = tab
    refused: dict[str, tuple[str, str]] = {}
    for account in ACCOUNTS:
        answer = row.answer(role.value, account)
        if row.page == "support-money" and answer != NO:
            browser = Tab(role)  # the page keeps the customer that was chosen before
        before = on_record(PEOPLE[role])
        screen = browser.follow(row, account)
        now = on_record(PEOPLE[role])
        added = [event.details["asked"] for event in now[len(before):]]
        where = f"{row.action}, {role}, {account}"
        if answer in {NO, NOTHING}:
            refused[account] = (screen.words(), screen.cells())
            expected = looks(row, account, answer)
            denial = {NO: "NotPermitted", NOTHING: "NotFound"}[answer]
            # The same thing that was asked for on the same page before is on record already.
            assert len(added) <= 1 and all(one in expected for one in added), where
            assert any(event.details["asked"] in expected and event.details["denial"] == denial for event in now), where
            assert not screen.app.get("plotly_chart") and not screen.app.dataframe, where
            if answer == NO:
                assert screen.app.title[0].value == "No such page", where
            else:
                [problem] = screen.problems()
                assert problem.startswith("There is no such"), where
        else:
            assert screen.problems() == [] and added == [], where
            name = next((one.name for one in DEMO_PEOPLE if one.user_id in address(row, account).values()), ids()[account]["name"])
            assert answer == STATUS or name in screen.words() + screen.cells(), where
            assert answer != STATUS or not AMOUNT.search(screen.words() + screen.cells()), where
    if OTHER in refused and (role is Role.SALES_AGENT or row.answer(role.value, OWN) == NO):
        assert refused[OTHER] == refused[MISSING], f"{row.action}, {role}"


@pytest.mark.parametrize("row", LINKS, ids=lambda row: row.where)
def test_who_is_not_signed_in_learns_nothing_and_leaves_no_event(row: Row) -> None:
    assert {row.answer(ANONYMOUS, account) for account in ACCOUNTS} == {NO}
    before = len(connection.own_store().matching(EventFilter()))
    browser = Tab(None)
    for account in ACCOUNTS:
        screen = browser.follow(row, account)
        assert [title.value for title in screen.app.title] == [PRODUCT] and not screen.app.dataframe and not screen.problems()
    assert len(connection.own_store().matching(EventFilter())) == before


def tell(event_type: str, person: Viewer) -> None:
    key = f"{event_type}:{len(connection.own_store().matching(EventFilter()))}"
    connection.own_store().append(OPERATOR, Action(
        "person", person.user_id, event_type, "", key, connection.now(), (), lambda _: {}, entering=OPERATOR))


def test_what_a_disabled_person_asks_for_is_on_record_as_theirs() -> None:
    manager = PEOPLE[Role.MANAGER]
    browser = Tab(Role.MANAGER)
    tell("disabled", manager)
    try:
        before = on_record(manager)
        for row in LINKS:
            for account in ACCOUNTS:
                assert row.answer(DISABLED, account) == NO
                screen = browser.follow(row, account)
                assert [title.value for title in screen.app.title] == [PRODUCT] and not screen.app.dataframe
                assert "Your access was withdrawn" in "".join(screen.problems())
        added = on_record(manager)[len(before):]
        wanted = [one for row in LINKS for account in ACCOUNTS for one in looks(row, account, NO)]
        assert [event.details["asked"] for event in added] == wanted
        assert {event.details["denial"] for event in added} == {"SignedOut"} and {event.by.role for event in added} == {Role.MANAGER}
    finally:
        tell("enabled", manager)


def test_the_same_attempt_is_on_record_once_a_day_and_a_search_never() -> None:
    henry = PEOPLE[Role.HELPDESK_AGENT]
    browser = Tab(Role.HELPDESK_AGENT)
    link = next(row for row in LINKS if row.where == "account?customer_id=ACCOUNT")
    browser.follow(link, MISSING)
    before = len(on_record(henry))
    browser.follow(link, MISSING)
    Tab(Role.HELPDESK_AGENT).follow(link, MISSING)
    denials._on_record = denials._OnRecord()  # another process
    browser.follow(link, MISSING)
    searching = Tab(Role.HELPDESK_AGENT).screen.open("account.py", search="nobody is called this")
    assert not searching.problems() and "No customer of yours matches" in searching.words()
    assert len(on_record(henry)) == before
