"""Whether an import would make open invoices vanish that nobody has settled.

Compared are the numbers from before and those that the import would bring, both on the day that would be shown. Gone is
an invoice that was open and no longer counts (withdrawn, closed by a report, made a draft or void), or the part by which
it has become smaller. What payments, credit notes, write-offs and their allocations settle is no loss.
"""

from __future__ import annotations

from contextlib import closing
from decimal import Decimal
from pathlib import Path

from clearaccounts.errors import BuildError
from clearaccounts.importing.questions import SHRINK, Question, Shrinkage
from clearaccounts.importing.staging import Stage
from clearaccounts.importing.swap import Prepared, code_fingerprint, is_current, prepare, read_pointer
from clearaccounts.settings import Settings
from clearaccounts.warehouse import current_path, open_read_only

# More than this share of the open invoices, or of what is open in a currency, waits for a person.
SHARE = Decimal("0.10")
# With fewer open invoices than this a single one is more than that share, and the question would be a habit.
FEWEST = 10

_OPEN = """
    select invoices.invoice_id, invoices.currency, invoices.amount_total, sum(open_items.amount_outstanding) as amount_outstanding
    from open_items inner join invoices using (invoice_id)
    where open_items.open_from_on <= $day and (open_items.open_until_on is null or open_items.open_until_on > $day)
    group by all
"""
_LOSSES = """
    with compared as (
        select
            held.currency,
            held.amount_outstanding,
            fresh.invoice_id is null or fresh.amount_total = 0 as is_gone,
            case
                when fresh.invoice_id is null or fresh.currency <> held.currency then held.amount_outstanding
                else least(held.amount_outstanding, greatest(0, held.amount_total - fresh.amount_total))
            end as amount_gone
        from held
        left join (
            select invoice_id, currency, amount_total from invoices
            where is_counted and issued_on <= $day and (counts_until_on is null or counts_until_on > $day)
                and (closed_on is null or closed_on > $day)
        ) as fresh using (invoice_id)
    )
    select currency, count(*), count(*) filter (where is_gone), sum(amount_outstanding), sum(amount_gone)
    from compared group by currency order by currency
"""


def question(stage: Stage, prepared: Prepared) -> Question | None:
    """What has to be asked before `prepared` becomes current; None if no more vanishes than is usual.

    Raises:
        Cancelled: somebody wants the import to stop.
    """
    before = _before(stage) if stage.earlier else None
    if before is None:
        return None
    losses = _losses(before, prepared, stage.settings)
    count_before, count_gone = sum(one.count_before for one in losses), sum(one.count_gone for one in losses)
    if count_before < FEWEST:
        return None
    shrunk = tuple(one for one in losses if one.amount_gone > SHARE * one.amount_before)
    if not shrunk and count_gone <= SHARE * count_before:
        return None
    told = shrunk or tuple(one for one in losses if one.count_gone)
    values = {"count_before": count_before, "count_gone": count_gone, "amounts": ", ".join(map(str, told))}
    return Question("shrink", SHRINK, values, {"customer_invoices": count_gone}, told)


def _before(stage: Stage) -> Path | None:
    """A warehouse of what counted before: the current one, or one built in scratch; if neither is to be had, the one shown."""
    if is_current(stage.folder, stage.earlier_sequence, stage.settings):
        return current_path(stage.folder)
    try:
        return prepare(stage, known=stage.earlier).path
    except BuildError:
        shown = read_pointer(stage.folder)
        path = stage.folder.warehouse / str(shown.get("file"))
        return path if shown.get("steps") == code_fingerprint() and path.exists() else None


def _losses(before: Path, prepared: Prepared, settings: Settings) -> tuple[Shrinkage, ...]:
    day = {"day": prepared.build.as_of_on}
    with closing(open_read_only(before, settings)) as connection:
        held = connection.sql(_OPEN, params=day).to_arrow_table()
    # Nobody else has opened this file yet, and it is closed again before it moves.
    with closing(open_read_only(prepared.path, settings)) as connection:
        connection.register("held", held)
        return tuple(Shrinkage(*row) for row in connection.execute(_LOSSES, day).fetchall())
