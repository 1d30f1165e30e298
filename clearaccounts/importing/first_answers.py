"""The answers that a build brings with it: what the overview asks first, of the last day of the data.

Whoever comes first after a build, or after a start, gets the day's numbers as quickly as everybody after them. The questions are put by the
functions that the page itself calls, and answered by the queries that answer them for any other day; only when is different. An
answer holds for the very same question alone (`clearaccounts.answers`): another scope, another day, another assignment, other rules
of support or another text of the query are asked anew. The eligibility of a suspension is never among them.
"""

from __future__ import annotations

import logging
from pathlib import Path

import pyarrow as pa

from clearaccounts import key_figures, overview, receivables
from clearaccounts.access import OPERATOR
from clearaccounts.errors import ClearAccountsError
from clearaccounts.escalations.usage import AlertsFilter, alerts
from clearaccounts.importing.build import connect
from clearaccounts.settings import Settings
from clearaccounts.support import levels, rules, rules_reader
from clearaccounts.warehouse import Warehouse

_LOG = logging.getLogger(__name__)
# Fewer are asked as quickly as an answer is read.
FROM_INVOICES = 1_000


def keep(path: Path, settings: Settings) -> None:
    """Put the answers into the build at `path`, which nobody else has open yet.

    Args:
        path: a finished warehouse; it gets a table `first_answers`, unless it is too small to need one.
        settings: limits, and the rules of support in use.

    Raises:
        duckdb.Error: the answers could not be written. That they could not be asked is no reason against the build: who needs them will.
    """
    try:
        build_id, answers = _asked(path, settings)
    except ClearAccountsError as problem:
        _LOG.warning("The build brings no answers: %s", problem)
        return
    if not answers:
        return
    with connect(path, settings.limits) as connection:
        connection.execute("create or replace table first_answers (build_id text, question text, answer blob)")
        connection.executemany(
            "insert into first_answers values (?, ?, ?)", [[build_id, question, _bytes(answer)] for question, answer in answers.items()]
        )
        connection.execute("checkpoint")


def _asked(path: Path, settings: Settings) -> tuple[str, dict[str, pa.Table]]:
    """The build's id and the answers; the file is closed again when this returns."""
    warehouse = Warehouse(path, settings)
    try:
        if warehouse.invoice_count() >= FROM_INVOICES:
            ask(rules.beside(warehouse, rules_reader.in_use(settings)))
        return warehouse.build.build_id, warehouse.answers_given()
    finally:
        warehouse.close()


def ask(warehouse: Warehouse) -> None:
    """Ask all that the overview asks of the last day, of all customers in company currency."""
    day = warehouse.build.as_of_on
    overview.failed_check_count(warehouse, OPERATOR)
    overview.checks(warehouse, OPERATOR)
    overview.currencies(warehouse, OPERATOR)
    for as_of_on in (day, overview.month_before(day)):
        overview.summary(warehouse, overview.SummaryFilter(as_of_on), OPERATOR)
        overview.support_summary(warehouse, overview.SupportFilter(as_of_on), OPERATOR)
        key_figures.key_figures(warehouse, receivables.PeriodFilter(*key_figures.period("90_days", as_of_on)), OPERATOR)
    receivables.company_buckets(warehouse, receivables.CompanyFilter(day), OPERATOR)
    receivables.ageing_without_rate(warehouse, receivables.DayFilter(day), OPERATOR)
    receivables.ageing_customers(warehouse, receivables.CustomersFilter(day, row_limit=overview.OLDEST_CUSTOMERS), OPERATOR)
    moment = levels.moment(warehouse, levels.DayFilter(day), OPERATOR)
    levels.breaching(warehouse, levels.BreachingFilter(moment.at, moment.until_at), OPERATOR)
    alerts(warehouse, AlertsFilter(day), OPERATOR)


def _bytes(answer: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, answer.schema) as stream:
        stream.write_table(answer)
    return bytes(sink.getvalue())
