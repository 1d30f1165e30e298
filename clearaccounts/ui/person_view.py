"""One person on the page of users: who they are, what can be done, what was assigned to them, and what happened to them."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import streamlit as st

from clearaccounts.access import ROLE_TITLES, Viewer, is_same_person
from clearaccounts.people import lists
from clearaccounts.people.invitations import NO_PERSON, person_of
from clearaccounts.people.lists import Listed
from clearaccounts.people.model import Status
from clearaccounts.text import N_, Language
from clearaccounts.ui import connection, event_words, messages, tables, user_forms, users_view, words
from clearaccounts.ui.registry import PRODUCT
from clearaccounts.ui.tables import Column
from clearaccounts.ui.user_steps import DISABLE, ENABLE, END_SESSIONS, GRANT, INVITE_ANEW, RENEW, UNASSIGN, WITHDRAW, Form

_ASSIGNED_SHOWN = 8
_HISTORY_COLUMNS = (
    Column("occurred_at", N_("When, UTC"), "moment"),
    Column("actor", N_("Who"), width=150),
    Column("event", N_("What"), width=230),
    Column("detail", N_("Concerning"), width=280),
    Column("reason", N_("Reason"), width=280),
)


def draw(listed: Sequence[Listed], viewer: Viewer, user_id: str) -> None:
    """The card of one person; the way back leads to the list as it was.

    Raises:
        NotFound: there is no such person.
    """
    language = words.language()
    translate = language.gettext
    st.button(translate(N_("Back to the list")), key="back", on_click=_back, icon=":material/arrow_back:", type="tertiary")
    one = next((found for found in listed if found.person.user_id == user_id), None)
    if one is None:
        # Whose invitation was just withdrawn is not listed any more; whom nobody ever knew was linked to.
        person_of(connection.own_store(), connection.settings().access, user_id)
        messages.empty(translate(NO_PERSON))
        return
    with st.container(key="account_name"):
        st.text(one.person.name)
    with st.container(key="account_facts"):
        st.text(" · ".join(_facts(one, language)), width="stretch")
    _actions(one, viewer, language)
    if one.person.status is Status.INVITED:
        _invitation(one, language)
    _assigned(one, language)
    _history(viewer, user_id, language)


def _facts(one: Listed, language: Language) -> list[str]:
    translate = language.gettext
    person = one.person
    facts = [person.email, translate(ROLE_TITLES[person.role]), translate(users_view.STATUS_TITLES[one.person_status])]
    if person.status is Status.INVITED and person.expires_at is not None:
        said = N_("the invitation holds until {moment} UTC") if person.is_invited(connection.now()) else N_("it held until {moment} UTC")
        facts.append(translate(said).format(moment=language.moment(person.expires_at)))
    elif connection.settings().access.is_oidc:
        last_at = one.signed_in.last_at
        facts.append(translate(N_("has never signed in")) if last_at is None else
                     translate(N_("last signed in on {moment} UTC")).format(moment=language.moment(last_at)))
        count = len(one.signed_in.open_ids)
        facts.append(language.ngettext("{count} open session", "{count} open sessions", count).format(count=language.number(count)))
    if one.account_count is not None:
        facts.append(language.ngettext("{count} account", "{count} accounts", one.account_count).format(
            count=language.number(one.account_count)))
    return facts


def _actions(one: Listed, viewer: Viewer, language: Language) -> None:
    """The buttons of what may be done now; why there are none of what may not."""
    person = one.person
    about = f"{person.email} · {language.gettext(ROLE_TITLES[person.role])}"
    is_own = is_same_person(viewer, person.viewer)
    by_directory = connection.settings().access.is_by_directory
    steps: list[str] = []
    if not is_own and not by_directory:
        steps.append(GRANT)
    if person.status is Status.ACTIVE:
        steps += [DISABLE, *([END_SESSIONS] if one.signed_in.open_ids else [])]
    elif person.status is Status.DISABLED:
        can_join = connection.settings().access.is_oidc and not by_directory
        steps += [] if is_own else [ENABLE, INVITE_ANEW] if can_join else [ENABLE]
    else:
        steps += [WITHDRAW] if by_directory else [RENEW, WITHDRAW]
    with st.container(horizontal=True, vertical_alignment="center"):
        for step in steps:
            user_forms.button(Form(step, person.user_id, person.name, about, person.version, person.role), step)
    if is_own:
        st.caption(language.gettext(N_("This is you: your role is changed, and access given back, by another user administrator.")))


def _invitation(one: Listed, language: Language) -> None:
    """What to send them, to copy: nothing in it is secret."""
    access = connection.settings().access
    person = one.person
    if not access.address or person.expires_at is None:
        return
    st.caption(language.gettext(N_("Tell them, in words of your own or these:")))
    st.code(language.gettext(N_(
        "{name}, you are invited to {product} as {role}.\nSign in at {address} with your company account {email} by {day}."
    )).format(
        name=person.name, product=PRODUCT, role=language.gettext(ROLE_TITLES[person.role]), address=access.address, email=person.email,
        day=language.day(person.expires_at.date()),
    ), language=None, wrap_lines=True)


def _assigned(one: Listed, language: Language) -> None:
    if not one.assigned:
        return
    versions = lists.versions_of(connection.own_store())
    st.subheader(language.gettext(N_("Assigned to them")), anchor=False)
    for number, given in enumerate(one.assigned[:_ASSIGNED_SHOWN]):
        said = event_words.assigned(given.subject_id, language)
        who = language.gettext(N_("by {who} on {moment} UTC")).format(
            who=given.event.by.name, moment=language.moment(given.event.occurred_at))
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"{said}, {who}", width="content")
            form = Form(UNASSIGN, given.subject_id, said, one.person.name, versions[given.subject_id])
            user_forms.button(form, f"unassign_{number}")
    rest = len(one.assigned) - _ASSIGNED_SHOWN
    if rest > 0:
        said = language.ngettext("and {count} more, under Single accounts", "and {count} more, under Single accounts", rest)
        st.caption(words.plain(said.format(count=language.number(rest))))


def _history(viewer: Viewer, user_id: str, language: Language) -> None:
    translate = language.gettext
    events = lists.history(connection.own_store(), viewer, user_id)
    st.subheader(translate(N_("What happened")), anchor=False)
    if not events:
        st.caption(translate(N_("Nothing yet: no event is about this person.")))
        return
    names = connection.names()
    rows = [{
        "event_id": str(event.sequence), "occurred_at": users_view.plain_utc(event.occurred_at), "actor": event.by.name,
        "event": event_words.event(event.subject_type, event.event_type, language),
        "detail": event_words.concerning(event, names, language), "reason": event.reason,
    } for event in events]
    types = {"occurred_at": pa.timestamp("us")}
    schema = pa.schema([(name, types.get(name, pa.string())) for name in rows[0]])
    page = tables.slices(pa.Table.from_pylist(rows, schema=schema))
    tables.show(page.rows, _HISTORY_COLUMNS, key="history", alt=translate(N_("What happened")), visible_rows=8)
    tables.pager(page, "page")


def _back() -> None:
    st.query_params.pop("person", None)
    st.query_params.pop("page", None)
    st.session_state.pop("person", None)
