"""Formats of others: recognised by their headers, read by their habits, several rows or several things."""

from __future__ import annotations

import gzip
import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from clearaccounts.importing.canonical import kinds
from clearaccounts.importing.profiles import known, recognise
from clearaccounts.settings import DataFolder
from tests.importing.desk import hand_in, landed, said, write

IBM = (
    "countryCode,customerID,PaperlessDate,invoiceNumber,InvoiceDate,DueDate,InvoiceAmount,Disputed,SettledDate,PaperlessBill,DaysToSettle,"
    "DaysLate"
)
LOG = (
    "number,ident_state,reopen_count,sys_mod_count,caller_id,opened_at,contact_type,category,category,priority,assigned_to,resolved_at,"
    "closed_at"
)


def test_every_header_that_has_what_is_required_is_recognised_in_any_order() -> None:
    for profile in known().values():
        # A list that is made of columns needs one of them; EUR is a name that such a pattern may want.
        listed = ["EUR" for _, entries in profile.lists if entries.headers]
        header = [name.upper() for name in reversed(profile.required)] + listed
        assert recognise("x.csv", header).name == profile.name


def test_every_kind_can_come_in_a_file() -> None:
    assert {target.kind for profile in known().values() for target in profile.targets} == set(kinds())


def test_a_settled_line_is_an_invoice_a_payment_and_an_allocation(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    outcome = hand_in(data, write(
        tmp_path, "x.csv", IBM,
        "391,0379-NEVHP,4/6/2013,0611365,1/2/2013,2/1/2013,55.94,No,1/15/2013,Paper,13,0",
        "391,0379-NEVHP,4/6/2013,0611366,12/31/2013,1/30/2014,5.5,Yes,,Paper,,",
        "391,0379-NEVHP,4/6/2013,0611367,31/12/2013,1/30/2014,5.5,Yes,,Paper,,",
    ))
    assert said(outcome) == [(4, "InvoiceDate", "31/12/2013 is not a day such as 2026-09-30")]
    first, second = landed(data, outcome, "customer_invoices")
    assert (first["invoice_id"], first["issued_on"], first["due_on"]) == ("0611365", date(2013, 1, 2), date(2013, 2, 1))
    assert (second["amount_total"], second["currency"]) == (Decimal("5.5"), "USD")
    (payment,) = landed(data, outcome, "payments")
    (allocation,) = landed(data, outcome, "allocations")
    assert (payment["received_on"], payment["amount_total"]) == (date(2013, 1, 15), Decimal("55.94"))
    assert (allocation["source_id"], allocation["invoice_id"]) == (payment["payment_id"], "0611365")
    (hold,) = landed(data, outcome, "holds")
    assert (hold["invoice_id"], hold["starts_on"], hold["ends_on"]) == ("0611366", date(2013, 12, 31), None)
    assert [row["customer_id"] for row in landed(data, outcome, "customers")] == ["0379-NEVHP"]


def test_the_rows_of_one_incident_make_one_case(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    outcome = hand_in(data, write(
        tmp_path, "x.csv", LOG,
        "0000045,New,0,0,2403,29/2/2016 01:16,Phone,55,170,3,?,29/2/2016 11:29,5/3/2016 12:00",
        "0000045,Closed,1,10,2403,29/2/2016 01:16,Phone,56,171,3,17,29/2/2016 11:29,5/3/2016 12:00",
        "0000045,Awaiting User Info,0,9,2403,29/2/2016 01:16,Phone,57,172,3,?,29/2/2016 11:29,5/3/2016 12:00",
        "0000046,-100,0,0,?,29/2/2016 1:16,Phone,?,?,1,?,?,?",
    ))
    assert said(outcome) == []
    assert outcome.landing is not None and (outcome.landing.rows, outcome.landing.loaded) == (4, 4)
    one, other = landed(data, outcome, "support_cases")
    assert (one["case_id"], one["case_status"], one["case_category"], one["case_subcategory"]) == ("0000045", "closed", "56", "171")
    assert (one["opened_at"], one["closed_at"], one["assignee"]) == (datetime(2016, 2, 29, 1, 16), datetime(2016, 3, 5, 12), "17")
    assert (other["customer_id"], other["case_category"], other["case_status"], other["severity"]) == ("unknown", "unknown", "open", "A")
    assert (other["opened_at"], other["closed_at"]) == (datetime(2016, 2, 29, 1, 16), None)


def test_microsofts_figures_keep_their_own_precision(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    header = "InvoiceNumber,CustomerId,OrderId,OrderDate,ProductId,SkuId,ChargeType,Subtotal,TaxTotal,TotalForCustomer,Currency," \
        "TermAndBillingCycle,BillableQuantity,ChargeStartDate,ChargeEndDate"
    end = "USD,P1M,'1,2/1/2019 0:00,0001-01-01T00:00:00"
    outcome = hand_in(data, write(
        tmp_path, "x.csv", header,
        f"G1,T1,O1,2021-05-20T18:30:06.6045692Z,P1,0001,new,'22.000000000000000001,'0E-20,22.000000000000000001,{end}",
        f"G1,T1,O1,2021-05-20T18:30:06-08:00,P1,0001,new,1.5E-3,,-1.5E+2,{end}",
        f"G1,T1,O1,2021-05-20,P1,0001,new,1E-19,0,1,{end}",
    ))
    assert said(outcome) == [(4, "Subtotal", "1E-19 is not a number with at most 18 decimals")]
    one, other = landed(data, outcome, "reconciliation_lines")
    assert (one["amount_subtotal"], one["amount_tax"], one["sku_id"]) == (Decimal("22.000000000000000001"), Decimal(0), "0001")
    assert (other["amount_subtotal"], other["amount_total"], other["amount_tax"]) == (Decimal("0.0015"), Decimal(-150), None)
    assert (one["charge_starts_at"], one["charge_ends_at"]) == (datetime(2019, 2, 1), None)
    assert other["ordered_at"] == datetime(2021, 5, 21, 2, 30, 6)
    assert one["line_id"].endswith("-2") and len(one["line_id"]) == 66


@pytest.mark.parametrize(
    ("profile", "header", "line", "kept"),
    [
        (
            "reconciliation_licences",
            "PartnerId,CustomerId,CustomerName,MPNID,ResellerMPNID,OrderId,SubscriptionId,SyndicationPartnerSubscriptionNumber,OfferId,"
            "DurableOfferId,OfferName,ChargeStartDate,ChargeType,UnitPrice,Quantity,Amount,Subtotal,Tax,TotalForCustomer,Currency",
            "p,T1,Contoso,1,0,000000000000000001,B1,S1,O1,D1,Mail,2/28/2019 23:59,Cycle fee,4,10,40,40,8.4,48.4,EUR",
            (None, "S1", Decimal(40), Decimal("8.4"), Decimal("48.4"), datetime(2019, 2, 28, 23, 59)),
        ),
        (
            "reconciliation_usage",
            "PartnerId,CustomerCompanyName,MPNID,InvoiceNumber,ChargeStartDate,SubscriptionId,Sku,ConsumedQuantity,OverageQuantity,"
            "ListPrice,PretaxCharges,TaxAmount,PostTaxTotal,Currency,ChargeType,CustomerId,Unit,UsageDate",
            "p,Contoso,1,D1,10/3/2020,S1,0001,1.5,1.5,0.0808,0.1212,0.03,0.1512,EUR,Assess usage fee for current cycle,T1,GB,",
            ("D1", "S1", Decimal("0.1212"), Decimal("0.03"), Decimal("0.1512"), datetime(2020, 10, 3)),
        ),
        (
            "reconciliation_daily_usage",
            "PartnerId,CustomerId,InvoiceNumber,ProductId,SubscriptionId,ChargeStartDate,UsageDate,MeterName,ChargeType,UnitPrice,Quantity,"
            "BillingPreTaxTotal,BillingCurrency,PricingPreTaxTotal,PricingCurrency",
            "p,T1,,P1,S1,2024-01-01T00:00:00Z,2024-01-03T00:00:00Z,Hours,new,0.1,3,1.23E-5,EUR,1.3E-5,USD",
            (None, "S1", Decimal("0.0000123"), None, Decimal("0.0000123"), datetime(2024, 1, 1)),
        ),
    ],
)
def test_each_of_microsofts_files_becomes_reconciliation_lines(
    tmp_path: Path, profile: str, header: str, line: str, kept: tuple[object, ...],
) -> None:
    data = DataFolder(tmp_path / "data")
    outcome = hand_in(data, write(tmp_path, "x.csv", header, line))
    (row,) = landed(data, outcome, "reconciliation_lines")
    assert outcome.landing is not None and outcome.landing.profile == profile
    assert row["microsoft_tenant_id"] == "T1" and row["currency"] == "EUR"
    columns = ("supplier_invoice_id", "microsoft_subscription_id", "amount_subtotal", "amount_tax", "amount_total", "charge_starts_at")
    assert tuple(row[column] for column in columns) == kept


def test_line_items_come_as_gzipped_json_lines_in_several_members(tmp_path: Path) -> None:
    items = [
        {
            "customerId": "T1", "invoiceNumber": "G1", "orderId": f"O{number}", "productId": "P1", "skuId": "0001", "availabilityId": "A1",
            "chargeType": "New", "subtotal": subtotal, "totalForCustomer": subtotal, "currency": "EUR", "termAndBillingCycle": "P1M",
            "billableQuantity": "1", "chargeStartDate": "2019-02-04T09:22:40.1767993-08:00", "chargeEndDate": "0001-01-01T00:00:00",
        }
        for number, subtotal in enumerate(["22.000000000000000001", 0.1, "1e2", "much"])
    ]
    path = tmp_path / "part-1.json.gz"
    path.write_bytes(b"".join(gzip.compress((json.dumps(item) + "\n").encode()) for item in items))
    data = DataFolder(tmp_path / "data")
    outcome = hand_in(data, path)
    assert said(outcome) == [(4, "subtotal", "much is not a number with at most 18 decimals")]
    rows = landed(data, outcome, "reconciliation_lines")
    assert [row["amount_total"] for row in rows] == [Decimal("22.000000000000000001"), Decimal("0.1"), Decimal(100)]
    assert {(row["charge_starts_at"], row["charge_ends_at"]) for row in rows} == {(datetime(2019, 2, 4, 17, 22, 40, 176799), None)}
