"""Every key that an address may carry takes a hostile text: the page is drawn, says the unknown is unknown, and no error is unforeseen."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

import pytest

from clearaccounts.access import DEMO_PEOPLE, Role, Viewer
from clearaccounts.decisions import EventFilter
from clearaccounts.ui import connection, registry
from tests.hostile.payloads import COUNT, PAYLOADS, chosen
from tests.house.source import screen_files, tree
from tests.pages.conftest import Screen, data, screen  # noqa: F401 - the fixtures of a screen

# A page is drawn anew for each text, with every key at once: a few draws bring each key texts of several families, all keys of them all.
DRAWS = max(2, COUNT // 16) if len(PAYLOADS) > COUNT else COUNT
# What leads to a page's inner parts: with these as they should be, the other keys are read at all.
GOOD = {
    "account.py": {"customer_id": "C0001", "section": "items"}, "escalations.py": {"view": "requests"}, "cases.py": {"view": "time"},
    "suspensions.py": {"list": "flagged"}, "ageing.py": {"view": "items"},
}
UNFORESEEN = "Something went wrong on our side"


def keys() -> set[str]:
    """Every key that a screen reads from the address or binds to it, found in the sources; constants stand for their text."""
    constants = {
        target.id: node.value.value for path in screen_files() for node in tree(path).body if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }

    def told(node: ast.expr) -> Iterator[str]:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Name) and node.id in constants:
            yield constants[node.id]

    found: set[str] = set()
    for path in screen_files():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("query_params"):
                found |= set(told(node.slice))
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func)
            if name.endswith(("query_params.get", "query_params.pop")) or name in {"url.seed", "seed"}:
                found |= set(told(node.args[0]))
            if name in {"url.segments", "segments", "controls.link"} and len(node.args) > 2:
                found |= set(told(node.args[2]))
            named = {keyword.arg: keyword.value for keyword in node.keywords}
            if name == "controls.link":
                found |= {keyword for keyword in named if keyword}
            if "bind" in named and "key" in named:
                found |= set(told(named["key"]))
    return {key for key in found if re.fullmatch(r"\w+", key)}


KEYS = sorted(keys() | {filter_ for entry in registry.PAGES for filter_ in entry.filters})


@pytest.mark.parametrize("entry", registry.PAGES, ids=lambda entry: entry.url)
def test_a_page_takes_every_text_in_its_address(entry: registry.Entry, screen: Callable[..., Screen]) -> None:  # noqa: F811
    role = next(role for role in (Role.MANAGER, Role.BILLING_ADMIN, Role.USER_ADMIN) if entry.is_for(who(role)))
    events = len(connection.store().matching(EventFilter()))
    for draw in range(DRAWS):
        texts = chosen(draw * 3 + registry.PAGES.index(entry), len(KEYS)) if len(PAYLOADS) > COUNT else PAYLOADS
        given = {key: storable_in_address(texts[(number + draw) % len(texts)]) for number, key in enumerate(KEYS)}
        # In turn with what leads further in as it should be, and with everything hostile; a new tab asks the address for each key.
        good = GOOD.get(entry.script, {}) if draw % 2 == 0 else {}
        tab = screen(role, ("en", "es")[draw % 2], at=entry.script, **{**given, **good})
        assert not tab.app.exception, (given, tab.problems())
        assert UNFORESEEN not in tab.words() and "Algo ha fallado por nuestra parte" not in tab.words(), given
        assert tab.app.title[0].value == entry.title or draw % 2
    assert len(connection.store().matching(EventFilter())) == events


def storable_in_address(text: str) -> str:
    """A text as it comes out of an address, which is bytes: what is no UTF-8 is a question mark."""
    return text.encode("utf-8", "replace").decode()


def who(role: Role) -> Viewer:
    return next(person for person in DEMO_PEOPLE if person.role is role)


def test_the_search_finds_the_keys() -> None:
    assert {"customer_id", "case", "view", "list", "section", "search", "page", "as_of_on", "currency", "bucket", "subject_id"} <= set(KEYS)
