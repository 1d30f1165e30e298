"""Processes that are kept running: started together, watched, started again when one dies, stopped together."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from clearaccounts.errors import ServingError
from clearaccounts.text import N_

START_SECONDS = 120.0
STOP_SECONDS = 20.0
LOOK_SECONDS = 0.25
# How long it takes until a process that died is started again: twice as long each time it dies young.
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS, GROWN_UP_SECONDS = 0.5, 30.0, 60.0


@dataclass
class Member:
    """One process: what starts it, and where it says that it is there.

    `host` is the name that it is asked by; `path` what is asked, nothing if it is enough that it listens.
    """

    name: str
    command: Sequence[str]
    port: int
    path: str = ""
    host: str = ""
    _process: subprocess.Popen[bytes] | None = None
    _started_at: float = 0.0
    _wait_seconds: float = FIRST_WAIT_SECONDS
    _again_at: float | None = None

    @property
    def process_id(self) -> int:
        """Its id, 0 while it does not run."""
        return self._process.pid if self._process is not None and self._process.poll() is None else 0

    def start(self, environment: Mapping[str, str], folder: str) -> None:
        """Start it; its log goes where ours goes. What the terminal's keys say reaches us alone."""
        self._process = subprocess.Popen(  # noqa: S603 - our own server, and the operator's nginx
            self.command, cwd=folder, env=dict(environment), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)
        self._started_at, self._again_at = time.monotonic(), None

    def is_there(self) -> bool:
        """Whether it answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            if not self.path:
                connection.connect()
                return True
            connection.request("GET", self.path, headers={"Host": self.host or f"127.0.0.1:{self.port}"})
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def is_due(self, on_death: Callable[[str, float], None]) -> bool:
        """Whether it has died and is to be started again now; `on_death` is told its name once, and in how many seconds."""
        now = time.monotonic()
        if self.process_id:
            return False
        if self._again_at is None:
            is_young = now - self._started_at < GROWN_UP_SECONDS
            self._again_at = now + self._wait_seconds
            self._wait_seconds = min(LONGEST_WAIT_SECONDS, 2 * self._wait_seconds) if is_young else FIRST_WAIT_SECONDS
            on_death(self.name, self._again_at - now)
        return now >= self._again_at

    def ask_to_stop(self) -> None:
        """Ask it to stop."""
        if self.process_id:
            os.killpg(self.process_id, signal.SIGTERM)

    def await_stop(self, until: float) -> None:
        """Wait until it is gone; end it when it takes too long."""
        if self._process is None:
            return
        try:
            self._process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


@dataclass
class Fleet:
    """Processes that belong together; each is started when those before it answer, or with them if it is of the same rank.

    `environment` and `folder` are theirs.
    """

    ranks: Sequence[Sequence[Member]]
    environment: Mapping[str, str]
    folder: str
    _begun: list[Member] = field(default_factory=list)

    def start(self, is_over: Callable[[], bool]) -> bool:
        """Start all; whether they are all there. No as soon as `is_over`.

        Raises:
            ServingError: one of them cannot start.
        """
        for rank in self.ranks:
            for member in rank:
                self._begun.append(member)
                member.start(self.environment, self.folder)
            if not self._await(rank, is_over):
                return False
        return True

    def _await(self, rank: Sequence[Member], is_over: Callable[[], bool]) -> bool:
        give_up_at = time.monotonic() + START_SECONDS
        missing = list(rank)
        while missing and not is_over():
            for member in missing:
                if not member.process_id or time.monotonic() > give_up_at:
                    raise ServingError(N_("{name} did not start; what it said of it stands above."), name=member.name)
            missing = [member for member in missing if not member.is_there()]
            if missing:
                time.sleep(LOOK_SECONDS)
        return not missing

    def keep(self, is_over: Callable[[], bool], on_death: Callable[[str, float], None]) -> None:
        """Start again whatever dies, until `is_over`; `on_death` is told (name, seconds until then)."""
        while not is_over():
            for member in self._begun:
                if member.is_due(on_death):
                    member.start(self.environment, self.folder)
            time.sleep(LOOK_SECONDS)

    def stop(self) -> None:
        """Stop all, what stands before the others first; returns when none is left."""
        until = time.monotonic() + STOP_SECONDS
        for member in reversed(self._begun):
            member.ask_to_stop()
        for member in self._begun:
            member.await_stop(until)
