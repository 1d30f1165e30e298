"""Books and single accounts in the hands of sales agents: what is refused, and that scope follows at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from clearaccounts import accounts
from clearaccounts.access import Role, Viewer
from clearaccounts.decisions import EventFilter
from clearaccounts.errors import NotFound, NotPermitted, Refused, Stale
from clearaccounts.people import administering, assignments, lists
from clearaccounts.warehouse import Warehouse
from tests.people.house import ACCESS, House
from tests.worlds import Row, world

CUSTOMERS: Sequence[Row] = [
    {"customer_id": "C1", "customer_name": "Alder", "sales_agent": "Sam@partner.example"},
    {"customer_id": "C2", "customer_name": "Birch", "sales_agent": "sam@partner.example"},
    {"customer_id": "C3", "customer_name": "Cedar", "sales_agent": "gone@partner.example"},
    {"customer_id": "C4", "customer_name": "Doum"},
]
GONE = "gone@partner.example"


@dataclass
class Town:
    """Ada administers; Sam and Tess sell."""

    house: House
    plain: Warehouse
    ada: Viewer
    sam: Viewer
    tess: Viewer

    def newest(self) -> Warehouse:
        return self.plain.beside({"assignments_now": lambda: assignments.table(self.house.store.matching, ACCESS)})

    def sees(self, viewer: Viewer) -> str:
        """The ids of the customers that somebody finds."""
        found = accounts.search(self.newest(), accounts.SearchFilter(), viewer)
        return " ".join(sorted(found["customer_id"].to_pylist()))

    def give_book(self, book: str, to: Viewer, *, seen: int | None = None, reason: str = "as agreed", by: Viewer | None = None) -> None:
        administering.assign_book(
            self.house.store, ACCESS, self.newest, by or self.ada, book=book, user_id=to.user_id, seen_version=seen, reason=reason,
            idempotency_key=self.house.key(), now=self.house.now)

    def give(self, *customer_ids: str, to: Viewer, key: str = "", by: Viewer | None = None, seen: dict[str, int] | None = None) -> int:
        return len(administering.assign_accounts(
            self.house.store, ACCESS, self.newest, by or self.ada, customer_ids=customer_ids, user_id=to.user_id,
            seen_versions=lists.versions_of(self.house.store) if seen is None else seen, reason="as agreed",
            idempotency_key=key or self.house.key(), now=self.house.now))

    def take_back(self, subject_id: str, *, seen: int | None = None, by: Viewer | None = None) -> None:
        administering.unassign(
            self.house.store, by or self.ada, subject_id=subject_id, seen_version=seen, reason="as before",
            idempotency_key=self.house.key(), now=self.house.now)

    def books(self) -> dict[str, tuple[int, int, str | None]]:
        found = lists.books(self.house.store, ACCESS, self.newest(), self.ada)
        return {one.book: (one.account_count, one.apart_count, one.owner.name if one.owner else None) for one in found}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return world(tmp_path_factory.mktemp("town"), customers=CUSTOMERS)


@pytest.fixture
def town(tmp_path: Path, built: Warehouse) -> Town:
    house = House(tmp_path)
    ada = house.founder()
    return Town(house, built, ada, house.joined(ada, "sam"), house.joined(ada, "tess"))


def test_a_book_belongs_to_the_address_until_it_is_assigned_and_again_when_taken_back(town: Town) -> None:
    assert (town.sees(town.sam), town.sees(town.tess)) == ("C1 C2", "")
    assert list(town.books().items()) == [
        ("", (1, 0, None)), (GONE, (1, 0, None)), ("sam@partner.example", (2, 0, "Sam")),
    ], "what is nobody's comes first"
    town.give_book(GONE, town.tess)
    town.give_book("sam@partner.example", town.tess)
    assert (town.sees(town.sam), town.sees(town.tess)) == ("", "C1 C2 C3")
    assert town.books()["sam@partner.example"] == (2, 0, "Tess")
    town.take_back("book:sam@partner.example")
    assert (town.sees(town.sam), town.sees(town.tess)) == ("C1 C2", "C3")


def test_accounts_without_a_sales_agent_are_a_book_too(town: Town) -> None:
    town.give_book("", town.tess)
    assert town.sees(town.tess) == "C4" and town.books()[""] == (1, 0, "Tess")
    town.take_back("book:")
    assert town.sees(town.tess) == ""


def test_a_single_account_goes_before_its_book(town: Town) -> None:
    assert town.give("C1", "C3", to=town.tess) == 2
    assert (town.sees(town.sam), town.sees(town.tess)) == ("C2", "C1 C3")
    assert town.books()["sam@partner.example"] == (2, 1, "Sam")
    town.give_book(GONE, town.sam)
    assert (town.sees(town.sam), town.sees(town.tess)) == ("C2", "C1 C3")
    town.take_back("account:C3")
    assert (town.sees(town.sam), town.sees(town.tess)) == ("C2 C3", "C1")


def test_how_many_accounts_each_has_is_what_they_see(town: Town) -> None:
    town.give("C1", to=town.tess)
    listed = lists.people(town.house.store, ACCESS, town.newest(), town.ada, town.house.now)
    assert {one.person.name: one.account_count for one in listed} == {"Ada": None, "Sam": 1, "Tess": 1}
    assert [one.subject_id for one in listed[-1].assigned] == ["account:C1"]


def test_ids_that_do_not_exist_are_named_and_nothing_is_given(town: Town) -> None:
    with pytest.raises(NotFound, match=r"There is no such account: X9, X8\.$"):
        town.give("C1", "X9", "C2", "X8", to=town.tess)
    assert town.house.events("assignment") == [] and town.house.events("access") == ["denied"]
    with pytest.raises(NotFound, match="no such book"):
        town.give_book("nobody@partner.example", town.tess)


def test_so_many_at_once_and_none_is_a_mistake(town: Town) -> None:
    with pytest.raises(Refused, match="At most 200 accounts at once; these are 201"):
        town.give(*(f"C{number}" for number in range(201)), to=town.tess)
    with pytest.raises(Refused, match="Give the ids"):
        town.give(to=town.tess)


def test_only_active_sales_agents_get_accounts(town: Town) -> None:
    manager = town.house.joined(town.ada, "max", Role.MANAGER)
    invited = town.house.invited(town.ada, "ira")
    administering.disable(town.house.store, ACCESS, town.ada, town.house.form(town.tess))
    for other in (manager, invited.viewer, town.tess, town.ada):
        with pytest.raises(Refused, match="active sales agents alone"):
            town.give_book(GONE, other)
        with pytest.raises(Refused, match="active sales agents alone"):
            town.give("C1", to=other)


def test_what_is_theirs_already_is_said_and_left(town: Town) -> None:
    with pytest.raises(Refused, match="By the customer list this book is that of Sam"):
        town.give_book("sam@partner.example", town.sam)
    town.give_book(GONE, town.tess)
    with pytest.raises(Refused, match="assigned to Tess already"):
        town.give_book(GONE, town.tess)
    assert town.give("C1", to=town.tess) == 1 and town.give("C1", "C2", to=town.tess) == 1
    with pytest.raises(Refused, match="taken back already"):
        town.take_back("book:" + GONE)
        town.take_back("book:" + GONE)
    with pytest.raises(NotFound, match="no such assignment"):
        town.take_back("account:C4")


def test_an_old_form_tells_who_assigned_meanwhile(town: Town) -> None:
    seen = lists.versions_of(town.house.store)
    eve = town.house.joined(town.ada, "eve", Role.USER_ADMIN)
    town.give("C1", to=town.sam, by=eve)
    with pytest.raises(Stale, match="Eve assigned this on"):
        town.give("C1", to=town.tess, seen=seen)
    town.give_book(GONE, town.tess, seen=0, by=eve)
    with pytest.raises(Stale, match="Eve assigned this on"):
        town.give_book(GONE, town.sam, seen=0)


def test_a_form_sent_twice_assigns_once(town: Town) -> None:
    for _ in range(2):
        town.give("C1", "C2", to=town.tess, key="form", seen={})
    assert town.house.events("assignment") == ["assigned", "assigned"]


def test_only_a_user_administrator_assigns_and_learns_nothing_else(town: Town) -> None:
    for by in (town.sam, town.house.joined(town.ada, "max", Role.MANAGER)):
        with pytest.raises(NotPermitted):
            town.give_book(GONE, town.sam, by=by)
        for customer_id in ("C3", "X9"):  # there or not: the same words
            with pytest.raises(NotPermitted, match=r"^Your role does not allow this\.$"):
                town.give(customer_id, to=town.sam, by=by)
        with pytest.raises(NotPermitted):
            town.take_back("book:" + GONE, by=by)
    assert town.house.events("assignment") == []


def test_every_assignment_has_its_reason(town: Town) -> None:
    with pytest.raises(Refused, match="Give a reason"):
        town.give_book(GONE, town.tess, reason=" ")


def test_an_administrator_reads_what_was_assigned_in_the_trail(town: Town) -> None:
    town.give("C3", to=town.tess)
    [event] = town.house.store.events(town.ada, EventFilter(subject_type="assignment")).events
    assert (event.subject_id, event.reason, event.details["user_id"]) == ("account:C3", "as agreed", town.tess.user_id)
