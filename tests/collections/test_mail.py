"""One mail over a real SMTP server: what leaves, and what is known of it when the server or the line misbehaves."""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import cast

import pytest
import trustme

from clearaccounts.collections import mail
from clearaccounts.collections.mail import FAILED, SENT, UNKNOWN, Mail
from clearaccounts.errors import Refused
from clearaccounts.settings import MAILBOX, Smtp
from tests.collections.mail_server import PASSWORD, Post, challenging, running, silent

NOW = datetime(2026, 6, 30, 9, 0, tzinfo=UTC)
LETTER = Mail("notice-1", "ana@customer.test", "Ana Ruiz", "Overdue: 100,00 EUR", "Estimada Ana:\n\n  I1   31 may 2026   100,00 EUR\n.\n",
              (("statement.pdf", b"%PDF-1.7 \x00\xff"),))
WHERE = Smtp("localhost", 25, "none", "billing@partner.test", "Partner, S.L.")
LINES = ("\n", "\r", "\r\n", "\r\n\r\n", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029")
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")
HOSTILE = [
    *(f"Evil{line}Bcc: all@customer.test" for line in LINES),
    *(f"{line}Subject: other" for line in LINES),
    *(f"x{line}{line}<h1>body</h1>" for line in LINES),
    '"', '\\"', "\\", '" <all@customer.test>, "', "<all@customer.test>", "all@customer.test, more@customer.test", "a;b,c:d", "(comment)",
    "=?utf-8?q?=0d=0aBcc:_all@customer.test?=", "=?utf-8?b?DQpCY2M6IGFsbA==?=", "%0d%0aBcc: x", "\x00", "\x00\r\n.\r\nMAIL FROM:<x>",
    "\u202eevig", "\u200b", "\ufeff", "\ud800", "Zoë \U0001f600", "名前", "{items}", "{{", "a" * 5000, "é" * 999, "\t", " ", ".", "..",
    "\r\n.\r\nQUIT", "Ana\u0000Ruiz", "\x7f\x1b[31m", "group: a@customer.test;", "'; drop table event; --", "-oQ/tmp -X/tmp/x",
]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[trustme.CA]:
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    yield authority


def send(smtp: Smtp, environment: dict[str, str] | None = None) -> mail.Delivery:
    return mail.deliver(mail.message(LETTER, smtp, NOW), LETTER.to_address, smtp, environment or {})


def read(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=policy.default)


def test_sixty_hostile_texts_are_tried() -> None:
    assert len(HOSTILE) == len(set(HOSTILE)) >= 60


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_no_name_and_no_subject_begins_a_header_or_finds_another_reader(number: int) -> None:
    hostile = HOSTILE[number]
    made = Mail("n1", "ana@customer.test", hostile, hostile, f"Dear {hostile}")
    content = mail.message(made, WHERE, NOW)
    got = read(content)
    assert {name.casefold() for name in got} == {
        "from", "to", "subject", "date", "message-id", "auto-submitted", "mime-version", "content-type", "content-transfer-encoding",
    }
    assert [one.addr_spec for one in got["To"].addresses] == ["ana@customer.test"]
    assert [one.addr_spec for one in got["From"].addresses] == ["billing@partner.test"]
    assert all(0x20 <= byte < 0x7F or byte in b"\r\n" for byte in content)
    assert b"\r" not in content.replace(b"\r\n", b"") and b"\n" not in content.replace(b"\r\n", b"")


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_a_hostile_address_is_refused(number: int) -> None:
    for text in (HOSTILE[number], f"ana{HOSTILE[number]}@customer.test", f"ana@customer.test{HOSTILE[number]}"):
        try:
            found = mail.address(text)
        except Refused:
            continue
        assert MAILBOX.fullmatch(found) and found.count("@") == 1
        assert not set(text.strip(" ")) & set("\r\n\x00,;<>\"() ")


@pytest.mark.parametrize("text", ["ana@customer.test", " ana@customer.test ", "o'brien+due@a-b.customer.test"])
def test_a_plain_address_is_taken(text: str) -> None:
    assert mail.address(text) == text.strip()


def test_a_domain_in_other_letters_is_written_in_ascii() -> None:
    assert mail.address("ana@müller.test") == "ana@xn--mller-kva.test"


@pytest.mark.parametrize(
    "text", ["", None, "ana", "ana@", "@customer.test", "ana@customer", "a@b@c.test", "ana ruiz@customer.test", "añá@x.test"])
def test_what_is_no_plain_address_is_refused(text: str | None) -> None:
    with pytest.raises(Refused):
        mail.address(text)


def test_the_mail_arrives_as_it_was_written() -> None:
    post = Post()
    with running(post) as smtp:
        assert send(smtp) == mail.Delivery(SENT, "DATA 250 taken")
    envelope, = post.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == ("billing@partner.test", ["ana@customer.test"])
    got = read(cast(bytes, envelope.content))
    assert (got["Subject"], got["Message-ID"], got["Auto-Submitted"]) == (LETTER.subject, "<notice-1@partner.test>", "auto-generated")
    body = cast(EmailMessage, got.get_body())
    assert body.get_content().replace("\r\n", "\n").rstrip("\n") == LETTER.body.rstrip("\n")
    attached, = got.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == LETTER.attachments[0]


@pytest.mark.parametrize(
    ("fault", "outcome", "detail"),
    [
        ("refuse_sender", FAILED, "MAIL 553"), ("refuse_recipient", FAILED, "RCPT 550"), ("refuse_data", FAILED, "DATA 554"),
        ("drop_after_data", UNKNOWN, "SMTPServerDisconnected"), ("slow", UNKNOWN, "time"),
    ],
)
def test_what_is_known_after_a_fault(fault: str, outcome: str, detail: str) -> None:
    post = Post(fault)
    with running(post) as smtp:
        said = send(smtp)
    assert said.outcome == outcome and detail in said.detail
    assert len(post.taken) == (1 if outcome == UNKNOWN else 0)


def test_an_answer_that_is_none_leaves_it_unknown() -> None:
    post = Post("babble")
    with running(post) as smtp:
        assert send(smtp).outcome == UNKNOWN
    assert len(post.taken) == 1


@pytest.mark.parametrize("hangs_up", [True, False])
def test_a_server_that_never_greets_has_not_taken_the_mail(hangs_up: bool) -> None:
    with silent(hangs_up) as smtp:
        assert send(smtp).outcome == FAILED


def test_nobody_there() -> None:
    with silent(hangs_up=True) as smtp:
        pass
    assert send(smtp).outcome == FAILED


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_over_an_encrypted_line_with_a_password(trusted: trustme.CA, security: str) -> None:
    post = Post()
    with running(post, security, trusted, asks_password=True) as smtp:
        assert send(smtp, {mail.USER: "notices", mail.PASSWORD: PASSWORD}).outcome == SENT
        assert send(smtp).outcome == FAILED
    assert len(post.taken) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_is_refused(authority: trustme.CA, security: str) -> None:
    post = Post()
    with running(post, security, authority) as smtp:
        said = send(smtp)
    assert said.outcome == FAILED and "CERTIFICATE" in said.detail.upper()
    assert not post.taken


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_of_another_host_is_refused(trusted: trustme.CA, security: str) -> None:
    post = Post()
    with running(post, security, trusted, host="mail.elsewhere.test") as smtp:
        said = send(smtp)
    assert said.outcome == FAILED and "mismatch" in said.detail.lower()
    assert not post.taken


def test_a_server_without_starttls_gets_nothing() -> None:
    post = Post()
    with running(post) as plain:
        smtp = Smtp(plain.host, plain.port, "starttls", plain.from_address, timeout_seconds=1)
        assert send(smtp, {mail.USER: "notices", mail.PASSWORD: PASSWORD}).outcome == FAILED
    assert not post.taken


def test_a_wrong_password_is_told_by_its_code_and_written_nowhere(
    trusted: trustme.CA, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str],
) -> None:
    with caplog.at_level(logging.DEBUG, "clearaccounts"), running(Post(), "starttls", trusted, asks_password=True) as smtp:
        said = send(smtp, {mail.USER: "notices", mail.PASSWORD: "wrong-secret"})
    assert (said.outcome, said.detail) == (FAILED, "AUTH 535")
    own = [record.getMessage() for record in caplog.records if record.name.startswith("clearaccounts")]
    assert "wrong-secret" not in "".join([*own, *capfd.readouterr()])


@pytest.mark.parametrize("echo", ["repeats", "nonsense"])
def test_a_server_that_repeats_the_password_has_it_written_nowhere(echo: str) -> None:
    with challenging(is_base64=echo == "repeats") as smtp:
        said = send(smtp, {mail.USER: "notices", mail.PASSWORD: PASSWORD})
    assert said.outcome == FAILED
    assert PASSWORD not in said.detail and b64encode(PASSWORD.encode()).decode() not in said.detail


def test_a_password_leaves_no_machine_in_the_clear() -> None:
    elsewhere = Smtp("mail.partner.test", 25, "none", "billing@partner.test", timeout_seconds=1)
    said = send(elsewhere, {mail.USER: "notices", mail.PASSWORD: "x"})
    assert said.outcome == FAILED and "not encrypted" in said.detail
