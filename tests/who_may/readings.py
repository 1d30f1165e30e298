"""How everything that the table lets somebody read is read: the call of the service."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from clearaccounts import accounts, documents
from clearaccounts.access import Viewer
from clearaccounts.collections import chronicle, evidence, notice_sending, suspensions
from clearaccounts.exporting import offer_terms, statement_data
from clearaccounts.people import lists
from clearaccounts.settings import Access
from clearaccounts.support import history
from tests.decisions.debtors import NOW, POLICY
from tests.who_may.partner import CASES, GONE, INVOICES, NOTICE_POLICY, Partner, Thing
from tests.worlds import LAST_DAY

Reading = Callable[[Partner, Thing, Viewer], Any]


def _letter(partner: Partner, thing: Thing, viewer: Viewer) -> Any:
    partner.policy = NOTICE_POLICY
    return notice_sending.letter_of(partner.grounds, partner.settings, partner.store.matching, viewer, customer_id=thing.customer_id,
                                    currency="EUR", notice_type="final_notice", now=NOW)


READINGS: dict[str, Reading] = {
    "accounts.account": lambda p, t, v: accounts.account(p.newest, t.customer_id, v),
    "collections.chronicle.timeline":
        lambda p, t, v: chronicle.timeline(p.newest, p.store, accounts.TimelineFilter(t.customer_id, LAST_DAY), v),
    "documents.customer_invoice":
        lambda p, t, v: documents.customer_invoice(p.newest, documents.InvoiceFilter(INVOICES[t.account], LAST_DAY), v),
    "support.history.case":
        lambda p, t, v: history.case(p.newest, history.CaseFilter(CASES[t.account], datetime(2026, 6, 30)), v),
    "exporting.statement_data.gather": lambda p, t, v: statement_data.gather(p.newest, t.customer_id, LAST_DAY, v),
    "exporting.offer_terms.gather": lambda p, t, v: offer_terms.gather(p.newest, t.customer_id, LAST_DAY, v),
    "collections.evidence.gather":
        lambda p, t, v: evidence.gather(p.newest, v, t.customer_id, "EUR", as_of_on=LAST_DAY, policy=POLICY),
    "collections.suspensions.history": lambda p, t, v: suspensions.history(p.store, p.newest, v, t.customer_id),
    "collections.notice_sending.history": lambda p, t, v: notice_sending.history(p.store, p.newest, v, t.customer_id),
    "collections.notice_sending.letter_of": _letter,
    "people.lists.people": lambda p, t, v: lists.people(p.store, Access(), p.newest, v, NOW),
    "people.lists.books": lambda p, t, v: lists.books(p.store, Access(), p.newest, v),
    "people.lists.history": lambda p, t, v: lists.history(p.store, v, GONE.user_id),
    "decisions.opened.Opened.events": lambda p, t, v: p.store.events(v).events,
    "decisions.opened.Opened.actors": lambda p, t, v: p.store.actors(v),
}
