"""The files of one order for Partner Center: a table, the requests, and a script that carries them out.

Nothing in them is free text: GUIDs, words from closed lists, booleans and ISO days, each checked before it is written. What
does not fit is refused and nothing is written; nothing is ever quoted, escaped or cut to make it fit. The same order gives the
same bytes for ever: no clock, no build and no reader's language goes into them.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import uuid
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from clearaccounts.collections.orders import DONE, REACTIVATE, Order, OrderLine
from clearaccounts.collections.partner_center_words import CHANGES, STATUSES, guid
from clearaccounts.errors import Refused
from clearaccounts.exporting.partner_center_confirmations import read_confirmation
from clearaccounts.text import N_

__all__ = ["files", "read_confirmation"]

_SCRIPT = Path(__file__).parent / "partner_center.ps1"
_COMMERCE_MODELS = ("new_commerce", "legacy", "azure_plan")


def files(order: Order) -> dict[str, bytes]:
    """The three files of an order, by name: `.csv`, `.json` and `.ps1`.

    A name carries the order's id and the first 16 digits of the SHA-256 of what is in the file. docs/exports.md describes the forms.

    Raises:
        Refused: the order has no lines, names a subscription twice, or holds a value that is no GUID, known word,
            boolean or day; nothing is written then.
    """
    rows = _rows(order)
    contents = {"csv": _table(order, rows), "json": _requests(order, rows), "ps1": _script(order, rows)}
    stem = f"partner-center-{order.action}-{guid(order.export_id)}"
    return {f"{stem}-{hashlib.sha256(content).hexdigest()[:16]}.{kind}": content for kind, content in contents.items()}


def _rows(order: Order) -> list[dict[str, str]]:
    """The rows of the table, every value checked; the other two files are made from them and from nothing else."""
    if order.action not in CHANGES:
        raise Refused(N_("This order neither suspends nor reactivates; nothing was written."))
    if not order.lines:
        raise Refused(N_("This order names no subscription; nothing was written."))
    rows = [_row(order, line, number) for number, line in enumerate(order.lines, 1)]
    seen: set[str] = set()
    for number, row in enumerate(rows, 1):
        if row["microsoft_subscription_id"] in seen:
            raise Refused(N_("Subscription {number} of this order is named twice; nothing was written."), number=number)
        seen.add(row["microsoft_subscription_id"])
    return rows


def _row(order: Order, line: OrderLine, number: int) -> dict[str, str]:
    def checked(column: str, value: object, form: Callable[[Any], str | None]) -> str:
        written = form(value)
        if written is None:
            # The value itself is not repeated: whatever it is, it is not for reading.
            raise Refused(
                N_("Subscription {number} of this order has a {column} that no file for Partner Center may hold; nothing was written."),
                number=number, column=column,
            )
        return written

    change = CHANGES[order.action]
    row = {
        "export_id": checked("export_id", order.export_id, guid),
        "action": order.action,
        "microsoft_tenant_id": checked("microsoft_tenant_id", line.microsoft_tenant_id, guid),
        "microsoft_subscription_id": checked("microsoft_subscription_id", line.microsoft_subscription_id, guid),
        "commerce_model": checked("commerce_model", line.commerce_model, _one_of(_COMMERCE_MODELS)),
        "status_before": checked("status_before", line.status_before, _one_of(STATUSES)),
        "status_after": change.after,
        "is_auto_renew_before": checked("is_auto_renew_before", line.is_auto_renew_before, _boolean),
        "commitment_ends_on": checked("commitment_ends_on", line.commitment_ends_on, _day),
    }
    if order.action == REACTIVATE:
        # Suspending turned auto-renew off and dropped scheduled changes; reactivating brings neither back.
        row["put_back_auto_renew"] = row["is_auto_renew_before"] or "unknown"
        row["put_back_scheduled_changes"] = checked(
            "put_back_scheduled_changes", line.has_scheduled_changes_before, _boolean,
        ) or "unknown"
    return row | {"outcome": "", "detail": ""}


def _one_of(words: tuple[str, ...]) -> Callable[[object], str | None]:
    return lambda value: value if isinstance(value, str) and value in words else None


def _boolean(value: object) -> str | None:
    return {None: "", True: "true", False: "false"}[value] if value is None or isinstance(value, bool) else None


def _day(value: object) -> str | None:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) and not isinstance(value, datetime) else None


def _table(order: Order, rows: list[dict[str, str]]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode("ascii")


def _requests(order: Order, rows: list[dict[str, str]]) -> bytes:
    """What to send for each line, in this order; the body is the resource as it was just read, with its status replaced."""
    requests = []
    for row in rows:
        path = f"/v1/customers/{row['microsoft_tenant_id']}/subscriptions/{row['microsoft_subscription_id']}"
        common = {"Accept": "application/json", "MS-Contract-Version": "v1", "MS-CorrelationId": row["export_id"]}
        requests.append({
            "microsoft_tenant_id": row["microsoft_tenant_id"],
            "microsoft_subscription_id": row["microsoft_subscription_id"],
            "commerce_model": row["commerce_model"],
            "steps": [
                {"method": "GET", "path": path, "headers": common, "expect": {"status": CHANGES[order.action].before}},
                {
                    "method": "PATCH", "path": path,
                    "headers": common | {
                        "Content-Type": "application/json", "If-Match": "attributes.etag",
                        "MS-RequestId": _request_id(row),
                    },
                    "body": {"base": "whole_resource", "replace": {"status": row["status_after"]}},
                },
                {"method": "GET", "path": path, "headers": common, "expect": {"status": CHANGES[order.action].after}},
            ],
        })
    document = {"export_id": rows[0]["export_id"], "action": order.action, "requests": requests}
    return (json.dumps(document, indent=2, ensure_ascii=True) + "\n").encode("ascii")


def _request_id(row: dict[str, str]) -> str:
    """The id of a line's change, the same however often the file is made: repeated under it, a change is made once."""
    return str(uuid.uuid5(uuid.UUID(row["export_id"]), f"{row['action']}/{row['microsoft_subscription_id']}"))


def _script(order: Order, rows: list[dict[str, str]]) -> bytes:
    """The script; into its quotes go GUIDs and words of closed lists alone, so that nothing can end them."""
    change = CHANGES[order.action]
    lines = "\n".join(
        "    [pscustomobject] @{{ CustomerId = '{microsoft_tenant_id}'; SubscriptionId = '{microsoft_subscription_id}'; "
        "CommerceModel = '{commerce_model}' }}".format(**row)
        for row in rows
    )
    values = {
        "EXPORT_ID": rows[0]["export_id"], "ACTION": order.action, "FROM": change.before, "TO": change.after, "DONE": DONE[order.action],
        "STATUS": change.cmdlet_status, "LINES": lines,
    }
    text = _SCRIPT.read_text(encoding="ascii")
    for name, value in values.items():
        text = text.replace(f"@@{name}@@", value)
    return text.encode("ascii")

