"""The same ageing the way most dashboards are written: everything loaded into pandas once, merged and grouped anew for each day.

It is given every advantage: amounts are whole hundredths (made in Arrow when it loads; decimals would arrive as Python's own), customers
and currencies are categories, and of the contract's rules it keeps only those that this data needs: no instalments, no over-application,
nothing unapplied. The totals are compared with ours to the hundredth.

`python -m benchmarks.frames frames INVOICES SET WORK` prints one JSON object.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks import generate
from benchmarks.figures import AT_LEAST, Figures, Step, run_step, seconds, spread
from benchmarks.measure import MONTH_ENDS, data_folder
from clearaccounts.access import OPERATOR
from clearaccounts.settings import Settings
from clearaccounts.warehouse import open_current

BUCKETS = ("current", "1-30", "31-60", "61-90", "91+")
_INVOICES = ["invoice_id", "customer_id", "currency", "issued_on", "due_on", "amount_total", "invoice_status", "voided_on"]
_ALLOCATIONS = ["invoice_id", "applied_on", "amount_applied"]


@dataclass(frozen=True)
class Frames:
    """What such a dashboard keeps in memory: one row per invoice that was ever sent, one per allocation."""

    invoices: pd.DataFrame
    allocations: pd.DataFrame


def load(files: Mapping[str, list[Path]]) -> Frames:
    """Read the canonical files once, as the dashboard does when it starts."""
    invoices = _frame(files["customer_invoices"], _INVOICES)
    is_sent = (invoices["invoice_status"] == "posted") | invoices["voided_on"].notna()
    invoices = invoices[is_sent].drop(columns="invoice_status")
    for column in ("customer_id", "currency"):
        invoices[column] = invoices[column].astype("category")
    invoices["due_on"] = invoices["due_on"].fillna(invoices["issued_on"])
    return Frames(invoices, _frame(files["allocations"], _ALLOCATIONS))


def _frame(paths: list[Path], columns: list[str]) -> pd.DataFrame:
    table = pa.concat_tables([pq.read_table(path, columns=columns) for path in paths], promote_options="default")
    for number, field in enumerate(table.schema):
        if pa.types.is_decimal(field.type):
            hundredths = pc.cast(pc.multiply(table.column(number), pa.scalar(Decimal(100))), pa.int64())
            table = table.set_column(number, field.name, hundredths)
        elif pa.types.is_date(field.type):
            table = table.set_column(number, field.name, pc.cast(table.column(number), pa.timestamp("s")))
    frame: pd.DataFrame = table.to_pandas()
    return frame


def ageing(frames: Frames, as_of_on: date) -> pd.Series[int]:
    """What each customer owes on a day, by currency and bucket, in hundredths."""
    day = pd.Timestamp(as_of_on)
    invoices = frames.invoices
    counted = invoices[(invoices["issued_on"] <= day) & (invoices["voided_on"].isna() | (invoices["voided_on"] > day))]
    applied = frames.allocations[frames.allocations["applied_on"] <= day]
    paid = applied.groupby("invoice_id")["amount_applied"].sum()
    merged = counted.merge(paid, how="left", left_on="invoice_id", right_index=True)
    merged["amount_outstanding"] = merged["amount_total"] - merged["amount_applied"].fillna(0).astype("int64")
    owed = merged[merged["amount_outstanding"] > 0]
    overdue_days = (day - owed["due_on"]).dt.days
    bucket = pd.cut(overdue_days, [-np.inf, 0, 30, 60, 90, np.inf], labels=list(BUCKETS))
    return owed.groupby(["customer_id", "currency", bucket], observed=True)["amount_outstanding"].sum()


def measure(invoices: int, generated: Path, work: Path) -> Mapping[str, Figures]:
    """Load everything, then ask for some month ends; the totals are ours."""
    kept: list[Frames] = []
    files = generate.write(generated, invoices)
    loading = seconds(lambda: kept.append(load(files)))
    days = MONTH_ENDS[:: len(MONTH_ENDS) // AT_LEAST][:AT_LEAST]
    asking = spread([seconds(partial(ageing, kept[0], day)) for day in days])
    check(kept[0], days[-1], work)
    return {"pandas_load": {"seconds": loading, "times": 1}, "pandas_ageing": asking}


def check(frames: Frames, day: date, work: Path) -> None:
    """Stop if the two ageings differ by a hundredth in any currency: then they are not the same work."""
    theirs = ageing(frames, day).groupby("currency", observed=True).sum().to_dict()
    ours = dict.fromkeys(theirs, Decimal(0))
    for row in open_current(data_folder(work), Settings()).run("receivables/ageing", {"as_of_on": day}, OPERATOR).to_pylist():
        if row["bucket"] != "unapplied":
            ours[row["currency"]] += row["amount_outstanding"]
    if {currency: Decimal(int(amount)) / 100 for currency, amount in theirs.items()} != ours:
        raise SystemExit(f"pandas and we do not agree on {day}: {theirs} and {ours}")


STEPS: dict[str, Step] = {"frames": measure}


if __name__ == "__main__":
    run_step(STEPS)
