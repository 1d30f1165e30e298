"""What becomes of an invoice and of a support case, as SQL over the numbers of rows.

Everything is a function of a row's number (`hash`, which belongs to the pinned DuckDB), so that the same size gives the same rows and
any stretch of numbers can be written by itself. What has not happened by `$last_on` is left out, not cut short: a payment that
comes later is not there yet, a case that is answered later has no answer yet.
"""

from __future__ import annotations

from typing import NamedTuple

FIRST_DAY = "date '2023-07-01'"
# 36 months, to the end of June 2026.
DAYS = 1096
CURRENCIES = {"EUR": 100, "USD": 92, "GBP": 117, "CHF": 104}
"""Currency -> what one of it is worth, in hundredths of the company's."""


class Step(NamedTuple):
    """One document that settles a part of an invoice.

    Attributes:
        source_type: payment, credit_note or write_off.
        from_percent, to_percent: the part of the invoice that it settles; backwards when it takes back what was settled.
        after_days: when, counted from the first payment's day.
        surplus_percent: what the document brings beyond that, in hundredths of the invoice; it stays unapplied.
        is_company: paid in the company's currency whatever the invoice's.
    """

    source_type: str
    from_percent: int
    to_percent: int
    after_days: int = 0
    surplus_percent: int = 0
    is_company: bool = False


# Of a thousand invoices so many take this way: about 1.17 payments each by the last day.
STORIES: tuple[tuple[str, int, tuple[Step, ...]], ...] = (
    ("paid", 675, (Step("payment", 0, 100),)),
    ("paid in two", 165, (Step("payment", 0, 40), Step("payment", 40, 100, 20))),
    ("paid in three", 50, (Step("payment", 0, 30), Step("payment", 30, 60, 15), Step("payment", 60, 100, 40))),
    ("paid too much", 10, (Step("payment", 0, 100, 0, 10),)),
    ("credited in part", 20, (Step("credit_note", 0, 15, -5), Step("payment", 15, 100))),
    ("credited", 8, (Step("credit_note", 0, 100),)),
    ("paid, then credited", 4, (Step("payment", 0, 100), Step("credit_note", 100, 100, 15, 20))),
    ("paid in the company's currency", 5, (Step("payment", 0, 100, is_company=True),)),
    ("bounced", 5, (Step("payment", 0, 100), Step("payment", 100, 0, 12), Step("payment", 0, 100, 30))),
    ("paid in part", 15, (Step("payment", 0, 50),)),
    ("paid in part, then written off", 8, (Step("payment", 0, 60), Step("write_off", 60, 100, 180))),
    ("written off", 10, (Step("write_off", 0, 100, 270),)),
    ("never paid", 15, ()),
    ("voided", 5, ()),
    ("void", 2, ()),
    ("draft", 3, ()),
)


def _fates() -> str:
    """Which story each of the thousand fates tells."""
    names = [name for name, share, _ in STORIES for _ in range(share)]
    return ", ".join(f"({fate}, '{_quoted(name)}')" for fate, name in enumerate(names))


def _steps() -> str:
    rows = [(name, part, step) for name, _, steps in STORIES for part, step in enumerate(steps)]
    return ", ".join(
        f"('{_quoted(name)}', {part}, '{step.source_type}', {', '.join(str(value) for value in step[1:])})" for name, part, step in rows
    )


def _quoted(text: str) -> str:
    return text.replace("'", "''")


# Customers have very different sizes: the density falls with the root of their number, and each has one invoice at least.
_CUSTOMER = """
if(
    {number} % 200 = 0 and {number} // 200 < $customers, {number} // 200,
    cast(floor($customers * pow(dice({number}, {seed}, 2147483648) / 2147483648, 2)) as bigint)
)
"""

TABLES = f"""
create temp table fates as from (values {_fates()}) as fates(fate, story);
create temp table steps as
from (values {_steps()})
as steps(story, part, source_type, from_percent, to_percent, after_days, surplus_percent, is_company);
create temp table worths as from (values {", ".join(f"('{c}', {worth})" for c, worth in CURRENCIES.items())}) as worths(currency, worth);
create macro guid(number, what) as
    regexp_replace(md5(what || number), '(.{{8}})(.{{4}})(.{{4}})(.{{4}})(.{{12}})', '\\1-\\2-\\3-\\4-\\5');
create macro document_id(prefix, day, number) as prefix || '-' || year(day) || '-' || lpad(cast(number as text), 10, '0');
create macro dice(number, seed, sides) as cast(hash(number, seed) % sides as integer);
-- Hundredths as an amount; a division would make it a binary number.
create macro amount(hundredths) as cast(hundredths * cast(0.01 as decimal(3, 2)) as decimal(18, 4));
"""

# Each customer pays in its own time: `slowness` from 0 to 4.
CUSTOMERS = """
create temp table partner_customers as
select
    customer_number,
    guid(customer_number, 'customer ') as customer_id,
    case when dice(customer_number, 11, 20) < 10 then 'EUR' when dice(customer_number, 11, 20) < 15 then 'USD'
        when dice(customer_number, 11, 20) < 18 then 'GBP' else 'CHF' end as currency,
    [14, 30, 30, 30, 45, 60][1 + dice(customer_number, 12, 6)] as payment_terms_days,
    dice(customer_number, 13, 5) as slowness
from range($customers) as numbers(customer_number)
"""

# One invoice and what becomes of it, in order of arrival.
INVOICES = f"""
create or replace temp table story as
with

numbered as (
    select
        number,
        {_CUSTOMER.format(number="number", seed=1)} as customer_number,
        {FIRST_DAY} + cast(number * {DAYS} // $invoices as integer) as issued_on,
        dice(number, 2, 2147483648) as amount_dice,
        dice(number, 3, 1000) as fate,
        dice(number, 4, 2147483648) as delay_dice
    from range($low, $high) as numbers(number)
)

select
    number,
    numbered.customer_number,
    issued_on,
    -- One customer in sixteen is billed in a second currency, too.
    if(numbered.customer_number % 16 = 3 and number % 4 = 0, 'USD', partner_customers.currency) as currency,
    if(dice(number, 5, 500) = 0, null, issued_on + payment_terms_days) as due_on,
    cast(
        case
            when amount_dice % 20 < 14 then 1000 + (amount_dice >> 8) % 50000
            when amount_dice % 20 < 19 then 20000 + (amount_dice >> 8) % 500000
            else 100000 + (amount_dice >> 8) % 5000000
        end as bigint
    ) as hundredths,
    fates.story,
    issued_on + cast(
        greatest(1, payment_terms_days - 10 + delay_dice % (12 + 9 * slowness)
        + if((delay_dice >> 8) % 25 = 0, (delay_dice >> 16) % 150, 0)) as integer
    ) as settled_on,
    if(fates.story = 'voided', issued_on + cast(5 + delay_dice % 60 as integer), null) as voided_on
from numbered
inner join partner_customers on partner_customers.customer_number = numbered.customer_number
inner join fates on fates.fate = numbered.fate
order by number
"""

# The documents that settle invoices, in order of arrival: one row for each, with what it settles.
MOVES = """
create or replace temp table moves as
with

dated as (
    select
        story.number,
        steps.part,
        story.customer_number,
        story.issued_on,
        story.currency,
        steps.source_type,
        greatest(story.settled_on + steps.after_days, story.issued_on) as moved_on,
        story.hundredths * steps.to_percent // 100 - story.hundredths * steps.from_percent // 100 as settled_hundredths,
        story.hundredths * steps.surplus_percent // 100 as surplus_hundredths,
        steps.is_company and story.currency <> 'EUR' as is_company
    from story
    inner join steps on steps.story = story.story
)

select
    * exclude (surplus_hundredths),
    -- One document in ten is applied some days after it came in.
    moved_on + if(dice(number, 6, 10) = 0, 1 + dice(number, 7, 9), 0) as applied_on,
    if(is_company, settled_hundredths * worth // 100, settled_hundredths + surplus_hundredths) as document_hundredths,
    if(is_company, 'EUR', currency) as document_currency
from dated
inner join worths using (currency)
where moved_on <= $last_on
order by moved_on, number, part
"""

# Of a hundred cases so many take this way; each has five events, so many minutes after the first answer.
CASES: tuple[tuple[str, int, tuple[tuple[str, int], ...]], ...] = (
    ("answered", 74, (("waiting_on_customer", 300), ("resolved", 4000), ("closed", 8000))),
    ("escalated", 10, (("escalated", 1500), ("resolved", 12000), ("closed", 16000))),
    ("reopened", 15, (("resolved", 3000), ("reopened", 5000), ("closed", 9000))),
    ("never closed", 1, (("waiting_on_customer", 300), ("resumed", 2000), ("escalated", 3000))),
)
_CASE_FATES = ", ".join(
    f"({fate}, '{name}')" for fate, name in enumerate(name for name, share, _ in CASES for _ in range(share))
)
_CASE_STEPS = ", ".join(
    f"('{name}', {part}, '{event_type}', {minutes})"
    for name, _, later in CASES
    for part, (event_type, minutes) in enumerate((("opened", -1), ("replied", 0), *later))
)

# One event of a case, in order of the cases; those after the last day are not known yet.
EVENTS = f"""
create or replace temp table events as
with

numbered as (
    select
        number,
        {_CUSTOMER.format(number="number", seed=21)} as customer_number,
        {FIRST_DAY}::timestamp + to_seconds(number * {DAYS * 86400} // greatest(1, $cases)) as opened_at,
        story,
        5 + dice(number, 23, 600) as reply_minutes,
        80 + dice(number, 24, 200) as pace
    from range($low_case, $high_case) as numbers(number)
    inner join (values {_CASE_FATES}) as fates(fate, story) on fates.fate = dice(number, 22, 100)
)

select
    number,
    customer_number,
    story,
    part,
    event_type,
    if(part = 0, opened_at, opened_at + to_minutes(cast(reply_minutes + minutes * pace // 100 as bigint))) as occurred_at
from numbered
inner join (values {_CASE_STEPS}) as steps(story, part, event_type, minutes) using (story)
where occurred_at < $last_on + 1
order by number, part
"""
