"""The dashboard behind nginx with docs/nginx.conf: sign-in and pages work over TLS, and nothing that must stay out comes in."""

from __future__ import annotations

import json
import os
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from tests.browser.server import Dashboard, free_port
from tests.identity_provider import Identity, providing
from tests.proxy import nginx
from tests.proxy.nginx import Proxy
from tests.wire.client import Caller
from tests.wire.servers import serving_oidc

pytestmark = pytest.mark.nginx

MARTIN = Identity("c0000000-0000-4000-8000-000000000001", "Martin Weiss", "martin.weiss@partner.example", ("Manager",))
GUARDS = (
    "content-security-policy", "strict-transport-security", "x-content-type-options", "x-frame-options", "referrer-policy", "cache-control",
)
FORGED = {
    "X-Forwarded-Email": MARTIN.email, "X-Forwarded-User": MARTIN.object_id, "X-Auth-Request-Email": MARTIN.email,
    "X-Auth-Roles": "Manager", "X-Auth-User": MARTIN.email, "Remote-User": MARTIN.email,
    "X-Ms-Client-Principal": json.dumps({"userDetails": MARTIN.email, "userRoles": ["Manager"]}),
    "X-Ms-Client-Principal-Name": MARTIN.email,
    "X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "localhost", "Forwarded": "for=127.0.0.1",
    "X-Real-Ip": "127.0.0.1",
}


@dataclass(frozen=True)
class Front:
    """What stands there: the proxy, the dashboard behind it, whose certificates to believe."""

    proxy: Proxy
    dashboard: Dashboard
    trust: ssl.SSLContext

    def caller(self) -> Caller:
        """Somebody outside, who knows the public address."""
        return Caller(self.proxy.url, trust=self.trust)

    def straight(self) -> Caller:
        """Somebody on the machine itself, who goes round the proxy; by the name that only a health check uses."""
        return Caller(self.dashboard.url)


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    program = nginx.find()
    if program is None:
        missing = "there is no nginx on this machine; `make test` installs it where it may"
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(missing, pytrace=False)
        pytest.skip(missing)
    folder = tmp_path_factory.mktemp("nginx")
    port, plain_port, own_port = free_port(), free_port(), free_port()
    with (
        providing(MARTIN) as provider,
        serving_oidc(
            tmp_path_factory.mktemp("behind") / "data", provider, roles={"Manager": "manager"}, more='hosts = ["127.0.0.1"]',
            port=own_port, address=f"https://localhost:{port}",
        ) as dashboard,
        nginx.running(program, folder, port=port, plain_port=plain_port, upstream=f"127.0.0.1:{own_port}") as proxy,
    ):
        yield Front(proxy, dashboard, ssl.create_default_context(cafile=str(proxy.authority)))


def test_a_sign_in_and_its_pages_work_through_it(front: Front) -> None:
    caller = front.caller()
    answers = caller.sign_in(MARTIN.email, "key-figures", "currency=EUR")
    assert str(answers[-1].request.url) == f"{front.proxy.url}/key-figures?currency=EUR"
    with caller.open("key-figures", "currency=EUR") as tab:
        assert "Martin Weiss" in tab.text()
        tab.run("data").change("section", "Checks").change("open_data-checks", True)
        assert tab.download("download_data-checks_csv").status_code == 200
        assert front.caller().get(str(tab.node("download_data-checks_csv").proto.url)).status_code == 404


def test_every_cookie_travels_over_tls_alone_and_none_holds_a_token(front: Front) -> None:
    caller = front.caller()
    answers = [caller.get("/"), caller.get("/_stcore/health"), *caller.sign_in(MARTIN.email, "ageing")]
    lines = [
        line for answer in answers if str(answer.request.url).startswith(front.proxy.url) for line in answer.headers.get_list("set-cookie")]
    names = {line.partition("=")[0] for line in lines}
    assert {"_streamlit_user", "_streamlit_xsrf", "_streamlit_session"} <= names
    assert [line for line in lines if "; secure" not in line.lower()] == []
    assert [line for line in lines if line.startswith("_streamlit_user_tokens") and "Max-Age=0" not in line] == []
    assert any(line.startswith("_streamlit_user=") and "Max-Age=28800" in line for line in lines)


@pytest.mark.parametrize("path", ["/", "/ageing", "/media/none", "/_stcore/health", "/_stcore/host-config", "/_stcore/metrics", "/nowhere"])
def test_the_guards_stand_in_every_answer_once(path: str, front: Front) -> None:
    headers = front.caller().get(path).headers
    found = {name: headers.get_list(name) for name in GUARDS}
    assert {name: len(values) for name, values in found.items()} == dict.fromkeys(GUARDS, 1)
    assert "no-store" in found["cache-control"][0] and "frame-ancestors 'none'" in found["content-security-policy"][0]
    assert found["strict-transport-security"] == ["max-age=31536000"] and headers["server"] == "nginx"


def test_the_files_of_a_release_are_compressed_and_kept(front: Front) -> None:
    page = front.caller().get("/").text
    script = next(part for part in page.split('"') if "static/js/index" in part)
    tags = set()
    for accepted, encoded in {"gzip, deflate, br": "br", "gzip": "gzip", "identity": None}.items():
        found = front.caller().get(script.lstrip("."), headers={"accept-encoding": accepted})
        assert found.headers.get("content-encoding") == encoded and found.headers.get_list("vary") == ["Accept-Encoding"]
        assert "immutable" in found.headers["cache-control"] and len(found.headers.get_list("cache-control")) == 1
        again = front.caller().get(script.lstrip("."), headers={"accept-encoding": accepted, "if-none-match": found.headers["etag"]})
        assert again.status_code == 304
        tags.add(found.headers["etag"])
    assert len(tags) == 3 and not any(tag.startswith("W/") for tag in tags)
    part = front.caller().get(script.lstrip("."), headers={"accept-encoding": "br", "range": "bytes=0-9"})
    assert part.status_code == 206 and len(part.content) == 10


@pytest.mark.parametrize("path", [
    "/_stcore/metrics", "//_stcore//metrics", "/_STCORE/Metrics", "/_stcore%2Fmetrics", "/_stcore/./metrics", "/_stcore/agent/openapi.json",
    "/_stcore/agent/mcp", "/_stcore/script-health-check", "/component/x/index.html",
])
def test_what_is_closed_is_closed_here_too(path: str, front: Front) -> None:
    assert front.caller().get(f"{front.proxy.url}{path}").status_code == 404
    assert front.straight().get(f"{front.dashboard.url}{path}").status_code == 404


def test_whoever_comes_without_tls_is_led_to_the_one_address(front: Front) -> None:
    found = httpx.get(f"{front.proxy.plain_url}/ageing?currency=EUR", headers={"host": "evil.example"})
    assert (found.status_code, found.headers["location"]) == (301, f"{front.proxy.url}/ageing?currency=EUR")


def test_another_name_gets_no_certificate(front: Front) -> None:
    port = int(front.proxy.url.rpartition(":")[2])
    anybody = ssl.create_default_context()
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    for name in ("evil.example", None):
        with socket.create_connection(("127.0.0.1", port), 5) as line, pytest.raises(ssl.SSLError):
            anybody.wrap_socket(line, server_hostname=name)


def test_what_a_visitor_says_of_themselves_is_not_believed(front: Front) -> None:
    forger = front.caller()
    forger.headers.update(FORGED)
    with forger.open("ageing") as tab:
        assert tab.has("sign_in") and not tab.was_sent(MARTIN.name)
    straight = front.straight()
    straight.headers.update(FORGED)
    with straight.open("ageing", origin=None) as tab:
        assert not tab.has("sign_out") and not tab.was_sent(MARTIN.name)


def test_a_name_that_nobody_gave_the_dashboard_is_refused_by_it(front: Front) -> None:
    for name in ("evil.example", "localhost.evil.example"):
        found = front.straight().get("/", headers={"host": name})
        assert found.status_code == 421 and found.text == "There is nothing under that name here."


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_for_inside(path: str, front: Front) -> None:
    assert front.straight().get(path).status_code == 200
    assert front.caller().get(path).status_code == 200, "from this machine"
    assert "deny all;" in nginx.CONFIGURATION.read_text(encoding="utf-8").partition("healthz|readyz")[2]


def test_what_is_too_large_stays_outside(front: Front) -> None:
    try:
        found = front.caller().request("PUT", "/_stcore/upload_file/a/b", content=b"x" * 22 * 1024 * 1024)
    except httpx.TransportError:
        return  # nginx hung up rather than read on
    assert found.status_code == 413 and found.headers["x-frame-options"] == "DENY"


def test_no_log_of_the_proxy_says_which_customer_was_looked_at(front: Front) -> None:
    assert front.caller().get("/account?customer=C-secret-1").status_code == 200
    # nginx answers first and writes its line afterwards.
    patience = time.monotonic() + 20
    while '"GET /account" 200' not in (log := front.proxy.log.read_text(encoding="utf-8")):
        assert time.monotonic() < patience, log
        time.sleep(0.05)
    assert "C-secret-1" not in log
