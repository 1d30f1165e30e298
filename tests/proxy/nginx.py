"""An nginx of the tests' own: where this machine's program is, and one that runs with docs/nginx.conf on ports of its own.

`python -m tests.proxy.nginx` prints the program's path for the Makefile, and installs Debian's package where it may; with none to
be had it prints nothing, says so in one line on standard error, and the tests through nginx are skipped.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme

from tests import programs

ROOT = Path(__file__).resolve().parents[2]
CONFIGURATION = ROOT / "docs" / "nginx.conf"
START_SECONDS = 20


def find() -> str | None:
    """The program: the one named in the environment, or wherever it is found by name."""
    named = os.environ.get("CLEARACCOUNTS_NGINX")
    if named:
        return named
    return shutil.which("nginx", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin")))


def install() -> None:
    """Install Debian's package as root, without starting its service. What fails is found out by looking again."""
    programs.apt("nginx-light", RUNLEVEL="1")


@dataclass(frozen=True)
class Proxy:
    """A running nginx: its address over TLS, the one without, the file of the authority that its certificate is of, its log."""

    url: str
    plain_url: str
    authority: Path
    log: Path


def configuration(folder: Path, *, port: int, plain_port: int, upstream: str) -> str:
    """docs/nginx.conf as it stands, but for the names and places that every installation has of its own."""
    own = {
        "clear.partner.example$request_uri": f"localhost:{port}$request_uri",
        "clear.partner.example": "localhost",
        "127.0.0.1:8501": upstream,
        "listen 80 ": f"listen 127.0.0.1:{plain_port} ",
        "listen 443 ": f"listen 127.0.0.1:{port} ",
        "/etc/ssl/clear-accounts/": f"{folder}/",
        "/run/nginx.pid": f"{folder}/nginx.pid",
        "/var/log/nginx/": f"{folder}/",
        "worker_processes auto": "worker_processes 1",
    }
    text = "\n".join(line for line in CONFIGURATION.read_text(encoding="utf-8").splitlines() if "listen [::]" not in line)
    for theirs, ours in own.items():
        assert theirs in text, f"docs/nginx.conf has no {theirs!r} any more"
        text = text.replace(theirs, ours)
    spare = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "\n".join(f"    {name}_temp_path {folder}/{name};" for name in spare)
    # Its workers are who runs the tests, so that they can reach the tests' folders.
    return f"user {pwd.getpwuid(os.geteuid()).pw_name};\n" + text.replace("http {\n", f"http {{\n{places}\n", 1)


@contextmanager
def running(program: str, folder: Path, *, port: int, plain_port: int, upstream: str) -> Iterator[Proxy]:
    """nginx before `upstream` (host:port), stopped with the block; its certificate is for `localhost`."""
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    certificate.private_key_pem.write_to_path(folder / "privkey.pem")
    for number, part in enumerate(certificate.cert_chain_pems):
        part.write_to_path(folder / "fullchain.pem", append=number > 0)
    authority.cert_pem.write_to_path(folder / "authority.pem")
    file = folder / "nginx.conf"
    file.write_text(configuration(folder, port=port, plain_port=plain_port, upstream=upstream), encoding="utf-8")
    command = [program, "-p", str(folder), "-c", str(file), "-e", str(folder / "error.log"), "-g", "daemon off;"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    try:
        _wait(port, process)
        log = folder / "clear-accounts.log"
        yield Proxy(f"https://localhost:{port}", f"http://localhost:{plain_port}", folder / "authority.pem", log)
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            assert process.stderr is not None
            raise AssertionError(f"nginx did not start:\n{process.stderr.read().decode(errors='replace')}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise AssertionError("nginx did not come up")


if __name__ == "__main__":
    programs.report("nginx", find, install)
