"""The table of who may do what agrees with the code's own in every cell; no page, service, query, permission or link is without a row."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

import clearaccounts
from clearaccounts.access import ALLOWED, Permission, Role
from clearaccounts.collections.transitions import TRANSITIONS
from clearaccounts.query_files import queries
from clearaccounts.ui import denials
from clearaccounts.ui.registry import PAGES
from tests.house.source import ROOT, place, tree
from tests.who_may.deeds import DEEDS
from tests.who_may.readings import READINGS
from tests.who_may.table import (
    ANONYMOUS,
    ANOTHERS,
    DISABLED,
    FILE,
    KINDS,
    NO,
    NOTHING,
    PART,
    ROLES,
    STATUS,
    WORDS,
    rows,
)

ROWS = rows()
# A service that takes a viewer, and is a part of one that has its row.
PARTS = {
    "collections.clearing.catch_up": "calls note_cleared as the machine's operator",
    "collections.deciding.decide": "what every step of a mark is made of",
    "collections.deciding.lapse_first": "calls lapse before another step",
    "collections.grounds.Grounds.evidence": "calls evidence.gather",
    "collections.notice_letters.write": "a part of letter_of and send",
    "decisions.store.Store.append": "what every action is made of",
    "decisions.store.Store.deny": "puts denials on record",
    "decisions.store.Store.accept_break": "the machine's operator alone, who has no page",
    "importing.on_record.put_on_record": "calls record_import and record_undo",
    "people.sessions.end_own_others": "everybody may end their own sessions",
    "people.signing.sign_out": "everybody may leave",
}


def functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public function and method of the product below its pages and its command line, by its name without the package's."""
    for module in pkgutil.walk_packages(clearaccounts.__path__, "clearaccounts."):
        if module.name.startswith(("clearaccounts.ui", "clearaccounts.commands", "clearaccounts.__main__")):
            continue
        found = importlib.import_module(module.name)
        for name, value in vars(found).items():
            if name.startswith("_") or getattr(value, "__module__", "") != module.name:
                continue
            of_class = vars(value) if inspect.isclass(value) else {}
            inner = {f"{name}.{method}": body for method, body in of_class.items() if not method.startswith("_")}
            for title, body in (inner or {name: value}).items():
                if inspect.isfunction(body):
                    yield f"{module.name.removeprefix('clearaccounts.')}.{title}", body


# Classes whose methods are at a store of their own.
STORES = ("decisions.store.Store.", "decisions.opened.Opened.", "collections.policy_desk.Desk.")


@cache
def services() -> dict[str, bool]:
    """What takes a viewer and may act (a store is at hand: True), or may say that there is no such thing."""
    found = {}
    for name, function in functions():
        parameters = set(inspect.signature(function).parameters)
        acts = "store" in parameters or name.startswith(STORES)
        if "viewer" in parameters and (acts or "NotFound" in (function.__doc__ or "")):
            found[name] = acts
    return found


def test_the_table_is_well_formed() -> None:
    assert len({row.action for row in ROWS}) == len({(row.kind, row.where) for row in ROWS}) == len(ROWS)
    for row in ROWS:
        assert row.kind in KINDS and set().union(*row.cells.values()) <= WORDS, row.action
        if not row.is_about_accounts:
            assert all(len(set(answers)) == 1 for answers in row.cells.values()), row.action


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.action)
def test_the_codes_own_table_agrees_in_every_cell(row: Any) -> None:
    for person in (ANONYMOUS, DISABLED):
        assert set(row.cells[person]) == {NO}
    for role in ROLES:
        held = [role in ALLOWED[permission] for permission in row.permissions]
        may = all(held) if row.needs_all else any(held)
        own, other, missing = row.cells[role.value]
        where = f"{row.action}, {role}"
        if row.kind == "link":  # the page opens to more people than the thing on it
            may = may or not set(row.cells[role.value]) <= {NO, NOTHING}
        assert may == (own not in {NO, NOTHING}), where
        if role is Role.SALES_AGENT and may and row.is_about_accounts:
            assert (other, missing) == (NOTHING, NOTHING), where
        elif may:
            assert other == own, where
        if may and row.is_about_accounts and own != STATUS:
            assert missing == NOTHING, where


def test_what_is_special_about_a_role_is_said_of_it_alone() -> None:
    for row in ROWS:
        for person, answers in row.cells.items():
            assert STATUS not in answers or person == Role.HELPDESK_AGENT.value, row.action
            assert PART not in answers or person == Role.USER_ADMIN.value, row.action
            assert ANOTHERS not in answers or person in {Role.BILLING_ADMIN.value, Role.MANAGER.value, Role.USER_ADMIN.value}, row.action


def test_every_permission_has_a_row() -> None:
    assert {permission for row in ROWS for permission in row.permissions} == set(Permission)


def test_every_page_has_a_row_that_asks_for_what_it_asks_for() -> None:
    assert {row.where: row.permissions for row in rows("page")} == {entry.url: entry.permissions for entry in PAGES}


def test_every_service_has_a_row_and_is_tried() -> None:
    declared = {row.function for row in [*rows("act"), *rows("read")]}
    assert declared.isdisjoint(PARTS)
    assert declared | set(PARTS) >= set(services()), set(services()) - declared - set(PARTS)
    assert declared | set(PARTS) <= {name for name, _ in functions()}
    assert {row.where for row in rows("act")} == set(DEEDS)
    assert {row.where for row in rows("read")} == set(READINGS)


def test_every_step_of_a_mark_asks_for_what_its_row_says() -> None:
    steps = {"report": "reporting.report", "mark": "marking.mark", "approve": "marking.approve", "decline": "marking.decline",
             "withdraw": "marking.withdraw", "export": "ordering.export", "lapse": "deciding.lapse", "clear": "clearing.note_cleared",
             "approve_once": "marking.approve", **{name: f"reinstating.{name}" for name in
                                                  ("approve_reinstatement", "export_reinstatement", "report_reinstatement")}}
    assert set(steps) == set(TRANSITIONS)
    asked = {row.function: row.permissions for row in rows("act")}
    for name, transition in TRANSITIONS.items():
        assert set(asked[f"collections.{steps[name]}"]) == set(transition.permissions), name


def test_every_query_that_asks_for_a_permission_has_a_row() -> None:
    asked = {query.permission.value for query in queries().values() if query.permission is not None}
    assert {row.where for row in rows("numbers")} == asked


def test_how_an_account_stands_is_told_without_amounts() -> None:
    found = [name for name, query in queries().items() if query.permission is Permission.VIEW_RECEIVABLES_STATUS]
    assert found
    for name in found:
        columns = (ROOT / "tests" / "golden" / f"{name.replace('/', '.')}.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
        assert not [column for column in columns if column.startswith("amount_")], name


# ---- links


def test_every_name_in_an_address_that_names_one_thing_has_a_row() -> None:
    named = {name for row in rows("link") for name in re.findall(r"([a-z_]+)=[A-Z]", row.where)}
    assert named == set(denials.LINKS)


_READ = re.compile(r"st\.query_params(?:\.get\(|\.pop\(|\[)([A-Za-z_.]+|\"[a-z_]+\")")
# Every name that a page reads from its address by hand: those of one thing, and those of a choice.
CHOICE_NAMES = {"by", "of", "figure", "group", "plan", "dimension", "since", "lang", "page", "search", "view", "ticket", "to", "with_role",
                "with_status"}


def test_no_page_reads_an_id_from_its_address_that_has_no_row() -> None:
    found: dict[str, str] = {}
    for path in [*(ROOT / "clearaccounts" / "ui").rglob("*.py"), *(ROOT / "pages").glob("*.py")]:
        module = tree(path)
        constants = {
            target.id: node.value.value
            for node in module.body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets if isinstance(target, ast.Name)
        }
        for given in _READ.findall(path.read_text(encoding="utf-8")):
            name = given.strip('"') if given.startswith('"') else constants.get(given)
            if isinstance(name, str):
                found[name] = place(path)
    assert {"customer_id", "invoice_id", "case", "customer"} <= set(found)
    assert set(found) - set(denials.LINKS) <= CHOICE_NAMES, found


def test_the_file_reads_as_a_table() -> None:
    lines = FILE.read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(ROWS) + 1 and all(line.count(",") == lines[0].count(",") for line in lines)

