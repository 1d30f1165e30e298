"""A socket between the program and PostgreSQL that loses connections at the moment of a commit."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

NAME = ".s.PGSQL.5432"
COMMIT = b"COMMIT"
# How the message begins in which the server tells the process that serves the connection.
KEY_DATA = b"K\x00\x00\x00\x0c"


class Proxy:
    """Passes everything on, until `lose` names what happens at the next COMMIT: `before` it reaches the server, or `after` it is done."""

    def __init__(self, folder: Path, server: Path, ending: Callable[[int], None]) -> None:
        self.folder = folder
        self._server = server / NAME
        self._ending = ending
        self.lose = ""
        self.lost = 0
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(folder / NAME))
        self._listening.listen(50)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self._server))
                backend: list[int] = []
                threading.Thread(target=self._up, args=(client, server, backend), daemon=True).start()
                threading.Thread(target=_pass_on, args=(server, client, backend), daemon=True).start()

    def _up(self, client: socket.socket, server: socket.socket, backend: list[int]) -> None:
        with suppress(OSError):
            while content := client.recv(65536):
                if self.lose and COMMIT in content:
                    self.lose, moment = "", self.lose
                    self.lost += 1
                    if moment == "after":
                        # Nothing of the answer reaches the program: its side is shut first.
                        client.shutdown(socket.SHUT_RDWR)
                        server.sendall(content)
                        self._ending(backend[0])
                    break
                server.sendall(content)
        for side in (client, server):
            with suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Accept no more."""
        self._listening.close()


def _pass_on(server: socket.socket, client: socket.socket, backend: list[int]) -> None:
    with suppress(OSError):
        while content := server.recv(65536):
            if not backend and KEY_DATA in content:
                start = content.index(KEY_DATA) + len(KEY_DATA)
                backend.append(int.from_bytes(content[start:start + 4], "big"))
            client.sendall(content)
    with suppress(OSError):
        client.shutdown(socket.SHUT_RDWR)


@contextmanager
def between(folder: Path, server: Path, ending: Callable[[int], None]) -> Iterator[Proxy]:
    """A proxy in `folder` for the server whose socket is in `server`; `ending` gets the server's process that commits unseen."""
    proxy = Proxy(folder, server, ending)
    try:
        yield proxy
    finally:
        proxy.close()
