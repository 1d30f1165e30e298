"""A notice as one customer would read it: their own figures, in their language, on one day.

What is previewed is what is sent: `Letter.hash` covers every word, the address and the statement beside it, so that a form
which was drawn on other figures is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

import pyarrow as pa
from babel import Locale, UnknownLocaleError

from clearaccounts.access import Viewer
from clearaccounts.collections import notice_rules, notice_templates, notices
from clearaccounts.collections.notice_templates import clean, one_line
from clearaccounts.collections.policy import Policy
from clearaccounts.decisions import canonical
from clearaccounts.exporting import logos, statements
from clearaccounts.exporting.references import spaced, statement_reference
from clearaccounts.exporting.statement_data import Statement, gather, language_of
from clearaccounts.settings import Company, Settings
from clearaccounts.text import ENGLISH, SPANISH, Language
from clearaccounts.warehouse import Warehouse

# Beyond so many invoices a letter refers to the statement for the rest.
MOST_LINES = 100


@dataclass(frozen=True)
class NoticesDueFilter:
    """Notices due at the end of a day; `sent_on` is the day from which one sent now would count (null: the same day)."""

    as_of_on: date
    sent_on: date | None = None
    customer_id: str | None = None
    currency: str | None = None


@dataclass(frozen=True)
class NoticesFilter:
    """Notices on record; a field that is None does not narrow."""

    customer_id: str | None = None
    currency: str | None = None
    notice_type: str | None = None
    notice_status: str | None = None
    row_limit: int | None = None
    row_offset: int = 0


@dataclass(frozen=True)
class NoticeItemsFilter:
    """What one notice to one customer names; `from_days` as in the row of the notice that is due."""

    customer_id: str
    currency: str
    from_days: int
    as_of_on: date


@dataclass(frozen=True)
class Letter:
    """One notice, ready to be read or sent.

    `to_address` is as the customer's record has it, checked only when it is sent. `language` is the one it is written in,
    `asked_language` the customer's. `affected_on` is the day from which access is affected, if the notice names one.
    """

    notice_type: str
    customer_id: str
    customer_name: str
    currency: str
    language: str
    asked_language: str | None
    to_address: str | None
    to_name: str
    subject: str
    body: str
    sent_on: date
    affected_on: date | None
    amount_asked: Decimal
    hold_types: tuple[str, ...]
    statement: Statement | None

    @property
    def is_fallback(self) -> bool:
        """Whether the customer's language is known and the letter is in another."""
        return self.asked_language is not None and _code(self.asked_language) != self.language

    @cached_property
    def hash(self) -> str:
        """SHA-256 (hex) of all that the customer would get; which build it was read from is no part of it."""
        statement = None if self.statement is None else repr(replace(self.statement, build_id=""))
        content = [self.notice_type, self.customer_id, self.currency, self.language, self.to_address, self.to_name, self.subject, self.body,
                   self.sent_on, self.affected_on, list(self.hold_types), statement]
        return hashlib.sha256(canonical(content).encode("utf-8")).hexdigest()

    def attachments(self, company: Company) -> tuple[tuple[str, bytes], ...]:
        """The statement as (file name, PDF), if one goes along."""
        if self.statement is None:
            return ()
        spoken = language_of(self.statement)
        pdf = statements.to_pdf(self.statement, company, logos.logo(company.logo), spoken)
        return ((f"statement-{self.statement.as_of_on.isoformat()}.pdf", pdf),)


def listed(warehouse: Warehouse, chosen: NoticesFilter, matching: notices.Matching, viewer: Viewer) -> pa.Table:
    """One page of the notices on record, the newest first; `row_count` counts all."""
    return warehouse.run("collections/notices", chosen, viewer, {"notices_now": notices.listing(notices.known(matching))})


def due(warehouse: Warehouse, chosen: NoticesDueFilter, policy: Policy | None, viewer: Viewer) -> pa.Table:
    """One row per customer, currency and notice type that is called for and not sent yet.

    Args:
        warehouse: the build to read, with what people decided beside it (`standing`).
        chosen: day, and whom.
        policy: the policy in force, or None: then nothing is called for.
        viewer: whose scope applies.
    """
    return warehouse.run("collections/notices_due", chosen, viewer, {"policy_notices": notice_rules.table(policy)})


def items(warehouse: Warehouse, chosen: NoticeItemsFilter, viewer: Viewer) -> list[dict[str, Any]]:
    """One row per open item that the notice names, with what of it is in dispute."""
    return list(warehouse.run("collections/notice_items", chosen, viewer).to_pylist())


def write(
    warehouse: Warehouse, row: Mapping[str, Any], named: list[dict[str, Any]], settings: Settings, viewer: Viewer, *, as_of_on: date,
    sent_on: date,
) -> Letter:
    """The letter for one row of `due`, whose items are `named`.

    Raises:
        TemplateError: the template cannot be used.
        NotFound, NotPermitted: as for the customer's statement.
        WarehouseError: the customer's items do not come to their balance, so nothing is sent about it.
    """
    template = notice_templates.read(row["notice_type"], _code(row["language"]) or notice_templates.FALLBACK, settings.notices.templates)
    spoken = language_for(template.language, row["country_code"])
    values = _values(row, named, settings.company, spoken, as_of_on, sent_on)
    subject, body = template.fill(values)
    statement = gather(warehouse, row["customer_id"], as_of_on, viewer) if settings.notices.attach_statement else None
    return Letter(
        notice_type=row["notice_type"], customer_id=row["customer_id"], customer_name=row["customer_name"], currency=row["currency"],
        language=template.language, asked_language=row["language"], to_address=row["contact_email"],
        to_name=one_line(row["contact_name"] or row["customer_name"]), subject=subject, body=body, sent_on=sent_on,
        affected_on=row["affected_on"], amount_asked=row["amount_asked"],
        hold_types=tuple(kind for kind in row["hold_types"].split("; ") if kind), statement=statement,
    )


def language_for(code: str, country_code: str | None) -> Language:
    """The language of a letter with the numbers and dates of the customer's country, where that locale exists."""
    usual = {language.code: language for language in (ENGLISH, SPANISH)}.get(code)
    try:
        locale = Locale.parse(f"{code}_{(country_code or '').strip().upper()}" if country_code else code)
    except (UnknownLocaleError, ValueError):
        try:
            locale = Locale.parse(usual.locale if usual else code)
        except (UnknownLocaleError, ValueError):
            return ENGLISH
    if usual and locale.territory is None:
        return usual
    return Language(code, str(locale))


def _values(  # noqa: PLR0917 - one step of `write`
    row: Mapping[str, Any], named: list[dict[str, Any]], company: Company, language: Language, as_of_on: date, sent_on: date,
) -> dict[str, str]:
    currency = row["currency"]
    asked = [(one, one["amount_outstanding"] - one["amount_disputed"]) for one in named]
    disputed = [(one, one["amount_disputed"]) for one in named]
    return {
        "company_name": one_line(company.legal_name or company.name),
        "company_contact": clean(company.contact),
        "payment_details": clean(company.payment_details),
        "payment_reference": spaced(statement_reference(row["customer_id"], as_of_on)),
        "customer_name": one_line(row["customer_name"]),
        "customer_id": one_line(row["customer_id"]),
        "greeting_name": one_line(row["contact_name"] or "") or one_line(row["customer_name"]) or one_line(row["customer_id"]),
        "today": language.day(sent_on),
        "currency": currency,
        "items": _lines([pair for pair in asked if pair[1] > 0], currency, language),
        "disputed_items": _lines([pair for pair in disputed if pair[1] > 0], currency, language),
        "amount_open": language.amount(row["amount_open"], currency),
        "amount_disputed": language.amount(row["amount_disputed"], currency) if row["amount_disputed"] > 0 else "",
        "amount_on_account": language.amount(-row["amount_unapplied"], currency) if row["amount_unapplied"] < 0 else "",
        "amount_asked": language.amount(row["amount_asked"], currency),
        "final_day": language.day(row["affected_on"]),
    }


def _lines(pairs: list[tuple[dict[str, Any], Decimal]], currency: str, language: Language) -> str:
    """Number, due day and amount of each item, in columns; a letter with very many says how many more there are."""
    cells = []
    for item, amount in pairs[:MOST_LINES]:
        number = one_line(item["invoice_number"]) or one_line(item["invoice_id"])
        if item["instalment_number"] is not None:
            number += f" ({item['instalment_number']})"
        cells.append((number, language.day(item["due_on"]), language.amount(amount, currency)))
    if not cells:
        return ""
    widths = [max(len(cell[column]) for cell in cells) for column in range(3)]
    lines = [f"  {number:<{widths[0]}}  {day:<{widths[1]}}  {amount:>{widths[2]}}" for number, day, amount in cells]
    if len(pairs) > MOST_LINES:
        rest = sum((amount for _, amount in pairs[MOST_LINES:]), Decimal(0))
        lines.append(f"  + {language.number(len(pairs) - MOST_LINES)}  {language.amount(rest, currency)}")
    return "\n".join(lines)


def _code(language: str | None) -> str:
    return (language or "").strip().casefold().replace("_", "-").partition("-")[0]
