"""What a click costs: a rerun of the overview against a rerun of an empty script, over the wire, each on a server of its own.

Run in a process of its own: `python -m benchmarks.click page|empty` prints one JSON object. The clicks are sent as a browser
sends them; drawing, which is the browser's part, is not in the figures.
"""

from __future__ import annotations

import json
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from benchmarks.figures import peak_bytes_of
from benchmarks.run import ROOT
from clearaccounts.access import Role
from tests.browser.server import Dashboard, serving

CLICKS = 25
EMPTY = "import streamlit as st\n\nst.text('nothing')\n"


class Session:
    """One browser's connection, without the browser."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.buttons: dict[str, str] = {}

    def click(self, key: str = "") -> int:
        """Ask for a rerun, as pressing the button of that key; the bytes of the answer once the script has finished."""
        message = BackMsg()
        if key:
            message.rerun_script.widget_states.widgets.append(WidgetState(id=self.buttons[key], trigger_value=True))
        message.rerun_script.query_string = ""
        self.connection.send(message.SerializeToString())
        size = 0
        while True:
            raw = self.connection.recv(timeout=120)
            size += len(raw)
            answer = ForwardMsg.FromString(raw if isinstance(raw, bytes) else raw.encode())
            if answer.delta.new_element.HasField("button"):
                identity = answer.delta.new_element.button.id
                self.buttons[re.sub(r"^\$\$ID-[0-9a-f]+-", "", identity)] = identity
            if answer.HasField("script_finished") and answer.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                return size


def measure(server: Dashboard, is_page: bool) -> dict[str, float]:
    """Click again and again, after the first runs have warmed what a server warms."""
    stream = server.url.replace("http", "ws") + "/_stcore/stream"
    with connect(stream, origin=Origin(server.url), subprotocols=[Subprotocol("streamlit")], max_size=None) as connection:
        session = Session(connection)
        session.click()
        if is_page:
            session.click(f"sign_in_{Role.MANAGER.value}")
        session.click()
        times, sizes = [], []
        for _ in range(CLICKS):
            start = time.perf_counter()
            sizes.append(session.click())
            times.append(time.perf_counter() - start)
    return {
        "seconds": statistics.median(times), "slowest": max(times), "times": len(times),
        "answer_bytes": statistics.median(sizes), "peak_bytes": peak_bytes_of(server.process_id),
    }


def main() -> None:
    """Measure what the command line names."""
    is_page = sys.argv[1] == "page"
    with tempfile.TemporaryDirectory(prefix="clearaccounts-bench-") as temporary:
        folder = Path(temporary)
        empty = folder / "empty.py"
        empty.write_text(EMPTY, encoding="utf-8")
        script, health = (str(ROOT / "app.py"), "healthz") if is_page else (str(empty), "_stcore/health")
        with serving(folder / "data", script, health) as server:
            print(json.dumps({sys.argv[1]: measure(server, is_page)}))


if __name__ == "__main__":
    main()
