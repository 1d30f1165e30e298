"""The command line as people and scripts use it: what it prints, where, and its exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from clearaccounts.__main__ import main
from clearaccounts.query_files import queries
from clearaccounts.settings import ROOT, SAMPLE_POLICY, DataFolder
from tests.command_line import Capture, Line, ageing
from tests.importing.desk import INVOICES, invoice, write


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


def test_the_environment_names_the_settings_unless_the_option_does(
    line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    bad = write(tmp_path, "theirs.toml", "[company]", 'currency = "EURO"')
    good = write(tmp_path, "mine.toml", "[company]", 'currency = "CHF"')
    monkeypatch.setenv("CLEARACCOUNTS_CONFIG", str(bad))
    assert line("queries") == 1 and line.err.startswith("theirs.toml: [company] currency")
    assert line("--config", good, "queries") == 0
    monkeypatch.setenv("CLEARACCOUNTS_CONFIG", str(tmp_path / "none.toml"))
    assert line("queries") == 1 and "there is no such file" in line.err


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
        "customer_id": "C0001", "check_name": "unknown_customer", "invoice_id": "INV-2410-0001",
        "currency": "EUR", "from_days": "7", "stage": "suspension", "case_id": "CASE-0004-017",
        "until_at": "2026-10-02T00:00:00Z",
    }
    policy = ["--policy", str(SAMPLE_POLICY)] if "stages_proposed" in queries()[name].tables else []
    asked = [*policy, *(
        word for parameter in queries()[name].parameters if parameter.is_required
        for word in ("--" + parameter.name.replace("_", "-"), values[parameter.name])
    )]
    code = main(["query", name, *asked, "--format", "json", "--data", str(sample_folder.path.parent / "data")])
    out, err = capsys.readouterr()
    assert (code, err) == (0, "")
    assert isinstance(json.loads(out), list)


def test_the_same_seed_writes_the_same_sample(line: Line, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert line("sample", "--customers", "5", "--months", "3", "--seed", "11", "--output", tmp_path / name) == 0
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert "customer_invoices.csv" in files
    assert all((tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() for name in files)
    assert line("import", tmp_path / "one") == 0, line.err
    assert line("sample", "--customers", "0", "--output", tmp_path / "none") == 2


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


def test_queries_read_the_rules_of_support(sample_folder: DataFolder, capsys: Capture) -> None:
    """A query of which the rules are missing answers all the same: with zeros."""
    def asked(*words: str) -> list[dict[str, object]]:
        assert main(["query", *words, "--format", "json", "--data", str(sample_folder.path.parent / "data")]) == 0
        found: list[dict[str, object]] = json.loads(capsys.readouterr().out)
        return found

    year = ("--from-on", "2025-10-01", "--to-on", "2026-09-30")
    months = asked("escalations/case_rate_months", *year)
    assert all(row["commercial_request_count"] + row["technical_request_count"] == row["request_count"] for row in months)  # type: ignore[operator]
    assert asked("escalations/time_to_escalate", *year)[0]["business_minutes_p50"] != 0
    cloud = asked("escalations/routes_by_hand", "--as-of-on", "2026-09-30", "--support-type", "technical", "--platform", "cloud")
    assert {row["support_vehicle"] for row in cloud if row["is_fitting"]} == {"psfp", "asfp", "cloud"}
