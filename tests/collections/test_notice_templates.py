"""Templates of notices: what is checked when they are read, and how they are filled."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearaccounts.collections import notice_templates
from clearaccounts.collections.notice_templates import PLACEHOLDERS, STANDARD, parse, read
from clearaccounts.collections.policy import NOTICES
from clearaccounts.errors import TemplateError
from clearaccounts.settings import ROOT

BODY = "Dear {greeting_name},\n\n{items}\n\nPay {amount_asked}.\n"
VALUES = {name: f"<{name}>" for name in PLACEHOLDERS}


def template(body: str = BODY, subject: str = "Subject: Due", notice_type: str = "overdue") -> notice_templates.Template:
    return parse(f"{subject}\n\n{body}", "overdue.en.txt", notice_type, "en")


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("notice_type", NOTICES)
def test_the_product_brings_every_notice_in_both_languages(notice_type: str, language: str) -> None:
    found = read(notice_type, language)
    assert (found.notice_type, found.language) == (notice_type, language)
    subject, body = found.fill(VALUES)
    for needed in ("<items>", "<amount_asked>", "<payment_details>", "<payment_reference>", "<disputed_items>", "<amount_on_account>"):
        assert needed in body
    assert ("<final_day>" in subject + body) == (notice_type == "final_notice")


def test_a_language_without_a_template_falls_back_to_english_and_says_so() -> None:
    for language in ("de", "pt", "", "not a language", "../../etc/passwd", "e"):
        assert read("overdue", language).language == "en"


def test_a_template_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "overdue.en.txt").write_text("Subject: Ours\n\n{items} {amount_asked}\n", encoding="utf-8")
    (tmp_path / "overdue.de.txt").write_text("\ufeffSubject: Überfällig\r\n\r\n{items} {amount_asked}\r\n", encoding="utf-8")
    assert read("overdue", "de", str(tmp_path)).subject == "Überfällig"
    spanish = read("overdue", "es", str(tmp_path))
    assert (spanish.subject, spanish.language) == ("Ours", "en")
    assert read("reminder", "es", str(tmp_path)).file == "reminder.es.txt"


def test_own_templates_without_english_are_refused(tmp_path: Path) -> None:
    shutil.copy(STANDARD / "overdue.es.txt", tmp_path)
    assert read("overdue", "es", str(tmp_path)).language == "es"
    with pytest.raises(TemplateError, match=r"has no overdue\.en\.txt"):
        read("overdue", "fr", str(tmp_path))


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r"\[notices\] templates names .*nowhere"):
        read("overdue", "en", str(tmp_path / "nowhere"))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Subject: Due\n\n{items}\n\n{amont_asked}\n", r"overdue\.en\.txt, line 5: there is no placeholder \{amont_asked\}"),
        ("Subject: Due {name}\n\n{items}{amount_asked}", r"line 1: there is no placeholder \{name\}"),
        ("Subject: Due {items}\n\n{items}{amount_asked}", r"line 1: \{items\} has several lines"),
        ("Subject: Due\n\n{items\n{amount_asked}", r"line 3: a single \{ belongs"),
        ("Subject: Due\n\n{items}{amount_asked}\nso }", r"line 4: a single \} belongs"),
        ("Subject: Due\n\n{items.__class__}{amount_asked}", r"line 3: there is no placeholder \{items.__class__\}"),
        ("Subject: Due\n\n{items!r}", r"line 3: there is no placeholder \{items!r\}"),
        ("Subject: Due\n\n{}", r"line 3: there is no placeholder \{\}"),
        ("Subject: Due\n\n{items}\nbye\n", r"line 5: \{amount_asked\} is missing"),
        ("Dear you\n\n{items}", r"line 1: the first line must be the subject"),
        ("Subject:  \n\n{items}", r"line 1: the first line must be the subject"),
        ("", r"line 1: the first line must be the subject"),
        ("Subject: Due\nBcc: all@customer.test\n\n{items}", r"line 2: an empty line must follow"),
        ("Subject: Due", r"line 2: an empty line must follow"),
    ],
)
def test_an_error_names_file_line_and_placeholder(text: str, problem: str) -> None:
    with pytest.raises(TemplateError, match=problem):
        parse(text, "overdue.en.txt", "overdue", "en")


def test_a_final_notice_must_name_the_day() -> None:
    with pytest.raises(TemplateError, match=r"\{final_day\} is missing"):
        template(notice_type="final_notice")


def test_what_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "overdue.en.txt").write_bytes(b"Subject: \xff\n\n")
    with pytest.raises(TemplateError, match=r"overdue\.en\.txt: this template is not UTF-8"):
        read("overdue", "en", str(tmp_path))


def test_a_paragraph_that_names_an_empty_value_is_left_out() -> None:
    body = "{items}\n\nIn dispute:\n{disputed_items}\n\nPay {amount_asked}\n"
    assert template(body).fill({**VALUES, "disputed_items": ""})[1] == "<items>\n\nPay <amount_asked>\n"


def test_a_brace_is_written_twice() -> None:
    assert template("{items} {{{amount_asked}}}").fill(VALUES)[1] == "<items> {<amount_asked>}\n"


@given(st.text())
def test_a_value_is_never_read_as_a_template_and_never_breaks_the_subject(value: str) -> None:
    found = parse("Subject: {customer_name}\n\n{items}|{customer_name}|{amount_asked}", "t", "overdue", "en")
    subject, body = found.fill({**VALUES, "customer_name": value or "x"})
    assert body == f"<items>|{value or 'x'}|<amount_asked>\n"
    assert subject == notice_templates.one_line(value or "x")[:200]
    assert len(subject.splitlines()) <= 1


def test_the_document_lists_every_placeholder() -> None:
    listed = (ROOT / "docs" / "notices.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `\{(\w+)\}` \| (.+) \|$", listed, re.MULTILINE))
    assert rows == PLACEHOLDERS
