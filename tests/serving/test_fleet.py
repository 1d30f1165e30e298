"""Processes that are kept running: what cannot start stops all, what dies is started again, and at the end nobody is left."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable

import pytest

from clearaccounts.errors import ServingError
from clearaccounts.serving import balancer, fleet
from clearaccounts.serving.fleet import Fleet, Member
from tests.browser.server import ROOT, free_port
from tests.command_line import Line
from tests.serving.cluster import free_ports

ANSWERS = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1"]
FAILS = [sys.executable, "-c", "raise SystemExit(3)"]


def never() -> bool:
    return False


def member(name: str, command: list[str], path: str = "/") -> Member:
    port = free_port()
    return Member(name, [*command, str(port)], port, path)


def fleet_of(*ranks: list[Member]) -> Fleet:
    return Fleet(ranks, dict(os.environ), str(ROOT / "docs"))


def wait_for(condition: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < give_up_at
        time.sleep(0.02)


def test_all_answer_once_they_have_started_and_none_is_left_at_the_end() -> None:
    first, second, third = member("One", ANSWERS), member("Two", ANSWERS), member("nginx", ANSWERS, "")
    started = fleet_of([first, second], [third])
    assert started.start(never) and all(one.is_there() for one in (first, second, third))
    started.stop()
    assert [one.process_id for one in (first, second, third)] == [0, 0, 0]


def test_what_cannot_start_is_named_and_what_stands_before_it_never_starts() -> None:
    first, second, front = member("One", ANSWERS), member("Two", FAILS), member("nginx", ANSWERS, "")
    started = fleet_of([first, second], [front])
    with pytest.raises(ServingError, match="Two did not start"):
        started.start(never)
    assert front.process_id == 0
    started.stop()
    assert first.process_id == 0


def test_a_key_pressed_while_it_starts_ends_the_wait() -> None:
    started = fleet_of([member("Slow", [sys.executable, "-c", "import time; time.sleep(60)"])])
    assert not started.start(lambda: True)
    started.stop()


def test_what_dies_is_started_again_later_each_time_it_dies_young(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet, "LOOK_SECONDS", 0.01)
    one = Member("One", FAILS, free_port(), "/", _wait_seconds=0.05)
    one.start(dict(os.environ), str(ROOT))
    told: list[tuple[str, float]] = []
    Fleet([[one]], dict(os.environ), str(ROOT), [one]).keep(lambda: len(told) == 3, lambda name, seconds: told.append((name, seconds)))
    assert [name for name, _ in told] == ["One"] * 3
    assert [round(seconds, 2) for _, seconds in told] == [0.05, 0.1, 0.2]
    one.await_stop(0)


def test_what_does_not_stop_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    monkeypatch.setattr(fleet, "STOP_SECONDS", 0.3)
    one = Member("Deaf", [sys.executable, "-c", deaf], free_port())
    started = Fleet([[one]], dict(os.environ), str(ROOT), [one])
    one.start(dict(os.environ), str(ROOT))
    time.sleep(0.5)
    started.stop()
    assert one.process_id == 0


@pytest.mark.parametrize("words", [("--servers", "0"), ("--servers", "33"), ("--servers", "x"), ("--port", "0"), ("--port", "65535")])
def test_a_number_that_cannot_be_is_refused(words: tuple[str, ...], line: Line) -> None:
    assert line("serve", *words) == 2 and line.err.count("\n") == 1 and not line.data.exists()


@pytest.mark.parametrize("offset", [0, 1, 2], ids=["people's", "the first server's", "the second server's"])
def test_a_port_that_is_taken_is_named_before_anything_starts(offset: int, line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(balancer.PROGRAM, "/bin/false")
    with socket.socket() as other:
        first = free_ports(3)
        other.bind(("127.0.0.1", first + offset))
        other.listen()
        assert line("serve", "--servers", "2", "--port", str(first)) == 1
    assert f"Port {first + offset} of this machine is taken" in line.err and not line.data.exists()
