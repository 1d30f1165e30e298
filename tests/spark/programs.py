"""Whether this machine can run a Spark cluster: the Java that it needs beside the packages of requirements-spark.txt.

`python -m tests.spark.programs` prints Java's home for the Makefile, and installs Debian's package where it may; with none to be
had it prints nothing, says so in one line on standard error, and the tests on Spark are left out.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from tests import programs

_OLDEST_JAVA = 17


def find() -> Path | None:
    """Java's home: the one named in the environment, or that of the `java` found by name, if Spark runs on it."""
    named = os.environ.get("JAVA_HOME")
    java = Path(named) / "bin" / "java" if named else shutil.which("java")
    if java is None:
        return None
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=60, check=False).stderr
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = re.search(r'version "(\d+)', said)
    return Path(java).resolve().parents[1] if version and int(version[1]) >= _OLDEST_JAVA else None


def install() -> None:
    """Install Debian's Java as root (on Debian 12 openjdk-17-jre-headless). What fails is found out by looking again."""
    programs.apt("default-jre-headless")


if __name__ == "__main__":
    programs.report("Java", find, install)
