"""What our columns and kinds are called where a person maps a file of their own to them."""

from __future__ import annotations

from clearaccounts.importing.mapping import PAID_INVOICES
from clearaccounts.text import N_, Language
from clearaccounts.ui import labels

_SHAPES = {
    "customer_invoices": N_("a customer invoice"), PAID_INVOICES: N_("a customer invoice with what has been paid of it"),
    "payments": N_("a payment"), "credit_notes": N_("a credit note"), "allocations": N_("an allocation of a payment or credit note"),
    "customers": N_("a customer"), "subscriptions": N_("a subscription"), "support_cases": N_("a support case"),
    "exchange_rates": N_("an exchange rate"), "case_events": N_("an event of a support case"), "holds": N_("a hold"),
    "instalments": N_("an instalment of an invoice"), "notices": N_("a notice that was sent"),
    "service_requests": N_("a request to Microsoft"), "support_offers": N_("a support offer"), "support_plans": N_("a support plan"),
    "supplier_invoices": N_("a supplier invoice"),
}
_COLUMNS = {
    "invoice_id": N_("Invoice id"), "customer_id": N_("Customer id"), "customer_name": N_("Customer name"), "issued_on": N_("Issued on"),
    "currency": N_("Currency"), "amount_total": N_("Total amount"), "due_on": N_("Due on"), "invoice_number": N_("Invoice number"),
    "exchange_rate": N_("Exchange rate"), "invoice_status": N_("Invoice status"), "voided_on": N_("Voided on"),
    "amount_outstanding_stated": N_("Still owed"), "stated_on": N_("Settled on"), "amount_unapplied_stated": N_("Not applied yet"),
    "description": N_("Description"), "amount_paid": N_("Amount paid"), "paid_on": N_("Paid on"), "credit_note_id": N_("Credit note id"),
    "credit_note_status": N_("Credit note status"), "reason": N_("Reason"), "payment_id": N_("Payment id"),
    "received_on": N_("Received on"),
    "payment_method": N_("Payment method"), "reference": N_("Reference"), "allocation_id": N_("Allocation id"),
    "applied_on": N_("Applied on"),
    "source_type": N_("Applied from"), "amount_applied": N_("Amount applied"), "source_id": N_("Payment or credit note id"),
    "instalment_number": N_("Instalment number"), "amount_from_source": N_("Amount in the payment's currency"),
    "domain_name": N_("Domain"), "country_code": N_("Country code"), "segment": N_("Segment"), "sales_agent": N_("Sales agent"),
    "payment_terms_days": N_("Payment terms, days"), "credit_limit_amount": N_("Credit limit"),
    "microsoft_tenant_id": N_("Microsoft tenant id"), "time_zone": N_("Time zone"), "language": N_("Language"),
    "contact_name": N_("Contact"), "contact_email": N_("Contact's e-mail"), "created_on": N_("Customer since"),
    "subscription_id": N_("Subscription id"), "product_name": N_("Product"), "quantity": N_("Quantity"),
    "subscription_status": N_("Subscription status"), "commerce_model": N_("Commerce model"),
    "microsoft_subscription_id": N_("Microsoft subscription id"), "sku_id": N_("SKU id"), "amount_unit_price": N_("Unit price"),
    "billing_cycle": N_("Billing cycle"), "term_duration": N_("Term"), "is_auto_renew": N_("Renews itself"),
    "started_on": N_("Started on"),
    "commitment_ends_on": N_("Commitment ends on"), "cancellable_until_on": N_("Can be cancelled until"), "case_id": N_("Case id"),
    "case_category": N_("Category"), "support_type": N_("Support type"), "case_status": N_("Case status"), "opened_at": N_("Opened at"),
    "title": N_("Title"), "case_subcategory": N_("Subcategory"), "severity": N_("Severity"), "first_replied_at": N_("First replied at"),
    "resolved_at": N_("Resolved at"), "closed_at": N_("Closed at"), "assignee": N_("Assigned to"), "channel": N_("Channel"),
    "reopened_count": N_("Times reopened"), "occurred_at": N_("Occurred at"), "event_type": N_("Event"), "actor": N_("By whom"),
    "note": N_("Note"), "service_request_id": N_("Service request id"), "support_vehicle": N_("Support vehicle"),
    "support_plan_id": N_("Support plan id"), "service_request_status": N_("Service request status"), "hours_used": N_("Hours used"),
    "starts_on": N_("Starts on"), "ends_on": N_("Ends on"), "entitlement_unit": N_("Entitlement unit"),
    "entitlement_quantity": N_("Entitled quantity"), "amount_fee": N_("Fee"), "contract_id": N_("Contract id"),
    "access_id": N_("Access id"), "offer_name": N_("Offer"), "delivery_model": N_("Delivered by"), "service_hours": N_("Service hours"),
    "contact_method": N_("Contact method"), "amount_price": N_("Price"), "response_minutes_a": N_("First response, severity A, minutes"),
    "response_minutes_b": N_("First response, severity B, minutes"), "response_minutes_c": N_("First response, severity C, minutes"),
    "supplier_invoice_id": N_("Supplier invoice id"), "document_type": N_("Document type"), "invoice_type": N_("Invoice type"),
    "hold_id": N_("Hold id"), "hold_type": N_("Hold type"), "amount_held": N_("Amount held"), "owner": N_("Owner"),
    "notice_id": N_("Notice id"), "notice_type": N_("Notice type"), "sent_on": N_("Sent on"), "rate_on": N_("Day of the rate"),
    "rate_to_company": N_("Company currency for 1 unit"),
}
# What cannot be told from the name alone; of a column whatever its kind, or of one kind's.
_HINTS = {
    "invoice_id": N_("what tells it from all others"), "customer_id": N_("number or name, but always the same one"),
    "customer_name": N_("for customers that no other file names"), "currency": N_("three letters, such as EUR"),
    "customers.customer_name": N_("what people call the customer"), "amount_total": N_("tax included"),
    "due_on": N_("without it, it ages from its issue"),
    "exchange_rate": N_("company currency for 1 unit of the document's"), "amount_paid": N_("of this invoice, up to now"),
    "paid_on": N_("without it, from the invoice's day on"), "amount_outstanding_stated": N_("as your accounting system says"),
    "stated_on": N_("without it, from the invoice's day on"), "amount_unapplied_stated": N_("as your accounting system says"),
    "payments.amount_total": N_("negative: money that left again"),
    "credit_notes.amount_total": N_("positive"), "customers.currency": N_("in which they are usually billed"),
    "source_id": N_("empty for a write-off"), "amount_applied": N_("in the invoice's currency"),
    "country_code": N_("two letters, such as ES"),
    "sales_agent": N_("the agent's e-mail"), "time_zone": N_("such as Europe/Madrid"), "language": N_("two letters, such as es"),
    "opened_at": N_("day and time"), "case_category": N_("what cases are counted by"), "term_duration": N_("such as P1M or P1Y"),
    "voided_on": N_("from this day on it counts no more"), "sku_id": N_("leading zeros stay"), "ends_on": N_("the last day"),
    "supplier_invoices.due_on": N_("without it, 60 days after its issue"), "instalment_number": N_("from 1 on"),
}


# Words of closed lists that are called otherwise elsewhere, or nowhere.
_CHOICES = {
    "draft": N_("Draft"), "posted": N_("Posted"), "void": N_("Void"), "payment": N_("Payment"), "credit_note": N_("Credit note"),
    "write_off": N_("Write-off"),
}


def choice(code: str, language: Language) -> str:
    """What one of the words of our closed lists is called."""
    return language.gettext(_CHOICES[code]) if code in _CHOICES else labels.title(code, language)


def shape(name: str, language: Language) -> str:
    """What a row may be: `a customer invoice`."""
    return language.gettext(_SHAPES[name]) if name in _SHAPES else name


def column(name: str, language: Language) -> str:
    """What one of our columns is called."""
    return language.gettext(_COLUMNS[name]) if name in _COLUMNS else name


def hint(shape_name: str, name: str, language: Language) -> str:
    """What to know about one of our columns; empty if its name says it all."""
    return language.gettext(_HINTS.get(f"{shape_name}.{name}") or _HINTS.get(name, ""))
