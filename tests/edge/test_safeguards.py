"""The server does not start with an option that takes a guard away, in demo mode as in any other."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit import config

from clearaccounts.settings import ROOT
from clearaccounts.ui.edge.rules import Rules
from clearaccounts.ui.edge.safeguards import Safeguarded, fault
from tests.browser.server import free_port
from tests.edge.asking import ask, hello, status

OIDC = Rules(is_demo=False, address="https://clear.partner.example")
UNSAFE = [
    ("server.enableXsrfProtection", False), ("server.enableCORS", False), ("server.corsAllowedOrigins", ["https://evil.example"]),
    ("server.enableAgentApi", True), ("server.enableStaticServing", True), ("server.scriptHealthCheckEnabled", True),
    ("server.baseUrlPath", "under"), ("client.showErrorDetails", "full"), ("client.showErrorDetails", "stacktrace"),
    ("client.showErrorDetails", "type"), ("browser.gatherUsageStats", True), ("global.developmentMode", True), ("global.e2eTest", True),
    ("server.headless", False), ("server.trustedUserHeaders", {"X-Forwarded-Email": "email"}),
]


@pytest.fixture
def options(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """Streamlit's options as the server comes with them; what a test puts in here is set for it alone."""
    set_to: dict[str, Any] = {
        "client.showErrorDetails": "none", "browser.gatherUsageStats": False, "server.address": "127.0.0.1",
        "global.developmentMode": False,
    }
    known = config.get_option
    monkeypatch.setattr(config, "get_option", lambda name: set_to[name] if name in set_to else known(name))
    yield set_to


@pytest.mark.parametrize("rules", [Rules(), OIDC], ids=["demo", "oidc"])
def test_the_options_that_come_with_the_server_are_safe(rules: Rules, options: dict[str, Any]) -> None:
    assert fault(rules) is None


@pytest.mark.parametrize("rules", [Rules(), OIDC], ids=["demo", "oidc"])
@pytest.mark.parametrize(("name", "value"), UNSAFE, ids=[f"{name}={value}" for name, value in UNSAFE])
def test_an_unsafe_option_stops_the_start(name: str, value: Any, rules: Rules, options: dict[str, Any]) -> None:
    options[name] = value
    said = fault(rules)
    assert said is not None and said.startswith(name) and said.endswith(".") and "\n" not in said


@pytest.mark.parametrize("address", [None, "", "0.0.0.0", "::", "192.168.1.4", "dashboard.example"])
def test_demo_mode_is_for_this_machine_alone(address: str | None, options: dict[str, Any]) -> None:
    options["server.address"] = address
    assert str(fault(Rules())).startswith("server.address")
    assert fault(OIDC) is None


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_a_server_that_skipped_the_start_refuses_everybody(kind: str, options: dict[str, Any]) -> None:
    guarded = Safeguarded(hello, lambda: OIDC)
    options["server.enableAgentApi"] = True
    assert status(ask(guarded, kind=kind)) == 503
    options["server.enableAgentApi"] = False
    assert status(ask(guarded, kind=kind)) in {200, 101}


def start(tmp_path: Path, *command: str, own_options: str = "") -> subprocess.CompletedProcess[str]:
    """Start the server as the machine's operator would, and wait for its end."""
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "config.toml").write_text(own_options, encoding="utf-8")
    environment = {**os.environ, "HOME": str(tmp_path), "CLEARACCOUNTS_DATA": str(tmp_path / "data")}
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60,
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.parametrize(("command", "own_options", "named"), [
    (("streamlit", "run", "app.py", "--server.enableXsrfProtection=false"), "", "server.enableXsrfProtection"),
    (("uvicorn", "app:app"), '[server.trustedUserHeaders]\nX-Forwarded-Email = "email"\n', "server.trustedUserHeaders"),
], ids=["streamlit run", "uvicorn"])
def test_the_server_says_why_in_one_sentence_and_leaves(
    command: tuple[str, ...], own_options: str, named: str, tmp_path: Path
) -> None:
    port = ("--server.port" if command[0] == "streamlit" else "--port", str(free_port()))
    ended = start(tmp_path, *command, *port, own_options=own_options)
    assert ended.returncode not in {0, None}
    said = [line for line in (ended.stdout + ended.stderr).splitlines() if named in line]
    assert len(said) == 1 and "The server does not start" in said[0] and "Traceback" not in ended.stdout + ended.stderr
    assert not (tmp_path / "data-sample").exists(), "it prepared data although it would not start"
