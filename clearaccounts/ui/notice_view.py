"""The parts of the notices page: who is due which notice, exactly what would be sent, and what was sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from clearaccounts.access import Permission, Viewer
from clearaccounts.collections import notice_letters, notice_sending, notices
from clearaccounts.collections.days import counts_from
from clearaccounts.collections.notice_letters import Letter, NoticesDueFilter, NoticesFilter
from clearaccounts.collections.notice_sending import MAILED, RECORDED
from clearaccounts.collections.notices import Notice
from clearaccounts.collections.standing import with_unsettled
from clearaccounts.errors import ClearAccountsError
from clearaccounts.exporting.tables import file_name
from clearaccounts.text import LANGUAGES, N_, Language
from clearaccounts.ui import connection, labels, messages, notice_forms, tables, words
from clearaccounts.ui.notice_forms import Draft
from clearaccounts.ui.tables import Column
from clearaccounts.warehouse import Warehouse

# The lists of the page, in the order in which work is done.
LISTS = {"due": N_("To be sent"), "open": N_("Not known to have arrived"), "sent": N_("On record")}
EMPTY = {
    "due": N_("Nobody is due a notice. The policy says when somebody is; who was written to for the same debt is not due again."),
    "open": N_("Of every notice it is known what became of it."),
    "sent": N_("No notice is on record yet. Import notices sent elsewhere, or send one from the list of those due."),
}
# More at once than anybody reads.
MOST_AT_ONCE = 20
COLUMNS = (
    Column("customer_name", N_("Customer"), width="medium"),
    Column("notice_type", N_("Notice"), "notice"),
    Column("amount_asked", N_("To ask for"), "amount"),
    Column("overdue_days", N_("Days overdue"), "number", help=tables.OLDEST),
    Column("affected_on", N_("Access affected"), "day"),
    Column("amount_disputed", N_("In dispute"), "amount"),
    Column("amount_unapplied", N_("Unapplied"), "amount"),
    Column("hold_types", N_("On hold"), "labels"),
    Column("last_sent_on", N_("Last notice"), "day"),
    Column("contact_email", N_("Mail address"), width=170),
    Column("sales_agent", N_("Sales agent")),
)
SENT_COLUMNS = (
    Column("sent_on", N_("Sent"), "day"),
    Column("customer_name", N_("Customer"), width="medium"),
    Column("notice_type", N_("Notice"), "notice"),
    Column("notice_status", N_("Status"), "label"),
    Column("channel", N_("How"), "label"),
    Column("amount_asked", N_("Asked for"), "amount"),
    Column("to_address", N_("Mail address")),
    Column("sent_by", N_("By")),
    Column("detail", N_("Answer of the mail server"), width="medium"),
)


def due(warehouse: Warehouse, as_of_on: Any, viewer: Viewer, currency: str | None = None, customer_id: str | None = None) -> pa.Table:
    """Who is due which notice on a day; what may have been sent already is not due."""
    build = warehouse.build
    counts = counts_from(build, connection.now()) if as_of_on == build.as_of_on else None
    beside = with_unsettled(warehouse, connection.store().matching)
    wanted = NoticesDueFilter(as_of_on, counts, customer_id, currency)
    return notice_letters.due(beside, wanted, connection.policy(as_of_on), viewer)


def listed(
    warehouse: Warehouse, viewer: Viewer, currency: str | None, notice_type: str | None, customer_id: str | None = None,
) -> tables.Paged:
    """The notices on record, a page at a time."""
    def fetch(limit: int | None, offset: int) -> pa.Table:
        wanted = NoticesFilter(customer_id, currency, notice_type, None, limit, offset)
        return notice_letters.listed(warehouse, wanted, connection.store().matching, viewer)
    return tables.paged(fetch, "page")


def unanswered(warehouse: Warehouse, viewer: Viewer, currency: str | None) -> pa.Table:
    """Mails of which a person must say what became of them; those on their way just now are not among them."""
    known = [notice for notice in notices.known(connection.store().matching) if notice.needs_an_answer(connection.now())]
    wanted = NoticesFilter(currency=currency)
    found = notice_letters.listed(warehouse, wanted, connection.store().matching, viewer)
    ids = {notice.notice_id for notice in known}
    return found.filter(pa.array([one in ids for one in found["notice_id"].to_pylist()], pa.bool_()))


def narrowed(found: pa.Table, notice_type: str | None) -> pa.Table:
    """The rows of one notice type, or all."""
    return found if notice_type is None else found.filter(pc.equal(found["notice_type"], notice_type))


def columns(viewer: Viewer, *, is_one_customer: bool = False) -> tuple[Column, ...]:
    """What the list of those due shows; whoever sees only their own customers needs no sales agent."""
    needless = {"sales_agent"} if viewer.agent_scope is not None else set()
    needless |= {"customer_name", "sales_agent"} if is_one_customer else set()
    return tuple(column for column in COLUMNS if column.name not in needless)


def sent_columns(*, is_one_customer: bool = False) -> tuple[Column, ...]:
    """What the list of notices on record shows."""
    return tuple(column for column in SENT_COLUMNS if not (is_one_customer and column.name == "customer_name"))


def policy_note(warehouse: Warehouse, as_of_on: Any) -> None:
    """Why nothing is due at all, if there is no policy; and how notices leave."""
    translate = words.language().gettext
    if connection.policy(as_of_on) is None:
        st.caption(translate(N_("No collections policy is in force on this day, so no notice is called for.")))
    way = notice_sending.way_out(connection.settings(), warehouse.build)
    if way == RECORDED:
        st.caption(translate(N_("Sample data: a notice is put on record as if it had been mailed; nothing leaves this machine.")))
    elif way is None:
        st.caption(translate(N_("No mail server is set up, so notices can only be recorded as sent by hand.")))


def desk(warehouse: Warehouse, rows: Sequence[Mapping[str, Any]], viewer: Viewer) -> None:
    """What would be sent to those chosen: one of them word by word, and the buttons for all of them."""
    language = words.language()
    translate = language.gettext
    if len(rows) > MOST_AT_ONCE:
        st.caption(translate(N_("Choose at most {count} at once: nobody reads more.")).format(count=MOST_AT_ONCE))
        return
    drafts, letters = [], []
    for row in rows:
        try:
            letter = _letter(row, viewer)
        except ClearAccountsError as error:
            st.error(words.plain(f"{row['customer_name']}: {messages.sentence(error)}"), icon=":material/error:")
            continue
        letters.append(letter)
        drafts.append(Draft(letter.customer_id, letter.customer_name, letter.currency, letter.notice_type, letter.amount_asked,
                            letter.to_address or "", letter.hash, letter.hold_types))
    if not letters:
        return
    _buttons(warehouse, drafts, rows[0], viewer)
    shown = letters[0]
    if len(letters) > 1:
        number = st.selectbox(
            translate(N_("Preview")), range(len(letters)), key=f"preview_{len(letters)}",
            format_func=lambda at: f"{letters[at].customer_name}: {labels.notice(letters[at].notice_type, language)}", width=420)
        shown = letters[number]
    preview(shown, language)


def preview(letter: Letter, language: Language) -> None:
    """The notice word by word, as its reader gets it."""
    translate = language.gettext
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.text(translate(N_("To: {name}, {address}")).format(
            name=letter.to_name, address=letter.to_address or translate(N_("no mail address on record"))))
        st.text(translate(N_("Subject: {subject}")).format(subject=letter.subject))
        st.code(letter.body, language=None, wrap_lines=True)
    with right:
        st.text(translate(N_("Written in: {language}")).format(language=LANGUAGES.get(letter.language, letter.language)))
        if letter.is_fallback:
            st.caption(translate(N_("There is no text in the customer's language ({language}), so it is in English.")).format(
                language=words.plain(letter.asked_language or "")))
        if letter.affected_on:
            st.text(translate(N_("Access is affected from {day} on.")).format(day=language.day(letter.affected_on)))
        if letter.hold_types:
            st.warning(translate(N_("On hold: {holds}. Think before you write to them.")).format(
                holds=", ".join(labels.title(kind, language) for kind in letter.hold_types)), icon=":material/pan_tool:")
        if letter.statement is not None:
            _statement(letter, translate(N_("Statement that goes along (PDF)")))


def _statement(letter: Letter, title: str) -> None:
    place = st.popover(title, icon=":material/attach_file:", type="tertiary", key="notice_statement", on_change="rerun", width="content")
    if place.open:
        (_name, content), = letter.attachments(connection.settings().company)
        with place:
            st.download_button(
                words.language().gettext(N_("Statement (PDF)")), content, file_name=file_name("statement", content, "pdf"),
                mime="application/pdf", key="download_notice_statement", on_click="ignore", icon=":material/download:", type="tertiary")


def _buttons(warehouse: Warehouse, drafts: list[Draft], row: Mapping[str, Any], viewer: Viewer) -> None:
    if not viewer.may(Permission.SEND_NOTICE):
        return
    language = words.language()
    way = notice_sending.way_out(connection.settings(), warehouse.build)
    with st.container(horizontal=True):
        if way is not None:
            said = language.ngettext("Send {count} notice", "Send {count} notices", len(drafts)) if way == MAILED else (
                language.ngettext("Record {count} notice as mailed", "Record {count} notices as mailed", len(drafts)))
            st.button(said.format(count=language.number(len(drafts))), type="primary", key="notice_send", icon=":material/send:",
                      on_click=notice_forms.open_sending, args=(tuple(drafts), way))
        if len(drafts) == 1:
            about = (row["customer_id"], row["customer_name"], row["notice_type"], row["currency"])
            st.button(language.gettext(N_("Record as sent by hand")), key="notice_by_hand", icon=":material/edit_note:",
                      on_click=notice_forms.open_by_hand, args=about)


def _letter(row: Mapping[str, Any], viewer: Viewer) -> Letter:
    return notice_sending.letter_of(
        connection.grounds(), connection.settings(), connection.store().matching, viewer, customer_id=row["customer_id"],
        currency=row["currency"], notice_type=row["notice_type"], now=connection.now())


def on_record(row: Mapping[str, Any], viewer: Viewer) -> None:
    """One notice on record: what it said, who sent it, and what may still be done with it."""
    language = words.language()
    translate = language.gettext
    if row["notice_status"] == "imported":
        st.caption(translate(N_("This notice came with an import; what it said is not known here.")))
        return
    notice = notice_sending.notice_of(connection.store(), row["notice_id"])
    with st.container(horizontal=True):
        if viewer.may(Permission.SEND_NOTICE):
            _steps(notice)
        if notice.body:
            content = f"To: {notice.to_address}\nSubject: {notice.subject}\n\n{notice.body}".encode()
            st.download_button(
                translate(N_("Download the text")), content, file_name=file_name(f"notice-{notice.sent_on.isoformat()}", content, "txt"),
                mime="text/plain", key="download_notice", on_click="ignore", icon=":material/download:", type="tertiary")
    said = translate(N_("{who} on {when}: {status}")).format(
        who=notice.last_by.name, when=language.moment(notice.last_at), status=labels.title(notice.notice_status.value, language))
    st.text(said + (f". {notice.last_reason or notice.reason}" if notice.last_reason or notice.reason else ""))
    if notice.body:
        st.text(translate(N_("Subject: {subject}")).format(subject=notice.subject))
        st.code(notice.body, language=None, wrap_lines=True)


def _steps(notice: Notice) -> None:
    translate = words.language().gettext
    if notice.needs_an_answer(connection.now()):
        for step, icon in (("arrived", "check"), ("not_arrived", "undo")):
            st.button(translate(notice_forms.TITLES[step]), key=f"notice_{step}", icon=f":material/{icon}:",
                      on_click=notice_forms.open_step, args=(step, notice))
    elif notice.notice_status is notices.Status.SENT and not notice.is_mailed:
        st.button(translate(notice_forms.TITLES["withdraw"]), key="notice_withdraw",
                  on_click=notice_forms.open_step, args=("withdraw", notice))


def account(warehouse: Warehouse, customer_id: str, customer_name: str, as_of_on: Any, viewer: Viewer) -> None:
    """The notices of one customer: those due with preview and buttons, and those on record."""
    translate = words.language().gettext
    is_today = as_of_on == warehouse.build.as_of_on
    found = due(warehouse, as_of_on, viewer, customer_id=customer_id)
    picked: list[dict[str, Any]] = []
    if found.num_rows:
        picked = tables.choose(found, columns(viewer, is_one_customer=True)[:8], key="account_due", alt=translate(N_("Notices due")))
    else:
        st.caption(translate(N_("They are due no notice on this day.")))
    if picked and is_today:
        desk(warehouse, picked, viewer)
    elif viewer.may(Permission.SEND_NOTICE) and is_today:
        st.button(translate(N_("Record a notice sent by hand")), key="account_by_hand", icon=":material/edit_note:", type="tertiary",
                  on_click=notice_forms.open_by_hand, args=(customer_id, customer_name, "reminder", None))
    history = listed(warehouse, viewer, None, None, customer_id)
    if history.row_count == 0:
        messages.empty(translate(N_("No notice to them is on record.")))
        return
    row = tables.choose(history.rows, sent_columns(is_one_customer=True), key="account_notices", alt=translate(N_("Notices on record")),
                        visible_rows=6)
    tables.pager(history, "page")
    if row:
        on_record(row[0], viewer)
