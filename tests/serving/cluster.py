"""Several servers of a test's own: the command `serve`, with ports of its own, started and stopped as an operator does."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from clearaccounts.serving.balancer import COOKIE
from tests.browser.server import ROOT, START_SECONDS, Dashboard, free_port
from tests.wire.client import Caller


@dataclass(frozen=True)
class Cluster(Dashboard):
    """A running command: `url` is what people use, `ports` those of the servers."""

    ports: tuple[int, ...]

    def server(self, number: int) -> int:
        """The process of the server of that number (from 1); 0 while there is none."""
        return processes(self.process_id).get(f"--server.port {self.ports[number - 1]}", 0)

    def at(self, caller: Caller, number: int) -> Caller:
        """The same person's browser as it would be had it come to that server."""
        twin = caller.twin()
        twin.cookies[COOKIE] = str(number)
        return twin


def processes(parent: int) -> dict[str, int]:
    """The processes that one has started, by the last two words of their command."""
    listed = subprocess.run(["ps", "-A", "-ww", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in listed.splitlines()]
    return {" ".join(row[-2:]): int(row[0]) for row in rows if len(row) > 3 and row[1] == str(parent)}


def free_ports(count: int) -> int:
    """The first of so many ports in a row that nobody listens on."""
    while True:
        first = free_port()
        if all(_is_free(port) for port in range(first, first + count)):
            return first


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return False
    return True


@contextmanager
def serving_by(
    servers: int, data: Path, files: Sequence[Path] = (), *,
    settings: Callable[[str], str] | None = None, more: Mapping[str, str] | None = None,
) -> Iterator[Cluster]:
    """`serve --servers N` on `data`, stopped as Ctrl+C stops it; `settings` and `more` as for one server.

    `files` are imported before; without any the sample partner is served.
    """
    port = free_ports(servers + 1)
    url = f"http://127.0.0.1:{port}"
    toml = data.parent / "clearaccounts.toml"
    toml.write_text("" if settings is None else settings(url), encoding="utf-8")
    environment = {**os.environ, "CLEARACCOUNTS_DATA": str(data), "CLEARACCOUNTS_CONFIG": str(toml), **(more or {})}
    if files:
        done = subprocess.run(
            [sys.executable, "-m", "clearaccounts", "import", *map(str, files)],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
    log = data.parent / "servers.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "clearaccounts", "serve", "--servers", str(servers), "--port", str(port)],
            cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
        )
        try:
            _wait(process, log)
            yield Cluster(url, data, environment, process.pid, log, tuple(range(port + 1, port + 1 + servers)))
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def _wait(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while "Ctrl+C stops it" not in log.read_text(encoding="utf-8", errors="replace"):
        if process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"the servers did not come up:\n{log.read_text(encoding='utf-8', errors='replace')[-3000:]}")
        time.sleep(0.1)
