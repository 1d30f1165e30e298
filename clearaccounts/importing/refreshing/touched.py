"""What the new landings touch: their own rows, and every document that an allocation ties to one of those.

What an invoice owes hangs on its allocations, and these on what else their payments and credit notes settle: so a document is touched
with everything that can be reached from it over allocations, of now or of any version before. More than that nothing can change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clearaccounts.importing import history
from clearaccounts.importing.canonical import kinds
from clearaccounts.importing.history import Place, parquet
from clearaccounts.importing.records import CLOSED, Landing
from clearaccounts.importing.refreshing.database import Database, NotRefreshed

# Of more than this share of the documents the full build is as fast; of few documents it never matters.
SHARE, FEWEST = 0.2, 1000
# Which keys in `touched` choose the rows of a kind.
CUT_BY = {
    "customer_invoices": ("customer_invoices", "invoice_id"),
    "instalments": ("customer_invoices", "invoice_id"),
    "payments": ("payments", "payment_id"),
    "credit_notes": ("credit_notes", "credit_note_id"),
    "allocations": ("allocations", "allocation_id"),
    "support_cases": ("support_cases", "case_id"),
    "case_events": ("support_cases", "case_id"),
    "service_requests": ("service_requests", "service_request_id"),
    "subscriptions": ("subscriptions", "subscription_id"),
}


@dataclass(frozen=True)
class Landed:
    """The landings that count: those in the current warehouse, and those since."""

    place: Place
    before: tuple[Landing, ...]
    since: tuple[Landing, ...]

    @property
    def all(self) -> tuple[Landing, ...]:
        """All of them."""
        return self.before + self.since

    def files(self, kind: str, landings: Sequence[Landing] | None = None) -> list[Path]:
        """Every file that says something of rows of `kind`."""
        chosen = self.all if landings is None else landings
        held = [self.place(one) / f"{kind}.parquet" for one in chosen if kind in one.things or kind in one.withdrawn]
        return held + [self.place(one) / f"{kind}{CLOSED}" for one in chosen if kind in one.closed]

    def bare(self) -> frozenset[Path]:
        """The files that hold no rows, but say that some are withdrawn or closed."""
        gone = [self.place(one) / f"{kind}.parquet" for one in self.all for kind in one.withdrawn]
        return frozenset(gone + [self.place(one) / f"{kind}{CLOSED}" for one in self.all for kind in one.closed])

    def rows(self, *names: str) -> int:
        """How many rows of these kinds landed before, every version counted."""
        return sum(one.things.get(name, 0) for one in self.before for name in names)


def keys_of(kind: str) -> tuple[str, str]:
    """The table of keys that chooses the rows of a kind, and its column."""
    table, column = CUT_BY[kind]
    return f"touched.{table}", column


def find_changed(database: Database, landed: Landed) -> frozenset[str]:
    """Make `changed.<kind>`, the keys that the new landings hold, withdraw, close or take back; which kinds have any."""
    found = set()
    for name, kind in kinds().items():
        key = ", ".join(kind.key)
        files = landed.files(name, landed.since)
        keys = [f"select {key} from {parquet(files)}"] if files else []
        keys += _taken_back(landed, name)
        if keys:
            database.run(f"create table changed.{name} as select distinct * from ({' union all '.join(keys)})")
            found.add(name)
    return frozenset(found)


def _taken_back(landed: Landed, name: str) -> list[str]:
    """SQL for the keys of what came with earlier versions of owners that landed again."""
    key, told_now = ", ".join(kinds()[name].key), {one.sequence for one in landed.since}
    found = []
    for owner, told in history.told_whole(name, landed.all):
        now = [landed.place(one) / f"{owner}.parquet" for one in told if one.sequence in told_now]
        if not now:
            continue
        owner_key = ", ".join(kinds()[owner].key)
        parts, owners = (
            parquet([landed.place(one) / f"{which}.parquet" for one in told], filename=True) for which in (name, owner)
        )
        folder = "parse_dirpath(filename) as folder"
        found.append(f"""
            select {key} from (select {key}, line, {folder} from {parts}) semi join (
                select line, {folder} from {owners} semi join {parquet(now)} as now using ({owner_key})
            ) as told using (folder, line)
        """)
    return found


def find_documents(database: Database, landed: Landed, changed: frozenset[str]) -> int:
    """Make `touched.<kind>` and `touched.sources` for documents, and `cut.allocations`; how many documents are touched.

    `front.customer_invoices` and `front.sources` are there, and may hold documents that something else touches.

    Raises:
        NotRefreshed: too many are touched.
    """
    most = max(FEWEST, SHARE * landed.rows("customer_invoices", "payments", "credit_notes"))
    files = landed.files("allocations")
    database.run("""
        create table touched.customer_invoices (invoice_id text);
        create table touched.sources (source_type text, source_id text);
        create table touched.allocations (allocation_id text);
        create table front.allocations (allocation_id text);
        create view touched.payments as select source_id as payment_id from touched.sources where source_type = 'payment';
        create view touched.credit_notes as select source_id as credit_note_id from touched.sources where source_type = 'credit_note'
    """)
    for name, front, key in (
        ("customer_invoices", "customer_invoices", "invoice_id"),
        ("instalments", "customer_invoices", "invoice_id"),
        ("payments", "sources", "'payment', payment_id"),
        ("credit_notes", "sources", "'credit_note', credit_note_id"),
        ("allocations", "allocations", "allocation_id"),
    ):
        if name in changed:
            database.run(f"insert into front.{front} select {key} from changed.{name}")
    if files:
        database.run(f"create table cut.allocations as from {parquet(files, filename=True)} limit 0")
    while True:
        _move_front(database)
        count = database.count("touched.customer_invoices") + database.count("touched.sources")
        if count > most:
            raise NotRefreshed(f"{count:,} documents are touched")
        if not files or not any(database.count(f"front.{name}") for name in _FRONTS):
            return count
        _reach(database, files)


_FRONTS = {"customer_invoices": "invoice_id", "sources": "source_type, source_id", "allocations": "allocation_id"}


def _move_front(database: Database) -> None:
    """Leave in `front` what was not touched before, and touch it."""
    for name, key in _FRONTS.items():
        database.run(f"""
            create or replace table front.{name} as
                select distinct {key} from front.{name} anti join touched.{name} using ({key});
            insert into touched.{name} from front.{name}
        """)


def _reach(database: Database, files: Sequence[Path]) -> None:
    """Take the allocations at the front into `cut.allocations`, every version of them; what they tie to it is the next front."""
    rows = parquet(files, filename=True)
    database.run("create or replace table cut.reached as from cut.allocations limit 0")
    for name, key in _FRONTS.items():
        if database.count(f"front.{name}"):
            database.run(f"insert into cut.reached by name select rows.* from {rows} as rows semi join front.{name} using ({key})")
    database.run("""
        create or replace table cut.reached as
            select distinct on (allocation_id, filename) reached.*
            from cut.reached as reached anti join cut.allocations using (allocation_id, filename);
        insert into cut.allocations from cut.reached;
        create or replace table front.allocations as select allocation_id from cut.reached;
        create or replace table front.customer_invoices as select invoice_id from cut.reached where invoice_id is not null;
        create or replace table front.sources as
            select source_type, source_id from cut.reached where source_type <> 'write_off' and source_id is not null
    """)


def find_support(database: Database, landed: Landed, changed: frozenset[str], whose: str) -> int:
    """Make `touched.<kind>` for cases, service requests and subscriptions; how many of them there are.

    Args:
        database: with `changed`.
        landed: the landings.
        changed: the kinds of `changed`.
        whose: a table of `customer_id`; what is theirs is touched.
    """
    for name in ("support_cases", "service_requests", "subscriptions"):
        key = kinds()[name].key[0]
        database.run(f"create table touched.{name} ({key} text)")
        if name in changed:
            database.run(f"insert into touched.{name} from changed.{name}")
        files = landed.files(name)
        if files and database.count(whose):
            database.run(f"insert into touched.{name} select {key} from {parquet(files)} semi join {whose} as whose using (customer_id)")
    if "case_events" in changed:
        database.run("insert into touched.support_cases select case_id from changed.case_events")
    requests = landed.files("service_requests")
    if requests:
        # A request is for its case's customer, and uses a plan by its day.
        by_plan = " or true" if "support_plans" in changed else ""
        database.run(f"""
            insert into touched.service_requests select service_request_id from {parquet(requests)}
            where case_id in (select case_id from touched.support_cases){by_plan};
            insert into touched.support_cases select case_id from {parquet(requests)} semi join touched.service_requests
            using (service_request_id) where case_id is not null
        """)
    for name in ("support_cases", "service_requests", "subscriptions"):
        database.run(f"create or replace table touched.{name} as select distinct * from touched.{name}")
    return database.count("touched.support_cases") + database.count("touched.service_requests")
