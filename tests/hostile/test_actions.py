"""Every text that an action takes, found by asking the actions themselves: kept as it was written, or refused with a sentence."""

from __future__ import annotations

import inspect
import pkgutil
import typing
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from clearaccounts import collections, decisions, people
from clearaccounts.access import DEMO_PEOPLE, Role
from clearaccounts.collections import holding, notice_sending, suspensions
from clearaccounts.collections.orders import OrderLine, Outcome
from clearaccounts.collections.policy_desk import Desk
from clearaccounts.decisions import EventFilter, Store
from clearaccounts.decisions.chain import storable
from clearaccounts.errors import ClearAccountsError, Refused
from clearaccounts.importing.profiles import own
from clearaccounts.people import administering
from clearaccounts.preferences import AgeingRule, ageing_rules, save_rule
from clearaccounts.settings import Access, DataFolder, Settings
from clearaccounts.text import ENGLISH, SPANISH
from tests.decisions.common import BEATRIZ, NOW, database
from tests.decisions.ordering_town import OrderTown
from tests.hostile.payloads import COUNT, PAYLOADS, chosen

URSULA = next(person for person in DEMO_PEOPLE if person.role is Role.USER_ADMIN)
# Each call is a transaction that is synced to the disk; the fields are many, so that each meets half of the families and all meet all.
SHARE = COUNT if len(PAYLOADS) <= COUNT else -(-COUNT // 7)
LONGEST_REASON = 2000
POLICY = """name = '''{name}'''
version = 7
effective_on = 2026-01-01
[[stages]]
name = "suspension"
action = "suspend"
min_overdue_days = 30
"""


NO_FORM = {
    "collections.deciding.decide": "what the actions are made of: the step is chosen by them",
    "people.sessions.end_own_others": "takes nothing that anybody writes",
}


class Unreachable:
    """A way to Microsoft on which nothing comes back."""

    is_dry = False

    def change(self, line: OrderLine, action: str, request_id: str) -> Outcome:
        return Outcome(line.subscription_id, "unknown", f"no answer to {action}", request_id=request_id)


def actions() -> dict[str, Callable[..., Any]]:
    """Every public function and method that records something: it takes an idempotency key, by itself or in a form."""
    found: dict[str, Callable[..., Any]] = {}
    for package in (collections, decisions, people):
        for module in (import_module(f"{package.__name__}.{one.name}") for one in pkgutil.iter_modules(package.__path__)):
            for name, member in inspect.getmembers(module, inspect.isfunction):
                if member.__module__ == module.__name__ and not name.startswith("_") and records(member):
                    found[f"{module.__name__.removeprefix('clearaccounts.')}.{name}"] = member
    for name, method in inspect.getmembers(Desk, inspect.isfunction):
        if not name.startswith("_") and records(method):
            found[f"policy_desk.Desk.{name}"] = method
    return {name: function for name, function in found.items() if name not in NO_FORM}


def records(function: Callable[..., Any]) -> bool:
    hints = typing.get_type_hints(function)
    forms = [hint for hint in hints.values() if is_dataclass(hint)]
    keyed = "idempotency_key" in hints or any(field.name == "idempotency_key" for form in forms for field in fields(form))
    return keyed and "viewer" in hints


# What a field holds that is not the one tried: the form of a person who means no harm.
HARMLESS: dict[str, Any] = {
    "customer_id": "C1", "currency": "EUR", "reason": "no answer", "note": "by post", "owner": "sofia.lindgren@partner.example",
    "hold_type": "exemption", "notice_type": "final_notice", "channel": "registered_letter", "source": "hand", "source_name": "",
    "outcome": "suspended", "detail": "", "request_id": "", "email": "new@partner.example", "name": "New", "role": Role.SALES_AGENT,
    "action": "suspend", "text": POLICY.format(name="House"), "ends_on": date(2026, 7, 7), "sent_on": date(2026, 6, 30), "now": NOW,
    "seen_version": 1, "seen_versions": {}, "knows_holds": True, "has_arrived": True, "amount": None, "invoice_id": None, "event_types": (),
    "state_before": None, "asked": {},
}
KEYS = iter(range(10_000_000))


class Called:
    """One action with a form that somebody filled in, and the places in it where a text may stand."""

    def __init__(self, function: Callable[..., Any], services: dict[str, Any]) -> None:
        self.function = function
        self.services = services
        self.hints = {name: hint for name, hint in typing.get_type_hints(function).items() if name != "return"}
        self.places = [place for name, hint in self.hints.items() if name not in services for place in self._places(name, hint)]

    def _places(self, name: str, hint: Any) -> Iterator[tuple[str, ...]]:
        if is_dataclass(hint) and isinstance(hint, type):
            for inner, kind in typing.get_type_hints(hint).items():
                if inner in {field.name for field in fields(hint)}:
                    yield from ((name, *place) for place in self._places(inner, kind))
        elif hint is str or (typing.get_origin(hint) is not None and str in typing.get_args(hint)) or hint == str | None:
            yield (name,)
        elif typing.get_origin(hint) in {tuple, typing.get_origin(typing.Sequence[int])} and is_dataclass(typing.get_args(hint)[0]):
            yield from ((name, *place) for place in self._places("0", typing.get_args(hint)[0]))

    def __call__(self, place: tuple[str, ...], text: str) -> Any:
        return self.function(**{name: self._value(name, hint, place, text) for name, hint in self.hints.items()})

    def _value(self, name: str, hint: Any, place: tuple[str, ...], text: str) -> Any:
        if name in self.services:
            return self.services[name]
        rest = place[1:] if place and place[0] == name else ()
        if is_dataclass(hint) and isinstance(hint, type):
            kinds = typing.get_type_hints(hint)
            return hint(**{field.name: self._value(field.name, kinds[field.name], rest, text) for field in fields(hint) if field.init})
        origin, inner = typing.get_origin(hint), typing.get_args(hint)
        if origin is not None and inner and is_dataclass(inner[0]):
            return (self._value("0", inner[0], rest, text),)
        is_tried = place == (name,)
        if is_tried:
            return text if hint is str or hint == str | None else {text: 1} if len(inner) == 2 and inner[0] is str and inner[1] is int \
                else (text,)
        if name == "idempotency_key":
            return f"key {next(KEYS)}"
        return HARMLESS.get(name, "unknown" if hint is str else ("C1",))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> OrderTown:
    """A debtor who is marked and exported, so that every action finds something to act on."""
    built = OrderTown(tmp_path_factory.mktemp("town"))
    exported = built.exported()
    HARMLESS.update({"mark_id": exported.mark_id, "export_id": exported.order.export_id if exported.order else "", "subscription_id": "S1",
                     "seen_evidence_hash": exported.evidence_hash})
    return built


def services(town: OrderTown) -> dict[str, Any]:
    settings = Settings()
    return {
        "store": town.store, "grounds": town.grounds, "settings": settings, "access": Access(), "newest": lambda: town.newest,
        "clock": lambda: NOW, "client": Unreachable(), "details": {"title": "x"},
    }


def sentence(problem: ClearAccountsError) -> str:
    """What a reader of either language is told: whole, whatever the words in it."""
    for language in (ENGLISH, SPANISH):
        assert problem.in_language(language.gettext)
    return str(problem)


NAMES = sorted(actions())


@pytest.mark.parametrize("name", NAMES)
def test_an_action_takes_every_text_as_text_or_refuses_it(name: str, town: OrderTown, tmp_path: Path) -> None:
    viewer = URSULA if name.startswith("people.") else BEATRIZ
    desk = Desk(town.store, DataFolder(tmp_path), Settings(), lambda: town.newest.build.as_of_on)
    action = getattr(desk, name.rpartition(".")[2]) if name.startswith("policy_desk.") else actions()[name]
    call = Called(action, {**services(town), "viewer": viewer})
    assert call.places, "an action takes at least its key"
    tables = shape(town)
    for number, place in enumerate(call.places):
        for text in chosen(NAMES.index(name) * 5 + number, SHARE):
            before = len(town.store.matching(EventFilter()))
            try:
                call(place, text)
            except ClearAccountsError as problem:
                assert sentence(problem)
            except ValueError as problem:
                # A key is made by the page and a source is one of three: neither is anything that a person types.
                assert place[-1] in {"idempotency_key", "source", "action"}, problem
            after = town.store.matching(EventFilter())
            # What was asked for or its denial, and of a mark or a mail what follows; Microsoft is asked and answers for each of two lines.
            assert len(after) - before <= (4 if name == "collections.carrying_out.carry_out" else 2)
            for event in after[before:]:
                if place[-1] == "reason" and event.event_type != "denied":
                    assert event.reason == storable(text.strip())
    assert shape(town) == tables


def shape(town: OrderTown) -> list[Any]:
    """The tables, indexes and triggers of the store's database, and whether the chain is whole."""
    folder = Path(town.store._engine.url.database or "").parent
    made = database(folder).execute("select type, name, sql from sqlite_master order by 1, 2").fetchall() if folder.exists() else []
    return [[row for row in made if row[0] != "trigger"], [str(one) for one in town.store.verify() if one.is_failure]]


def kept(store: Store, subject_id: str) -> str:
    """The reason of the newest event of a subject."""
    return store.matching(EventFilter(subject_id=subject_id))[-1].reason


@pytest.mark.parametrize("place", range(4))
def test_the_words_of_a_decision_are_kept_as_they_were_written(place: int, tmp_path: Path) -> None:
    town = OrderTown(tmp_path)
    desk = Desk(town.store, DataFolder(tmp_path), Settings(), lambda: town.newest.build.as_of_on)
    later = NOW.date() + timedelta(days=5)
    for number, text in enumerate(chosen(place, SHARE)):
        words = storable(text.strip())
        if not words or len(text) > LONGEST_REASON:
            with pytest.raises(Refused):
                town.mark(key=f"m{number}", reason=text)
            continue
        mark = town.mark(key=f"m{number}", reason=text)
        assert kept(town.store, mark.mark_id) == words
        suspensions.withdraw(town.store, town.grounds, BEATRIZ, mark_id=mark.mark_id, seen_version=mark.version, reason=text,
                             idempotency_key=f"w{number}", now=NOW)
        assert kept(town.store, mark.mark_id) == words
        wish = holding.Wish("C1", holding.EXEMPTION, later, owner=text[:200] if text[:200].strip() else "x")
        hold = holding.record(town.store, town.grounds, BEATRIZ, wish, reason=text, idempotency_key=f"h{number}", now=NOW)
        assert storable(hold.owner) == storable(wish.owner.strip())
        hold = holding.release(town.store, town.grounds, BEATRIZ, hold_id=hold.hold_id, seen_version=1, reason=text,
                               idempotency_key=f"r{number}", now=NOW)
        assert kept(town.store, hold.hold_id) == words
        sent = notice_sending.record(town.store, town.grounds, BEATRIZ, notice_sending.ByHand("C1", "reminder", NOW.date(), "phone", "EUR"),
                                     note=text, idempotency_key=f"n{number}", now=NOW)
        assert kept(town.store, sent.notice_id) == words
        proposal = desk.propose(BEATRIZ, text=POLICY.format(name="House"), reason=text, idempotency_key=f"p{number}", now=NOW)
        desk.withdraw(BEATRIZ, policy_id=proposal.policy_id, seen_version=1, reason=text, idempotency_key=f"q{number}", now=NOW)
        assert kept(town.store, proposal.policy_id) == words
    assert not [finding for finding in town.store.verify() if finding.is_failure]


def test_names_of_rules_and_profiles_are_names_or_refused(tmp_path: Path) -> None:
    """What names a file is never a path; what is shown is the text."""
    for text in chosen(3, COUNT):
        try:
            rules = save_rule(tmp_path, text, AgeingRule(text, (30, 60)))
            assert " ".join(text.split()) in {rule.name for rule in rules}
            assert ageing_rules(tmp_path, text) == rules
        except ClearAccountsError as problem:
            assert sentence(problem)
        folder = DataFolder(tmp_path / "data")
        for act in (partial(own.read_text, folder), partial(own.delete, folder), partial(own.path_of, folder)):
            try:
                act(text)
            except ClearAccountsError as problem:
                assert sentence(problem)
        name = own.safe_name(text)
        assert name == "" or (name.replace("_", "a").replace("-", "a").isalnum() and len(name) < 100)
    assert {path.name for path in tmp_path.iterdir()} <= {"preferences", "data"}


def test_an_invitation_of_any_words_is_a_person_or_refused(tmp_path: Path) -> None:
    town = OrderTown(tmp_path)
    for number, text in enumerate(chosen(1, SHARE)):
        try:
            person = administering.invite(town.store, Access(), URSULA, email=f"new{number}@partner.example", name=text, role=Role.MANAGER,
                                          reason=text, idempotency_key=f"i{number}", now=datetime(2026, 6, 30, 9, tzinfo=UTC))
            assert person.name == " ".join(storable(text).split()) and kept(town.store, person.user_id) == storable(text.strip())
        except ClearAccountsError as problem:
            assert sentence(problem)


def test_the_search_finds_the_actions() -> None:
    assert {"collections.marking.mark", "collections.holding.record", "collections.notice_sending.send", "policy_desk.Desk.propose",
            "people.administering.invite", "people.assigning.assign_book"} <= set(NAMES)
    assert len(NAMES) > 20 and set(NO_FORM).isdisjoint(NAMES)
