"""What the tests of this folder share: every test that has a folder runs on both stores."""

from __future__ import annotations

import itertools
import multiprocessing
from collections.abc import Iterator
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from tests.decisions import debtors, postgresql, processes
from tests.decisions.postgresql import Cluster

SQLITE, POSTGRESQL = "sqlite", "postgresql"
_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session", autouse=True)
def _worlds_end_with_the_session() -> Iterator[None]:
    yield
    debtors.forget_worlds()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test with a folder of its own keeps decisions, in SQLite and in PostgreSQL; `only("sqlite")` says that it is about one."""
    if "tmp_path" in metafunc.fixturenames:
        chosen = metafunc.definition.get_closest_marker("only")
        stores = chosen.args if chosen else (SQLITE, POSTGRESQL)
        marks = {POSTGRESQL: (pytest.mark.postgresql,), SQLITE: ()}
        metafunc.parametrize("kept_in", [pytest.param(store, marks=marks[store]) for store in stores], scope="function", indirect=True)


@pytest.fixture
def kept_in(request: pytest.FixtureRequest) -> str:
    """Which database the test's decisions are kept in."""
    return str(request.param)


@pytest.fixture
def tmp_path(tmp_path: Path, kept_in: str, request: pytest.FixtureRequest) -> Path:
    """The test's folder; for PostgreSQL its settings name a schema of its own in the worker's one cluster."""
    if kept_in == POSTGRESQL:
        cluster: Cluster = request.getfixturevalue("cluster")
        schema = f"t{next(_NUMBERS)}"
        with cluster.connect() as connection:
            connection.execute(f"create schema {schema}".encode())
        (tmp_path / "clearaccounts.toml").write_text(f'[decisions]\nurl = "{cluster.url(schema)}"\n')
    return tmp_path


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """One throw-away PostgreSQL for each worker."""
    programs = postgresql.find()
    if programs is None:
        pytest.fail("There is no PostgreSQL here; `make test` installs it where it may, and skips these tests where it may not.")
    with postgresql.running(programs) as found:
        yield found


@pytest.fixture(scope="session")
def context() -> ForkServerContext:
    """Processes forked from a server that has everything imported and nothing open."""
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(processes.PRELOAD)
    return found
