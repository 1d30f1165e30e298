"""The wire client says what a browser says: demo mode's people sign in through it, see their pages, press and download."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from websockets.exceptions import InvalidStatus

from tests.browser.server import Dashboard, serving
from tests.wire.client import XSRF, Caller


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    with serving(tmp_path_factory.mktemp("wire") / "data") as dashboard:
        yield dashboard


def test_a_person_of_demo_mode_signs_in_and_is_remembered(demo: Dashboard) -> None:
    manager = Caller(demo.url)
    with manager.sign_in_demo("manager") as tab:
        assert "Martin Weiss" in tab.text() and not tab.has("sign_in_manager")
        assert tab.session_id and tab.frames and XSRF in manager.cookies
        assert {"ageing", "audit"} <= tab.pages.keys()
    with manager.open("ageing") as tab:
        assert "Martin Weiss" in tab.text() and tab.page == "ageing"
    with Caller(demo.url).open("ageing") as tab:
        assert tab.has("sign_in_manager") and not tab.has("sign_out")


def test_signing_out_forgets_the_person(demo: Dashboard) -> None:
    manager = Caller(demo.url)
    with manager.sign_in_demo("manager") as tab:
        tab.press("sign_out")
        tab.fetch_pictures()
        assert tab.has("sign_in_manager")
    with manager.open() as tab:
        assert tab.has("sign_in_manager")


def test_another_origin_is_refused(demo: Dashboard) -> None:
    with pytest.raises(InvalidStatus):
        Caller(demo.url).open(origin="http://evil.example")


def test_an_address_and_its_query_reach_the_page(demo: Dashboard) -> None:
    manager = Caller(demo.url)
    manager.sign_in_demo("manager").close()
    with manager.open("cases", "lang=es") as tab:
        assert "Martin Weiss" in tab.text() and "Casos abiertos" in tab.text() and tab.page == "cases"


def test_a_file_is_downloaded(demo: Dashboard) -> None:
    agent = Caller(demo.url)
    with agent.sign_in_demo("billing_admin") as tab:
        tab.run("data").change("section", "Checks").change("open_data-checks", True)
        answer = tab.download("download_data-checks_csv")
        assert answer.status_code == 200 and "text/csv" in answer.headers["content-type"]
        assert "data-checks-" in answer.headers["content-disposition"] and b"Checks. As of" in answer.content.splitlines()[0]


def test_a_file_is_uploaded_and_read(demo: Dashboard) -> None:
    rows = b"customer_id,customer_name,currency\nC1,Aurora Bakery,EUR\n"
    with Caller(demo.url).sign_in_demo("billing_admin") as tab:
        tab.run("data")
        assert tab.upload("upload_0", "customers.csv", rows).status_code == 204
        for _ in range(50):
            if tab.has("put_away"):
                break
            tab.run()
        tab.press("put_away")
        assert not tab.has("import")
        assert tab.upload("upload_1", "customers.csv", rows, token=None).status_code == 403


def test_two_tabs_are_two_sessions(demo: Dashboard) -> None:
    caller = Caller(demo.url)
    with caller.open() as one, caller.open() as other:
        assert one.session_id != other.session_id
    with caller.open(session=one.session_id) as back:
        assert back.session_id
