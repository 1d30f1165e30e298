"""The parts of the policy page that are read: the policy in words, its versions, who is in which stage."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from clearaccounts.access import Permission, Viewer
from clearaccounts.collections import simulation
from clearaccounts.collections.policies import Known, Proposal, Status, proposals
from clearaccounts.collections.policy import Policy
from clearaccounts.collections.simulation import Seen, StageFilter
from clearaccounts.collections.stages import StagesFilter, stages
from clearaccounts.handed_tables import EMPTY_TABLES
from clearaccounts.text import N_, Language
from clearaccounts.ui import connection, controls, labels, messages, registry, tables, words
from clearaccounts.ui.tables import Column
from clearaccounts.warehouse import Warehouse

# The parts of the page, for who may see flags; the others read the words alone.
PARTS = {
    "words": N_("In words"), "stages": N_("Who is where"), "change": N_("Try a change"), "proposal": N_("Proposed"),
    "versions": N_("Versions"),
}
TOTAL_COLUMNS = (
    Column("stage", N_("Stage"), "label", "medium"),
    Column("currency", N_("Currency"), width=75),
    Column("customer_count", N_("Customers"), "number"),
    Column("amount_overdue", N_("Overdue"), "amount"),
    Column("flagged_count", N_("Flagged"), "number"),
    Column("amount_flagged", N_("Overdue of the flagged"), "amount"),
    Column("held_count", N_("Held back"), "number"),
)
CUSTOMER_COLUMNS = (
    Column("customer_name", N_("Customer"), width="medium"),
    Column("currency", N_("Currency"), width=75),
    Column("amount_overdue", N_("Overdue"), "amount"),
    Column("overdue_days", N_("Days overdue"), "number", help=tables.OLDEST),
    Column("overdue_invoice_count", N_("Invoices"), "number"),
    Column("is_flagged", N_("Flagged"), "flag", "small"),
    Column("hold_reasons", N_("Held back by"), "labels", "medium"),
    Column("segment", N_("Segment")),
    Column("sales_agent", N_("Sales agent")),
)
VERSION_COLUMNS = (
    Column("policy_version", N_("Version"), "number", "small"),
    Column("policy_name", N_("Name"), width="medium"),
    Column("policy_status", N_("State"), "label"),
    Column("counts_from_on", N_("In force from"), "day"),
    Column("proposed_by", N_("Proposed by")),
    Column("decided_by", N_("Decided by")),
    Column("decided_at", N_("Decided, UTC"), "moment"),
    Column("reason", N_("Reason"), width="medium"),
    Column("text_hash", N_("SHA-256"), width="medium"),
)


def parts(viewer: Viewer, waiting: Proposal | None) -> dict[str, str]:
    """The parts of the page for this person: without flags the words and their versions alone."""
    shown = ["words"]
    if viewer.may(Permission.VIEW_FLAGS):
        shown += ["stages", "change"]
    if waiting is not None:
        shown.append("proposal")
    return {key: PARTS[key] for key in [*shown, "versions"]}


def seen(warehouse: Warehouse, as_of_on: date, policy: Policy | None, viewer: Viewer) -> Seen:
    """How a policy sees this person's customers on a day."""
    table = EMPTY_TABLES["policy_stages"] if policy is None else policy.table()
    return Seen(as_of_on, stages(warehouse, StagesFilter(as_of_on), policy, viewer), table)


def in_words(policy: Policy, heading: str) -> None:
    """What a policy says, under a heading."""
    st.subheader(words.plain(heading), anchor=False)
    for sentence in policy.in_words(words.language()):
        st.text(sentence)


def heading(current: Known, language: Language) -> str:
    """`Standard collections policy, version 1, in force since 1 Oct 2024`."""
    said = language.gettext(N_("{name}, version {version}, in force since {day}"))
    return said.format(name=current.policy.name, version=current.policy.version, day=language.day(current.counts_from_on))


def waiting_in_words(waiting: Proposal, language: Language) -> str:
    """Who proposed what, and that it waits."""
    said = language.gettext(N_("{who} proposed version {version}, effective {day}; it waits for another person's approval."))
    return said.format(who=waiting.proposed_by.name, version=waiting.policy.version, day=language.day(waiting.policy.effective_on))


def no_policy() -> None:
    """The empty state of a day without a policy."""
    messages.empty(words.language().gettext(N_(
        "No collections policy is in force on this day, so nobody is flagged. A billing administrator proposes one under Try a change, and "
        "a manager approves it.")))


def who_is_where(warehouse: Warehouse, current: Known | None, chosen: controls.Chosen, viewer: Viewer) -> None:
    """One row per stage and currency; a row leads to its customers, and a customer to the account."""
    language = words.language()
    translate = language.gettext
    here = seen(warehouse, chosen.as_of_on, None if current is None else current.policy, viewer)
    found = of_currency(simulation.stage_totals(warehouse, here, viewer), chosen.currency)
    if found.num_rows == 0:
        messages.empty(translate(N_("Nothing is open or unapplied on this day. Choose a later day or another currency.")))
        return
    caption = chosen.in_words(language, registry.POLICY.filters, viewer)
    label = translate(PARTS["stages"])
    row = tables.show(found, TOTAL_COLUMNS, key="stage_totals", alt=label, selectable=True, visible_rows=15)
    tables.download(tables.whole(found), TOTAL_COLUMNS, caption=tables.captioned(label, caption), stem="policy-stages")
    if row is None:
        st.caption(translate(N_("Choose a row to see its customers.")))
        return

    def fetch(limit: int | None, offset: int) -> pa.Table:
        return simulation.stage_customers(warehouse, StageFilter(row["stage"], row["currency"], limit, offset), here, viewer)

    page = tables.paged(fetch, "page")
    columns = customer_columns(viewer)
    title = labels.title(row["stage"], language)
    if page.row_count == 0:
        messages.empty(translate(N_("Nobody is in this stage in this currency.")))
        return
    st.subheader(words.plain(f"{title}, {row['currency']}"), anchor=False)
    picked = tables.show(page.rows, columns, key="stage_customers", alt=title, selectable=True)
    tables.pager(page, "page")
    tables.download(page, columns, caption=tables.captioned(title, caption, row["currency"]), stem="policy-customers")
    to_account(picked)


def customer_columns(viewer: Viewer) -> tuple[Column, ...]:
    """Whoever sees only their own customers needs no sales agent."""
    return tuple(column for column in CUSTOMER_COLUMNS if column.name != "sales_agent" or viewer.agent_scope is None)


def to_account(picked: dict[str, object] | None) -> None:
    """Follow a chosen row to its account."""
    if picked:
        st.switch_page(registry.ACCOUNT.path, query_params=controls.link(registry.ACCOUNT, customer_id=picked["customer_id"]))


def versions(known: list[Known]) -> None:
    """Every policy there was: those of files, and those that were proposed, whatever became of them; the newest first."""
    translate = words.language().gettext
    rows = [_version_of_file(one) for one in known if one.proposal is None]
    rows += [_version_of(one) for one in proposals(connection.store().matching)]
    if not rows:
        messages.empty(translate(N_("There is no policy yet.")))
        return
    rows.sort(key=lambda row: (row["policy_version"], str(row.get("decided_at") or "")), reverse=True)
    tables.show(pa.Table.from_pylist(rows, schema=_VERSIONS), VERSION_COLUMNS, key="versions", alt=translate(PARTS["versions"]))
    st.caption(translate(N_(
        "An approved version counts from the later of the day it names and the day it was approved: no past day changes.")))


_VERSIONS = pa.schema([
    ("policy_version", pa.int64()), ("policy_name", pa.string()), ("policy_status", pa.string()), ("counts_from_on", pa.date32()),
    ("proposed_by", pa.string()), ("decided_by", pa.string()), ("decided_at", pa.timestamp("us")), ("reason", pa.string()),
    ("text_hash", pa.string()),
])


def _version_of_file(one: Known) -> dict[str, object]:
    return {
        "policy_version": one.policy.version, "policy_name": one.policy.name, "policy_status": "from_file",
        "counts_from_on": one.counts_from_on,
    }


def _version_of(one: Proposal) -> dict[str, object]:
    return {
        "policy_version": one.policy.version, "policy_name": one.policy.name, "policy_status": one.policy_status.value,
        "counts_from_on": one.counts_from_on if one.policy_status is Status.APPROVED else None,
        "proposed_by": one.proposed_by.name, "decided_by": one.decided_by and one.decided_by.name,
        "decided_at": one.decided_at and one.decided_at.replace(tzinfo=None), "reason": one.decided_reason or one.reason,
        "text_hash": one.text_hash,
    }


def of_currency(found: pa.Table, currency: str | None) -> pa.Table:
    """The rows in the page's currency, or all."""
    return found if currency is None else found.filter(pc.equal(found["currency"], currency))


def stage_title(name: str, language: Language) -> str:
    """A stage in the reader's words, where we know it."""
    return labels.title(name, language)
