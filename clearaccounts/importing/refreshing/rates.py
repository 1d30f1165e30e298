"""Which documents are booked at a rate that is another one now."""

from __future__ import annotations

from clearaccounts.importing.refreshing.database import Database


def find_booked(database: Database) -> None:
    """Put into `front` the documents dated in a span of days for which the last known rate of their currency is another than before.

    A span runs from one day with a rate, in either state, to the next. Documents with a rate of their own are among them: it does no harm.
    """
    database.run("""
        create table changed.spans as
            with days as (
                select currency, rate_on from whole.exchange_rates
                union
                select currency, rate_on from warehouse.main.exchange_rates
            ),
            spans as (
                select currency, rate_on as from_on, lead(rate_on) over (partition by currency order by rate_on) as until_on from days
            )
            select spans.*
            from spans
            left join whole.exchange_rates as fresh
                on fresh.currency = spans.currency and fresh.rate_on <= spans.from_on
                and (fresh.rate_until_on is null or fresh.rate_until_on > spans.from_on)
            left join warehouse.main.exchange_rates as former
                on former.currency = spans.currency and former.rate_on <= spans.from_on
                and (former.rate_until_on is null or former.rate_until_on > spans.from_on)
            where fresh.rate_to_company is distinct from former.rate_to_company;
        insert into front.customer_invoices
            select invoice_id from warehouse.main.invoices as documents
            where exists (from changed.spans as spans
                where spans.currency = documents.currency and documents.issued_on >= spans.from_on
                and (spans.until_on is null or documents.issued_on < spans.until_on));
        insert into front.sources
            select source_type, source_id from warehouse.main.sources as documents
            where exists (from changed.spans as spans
                where spans.currency = documents.currency and documents.counts_from_on >= spans.from_on
                and (spans.until_on is null or documents.counts_from_on < spans.until_on))
    """)
