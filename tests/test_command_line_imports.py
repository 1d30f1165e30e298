"""Importing from the command line: what it says of each file, what it asks, and its exit codes."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from clearaccounts.__main__ import main
from clearaccounts.importing.records import landings
from clearaccounts.settings import DataFolder
from tests.command_line import Capture, Line, ageing
from tests.importing.desk import INVOICES, invoice, write
from tests.real_files import REAL_DATA, real_data


def test_an_import_says_what_came_in_and_leaves_with_0(line: Line, tmp_path: Path) -> None:
    assert line("import", write(tmp_path, "x.csv", INVOICES, invoice(1), invoice(2, "10.5"))) == 0
    *told, proof = line.out.splitlines()
    assert told == [
        "x.csv (customer_invoices): 2 rows = 2 loaded + 0 rejected; 2 new, 0 changed, 0 unchanged.",
        "  customer_invoices amount_total EUR: 110.50 in the file = 110.50 loaded + 0.00 rejected",
    ]
    (landing,) = landings(DataFolder(line.data))
    when = f"{landing.landed_at:%Y-%m-%d %H:%M} UTC"
    assert proof == f"Imported by operator on {when} as {landing.import_id}."
    assert line.err == ""
    assert ageing(line, "2026-06-01") == {"current": Decimal("110.50")}
    assert ageing(line, "2026-07-01") == {"1-30": Decimal("110.50")}


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (["I2,C1,2026-05-01,2026-06-01,EUR,1.005"], "x.csv, line 3, column amount_total: 1.005 has more decimals than EUR has (2)"),
        (["I2,C1,2026-05-01,2026-02-30,EUR,1"], "x.csv, line 3, column due_on: 2026-02-30 is not a day such as 2026-09-30"),
        (["I2,,2026-05-01,2026-06-01,EUR,1"], "x.csv, line 3, column customer_id: a value is required"),
        (["I1,C1,2026-05-01,2026-06-01,EUR,1"], "x.csv, line 3, column invoice_id: I1 was given with other content on line 2"),
    ],
)
def test_a_rejected_row_is_one_sentence_and_the_exit_code_is_3(line: Line, tmp_path: Path, rows: list[str], sentence: str) -> None:
    assert line("import", write(tmp_path, "x.csv", INVOICES, invoice(1), *rows)) == 3
    assert line.err == f"{sentence}; mend it and import the file again.\n"
    assert ageing(line, "2026-07-01") == {"1-30": Decimal(100)}
    assert line("rejects", "--file", "x.csv") == 0
    (reject,) = csv.DictReader(io.StringIO(line.out))
    assert (reject["file"], reject["line"], reject["raw"]) == ("x.csv", "3", rows[0])
    assert line("rejects", "--format", "json", "--file", "other.csv") == 0
    assert json.loads(line.out) == []


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["a,b", "1,2"], "y.csv, line 1: the header is not one we know"),
        (["invoice_id,customer_id,currency,amount_total", "1,2,EUR,3"], "y.csv, line 1: the required column issued_on"),
        ([INVOICES, invoice(5), "I6,C1,2026"], "y.csv, line 3: the last line has too few fields"),
        ([INVOICES, '"I5,C1'], "y.csv, line 2: a quote is opened here and never closed"),
        ([INVOICES], "y.csv: there are no rows after the header"),
    ],
)
def test_a_refused_file_is_one_sentence_and_the_old_numbers_stay(line: Line, tmp_path: Path, lines: list[str], sentence: str) -> None:
    line("import", write(tmp_path, "x.csv", INVOICES, invoice(1)))
    assert line("import", write(tmp_path, "y.csv", *lines)) == 1
    assert line.err.startswith(sentence) and line.err.count("\n") == 1
    assert ageing(line, "2026-07-01") == {"1-30": Decimal(100)}


def test_a_folder_is_imported_file_by_file_and_one_refusal_is_a_3(line: Line, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    write(folder, "bad.csv", "a,b", "1,2")
    write(folder, "good.csv", INVOICES, invoice(1))
    write(folder, "README.md", "words")
    write(folder / "inner", "never.csv", INVOICES, invoice(2))
    assert line("import", folder, "--format", "json") == 3
    first, second = map(json.loads, line.out.splitlines())
    assert (first["file"], first["profile"], first["rows"]) == ("bad.csv", None, 0)
    assert first["refused_reason"].startswith("bad.csv, line 1")
    assert second == {
        "file": "good.csv", "profile": "customer_invoices", "rows": 1, "loaded": 1, "rejected": 0, "new": 1, "changed": 0, "unchanged": 0,
        "refused_reason": None, "rejects": [],
    }


def test_the_same_file_again_names_the_day_it_first_landed(line: Line, tmp_path: Path) -> None:
    file = write(tmp_path, "x.csv", INVOICES, invoice(1))
    line("import", file)
    assert line("import", file) == 0
    assert line.out == f"x.csv: this very file landed first on {datetime.now(UTC).date()}; nothing changed.\n"
    assert line("import", file, "--format", "json") == 0
    assert {key: json.loads(line.out)[key] for key in ("rows", "loaded", "new", "changed", "unchanged")} == {
        "rows": 1, "loaded": 1, "new": 0, "changed": 0, "unchanged": 1,
    }


def test_a_snapshot_needs_a_confirmation(line: Line, tmp_path: Path) -> None:
    line("import", write(tmp_path, "x.csv", INVOICES, invoice(1), invoice(2)))
    shorter = write(tmp_path, "y.csv", INVOICES, invoice(1))
    assert line("import", shorter, "--snapshot") == 1
    assert "--yes" in line.err
    assert line("import", shorter, "--snapshot", "--yes") == 0
    assert "1 customer_invoices withdrawn as of" in line.out
    assert ageing(line, "2099-01-01") == {"91+": Decimal(100)}


def test_what_nobody_confirms_is_not_imported_and_says_how_to_confirm_it(line: Line, tmp_path: Path) -> None:
    line("import", write(tmp_path, "x.csv", INVOICES + ",invoice_status", *(invoice(n) + ",posted" for n in range(12))))
    voided = write(tmp_path, "y.csv", INVOICES + ",invoice_status", *(invoice(n) + ",void" for n in range(6)))
    sentence = (
        "y.csv: Of 12 open invoices 6 would be open no longer although nobody has settled them; of what is open, this would be gone:"
        " 600.00 / 1200.00 EUR. Nothing was imported; it waits for a person to confirm. On the command line, --yes confirms it."
    )
    assert line("import", voided, "--format", "json") == 1
    told = json.loads(line.out)
    assert (told["file"], told["rows"], told["refused_reason"]) == ("y.csv", 0, sentence)
    assert line.err == sentence + "\n"
    assert ageing(line, "2026-07-01") == {"1-30": Decimal(1200)}
    assert line("import", voided, "--yes") == 0
    assert ageing(line, "2026-07-01") == {"1-30": Decimal(600)}


def test_profiles_are_listed_with_their_proof_and_ones_own_among_them(line: Line, tmp_path: Path) -> None:
    write(
        line.data / "profiles", "ours.toml", 'title = "Our own list"', "[columns]", 'a = "Number"', "[[targets]]", 'kind = "customers"',
        "[targets.columns]", 'customer_id = "a"', 'customer_name = "a"', 'currency = { constant = "EUR" }',
    )
    assert line("profiles", "--format", "json") == 0
    listed = {one["name"]: one for one in json.loads(line.out)}
    assert listed["ours"]["is_own"] and listed["ours"]["kinds"] == ["customers"] and not listed["ours"]["is_proven"]
    assert listed["receivables_ibm"]["is_proven"] and not listed["xero_credit_notes"]["is_proven"]
    assert line("profiles") == 0
    assert "customer_invoices" in line.out and "Our own list (unproven" in line.out
    assert line("import", write(tmp_path, "x.csv", "Number", "7"), "--profile", "ours") == 0
    assert line("profiles", "check") == 2


@pytest.mark.parametrize(
    ("lines", "code", "said"),
    [
        ([INVOICES, invoice(1)], 0, "  1 rows = 1 loaded + 0 rejected; 1 new, 0 changed, 0 unchanged"),
        ([INVOICES, invoice(1), invoice(2, "x")], 3, "  2 rows = 1 loaded + 1 rejected; 1 new, 0 changed, 0 unchanged"),
        ([INVOICES, invoice(1), "I2"], 1, "x.csv would be read as customer_invoices"),
        (["a,b", "1,2"], 1, ""),
    ],
)
def test_a_file_is_checked_without_changing_anything(line: Line, tmp_path: Path, lines: list[str], code: int, said: str) -> None:
    assert line("profiles", "check", write(tmp_path, "x.csv", *lines)) == code
    assert said in line.out and not line.data.exists()
    assert line("profiles", "check", tmp_path / "x.csv", "--format", "json") == code
    assert (json.loads(line.out)["refused_reason"] is not None) == (code == 1)


def test_a_check_names_the_columns_that_nothing_reads(line: Line, tmp_path: Path) -> None:
    assert line("profiles", "check", write(tmp_path, "x.csv", INVOICES + ",Colour", invoice(1) + ",blue")) == 0
    assert "  kept and not read: Colour\n" in line.out and "  would become 1 customer_invoices\n" in line.out


def test_a_broken_profile_of_ones_own_keeps_out_only_what_is_to_be_read_by_it(line: Line, tmp_path: Path) -> None:
    write(line.data / "profiles", "mine.toml", 'title = "Mine"')
    broken = "Profile mine.toml: columns is missing."
    warning = f"{broken} Until it is mended or deleted, no file is read by it.\n"
    file = write(tmp_path, "x.csv", INVOICES, invoice(1))
    assert line("profiles", "check", file) == 0 and line.err == warning
    assert line("import", file, "--profile", "mine") == 1
    assert line.err == f"{warning}x.csv: the profile chosen for it cannot be used: {broken}\n"
    assert line("import", file) == 0 and line.err == warning
    assert line("profiles") == 0 and "mine" in line.out and broken in line.out
    assert line("profiles", "--format", "json") == 0
    assert [one["name"] for one in json.loads(line.out) if one["broken_reason"] == broken] == ["mine"]


def test_rejected_rows_are_mended_in_a_file_of_their_own_and_imported_again(line: Line, tmp_path: Path) -> None:
    assert line("import", write(tmp_path, "x.csv", INVOICES, invoice(1), invoice(2, "1.005"), invoice(3))) == 3
    out = tmp_path / "mend.csv"
    assert line("rejects", "--file", "x.csv", "--mend", out) == 0
    assert line.out == f"1 rejected rows of x.csv are in {out}; mend it and import it with --profile customer_invoices.\n"
    assert out.read_text(encoding="utf-8-sig") == f"{INVOICES}\n{invoice(2, '1.005')}\n"
    out.write_text(out.read_text().replace("1.005", "1.05"))
    assert line("import", out, "--profile", "customer_invoices") == 0
    assert ageing(line, "2026-07-01") == {"1-30": Decimal("201.05")}
    assert line("rejects", "--mend", out) == 2
    assert line("rejects", "--mend", out, "--file", "mend.csv") == 1
    assert line.err == "mend.csv: no row of a file of this name was rejected.\n"


def test_an_open_items_report_says_what_it_closes(line: Line, tmp_path: Path) -> None:
    header = "Report date,Customer ID,Invoice,Issue date,Currency,Original amount,Open amount"
    line("import", write(tmp_path, "may.csv", header, *(f"2026-05-31,C1,I{n},2026-05-01,EUR,100,100" for n in range(3))))
    assert line("import", write(tmp_path, "june.csv", header, "2026-06-30,C1,I1,2026-05-01,EUR,100,100"), "--profile", "open_items") == 0
    assert "  2 customer_invoices closed as of 2026-06-30: I0, I2\n" in line.out
    assert sum(ageing(line, "2026-06-29").values()) == 300
    assert sum(ageing(line, "2026-06-30").values()) == 100
    # An older report is asked about; without anybody to ask nothing is imported.
    older = write(tmp_path, "april.csv", header, "2026-04-30,C1,I1,2026-04-01,EUR,100,90")
    assert line("import", older) == 1
    assert "older than the one of 2026-06-30 that is in already" in line.err and "--yes confirms it" in line.err
    assert line("import", older, "--yes") == 0
    assert "Older than the report of 2026-06-30: 0 rows that nobody knew were taken" in line.out
    assert sum(ageing(line, "2026-06-30").values()) == 100


def test_a_path_that_is_not_there_imports_nothing(line: Line, tmp_path: Path) -> None:
    assert line("import", tmp_path / "nowhere.csv") == 1
    assert "there is no such file" in line.err and not line.data.exists()


def test_a_path_that_is_not_there_keeps_no_other_file_out(line: Line, tmp_path: Path) -> None:
    assert line("import", tmp_path / "nowhere.csv", write(tmp_path, "x.csv", INVOICES, invoice(1)), "--format", "json") == 3
    lost, found = map(json.loads, line.out.splitlines())
    assert (lost["file"], lost["refused_reason"]) == ("nowhere.csv", f"{tmp_path / 'nowhere.csv'}: there is no such file; check the path.")
    assert (found["file"], found["new"]) == ("x.csv", 1)


def test_a_snapshot_of_files_older_than_what_came_since_changes_nothing_and_leaves_with_1(line: Line, tmp_path: Path) -> None:
    older = write(tmp_path, "x.csv", INVOICES, invoice(1))
    line("import", older)
    line("import", write(tmp_path, "y.csv", INVOICES, invoice(2)))
    assert line("import", older, "--snapshot", "--yes") == 1
    assert line.err == "Nothing was withdrawn, because y.csv landed after these files.\n"
    assert ageing(line, "2099-01-01") == {"91+": Decimal(200)}


def test_nothing_is_imported_into_the_samples_folder(tmp_path: Path, capsys: Capture) -> None:
    file, folder = write(tmp_path, "x.csv", INVOICES, invoice(1)), tmp_path / "data-sample"
    assert main(["import", str(file), "--data", str(folder)]) == 1
    assert capsys.readouterr().err == f"{folder} is the sample partner's; import into another folder, such as ./data.\n"
    assert not folder.exists()


class TestRealFiles:
    """The real public files give their reference figures, exactly."""

    pytestmark = real_data

    def test_the_receivables_sample(self, line: Line) -> None:
        assert line("import", REAL_DATA / "receivables_ibm", "--format", "json") == 0
        told = json.loads(line.out)
        assert (told["profile"], told["rows"], told["loaded"], told["new"]) == ("receivables_ibm", 2466, 2466, 2466)
        assert line("query", "receivables/ageing", "--as-of-on", "2013-06-30", "--format", "json") == 0
        counted: dict[str, tuple[int, Decimal]] = {}
        for row in json.loads(line.out):
            count, amount = counted.get(row["bucket"], (0, Decimal(0)))
            counted[row["bucket"]] = (count + row["item_count"], amount + Decimal(row["amount_outstanding"]))
        assert counted == {"current": (72, Decimal("4284.29")), "1-30": (12, Decimal("835.56"))}
        assert line("verify") == 0

    def test_the_incident_log(self, line: Line) -> None:
        assert line("import", REAL_DATA / "support_uci", "--format", "json") == 0
        told = json.loads(line.out)
        assert (told["profile"], told["rows"], told["loaded"], told["rejected"]) == ("support_uci", 141712, 141712, 0)
        assert line("query", "support/backlog", "--at", "2016-05-01T00:00:00Z", "--format", "json") == 0
        backlog = {row["case_category"]: row["case_count"] for row in json.loads(line.out)}
        assert sum(backlog.values()) == 2961
        assert {key: backlog[key] for key in ("46", "42", "53", "26", "34")} == {"46": 433, "42": 381, "53": 348, "26": 269, "34": 210}

    def test_the_reconciliation_sample_in_two_packings(self, line: Line) -> None:
        folder = REAL_DATA / "partner_center" / "recon_format_sample"
        assert line("import", folder, "--format", "json") == 0
        assert [(told["rows"], told["loaded"]) for told in map(json.loads, line.out.splitlines())] == [(9, 9), (9, 9)]
