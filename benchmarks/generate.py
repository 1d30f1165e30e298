"""A partner of any size, written straight into Parquet in the canonical columns, in order of arrival.

The same size gives the same rows (`benchmarks.story`). A customer has about 200 invoices over 36 months, the largest many times that;
an invoice has 1.17 payments, a case for every ten invoices has five events. Large partners are written in pieces, so that memory
does not grow with the size.

`python -m benchmarks.generate INVOICES FOLDER` writes one, `... INVOICES FOLDER day` what arrives on the day after.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import duckdb

from benchmarks import story

LAST_DAY = date(2026, 6, 30)
FIRST_DAY = LAST_DAY - timedelta(days=story.DAYS - 1)
PIECE = 2_500_000
_LIMITS: dict[str, str | bool | int | float | list[str]] = {"memory_limit": "3GB", "threads": "2"}

_BY_CUSTOMER = "inner join partner_customers as customers on customers.customer_number ="
_ARRIVED = "between $first_on and $last_on"

# What is written for each stretch of invoices, or of cases.
_PIECES = {
    "customer_invoices": f"""
        select
            document_id('INV', issued_on, number) as invoice_id,
            customer_id,
            issued_on,
            story.currency,
            amount(hundredths) as amount_total,
            due_on,
            year(issued_on) || '/' || lpad(cast(number as text), 10, '0') as invoice_number,
            case when story = 'draft' then 'draft' when story = 'void' or voided_on <= $last_on then 'void' else 'posted' end
                as invoice_status,
            if(voided_on <= $last_on, voided_on, null) as voided_on,
            'Microsoft cloud services, ' || strftime(issued_on, '%Y-%m') as description
        from story
        {_BY_CUSTOMER} story.customer_number
        where issued_on {_ARRIVED} or (voided_on {_ARRIVED} and issued_on <= $last_on)
    """,
    "instalments": f"""
        select
            document_id('INV', issued_on, number) as invoice_id,
            cast(part as integer) as instalment_number,
            issued_on + cast(30 * part as integer) as due_on,
            amount(hundredths * part // 3 - hundredths * (part - 1) // 3) as amount_total
        from story, range(1, 4) as parts(part)
        where dice(number, 8, 100) = 0 and issued_on {_ARRIVED}
    """,
    "payments": f"""
        select
            document_id('PAY', moved_on, number) || '-' || part as payment_id,
            customer_id,
            moved_on as received_on,
            document_currency as currency,
            amount(document_hundredths) as amount_total,
            ['bank_transfer', 'bank_transfer', 'direct_debit', 'card'][1 + moves.customer_number % 4] as payment_method,
            'Your invoice ' || lpad(cast(number as text), 10, '0') as reference
        from moves
        {_BY_CUSTOMER} moves.customer_number
        where source_type = 'payment' and moved_on {_ARRIVED}
        union all
        -- Money on account, which settles nothing yet.
        select document_id('PAY', issued_on, number) || '-A', customer_id, issued_on, story.currency, amount(hundredths), 'card', null
        from story
        {_BY_CUSTOMER} story.customer_number
        where dice(number, 9, 400) = 0 and issued_on {_ARRIVED}
    """,
    "credit_notes": f"""
        select
            document_id('CRN', moved_on, number) || '-' || part as credit_note_id,
            customer_id,
            moved_on as issued_on,
            document_currency as currency,
            amount(document_hundredths) as amount_total,
            'posted' as credit_note_status,
            'Seats taken back' as reason
        from moves
        {_BY_CUSTOMER} moves.customer_number
        where source_type = 'credit_note' and moved_on {_ARRIVED}
    """,
    "allocations": f"""
        select
            document_id('ALC', moved_on, number) || '-' || part as allocation_id,
            applied_on,
            source_type,
            document_id('INV', issued_on, number) as invoice_id,
            amount(settled_hundredths) as amount_applied,
            case source_type
                when 'payment' then document_id('PAY', moved_on, number) || '-' || part
                when 'credit_note' then document_id('CRN', moved_on, number) || '-' || part
            end as source_id,
            if(is_company, amount(document_hundredths), null) as amount_from_source
        from moves
        where settled_hundredths <> 0 and applied_on {_ARRIVED}
    """,
    "notices": f"""
        select
            document_id('NOT', issued_on, number) || '-' || part as notice_id,
            customer_id,
            notice_type,
            story.issued_on + cast(30 + after_days as integer) as sent_on,
            story.currency,
            'email' as channel
        from story, (values (1, 'reminder', 10), (2, 'overdue', 25), (3, 'final_notice', 40)) as letters(part, notice_type, after_days)
        {_BY_CUSTOMER} story.customer_number
        where story in ('never paid', 'written off', 'paid in part') and sent_on {_ARRIVED}
    """,
    "holds": f"""
        select
            document_id('HLD', issued_on, number) as hold_id,
            customer_id,
            if(dice(number, 31, 2) = 0, 'dispute', 'promise_to_pay') as hold_type,
            issued_on + 35 as starts_on,
            issued_on + 60 as ends_on,
            document_id('INV', issued_on, number) as invoice_id,
            story.currency,
            'Quantity in question' as reason,
            'accounting@partner.example' as owner
        from story
        {_BY_CUSTOMER} story.customer_number
        where dice(number, 30, 2000) = 0 and starts_on {_ARRIVED}
    """,
    "support_cases": """
        with known as (
            select
                number,
                any_value(customer_number) as customer_number,
                any_value(story) as story,
                arg_max(event_type, part) as last_event,
                min(occurred_at) as opened_at,
                min(occurred_at) filter (where event_type = 'replied') as first_replied_at,
                max(occurred_at) filter (where event_type = 'resolved') as resolved_at,
                max(occurred_at) filter (where event_type = 'closed') as closed_at,
                cast(count(*) filter (where event_type = 'reopened') as integer) as reopened_count,
                max(occurred_at) as changed_at
            from events
            group by number
        )

        select
            document_id('CAS', opened_at, number) as case_id,
            customer_id,
            ['Licences', 'Sign-in', 'Mail', 'Invoices', 'Devices', 'Teams'][1 + dice(number, 25, 6)] as case_category,
            case when last_event in ('replied', 'resumed', 'reopened') then 'open' when last_event = 'opened' then 'new' else last_event end
                as case_status,
            opened_at,
            ['technical', 'technical', 'subscription_management', 'billing'][1 + dice(number, 26, 4)] as support_type,
            'Case about ' || ['licences', 'sign-in', 'mail', 'an invoice'][1 + dice(number, 25, 4)] as title,
            ['Microsoft 365', 'Azure', 'Dynamics 365'][1 + dice(number, 27, 3)] as product_name,
            ['A', 'B', 'B', 'C', 'C', 'C'][1 + dice(number, 28, 6)] as severity,
            first_replied_at,
            if(last_event = 'reopened', null, resolved_at) as resolved_at,
            closed_at,
            'agent' || dice(number, 29, 30) || '@partner.example' as assignee,
            ['email', 'phone', 'portal'][1 + dice(number, 32, 3)] as channel,
            reopened_count
        from known
        inner join partner_customers as customers on customers.customer_number = known.customer_number
        where changed_at >= $first_on
        order by number
    """,
    "case_events": """
        select
            document_id('CAS', min(occurred_at) over (partition by number), number) as case_id,
            occurred_at,
            event_type,
            if(part = 0, 'customer', 'agent' || dice(number, 29, 30) || '@partner.example') as actor
        from events
        qualify occurred_at >= $first_on
        order by number, part
    """,
    "service_requests": """
        with escalated as (
            select
                number,
                any_value(customer_number) as customer_number,
                min(occurred_at) as opened_at,
                min(occurred_at) filter (where event_type = 'escalated') as escalated_at,
                max(occurred_at) filter (where event_type = 'closed') as closed_at
            from events
            where story = 'escalated'
            group by number
        )

        select
            document_id('SRQ', escalated_at, number) as service_request_id,
            ['commercial', 'psfp', 'asfp', 'cloud'][1 + dice(number, 33, 4)] as support_vehicle,
            escalated_at as opened_at,
            document_id('CAS', escalated.opened_at, number) as case_id,
            customer_id,
            ['A', 'B', 'C'][1 + dice(number, 34, 3)] as severity,
            closed_at,
            if(closed_at is null, 'open', 'closed') as service_request_status,
            amount(25 * (1 + dice(number, 35, 20))) as hours_used,
            'Escalated case' as title
        from escalated
        inner join partner_customers as customers on customers.customer_number = escalated.customer_number
        where escalated_at is not null and greatest(escalated_at, closed_at) >= $first_on
        order by number
    """,
}

# What is written once: who the partner works for and with.
_WHOLE = {
    "customers": """
        select
            customer_id,
            ['Alder', 'Birch', 'Cedar', 'Elm', 'Fir', 'Hazel', 'Juniper', 'Larch', 'Maple', 'Oak'][1 + dice(customer_number, 14, 10)]
                || ['Works', 'Logistics', 'Dental', 'Foods', 'Partners', 'Media', 'Tools'][1 + dice(customer_number, 15, 7)]
                || ' ' || lpad(cast(customer_number as text), 7, '0') as customer_name,
            currency,
            'customer' || customer_number || '.example' as domain_name,
            ['DE', 'ES', 'FR', 'US', 'GB', 'CH'][1 + dice(customer_number, 16, 6)] as country_code,
            ['small', 'small', 'middle', 'large'][1 + dice(customer_number, 17, 4)] as segment,
            'agent' || dice(customer_number, 18, 40) || '@partner.example' as sales_agent,
            payment_terms_days,
            if(dice(customer_number, 19, 3) = 0, amount(100000 * (1 + dice(customer_number, 20, 500))), null) as credit_limit_amount,
            guid(customer_number, 'tenant ') as microsoft_tenant_id,
            date '2020-01-01' + dice(customer_number, 36, 1200) as created_on
        from partner_customers
        order by customer_number
    """,
    "subscriptions": """
        select
            guid(customer_number * 2 + part, 'subscription ') as subscription_id,
            customer_id,
            ['Microsoft 365 Business Premium', 'Microsoft 365 E3', 'Azure plan', 'Dynamics 365 Sales'][1 + (customer_number + part) % 4]
                as product_name,
            cast(1 + dice(customer_number, 37 + part, 250) as integer) as quantity,
            if(dice(customer_number, 39 + part, 20) = 0, 'suspended', 'active') as subscription_status,
            if((customer_number + part) % 4 = 2, 'azure_plan', 'new_commerce') as commerce_model,
            amount(500 + dice(customer_number, 41 + part, 4000)) as amount_unit_price,
            currency,
            'monthly' as billing_cycle,
            'P1Y' as term_duration,
            true as is_auto_renew,
            date '2025-07-01' + dice(customer_number, 43 + part, 360) as started_on,
            date '2026-07-01' + dice(customer_number, 43 + part, 360) as commitment_ends_on
        from partner_customers, range(2) as parts(part)
        order by customer_number, part
    """,
    "support_offers": """
        select
            customer_id,
            ['Basic', 'Plus', 'Premium'][1 + dice(customer_number, 45, 3)] as offer_name,
            'own' as delivery_model,
            'Monday to Friday, 9 to 17' as service_hours,
            'portal, phone' as contact_method,
            amount(5000 * (1 + dice(customer_number, 45, 3))) as amount_price,
            currency,
            cast(60 as integer) as response_minutes_a,
            cast(240 as integer) as response_minutes_b,
            cast(480 as integer) as response_minutes_c
        from partner_customers
        order by customer_number
    """,
    "reconciliation_lines": """
        select
            'REC-' || customer_number as line_id,
            guid(customer_number, 'tenant ') as microsoft_tenant_id,
            'Microsoft 365 Business Premium' as product_name,
            'cycleFee' as charge_type,
            cast(amount(400 + dice(customer_number, 46, 3000)) as decimal(38, 18)) as amount_subtotal,
            cast(amount(400 + dice(customer_number, 46, 3000)) as decimal(38, 18)) as amount_total,
            'EUR' as currency
        from partner_customers
        order by customer_number
    """,
    "support_plans": """
        select
            'PLAN-' || support_vehicle || '-' || year as support_plan_id,
            support_vehicle,
            make_date(year, 7, 1) as starts_on,
            make_date(year + 1, 6, 30) as ends_on,
            if(support_vehicle = 'asfp', 'hours', 'incidents') as entitlement_unit,
            cast($cases // 100 + 10 as decimal(18, 4)) as entitlement_quantity,
            amount(2500000) as amount_fee,
            'EUR' as currency
        from range(2023, 2027) as years(year), (values ('psfp'), ('asfp'), ('cloud')) as vehicles(support_vehicle)
        order by year, support_vehicle
    """,
    "supplier_invoices": f"""
        select
            'G' || lpad(cast(month as text), 9, '0') as supplier_invoice_id,
            cast({story.FIRST_DAY} + to_months(cast(month as integer)) + to_days(7) as date) as issued_on,
            'EUR' as currency,
            amount(cast($customers as bigint) * 90000) as amount_total,
            cast({story.FIRST_DAY} + to_months(cast(month as integer)) + to_days(67) as date) as due_on,
            amount(if(month < 34, cast($customers as bigint) * 90000, 0)) as amount_paid
        from range(36) as months(month)
    """,
    "exchange_rates": f"""
        select
            cast(day as date) as rate_on,
            currency,
            cast(cast(worth as decimal(24, 10)) * cast(0.01 as decimal(3, 2)) + (dayofyear(day) % 10) * cast(0.001 as decimal(4, 3))
                as decimal(24, 10)) as rate_to_company
        from range({story.FIRST_DAY} - 30, $last_on + 1, interval 1 day) as days(day), worths
        where currency <> 'EUR' and day >= $first_on
        order by day, currency
    """,
    "reference_rates": """
        select make_date(year, 1, 2) as rate_on, 'EUR' as base_currency, currency, cast(1.1 as decimal(24, 10)) as units_per_base
        from range(2023, 2027) as years(year), (values ('SEK'), ('NOK')) as others(currency)
        order by year, currency
    """,
}
# What is worked out for each stretch before anything of it is written.
_MADE = (story.INVOICES, story.MOVES, story.EVENTS)


def write(folder: Path, invoices: int) -> dict[str, list[Path]]:
    """Write the canonical files of a partner with `invoices` customer invoices, as of the end of `LAST_DAY`.

    Returns:
        The Parquet files of each kind, in order. A set that is there already is kept: it would be the same.
    """
    return _write(folder, invoices, FIRST_DAY - timedelta(days=365), LAST_DAY, tuple(_WHOLE))


def write_day(folder: Path, invoices: int) -> dict[str, list[Path]]:
    """Write what arrives at that partner on the day after `LAST_DAY`: new documents, and new versions of those that changed.

    Returns:
        The Parquet files of each kind; kinds of which nothing arrives are left out.
    """
    day = LAST_DAY + timedelta(days=1)
    files = _write(folder, invoices, day, day, ("exchange_rates",))
    with duckdb.connect() as connection:
        return {kind: [path for path in paths if _rows(connection, [path])] for kind, paths in files.items() if _rows(connection, paths)}


def _write(folder: Path, invoices: int, first_on: date, last_on: date, whole: tuple[str, ...]) -> dict[str, list[Path]]:
    folder.mkdir(parents=True, exist_ok=True)
    marker = folder / "generated.json"
    sql = "".join((story.TABLES, story.CUSTOMERS, *_MADE, *_PIECES.values(), *_WHOLE.values()))
    about = {"invoices": invoices, "last_on": str(last_on), "sql": hashlib.sha256(sql.encode()).hexdigest()}
    # The day after holds one more day of invoices and cases.
    end = invoices if last_on == LAST_DAY else invoices + -(-invoices // story.DAYS)
    bounds = [(low, min(low + PIECE, end)) for low in range(0, end, PIECE)]
    files = {kind: [folder / f"{kind}-{piece:03d}.parquet" for piece in range(len(bounds))] for kind in _PIECES}
    files |= {kind: [folder / f"{kind}.parquet"] for kind in whole}
    if marker.exists() and json.loads(marker.read_text(encoding="utf-8")) == about:
        return files
    marker.unlink(missing_ok=True)
    for left in folder.glob("*.parquet"):
        left.unlink()
    values = {"invoices": invoices, "customers": max(1, invoices // 200), "cases": invoices // 10, "first_on": first_on, "last_on": last_on}
    with duckdb.connect(config=_LIMITS) as connection:
        connection.execute(story.TABLES)
        _run(connection, story.CUSTOMERS, values)
        for kind in whole:
            _copy(connection, _WHOLE[kind], values, files[kind][0])
        for piece, (low, high) in enumerate(bounds):
            stretch = values | {"low": low, "high": high, "low_case": low // 10, "high_case": high // 10}
            for made in _MADE:
                _run(connection, made, stretch)
            for kind, sql in _PIECES.items():
                _copy(connection, sql, stretch, files[kind][piece])
    marker.write_text(json.dumps(about), encoding="utf-8")
    return files


def _run(connection: duckdb.DuckDBPyConnection, sql: str, values: dict[str, object]) -> None:
    connection.execute(sql, {name: values[name] for name in set(re.findall(r"\$(\w+)", sql))})


def _copy(connection: duckdb.DuckDBPyConnection, sql: str, values: dict[str, object], path: Path) -> None:
    _run(connection, f"copy ({sql}) to '{path}' (format parquet)", values)


def _rows(connection: duckdb.DuckDBPyConnection, paths: list[Path]) -> int:
    names = [str(path) for path in paths]
    return int(connection.execute("select count(*) from read_parquet($files)", {"files": names}).fetchall()[0][0])


def main() -> None:
    """Write the set that the command line names, and say what is in it."""
    invoices, folder = int(sys.argv[1]), Path(sys.argv[2])
    start = time.perf_counter()
    files = write_day(folder, invoices) if "day" in sys.argv[3:] else write(folder, invoices)
    print(f"{time.perf_counter() - start:.1f} s")
    with duckdb.connect() as connection:
        for kind, paths in files.items():
            size = sum(path.stat().st_size for path in paths)
            print(f"{kind:<22} {_rows(connection, paths):>12,} rows {size / 2**20:>10,.1f} MiB {len(paths):>4} files")


if __name__ == "__main__":
    main()
