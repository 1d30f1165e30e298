"""A log line is one JSON object, and nothing of what is personal or secret is in it."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from clearaccounts import log, log_lines
from clearaccounts.errors import NotFound, WarehouseError
from clearaccounts.log_lines import clean
from clearaccounts.settings import Log as LogSettings
from clearaccounts.settings import load
from tests.operations.log_catcher import catching

OURS, THEIRS = logging.getLogger("clearaccounts.tests"), logging.getLogger("somebodys.library")
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJvaWQiOiI0MiJ9.c2lnbmF0dXJl"  # no key signed it


@pytest.mark.parametrize(("text", "canary"), [
    ("could not mail jane.doe+x@contoso.example today", "jane.doe"),
    ("Authorization: Bearer abc.def-123", "abc.def-123"),
    ("sent bearer 0a1b2c", "0a1b2c"),
    ("GET /oauth2callback?code=0.AXoA&state=xyz HTTP/1.1", "0.AXoA"),
    ("GET /account?customer=Contoso%20GmbH", "Contoso"),
    (f"token was {TOKEN}", "eyJ"),
    ('{"id_token": "abcdef", "expires_in": 3600}', "abcdef"),
    ("state=s3cr3t; nonce=n0nce", "s3cr3t"),
    ("nonce=n0nce", "n0nce"),
    ("client_secret=hunter2&grant=x", "hunter2"),
    ("Cookie: _streamlit_user=2|1:0|10; other=yes", "other"),
    ("Set-Cookie: a=b; HttpOnly", "HttpOnly"),
    ("postgresql+psycopg://clear:hunter2@db.example/clear", "hunter2"),
    ("postgresql://clear:hun@ter2@db.example/clear", "ter2"),
    ("paid to DE89 3704 0044 0532 0130 00 today", "3704"),
    ("paid to DE89370400440532013000", "DE89"),
    ("account 12 3456 7890 1", "3456"),
    ("key " + "a1B2" * 12, "a1B2"),
])
def test_text_loses_what_is_personal_or_secret(text: str, canary: str) -> None:
    assert canary in text and canary not in clean(text) and log_lines.REMOVED in clean(text)


@pytest.mark.parametrize("text", [
    "Uvicorn running on http://127.0.0.1:8501 (Press CTRL+C to quit)", "the decisions database cannot be read (no such table: event)",
    "connection to server at \"db.partner.example\", port 5432 failed: Connection refused",
])
def test_what_an_operator_needs_stays(text: str) -> None:
    assert clean(text) == text


def test_a_line_says_when_where_and_for_whom() -> None:
    with catching() as caught:
        log.end_request()
        log.start_request()
        log.about(session="5e55", person="demo:martin", page="ageing")
        log.event(OURS, "query", query="receivables/ageing", milliseconds=1.5, row_count=3)
        log.end_request()
    [line] = caught.lines()
    assert caught.text.count("\n") == 1 and line.pop("time").endswith("Z") and len(line.pop("request_id")) == 12
    assert line == {
        "level": "info", "logger": "clearaccounts.tests", "event": "query", "query": "receivables/ageing", "milliseconds": 1.5,
        "row_count": 3, "session": "5e55", "person": "demo:martin", "page": "ageing",
    }


@pytest.mark.parametrize("name", ["cc3561c170db", "123456789012", "0af7651916cd43dd8448eb211c80319c", "receivables/ageing"])
def test_an_id_is_written_whatever_it_looks_like(name: str) -> None:
    with catching() as caught:
        log.end_request()
        log.about(session=name, person=name)
        log.event(OURS, "query", query=name)
        log.end_request()
    [line] = caught.lines("query")
    assert (line["session"], line["person"], line["query"]) == (name, name, name)


def test_a_field_of_another_form_is_cleaned_like_any_text() -> None:
    with catching() as caught:
        log.event(OURS, "query", query="jane@contoso.example")
    assert caught.lines("query")[0]["query"] == log_lines.REMOVED


def test_a_field_that_is_not_known_is_a_fault() -> None:
    with pytest.raises(ValueError, match="customer_name"):
        log.event(OURS, "query", customer_name="Contoso")


def test_of_a_librarys_values_only_numbers_are_written() -> None:
    with catching() as caught:
        THEIRS.warning("%s owes %d on port %s", "Contoso", 12, 8501)
        THEIRS.warning("%(who)s owes %(what)d", {"who": "Contoso", "what": 12})
    assert [line["message"] for line in caught.lines()] == ["… owes 12 on port 8501", "… owes 12"]


def test_a_message_that_does_not_fit_its_values_is_written_without_them() -> None:
    record = logging.LogRecord("somebodys.library", logging.WARNING, "", 1, "%d for %s", ("Contoso",), None)
    assert json.loads(log_lines.Line().format(record))["message"] == "%d for %s"


def test_of_an_error_its_type_and_place_are_written_and_our_template_alone() -> None:
    with catching() as caught:
        try:
            try:
                raise KeyError("Contoso GmbH")
            except KeyError as error:
                raise WarehouseError("{query} could not be answered: {problem}", query="x", problem="Contoso GmbH") from error
        except WarehouseError as error:
            log.event(OURS, "unexpected_error", logging.ERROR, error)
            OURS.error("%s", error)
            OURS.error(error)
    assert "Contoso" not in caught.text
    event, message, bare = caught.lines()
    first, second = event["errors"]
    assert (first["type"], first["template"], second["type"]) == ("WarehouseError", "{query} could not be answered: {problem}", "KeyError")
    assert first["frames"][0].startswith("tests/operations/test_log_lines.py:") and first["frames"][0].endswith(
        "test_of_an_error_its_type_and_place_are_written_and_our_template_alone")
    assert message["message"] == bare["message"] == "{query} could not be answered: {problem}"


def test_frames_name_no_folder_of_the_machine() -> None:
    try:
        json.loads("{")
    except ValueError:
        with catching() as caught:
            OURS.exception("no")
    frames = caught.lines()[0]["errors"][0]["frames"]
    assert [frame.split(":")[0] for frame in frames] == ["tests/operations/test_log_lines.py", "json/__init__.py", *["json/decoder.py"] * 2]


def test_what_a_click_does_before_its_run_belongs_to_the_run() -> None:
    log.end_request()
    first = log.request_id()
    assert log.start_request() == first and log.request_id() == first
    second = log.start_request()  # the same thread goes on with the next click
    assert second != first and log.request_id() == second
    log.end_request()
    assert log.current() is None


@pytest.mark.parametrize(("asked", "is_taken"), [
    ("0af7651916cd43dd8448eb211c80319c", True), ("b7ad6b71-6920-3331", True), ("", False), ("abc", False), ("x" * 20, False),
    ("0af7651916cd43dd\n{\"level\":", False), ("a" * 65, False), ("jane@contoso.example", False),
])
def test_a_proxys_id_is_taken_only_if_it_is_one(asked: str, is_taken: bool) -> None:
    log.end_request()
    assert (log.start_request(asked) == asked) is is_taken
    log.end_request()


def test_what_takes_place_is_timed_and_what_fails_is_named() -> None:
    with catching() as caught:
        with log.timed(OURS, "query", query="a/b") as said:
            said["row_count"] = 7
        with pytest.raises(NotFound), log.timed(OURS, "query", query="a/b"):
            raise NotFound("Contoso is gone")
    done, failed = caught.lines("query")
    assert (done["row_count"], done["level"]) == (7, "info") and done["milliseconds"] >= 0
    assert (failed["error_type"], failed["level"]) == ("NotFound", "warning") and "Contoso" not in caught.text


def test_the_settings_say_where_lines_go(tmp_path: Path) -> None:
    file = tmp_path / "clearaccounts.toml"
    file.write_text('[log]\nlevel = "warning"\nfile = "/var/log/clearaccounts/log"\ncommand_line = true\n')
    assert load(file).log == LogSettings("warning", "/var/log/clearaccounts/log", command_line=True)


def test_a_process_that_began_its_log_says_everything_in_it(tmp_path: Path) -> None:
    """In a process of its own, since it takes over every logger there is."""
    script = f"""
import logging, sys, threading, warnings
from clearaccounts import log_lines
from clearaccounts.settings import Log
early = logging.getLogger("early"); early.addHandler(logging.StreamHandler()); early.propagate = False
log_lines.start(Log(file={str(tmp_path / "log")!r}))
early.warning("one"); logging.getLogger("late").warning("two"); logging.getLogger("httpx").info("three")
warnings.warn("jane@contoso.example")
def fall(): raise ValueError("Contoso")
thread = threading.Thread(target=fall); thread.start(); thread.join()
fall()
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert (ran.stdout, ran.stderr, ran.returncode) == ("", "", 1)
    said = [line["message"].split(" at ")[0] for line in lines]
    assert said == ["one", "two", "UserWarning", "Nobody caught this.", "Nobody caught this."]
    assert lines[3]["errors"][0]["type"] == "ValueError" and "Contoso" not in (tmp_path / "log").read_text()
