"""Every action is called by everybody on an own, another's and a missing account: what the table says happens, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from clearaccounts.access import Role, Viewer
from clearaccounts.errors import ClearAccountsError, NotFound, NotPermitted, SamePerson, SignedOut
from clearaccounts.people import presence
from clearaccounts.settings import Access
from tests.collections.mail_server import Post, running
from tests.decisions.debtors import NOW, forget_worlds
from tests.who_may.deeds import DEEDS
from tests.who_may.partner import MARTIN_BEFORE, SECOND, VIEWERS, Partner, Stages, Thing
from tests.who_may.readings import READINGS
from tests.who_may.table import (
    ACCOUNTS,
    ANONYMOUS,
    ANOTHERS,
    DISABLED,
    NO,
    NOTHING,
    OTHER,
    OWN,
    PART,
    PEOPLE,
    ROLES,
    STATUS,
    YES,
    Row,
    rows,
)

ACTS = rows("act")
AMOUNT = re.compile(r"Decimal|500")


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stages]:
    post = Post()
    with running(post) as smtp:
        yield Stages(tmp_path_factory.mktemp("who-may"), smtp, post)
    forget_worlds()


def maker(row: Row, viewer: Viewer, answer: str) -> Viewer:
    """Who made what the viewer is to judge."""
    return viewer if row.where.endswith("(own)") and answer == YES else SECOND


def tried(row: Row, partner: Partner, thing: Thing, viewer: Viewer) -> ClearAccountsError | None:
    """What the service answers: None, or why not."""
    try:
        DEEDS[row.where].act(partner, thing, viewer)
    except ClearAccountsError as error:
        return error
    return None


def check_denied(partner: Partner, before: int, viewer: Viewer, error: ClearAccountsError | None, where: str) -> None:
    """Nothing is on record but that this person was refused, with what they tried."""
    [event] = partner.all_events()[before:]
    assert (event.subject_type, event.subject_id, event.event_type) == ("access", viewer.user_id, "denied"), where
    assert (event.actor, event.by.name, event.by.role) == (viewer.user_id, viewer.name, viewer.role), where
    assert event.details["denial"] == type(error).__name__, where
    assert event.details["asked"]["event_type"] and event.details["asked"]["subject_type"] and event.details["asked"]["subject_id"], where


@pytest.mark.parametrize("row", ACTS, ids=lambda row: row.where)
def test_everybody_is_answered_as_the_table_says(row: Row, stages: Stages) -> None:
    deed = DEEDS[row.where]
    said: dict[str, set[str]] = {}
    for account in ACCOUNTS if row.is_about_accounts else (OWN,):
        shared: tuple[Partner, Thing] | None = None
        for person in PEOPLE:
            viewer, answer = VIEWERS[person], row.answer(person, account)
            where = f"{row.action}, {person}, {account}"
            if answer in {YES, ANOTHERS}:
                partner, thing = stages.copy(deed.stage, account, maker(row, viewer, answer), deed.prepare)
                before = len(partner.all_events())
                assert tried(row, partner, thing, viewer) is None, where
                added = partner.all_events()[before:]
                assert added and all(event.actor == viewer.user_id and event.event_type != "denied" for event in added), where
                continue
            partner, thing = shared = shared or stages.copy(deed.stage, account, SECOND, deed.prepare)
            before = len(partner.all_events())
            error = tried(row, partner, thing, viewer)
            assert isinstance(error, {NO: NotPermitted, NOTHING: NotFound}[answer]), f"{where}: {error}"
            assert isinstance(error, SignedOut) == (person in {ANONYMOUS, DISABLED}), f"{where}: {error}"
            check_denied(partner, before, viewer, error, where)
            if answer == NOTHING:
                said.setdefault(person, set()).add(str(error))
    assert all(len(words) == 1 for words in said.values()), said


@pytest.mark.parametrize("row", [row for row in ACTS if ANOTHERS in {answer for cells in row.cells.values() for answer in cells}],
                         ids=lambda row: row.where)
def test_nobody_judges_what_is_their_own(row: Row, stages: Stages) -> None:
    deed = DEEDS[row.where]
    for person in PEOPLE:
        viewer = VIEWERS[person]
        made_by = MARTIN_BEFORE if viewer.role is Role.MANAGER else viewer
        for account in (OWN, OTHER) if row.is_about_accounts else (OWN,):
            if row.answer(person, account) == ANOTHERS:
                partner, thing = stages.copy(deed.stage, account, made_by, deed.prepare)
                before = len(partner.all_events())
                error = tried(row, partner, thing, viewer)
                assert isinstance(error, SamePerson), f"{row.action}, {person}: {error}"
                check_denied(partner, before, viewer, error, row.action)


@pytest.mark.parametrize("row", rows("read"), ids=lambda row: row.where)
def test_everybody_reads_what_the_table_says(row: Row, stages: Stages) -> None:
    """A reading puts nothing on record: the page that asked for it does, see `test_looks.py`. Who is nobody has no page."""
    said: dict[str, set[str]] = {}
    for account in ACCOUNTS if row.is_about_accounts else (OWN,):
        partner, thing = stages.copy("marked", account, SECOND, DEEDS["collections.marking.approve"].prepare)
        before = partner.all_events()
        for person in ROLES:
            viewer, answer = VIEWERS[person.value], row.answer(person.value, account)
            where = f"{row.action}, {person}, {account}"
            try:
                found = READINGS[row.where](partner, thing, viewer)
            except (NotPermitted, NotFound) as error:
                assert answer == {NotPermitted: NO, NotFound: NOTHING}[type(error)], f"{where}: {error}"
                if answer == NOTHING:
                    said.setdefault(person, set()).add(str(error))
                continue
            assert answer in {YES, STATUS, PART}, where
            assert answer != STATUS or not AMOUNT.search(str(found)), where
            assert answer != PART or (found and not {"C1", "C2"} & set(re.split(r"\W+", str(found)))), where
        assert partner.all_events() == before
    assert all(len(words) == 1 for words in said.values()), said


@pytest.mark.parametrize("person", [ANONYMOUS, DISABLED])
def test_who_is_nobody_here_is_told_so_before_anything_is_read(person: str, stages: Stages) -> None:
    partner, _ = stages.copy("marked", OWN, SECOND, DEEDS["collections.marking.approve"].prepare)
    with pytest.raises(SignedOut):
        presence.present(Access(), VIEWERS[person], partner.store.matching, NOW)
