"""Ageing by customer, sales agent, segment, country, currency or product, with the control total of each group.

A group is one value of the dimension in one currency; currencies are never added together. In company currency a group is one
value, at booked rates, with the revaluation to the day's rates apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from clearaccounts.access import Viewer
from clearaccounts.receivables import STANDARD_EDGES, bucket_names
from clearaccounts.text import N_
from clearaccounts.warehouse import Warehouse

DIMENSIONS = {
    "customer": N_("Customer"), "sales_agent": N_("Sales agent"), "segment": N_("Segment"), "country": N_("Country"),
    "currency": N_("Currency"), "product": N_("Product"),
}
_AMOUNT = pa.decimal128(38, 4)


@dataclass(frozen=True)
class ByFilter:
    """One page of groups: the day, the bucket edges (days overdue), the basis, by what, one currency or all."""

    as_of_on: date
    dimension: str
    bucket_edges: tuple[int, ...] = STANDARD_EDGES
    basis: str = "due_date"
    currency: str | None = None
    row_limit: int | None = None
    row_offset: int = 0


@dataclass(frozen=True)
class ByCompanyFilter:
    """One page of groups in company currency."""

    as_of_on: date
    dimension: str
    bucket_edges: tuple[int, ...] = STANDARD_EDGES
    basis: str = "due_date"
    row_limit: int | None = None
    row_offset: int = 0


@dataclass(frozen=True)
class ControlByFilter:
    """One page of control totals by group."""

    as_of_on: date
    dimension: str
    currency: str | None = None
    row_limit: int | None = None
    row_offset: int = 0


def ageing_by(warehouse: Warehouse, chosen: ByFilter, viewer: Viewer) -> pa.Table:
    """One row per group and bucket that is not empty; amounts in the group's currency."""
    return warehouse.run("receivables/ageing_by", chosen, viewer)


def ageing_by_company(warehouse: Warehouse, chosen: ByCompanyFilter, viewer: Viewer) -> pa.Table:
    """One row per group and bucket that is not empty, in company currency, revaluation in a bucket of its own."""
    return warehouse.run("receivables/ageing_by_company", chosen, viewer)


def control_totals_by(warehouse: Warehouse, chosen: ControlByFilter, viewer: Viewer) -> pa.Table:
    """One row per group: what is open and unapplied of it, what the documents say, and the difference."""
    return warehouse.run("receivables/control_totals_by", chosen, viewer)


def groups(warehouse: Warehouse, chosen: ByFilter, viewer: Viewer) -> pa.Table:
    """One row per group, those with the most overdue first, the buckets beside each other.

    Columns `dimension_value, dimension_name, currency`, one column per aged bucket named as the bucket, `amount_overdue,
    amount_unapplied, amount_net, amount_control, amount_difference, item_count, customer_count, row_count, wrong_count`. The last two
    count all groups, and those of them that differ from their control total.
    """
    control = ControlByFilter(chosen.as_of_on, chosen.dimension, chosen.currency, chosen.row_limit, chosen.row_offset)
    rows = control_totals_by(warehouse, control, viewer)
    cells = ageing_by(warehouse, chosen, viewer).to_pylist()
    return _side_by_side(rows, cells, bucket_names(chosen.bucket_edges), ("dimension_value", "currency"))


def company_groups(warehouse: Warehouse, chosen: ByCompanyFilter, viewer: Viewer) -> pa.Table:
    """The same in company currency: one row per value of the dimension, with a column `revaluation`.

    Columns as of `groups` without those of the control total, which is held in each document's currency. `amount_net` is the buckets,
    what is unapplied and the revaluation together: what is open at the last rates of the day.
    """
    cells = ageing_by_company(warehouse, chosen, viewer)
    keys = ["dimension_value", "dimension_name", "currency", "amount_overdue", "amount_unapplied", "amount_net", "open_item_count",
            "customer_count", "row_count"]
    every = cells.select(keys).to_pylist()
    rows = pa.Table.from_pylist(list({row["dimension_value"]: row for row in every}.values()), schema=cells.select(keys).schema)
    rows = rows.rename_columns([name.removeprefix("open_") for name in rows.column_names])
    return _side_by_side(rows, cells.to_pylist(), [*bucket_names(chosen.bucket_edges), "revaluation"], ("dimension_value", "currency"))


def _side_by_side(rows: pa.Table, cells: list[dict[str, Any]], buckets: list[str], key: tuple[str, ...]) -> pa.Table:
    """`rows` with a column for each bucket, from the cells of the same key; a bucket with nothing in it is 0."""
    found = {(*(cell[name] for name in key), cell["bucket"]): cell["amount_outstanding"] for cell in cells}
    own = rows.select(list(key)).to_pylist()
    for bucket in buckets:
        amounts = [found.get((*(row[name] for name in key), bucket), Decimal(0)) for row in own]
        rows = rows.append_column(bucket, pa.array(amounts, _AMOUNT))
    return rows
