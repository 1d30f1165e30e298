"""A worker that dies in mid-build costs time and nothing else; without any worker the build says so."""

from __future__ import annotations

import time
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from benchmarks import generate
from clearaccounts.errors import BuildError
from clearaccounts.importing.spark import cluster as clusters
from clearaccounts.query_files import steps
from tests.spark.cluster import Cluster
from tests.spark.comparing import differences, on_both, rows

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

INVOICES = 2000
GIVE_UP_SECONDS = 300


def made(folder: Path) -> set[str]:
    """The marts that are made."""
    return {path.parent.name for path in folder.glob("marts-*/*/_SUCCESS")}


def test_a_generated_partner_while_a_worker_dies(spark: SparkSession, cluster: Cluster, tmp_path: Path) -> None:
    given = generate.write(tmp_path / "landed", INVOICES)
    killed: list[tuple[int, set[str]]] = []

    def kill_in_the_middle() -> None:
        give_up_at = time.monotonic() + GIVE_UP_SECONDS
        while not {"invoices", "sources"} <= made(tmp_path) and time.monotonic() < give_up_at:
            time.sleep(0.02)
        killed.append((cluster.kill_worker(0), made(tmp_path)))

    killer = Thread(target=kill_in_the_middle)
    killer.start()
    try:
        ours, theirs = on_both(spark, tmp_path, given, zone="America/Havana", currency="USD")
    finally:
        killer.join()
        cluster.add_worker()
    [(executors, made_before)] = killed
    assert executors == 1
    assert steps("marts").keys() - made_before >= {"allocations_in_force", "open_items"}
    assert differences(ours, theirs) == []
    assert rows(ours, "invoices") == INVOICES


def test_a_cluster_without_workers_ends_the_build(
    spark: SparkSession, cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clusters, "WORKER_SECONDS", 2)
    for number, worker in enumerate(cluster.workers):
        if worker.poll() is None:
            cluster.kill_worker(number)
    try:
        with pytest.raises(BuildError, match="has lost its last worker, and in 2 seconds no other came"):
            on_both(spark, tmp_path, {})
    finally:
        cluster.add_worker()
        cluster.add_worker()
