"""What the closed lists of the data are called on a page."""

from __future__ import annotations

from clearaccounts.access import ROLE_TITLES
from clearaccounts.support.offers import DELIVERY_MODELS
from clearaccounts.text import N_, Language

_TITLES: dict[str, str] = {
    # case_status, service_request_status
    "new": N_("New"), "open": N_("Open"), "waiting_on_customer": N_("Waiting on customer"), "escalated": N_("Escalated"),
    "resolved": N_("Resolved"), "closed": N_("Closed"),
    # event_type of a case, move_type
    "opened": N_("Opened"), "replied": N_("Replied"), "resumed": N_("Resumed"), "reopened": N_("Reopened"), "created": N_("Created"),
    # support_type
    "billing": N_("Billing"), "subscription_management": N_("Subscription management"), "technical": N_("Technical"),
    # platform, vehicle_type
    "cloud": N_("Cloud"), "on_premises": N_("On premises"), "commercial": N_("Billing and subscriptions"),
    # mismatch_type, unfit_reasons
    "support_type_not_covered": N_("Support type not covered"), "platform_not_covered": N_("Platform not covered"),
    "no_plan_running": N_("No plan runs"),
    # entitlement_unit
    "hours": N_("hours"), "incidents": N_("incidents"), "unlimited": N_("unlimited"),
    # delivery_model
    **DELIVERY_MODELS,
    # commerce_model
    "new_commerce": N_("New commerce"), "legacy": N_("Legacy"), "azure_plan": N_("Azure plan"),
    # subscription_status
    "active": N_("Active"), "suspended": N_("Suspended"), "deleted": N_("Deleted"), "expired": N_("Expired"),
    "disabled": N_("Disabled"), "cancelled": N_("Cancelled"), "pending": N_("Pending"), "none": N_("None"),
    # hold_type and hold_reasons
    "dispute": N_("Dispute"), "promise_to_pay": N_("Promise to pay"), "exemption": N_("Exemption"),
    "severity_a_case": N_("Open severity A case"), "unapplied_covers_debt": N_("Unapplied money covers the debt"),
    "no_final_notice": N_("No final notice sent in time"), "cancellation_window": N_("Inside a cancellation window"),
    # hold_status, origin_type, and what is done with a hold
    "ended": N_("Its last day was over"), "released": N_("Released"), "recorded": N_("Recorded here"), "built_in": N_("By itself"),
    "hold": N_("Hold"), "record": N_("Recorded a hold"), "release": N_("Released a hold"),
    # stages of the standard policy, and the state of nothing matched
    "clear": N_("Clear"), "suspension": N_("Suspension"), "restriction": N_("Restriction"), "notice": N_("Notice"),
    "reminder": N_("Reminder"), "overdue notice": N_("Overdue notice"), "new orders on hold": N_("New orders on hold"),
    # receivables status
    "current": N_("Current"), "overdue": N_("Overdue"), "flagged": N_("Flagged"),
    # suspension workflow
    "marked": N_("Marked"), "approved": N_("Approved"), "withdrawn": N_("Withdrawn"), "declined": N_("Declined"),
    "approved_once": N_("Approved once"), "exported": N_("Exported"), "not_suspended": N_("Not suspended"),
    "reinstatement_approved": N_("Reinstatement approved"), "reinstatement_exported": N_("Reinstatement exported"),
    "reinstated": N_("Reinstated"),
    # policies: state, subject, event_type
    "from_file": N_("From a file"), "proposed": N_("Proposed"), "policy": N_("Collections policy"), "propose": N_("Proposed"),
    "approve_policy": N_("Approved policy"), "decline_policy": N_("Declined policy"), "withdraw_policy": N_("Withdrew policy"),
    # approval_status
    "waiting": N_("Waits for approval"), "lapsed_approval": N_("Lapsed, approve again"),
    # suspension_effect_type
    "billing_continues": N_("Microsoft keeps billing"), "billing_stops": N_("Billing stops"),
    "azure_first": N_("Azure subscriptions first"), "nothing_to_suspend": N_("Nothing to suspend"),
    # event_type, subject_type, role
    "mark": N_("Marked"), "approve": N_("Approved mark"), "decline": N_("Declined mark"), "withdraw": N_("Withdrew mark"),
    "approve_once": N_("Approved mark as the first of two"), "lapse": N_("Approval lapsed"), "export": N_("Exported mark"),
    "report": N_("Reported what came of it"), "debt_cleared": N_("Debt found to be gone"),
    "approve_reinstatement": N_("Approved reinstatement"), "export_reinstatement": N_("Exported reinstatement"),
    "report_reinstatement": N_("Reported what came of the reinstatement"),
    "imported": N_("Imported"), "undone": N_("Undone"), "denied": N_("Was refused"), "break_accepted": N_("Accepted a break"),
    "suspension_mark": N_("Suspension mark"), "import": N_("Imported files"), "access": N_("Access"), "store": N_("Decisions store"),
    "profile": N_("Profile"), "profile_saved": N_("Saved a profile"), "profile_deleted": N_("Deleted a profile"),
    "person": N_("Person"), **{role.value: title for role, title in ROLE_TITLES.items()},
    # source_type
    "invoice": N_("Invoice"), "payment": N_("Payment"), "credit_note": N_("Credit note"), "write_off": N_("Write-off"),
    "stated": N_("Stated by the accounting system"),
    # event_type of the timeline
    "invoice_issued": N_("Invoice issued"), "became_overdue": N_("Due day passed unpaid"), "invoice_settled": N_("Invoice settled"),
    "credit_note_issued": N_("Credit note"), "payment_received": N_("Payment received"), "money_returned": N_("Money went back"),
    "written_off": N_("Written off"), "document_withdrawn": N_("No longer counts"),
    "promise_to_pay_begun": N_("Promise to pay"), "promise_to_pay_ended": N_("Promise to pay ended"),
    "dispute_begun": N_("Dispute"), "dispute_ended": N_("Dispute ended"),
    "exemption_begun": N_("Exemption"), "exemption_ended": N_("Exemption ended"),
    "reminder_sent": N_("Reminder sent"), "overdue_sent": N_("Overdue notice sent"), "final_notice_sent": N_("Final notice sent"),
    "case_opened": N_("Case opened"), "case_escalated": N_("Case escalated"), "case_resolved": N_("Case resolved"),
    "case_reopened": N_("Case reopened"), "case_closed": N_("Case closed"),
    "request_opened": N_("Request to Microsoft opened"), "request_closed": N_("Request to Microsoft closed"),
    "subscription_started": N_("Subscription started"), "commitment_ended": N_("Commitment ended"),
    "subscription_gone": N_("Subscription gone from the list"),
    # basis
    "due_date": N_("Due date"), "invoice_date": N_("Invoice date"),
    # basis of an expected day
    "own_history": N_("Own history"), "segment": N_("Segment"), "portfolio": N_("All customers"),
    "late_portfolio": N_("Customers as late"), "no_day": N_("No day"),
    # reasons to stand apart from the ageing
    "no_exchange_rate": N_("No exchange rate, left out of company currency"),
    "draft": N_("Drafts, left aside"), "void": N_("Voids, left aside"), "no_due_date": N_("No due date, aged from the issue date"),
    # payment_status, promise_status, dispute_status, resolution_type
    "on_time": N_("On time"), "late": N_("Late"), "kept": N_("Kept"), "broken": N_("Broken"), "running": N_("Running"),
    "ended_early": N_("Ended early"), "nothing_due": N_("Nothing was due"), "lapsed": N_("Lapsed"), "several": N_("Several"),
    "earlier": N_("Settled before it"), "voided": N_("Voided"),
    # notice_status, and how a notice went out
    "queued": N_("On its way"), "sent": N_("Sent"), "failed": N_("Failed"), "unknown": N_("Not known"),
    "not_arrived": N_("Did not arrive"), "arrived": N_("Arrived"), "withdraw_notice": N_("Took a record back"),
    "email": N_("Mail"), "letter": N_("Letter"), "registered_letter": N_("Registered letter"), "phone": N_("Phone"),
    "in_person": N_("In person"), "portal": N_("Portal"), "post": N_("Letter"),
    # check_level
    "fail": N_("Fail"), "warn": N_("Warning"),
}

_NOTICES = {"reminder": N_("Reminder"), "overdue": N_("Overdue notice"), "final_notice": N_("Final notice")}


_KINDS = {
    "customer_invoices": N_("customer invoices"), "payments": N_("payments"), "credit_notes": N_("credit notes"),
    "allocations": N_("allocations"), "customers": N_("customers"), "subscriptions": N_("subscriptions"),
    "support_cases": N_("support cases"), "case_events": N_("case events"), "exchange_rates": N_("exchange rates"), "holds": N_("holds"),
    "instalments": N_("instalments"), "notices": N_("notices"), "service_requests": N_("service requests"),
    "support_offers": N_("support offers"), "support_plans": N_("support plans"), "supplier_invoices": N_("supplier invoices"),
    "reconciliation_lines": N_("reconciliation lines"),
}


def kind(name: str, language: Language) -> str:
    """What the rows of a canonical kind are called, in the plural: `customer invoices`."""
    return language.gettext(_KINDS[name]) if name in _KINDS else name


def notice(notice_type: str, language: Language) -> str:
    """What a notice that was sent is called."""
    return language.gettext(_NOTICES.get(notice_type, notice_type))


def title(code: str | None, language: Language) -> str:
    """A code in the reader's words; a code we do not know is shown as it came."""
    if not code:
        return ""
    known = _TITLES.get(code)
    return language.gettext(known) if known else code


def titles(joined: str | None, language: Language, separator: str = "; ") -> str:
    """Several codes joined by `; `, each in the reader's words."""
    return separator.join(title(code, language) for code in (joined or "").split("; ") if code)


def bucket(name: str, language: Language) -> str:
    """An ageing bucket: `current` is "Not yet due", `1-30` is "1–30 days"."""
    if name == "current":
        return language.gettext(N_("Not yet due"))
    if name == "overdue":
        return language.gettext(N_("All overdue"))
    if name == "unapplied":
        return language.gettext(N_("Unapplied"))
    if name == "revaluation":
        return language.gettext(N_("Revaluation"))
    return language.gettext(N_("{days} days")).format(days=name.replace("-", "–"))


def bucket_order(name: str) -> int:
    """Where a bucket stands among the others: by its first day, what is not yet due before them, unapplied money before that."""
    before = {"revaluation": -2, "unapplied": -1, "current": 0}
    return before[name] if name in before else int(name.rstrip("+").partition("-")[0])
