"""One cluster for the tests of a worker and one session for each module: to start them takes most of the time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.spark import programs
from tests.spark.cluster import Cluster, running

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for the cluster is a test of Spark."""
    for item in items:
        if HERE in item.path.parents and "cluster" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.spark)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One master and two workers, known to this process; without a Java a skip, where that must not happen (CI) a failure."""
    home = programs.find()
    if home is None:
        missing = "There is no Java from 17 on here; install one, or name its folder in JAVA_HOME."
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with pytest.MonkeyPatch.context() as patch, running(tmp_path_factory.mktemp("spark")) as one:
        patch.setenv("JAVA_HOME", str(home))
        patch.setenv("SPARK_CONF_DIR", str(one.settings))
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        yield one


@pytest.fixture(scope="module")
def spark(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """A session on the cluster, as a build has it."""
    from clearaccounts.importing.spark.cluster import session

    with session(cluster.master, tmp_path_factory.mktemp("log") / "spark.log") as one:
        yield one
