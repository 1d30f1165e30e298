"""A partner of any size, written straight into Parquet in the canonical columns.

Every value is a function of its row's number (`hash`), so the same size gives the same rows. A customer has about 200 invoices over
three years; nine in ten are paid, one in ten of those in two parts; one in a hundred is credited, one more void.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

_CUSTOMER = "'C' || lpad(cast(customer_number as text), 7, '0')"
_CURRENCY = "case when customer_number % 20 < 12 then 'EUR' when customer_number % 20 < 17 then 'USD' else 'GBP' end"
# What a payment brings: all at once, or a first 5.00 and the rest twenty days later.
_PART = "case when fate >= 9 then amount_total when part = 0 then cast(5 as decimal(18, 4)) else amount_total - 5 end"

# One invoice and what becomes of it; every file is read off these rows.
_STORY = """
create temp table story as
select
    number,
    'I' || lpad(cast(number as text), 9, '0') as invoice_id,
    number % $customers as customer_number,
    date '2023-07-01' + cast(hash(number, 1) % 1096 as integer) as issued_on,
    cast(10 + hash(number, 2) % 500000 / 100 as decimal(18, 4)) as amount_total,
    hash(number, 3) % 100 as fate,
    cast(hash(number, 4) % 90 as integer) as paid_after_days
from range($invoices) as numbers(number)
"""

_FILES = {
    "customers": f"""
        select
            {_CUSTOMER} as customer_id,
            'Customer ' || customer_number as customer_name,
            {_CURRENCY} as currency,
            'agent' || customer_number % 20 || '@partner.example' as sales_agent,
            cast(30 as integer) as payment_terms_days
        from range($customers) as numbers(customer_number)
    """,
    "customer_invoices": f"""
        select
            invoice_id,
            {_CUSTOMER} as customer_id,
            issued_on,
            {_CURRENCY} as currency,
            amount_total,
            issued_on + 30 as due_on,
            invoice_id as invoice_number,
            case when fate = 99 then 'void' else 'posted' end as invoice_status
        from story
        order by number
    """,
    "payments": f"""
        select
            'P' || substr(invoice_id, 2) || part as payment_id,
            {_CUSTOMER} as customer_id,
            issued_on + paid_after_days + cast(20 * part as integer) as received_on,
            {_CURRENCY} as currency,
            {_PART} as amount_total
        from story, range(2) as parts(part)
        where fate < 90 and (part = 0 or fate < 9)
        order by number
    """,
    "credit_notes": f"""
        select
            'N' || substr(invoice_id, 2) as credit_note_id,
            {_CUSTOMER} as customer_id,
            issued_on + 10 as issued_on,
            {_CURRENCY} as currency,
            cast(5 as decimal(18, 4)) as amount_total,
            'posted' as credit_note_status
        from story
        where fate in (90, 91)
        order by number
    """,
    "allocations": f"""
        select
            'A' || substr(invoice_id, 2) || part as allocation_id,
            issued_on + paid_after_days + cast(20 * part as integer) as applied_on,
            'payment' as source_type,
            invoice_id,
            {_PART} as amount_applied,
            'P' || substr(invoice_id, 2) || part as source_id
        from story, range(2) as parts(part)
        where fate < 90 and (part = 0 or fate < 9)
        union all by name
        select
            'A' || substr(invoice_id, 2) || 'N' as allocation_id,
            issued_on + 10 as applied_on,
            'credit_note' as source_type,
            invoice_id,
            cast(5 as decimal(18, 4)) as amount_applied,
            'N' || substr(invoice_id, 2) as source_id
        from story
        where fate = 90
    """,
    "exchange_rates": """
        select
            date '2023-07-01' + cast(number as integer) as rate_on,
            currency,
            cast(case currency when 'USD' then 0.9 else 1.15 end + number % 10 / 1000 as decimal(24, 10)) as rate_to_company
        from range(1100) as days(number), (values ('USD'), ('GBP')) as currencies(currency)
    """,
}


def write(folder: Path, invoices: int) -> dict[str, Path]:
    """Write the canonical files of a partner with `invoices` customer invoices.

    Returns:
        The Parquet file of each kind. Files that are there already are kept: they would be the same.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = {kind: folder / f"{kind}.parquet" for kind in _FILES}
    if all(path.exists() for path in files.values()):
        return files
    values = {"invoices": invoices, "customers": max(1, invoices // 200)}
    with duckdb.connect() as connection:
        connection.execute(_STORY, values)
        for kind, path in files.items():
            used = {name: value for name, value in values.items() if f"${name}" in _FILES[kind]}
            unfinished = path.with_suffix(".part")
            connection.execute(f"copy ({_FILES[kind]}) to '{unfinished}' (format parquet)", used)
            unfinished.rename(path)
    return files
