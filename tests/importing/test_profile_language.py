"""The language of profiles: each thing that a profile can say, said by one, and seen in what lands."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from clearaccounts.errors import FileRefused, LandingError
from clearaccounts.importing.profiles import broken, known, recognise
from clearaccounts.importing.profiles.files import read_profiles
from clearaccounts.settings import DataFolder
from tests.importing.desk import hand_in, ids, landed, said, write

PAYMENTS = """
[[targets]]
kind = "payments"
[targets.columns]
payment_id = "id"
customer_id = { constant = "C1" }
received_on = { constant = "2026-05-01" }
currency = { constant = "EUR" }
"""


def own(data: DataFolder, text: str, name: str = "mine") -> DataFolder:
    """The data folder with one profile of its own."""
    folder = data.path / "profiles"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return data


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "data")


def amounts(data: DataFolder, tmp_path: Path, shape: str, *lines: str, habits: str = "") -> list[tuple[str, str]]:
    """What `amount_total = { shape }` makes of the columns A and B: (id, amount or reason) by line."""
    own(data, f"title = 'x'\n[habits]\n{habits}\n[columns]\nid = 'Id'\na = 'A'\nb = {{ names = 'B', required = false }}\n"
        f"{PAYMENTS}amount_total = {shape}\n")
    outcome = hand_in(data, write(tmp_path, "x.csv", "Id,A,B", *lines))
    told = [(row["payment_id"], f"{row['amount_total'].normalize():f}") for row in landed(data, outcome, "payments")]
    return told + [(str(line), reason) for line, _, reason in said(outcome)]


def test_a_comma_decimal_file_is_read_by_its_habits(tmp_path: Path, data: DataFolder) -> None:
    own(data, "title = 'Bank'\n[habits]\ndate_order = 'DMY'\ndecimal_sign = ','\nthousands_sign = '.'\n"
        "[columns]\nid = 'Id'\nday = 'Fecha'\namount = 'Importe'\n"
        "[[targets]]\nkind = 'payments'\n[targets.columns]\npayment_id = 'id'\ncustomer_id = {constant = 'C1'}\nreceived_on = 'day'\n"
        "currency = {constant = 'EUR'}\namount_total = 'amount'\n", "bank")
    outcome = hand_in(data, write(
        tmp_path, "x.csv", "Id,Fecha,Importe", 'P1,1/2/2026,"-1.234,50"', 'P2,01.02.2026,"12,3"', "P3,1/2/2026,12.3",
        'P4,1/2/2026,"1.23,4"',
    ))
    assert said(outcome) == [
        (4, "Importe", "12.3 is not an amount such as 1234.50"), (5, "Importe", "1.23,4 is not an amount such as 1234.50"),
    ]
    one, other = landed(data, outcome, "payments")
    assert (one["amount_total"], one["received_on"]) == (Decimal("-1234.5"), date(2026, 2, 1))
    assert (other["amount_total"], other["received_on"]) == (Decimal("12.3"), date(2026, 2, 1))


@pytest.mark.parametrize(("sign", "text"), [(" ", "1 234,50"), ("\u00a0", "1\u00a0234,50"), ("\u202f", "1\u202f234,50"), ("'", "1'234,50")])
def test_thousands_may_be_set_apart_by_any_blank_or_an_apostrophe(tmp_path: Path, data: DataFolder, sign: str, text: str) -> None:
    habits = f'decimal_sign = ","\nthousands_sign = "{sign}"'
    assert amounts(data, tmp_path, "'a'", f'P1,"{text}",', 'P2,"12 34,5",', habits=habits) == [
        ("P1", "1234.5"), ("3", "12 34,5 is not an amount such as 1234.50"),
    ]


def test_currency_signs_around_an_amount_go_when_that_is_a_habit(tmp_path: Path, data: DataFolder) -> None:
    lines = ("P1,$0.08,", "P2,-$ 5,", "P3,12.5 €,", "P4,£-3,", "P5,€,", "P6,$$5,", "P7,-$-5,", "P8,USD 5,")
    told = amounts(data, tmp_path, "'a'", *lines, habits="currency_signs = true")
    assert told == [
        ("P1", "0.08"), ("P2", "-5"), ("P3", "12.5"), ("P4", "-3"), *(
            (str(line), f"{text} is not an amount such as 1234.50")
            for line, text in ((6, "€"), (7, "$$5"), (8, "-$-5"), (9, "USD 5"))
        ),
    ]


def test_without_the_habit_a_currency_sign_is_no_amount(tmp_path: Path, data: DataFolder) -> None:
    assert amounts(data, tmp_path, "'a'", "P1,$5,") == [("2", "$5 is not an amount such as 1234.50")]


@pytest.mark.parametrize(
    ("shape", "line", "told"),
    [
        ("{ columns = ['a', 'b'] }", "P1,,7", "7"),
        ("{ columns = ['a', 'b'] }", "P1,3,7", "3"),
        ("{ columns = ['b', 'a'] }", "P1,3,7", "7"),
        ("{ column = 'a', minus = 'b' }", "P1,10.10,0.20", "9.9"),
        ("{ column = 'a', minus = 'b' }", "P1,,0.20", "-0.2"),
        ("{ column = 'a', minus = 'b' }", "P1,12345678901234.01,0.01", "12345678901234"),
        ("{ column = 'a', minus = 'b', negated = true }", "P1,10,4", "-6"),
        ("{ column = 'a', negated = true }", "P1,-10.5,", "10.5"),
        ("{ column = 'a', negated = true }", "P1,10.5,", "-10.5"),
        ("{ column = 'a', absolute = true }", "P1,-10.5,", "10.5"),
        ("{ column = 'a', absolute = true, negated = true }", "P1,-10.5,", "-10.5"),
        ("{ column = 'a', default = '3' }", "P1,,", "3"),
    ],
)
def test_a_number_is_taken_from_the_first_given_subtracted_and_turned(
    tmp_path: Path, data: DataFolder, shape: str, line: str, told: str
) -> None:
    assert amounts(data, tmp_path, shape, line) == [("P1", told)]


@pytest.mark.parametrize(
    ("shape", "line", "reason"),
    [
        ("{ column = 'a', minus = 'b' }", "P1,,", "a value is required"),
        ("{ column = 'a', minus = 'b' }", "P1,1,x", "1 is not an amount such as 1234.50"),
        ("{ column = 'a', minus = 'b' }", "P1,1.001,0", "1.001 has more decimals than EUR has (2)"),
        ("{ column = 'a', minus = 'b' }", "P1,99999999999999,-1", "99999999999999 is not an amount such as 1234.50"),
        ("{ column = 'a', negated = true }", "P1,--1,", "--1 is not an amount such as 1234.50"),
        ("{ column = 'a', absolute = true }", "P1,--1,", "--1 is not an amount such as 1234.50"),
    ],
)
def test_what_cannot_be_reckoned_with_is_rejected(tmp_path: Path, data: DataFolder, shape: str, line: str, reason: str) -> None:
    assert amounts(data, tmp_path, shape, line) == [("2", reason)]


def test_a_prefix_goes_and_a_word_may_mean_nothing(tmp_path: Path, data: DataFolder) -> None:
    own(data, "title = 'x'\n[columns]\nid = 'Id'\nseverity = 'Severity'\n[[targets]]\nkind = 'service_requests'\n[targets.columns]\n"
        "service_request_id = { column = 'id', without_prefix = 'sr:' }\nsupport_vehicle = { constant = 'cloud' }\n"
        "opened_at = { constant = '2026-05-20T10:00:00Z' }\nseverity = { column = 'severity', words = { 1 = 'A', unknown = '' } }\n")
    outcome = hand_in(data, write(tmp_path, "x.csv", "Id,Severity", "SR:1,1", "2,Unknown", "3,2"))
    found = [(row["service_request_id"], row["severity"]) for row in landed(data, outcome, "service_requests")]
    assert found == [("1", "A"), ("2", None)]
    assert said(outcome) == [(4, "Severity", "2 is not one of A, B, C")]


def test_a_rate_the_other_way_round_is_inverted_to_ten_decimals_half_up(tmp_path: Path, data: DataFolder) -> None:
    own(data, "title = 'x'\n[columns]\nday = 'Day'\nrate = 'Rate'\n[[targets]]\nkind = 'exchange_rates'\n[targets.columns]\n"
        "rate_on = 'day'\ncurrency = { constant = 'USD' }\nrate_to_company = { column = 'rate', inverted = true }\n")
    outcome = hand_in(data, write(
        tmp_path, "x.csv", "Day,Rate", "2026-01-01,1.1", "2026-01-02,3", "2026-01-03,1.5", "2026-01-04,0", "2026-01-05,x",
        "2026-01-06,16384", "2026-01-07,60000000000",
    ))
    assert [row["rate_to_company"] for row in landed(data, outcome, "exchange_rates")] == [
        Decimal("0.9090909091"), Decimal("0.3333333333"), Decimal("0.6666666667"), Decimal("0.0000610352"),
    ]
    # One in sixty thousand million is nothing at ten decimals, and a rate must be above it.
    assert [line for line, _, _ in said(outcome)] == [5, 6, 8]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-05-20", date(2026, 5, 20)),
        ("2026-05-20T23:30:00-08:00", date(2026, 5, 20)),
        ("2026-05-20 23:30:00.123456 UTC", date(2026, 5, 20)),
        ("2026-05-20T23:30:00Z", date(2026, 5, 20)),
        ("2026-05-20T 23: 30: 00Z", None),
        ("2026-05-20T23: 30: 00Z", date(2026, 5, 20)),
        ("20/5/2026 23:59", date(2026, 5, 20)),
        ("20/5/2026 11:59 PM", date(2026, 5, 20)),
        ("/Date(1518685950940+0000)/", date(2018, 2, 15)),
        ("/Date(1518735600000+0000)/", date(2018, 2, 15)),
        ("/Date(1518735600000+1300)/", date(2018, 2, 16)),
        ("/Date(x)/", None),
    ],
)
def test_the_day_of_a_time_is_the_day_that_stands_there(tmp_path: Path, data: DataFolder, text: str, day: date | None) -> None:
    own(data, "title = 'x'\n[habits]\ndate_order = 'DMY'\n[columns]\nid = 'Id'\nday = 'When'\n" + PAYMENTS.replace(
        '{ constant = "2026-05-01" }', "{ column = 'day', day = true }") + "amount_total = { constant = '1' }\n")
    outcome = hand_in(data, write(tmp_path, "x.csv", "Id,When", f"P1,{text}"))
    assert [row["received_on"] for row in landed(data, outcome, "payments")] == ([day] if day else [])


@pytest.mark.parametrize(
    ("habits", "text", "instant"),
    [
        ("time_zone = 'UTC'", "2026-05-20 10:00:00.5", datetime(2026, 5, 20, 10, 0, 0, 500000)),
        ("", "2026-05-20 10:00:00 UTC", datetime(2026, 5, 20, 10)),
        ("", "2026-05-20 10:00:00.123456 UTC", datetime(2026, 5, 20, 10, 0, 0, 123456)),
        ("", "2026-05-20 10:00:00 +0200", datetime(2026, 5, 20, 8)),
        ("", "2026-05-20T10:00:00.000+0200", datetime(2026, 5, 20, 8)),
        ("", "/Date(1518685950940+0000)/", datetime(2018, 2, 15, 9, 12, 30, 940000)),
        ("", "/Date(1518685950940)/", datetime(2018, 2, 15, 9, 12, 30, 940000)),
        ("", "2026-05-20 10:00:00", None),
        ("time_zone = 'Europe/Madrid'", "2026-05-20 10:00", datetime(2026, 5, 20, 8)),
        ("time_zone = 'Europe/Madrid'", "2026-05-20 10:00 UTC", datetime(2026, 5, 20, 10)),
        ("time_zone = 'UTC'\ndate_order = 'MDY'", "5/20/2026 1:05:06.5", datetime(2026, 5, 20, 1, 5, 6, 500000)),
        ("time_zone = 'UTC'\ndate_order = 'MDY'", "5/20/2026 12:05 AM", datetime(2026, 5, 20, 0, 5)),
        ("time_zone = 'UTC'\ndate_order = 'MDY'", "5/20/2026 12:05 pm", datetime(2026, 5, 20, 12, 5)),
        ("date_order = 'MDY'", "5/20/2026 10:00 UTC", datetime(2026, 5, 20, 10)),
        ("time_zone = 'UTC'\ndate_order = 'MDY'", "13/20/2026 1:05", None),
    ],
)
def test_an_instant_is_read_in_every_shape_that_exports_write(
    tmp_path: Path, data: DataFolder, habits: str, text: str, instant: datetime | None
) -> None:
    own(data, f"title = 'x'\n[habits]\n{habits}\n[columns]\nid = 'Id'\nopened = 'When'\n[[targets]]\nkind = 'service_requests'\n"
        "[targets.columns]\nservice_request_id = 'id'\nsupport_vehicle = { constant = 'cloud' }\nopened_at = 'opened'\n")
    outcome = hand_in(data, write(tmp_path, "x.csv", "Id,When", f"S1,{text}"))
    assert [row["opened_at"] for row in landed(data, outcome, "service_requests")] == ([instant] if instant else [])


def test_a_condition_may_compare_amounts(tmp_path: Path, data: DataFolder) -> None:
    own(data, "title = 'x'\n[habits]\ndecimal_sign = ','\n[columns]\nid = 'Id'\na = 'A'\n"
        + PAYMENTS.replace("[targets.columns]", "when = [{ column = 'a', is_above = '0.5' }]\n[targets.columns]", 1)
        + "amount_total = 'a'\n"
        + "[[targets]]\nkind = 'credit_notes'\nwhen = [{ column = 'a', is_below = '0' }]\n[targets.columns]\ncredit_note_id = 'id'\n"
        "customer_id = { constant = 'C1' }\nissued_on = { constant = '2026-05-01' }\ncurrency = { constant = 'EUR' }\n"
        "amount_total = { column = 'a', negated = true }\n")
    outcome = hand_in(data, write(
        tmp_path, "x.csv", "Id,A", 'R1,"0,6"', 'R2,"0,5"', 'R3,"-7,25"', "R4,", "R5,many", "R6,12345678901",
    ))
    # What no condition wants is loaded and becomes nothing: it may be a supplier's bill in a list of invoices.
    assert (outcome.landing.rows, outcome.landing.loaded) == (6, 6) if outcome.landing else False
    assert ids(landed(data, outcome, "payments"), "payment_id") == ["R1", "R6"]
    (note,) = landed(data, outcome, "credit_notes")
    assert (note["credit_note_id"], note["amount_total"]) == ("R3", Decimal("7.25"))


ALLOCATIONS = """
title = "Payments with their allocations"
[columns]
id = "Id"
applied = "Applied"
[lists.shares]
column = "applied"
fields = { invoice = ["Invoice.InvoiceID", "InvoiceID"], amount = "Amount" }
[[targets]]
kind = "allocations"
each = "shares"
when = [{ column = "shares.amount", is_above = "0" }]
[targets.columns]
allocation_id = { template = "{id}-{entry}" }
applied_on = { constant = "2026-05-01" }
source_type = { constant = "payment" }
source_id = "id"
invoice_id = "shares.invoice"
amount_applied = "shares.amount"
"""


def test_a_list_in_a_cell_becomes_one_thing_per_entry(tmp_path: Path, data: DataFolder) -> None:
    own(data, ALLOCATIONS)
    outcome = hand_in(data, write(
        tmp_path, "x.csv", "Id,Applied",
        '''P1,"[{""invoice"": {""InvoiceID"": ""I1""}, ""Amount"": 1.10}, {""INVOICEID"": ""I2"", ""amount"": ""2.20""}]"''',
        "P2,", "P3,[]", '''P4,"{""InvoiceID"": ""I3"", ""Amount"": 12345678901234.5}"''',
        '''P5,"[{""InvoiceID"": ""I3"", ""Amount"": 0}]"''',
    ))
    assert said(outcome) == []
    found = sorted((row["allocation_id"], row["source_id"], row["amount_applied"]) for row in landed(data, outcome, "allocations"))
    assert found == [
        ("P1-1", "P1", Decimal("1.1")), ("P1-2", "P1", Decimal("2.2")), ("P4-1", "P4", Decimal("12345678901234.5")),
    ]
    assert outcome.landing is not None and (outcome.landing.rows, outcome.landing.loaded) == (5, 5)


def test_a_row_with_one_bad_entry_is_rejected_whole_by_its_path(tmp_path: Path, data: DataFolder) -> None:
    own(data, ALLOCATIONS)
    outcome = hand_in(data, write(
        tmp_path, "x.csv", "Id,Applied",
        '''P1,"[{""InvoiceID"": ""I1"", ""Amount"": 1}, {""Amount"": 2}]"''', "P2,[1]", '''P3,"[{""InvoiceID"": ""I1"""''',
        '''P4,"[{""InvoiceID"": ""I1"", ""Amount"": 3}]"''',
    ))
    assert said(outcome) == [
        (2, "Invoice.InvoiceID", "a value is required"),
        (3, "Applied", "[1] is not a list of objects in JSON"),
        (4, "Applied", '[{"InvoiceID": "I1" is not a list of objects in JSON'),
    ]
    assert ids(landed(data, outcome, "allocations"), "source_id") == ["P4"]
    assert outcome.landing is not None
    # What a rejected row told is in the sum of the file, and in what was rejected.
    assert [(s.total, s.loaded, s.rejected) for s in outcome.landing.sums] == [(Decimal(6), Decimal(3), Decimal(3))]


RATES = """
title = "Rates, a column per currency"
[habits]
null = ["N/A"]
[columns]
day = "Date"
[lists.rates]
headers = "^[a-z]{3}$"
[[targets]]
kind = "exchange_rates"
each = "rates"
[targets.columns]
rate_on = "day"
currency = "rates.name"
rate_to_company = { column = "rates.value", inverted = true }
"""


def test_columns_that_match_become_one_thing_per_cell(tmp_path: Path, data: DataFolder) -> None:
    own(data, RATES)
    outcome = hand_in(data, write(
        tmp_path, "x.csv", "Date,USD,JPY,Sum,", "2026-01-02,1.25,160,,", "2026-01-05,N/A,162.5,,", "2026-01-06,1.1,x,,",
    ))
    # SUM has three letters as well, but no cells: an empty cell is no entry.
    assert said(outcome) == [(4, "JPY", "x is not a rate above 0 with at most 10 decimals, such as 1.0875")]
    found = [(str(row["rate_on"]), row["currency"], row["rate_to_company"]) for row in landed(data, outcome, "exchange_rates")]
    assert sorted(found) == [
        ("2026-01-02", "JPY", Decimal("0.00625")), ("2026-01-02", "USD", Decimal("0.8")), ("2026-01-05", "JPY", Decimal("0.0061538462")),
    ]


def test_a_header_without_any_column_of_a_list_is_not_that_format(tmp_path: Path, data: DataFolder) -> None:
    own(data, RATES)
    assert recognise("x.csv", ["Date", "USD"], known=known(data.path)).name == "mine"
    with pytest.raises(FileRefused, match="the header is not one we know"):
        recognise("x.csv", ["Date", "Dollars"], known=known(data.path))
    with pytest.raises(FileRefused, match="no column is named as mine wants it"):
        known(data.path)["mine"].bind("x.csv", ["Date", "Dollars"])


def test_a_dotted_name_is_found_flat_or_within_the_objects_of_a_cell(tmp_path: Path, data: DataFolder) -> None:
    own(data, "title = 'x'\n[columns]\nid = 'Id'\nname = 'profile.companyName'\n"
        "city = { names = 'profile.address.City', required = false }\n"
        "[[targets]]\nkind = 'customers'\n[targets.columns]\ncustomer_id = 'id'\ncustomer_name = 'name'\nsegment = 'city'\n"
        "currency = { constant = 'EUR' }\n")
    flat = hand_in(data, write(tmp_path, "flat.csv", "Id,Profile.CompanyName", "C1,Contoso"))
    nested = hand_in(data, write(
        tmp_path, "nested.csv", "Id,Profile", '''C1,"{""COMPANYNAME"": ""Contoso"", ""Address"": {""city"": 007}}"'''.replace("007", "7"),
        "C2,", "C3,Contoso",
    ))
    assert [(row["customer_name"], row["segment"]) for row in landed(data, flat, "customers")] == [("Contoso", None)]
    assert [(row["customer_name"], row["segment"]) for row in landed(data, nested, "customers")] == [("Contoso", "7")]
    assert said(nested) == [(3, "Profile", "a value is required"), (4, "Profile", "Contoso is not a list of objects in JSON")]


def test_rows_that_tell_one_thing_are_summed_once(tmp_path: Path, data: DataFolder) -> None:
    own(data, "title = 'A row per invoice line'\n[columns]\nid = 'Id'\ntotal = 'Total'\nitem = 'Item'\n"
        "[[targets]]\nkind = 'customer_invoices'\n[targets.columns]\ninvoice_id = 'id'\ncustomer_id = { constant = 'C1' }\n"
        "issued_on = { constant = '2026-05-01' }\ncurrency = { constant = 'EUR' }\namount_total = 'total'\n")
    outcome = hand_in(data, write(
        tmp_path, "x.csv", "Id,Total,Item", "I1,100,a", "I1,100,b", "I2,50,a", "I2,51,b", "I3,x,a", "I3,7,a",
    ))
    assert [line for line, _, _ in said(outcome)] == [5, 6]
    assert outcome.landing is not None and outcome.landing.rows == 6
    assert [(s.total, s.loaded, s.rejected) for s in outcome.landing.sums] == [(Decimal(208), Decimal(157), Decimal(51))]


def test_of_several_rows_that_make_one_thing_the_one_that_landed_is_summed(tmp_path: Path, data: DataFolder) -> None:
    own(data, "title = 'x'\n[columns]\nid = 'Id'\nversion = 'Version'\ntotal = 'Total'\n"
        + PAYMENTS.replace("[targets.columns]", "repeated = 'last'\norder_by = 'version'\n[targets.columns]", 1)
        + "amount_total = 'total'\n")
    outcome = hand_in(data, write(tmp_path, "x.csv", "Id,Version,Total", "P1,2,20", "P1,1,10", "P2,1,5.001"))
    assert [row["amount_total"] for row in landed(data, outcome, "payments")] == [Decimal(20)]
    assert outcome.landing is not None
    assert [(s.total, s.loaded, s.rejected) for s in outcome.landing.sums] == [(Decimal(20), Decimal(20), Decimal(0))]


KEPT = """
title = "Companions"
source = "their manual"
is_proven = true
targets = []
[[kept]]
title = "Accounts of the ledger"
columns = ["Account ID", "Class"]
[[kept]]
title = "Contacts"
columns = ["Contact ID"]
"""


def test_a_table_that_is_only_kept_lands_and_becomes_nothing(tmp_path: Path, data: DataFolder) -> None:
    own(data, KEPT, "books")
    profiles = known(data.path)
    assert profiles["books_accounts_of_the_ledger"].is_kept_only and not profiles["payments"].is_kept_only
    outcome = hand_in(data, write(tmp_path, "x.csv", "class,Account ID,More", "A,1,", "B,2,", "C,3,"), profile=None)
    assert outcome.landing is not None, str(outcome.refused)
    landing = outcome.landing
    assert (landing.profile, landing.rows, landing.loaded, landing.rejected) == ("books_accounts_of_the_ledger", 3, 3, 0)
    assert (landing.new, landing.things, landing.sums) == (0, {}, ())


def test_a_kept_table_is_meant_only_when_nothing_else_fits(data: DataFolder) -> None:
    header = ["payment_id", "customer_id", "received_on", "currency", "amount_total", "x"]
    own(data, f"title = 'x'\n[[kept]]\ntitle = 'Wide'\ncolumns = {header}\n")
    assert recognise("x.csv", header, known=known(data.path)).name == "payments"
    # A near miss of a kept table says nothing of its columns.
    with pytest.raises(FileRefused, match="the header is not one we know"):
        recognise("x.csv", ["currency", "x"], known=known(data.path))


def test_a_report_says_its_day_and_what_it_closes(data: DataFolder) -> None:
    own(data, "title = 'x'\n[columns]\nid = 'Id'\nday = 'As of'\n[report]\nday = 'day'\ncloses = ['payments']\n"
        + PAYMENTS + "amount_total = { constant = '1' }\n")
    report = known(data.path)["mine"].report
    assert report is not None and (report.day, report.closes) == ("day", ("payments",))


def test_encodings_title_source_and_proof_are_as_the_profile_says(data: DataFolder) -> None:
    own(data, "title = 'My bank'\nsource = 'the bank'\nis_proven = true\n[habits]\nencodings = ['utf-8', 'cp1252']\n[columns]\nid = 'Id'\n"
        + PAYMENTS + "amount_total = { constant = '1' }\n")
    mine = known(data.path)["mine"]
    assert (mine.title, mine.source, mine.is_proven, mine.habits.encodings) == ("My bank", "the bank", True, ("utf-8", "cp1252"))


def test_an_own_profile_may_not_hide_a_built_in_one(data: DataFolder) -> None:
    own(data, "title = 'x'\n[columns]\nid = 'Id'\n" + PAYMENTS + "amount_total = 'id'\n", "payments")
    assert known(data.path)["payments"].is_canonical
    assert "Profile payments.toml: the name payments is taken" in str(broken(data.path)["payments"])


COLUMNS = "title = 'x'\n[columns]\na = 'A'\nb = 'B'\n"
NOTICE = "[[targets]]\nkind = 'notices'\n[targets.columns]\nnotice_id = 'a'\ncustomer_id = 'a'\nnotice_type = 'a'\nsent_on = 'a'\n"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("title = ", "Invalid value"),
        ("title = 'x'\ncolour = 'red'", "there is no key colour"),
        ("title = 1\n[columns]\na = 'A'\n" + NOTICE, "title must be text"),
        ("[columns]\na = 'A'\n" + NOTICE, "title is missing"),
        ("title = 'x'\nis_proven = 'yes'\n[columns]\na = 'A'\n" + NOTICE, "is_proven must be true or false"),
        (COLUMNS, "targets is missing"),
        ("title = 'x'\ntargets = []\n[columns]\na = 'A'\n", "targets is missing"),
        ("title = 'x'\ntargets = 3\n[columns]\na = 'A'\n", "targets must be a list of tables"),
        ("title = 'x'\ncolumns = 3\n" + NOTICE, "columns must be a table"),
        ("title = 'x'\n" + NOTICE, "columns is missing"),
        ("title = 'x'\n[columns]\na = 7\n" + NOTICE, "columns.a must be text, or a list of texts"),
        ("title = 'x'\n[columns]\na = []\n" + NOTICE, "columns.a is missing"),
        ("title = 'x'\n[columns]\na = { names = 'A', occurrence = 0 }\n" + NOTICE, "columns.a.occurrence must be a whole number"),
        ("title = 'x'\n[columns]\na = { names = 'A', optional = true }\n" + NOTICE, "there is no key columns.a.optional"),
        ("title = 'x'\n[columns]\n'a; drop' = 'A'\n" + NOTICE, "a; drop is no name"),
        ("title = 'x'\n[columns]\nA = 'A'\n" + NOTICE, "A is no name"),
        ("title = 'x'\n[habits]\nhat = 1\n[columns]\na = 'A'\n" + NOTICE, "there is no key habits.hat"),
        ("title = 'x'\n[habits]\ndate_order = 'YDM'\n[columns]\na = 'A'\n" + NOTICE, "habits.date_order is YDM, but must be one of"),
        ("title = 'x'\n[habits]\ntime_zone = 'Mars/Base'\n[columns]\na = 'A'\n" + NOTICE, "habits.time_zone must be a time zone"),
        ("title = 'x'\n[habits]\ntime_zone = '../../etc/passwd'\n[columns]\na = 'A'\n" + NOTICE, "habits.time_zone must be a time zone"),
        ("title = 'x'\n[habits]\ndecimal_sign = ';'\n[columns]\na = 'A'\n" + NOTICE, "habits.decimal_sign is ;, but must be one of"),
        ("title = 'x'\n[habits]\nthousands_sign = '_'\n[columns]\na = 'A'\n" + NOTICE, "habits.thousands_sign must be a comma"),
        ("title = 'x'\n[habits]\nthousands_sign = '.'\n[columns]\na = 'A'\n" + NOTICE, "habits.thousands_sign must differ"),
        ("title = 'x'\n[habits]\nnull_dates = ['never']\n[columns]\na = 'A'\n" + NOTICE, "habits.null_dates must be days"),
        ("title = 'x'\n[habits]\nencodings = ['klingon']\n[columns]\na = 'A'\n" + NOTICE, "habits.encodings must be encodings"),
        ("title = 'x'\n[habits]\nencodings = ['zip']\n[columns]\na = 'A'\n" + NOTICE, "habits.encodings must be encodings"),
        ("title = 'x'\n[habits]\nencodings = []\n[columns]\na = 'A'\n" + NOTICE, "habits.encodings must be encodings"),
        (COLUMNS + "[[targets]]\nkind = 'paymints'", "targets[1].kind is paymints, but must be one of"),
        (COLUMNS + "[[targets]]\nkind = ['payments']", "targets[1].kind must be text"),
        (COLUMNS + "[[targets]]\nkind = 'notices'\n[targets.columns]\nhat = 'a'", "notices has no column hat"),
        (COLUMNS + "[[targets]]\nkind = 'notices'\n[targets.columns]\nnotice_id = 'a'", "notices needs customer_id"),
        (COLUMNS + NOTICE.replace("'a'\n", "'c'\n", 1), "targets[1].columns.notice_id reads c, which neither columns nor lists name"),
        (COLUMNS + NOTICE.replace("= 'a'\n", "= { column = 'a', constant = 'x' }\n", 1), "targets[1].columns.notice_id needs one of"),
        (COLUMNS + NOTICE.replace("= 'a'\n", "= {}\n", 1), "targets[1].columns.notice_id needs one of"),
        (COLUMNS + NOTICE.replace("= 'a'\n", "= { constant = '' }\n", 1), "targets[1].columns.notice_id is missing"),
        (COLUMNS + NOTICE.replace("= 'a'\n", "= { template = '{' }\n", 1), "targets[1].columns.notice_id.template must be text with names"),
        (COLUMNS + NOTICE.replace("= 'a'\n", "= { template = '{a!r}' }\n", 1), "targets[1].columns.notice_id.template must be text with"),
        (COLUMNS + NOTICE.replace("= 'a'\n", "= { template = '{c}' }\n", 1), "targets[1].columns.notice_id reads c"),
        (COLUMNS + NOTICE.replace("= 'a'\n", "= { column = 'a', words = { x = 1 } }\n", 1), "targets[1].columns.notice_id.words.x must be"),
        (COLUMNS + NOTICE.replace("= 'a'\n", "= { column = 'a', day = true }\n", 1), "targets[1].columns.notice_id.day is only for a day"),
        (COLUMNS + NOTICE.replace("= 'a'\n", "= { column = 'a', minus = 'b' }\n", 1), "targets[1].columns.notice_id.minus is only for"),
        (COLUMNS + NOTICE.replace("= 'a'\n", "= { column = 'a', inverted = true }\n", 1), "targets[1].columns.notice_id.inverted is only"),
        (COLUMNS + NOTICE + "[[targets.when]]\ncolumn = 'a'\n", "targets[1].when[1].when needs one of is, is_not"),
        (COLUMNS + NOTICE + "[[targets.when]]\ncolumn = 'c'\ngiven = true\n", "targets[1].when[1].column reads c"),
        (COLUMNS + NOTICE + "[[targets.when]]\ncolumn = 'a'\nis_above = 'nine'\n", "targets[1].when[1].is_above must be a number"),
        (COLUMNS + NOTICE + "[[targets.when]]\ncolumn = 'a'\nis_above = 9\n", "targets[1].when[1].is_above must be text"),
        (COLUMNS + NOTICE.replace("[targets.columns]", "each = 'lines'\n[targets.columns]"), "targets[1].each is lines, but must be one"),
        (COLUMNS + NOTICE.replace("[targets.columns]", "repeated = 'first'\n[targets.columns]"), "targets[1].repeated is first"),
        (COLUMNS + NOTICE.replace("[targets.columns]", "order_by = 'c'\n[targets.columns]"), "targets[1].order_by reads c"),
        (COLUMNS + "[lists.lines]\ncolumn = 'c'\nfields = { x = 'X' }\n" + NOTICE, "lists.lines.column reads c"),
        (COLUMNS + "[lists.lines]\ncolumn = 'a'\n" + NOTICE, "lists.lines.fields is missing"),
        (COLUMNS + "[lists.lines]\nheaders = '('\n" + NOTICE, "lists.lines.headers is no pattern"),
        (COLUMNS + "[lists.lines]\nheaders = 'x'\ncolumn = 'a'\n" + NOTICE, "lists.lines is either headers, or column and fields"),
        (COLUMNS + "[lists.Lines]\nheaders = 'x'\n" + NOTICE, "Lines is no name"),
        (COLUMNS + "[report]\nday = 'c'\ncloses = ['notices']\n" + NOTICE, "report.day reads c"),
        (COLUMNS + "[report]\nday = 'a'\ncloses = ['payments']\n" + NOTICE, "report.closes is payments, but must be one of notices"),
        ("title = 'x'\n[[kept]]\ntitle = 'T'\n", "kept[1].columns is missing"),
        ("title = 'x'\n[[kept]]\ntitle = 'T'\ncolumns = []\n", "kept[1].columns is missing"),
        ("title = 'x'\n[columns]\na = 'A'\n[[kept]]\ntitle = 'T'\ncolumns = ['A']\n", "kept tables have no columns"),
        ("title = 'x'\n[[kept]]\ntitle = 'T'\ncolumns = ['A']\n[[kept]]\ntitle = 't'\ncolumns = ['B']\n", "kept[2].title is the title of"),
    ],
)
def test_a_profile_that_cannot_be_meant_is_refused_by_file_and_key(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LandingError) as refused:
        read_profiles(path)
    assert str(refused.value).startswith(f"Profile mine.toml: {problem}")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["Mine", "1st", "my-bank", "my bank", "a" * 62])
def test_a_profiles_own_name_is_safe(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"{name}.toml"
    path.write_text(COLUMNS + NOTICE, encoding="utf-8")
    with pytest.raises(LandingError, match=f"Profile {name}.toml: {name} is no name"):
        read_profiles(path)


def test_a_profile_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(b"title = '\xff'\n")
    with pytest.raises(LandingError, match=r"Profile mine\.toml: "):
        read_profiles(path)


def test_the_first_of_several_that_is_no_zero(tmp_path: Path, data: DataFolder) -> None:
    lines = ("P1,0.00,7", "P2,3,7", "P3,,7", "P4,-0,0", "P5,0,")
    told = amounts(data, tmp_path, "{ columns = ['a', 'b'], not_zero = true }", *lines)
    assert told == [("P1", "7"), ("P2", "3"), ("P3", "7"), ("P4", "0"), ("P5", "0")]


def test_a_file_that_leaves_out_the_company_currency(tmp_path: Path, data: DataFolder) -> None:
    own(data, "title = 'x'\n[columns]\nid = 'Id'\ncurrency = { names = 'Currency', required = false }\n"
        + PAYMENTS.replace("{ constant = \"EUR\" }", "{ columns = ['currency', 'company_currency'] }")
        + "amount_total = { constant = '1' }\n")
    outcome = hand_in(data, write(tmp_path, "x.csv", "Id,Currency", "P1,USD", "P2,"))
    assert ids(landed(data, outcome, "payments"), "currency") == ["USD", "EUR"]
    outcome = hand_in(data, write(tmp_path, "y.csv", "Id", "P3"), profile="mine")
    assert ids(landed(data, outcome, "payments"), "currency") == ["EUR"]


def test_a_record_that_is_a_number_and_a_name(tmp_path: Path, data: DataFolder) -> None:
    own(data, "title = 'x'\n[columns]\nid = 'Id'\nwho = 'Who'\n" + PAYMENTS.replace(
        "customer_id = { constant = \"C1\" }", "customer_id = { column = 'who', item = 1 }\nreference = { column = 'who', item = 2 }"
    ) + "amount_total = { constant = '1' }\n")
    outcome = hand_in(data, write(
        tmp_path, "x.csv", "Id,Who", 'P1,"[14, ""Azure \\""I\\"" \\\\ Co""]"', "P2,Azure", 'P3,"[14, 15]"',
    ))
    assert [(row["customer_id"], row["reference"]) for row in landed(data, outcome, "payments")] == [
        ("14", 'Azure "I" \\ Co'), ("Azure", "Azure"), ("[14, 15]", "[14, 15]"),
    ]


@pytest.mark.parametrize(("test", "found"), [("same_as", ["P1", "P3", "P4"]), ("not_same_as", ["P2"])])
def test_a_row_whose_columns_agree(tmp_path: Path, data: DataFolder, test: str, found: list[str]) -> None:
    own(data, "title = 'x'\n[columns]\nid = 'Id'\na = 'A'\nb = 'B'\n"
        + PAYMENTS.replace("[targets.columns]", f"when = [{{ column = 'a', {test} = 'b' }}]\n[targets.columns]")
        + "amount_total = { constant = '1' }\n")
    outcome = hand_in(data, write(tmp_path, "x.csv", "Id,A,B", "P1,EUR,EUR", "P2,EUR,USD", "P3,,USD", "P4,EUR,"))
    assert ids(landed(data, outcome, "payments"), "payment_id") == found


def test_a_place_in_a_list_within_a_list(tmp_path: Path, data: DataFolder) -> None:
    own(data, "title = 'x'\n[columns]\nid = 'Id'\nlines = 'Lines'\n[lists.line]\ncolumn = 'lines'\n"
        "fields = { amount = 'Amount', document = 'Linked.0.Id' }\n"
        + PAYMENTS.replace('"payments"', '"payments"\neach = "line"').replace('payment_id = "id"', 'payment_id = "line.document"')
        + "amount_total = 'line.amount'\n")
    lines = '[{""Amount"": 5, ""Linked"": [{""Id"": ""I1""}]}, {""Amount"": 6, ""Linked"": [{""Id"": ""I2""}, {""Id"": ""I3""}]}]'
    outcome = hand_in(data, write(tmp_path, "x.csv", "Id,Lines", f'P1,"{lines}"', 'P2,"[{""Amount"": 7, ""Linked"": []}]"'))
    assert sorted(ids(landed(data, outcome, "payments"), "payment_id")) == ["I1", "I2"]
    assert [line for line, _, _ in said(outcome)] == [3]


def test_a_profile_that_is_not_there_names_those_that_are_of_use() -> None:
    with pytest.raises(FileRefused) as refused:
        recognise("x.csv", ["A"], "nope")
    assert "there is no profile nope; use one of" in str(refused.value) and "xero_invoices_csv" in str(refused.value)
    assert "xero_other_" not in str(refused.value)


def test_the_names_of_kept_tables_say_no_word_twice(data: DataFolder) -> None:
    text = "targets = []\n[[kept]]\ntitle = \"Bank accounts' lines\"\ncolumns = ['A']\n[[kept]]\ntitle = 'Bank'\ncolumns = ['B']\n"
    assert [one.name for one in read_profiles(own(data, text, "bank").path / "profiles" / "bank.toml")] == ["bank_accounts_lines", "bank"]
    assert all(len(set(words := one.name.split("_")[:3])) == len(words) for one in known().values() if one.is_kept_only)
