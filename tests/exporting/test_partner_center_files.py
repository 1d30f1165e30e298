"""Partner Center's files: GUIDs and words of closed lists alone, the same bytes for the same order."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearaccounts.errors import Refused
from clearaccounts.exporting.partner_center_files import files
from tests.exporting.orders import AZURE, EXPORT, MAIL, SEATS, TENANT, line, order
from tests.exporting.payloads import FORMULAS

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
WORDS = {
    "", "true", "false", "unknown", "suspend", "reactivate", "active", "suspended", "pending", "expired", "disabled", "deleted", "none",
    "new_commerce", "legacy", "azure_plan",
}


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("ascii"), newline="")))


def of_kind(made: dict[str, bytes], kind: str) -> bytes:
    (content,) = [content for name, content in made.items() if name.endswith(f".{kind}")]
    return content


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in texts(item)]
    assert isinstance(value, str)
    return [value]


def is_plain(value: str) -> bool:
    return bool(GUID.fullmatch(value) or value in WORDS or re.fullmatch(r"\d{4}-\d{2}-\d{2}", value))


def test_the_table_says_each_line_and_leaves_room_for_what_became_of_it() -> None:
    assert rows(of_kind(files(order()), "csv")) == [
        {
            "export_id": EXPORT, "action": "suspend", "microsoft_tenant_id": TENANT, "microsoft_subscription_id": SEATS,
            "commerce_model": "new_commerce", "status_before": "active", "status_after": "suspended", "is_auto_renew_before": "true",
            "commitment_ends_on": "2027-03-31", "outcome": "", "detail": "",
        },
        {
            "export_id": EXPORT, "action": "suspend", "microsoft_tenant_id": TENANT, "microsoft_subscription_id": MAIL,
            "commerce_model": "legacy", "status_before": "active", "status_after": "suspended", "is_auto_renew_before": "",
            "commitment_ends_on": "", "outcome": "", "detail": "",
        },
    ]


def test_a_reactivation_says_what_must_be_put_back_by_hand() -> None:
    lines = (
        line(SEATS, status_before="suspended", is_auto_renew_before=True, has_scheduled_changes_before=True),
        line(MAIL, status_before="suspended", is_auto_renew_before=False, has_scheduled_changes_before=False),
        line(AZURE, status_before="suspended", is_auto_renew_before=None, has_scheduled_changes_before=None),
    )
    table = rows(of_kind(files(order(*lines, action="reactivate")), "csv"))
    assert [(row["status_after"], row["put_back_auto_renew"], row["put_back_scheduled_changes"]) for row in table] == [
        ("active", "true", "true"), ("active", "false", "false"), ("active", "unknown", "unknown"),
    ]


def test_the_requests_read_change_and_read_again() -> None:
    document = json.loads(of_kind(files(order()), "json"))
    assert document["export_id"] == EXPORT and document["action"] == "suspend"
    first = document["requests"][0]
    path = f"/v1/customers/{TENANT}/subscriptions/{SEATS}"
    assert [(step["method"], step["path"]) for step in first["steps"]] == [("GET", path), ("PATCH", path), ("GET", path)]
    patch = first["steps"][1]
    assert patch["body"] == {"base": "whole_resource", "replace": {"status": "suspended"}}
    assert patch["headers"]["If-Match"] == "attributes.etag"
    assert patch["headers"]["MS-CorrelationId"] == EXPORT
    assert GUID.fullmatch(patch["headers"]["MS-RequestId"])
    assert len({request["steps"][1]["headers"]["MS-RequestId"] for request in document["requests"]}) == 2


def test_the_script_holds_the_ids_and_asks_before_it_acts() -> None:
    script = of_kind(files(order()), "ps1").decode("ascii")
    assert "@@" not in script
    assert "SupportsShouldProcess = $true" in script
    assert f"[pscustomobject] @{{ CustomerId = '{TENANT}'; SubscriptionId = '{SEATS}'; CommerceModel = 'new_commerce' }}" in script
    assert "$Status = 'Suspended'" in script and "$Done = 'suspended'" in script
    back = of_kind(files(order(line(status_before="suspended"), action="reactivate")), "ps1").decode("ascii")
    assert "$Status = 'Active'" in back and "$From = 'suspended'" in back and "$Done = 'reactivated'" in back


def test_the_same_order_gives_the_same_bytes_and_each_name_carries_its_hash() -> None:
    made = files(order())
    assert made == files(order())
    for name, content in made.items():
        assert name.rsplit(".", 1)[0] == f"partner-center-suspend-{EXPORT}-{hashlib.sha256(content).hexdigest()[:16]}"
    # What no file says changes none: who it is for people stays at home.
    other = replace(order(), customer_id="C2", lines=tuple(replace(one, product_name="=1+1") for one in order().lines))
    assert files(other) == made


def test_an_id_in_capitals_is_written_small() -> None:
    made = files(order(line(microsoft_subscription_id=SEATS.upper(), microsoft_tenant_id=TENANT.upper())))
    (row,) = rows(of_kind(made, "csv"))
    assert (row["microsoft_tenant_id"], row["microsoft_subscription_id"]) == (TENANT, SEATS)


HOSTILE = [
    *FORMULAS, "", " ", SEATS + "\n", " " + SEATS, SEATS[:-1], SEATS + "0", "'" + SEATS, "{" + SEATS + "}", SEATS.replace("-", ""),
    "'; Remove-Item C:\\ -Recurse; '", "$(calc)", "`n", "\u0661" * 8 + SEATS[8:], "../../" + SEATS, "-" * 36, "active'", "Active", "ACTIVE",
    "suspended ", "\u2019; calc; \u2019", "true", "2026-01-01", None, 0, 1, True, date(2026, 1, 1), datetime(2026, 1, 1, 9), 1.5, b"active",
]
FIELDS = (
    "microsoft_tenant_id", "microsoft_subscription_id", "commerce_model", "status_before", "is_auto_renew_before", "commitment_ends_on",
    "has_scheduled_changes_before", "export_id", "action",
)


def check(field: str, value: Any) -> bool:
    """Whether the order was written; if so, nothing but plain values is in any of its files."""
    whole = order(line(), line(MAIL, status_before="suspended"), action="reactivate")
    if field in {"export_id", "action"}:
        whole = replace(whole, **{field: value})
    else:
        whole = replace(whole, lines=(replace(whole.lines[0], **{field: value}), whole.lines[1]))
    try:
        made = files(whole)
    except Refused as error:
        # What is refused is not repeated to whoever reads why.
        assert len(str(value)) < 30 or str(value) not in str(error)
        return False
    table = rows(of_kind(made, "csv"))
    assert [cell for row in table for cell in row.values() if not is_plain(cell)] == []
    told = [text for request in json.loads(of_kind(made, "json"))["requests"] for text in texts(request)]
    constant = {"GET", "PATCH", "application/json", "v1", "attributes.etag", "whole_resource"}
    path = re.compile(rf"/v1/customers/{GUID.pattern}/subscriptions/{GUID.pattern}")
    assert [text for text in told if not is_plain(text) and text not in constant and not path.fullmatch(text)] == []
    script = of_kind(made, "ps1").decode("ascii")
    begin = script.index("$ExportId = ")
    for quoted in re.findall(r"= '([^'\n]*)'", script[begin : script.index("$Guid = ")]):
        assert is_plain(quoted) or quoted in {"reactivated", "Active", "Suspended"}
    return True


@pytest.mark.parametrize("field", FIELDS)
def test_hostile_values_are_refused_never_written(field: str) -> None:
    for value in HOSTILE:
        is_meant = (
            (field in {"is_auto_renew_before", "has_scheduled_changes_before"} and (value is None or value is True))
            or (field == "commitment_ends_on" and (value is None or type(value) is date))
        )
        assert check(field, value) is is_meant, (field, value)


ANYTHING = st.one_of(
    st.text(max_size=60), st.text(alphabet="0123456789abcdefABCDEF-'\"$`{};\n", min_size=30, max_size=40),
    st.sampled_from([SEATS, "active", "azure_plan", "suspend"]).flatmap(
        lambda good: st.tuples(st.integers(0, len(good)), st.text(max_size=2)).map(lambda cut: good[: cut[0]] + cut[1] + good[cut[0] :]),
    ),
    st.none(), st.booleans(), st.integers(), st.floats(), st.dates(), st.datetimes(), st.binary(max_size=40),
)


@settings(max_examples=10_000, deadline=None)
@given(field=st.sampled_from(FIELDS), value=ANYTHING)
def test_ten_thousand_values_leave_nothing_but_plain_values(field: str, value: Any) -> None:
    check(field, value)


def test_an_order_without_lines_or_with_one_twice_is_refused() -> None:
    with pytest.raises(Refused, match="names no subscription"):
        files(replace(order(), lines=()))
    with pytest.raises(Refused, match="Subscription 2 of this order is named twice"):
        files(order(line(), line(SEATS.upper())))
