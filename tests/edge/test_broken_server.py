"""An error that nobody foresaw, on a server that runs: whoever asked reads a sentence with a reference, the log has the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from clearaccounts.settings import ROOT
from clearaccounts.ui.edge.index import script_hashes
from tests.browser.server import Dashboard, serving
from tests.edge.broken import SECRET
from tests.wire.client import Caller, Tab

SENTENCE = re.compile(r"Something went wrong on our side\. Tell your administrator this reference: ([0-9a-f]{8,32})\.")
INSIDE = (SECRET, "Tailspin", "Traceback", "RuntimeError", "SyntaxError", str(ROOT), "site-packages", "main.py")


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    with serving(tmp_path_factory.mktemp("broken") / "data", script="tests/edge/broken/app.py") as dashboard:
        yield dashboard


def assert_only_a_reference(tab: Tab, dashboard: Dashboard) -> None:
    said = SENTENCE.search(tab.text().replace("\\", ""))
    assert said, tab.text()
    assert [word for word in INSIDE if any(word.encode() in frame for frame in tab.last)] == []
    assert tab.of_kind("exception") == []
    assert said[1] in dashboard.log.read_text(encoding="utf-8")


@pytest.mark.parametrize("fault", ["inside", "syntax", "before"])
def test_a_page_that_breaks_says_a_reference_and_nothing_else(fault: str, broken: Dashboard) -> None:
    with Caller(broken.url).open("ageing", f"fault={fault}") as tab:
        assert_only_a_reference(tab, broken)


def test_a_callback_that_breaks_does_too(broken: Dashboard) -> None:
    with Caller(broken.url).open("", "fault=callback") as tab:
        tab.press("break")
        assert_only_a_reference(tab, broken)


def test_an_address_of_ours_that_breaks_does_too(broken: Dashboard) -> None:
    found = Caller(broken.url).get("at-once")
    said = SENTENCE.fullmatch(found.text)
    assert found.status_code == 500 and said
    assert [word for word in INSIDE if word in f"{found.text}{found.headers}"] == []
    assert found.headers["x-frame-options"] == "DENY" and found.headers["cache-control"] == "private, no-store"
    assert said[1] in broken.log.read_text(encoding="utf-8")


def test_an_answer_that_breaks_half_way_ends_there(broken: Dashboard) -> None:
    with pytest.raises(httpx.TransportError):
        Caller(broken.url).get("half-way")


def test_nothing_went_wrong_otherwise(broken: Dashboard) -> None:
    with Caller(broken.url).open("ageing") as tab:
        assert tab.has("sign_in_manager") and not SENTENCE.search(tab.text())


def test_the_policy_of_the_page_served_names_its_inline_scripts_and_no_others(broken: Dashboard) -> None:
    found = Caller(broken.url).get("ageing")
    policy = found.headers["content-security-policy"]
    assert set(re.findall(r"'sha256-[^']+'", policy)) == set(script_hashes(found.text)) and len(script_hashes(found.text)) == 2
    assert found.text.count("<script") == len(script_hashes(found.text)) + len(re.findall(r"<script[^>]* src=", found.text))
    assert not re.search(r"\son[a-z]+\s*=", re.sub(r"<(script|style).*?</\1>", "", found.text, flags=re.DOTALL)), "no handler in a tag"
    assert "unsafe-eval" not in policy
