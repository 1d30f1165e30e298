"""The reading process as the one who asks sees it: start it, ask, be told how far it is, end it.

It is given nothing but its questions: no environment, no open files. Too much memory, time or disk, and a
crash, are each a sentence about the file.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from clearaccounts.errors import FileRefused
from clearaccounts.importing.reading.bounds import Bounds, bounds_for
from clearaccounts.importing.reading.rows import Progress, no_progress
from clearaccounts.settings import ROOT
from clearaccounts.text import N_

# An idle process holds some megabytes: of many opened files only so many keep theirs.
MAX_IDLE = 6
# So often is asked whether to go on, though there may be nothing new to tell.
_TICK_SECONDS = 0.5
_BLOCK_BYTES = 1 << 16

_idle: list[ReadingProcess] = []
# A source that nobody holds any more stops its process from wherever the garbage collector runs, this lock's holder included.
_idle_lock = threading.RLock()


class ReadingProcess:
    """A process that reads one file; started by the first question, and again by the next one after `stop`.

    Args:
        path: the file as it came.
        folder: for what it writes.
        name: what people call the file.
        bounds: how long to wait for an answer; by the file's size unless given. The process itself always keeps to those.
    """

    def __init__(self, path: Path, folder: Path, name: str, bounds: Bounds | None = None) -> None:
        self._bounds = bounds
        self._path = path.resolve()
        self._folder = folder.resolve()
        self._name = name
        self._process: subprocess.Popen[bytes] | None = None
        self._unread = b""
        self.peak_memory_bytes = 0

    @property
    def pid(self) -> int | None:
        """The process's number; None while there is none."""
        return None if self._process is None else self._process.pid

    def ask(self, question: dict[str, Any], progress: Progress = no_progress) -> dict[str, Any]:
        """Ask, and wait for the answer.

        Args:
            question: see `reading`.
            progress: told how many rows have been read, and called now and then in between; what it raises ends the process.

        Raises:
            FileRefused: the file is refused, or reading it broke a bound or the reader.
        """
        bounds = self._bounds or bounds_for(self._path.stat().st_size)
        with _idle_lock:
            if self in _idle:
                _idle.remove(self)
        try:
            process = self._started()
            answer = self._talk(process, question, time.monotonic() + bounds.clock_seconds, progress)
        except BaseException:
            self.stop()
            raise
        if "refused" in answer:
            self.stop()
            raise FileRefused(answer["refused"], **answer["values"])
        self._rest()
        done: dict[str, Any] = answer["done"]
        return done

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            command = [sys.executable, "-X", "utf8", "-m", "clearaccounts.importing.reading"]
            self._unread = b""
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                # The system's allocator gives memory back and stays within what is allowed.
                env={"ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "2", "OMP_NUM_THREADS": "1"},
            )
            self._send(self._process, {"path": str(self._path), "folder": str(self._folder), "name": self._name})
        return self._process

    def _send(self, process: subprocess.Popen[bytes], content: dict[str, Any]) -> None:
        stream: IO[bytes] = process.stdin  # type: ignore[assignment]
        try:
            stream.write(json.dumps(content).encode() + b"\n")
            stream.flush()
        except BrokenPipeError:
            raise self._broken(process) from None

    def _talk(
        self, process: subprocess.Popen[bytes], question: dict[str, Any], deadline: float, progress: Progress
    ) -> dict[str, Any]:
        self._send(process, question)
        rows = 0
        while True:
            line = self._line(process)
            if line is None:
                progress(rows)
                if time.monotonic() > deadline:
                    raise self._too_long()
                continue
            answer: dict[str, Any] = json.loads(line)
            if "rows" not in answer:
                self.peak_memory_bytes = max(self.peak_memory_bytes, answer.get("peak", 0))
                return answer
            rows = answer["rows"]
            progress(rows)

    def _line(self, process: subprocess.Popen[bytes]) -> bytes | None:
        """The next line that the process says; None if it says nothing for a while."""
        stream: IO[bytes] = process.stdout  # type: ignore[assignment]
        while b"\n" not in self._unread:
            ready, _, _ = select.select([stream], [], [], _TICK_SECONDS)
            if not ready:
                return None
            block = os.read(stream.fileno(), _BLOCK_BYTES)
            if not block:
                raise self._broken(process)
            self._unread += block
        line, _, self._unread = self._unread.partition(b"\n")
        return line

    def _too_long(self) -> FileRefused:
        return FileRefused(N_("{file}: reading it takes longer than one file may take; split it, or save it as CSV."), file=self._name)

    def _broken(self, process: subprocess.Popen[bytes]) -> FileRefused:
        """Why the process ended before it answered."""
        code = process.wait()
        if code == -signal.SIGXCPU:
            return self._too_long()
        return FileRefused(
            N_("{file}: the reader broke down on it, as it does on files made to break it; export it again, or save it as CSV."),
            file=self._name,
        )

    def _rest(self) -> None:
        with _idle_lock:
            _idle.append(self)
            surplus = _idle.pop(0) if len(_idle) > MAX_IDLE else None
        if surplus is not None:
            surplus.stop()

    def stop(self) -> None:
        """End the process; the next question starts another."""
        with _idle_lock:
            if self in _idle:
                _idle.remove(self)
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with suppress(BrokenPipeError):
                        stream.close()
