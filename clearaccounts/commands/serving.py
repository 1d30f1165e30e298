"""`serve`: the dashboard by as many servers as wanted, behind one address of this machine."""

from __future__ import annotations

import os
import pwd
import secrets
import signal
import socket
import sys
import tempfile
import threading
from argparse import Namespace
from pathlib import Path
from urllib.parse import urlsplit

from clearaccounts.commands.context import Context, say, warn
from clearaccounts.errors import BadParameter, ServingError
from clearaccounts.importing import publish
from clearaccounts.serving import balancer
from clearaccounts.serving.fleet import Fleet, Member
from clearaccounts.settings import ROOT
from clearaccounts.text import N_

MOST_SERVERS = 32


def run_serve(context: Context, arguments: Namespace) -> int:
    """Serve until Ctrl+C or SIGTERM: 0 then; 1 if something cannot start."""
    if not 1 <= arguments.servers <= MOST_SERVERS or not 1 <= arguments.port <= 65535 - MOST_SERVERS:
        raise BadParameter(N_("--servers is 1 to {most}, and --port leaves room for their own ports above it."), most=MOST_SERVERS)
    with tempfile.TemporaryDirectory(prefix="clearaccounts-serve-") as scratch:
        fleet = _fleet(context, arguments.port, arguments.servers, Path(scratch))
        pressed = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: pressed.set())
        # Once, before several servers would do it at the same time.
        publish.ensure_served(context.served, context.settings, context.now)
        if arguments.servers > 1 and not context.settings.decisions.url:
            warn("Decisions are in a file: good for servers of one machine. Those of several share them in PostgreSQL ([decisions] url).")
        try:
            if fleet.start(pressed.is_set):
                say(f"Clear Accounts answers on http://localhost:{arguments.port}, by {arguments.servers} servers; Ctrl+C stops it.")
                sys.stdout.flush()
                fleet.keep(pressed.is_set, lambda name, seconds: warn(f"{name} has died; it is started again in {seconds:.1f} seconds."))
        finally:
            fleet.stop()
    return 0


def _fleet(context: Context, port: int, count: int, scratch: Path) -> Fleet:
    """The servers, and nginx before them if there is more than one."""
    access = context.settings.access
    own_ports = [port] if count == 1 else list(range(port + 1, port + 1 + count))
    for one in {port, *own_ports}:
        _require_free(one)
    host = urlsplit(access.address).netloc if access.is_oidc else ""
    streamlit = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.address", "127.0.0.1", "--server.port"]
    servers = [
        Member(f"Server {number}", [*streamlit, str(one)], one, "/healthz", host) for number, one in enumerate(own_ports, start=1)]
    environment = {
        # Cookies that one server sets are good for the others; the sign-in's are signed with CLEARACCOUNTS_COOKIE_SECRET.
        "STREAMLIT_SERVER_COOKIE_SECRET": secrets.token_hex(32),
        **os.environ,
        "CLEARACCOUNTS_DATA": str(context.own.path.resolve()),
    }
    if context.config.exists():
        environment["CLEARACCOUNTS_CONFIG"] = str(context.config.resolve())
    ranks = [servers]
    if count > 1:
        is_https = access.is_oidc and access.address.startswith("https://")
        # Root's nginx would give its workers to an account that cannot enter the folder.
        account = pwd.getpwuid(os.geteuid()).pw_name if os.geteuid() == 0 else ""
        file = scratch / "nginx.conf"
        file.write_text(balancer.configuration(scratch, port, own_ports, is_https=is_https, account=account), encoding="utf-8")
        command = [balancer.program(), "-p", str(scratch), "-c", str(file), "-e", "stderr"]
        ranks.append([Member("nginx", command, port)])
    return Fleet(ranks, environment, str(ROOT))


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as problem:
            raise ServingError(
                N_("Port {port} of this machine is taken ({problem}); stop what uses it, or name another --port."),
                port=port, problem=problem.strerror) from None
