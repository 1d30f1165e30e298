"""Programs that tests need and a machine may lack: each is looked for, installed where that may be done, and named for the Makefile."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path


def apt(package: str, **environment: str) -> None:
    """Install a package of Debian's as root, quietly. What fails is found out by looking again."""
    if Path("/etc/debian_version").exists() and os.geteuid() == 0:
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", **environment}
        for command in (["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", package]):
            run_quietly(command, quiet)


def run_quietly(command: list[str], environment: dict[str, str] | None = None) -> None:
    """Run an installer, whatever comes of it."""
    subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=900, check=False,
    )


def report(name: str, find: Callable[[], object | None], install: Callable[[], None]) -> None:
    """Print where the program is, installing it where that may be done; nothing, and a line on standard error, if there is none."""
    found = find()
    if found is None:
        print(f"There is no {name} here yet; installing it where that may be done.", file=sys.stderr)
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            install()
        found = find()
    if found is None:
        print(f"There is no {name}, and none was installed: the tests on it are left out.", file=sys.stderr)
    print(found or "")
