"""What a browser would never send: buttons that are not there, values that were not offered, of other types, of other pages.

Nothing happens: no event but a denial, nothing of what is not theirs is sent, and no page tells more than a sentence.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState

from clearaccounts.access import ALLOWED, Role
from clearaccounts.ui.registry import PAGES, Entry
from tests.wire.client import Node, Tab
from tests.wire.town import PEOPLE, ROLES, Town, name_shown

# How many kinds of wrong value each page of each person is sent; all nine with `make test-long`.
KINDS = int(os.environ.get("CLEARACCOUNTS_WRONG_KINDS", "1"))
# Without it each person is tried on every third page, so that together they are on all.
PORTION = 1 if KINDS > 1 else 3
BROKEN = ("Traceback", "site-packages", "streamlit/runtime", "TypeError", "ValueError")


def _state(one: str, field: str, values: list[str] | list[float]) -> WidgetState:
    state = WidgetState(id=one)
    getattr(state, field).data.extend(values)
    return state


WRONG: dict[str, Callable[[str], WidgetState]] = {
    "a press": lambda one: WidgetState(id=one, trigger_value=True),
    "yes": lambda one: WidgetState(id=one, bool_value=True),
    "a number": lambda one: WidgetState(id=one, int_value=2**62),
    "no number": lambda one: WidgetState(id=one, double_value=float("nan")),
    "a text": lambda one: WidgetState(id=one, string_value="'; drop table event; --"),
    "JSON": lambda one: WidgetState(id=one, json_value='{"selection": {"rows": [999999, -1], "columns": ["x"]}}'),
    "bytes": lambda one: WidgetState(id=one, bytes_value=b"\xff\xfe"),
    "texts": lambda one: _state(one, "string_array_value", ["ZZZ", "9999-99-99"]),
    "numbers": lambda one: _state(one, "double_array_value", [1e308, -1e308]),
}


@pytest.fixture(scope="module")
def widgets(town: Town) -> set[str]:
    """Every widget of every page that anybody sees there when they open it: the ids are the same for everybody."""
    found: set[str] = set()
    for role, who in PEOPLE.items():
        with town.caller(who).open() as tab:
            for entry in PAGES:
                if any(role in ALLOWED[permission] for permission in entry.permissions):
                    tab.run(entry.url)
                    found |= {node.widget_id for node in tab.nodes.values() if is_sent(node)}
    assert len(found) > 50
    return found


def is_sent(node: Node) -> bool:
    """Whether it is a widget whose value travels; a press on the way out is what its owner may do."""
    return node.widget_id.startswith("$$") and node.key != "sign_out"


def portion(role: Role) -> tuple[Entry, ...]:
    """The pages on which this person is tried."""
    return PAGES[ROLES.index(role) % PORTION::PORTION]


def assert_untouched(town: Town, tab: Tab, entry: Entry, role: Role, before: int) -> None:
    """No error said more than a sentence, nothing was recorded, and the page is for its own people alone, as it was."""
    assert not [word for word in BROKEN if tab.was_sent(word)]
    assert {event.event_type for event in town.events()[before:] if event.subject_type != "session"} <= {"denied"}
    if name_shown(tab) != PEOPLE[role].name:  # a value that Streamlit itself cannot read ends the run before ours begins
        assert len(tab.nodes) <= 3 and "error" in tab.text().casefold(), tab.text()
        # Their own tab is of no more use to them; another one of theirs is as it was.
        with town.caller(PEOPLE[role]).open(entry.url) as other:
            assert name_shown(other) == PEOPLE[role].name


@pytest.mark.parametrize("role", ROLES)
def test_the_widgets_of_all_other_pages_and_people_do_nothing(town: Town, widgets: set[str], role: Role) -> None:
    """On each page everything that is not on it is pressed at once."""
    before = len(town.events())
    for entry in portion(role):
        with town.caller(PEOPLE[role]).open(entry.url) as tab:
            here = {node.widget_id for node in tab.nodes.values()}
            tab.run(states=[WidgetState(id=one, trigger_value=True) for one in widgets - here])
            assert_untouched(town, tab, entry, role, before)


@pytest.mark.parametrize("role", ROLES)
def test_values_of_other_types_and_beyond_all_bounds_do_nothing(town: Town, role: Role) -> None:
    """To every widget of every page but the buttons that are there, what it never takes."""
    kinds = list(WRONG)
    before = len(town.events())
    for number, entry in enumerate(portion(role), start=2 * ROLES.index(role)):
        for shift in range(KINDS):
            with town.caller(PEOPLE[role]).open(entry.url) as tab:
                wrong = WRONG[kinds[(number + shift) % len(kinds)]]
                ids = [node.widget_id for node in tab.nodes.values() if is_sent(node) and node.kind != "button"]
                tab.run(states=map(wrong, ids))
                assert_untouched(town, tab, entry, role, before)
