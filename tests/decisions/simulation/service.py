"""The program under the simulation: the real store, services and queries over a warehouse that changes from step to step.

Building a warehouse takes most of a second, and a simulation imports dozens of times. The real build makes one for each state that
the customers can be in, when it is first needed; a query is run once for each of its inputs, and its answer remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from dataclasses import asdict, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pyarrow as pa
import pyarrow.compute as pc

from clearaccounts.access import DEMO_PEOPLE, OPERATOR, Role, Viewer
from clearaccounts.collections import holds
from clearaccounts.collections.grounds import Grounds
from clearaccounts.decisions import Store, table
from clearaccounts.decisions.anchor import HeldAnchor
from clearaccounts.query_files import query
from clearaccounts.settings import Suspension
from clearaccounts.warehouse import Warehouse
from tests.decisions.common import store_in
from tests.decisions.debtors import POLICY as IN_EUROS
from tests.decisions.simulation.model import APPROVALS_PER_DAY, Facts
from tests.worlds import LAST_DAY, Row, world

SECOND = Viewer("test:second", "Second Admin", Role.BILLING_ADMIN, "second.admin@partner.example")
PEOPLE = {person.user_id.removeprefix("demo:").removeprefix("test:"): person for person in (*DEMO_PEOPLE, OPERATOR, SECOND)}


# The same in every currency.
POLICY = replace(IN_EUROS, stages=(replace(IN_EUROS.stages[0], min_overdue_amount=None),))


class Worlds:
    """The warehouses of all states met so far, and what their queries answered."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._built: dict[Facts, Warehouse] = {}
        self._answers: dict[tuple[object, ...], pa.Table] = {}

    def of(self, facts: Facts) -> Warehouse:
        """The warehouse in which both customers are in this state."""
        if facts not in self._built:
            self._built[facts] = world(self._folder, LAST_DAY, **_rows(facts))
        return self._built[facts]

    def answer(self, facts: Facts, name: str, values: Mapping[str, Any], viewer: Viewer, tables: Mapping[str, pa.Table]) -> pa.Table:
        """What a query says in this state; run once."""
        key = (facts, name, repr(values), viewer, repr([(table, tables[table].to_pylist()) for table in sorted(tables)]))
        if key not in self._answers:
            self._answers[key] = self.of(facts).run(name, values, viewer, tables)
        return self._answers[key]


def _rows(facts: Facts) -> dict[str, Any]:
    rows: dict[str, list[Row]] = {
        kind: [] for kind in ("customers", "customer_invoices", "payments", "allocations", "holds", "subscriptions")
    }
    for number, customer in enumerate(("C1", "C2"), start=1):
        rows["customers"].append({"customer_id": customer, "microsoft_tenant_id": f"{number:08}-0000-4000-8000-000000000000"})
        rows["customer_invoices"].append({
            "customer_id": customer, "invoice_id": f"I-{customer}", "issued_on": "2026-03-01", "due_on": "2026-03-31",
            "amount_total": "500.00",
        })
        rows["customer_invoices"].append({**rows["customer_invoices"][-1], "invoice_id": f"U-{customer}", "currency": "USD"})
        if facts.owed < 500:
            rows["payments"].append({
                "payment_id": f"P-{customer}", "customer_id": customer, "received_on": "2026-06-01", "amount_total": 500 - facts.owed,
            })
            rows["allocations"].append({
                "allocation_id": f"A-{customer}", "applied_on": "2026-06-01", "source_id": f"P-{customer}", "invoice_id": f"I-{customer}",
                "amount_applied": 500 - facts.owed,
            })
        if facts.is_disputed:
            rows["holds"].append({"hold_id": f"D-{customer}", "customer_id": customer, "starts_on": "2026-06-01"})
        rows["subscriptions"] += [
            {"subscription_id": f"{customer}-{line}", "customer_id": customer,
             "microsoft_subscription_id": f"{number:08}-0000-4000-8000-00000000000{line}",
             "subscription_status": "suspended" if line in facts.suspended else "active"}
            for line in ("1", "2")
        ]
    return rows


class Simulated(Warehouse):
    """The newest warehouse of a simulation: each customer in their own state, imported at one moment."""

    def __init__(self, worlds: Worlds, known: Mapping[str, Facts], imported_at: datetime) -> None:
        moment = imported_at.replace(tzinfo=None)
        any_world = worlds.of(next(iter(known.values())))
        self.path = any_world.path
        self.build = replace(
            any_world.build, build_id=f"at {imported_at}", as_of_on=imported_at.date(), newest_import_at=moment,
            newest_receivables_import_at=moment,
        )
        self._worlds = worlds
        self._known = known
        self._beside: Mapping[str, Callable[[], pa.Table]] = any_world._beside

    def beside(self, tables: Mapping[str, Callable[[], pa.Table]]) -> Warehouse:
        """As of the real one."""
        other = copy(self)
        other._beside = {**self._beside, **tables}
        return other

    def run(self, name: str, values: Mapping[str, Any] | Any, viewer: Viewer, tables: Mapping[str, pa.Table] | None = None) -> pa.Table:
        """The rows of each customer from the warehouse in which they are as they are."""
        bound: dict[str, Any] = dict(values) if isinstance(values, Mapping) else asdict(values)
        given = {one: tables[one] if tables and one in tables else self._beside[one]() for one in query(name).tables}
        chosen = bound.get("customer_id") or bound.get("invoice_id", "").removeprefix("I-")
        if chosen:
            return self._worlds.answer(self._known.get(chosen, Facts()), name, bound, viewer, _of(chosen, given))
        parts = [self._worlds.answer(facts, name, bound, viewer, _of(one, given)) for one, facts in self._known.items()]
        return pa.concat_tables([_of(one, {"part": part})["part"] for one, part in zip(self._known, parts, strict=True)])


def _of(customer: str, tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Of each table that tells customers apart the rows of one of them."""
    return {
        name: table.filter(pc.equal(table["customer_id"], customer)) if "customer_id" in table.column_names else table
        for name, table in tables.items()
    }


class Servers:
    """Two servers over one store, each opened for itself; either may die and be started again."""

    def __init__(self, folder: Path, worlds: Worlds) -> None:
        self._folder = folder
        self._worlds = worlds
        self.stores = [self._open(), self._open()]
        self._newest: Simulated

    def _open(self) -> Store:
        return store_in(self._folder, lambda user_id: next((one for one in PEOPLE.values() if one.user_id == user_id), None))

    def restart(self) -> None:
        """Both servers end and are started again."""
        for store in self.stores:
            store._engine.dispose()
        self.stores = [self._open(), self._open()]

    def bring_in(self, known: Mapping[str, Facts], imported_at: datetime) -> None:
        """The next import is there."""
        self._newest = Simulated(self._worlds, dict(known), imported_at)

    def grounds(self, store: Store) -> Grounds:
        """What an action of one server rests on."""
        def newest() -> Warehouse:
            return self._newest.beside({"holds_decided": lambda: holds.table(holds.recorded(store.matching))})
        return Grounds(newest, lambda _: POLICY, Suspension(approvals_per_day=APPROVALS_PER_DAY))

    @property
    def today(self) -> date:
        """The day that the newest data show."""
        return self._newest.build.as_of_on


class Died(BaseException):
    """The process ends here, as if it had been killed."""


@contextmanager
def dying(moment: str) -> Iterator[None]:
    """Whoever records something in this block dies: `before` the event is written, or `after` its commit, before the anchor's line."""
    def die(*_: object) -> None:
        raise Died

    with patch.object(table, "insert", die) if moment == "before" else patch.object(HeldAnchor, "write", die):
        yield
