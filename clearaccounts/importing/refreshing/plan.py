"""How each mart and each check is brought up to date, read off what it says it is a row of, and what it reads.

keyed      a row belongs to one document or case: only those touched are made anew
whole      made of small kinds alone: made anew whole if one of them changed
customers  known by their own rows or by what mentions them
narrow     a row is made of one row of a keyed mart, or of rows that are touched together: those made of rows touched are taken out and
           put in
summary    made of marts alone: made anew over the new marts

A check whose rows belong to documents, or to cases, is added up: what it found, less what it found among those touched, and what it
finds among them now. Every other one runs whole over the new marts. What fits nowhere is left to the full build.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from clearaccounts.importing.build import mart_order
from clearaccounts.importing.canonical import kinds
from clearaccounts.importing.refreshing.database import NotRefreshed
from clearaccounts.query_files import Query, steps

DOCUMENT_KINDS = frozenset({"customer_invoices", "instalments", "payments", "credit_notes", "allocations"})
SUPPORT_KINDS = frozenset({"support_cases", "case_events", "service_requests"})
# Those of these that are touched are there for checks; no mart is keyed by them.
CHECKED_KINDS = frozenset({"subscriptions"})
CUSTOMERS = "customers"
# Marts whose every row is made of one row of a keyed mart, or of an allocation with its documents (touched together), and of what stands
# beside it in marts that have no documents: nothing is counted, added up or put in order over rows. Their SQL cannot tell that of itself.
ROW_BY_ROW = frozenset({"documents_aside", "open_amounts", "owed_changes"})
# What changes with every build: who reads it is made anew whole.
_OF_THE_BUILD = re.compile(r"\b(as_of_on|built_at|build_id|newest_import_at|newest_receivables_import_at)\b")


@dataclass(frozen=True)
class Key:
    """What tells whether a mart's row is touched: its columns, and the table of keys in `touched`."""

    touched: str
    columns: tuple[str, ...]
    kinds: frozenset[str]


# Small marts that documents and cases may read: what of those hangs on a row that changes is found and touched (`rates`, `touched`).
_BESIDE = {DOCUMENT_KINDS: frozenset({"currencies", "exchange_rates"}), SUPPORT_KINDS: frozenset({"support_plans"})}
_BY_INVOICE = Key("customer_invoices", ("invoice_id",), DOCUMENT_KINDS)
_KEYS = (
    (("invoice_id",), _BY_INVOICE),
    (("allocation_id",), _BY_INVOICE),
    (("source_type", "source_id"), Key("sources", ("source_type", "source_id"), DOCUMENT_KINDS)),
    (("case_id",), Key("support_cases", ("case_id",), SUPPORT_KINDS)),
    (("service_request_id",), Key("service_requests", ("service_request_id",), SUPPORT_KINDS)),
)


@dataclass(frozen=True)
class Narrow:
    """What a mart that is made row by row is made of: the kinds of its documents, and the marts that it looks things up in."""

    kinds: frozenset[str]
    looks_up: frozenset[str]


@dataclass
class Plan:
    """What is done with each mart and check; in `order` each mart comes after those that it reads."""

    order: list[str] = field(default_factory=list)
    keyed: dict[str, Key] = field(default_factory=dict)
    whole: list[str] = field(default_factory=list)
    narrow: dict[str, Narrow] = field(default_factory=dict)
    summaries: list[str] = field(default_factory=list)
    added_up: dict[str, frozenset[str]] = field(default_factory=dict)
    checked_whole: list[str] = field(default_factory=list)


def canonical_kinds(sql: str) -> frozenset[str]:
    """The canonical kinds that a statement reads."""
    return frozenset(re.findall(r"\bcanonical\.(\w+)", sql)) & frozenset(kinds())


def marts_read(query: Query, marts: Collection[str]) -> frozenset[str]:
    """The marts that a step reads, by name; a name in the SQL is a reading."""
    return frozenset(re.findall(r"(?:from|join) (\w+)\b", query.sql)) & frozenset(marts)


def the_plan() -> Plan:
    """The plan of the steps of this version."""
    return plan(steps("marts"), steps("checks"))


def plan(marts: Mapping[str, Query], checks: Mapping[str, Query]) -> Plan:
    """The plan of these marts and checks.

    Raises:
        NotRefreshed: one of them fits nowhere.
    """
    made = Plan(mart_order(marts))
    for name in made.order:
        _place(made, marts[name], name, marts_read(marts[name], marts) - {name})
    for name, check in checks.items():
        _place_check(made, check, name, marts_read(check, marts))
    return made


def _place(made: Plan, mart: Query, name: str, read: frozenset[str]) -> None:
    held = canonical_kinds(mart.sql)
    key = next((key for grain, key in _KEYS if mart.grain[: len(grain)] == grain), None)
    is_of_build = _OF_THE_BUILD.search(mart.sql) is not None
    if name == CUSTOMERS and not read:
        return
    if key and not is_of_build and held <= key.kinds and all(one in _BESIDE[key.kinds] or _family(made, one) == key.kinds for one in read):
        made.keyed[name] = key
    elif not is_of_build and read <= set(made.whole) and not held & (DOCUMENT_KINDS | SUPPORT_KINDS):
        made.whole.append(name)
    elif name in ROW_BY_ROW and not held and not is_of_build and len(families := {_family(made, one) for one in read} - {frozenset()}) == 1:
        made.narrow[name] = Narrow(families.pop(), frozenset(one for one in read if not _family(made, one)))
    elif not held:
        made.summaries.append(name)
    else:
        raise NotRefreshed(f"mart {name} is not made of documents, cases or small kinds alone")


def _place_check(made: Plan, check: Query, name: str, read: frozenset[str]) -> None:
    held = canonical_kinds(check.sql)
    families = {_family(made, one) for one in read} - {frozenset()}
    is_of_build = _OF_THE_BUILD.search(check.sql) is not None
    for family, beside in ((DOCUMENT_KINDS, frozenset[str]()), (SUPPORT_KINDS, CHECKED_KINDS)):
        known = _BESIDE[family] | ({CUSTOMERS} if beside else set())
        fits = held <= family | beside and families <= {family} and all(_family(made, one) or one in known for one in read)
        if fits and not is_of_build and (held or families):
            made.added_up[name] = family
            return
    if held:
        raise NotRefreshed(f"check {name} reads documents and cases together")
    made.checked_whole.append(name)


def _family(made: Plan, mart: str) -> frozenset[str]:
    return made.keyed[mart].kinds if mart in made.keyed else frozenset()
