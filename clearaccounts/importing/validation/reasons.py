"""Why a row was rejected: one phrase per cause, translatable, with the value it is about."""

from __future__ import annotations

from typing import Any

from clearaccounts.importing.canonical import Kind
from clearaccounts.money import minor_units
from clearaccounts.text import N_

_UNREADABLE = {
    "text": N_("{value} holds a character that is no text"),
    "choice": N_("{value} is not one of {choices}"),
    "currency": N_("{value} is not a currency of ISO 4217 such as EUR"),
    "amount": N_("{value} is not an amount such as 1234.50"),
    "quantity": N_("{value} is not a number such as 12.5 with at most 4 decimals"),
    "figure": N_("{value} is not a number with at most 18 decimals"),
    "rate": N_("{value} is not a rate above 0 with at most 10 decimals, such as 1.0875"),
    "integer": N_("{value} is not a whole number"),
    "boolean": N_("{value} is neither true nor false"),
    "date": N_("{value} is not a day such as 2026-09-30"),
    "timestamp": N_("{value} is not an instant with its offset, such as 2026-09-30T10:00:00Z"),
}
_MISSING = N_("a value is required")
_TOO_MANY_DECIMALS = N_("{value} has more decimals than {currency} has ({places})")
_NEGATIVE = {
    "customer_invoices": N_("{value} is negative; a negative invoice is a credit note"),
    "credit_notes": N_("{value} is negative; the amount of a credit note is positive"),
}
NO_OBJECTS = N_("{value} is not a list of objects in JSON")
_SEEN_EARLIER = N_("{value} was given with other content on line {earlier}")


def reason(kind: Kind, problem: dict[str, Any], earlier: int | None) -> tuple[str, dict[str, object]]:
    """The template and its values that say why a row was rejected.

    Args:
        kind: the canonical kind that the row was to become.
        problem: `name` of the column, `code`, `text` as far as it is shown, `currency`.
        earlier: the line where the same key stood with other content.
    """
    value = problem["text"]
    match problem["code"]:
        case "missing":
            return _MISSING, {}
        case "decimals" if problem["currency"]:
            return _TOO_MANY_DECIMALS, {"value": value, "currency": problem["currency"], "places": minor_units()[problem["currency"]]}
        case "decimals":
            return N_("{value} has more than 4 decimals"), {"value": value}
        case "negative":
            return _NEGATIVE[kind.name], {"value": value}
        case "earlier":
            return _SEEN_EARLIER, {"value": value, "earlier": earlier}
        case _:
            column = kind.column(problem["name"])
            choices = {"choices": ", ".join(column.choices)} if column.form == "choice" else {}
            return _UNREADABLE[column.form], {"value": value, **choices}
