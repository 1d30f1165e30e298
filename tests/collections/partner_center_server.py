"""A local Partner Center: subscriptions, ETags, tokens, renewals, Azure plans, and every fault that a network has.

It behaves as Microsoft documents its own: the whole resource is replaced by what a PATCH brings, so what a body leaves out is
reset; suspending turns auto-renew off and drops scheduled changes; a repeated MS-RequestId gets the answer of the first.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from tests.exporting.orders import SEATS, TENANT

SECRET = "canary-secret-5c1f"
_ALLOWED = {("active", "suspended"), ("suspended", "active"), ("active", "active"), ("suspended", "suspended")}


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request.

    Attributes:
        kind: `drop_before` (the connection ends, nothing done), `drop_after` (done, then the connection ends), `slow_after` (done, and
            the answer comes too late), `status` (this answer, nothing done), `status_after` (done, and this answer), `accepted`
            (202, done by the time the given number of looks at its Location were made), `meanwhile` (somebody else changes the
            subscription just before), `answer` (this body instead), `forget` (a good answer, but nothing is done).
    """

    kind: str
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    looks: int = 0


@dataclass
class Request:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: str


def subscription(subscription_id: str = SEATS, tenant: str = TENANT, **values: Any) -> dict[str, Any]:
    """A seat subscription as Partner Center gives it."""
    return {
        "id": subscription_id, "friendlyName": "Größe \u201cM\u201d", "quantity": 12, "status": "active", "autoRenewEnabled": True,
        "scheduledNextTermInstructions": {"product": {"productId": "CFQ7TTC0LCHC", "termDuration": "P1Y"}, "quantity": 8, "share": 0.1},
        "commitmentEndDate": "2027-03-31T23:59:59Z", "termDuration": "P1Y", "billingCycle": "monthly", "orderId": "abc", "partnerId": "42",
        "suspensionReasons": [], "unitType": "Licenses", "attributes": {"etag": "W/1", "objectType": "Subscription"},
        "links": {"self": {"uri": f"/customers/{tenant}/subscriptions/{subscription_id}", "method": "GET", "headers": []}}, **values,
    }


class PartnerCenterServer:
    """The server's whole state; a test puts subscriptions in and plans faults, and reads afterwards what came of them."""

    def __init__(self) -> None:
        self.subscriptions: dict[tuple[str, str], dict[str, Any]] = {}
        self.entitlements: dict[str, list[dict[str, Any]]] = {}
        self.renewing: set[str] = set()
        self.faults: dict[str, list[Fault | None]] = {"GET": [], "PATCH": [], "POST": []}
        self.requests: list[Request] = []
        self.changes: list[tuple[str, str]] = []
        self.resets: list[str] = []
        self.tokens = {"canary-token-0"}
        self.tokens_given = 0
        self.gives_tokens = True
        self.answered: dict[str, tuple[int, Any]] = {}
        self.running: dict[str, tuple[int, tuple[str, str], dict[str, Any]]] = {}
        self.lock = threading.RLock()
        self.address = ""

    def put(self, subscription_id: str = SEATS, tenant: str = TENANT, **values: Any) -> None:
        """Have a subscription."""
        self.subscriptions[tenant, subscription_id] = subscription(subscription_id, tenant, **values)

    def get(self, subscription_id: str = SEATS, tenant: str = TENANT) -> dict[str, Any]:
        """A subscription as it stands."""
        return self.subscriptions[tenant, subscription_id]

    def sent(self, method: str) -> list[Request]:
        """The requests of one method that arrived."""
        return [request for request in self.requests if request.method == method]

    def touch(self, key: tuple[str, str]) -> None:
        """Somebody else changes a subscription: it has another ETag."""
        attributes = self.subscriptions[key]["attributes"]
        attributes["etag"] = f"W/{int(attributes['etag'][2:]) + 1}"

    def replace(self, key: tuple[str, str], body: dict[str, Any]) -> None:
        """Take the whole resource of a body."""
        old, new = self.subscriptions[key], deepcopy(body)
        for name in ("autoRenewEnabled", "scheduledNextTermInstructions"):
            if name not in body and name in old:
                self.resets.append(name)
        for name in ("friendlyName", "partnerId", "orderId", "termDuration"):
            if name not in body:
                self.resets.append(name)
        if new["status"] == "suspended":
            new["autoRenewEnabled"] = False
            new.pop("scheduledNextTermInstructions", None)
            new["suspensionReasons"] = ["Partner"]
        self.subscriptions[key] = new
        self.changes.append((key[1], new["status"]))
        self.touch(key)

    def patch(self, key: tuple[str, str], request: Request) -> tuple[int, Any]:
        """Answer a PATCH as documented, and do it."""
        if key not in self.subscriptions:
            return 404, {"code": 2000, "description": "not found"}
        old, new = self.subscriptions[key], json.loads(request.body)
        if request.headers.get("if-match") != old["attributes"]["etag"]:
            return 412, {"code": 2002, "description": "stale"}
        if key[1] in self.renewing:
            return 409, {"description": "renewal"}
        if new.get("id") != key[1]:
            return 400, {"code": 2003, "description": "not the whole resource"}
        if (old["status"], new.get("status")) not in _ALLOWED:
            return 400, {"code": 800040, "description": "transition"}
        if new.get("quantity") != old["quantity"]:
            return 400, {"code": 2001, "description": "quantity"}
        if new["status"] == "suspended" and any(one["status"] == "active" for one in self.entitlements.get(key[1], [])):
            return 400, {"code": 900115, "description": "azure"}
        self.replace(key, new)
        return 200, self.subscriptions[key]


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on standard error."""

    def do_GET(self) -> None:
        self._serve("GET")

    def do_PATCH(self) -> None:
        self._serve("PATCH")

    def do_POST(self) -> None:
        self._serve("POST")

    def _serve(self, method: str) -> None:
        state = self.server.state
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        request = Request(method, self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        with state.lock:
            state.requests.append(request)
            if self.path.endswith("/oauth2/v2.0/token"):
                return self._token(state, request)
            if request.headers.get("authorization", "").removeprefix("Bearer ") not in state.tokens:
                return self._answer(401, {"code": 401})
            fault = state.faults[method].pop(0) if state.faults[method] else None
            parts = self.path.strip("/").split("/")
            key = (parts[2], parts[4]) if len(parts) >= 5 else ("", "")
        return self._carry_out(state, request, fault, key)

    def _carry_out(self, state: PartnerCenterServer, request: Request, fault: Fault | None, key: tuple[str, str]) -> None:
        kind = fault.kind if fault else ""
        if fault and kind == "drop_before":
            return None
        if fault and kind in {"status", "answer"}:
            return self._answer(fault.status or 200, fault.body, fault.headers)
        if fault and kind == "accepted":
            return self._accept(state, request, fault, key)
        with state.lock:
            if kind == "meanwhile":
                state.touch(key)
            if kind == "forget":
                status, body = 200, state.subscriptions[key] | {"status": "suspended"}
            else:
                status, body = self._usual(state, request, key)
        if kind == "drop_after":
            return None
        if kind == "slow_after":
            time.sleep(1.6)
        if fault and kind == "status_after":
            return self._answer(fault.status, fault.body, fault.headers)
        return self._answer(status, body)

    def _usual(self, state: PartnerCenterServer, request: Request, key: tuple[str, str]) -> tuple[int, Any]:
        if request.path.startswith("/v1/operations/"):
            left, target, body = state.running[request.path]
            state.running[request.path] = (left - 1, target, body)
            if left > 0:
                return 202, None
            state.replace(target, body)
            return 200, {}
        if request.path.endswith("/azureEntitlements"):
            items = state.entitlements.get(key[1], [])
            return 200, {"totalCount": len(items), "items": items}
        if request.method == "PATCH":
            sent_as = request.headers["ms-requestid"]
            if sent_as not in state.answered:
                state.answered[sent_as] = state.patch(key, request)
            return state.answered[sent_as]
        found = state.subscriptions.get(key)
        return (200, found) if found else (404, {"code": 2000})

    def _accept(self, state: PartnerCenterServer, request: Request, fault: Fault, key: tuple[str, str]) -> None:
        path = f"/v1/operations/{len(state.running)}"
        state.running[path] = (fault.looks, key, json.loads(request.body))
        return self._answer(202, None, {"Location": path, "Retry-After": "1", **fault.headers})

    def _token(self, state: PartnerCenterServer, request: Request) -> None:
        form = parse_qs(request.body)
        if not state.gives_tokens or form.get("client_secret") != [SECRET] or form.get("grant_type") != ["client_credentials"]:
            return self._answer(400, {"error": "invalid_client"})
        state.tokens_given += 1
        token = f"canary-token-{state.tokens_given}"
        state.tokens.add(token)
        return self._answer(200, {"token_type": "Bearer", "expires_in": 3600, "access_token": token})

    def _answer(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        content = b"" if body is None else (body if isinstance(body, bytes) else json.dumps(body).encode())
        try:
            self.send_response_only(status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(content)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            pass  # whoever asked has left


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, state: PartnerCenterServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.state = state


@contextmanager
def running() -> Iterator[PartnerCenterServer]:
    """A server on a port of its own, for as long as the block runs."""
    state = PartnerCenterServer()
    server = _Server(state)
    state.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
