"""The page of users: people and where they stand, and whose the books and single accounts of the customer list are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import pyarrow as pa
import streamlit as st

from clearaccounts.access import ROLE_TITLES, Role, Viewer
from clearaccounts.errors import NoWarehouse
from clearaccounts.people import lists, register
from clearaccounts.people.administering import GRANTABLE
from clearaccounts.people.invitations import BY_DIRECTORY
from clearaccounts.people.lists import EXPIRED, Book, Listed
from clearaccounts.people.model import Status
from clearaccounts.text import N_, Language
from clearaccounts.ui import connection, messages, tables, url, user_forms, words
from clearaccounts.ui.tables import Column
from clearaccounts.ui.user_steps import ASSIGN_ACCOUNTS, ASSIGN_BOOK, INVITE, UNASSIGN, Form
from clearaccounts.warehouse import Warehouse

PEOPLE, BOOKS, ACCOUNTS = "people", "books", "accounts"
VIEWS = {PEOPLE: N_("People"), BOOKS: N_("Books of sales agents"), ACCOUNTS: N_("Single accounts")}
STATUS_TITLES = {
    Status.ACTIVE.value: N_("Has access"), Status.INVITED.value: N_("Invited"), EXPIRED: N_("Invitation expired"),
    Status.DISABLED.value: N_("Access withdrawn"),
}
NOBODY = N_("nobody")
NO_AGENT = N_("(without a sales agent)")
_PEOPLE_COLUMNS = (
    Column("name", N_("Name"), width=190),
    Column("email", N_("E-mail"), width=260),
    Column("role", N_("Role"), "label", width=160),
    Column("status", N_("Status"), width=150),
    Column("last_at", N_("Last sign-in, UTC"), "moment"),
    Column("session_count", N_("Open sessions"), "number"),
    Column("account_count", N_("Accounts"), "number"),
)
_BOOK_COLUMNS = (
    Column("address", N_("Sales agent in the customer list"), width=280),
    Column("account_count", N_("Accounts"), "number"),
    Column("owner", N_("Belongs to"), width=190),
    Column("assigned_by", N_("Assigned by"), width=150),
    Column("assigned_at", N_("Since, UTC"), "moment"),
    Column("reason", N_("Reason"), width=220),
    Column("apart_count", N_("Assigned singly"), "number", help=N_("Accounts of this book that somebody else has, one by one.")),
)
_ACCOUNT_COLUMNS = (
    Column("account", N_("Customer id"), width=140),
    Column("owner", N_("Belongs to"), width=200),
    Column("assigned_by", N_("Assigned by"), width=170),
    Column("assigned_at", N_("Since, UTC"), "moment"),
    Column("reason", N_("Reason"), width=320),
)


def warehouse() -> Warehouse | None:
    """The build of this run; None before the first import."""
    try:
        return connection.warehouse()
    except NoWarehouse:
        return None


def notes() -> None:
    """What this installation lets nobody do here, or what nothing comes of."""
    translate = words.language().gettext
    access = connection.settings().access
    if access.is_by_directory:
        st.caption(words.plain(translate(BY_DIRECTORY)))
    elif not access.is_oidc:
        st.caption(words.plain(translate(N_(
            "Demo mode: what you do to the five built-in people counts at once, but nobody can join by an invitation and there are no "
            "sessions."))))


def people(viewer: Viewer) -> list[Listed]:
    """Everybody, as this administrator may see them."""
    return lists.people(connection.own_store(), connection.settings().access, warehouse(), viewer, connection.now())


def narrowed(listed: Sequence[Listed]) -> list[Listed]:
    """Those that role, status and search leave; draws the controls, which stand in the URL."""
    translate = words.language().gettext
    with st.container(horizontal=True, vertical_alignment="bottom"):
        roles = ["", *(role.value for role in GRANTABLE)]
        url.seed("with_role", roles, "")
        role = st.selectbox(
            translate(N_("Role")), roles, key="with_role", on_change=url.keep, args=("with_role",), width=200,
            format_func=lambda code: translate(ROLE_TITLES[Role(code)]) if code else translate(N_("All roles")))
        statuses = ["", *STATUS_TITLES]
        url.seed("with_status", statuses, "")
        status = st.selectbox(
            translate(N_("Status")), statuses, key="with_status", on_change=url.keep, args=("with_status",), width=190,
            format_func=lambda code: translate(STATUS_TITLES[code]) if code else translate(N_("Everybody")))
        search = st.text_input(translate(N_("Name or e-mail")), key="search", bind="query-params", width=240).strip().casefold()
        if not connection.settings().access.is_by_directory:
            user_forms.button(Form(INVITE), "invite", is_main=True, icon=":material/person_add:")
    return [
        one for one in listed
        if (not role or one.person.role.value == role) and (not status or one.person_status == status)
        and search in f"{one.person.name} {one.person.email}".casefold()
    ]


def people_table(listed: Sequence[Listed]) -> None:
    """The people; a row opens the person."""
    language = words.language()
    if not listed:
        messages.empty(language.gettext(N_("Nobody matches. Choose another role or status, or clear the search.")))
        return
    waiting = sum(one.person.status is Status.INVITED for one in listed)
    if waiting:
        said = language.ngettext("{count} person is invited and has not signed in yet.",
                                 "{count} people are invited and have not signed in yet.", waiting)
        st.caption(words.plain(said.format(count=language.number(waiting))))
    rows = [{
        "user_id": one.person.user_id, "name": one.person.name, "email": one.person.email, "role": one.person.role.value,
        "status": language.gettext(STATUS_TITLES[one.person_status]),
        "last_at": plain_utc(one.signed_in.last_at), "session_count": len(one.signed_in.open_ids),
        "account_count": one.account_count,
    } for one in listed]
    table = _table(rows, {"last_at": pa.timestamp("us"), "session_count": pa.int64(), "account_count": pa.int64()})
    page = tables.slices(table)
    # Demo mode has no sessions.
    columns = [one for one in _PEOPLE_COLUMNS if connection.settings().access.is_oidc or one.name not in {"last_at", "session_count"}]
    picked = tables.show(page.rows, columns, key="people", alt=language.gettext(VIEWS[PEOPLE]), selectable=True)
    tables.pager(page, "page")
    if picked:
        url.choose("person", str(picked["user_id"]))
        tables.let_go()
        st.rerun()


def books(viewer: Viewer) -> None:
    """Whose the books of the customer list are; a row shows what can be done with it."""
    language = words.language()
    translate = language.gettext
    build = warehouse()
    found = [] if build is None else lists.books(connection.own_store(), connection.settings().access, build, viewer)
    if not found:
        messages.empty(translate(N_("There is no customer yet. Once customers are imported, their sales agents' books appear here.")))
        return
    loose = sum(one.account_count for one in found if one.owner is None)
    if loose:
        said = language.ngettext(
            "{count} account belongs to nobody who could see it as a sales agent; it is on top.",
            "{count} accounts belong to nobody who could see them as a sales agent; they are on top.", loose)
        st.caption(words.plain(said.format(count=language.number(loose))))
    known = connection.names()
    rows = [{
        "book_id": one.book, "address": one.book or translate(NO_AGENT), "owner": _owner(one, known, language),
        "assigned_by": one.assignment.event.by.name if one.assignment else None,
        "assigned_at": plain_utc(one.assignment.event.occurred_at) if one.assignment else None,
        "reason": one.assignment.event.reason if one.assignment else None,
        "account_count": one.account_count, "apart_count": one.apart_count or None,
    } for one in found]
    table = _table(rows, {"assigned_at": pa.timestamp("us"), "account_count": pa.int64(), "apart_count": pa.int64()})
    page = tables.slices(table)
    picked = tables.show(page.rows, _BOOK_COLUMNS, key="books", alt=translate(VIEWS[BOOKS]), selectable=True)
    tables.pager(page, "page")
    chosen = next((one for one in found if picked and one.book == picked["book_id"]), None)
    if chosen is None:
        st.caption(translate(N_("Choose a book to assign it, or to take an assignment back.")))
        return
    _book_actions(chosen, language)


def _book_actions(chosen: Book, language: Language) -> None:
    agents = sales_agents()
    about = language.ngettext("{count} account", "{count} accounts", chosen.account_count).format(
        count=language.number(chosen.account_count))
    name = chosen.book or language.gettext(NO_AGENT)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"{name}: {about}", width="content")
        if agents:
            user_forms.button(Form(ASSIGN_BOOK, chosen.book, name, about, chosen.version, agents=agents), "assign_book")
        else:
            st.caption(language.gettext(N_("There is no active sales agent to give it to; invite one first.")))
        if chosen.assignment is not None:
            user_forms.button(Form(UNASSIGN, chosen.assignment.subject_id, name, about, chosen.version), "unassign")


def accounts() -> None:
    """The accounts that were assigned one by one, and the way to assign others."""
    language = words.language()
    translate = language.gettext
    store = connection.own_store()
    found = lists.single_accounts(store)
    versions = lists.versions_of(store)
    agents = sales_agents()
    with st.container(horizontal=True, vertical_alignment="center"):
        if agents:
            user_forms.button(
                Form(ASSIGN_ACCOUNTS, agents=agents, versions=tuple(versions.items())), "assign_accounts", is_main=True,
                icon=":material/assignment_ind:")
        st.caption(translate(N_("By their ids: a user administrator sees no customers. A single account goes before its book.")))
    if not found:
        messages.empty(translate(N_("No account is assigned by itself. Each belongs to its book's sales agent.")))
        return
    known = connection.names()
    rows = [{
        "subject_id": one.subject_id, "account": one.customer_id, "owner": known.get(one.user_id, one.user_id),
        "assigned_by": one.event.by.name, "assigned_at": plain_utc(one.event.occurred_at), "reason": one.event.reason,
    } for one in found]
    page = tables.slices(_table(rows, {"assigned_at": pa.timestamp("us")}))
    picked = tables.show(page.rows, _ACCOUNT_COLUMNS, key="accounts", alt=translate(VIEWS[ACCOUNTS]), selectable=True)
    tables.pager(page, "page")
    if picked:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"{picked['account']}: {picked['owner']}", width="content")
            form = Form(UNASSIGN, picked["subject_id"], picked["account"], picked["owner"], versions[picked["subject_id"]])
            user_forms.button(form, "unassign")


def sales_agents() -> tuple[tuple[str, str], ...]:
    """The sales agents to whom accounts can be given: id, and name with address."""
    everybody = register.everybody(connection.own_store().matching, connection.settings().access)
    return tuple(
        (one.user_id, f"{one.name} ({one.email})") for one in everybody if one.status is Status.ACTIVE and one.role is Role.SALES_AGENT)


def plain_utc(moment: datetime | None) -> datetime | None:
    """An instant as tables hold it: UTC without a zone."""
    return None if moment is None else moment.replace(tzinfo=None)


def _owner(one: Book, names: dict[str, str], language: Language) -> str:
    if one.owner is not None:
        return one.owner.name
    if one.assignment is None:
        return language.gettext(NOBODY)
    return language.gettext(N_("nobody (assigned to {name})")).format(name=names.get(one.assignment.user_id, one.assignment.user_id))


def _table(rows: Sequence[Mapping[str, object]], types: dict[str, pa.DataType]) -> pa.Table:
    fields = [(name, types.get(name, pa.string())) for name in rows[0]]
    return pa.Table.from_pylist([dict(row) for row in rows], schema=pa.schema(fields))
