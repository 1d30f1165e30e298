"""The edge of a server whose people sign in: cookies, the page asked for first, downloads and uploads, each by who asks.

One server for all of it; every test brings people of its own sign-ins.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from clearaccounts.ui.edge.targets import COOKIE
from tests.browser.server import Dashboard
from tests.identity_provider import Identity, IdentityProvider, providing
from tests.wire.client import XSRF, Caller, Tab
from tests.wire.servers import serving_oidc

BEATRIZ = Identity("b0000000-0000-4000-8000-000000000001", "Beatriz Romero", "beatriz.romero@partner.example", ("Billing",))
BENNO = Identity("b0000000-0000-4000-8000-000000000002", "Benno Kraus", "benno.kraus@partner.example", ("Billing",))
MARTIN = Identity("b0000000-0000-4000-8000-000000000003", "Martin Weiss", "martin.weiss@partner.example", ("Manager",))
ROLES = {"Billing": "billing_admin", "Manager": "manager"}
# `make test-long` sends as many at once as somebody with fifty machines would.
UPLOADS = int(os.environ.get("CLEARACCOUNTS_UPLOADS", "6"))
MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
def provider() -> Iterator[IdentityProvider]:
    with providing(BEATRIZ, BENNO, MARTIN) as running:
        yield running


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory, provider: IdentityProvider) -> Iterator[Dashboard]:
    with serving_oidc(tmp_path_factory.mktemp("edge") / "data", provider, roles=ROLES) as running:
        yield running


def signed_in(dashboard: Dashboard, person: Identity) -> Caller:
    caller = Caller(dashboard.url)
    caller.sign_in(person.email)
    assert caller.has_identity
    return caller


def offered(tab: Tab) -> str:
    """The address of a file that the page offers in this tab."""
    tab.run("data").change("section", "Checks").change("open_data-checks", True)
    return str(tab.node("download_data-checks_csv").proto.url)


def told(answer: httpx.Response) -> tuple[int, bytes, dict[str, str]]:
    """All that an answer says, but for the time of day and its own number."""
    return answer.status_code, answer.content, {
        name: value for name, value in answer.headers.items() if name not in {"date", "x-request-id"}}


def test_a_sign_in_leads_to_the_page_asked_for_with_its_choices_once(dashboard: Dashboard) -> None:
    caller = Caller(dashboard.url)
    answers = caller.sign_in(MARTIN.email, "key-figures", "currency=EUR&lang=es")
    landed = urlsplit(str(answers[-1].request.url))
    assert (landed.path, sorted(landed.query.split("&"))) == ("/key-figures", ["currency=EUR", "lang=es"])
    assert answers[-1].status_code == 200 and COOKIE not in caller.cookies
    with caller.open("key-figures", landed.query) as tab:
        assert "Martin Weiss" in tab.text()
    assert urlsplit(str(Caller(dashboard.url).sign_in(MARTIN.email)[-1].request.url)).path == "/"


def test_the_cookies_of_a_sign_in_last_a_session_and_hold_no_token(dashboard: Dashboard) -> None:
    answers = Caller(dashboard.url).sign_in(MARTIN.email)
    set_here = [
        line for answer in answers if str(answer.request.url).startswith(dashboard.url) for line in answer.headers.get_list("set-cookie")]
    user = [line for line in set_here if line.startswith("_streamlit_user=")]
    assert len(user) == 1 and "Max-Age=28800" in user[0] and "HttpOnly" in user[0] and "samesite=lax" in user[0].lower()
    assert not any("_tokens" in line and "Max-Age=0" not in line for line in set_here)
    assert not any("2592000" in line or "1209600" in line for line in set_here)
    assert not any("Secure" in line for line in set_here), "there is no TLS here"


def test_the_cookie_of_somebody_in_hundreds_of_groups_holds_none_of_them(dashboard: Dashboard, provider: IdentityProvider) -> None:
    groups = [f"{number:08d}-0000-4000-8000-000000000000" for number in range(300)]
    provider.extra_claims = {"groups": groups, "roles": ["Manager", "Unknown"], "wids": ["w" * 500]}
    try:
        caller = signed_in(dashboard, MARTIN)
    finally:
        provider.extra_claims = {}
    assert [name for name in caller.cookies if name.startswith("_streamlit_user")] == ["_streamlit_user"]
    assert len(caller.cookies["_streamlit_user"]) < 1500
    with caller.open("ageing") as tab:
        assert "Martin Weiss" in tab.text() and "Manager" in tab.text()


def test_a_download_is_for_the_sign_in_whose_page_offers_it(dashboard: Dashboard) -> None:
    owner = signed_in(dashboard, BEATRIZ)
    with owner.open() as tab:
        address = offered(tab)
        whole = owner.get(address)
        assert whole.status_code == 200 and b"Checks. As of" in whole.content and whole.headers["cache-control"] == "private, no-store"
        part = owner.get(address, headers={"range": "bytes=0-9"})
        assert part.status_code == 206 and part.content == whole.content[:10]
        head = owner.request("HEAD", address, headers={"accept-encoding": "identity"})
        assert head.status_code == 200 and head.headers["content-length"] == str(len(whole.content)) and head.content == b""

        strangers = {
            "anonymous": Caller(dashboard.url), "another of the same role": signed_in(dashboard, BENNO),
            "another role": signed_in(dashboard, MARTIN), "another sign-in of the same person": signed_in(dashboard, BEATRIZ),
        }
        for method, headers in (("GET", {}), ("HEAD", {}), ("GET", {"range": "bytes=0-9"}), ("GET", {"range": "bytes=9999999-"})):
            nothing = told(owner.request(method, "/media/0123456789abcdef0123456789abcdef.csv", headers=headers))
            assert nothing[0] == 404 and nothing[1] == (b"" if method == "HEAD" else b"There is nothing here.")
            for who, stranger in strangers.items():
                assert told(stranger.request(method, address, headers=headers)) == nothing, f"{who}, {method} {headers}"

        stolen = owner.twin()
        assert stolen.get(address).status_code == 200
        tab.press("sign_out")
        assert told(stolen.get(address)) == told(Caller(dashboard.url).get("/media/none.csv")), "the session is over"


def test_everybody_is_shown_the_picture_of_the_tab(dashboard: Dashboard) -> None:
    with Caller(dashboard.url).open() as tab:
        icons = [node.proto.favicon for node in tab.of_kind("page_config") if node.proto.favicon.startswith("/media/")]
    assert all(Caller(dashboard.url).get(address).status_code == 200 for address in icons)


def place(tab: Tab) -> str:
    return f"/_stcore/upload_file/{tab.session_id}/11111111-2222-4333-8444-555555555555"


def test_an_upload_is_for_ones_own_tab_and_who_may_import(dashboard: Dashboard) -> None:
    owner, other, manager = (signed_in(dashboard, person) for person in (BEATRIZ, BENNO, MARTIN))
    with owner.open("data") as tab, other.open("data") as foreign, manager.open("data") as watching, Caller(dashboard.url).open() as nobody:
        own = tab.upload_address("a.csv").upload_url
        assert tab.put(own, "a.csv", b"customer_id\n1\n").status_code == 204
        refused = {
            "anonymous, their own tab": nobody.put(place(nobody), "a.csv", b"x"),
            "anonymous, a stranger's tab": nobody.put(own, "a.csv", b"x"),
            "a manager, their own tab": watching.put(place(watching), "a.csv", b"x"),
            "who may import, a stranger's tab": foreign.put(own, "a.csv", b"x"),
            "a tab that nobody has": tab.put("/_stcore/upload_file/none/x", "a.csv", b"x"),
            "without a token": tab.put(own, "a.csv", b"x", token=None),
            "removal of a stranger's": other.request("DELETE", own, headers={"x-xsrftoken": other.cookies[XSRF]}),
            "from another site": owner.request("PUT", own, headers={"origin": "http://evil.example", "x-xsrftoken": owner.cookies[XSRF]}),
        }
        assert {who: answer.status_code for who, answer in refused.items()} == dict.fromkeys(refused, 403)
        assert len({answer.text for who, answer in refused.items() if who != "from another site"}) == 1
        assert owner.request("DELETE", own, headers={"x-xsrftoken": owner.cookies[XSRF]}).status_code == 204
        too_large = tab.put(own, "a.csv", b"x" * (20 * MEGABYTE + 70_000))
        assert too_large.status_code == 413 and too_large.text == "The file is too large."


def memory_of(process_id: int) -> int:
    """What a process holds in memory, in bytes."""
    fields = Path(f"/proc/{process_id}/statm").read_text(encoding="ascii").split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="only Linux says what a process holds")
def test_many_large_uploads_at_once_leave_the_server_answering(dashboard: Dashboard) -> None:
    owner = signed_in(dashboard, BEATRIZ)
    before = memory_of(dashboard.process_id)
    content = os.urandom(MEGABYTE) * 19

    def send(number: int) -> int:
        try:
            if number % 2:
                with Caller(dashboard.url).open() as nobody:
                    return nobody.put(place(nobody), "big.csv", content + b"x" * 2 * MEGABYTE).status_code
            with owner.open("data") as tab:
                return tab.put(tab.upload_address("big.csv").upload_url, "big.csv", content).status_code
        except httpx.TransportError:
            return 0  # the server hung up rather than read on

    with ThreadPoolExecutor(UPLOADS) as pool:
        sent = [pool.submit(send, number) for number in range(UPLOADS)]
        slowest = 0.0
        while not all(one.done() for one in sent):
            asked_at = time.monotonic()
            assert Caller(dashboard.url).get("/_stcore/health").status_code == 200
            slowest = max(slowest, time.monotonic() - asked_at)
            time.sleep(0.05)
        found = [one.result() for one in sent]
    assert set(found[1::2]) <= {403, 413, 0} and set(found[::2]) <= {204, 429}, found
    assert slowest < 30, "it never stops answering, however slow this machine is"
    assert memory_of(dashboard.process_id) - before < (UPLOADS + 4) * 21 * MEGABYTE
