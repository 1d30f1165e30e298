"""The tables that are handed to queries, each with its columns and no rows.

A query that names a table in its header's `Tables` reads it under that name; whoever runs the query hands the rows.
"""

from __future__ import annotations

import pyarrow as pa

# The shape of every table that is handed to a query, for describing a query without data.
EMPTY_TABLES: dict[str, pa.Table] = {
    # The stages of a policy, one row per segment (null: every other customer), stage and currency; see Policy.table.
    "policy_stages": pa.table({
        "segment": pa.array([], pa.string()),
        "stage_order": pa.array([], pa.int32()),
        "stage": pa.array([], pa.string()),
        "action": pa.array([], pa.string()),
        "clock": pa.array([], pa.string()),
        "currency": pa.array([], pa.string()),
        "min_overdue_days": pa.array([], pa.int32()),
        "min_overdue_invoices": pa.array([], pa.int32()),
        "min_overdue_amount": pa.array([], pa.decimal128(38, 4)),
        "requires_notice": pa.array([], pa.string()),
        "notice_days": pa.array([], pa.int32()),
        "is_held_by_case": pa.array([], pa.bool_()),
        "is_held_by_unapplied": pa.array([], pa.bool_()),
        "is_held_by_window": pa.array([], pa.bool_()),
    }),
    # The result of collections/stages, for the queries that build on it.
    "stages_now": pa.table({
        "customer_id": pa.array([], pa.string()),
        "currency": pa.array([], pa.string()),
        "stage": pa.array([], pa.string()),
        "overdue_days": pa.array([], pa.int64()),
        "amount_overdue": pa.array([], pa.decimal128(38, 4)),
        "overdue_invoice_count": pa.array([], pa.int64()),
        "amount_unapplied": pa.array([], pa.decimal128(38, 4)),
        "is_flagged": pa.array([], pa.bool_()),
        "hold_reasons": pa.array([], pa.string()),
    }),
    # What happened to one customer: accounts/money_events, accounts/service_events and the decisions, as far as the viewer may see them.
    "events_now": pa.table({
        "customer_id": pa.array([], pa.string()),
        "subject_id": pa.array([], pa.string()),
        "currency": pa.array([], pa.string()),
        "kind": pa.array([], pa.string()),
        "event_type": pa.array([], pa.string()),
        "event_text": pa.array([], pa.string()),
        "occurred_on": pa.array([], pa.date32()),
        "occurred_at": pa.array([], pa.timestamp("us")),
        "amount_total": pa.array([], pa.decimal128(38, 4)),
    }),
    # People's own holds, folded from the events of the decisions store; withdrawn_on = the day of their release.
    "holds_decided": pa.table({
        "hold_id": pa.array([], pa.string()),
        "customer_id": pa.array([], pa.string()),
        "hold_type": pa.array([], pa.string()),
        "starts_on": pa.array([], pa.date32()),
        "ends_on": pa.array([], pa.date32()),
        "invoice_id": pa.array([], pa.string()),
        "amount_held": pa.array([], pa.decimal128(38, 4)),
        "currency": pa.array([], pa.string()),
        "reason": pa.array([], pa.string()),
        "owner": pa.array([], pa.string()),
        "withdrawn_on": pa.array([], pa.date32()),
    }),
    # Notices that people sent or recorded, folded from the events of the decisions store; withdrawn_on = the day it was taken back.
    "notices_decided": pa.table({
        "notice_id": pa.array([], pa.string()),
        "customer_id": pa.array([], pa.string()),
        "notice_type": pa.array([], pa.string()),
        "sent_on": pa.array([], pa.date32()),
        "currency": pa.array([], pa.string()),
        "channel": pa.array([], pa.string()),
        "withdrawn_on": pa.array([], pa.date32()),
    }),
    # Which notices a policy calls for, one row per segment (null: every other customer), rule and currency; see notice_rules.table.
    "policy_notices": pa.table({
        "segment": pa.array([], pa.string()),
        "rule_order": pa.array([], pa.int32()),
        "notice_type": pa.array([], pa.string()),
        "clock": pa.array([], pa.string()),
        "stage_clock": pa.array([], pa.string()),
        "currency": pa.array([], pa.string()),
        "min_amount": pa.array([], pa.decimal128(38, 4)),
        "min_invoices": pa.array([], pa.int32()),
        "from_days": pa.array([], pa.int32()),
        "since_days": pa.array([], pa.int32()),
        "stage_days": pa.array([], pa.int32()),
        "notice_days": pa.array([], pa.int32()),
    }),
    # Every notice of the decisions store, whatever became of it, for the list of what was sent.
    "notices_now": pa.table({
        "notice_id": pa.array([], pa.string()),
        "customer_id": pa.array([], pa.string()),
        "notice_type": pa.array([], pa.string()),
        "currency": pa.array([], pa.string()),
        "channel": pa.array([], pa.string()),
        "notice_status": pa.array([], pa.string()),
        "to_address": pa.array([], pa.string()),
        "sent_by": pa.array([], pa.string()),
        "subject": pa.array([], pa.string()),
        "detail": pa.array([], pa.string()),
        "is_mailed": pa.array([], pa.bool_()),
        "sent_on": pa.array([], pa.date32()),
        "sent_at": pa.array([], pa.timestamp("us")),
        "amount_asked": pa.array([], pa.decimal128(38, 4)),
        "version": pa.array([], pa.int64()),
    }),
    # The rules of support, see support/rules.py. Goals: no minutes = those of the customer's support offer.
    "service_goals": pa.table({
        "goal_type": pa.array([], pa.string()),
        "severity": pa.array([], pa.string()),
        "goal_minutes": pa.array([], pa.int32()),
        "clock": pa.array([], pa.string()),
    }),
    # The partner's working time, see support/calendar.py: one row per opening (UTC), with the working minutes before it.
    "business_hours": pa.table({
        "opens_at": pa.array([], pa.timestamp("us")),
        "closes_at": pa.array([], pa.timestamp("us")),
        "minutes_before": pa.array([], pa.int64()),
    }),
    # What each support vehicle takes on.
    "vehicle_scopes": pa.table({
        "support_vehicle": pa.array([], pa.string()),
        "support_type": pa.array([], pa.string()),
        "platform": pa.array([], pa.string()),
        "is_free": pa.array([], pa.bool_()),
    }),
    # The support type of cases that do not say theirs.
    "category_types": pa.table({
        "case_category": pa.array([], pa.string()),
        "support_type": pa.array([], pa.string()),
    }),
    # The beginnings of product names, each with its service.
    "online_services": pa.table({
        "online_service": pa.array([], pa.string()),
        "platform": pa.array([], pa.string()),
        "product_start": pa.array([], pa.string()),
    }),
    # Which support each service asks of the partner.
    "service_support_types": pa.table({
        "online_service": pa.array([], pa.string()),
        "support_type": pa.array([], pa.string()),
    }),
    # Any rows about customers, whose names are wanted.
    "customers_wanted": pa.table({"customer_id": pa.array([], pa.string())}),
    # The result of collections/account_status: each account's word, and whether a severe case holds a suspension back.
    "statuses_now": pa.table({
        "customer_id": pa.array([], pa.string()),
        "customer_name": pa.array([], pa.string()),
        "receivables_status": pa.array([], pa.string()),
        "is_held_by_case": pa.array([], pa.bool_()),
    }),
    # What the partner's own work on a case, and on a request to Microsoft, costs it in company currency: one row of the support rules.
    "serving_costs": pa.table({
        "amount_per_case": pa.array([], pa.decimal128(38, 4)),
        "amount_per_request": pa.array([], pa.decimal128(38, 4)),
    }),
    # The open suspension marks, folded from the events of the decisions store.
    "marks_now": pa.table({
        "mark_id": pa.array([], pa.string()),
        "customer_id": pa.array([], pa.string()),
        "currency": pa.array([], pa.string()),
        "mark_status": pa.array([], pa.string()),
        "version": pa.array([], pa.int64()),
        "marked_by": pa.array([], pa.string()),
        "marked_at": pa.array([], pa.timestamp("us")),
        "reason": pa.array([], pa.string()),
        "suspended_count": pa.array([], pa.int64()),
    }),
    # The open suspension marks that have an order, and what is known of its subscriptions.
    "orders_now": pa.table({
        "mark_id": pa.array([], pa.string()),
        "customer_id": pa.array([], pa.string()),
        "currency": pa.array([], pa.string()),
        "mark_status": pa.array([], pa.string()),
        "exported_at": pa.array([], pa.timestamp("us")),
        "cleared_on": pa.array([], pa.date32()),
        "cleared_at": pa.array([], pa.timestamp("us")),
        "suspended_count": pa.array([], pa.int64()),
        "unknown_count": pa.array([], pa.int64()),
        "auto_renew_count": pa.array([], pa.int64()),
        "scheduled_change_count": pa.array([], pa.int64()),
        "version": pa.array([], pa.int64()),
    }),
    # The result of collections/marked_debts, for the queries that build on it.
    "debts_now": pa.table({
        "mark_id": pa.array([], pa.string()),
        "customer_id": pa.array([], pa.string()),
        "currency": pa.array([], pa.string()),
        "is_debt_gone": pa.array([], pa.bool_()),
        "amount_outstanding": pa.array([], pa.decimal128(38, 4)),
        "amount_overdue": pa.array([], pa.decimal128(38, 4)),
        "amount_unapplied": pa.array([], pa.decimal128(38, 4)),
    }),
    # The overdue items that suspension marks were made on.
    "mark_items": pa.table({
        "mark_id": pa.array([], pa.string()),
        "customer_id": pa.array([], pa.string()),
        "currency": pa.array([], pa.string()),
        "invoice_id": pa.array([], pa.string()),
        "instalment_number": pa.array([], pa.int64()),
    }),
    # Whose accounts are whose by the decisions of user administrators: a single account, or the whole book of a sales agent of the
    # customer list (one of the two is null), and the address of the agent they were given to.
    "assignments_now": pa.table({
        "customer_id": pa.array([], pa.string()),
        "book": pa.array([], pa.string()),
        "sales_agent": pa.array([], pa.string()),
    }),
    # The customers as they were imported, where `customers` itself stands for what assignments make of them.
    "customers_filed": pa.table({
        "customer_id": pa.array([], pa.string()),
        "sales_agent": pa.array([], pa.string()),
    }),
}
# A policy that somebody wants instead, and how it sees the customers: what a simulation compares.
EMPTY_TABLES["policy_proposed"] = EMPTY_TABLES["policy_stages"]
EMPTY_TABLES["stages_proposed"] = EMPTY_TABLES["stages_now"]
