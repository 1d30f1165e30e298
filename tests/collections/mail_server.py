"""A mail server of our own for the tests: it keeps what it is given, and can be told to misbehave."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from clearaccounts.settings import Smtp

PASSWORD = "correct horse battery"


@dataclass
class Post:
    """Keeps every mail; `fault` says how it goes wrong: refuse_sender, refuse_recipient, refuse_data, drop_after_data, slow, babble."""

    fault: str = ""
    slow_seconds: float = 3.0
    taken: list[Envelope] = field(default_factory=list)

    async def handle_MAIL(self, _s: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802
        if self.fault == "refuse_sender":
            return "553 5.1.8 not from you"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, _s: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802
        if self.fault == "refuse_recipient":
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.fault == "refuse_data":
            return "554 5.6.0 not like this"
        self.taken.append(envelope)
        if self.fault == "drop_after_data":
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        if self.fault == "slow":
            await asyncio.sleep(self.slow_seconds)
        if self.fault == "babble":
            return "taken, I think"
        return "250 taken"


def authenticator(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
    """One user, one password."""
    return AuthResult(success=(data.login, data.password) == (b"notices", PASSWORD.encode()), handled=False)


@contextmanager
def running(
    post: Post, security: str = "none", authority: trustme.CA | None = None, *, asks_password: bool = False, host: str = "localhost",
) -> Iterator[Smtp]:
    """A server that listens on this machine, with a certificate for `host`, and the settings that lead to it."""
    more: dict[str, Any] = {}
    if authority is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(host).configure_cert(context)
        more["ssl_context" if security == "tls" else "tls_context"] = context
    if asks_password:
        more |= {"authenticator": authenticator, "auth_required": True, "auth_require_tls": False}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(post, hostname="127.0.0.1", port=port, **more)
    if security == "tls":
        controller._trigger_server = lambda: _greet(port)  # type: ignore[method-assign]  # its own trial connection speaks no TLS
    controller.start()
    try:
        yield Smtp("localhost", port, security, "billing@partner.test", "Partner", timeout_seconds=1)
    finally:
        controller.stop()


def _greet(port: int) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port), 5) as line, context.wrap_socket(line) as encrypted:
        encrypted.recv(100)


@contextmanager
def challenging(is_base64: bool) -> Iterator[Smtp]:
    """A server that asks for the password for ever and repeats what it was told, or asks in no base64."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection, connection.makefile("rwb") as line:
                line.write(b"220 hello\r\n")
                line.flush()
                for said in line:
                    if said.upper().startswith((b"EHLO", b"HELO")):
                        answer = b"250-here\r\n250 AUTH LOGIN"
                    else:
                        answer = b"334 " + (said.split()[-1] if is_base64 else b"a")
                    line.write(answer + b"\r\n")
                    line.flush()

        threading.Thread(target=serve, daemon=True).start()
        yield Smtp("127.0.0.1", listening.getsockname()[1], "none", "billing@partner.test", "", timeout_seconds=1)


@contextmanager
def silent(hangs_up: bool) -> Iterator[Smtp]:
    """Something that takes connections and says nothing, or hangs up at once."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        held: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                if hangs_up:
                    connection.close()
                else:
                    held.append(connection)

        threading.Thread(target=accept, daemon=True).start()
        yield Smtp("127.0.0.1", listening.getsockname()[1], "none", "billing@partner.test", "", timeout_seconds=1)
        listening.shutdown(socket.SHUT_RDWR)
        for connection in held:
            connection.close()
