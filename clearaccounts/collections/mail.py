"""One mail over SMTP: how it is made, and what is known of it afterwards.

The answer is `sent` (the server took it), `failed` (it certainly did not) or `unknown` (the connection broke between our last
line and its answer): an unknown mail is never sent again by itself. User and password come from the environment and are
written nowhere; what a server answers is kept by its code and a short printable text.
"""

from __future__ import annotations

import ipaddress
import os
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from clearaccounts.collections.notice_templates import clean, one_line
from clearaccounts.errors import Refused
from clearaccounts.settings import MAILBOX, Smtp
from clearaccounts.text import N_

USER, PASSWORD = "CLEARACCOUNTS_SMTP_USER", "CLEARACCOUNTS_SMTP_PASSWORD"
SENT, FAILED, UNKNOWN = "sent", "failed", "unknown"
# Names that are nobody's (RFC 2606): made-up addresses end in them, and mail to them is never right.
_NOBODYS = (".example", ".invalid", ".localhost", "@example.com", "@example.net", "@example.org")
_LONGEST_DETAIL = 200
_LONGEST_NAME = 120
_HEADERS = frozenset({
    "from", "to", "subject", "date", "message-id", "mime-version", "content-type", "content-transfer-encoding", "content-disposition",
    "auto-submitted",
})


@dataclass(frozen=True)
class Mail:
    """One mail to one person; `attachments` are (file name, PDF)."""

    mail_id: str
    to_address: str
    to_name: str
    subject: str
    body: str
    attachments: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True)
class Delivery:
    """What became of a mail: `outcome` is SENT, FAILED or UNKNOWN; `detail` is what the server or the line said."""

    outcome: str
    detail: str


def address(text: str | None) -> str:
    """The one plain mail address that `text` is; the domain in ASCII.

    Raises:
        Refused: it is none, or more than one, or nobody's (RFC 2606), or holds anything that could begin another header.
    """
    given = (text or "").strip(" ")
    if not given:
        raise Refused(N_("There is no mail address on record; import customers with contact_email, or send the notice by hand."))
    local, at, domain = given.rpartition("@")
    try:
        found = local + at + domain.encode("idna").decode("ascii") if not domain.isascii() else given
    except UnicodeError:
        found = ""
    if not MAILBOX.fullmatch(found):
        raise Refused(N_("{address} is not one plain mail address; correct the customer's contact_email, or send the notice by hand."),
                      address=one_line(given)[:_LONGEST_NAME])
    return found


def is_nobodys(mailbox: str) -> bool:
    """Whether an address is under one of the names that are reserved for examples."""
    return mailbox.casefold().endswith(_NOBODYS)


def message(mail: Mail, smtp: Smtp, now: datetime) -> bytes:
    """The mail as it goes over the line.

    Raises:
        Refused: it would not be one mail to this address alone, whatever a name or a subject holds.
    """
    made = EmailMessage(policy=policy.SMTP)
    made["From"] = Address(_name(smtp.from_name), addr_spec=smtp.from_address)
    made["To"] = Address(_name(mail.to_name), addr_spec=address(mail.to_address))
    made["Subject"] = _plain(mail.subject)
    made["Date"] = format_datetime(now)
    made["Message-ID"] = f"<{mail.mail_id}@{smtp.from_address.rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(clean(mail.body) + "\n", charset="utf-8", cte="quoted-printable")
    for name, content in mail.attachments:
        made.add_attachment(content, maintype="application", subtype="pdf", filename=name)
    content = made.as_bytes()
    _check(content, mail)
    return content


def deliver(content: bytes, recipient: str, smtp: Smtp, environment: Mapping[str, str] | None = None) -> Delivery:
    """Hand one mail to the server; one attempt, and a plain word about what came of it.

    Args:
        content: as `message` made it.
        recipient: the one address of the envelope.
        smtp: the server.
        environment: where user and password stand; the process's own if left out.
    """
    variables = os.environ if environment is None else environment
    user, password = variables.get(USER, ""), variables.get(PASSWORD, "")
    try:
        server = _connected(smtp, user, password)
    except (OSError, smtplib.SMTPException, ValueError) as error:  # ValueError: a challenge that is no base64, a password beyond ASCII
        return Delivery(FAILED, _said(error))
    try:
        return _handed_over(server, content, recipient, smtp)
    finally:
        server.close()


def _connected(smtp: Smtp, user: str, password: str) -> smtplib.SMTP:
    name = smtp.from_address.rpartition("@")[2]
    if user and smtp.security == "none" and not _is_loopback(smtp.host):
        raise smtplib.SMTPNotSupportedError("a password is not sent over a line that is not encrypted")
    context = ssl.create_default_context()
    server: smtplib.SMTP
    if smtp.security == "tls":
        server = smtplib.SMTP_SSL(smtp.host, smtp.port, local_hostname=name, timeout=smtp.timeout_seconds, context=context)
    else:
        server = smtplib.SMTP(smtp.host, smtp.port, local_hostname=name, timeout=smtp.timeout_seconds)
    try:
        server.ehlo_or_helo_if_needed()
        if smtp.security == "starttls":
            server.starttls(context=context)  # raises if the server has none: never falls back to a plain line
            server.ehlo()
        if user:
            server.login(user, password)
    except BaseException:
        server.close()
        raise
    return server


def _handed_over(server: smtplib.SMTP, content: bytes, recipient: str, smtp: Smtp) -> Delivery:
    """From MAIL to the answer after the last line; only what happens after that line was begun can be unknown."""
    try:
        for command, said in (("MAIL", server.mail(smtp.from_address)), ("RCPT", server.rcpt(recipient))):
            if said[0] not in {250, 251}:
                return Delivery(FAILED, _answer(command, *said))
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        return Delivery(FAILED, _said(error))
    try:
        code, text = server.data(content)
    except smtplib.SMTPDataError as error:  # the server did not want to hear it
        return Delivery(FAILED, _answer("DATA", error.smtp_code, error.smtp_error))
    except (OSError, smtplib.SMTPException) as error:
        return Delivery(UNKNOWN, _said(error))
    try:
        if 200 <= code < 300:
            server.quit()
    except (OSError, smtplib.SMTPException):
        pass  # the mail is the server's by now, however it says goodbye
    # 4xx and 5xx say that the server does not have it; what is no SMTP answer (smtplib: -1) says nothing.
    outcome = SENT if 200 <= code < 300 else FAILED if 400 <= code < 600 else UNKNOWN
    return Delivery(outcome, _answer("DATA", code, text))


def _check(content: bytes, mail: Mail) -> None:
    """Read the mail as a server would: no header that we did not write, one recipient, the one we mean."""
    read = message_from_bytes(content, policy=policy.SMTP)
    names = [name.casefold() for name in read]
    recipients = [one.addr_spec for one in read["To"].addresses]
    if set(names) - _HEADERS or len(names) != len(set(names)) or recipients != [address(mail.to_address)]:
        raise Refused(N_("This notice cannot be written as one mail to {address}; send it by hand."), address=mail.to_address)


def _name(text: str) -> str:
    return _plain(text)[:_LONGEST_NAME]


def _plain(text: str) -> str:
    # A header is parsed when it is set, and an encoded word in it decoded: what it hides could begin another header.
    return one_line(text).replace("=?", "= ?")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _answer(command: str, code: int, text: bytes | str) -> str:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return one_line(f"{command} {code} {said}")[:_LONGEST_DETAIL]


def _said(error: Exception) -> str:
    """What went wrong, without anything that we sent: a server's refusal of a password may repeat it."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"AUTH {error.smtp_code}"
    if type(error) is smtplib.SMTPException:  # what login raises when no mechanism is known, or challenges never end; it repeats the last
        return "AUTH: signing in did not come to an end"
    if isinstance(error, smtplib.SMTPResponseException):
        return _answer(type(error).__name__, error.smtp_code, error.smtp_error)
    if isinstance(error, TimeoutError):
        return "timed out"
    if isinstance(error, UnicodeError):
        return "the user or the password holds a character that this server cannot be told"
    if isinstance(error, ValueError) and not isinstance(error, OSError):  # a certificate's error is both
        return "the server's answer to signing in makes no sense"
    return one_line(f"{type(error).__name__}: {error}")[:_LONGEST_DETAIL]
