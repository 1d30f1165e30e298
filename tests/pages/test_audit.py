"""The audit trail on the page: narrowed, opened, taken away, checked outside; and a user administrator's part of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

import pytest

from clearaccounts.access import OPERATOR, Role
from clearaccounts.collections import holds, notices, policies
from clearaccounts.collections.transitions import TRANSITIONS
from clearaccounts.decisions import EventFilter, as_json_lines
from clearaccounts.people import assigning, invitations
from clearaccounts.text import Language
from clearaccounts.ui import connection, event_words
from tests.pages.conftest import Screen
from tests.pages.test_marks import choose, form


def marked(screen: Callable[..., Screen]) -> str:
    """A customer is marked by Beatriz and approved by Martin; the mark's id."""
    admin = screen(Role.BILLING_ADMIN)
    choose(admin, "flagged")
    form(admin, "mark", "Three reminders, no answer")
    manager = screen(Role.MANAGER)
    choose(manager, "marked")
    form(manager, "approve", "")
    [event] = connection.store().matching(EventFilter(event_type="mark"))
    return event.subject_id


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_event_type_there_is_has_a_title(language: str) -> None:
    there_are = {("suspension_mark", name) for name in TRANSITIONS} | {("policy", name) for name in policies.STEPS}
    there_are |= {("notice", name) for name in notices.STEPS}
    there_are |= {(holds.SUBJECT, holds.RECORD), (holds.SUBJECT, holds.RELEASE), ("import", "imported"), ("import", "undone"),
                  ("profile", "profile_saved"), ("profile", "profile_deleted"), ("access", "denied"), ("store", "break_accepted")}
    there_are |= {("person", name) for name in invitations.MEANWHILE} | {("session", "signed_in"), ("session", "signed_out")}
    there_are |= {("assignment", assigning.ASSIGNED), ("assignment", assigning.UNASSIGNED)}
    assert there_are <= set(event_words.EVENTS)
    assert {subject for subject, _ in event_words.EVENTS} <= set(event_words.SUBJECTS)
    words = Language(language, language)
    for subject, name in there_are:
        assert event_words.event(subject, name, words) not in {"", name} and event_words.subject(subject, words) not in {"", subject}


def test_an_event_opens_with_the_evidence_that_was_seen(screen: Callable[..., Screen]) -> None:
    mark_id = marked(screen)
    tab = screen(Role.MANAGER, at="audit.py", subject_type="suspension_mark", subject_id=mark_id)
    assert not tab.problems() and "Approved the mark" in tab.cells() and "Marked for suspension" in tab.cells()
    tab.select(0, 0)  # the approval: it names the evidence by its hash
    assert not tab.problems()
    said = tab.words().replace("\\", "")  # what is escaped for markdown reads as it is
    assert "The evidence seen" in said and "Overdue items" in said and "Who: Martin Weiss (Manager)" in said
    assert len(tab.app.dataframe) > 1
    assert "events, anchored up to number" in said and "Not verified yet." in said
    tab.app.button(key="verify").click().run()
    assert "Last found whole up to number" in tab.words().replace("\\", "")


def test_the_list_is_narrowed_by_person_and_kind(screen: Callable[..., Screen]) -> None:
    marked(screen)
    by_martin = screen(Role.BILLING_ADMIN, at="audit.py", actor="demo:martin")
    assert "Martin Weiss" in by_martin.cells() and "Beatriz Romero" not in by_martin.cells()
    marks = screen(Role.BILLING_ADMIN, at="audit.py", event_type="suspension_mark.mark")
    assert "Marked for suspension" in marks.cells() and "Approved the mark" not in marks.cells()


def test_the_chain_can_be_checked_outside(screen: Callable[..., Screen]) -> None:
    marked(screen)
    before = "0" * 64
    for line in as_json_lines(connection.store().events(OPERATOR, newest_first=False).events).splitlines():
        event = json.loads(line)
        text = json.dumps([*list(event.values())[:-1], ""], separators=(",", ":"))
        assert event["hash"] == hashlib.sha256(text.encode()).hexdigest() and event["previous_hash"] == before
        before = event["hash"]


def test_a_user_administrator_sees_the_users_part_and_opens_nothing(screen: Callable[..., Screen]) -> None:
    mark_id = marked(screen)
    tab = screen(Role.USER_ADMIN, at="audit.py", subject_type="suspension_mark", subject_id=mark_id)
    assert not tab.problems()
    assert mark_id not in tab.cells() and "Three reminders" not in tab.cells() + tab.words() and "Marked for suspension" not in tab.cells()
