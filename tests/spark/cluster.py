"""A Spark standalone cluster of the tests' own: one master, two workers, on this machine's loopback alone.

Everything that travels between its parts is authenticated with a secret made for the run; the settings stand in a folder that the
driver is told of too (`SPARK_CONF_DIR`).
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

START_SECONDS = 90
WORKERS = 2
# Room on each worker for the executors of two builds at once.
_WORKER = ("-c", "2", "-m", "2g", "--webui-port", "0")
_SETTINGS = """
spark.authenticate true
spark.authenticate.secret {secret}
spark.network.crypto.enabled true
spark.executor.cores 1
spark.cores.max 2
spark.executor.memory 640m
spark.driver.memory 1g
spark.ui.enabled false
spark.driver.defaultJavaOptions {quick}
spark.executor.defaultJavaOptions {quick}
"""
# Programs that live for a minute: what they gain by the best machine code they lose by making it.
_QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto"


class Cluster:
    """A running cluster.

    Attributes:
        master: its address, as `--master` takes it.
        settings: the folder of its settings, for `SPARK_CONF_DIR`.
        workers: the processes of its workers.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = folder / "conf"
        self.settings.mkdir(parents=True)
        (self.settings / "spark-defaults.conf").write_text(_SETTINGS.format(secret=secrets.token_hex(32), quick=_QUICK), encoding="utf-8")
        (self.settings / "spark-defaults.conf").chmod(0o600)
        self.workers: list[subprocess.Popen[bytes]] = []
        self._processes: list[subprocess.Popen[bytes]] = []
        self.master = ""

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs around it that belongs to this cluster."""
        home = find_spec("pyspark")
        assert home is not None and home.submodule_search_locations
        return {
            **os.environ, "SPARK_HOME": home.submodule_search_locations[0], "SPARK_CONF_DIR": str(self.settings),
            "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_WORKER_DIR": str(self.folder / "work"),
        }

    def start(self) -> None:
        """Start the master and its workers and wait until they know each other."""
        self._run("master", "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0")
        self.master = self._told("master", r"Starting Spark master at (spark://127\.0\.0\.1:\d+)")
        for _ in range(WORKERS):
            self.add_worker()
        for number in range(WORKERS):
            self._told(f"worker-{number}", r"(Successfully registered with master)")

    def add_worker(self) -> None:
        """Start one more worker."""
        number = len(self.workers)
        self.workers.append(self._run(
            f"worker-{number}", "org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "--port", "0", *_WORKER, self.master,
        ))

    def kill_worker(self, number: int) -> int:
        """Kill a worker and its executors with the signal that nothing can catch; how many executors it had."""
        worker = self.workers[number]
        executors = children(worker.pid)
        for process in (worker.pid, *executors):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        worker.wait(20)
        return len(executors)

    def stop(self) -> None:
        """End every process of it."""
        for process in reversed(self._processes):
            for child in children(process.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
            process.kill()
            process.wait(20)

    def _run(self, name: str, *words: str) -> subprocess.Popen[bytes]:
        program = Path(self.environment["SPARK_HOME"]) / "bin" / "spark-class"
        with (self.folder / f"{name}.log").open("wb") as log:
            around = {**self.environment, "SPARK_DAEMON_MEMORY": "256m", "SPARK_DAEMON_JAVA_OPTS": _QUICK}
            process = subprocess.Popen(
                [program, *words], env=around, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=self.folder,
            )
        self._processes.append(process)
        return process

    def _told(self, name: str, pattern: str) -> str:
        log, deadline = self.folder / f"{name}.log", time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            text = log.read_text(encoding="utf-8", errors="replace")
            if found := re.search(pattern, text):
                return found[1]
            time.sleep(0.1)
        raise AssertionError(f"The {name} did not come up:\n{text[-3000:]}")


def children(process: int) -> list[int]:
    """The processes that a process has started and that still run."""
    found: list[int] = []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(number) for number in task.read_text(encoding="ascii").split()]
    return found


@contextmanager
def running(folder: Path) -> Iterator[Cluster]:
    """A cluster that ends with the block."""
    cluster = Cluster(folder)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
