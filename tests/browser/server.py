"""A dashboard of its own for a test: a data folder, a server process, an address."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 90


@dataclass(frozen=True)
class Dashboard:
    """A running server: where it answers and whose data it serves."""

    url: str
    data: Path
    environment: Mapping[str, str]
    process_id: int
    log: Path

    def last_words(self) -> str:
        """The end of what the server wrote: tracebacks go there, never onto a page."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-4000:]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command line on this dashboard's data, in another process."""
        return subprocess.run(
            [sys.executable, "-m", "clearaccounts", *arguments],
            cwd=ROOT, env=dict(self.environment), capture_output=True, text=True, check=False, timeout=300,
        )


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(
    data: Path, script: str = "app.py", health: str = "healthz", *, port: int = 0,
    settings: Callable[[str], str] | None = None, more: Mapping[str, str] | None = None,
) -> Iterator[Dashboard]:
    """Start a fresh server on `data`, the command of the README with a port of its own, and stop it at the end.

    `settings` is given the server's address and returns what its clearaccounts.toml holds; `more` goes into its environment.
    """
    port = port or free_port()
    url = f"http://127.0.0.1:{port}"
    toml = data.parent / "clearaccounts.toml"
    toml.touch()
    if settings is not None:
        toml.write_text(settings(url), encoding="utf-8")
    environment = {**os.environ, "CLEARACCOUNTS_DATA": str(data), "CLEARACCOUNTS_CONFIG": str(toml), **(more or {})}
    log = data.parent / f"server-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)],
            cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
        )
        try:
            _wait(f"{url}/{health}", process, log)
            yield Dashboard(url, data, environment, process.pid, log)
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(20)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            pass
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise AssertionError(f"the server did not come up:\n{log.read_text(encoding='utf-8', errors='replace')[-3000:]}")
