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
    database.run("create table front.allocations (allocation_id text)")
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
        _reach(database, files, most)
    for name, key in _ENDS.items():
        tied = f"union select {key} from cut.allocations where {_IS_TIED[name]}" if files else ""
        database.run(f"create table touched.{name} as select distinct {key} from front.{name} {tied}")
    database.run("""
        create view touched.payments as select source_id as payment_id from touched.sources where source_type = 'payment';
        create view touched.credit_notes as select source_id as credit_note_id from touched.sources where source_type = 'credit_note'
    """)
    count = database.count("touched.customer_invoices") + database.count("touched.sources")
    if count > most:
        raise NotRefreshed(f"{count:,} documents are touched")
    return count


# What an allocation ties together, its own other versions too; a write-off has no source.
_ENDS = {"customer_invoices": "invoice_id", "sources": "source_type, source_id", "allocations": "allocation_id"}
_IS_TIED = {
    "customer_invoices": "invoice_id is not null",
    "sources": "source_type <> 'write_off' and source_id is not null",
    "allocations": "allocation_id is not null",
}


def _reach(database: Database, files: Sequence[Path], most: float) -> None:
    """Make `cut.allocations`, every version of each allocation that can be reached from the front.

    The ends are followed by their hashes: read once, held in little room. Two ends with one hash are taken for one; that touches more
    than need be, and nothing less.

    Raises:
        NotRefreshed: more than `most` are reached.
    """
    rows = parquet(files, filename=True)
    hashes = ", ".join(f"case when {_IS_TIED[name]} then hash({key}) end as {name}" for name, key in _ENDS.items())
    database.run(f"create table cut.ties as select {hashes} from {rows}")
    database.run("create table cut.reached as select rowid as place, * from cut.ties limit 0")
    for name, key in _ENDS.items():
        database.run(f"create table cut.ends_{name} as select distinct hash({key}) as end_hash from front.{name}")
        database.run(f"create table cut.next_{name} as from cut.ends_{name}")
    while any(database.count(f"cut.next_{name}") for name in _ENDS):
        found = " or ".join(f"{name} in (from cut.next_{name})" for name in _ENDS)
        database.run(f"""
            create or replace table cut.found as
                select rowid as place, * from cut.ties where ({found}) and rowid not in (select place from cut.reached);
            insert into cut.reached from cut.found
        """)
        for name in _ENDS:
            database.run(f"""
                create or replace table cut.next_{name} as
                    select distinct {name} as end_hash from cut.found where {name} is not null and {name} not in (from cut.ends_{name});
                insert into cut.ends_{name} from cut.next_{name}
            """)
        count = database.count("cut.ends_customer_invoices") + database.count("cut.ends_sources")
        if count > most:
            raise NotRefreshed(f"{count:,} documents are touched")
    database.run(f"create table cut.allocations as select * from {rows} where hash(allocation_id) in (from cut.ends_allocations)")
    database.run("drop table cut.ties")


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
