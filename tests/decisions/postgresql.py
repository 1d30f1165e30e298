"""A PostgreSQL of the tests' own: where this machine's programs are, and one throw-away cluster.

`python -m tests.decisions.postgresql` prints the folder of the programs for the Makefile, and installs Debian's package where
it may; with none to be had it prints nothing, says so in one line on standard error, and the tests on PostgreSQL are skipped.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests.programs import apt, report

# What the tests need that runs on their own cluster only.
PROGRAMS = ("initdb", "pg_ctl", "postgres", "pg_dump", "psql")
USER = "tests"


def find() -> Path | None:
    """The folder of the programs: the one named in the environment, Debian's newest, or wherever they are found by name."""
    named = os.environ.get("CLEARACCOUNTS_POSTGRESQL")
    if named:
        return Path(named)
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    for folder in (*debian, *([Path(on_path).resolve().parent] if on_path else [])):
        if all((folder / program).exists() for program in PROGRAMS):
            return folder
    return None


def install() -> None:
    """Install Debian's package as root. What fails is found out by looking again."""
    apt("postgresql")


class Cluster:
    """One running cluster: a folder, a socket in it, and nothing on the network; every commit waits for the disk."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs = programs
        self.folder = folder
        self.data = folder / "data"
        # The server refuses to run as root.
        self._account: dict[str, Any] = {}
        if os.geteuid() == 0:
            person = _unprivileged()
            self._account = {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}
            os.chown(folder, person.pw_uid, person.pw_gid)

    def run(self, program: str, *words: str | Path) -> str:
        """Run one of the programs as the server's account; its output."""
        ran = subprocess.run(
            [self._programs / program, *map(str, words)], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=120, check=False, stdin=subprocess.DEVNULL, **self._account,
        )
        said: str = ran.stdout
        assert ran.returncode == 0, said
        return said

    def make(self, *words: str) -> None:
        """Write the folder of the cluster."""
        self.run("initdb", "-D", self.data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", *words)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = ["listen_addresses=''", "fsync=on", "max_connections=200", "shared_buffers=16MB"]
        options += [f"unix_socket_directories={self.folder}"]
        self.run("pg_ctl", "-D", self.data, "-w", "-l", self.folder / "log", "-o", " ".join(f"-c {one}" for one in options), "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop the server: `fast` ends connections, `immediate` is a crash."""
        self.run("pg_ctl", "-D", self.data, "-w", "-m", mode, "stop")

    def url(self, schema: str, *, socket: Path | None = None) -> str:
        """The address of a schema, as it stands in the settings."""
        return f"postgresql+psycopg://{USER}@/postgres?host={socket or self.folder}&options=-csearch_path%3D{schema}"

    def connect(self, schema: str = "public") -> psycopg.Connection[tuple[Any, ...]]:
        """A connection of somebody who passes the program by."""
        return psycopg.connect(host=str(self.folder), user=USER, dbname="postgres", autocommit=True, options=f"-csearch_path={schema}")


def _unprivileged() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise LookupError("there is no account that the server could run as")


@contextmanager
def running(programs: Path, *words: str, under: Path | None = None) -> Iterator[Cluster]:
    """A cluster that ends with the block; `words` go to initdb, `under` is where its folder stands."""
    # A short path: the socket's may have no more than 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="ca-pg-", dir=under))
    folder.chmod(0o755)
    cluster = Cluster(programs, folder)
    try:
        cluster.make(*words)
        cluster.start()
        yield cluster
    finally:
        with contextlib.suppress(AssertionError):
            cluster.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)


def wait_for(condition: Any, seconds: float = 20) -> None:
    """Wait until `condition()` is true."""
    give_up_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up_at, "waited in vain"
        time.sleep(0.01)


if __name__ == "__main__":
    report("PostgreSQL", find, install)
