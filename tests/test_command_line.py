"""The command line as people and scripts use it: what it prints, where, and its exit codes."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from clearaccounts.__main__ import main
from clearaccounts.access import OPERATOR
from clearaccounts.decisions import EventFilter, open_store
from clearaccounts.importing import publish
from clearaccounts.importing.files import file_hash
from clearaccounts.importing.records import landings
from clearaccounts.query_files import queries
from clearaccounts.settings import ROOT, DataFolder, Settings
from tests.importing.desk import INVOICES, invoice, write
from tests.real_files import REAL_DATA, real_data

Capture = pytest.CaptureFixture[str]


class Line:
    """One data folder and what was typed and said about it."""

    def __init__(self, data: Path, capture: Capture) -> None:
        self.data = data
        self._capture = capture
        self.out = self.err = ""

    def __call__(self, *words: str | Path) -> int:
        code = main(["--data", str(self.data), *map(str, words)])
        self.out, self.err = self._capture.readouterr()
        assert "Traceback" not in self.err
        return code


@pytest.fixture
def line(tmp_path: Path, capsys: Capture) -> Line:
    return Line(tmp_path / "data", capsys)


def ageing(line: Line, day: str) -> dict[str, Decimal]:
    assert line("query", "receivables/ageing", "--as-of-on", day, "--format", "csv") == 0
    found: dict[str, Decimal] = {}
    for row in csv.DictReader(io.StringIO(line.out)):
        found[row["bucket"]] = found.get(row["bucket"], Decimal(0)) + Decimal(row["amount_outstanding"])
    return found


def test_an_import_says_what_came_in_and_leaves_with_0(line: Line, tmp_path: Path) -> None:
    assert line("import", write(tmp_path, "x.csv", INVOICES, invoice(1), invoice(2, "10.5"))) == 0
    *told, proof = line.out.splitlines()
    assert told == [
        "x.csv (customer_invoices): 2 rows = 2 loaded + 0 rejected; 2 new, 0 changed, 0 unchanged.",
        "  customer_invoices amount_total EUR: 110.50 in the file = 110.50 loaded + 0.00 rejected",
    ]
    (landing,) = landings(DataFolder(line.data))
    when = f"{landing.landed_at:%Y-%m-%d %H:%M} UTC"
    assert proof == f"  imported by operator on {when} as {landing.import_id}, SHA-256 {file_hash(tmp_path / 'x.csv')}"
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


def test_the_last_import_is_undone_on_record_and_verify_still_proves_all_of_it(line: Line, tmp_path: Path) -> None:
    line("import", write(tmp_path, "x.csv", INVOICES, invoice(1)))
    line("import", write(tmp_path, "y.csv", INVOICES, invoice(1, "7"), invoice(2)), write(tmp_path, "z.csv", INVOICES, invoice(3)))
    assert line("undo") == 1
    assert line.err == f"This would undo the import of y.csv, z.csv of {datetime.now(UTC).date()} by operator; confirm it with --yes." \
        " Nothing was changed.\n"
    assert line("undo", "--yes") == 0
    assert line.out.startswith("Undone: the import of y.csv, z.csv of ")
    assert ageing(line, "2026-07-01") == {"1-30": Decimal(100)}
    events = open_store(DataFolder(line.data), Settings()).events(OPERATOR, EventFilter(subject_type="import"), newest_first=False).events
    assert [event.event_type for event in events] == ["imported", "imported", "undone"]
    assert {event.actor for event in events} == {"operator"}
    assert events[2].details["report"]["files"] == ["y.csv", "z.csv"] and events[2].subject_id == events[1].subject_id
    assert line("verify") == 0
    # An undone landing is kept, and still watched.
    (raw,) = (path for path in line.data.glob("landing/*/raw.csv") if b"I3" in path.read_bytes())
    raw.write_text("other")
    assert line("verify") == 4
    assert line.out.startswith("z.csv: the landed file is not the one that was imported")


def test_verify_looks_at_a_folder_in_which_everything_was_undone_and_misses_an_undo_that_is_gone(line: Line, tmp_path: Path) -> None:
    line("import", write(tmp_path, "x.csv", INVOICES, invoice(1)))
    assert line("undo", "--yes") == 0
    assert "the sample partner is served" in line.out
    assert line("undo", "--yes") == 1
    assert line.err == "There is no import in data to undo.\n"
    assert line("verify") == 0
    (undo,) = line.data.glob("landing/undo-*")
    shutil.rmtree(undo)
    assert line("verify") == 4
    assert "was undone, and the undo is gone; restore landing/ from a backup." in line.out


def test_what_a_crash_kept_off_the_record_is_put_there_by_the_next_command(line: Line, tmp_path: Path) -> None:
    file = write(tmp_path, "x.csv", INVOICES, invoice(1))
    publish.import_files(DataFolder(line.data), Settings(), [file], datetime.now(UTC), by="demo:beatriz")
    line("import", file)
    (event,) = open_store(DataFolder(line.data), Settings()).events(OPERATOR, EventFilter(subject_type="import")).events
    report = event.details["report"]
    assert (event.actor, report["by"], report["files"][0]["file"], report["files"][0]["sha256"]) == (
        "operator", "demo:beatriz", "x.csv", file_hash(file)
    )
    assert report["files"][0]["sums"] == [
        {"column": "customer_invoices.amount_total", "currency": "EUR", "total": "100.0000", "loaded": "100.0000", "rejected": "0.0000"},
    ]


def test_profiles_are_listed_with_their_proof_and_ones_own_among_them(line: Line, tmp_path: Path) -> None:
    write(
        line.data / "profiles", "ours.toml", 'title = "Our own list"', "[columns]", 'a = "Number"', "[[targets]]", 'kind = "customers"',
        "[targets.columns]", 'customer_id = "a"', 'customer_name = "a"', 'currency = { constant = "EUR" }',
    )
    assert line("profiles", "--format", "json") == 0
    listed = {one["name"]: one for one in json.loads(line.out)}
    assert listed["ours"]["is_own"] and listed["ours"]["kinds"] == ["customers"] and not listed["ours"]["is_proven"]
    assert listed["receivables_ibm"]["is_proven"] and not listed["reconciliation_lines"]["is_proven"]
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


def test_an_amount_of_fourteen_digits_goes_through_every_step(line: Line, tmp_path: Path) -> None:
    most = "99999999999999.99"
    assert line(
        "import",
        write(tmp_path, "i.csv", INVOICES + ",exchange_rate", f"I1,C1,2026-05-01,,USD,{most},0.92", f"I2,C1,2026-05-01,,EUR,{most},"),
        write(tmp_path, "n.csv", "invoice_id,instalment_number,due_on,amount_total", f"I2,1,2026-06-01,{most}"),
        write(tmp_path, "p.csv", "payment_id,customer_id,received_on,currency,amount_total", f"P1,C1,2026-05-02,EUR,{most}"),
        write(
            tmp_path, "a.csv", "allocation_id,applied_on,source_type,source_id,invoice_id,amount_applied,amount_from_source",
            f"A1,2026-05-03,payment,P1,I1,{most},99999999999999.98",
        ),
    ) == 0, line.err
    assert ageing(line, "2026-05-03") == {"current": Decimal(most), "unapplied": Decimal("-0.01")}
    assert line("verify") == 0


def test_the_company_currency_is_that_of_the_settings_at_hand(line: Line, tmp_path: Path) -> None:
    line("import", write(tmp_path, "x.csv", INVOICES, "I1,C1,2026-05-01,,CHF,1"))
    asked = ["query", "receivables/ageing_company", "--as-of-on", "2026-05-02", "--format", "csv"]
    assert line(*asked) == 0
    assert line.out.splitlines()[1:] == []  # no rate from CHF to the default, EUR
    assert line(*asked, "--config", write(tmp_path, "mine.toml", "[company]", 'currency = "CHF"')) == 0
    assert line.out.splitlines()[1:] == ["C1,C1,CHF,1-30,1,1.00"]


def test_unknown_customers_and_invoices_are_loaded_and_listed(line: Line, tmp_path: Path) -> None:
    allocation = write(tmp_path, "a.csv", "allocation_id,applied_on,source_type,invoice_id,amount_applied", "A1,2026-05-02,write_off,I9,1")
    assert line("import", write(tmp_path, "x.csv", INVOICES, invoice(1)), allocation) == 0
    assert line("query", "overview/checks", "--format", "json") == 0
    found = {row["check_name"]: row["offender_count"] for row in json.loads(line.out)}
    assert found["unknown_customer"] == found["unknown_invoice"] == 1
    assert line("verify") == 0


def test_figures_are_exact_in_csv_and_json_and_decimal_in_parquet(line: Line, tmp_path: Path) -> None:
    line("import", write(tmp_path, "x.csv", INVOICES, invoice(1, "10.5"), "Y1,C1,2026-05-01,,JPY,7", "K1,C1,2026-05-01,,KWD,1.005"))
    asked = ["query", "receivables/ageing", "--as-of-on", "2026-05-02"]
    assert line(*asked, "--format", "json") == 0
    assert [(row["currency"], row["amount_outstanding"], row["item_count"]) for row in json.loads(line.out)] == [
        ("EUR", "10.50", 1), ("JPY", "7", 1), ("KWD", "1.005", 1),
    ]
    assert line(*asked, "--currency", "EUR", "--format", "csv", "--output", tmp_path / "out.csv") == 0
    assert line.out == ""
    assert (tmp_path / "out.csv").read_text() == (
        "customer_id,customer_name,currency,bucket,item_count,amount_outstanding\nC1,C1,EUR,current,1,10.50\n"
    )
    assert line(*asked, "--format", "parquet", "--output", tmp_path / "out.parquet") == 0
    assert pq.read_table(tmp_path / "out.parquet")["amount_outstanding"].to_pylist() == [Decimal("10.5"), Decimal(7), Decimal("1.005")]
    assert line(*asked) == 0
    assert "(3 rows)" in line.out


def test_instants_end_in_z_and_flags_are_true_or_false(line: Line, tmp_path: Path) -> None:
    header = "case_id,customer_id,case_category,case_status,opened_at"
    line("import", write(tmp_path, "c.csv", header, "K1,C1,Mail,open,2026-05-01T10:00:00+02:00"))
    assert line("query", "support/open_cases", "--at", "2026-06-01T00:00:00Z", "--format", "json") == 0
    (case,) = json.loads(line.out)
    assert case["opened_at"] == "2026-05-01T08:00:00Z"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["query", "receivables/ageing"], "receivables/ageing needs --as-of-on."),
        (["query", "receivables/ageing", "--as-of-on", "01/02/2026"], "as-of-on is 01/02/2026; it must be a day such as 2026-09-30."),
        (["query", "receivables/ageing", "--as-of-on", "2026-02-30"], "as-of-on is 2026-02-30; it must be a day such as 2026-09-30."),
        (["query", "receivables/ageing", "--as-of-on", "2026-01-01", "--bucket-edges", "60,30"],
         "bucket-edges is 60,30; it must be whole numbers above 0 that grow, such as 30,60,90."),
        (["query", "receivables/ageing", "--as-of-on", "2026-01-01", "--customer-id", "C1"],
         "receivables/ageing has no parameter --customer-id."),
        (["query", "receivables/ageing", "--as-of-on", "2026-01-01", "--viewer-agent", "x"], "unrecognized arguments"),
        (["query", "receivables/ageing", "--as-of-on", "2026-01-01", "--currency", "EURO"],
         "currency is EURO; it must be an ISO 4217 code such as EUR."),
        (["query", "receivables/kpis", "--from-on", "2026-02-01", "--to-on", "2026-01-31"],
         "to-on is 2026-01-31; it must be 2026-02-01 or later."),
        (["query", "receivables/agging"], "There is no query receivables/agging"),
        (["query", "support/backlog", "--at", "2026-01-01T00:00:00"], "at is 2026-01-01T00:00:00; it must be an instant with its offset"),
        (["query", "receivables/ageing", "--as-of-on", "2026-01-01", "--format", "parquet"], "Parquet is no text"),
        (["query", "receivables/ageing", "--as-of-on", "2026-01-01", "--policy", "x.toml"], "receivables/ageing takes no policy."),
        (["frobnicate"], "argument COMMAND: invalid choice: 'frobnicate'"),
        ([], "the following arguments are required: COMMAND"),
    ],
)
def test_a_bad_parameter_is_one_sentence_and_a_2(line: Line, words: list[str], sentence: str) -> None:
    assert line(*words) == 2
    assert line.err.startswith(sentence) and line.err.count("\n") == 1
    assert line.out == ""


def test_data_and_config_may_stand_before_or_after_the_command(tmp_path: Path, capsys: Capture) -> None:
    config = write(tmp_path, "mine.toml", "[company]", 'currency = "CHF"')
    file = write(tmp_path, "x.csv", INVOICES, "I1,C1,2026-05-01,,CHF,1")
    asked = ["query", "receivables/ageing_company", "--as-of-on", "2026-05-02", "--format", "json"]
    assert main(["--config", str(config), "import", str(file), "--data", str(tmp_path / "data")]) == 0
    assert main([*asked, "--data", str(tmp_path / "data"), "--config", str(config)]) == 0
    out = capsys.readouterr().out
    assert json.loads(out[out.index("["):])[0]["customer_id"] == "C1"
    assert main(["--config", str(tmp_path / "none.toml"), "queries"]) == 1
    assert "there is no such file" in capsys.readouterr().err


def test_a_bad_setting_names_file_and_key(line: Line, tmp_path: Path) -> None:
    config = write(tmp_path, "mine.toml", "[company]", 'currency = "EURO"')
    assert line("--config", config, "queries") == 1
    assert line.err == "mine.toml: [company] currency is EURO; it must be an ISO 4217 code such as EUR.\n"


def test_every_query_is_listed_with_its_columns(line: Line, tmp_path: Path) -> None:
    line("import", write(tmp_path, "x.csv", INVOICES, invoice(1)))
    assert line("queries") == 0
    assert [text for text in line.out.splitlines() if text and text[0] != " "] == list(queries())
    block = line.out.split("receivables/ageing\n")[1].split("receivables/ageing_")[0]
    assert "one row per customer_id, currency, bucket" in block
    assert "--bucket-edges integers:" in block and "(default 30,60,90)" in block
    assert "customer_id varchar, customer_name varchar, currency varchar, bucket varchar" in block


@pytest.mark.parametrize("name", sorted(queries()))
def test_every_query_answers(name: str, sample_folder: DataFolder, capsys: Capture) -> None:
    values = {
        "as_of_on": "2026-09-30", "compared_on": "2026-08-31", "from_on": "2026-07-01", "to_on": "2026-09-30", "at": "2026-10-01T00:00:00Z",
        "customer_id": "C0001", "check_name": "unknown_customer",
    }
    asked = [
        word for parameter in queries()[name].parameters if parameter.is_required
        for word in ("--" + parameter.name.replace("_", "-"), values[parameter.name])
    ]
    code = main(["query", name, *asked, "--format", "json", "--data", str(sample_folder.path.parent / "data")])
    out, err = capsys.readouterr()
    assert (code, err) == (0, "")
    assert isinstance(json.loads(out), list)


def test_verify_finds_a_landed_file_that_was_changed(line: Line, tmp_path: Path) -> None:
    line("import", write(tmp_path, "x.csv", INVOICES, invoice(1)))
    assert line("verify") == 0
    assert line.out.startswith("All is well")
    (raw,) = line.data.glob("landing/*/raw.csv")
    raw.write_text("other")
    assert line("verify") == 4
    place = f"landing/{raw.parent.name}"
    assert line.out == f"x.csv: the landed file is not the one that was imported; restore {place} from a backup.\n"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("customer_invoices.parquet", "x.csv: customer_invoices.parquet changed after the import; restore landing/"),
        ("rejects.parquet", "x.csv: rejects.parquet changed after the import; restore landing/"),
        ("landing.json", "landing.json: this record of an import is damaged; restore it from a backup."),
    ],
)
def test_verify_finds_that_what_was_read_from_a_file_was_changed(line: Line, tmp_path: Path, name: str, sentence: str) -> None:
    line("import", write(tmp_path, "x.csv", INVOICES, invoice(1)))
    (path,) = line.data.glob(f"landing/*/{name}")
    path.write_bytes(path.read_bytes()[:-10])
    assert line("verify") == 4
    assert sentence in line.out and line.out.count("\n") == 1


def test_verify_finds_a_landing_that_is_gone_or_that_says_something_else_than_the_record(line: Line, tmp_path: Path) -> None:
    line("import", write(tmp_path, "x.csv", INVOICES, invoice(1)), write(tmp_path, "y.csv", INVOICES, invoice(2), invoice(3)))
    first, second = sorted(line.data.glob("landing/*/landing.json"), key=lambda path: json.loads(path.read_text())["sequence"])
    shutil.rmtree(first.parent)
    second.write_text(second.read_text().replace('"rows": 2', '"rows": 1').replace('"loaded": 2', '"loaded": 1'))
    assert line("verify") == 4
    assert line.out.splitlines() == [
        f"x.csv: it was imported and is gone; import it again, or restore landing/{first.parent.name} from a backup.",
        f"y.csv: its record is not that of its import; restore landing/{second.parent.name} from a backup.",
    ]
    assert line("import", tmp_path / "x.csv") == 0
    assert line("verify") == 4
    assert line.out.count("\n") == 1


def test_verify_says_what_a_crash_left_and_that_it_was_adopted(line: Line, tmp_path: Path) -> None:
    line("import", write(tmp_path, "x.csv", INVOICES, invoice(1)))
    anchor = line.data / "decisions.anchor"
    anchor.write_text("".join(anchor.read_text().splitlines(keepends=True)[:-1]))
    assert line("verify") == 0
    assert line.out.splitlines()[0].startswith("Events 1 to 1 had not reached the anchor before a crash")
    assert line.out.splitlines()[-1].startswith("All is well")


def test_verify_finds_that_what_people_did_is_gone(line: Line, tmp_path: Path) -> None:
    line("import", write(tmp_path, "x.csv", INVOICES, invoice(1)))
    for path in line.data.glob("decisions.sqlite*"):
        path.unlink()
    assert line("verify") == 4
    assert line.out.count("\n") == 1


def test_the_same_seed_writes_the_same_sample(line: Line, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert line("sample", "--customers", "5", "--months", "3", "--seed", "11", "--output", tmp_path / name) == 0
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert "customer_invoices.csv" in files
    assert all((tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() for name in files)
    assert line("import", tmp_path / "one") == 0, line.err
    assert line("sample", "--customers", "0", "--output", tmp_path / "none") == 2


def test_nothing_is_imported_into_the_samples_folder(tmp_path: Path, capsys: Capture) -> None:
    file, folder = write(tmp_path, "x.csv", INVOICES, invoice(1)), tmp_path / "data-sample"
    assert main(["import", str(file), "--data", str(folder)]) == 1
    assert capsys.readouterr().err == f"{folder} is the sample partner's; import into another folder, such as ./data.\n"
    assert not folder.exists()


def test_an_empty_folder_serves_the_sample_and_an_import_ends_that(line: Line, tmp_path: Path) -> None:
    assert line("build") == 0
    assert line("query", "receivables/ageing", "--as-of-on", "2026-09-30", "--format", "csv") == 0
    assert len(line.out.splitlines()) > 100
    assert (tmp_path / "data-sample").is_dir() and not line.data.exists()
    line("import", write(tmp_path, "x.csv", INVOICES, invoice(1)))
    assert ageing(line, "2026-07-01") == {"1-30": Decimal(100)}


def test_stages_take_a_policy_file(line: Line, tmp_path: Path) -> None:
    line("import", write(tmp_path, "x.csv", INVOICES, invoice(1)))
    policy = write(
        tmp_path, "p.toml", 'name = "P"', "version = 1", "effective_on = 2099-01-01", 'clock = "due_date"', "[[stages]]", 'name = "late"',
        'action = "suspend"', "min_overdue_days = 10",
    )
    asked = ["query", "collections/stages", "--as-of-on", "2026-07-01", "--format", "json"]
    assert line(*asked, "--policy", policy) == 0
    assert [(row["stage"], row["is_flagged"]) for row in json.loads(line.out)] == [("late", True)]
    assert line(*asked) == 0
    assert [(row["stage"], row["is_flagged"]) for row in json.loads(line.out)] == [("clear", False)]
    assert line(*asked, "--policy", tmp_path / "none.toml") in {1, 2}


def test_the_program_itself_leaves_with_its_code_and_without_a_traceback(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "clearaccounts", "import", str(tmp_path / "none.csv"), "--data", str(tmp_path / "data")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"{tmp_path / 'none.csv'}: there is no such file; check the path.\n"


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
