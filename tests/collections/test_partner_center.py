"""The Partner Center client against a server that behaves as documented, faults included: never a blind retry, never a guess."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from clearaccounts.collections import partner_center_words as words
from clearaccounts.collections.orders import Outcome
from clearaccounts.collections.partner_center import PartnerCenter, WrongSubscription
from clearaccounts.collections.partner_center_wire import Credentials
from clearaccounts.errors import PartnerCenterError
from clearaccounts.settings import PartnerCenterAccess
from clearaccounts.text import SPANISH
from tests.collections.partner_center_server import SECRET, Fault, PartnerCenterServer, running
from tests.exporting.orders import AZURE, SEATS, TENANT, line

OTHER_TENANT = "11111111-aaaa-4bbb-8ccc-000000000002"
ASKED = "44444444-aaaa-4bbb-8ccc-000000000001"


@pytest.fixture(scope="module")
def one_server() -> Iterator[PartnerCenterServer]:
    with running() as server:
        yield server


@pytest.fixture
def server(one_server: PartnerCenterServer) -> PartnerCenterServer:
    fresh = PartnerCenterServer()
    one_server.__dict__.update(fresh.__dict__ | {"address": one_server.address})
    one_server.put()
    return one_server


def access(server: PartnerCenterServer, **values: Any) -> PartnerCenterAccess:
    return PartnerCenterAccess(**{"mode": "live", "base_url": server.address, "login_url": server.address, "timeout_seconds": 5, **values})


def center(server: PartnerCenterServer, waits: list[float] | None = None, **values: Any) -> PartnerCenter:
    waited = [] if waits is None else waits
    credentials = Credentials(tenant_id="contoso.example", client_id="app", client_secret=SECRET)
    return PartnerCenter(access(server, **values), credentials, sleep=waited.append)


def change(server: PartnerCenterServer, action: str = "suspend", **values: Any) -> Outcome:
    with center(server, **values) as asked:
        return asked.change(line(), action, ASKED)


def suspended(server: PartnerCenterServer) -> None:
    server.put(status="suspended", autoRenewEnabled=False, scheduledNextTermInstructions=None)


def azure(status: str) -> Callable[[PartnerCenterServer], None]:
    def prepare(server: PartnerCenterServer) -> None:
        server.put(AZURE)
        server.entitlements[AZURE] = [{"id": "e1", "status": status}]
    return prepare


def status(value: str) -> Callable[[PartnerCenterServer], None]:
    return lambda server: server.put(status=value)


@dataclass(frozen=True)
class Case:
    """One thing that can happen: what the server has and does wrong, and what has to come of it.

    `at` is the status that the server has afterwards, `patches` how many changes were sent, `said` the sentence.
    """

    name: str
    outcome: str
    at: str
    patches: int
    said: str = ""
    get: tuple[Fault | None, ...] = ()
    patch: tuple[Fault | None, ...] = ()
    prepare: Callable[[PartnerCenterServer], None] = lambda server: None
    action: str = "suspend"
    on: dict[str, Any] = field(default_factory=dict)


def refused(code: int | None, status: int = 400) -> Fault:
    return Fault("status", status, body={"code": code, "description": "=HYPERLINK(1)"} if code else b"<html>")


GONE, DONE_UNHEARD, LATE = Fault("drop_before"), Fault("drop_after"), Fault("slow_after")
BUSY, BUSY_LONG = Fault("status", 429, {"Retry-After": "3"}), Fault("status", 429, {"Retry-After": "600"})
BROKEN = Fault("status", 503)
HERS = {"microsoft_tenant_id": OTHER_TENANT}
PLAN = {"microsoft_subscription_id": AZURE, "commerce_model": "azure_plan"}

CASES = [
    Case("suspends", "suspended", "suspended", 1),
    Case("reactivates", "reactivated", "active", 1, prepare=suspended, action="reactivate"),
    Case("is suspended already", "suspended", "suspended", 0, words.ALREADY, prepare=suspended),
    Case("is active already", "reactivated", "active", 0, words.ALREADY, action="reactivate"),
    Case("has expired", "failed", "expired", 0, words.WRONG_STATUS["expired"], prepare=status("expired")),
    Case("is disabled", "failed", "disabled", 0, words.WRONG_STATUS["disabled"], prepare=status("disabled"), action="reactivate"),
    Case("is deleted", "failed", "deleted", 0, words.WRONG_STATUS["deleted"], prepare=status("deleted"), action="reactivate"),
    Case("is pending", "failed", "pending", 0, words.WRONG_STATUS["pending"], prepare=status("pending")),
    Case("belongs to another customer: not there", "failed", "active", 0, words.NOT_FOUND, on=HERS),
    Case("belongs to another customer: another is answered", "failed", "active", 0, words.OTHER_SUBSCRIPTION, on=HERS,
         get=(Fault("answer", body={"id": SEATS, "status": "active", "attributes": {"etag": "W/1"},
                                    "links": {"self": {"uri": f"/customers/{TENANT}/subscriptions/{SEATS}"}}}),)),
    Case("another subscription is answered", "failed", "active", 0, words.OTHER_SUBSCRIPTION,
         get=(Fault("answer", body={"id": AZURE, "status": "active", "attributes": {"etag": "W/1"}}),)),
    Case("its id is no GUID", "failed", "active", 0, words.ODD_ID, on={"microsoft_subscription_id": "../" + SEATS}),
    Case("gives no ETag", "failed", "active", 0, words.NO_ETAG, get=(Fault("answer", body={"id": SEATS, "status": "active"}),)),
    Case("gives a status that nobody knows", "not_done", "active", 0, words.UNREADABLE,
         get=(Fault("answer", body={"id": SEATS, "status": "asleep"}),)),
    Case("answers with what is no JSON", "not_done", "active", 0, words.UNREADABLE, get=(Fault("answer", body=b"<html>"),)),
    Case("sends elsewhere when read", "not_done", "active", 0, words.UNREADABLE, get=(Fault("status", 302, {"Location": "https://x.example/"}),)),
    Case("cannot be reached when read", "not_done", "active", 0, words.UNREACHABLE, get=(GONE,)),
    Case("is broken when read", "not_done", "active", 0, "HTTP status 503", get=(BROKEN,)),
    Case("does not allow reading", "not_done", "active", 0, words.NOT_ALLOWED, get=(Fault("status", 403),)),
    Case("asks to wait when read, a little", "suspended", "suspended", 1, get=(BUSY, BUSY)),
    Case("asks to wait when read, too long", "not_done", "active", 0, "600 seconds", get=(BUSY_LONG,)),
    Case("asks to wait when changed, a little", "suspended", "suspended", 2, patch=(BUSY,)),
    Case("asks to wait when changed, too long", "not_done", "active", 1, "600 seconds", patch=(BUSY_LONG,)),
    Case("asks to wait for ever, a little each time", "not_done", "active", 5, "3 seconds", patch=(BUSY,) * 9),
    Case("is renewing", "failed", "active", 1, words.RENEWING, prepare=lambda server: server.renewing.add(SEATS)),
    Case("has another operation pending", "failed", "active", 1, words.REFUSALS[900278], patch=(refused(900278, 409),)),
    Case("was changed by somebody between", "suspended", "suspended", 2, patch=(Fault("meanwhile"),)),
    Case("is changed by somebody all the time", "failed", "active", 2, words.CHANGED_MEANWHILE, patch=(Fault("meanwhile"),) * 3),
    Case("does it and is not heard", "suspended", "suspended", 1, words.DONE_WITHOUT_ANSWER, patch=(DONE_UNHEARD,)),
    Case("does it and answers too late", "suspended", "suspended", 1, words.DONE_WITHOUT_ANSWER, patch=(LATE,)),
    Case("does it and says that it is broken", "suspended", "suspended", 1, words.DONE_WITHOUT_ANSWER, patch=(Fault("status_after", 500),)),
    Case("is not heard and has not done it: sent once more", "suspended", "suspended", 2, patch=(GONE,)),
    Case("is broken once: sent once more", "suspended", "suspended", 2, patch=(BROKEN,)),
    Case("is never heard: not known", "unknown", "active", 2, words.NO_ANSWER_UNCHANGED, patch=(GONE, GONE)),
    Case("is not heard, then refuses: not known", "unknown", "active", 2, words.NO_ANSWER_UNCHANGED, patch=(GONE, refused(900279))),
    Case("is not heard, and cannot be read: not known", "unknown", "suspended", 1, words.NO_ANSWER_NO_LOOK, patch=(DONE_UNHEARD,),
         get=(None, BROKEN)),
    Case("is not heard, then is neither as before nor as asked", "unknown", "active", 1, words.NO_ANSWER_OTHERWISE, patch=(GONE,),
         get=(None, Fault("answer", body={"id": SEATS, "status": "expired", "attributes": {"etag": "W/2"}}))),
    Case("says yes and does nothing: not known", "unknown", "active", 1, words.READS_OTHERWISE, patch=(Fault("forget"),)),
    Case("says yes, and cannot be read: not known", "unknown", "suspended", 1, words.READS_OTHERWISE, get=(None, BROKEN, GONE, BROKEN)),
    Case("says yes, and can be read a little later", "suspended", "suspended", 1, get=(None, BROKEN)),
    Case("takes its time (202)", "suspended", "suspended", 1, patch=(Fault("accepted", looks=3),)),
    Case("takes too long (202): not known", "unknown", "active", 1, words.STILL_RUNNING, patch=(Fault("accepted", looks=99),)),
    Case("is to be watched elsewhere (202): no token goes there", "unknown", "active", 1, words.STILL_RUNNING,
         patch=(Fault("accepted", headers={"Location": "https://x.example/operations/1"}),)),
    Case("refuses with a code of its own", "failed", "active", 1, words.REFUSALS[800039], patch=(refused(800039),)),
    Case("refuses with a code that nobody knows", "failed", "active", 1, "refused the change (error 987654)", patch=(refused(987654),)),
    Case("refuses without a code", "failed", "active", 1, "refused the change (HTTP status 400)", patch=(refused(None),)),
    Case("does not allow the change", "not_done", "active", 1, words.NOT_ALLOWED, patch=(Fault("status", 403),)),
    Case("lets its token end", "suspended", "suspended", 2, patch=(Fault("status", 401),)),
    Case("does not accept a new token either", "not_done", "active", 2, words.NOT_SIGNED_IN, patch=(Fault("status", 401),) * 2),
    Case("has an active Azure subscription", "failed", "active", 0, words.AZURE_ACTIVE, prepare=azure("active"), on=PLAN),
    Case("has none that is active", "suspended", "suspended", 1, prepare=azure("disabled"), on=PLAN),
    Case("has one that became active meanwhile", "failed", "active", 1, words.REFUSALS[900115], prepare=azure("active"), on=PLAN,
         get=(None, Fault("status", 404))),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_partner_center_does_is_what_is_said(server: PartnerCenterServer, case: Case) -> None:
    case.prepare(server)
    server.faults["GET"], server.faults["PATCH"] = list(case.get), list(case.patch)
    asked = replace(line(), **case.on)
    timeout = 1 if LATE in case.patch else 5
    with center(server, timeout_seconds=timeout) as client:
        came = client.change(asked, case.action, ASKED)
    assert (came.outcome, came.subscription_id) == (case.outcome, asked.subscription_id), came
    where = AZURE if case.on is PLAN else SEATS
    assert (server.get(where)["status"], len(server.sent("PATCH"))) == (case.at, case.patches)
    assert case.said in came.detail if case.said else came.detail == ""
    # Whatever happened: changed once at most, nothing reset by a body that left something out, nothing of the server's own words.
    assert len(server.changes) <= 1 and server.resets == [] and "HYPERLINK" not in came.detail
    assert bool(came.request_id) is (case.patches > 0)


def test_there_are_cases_enough() -> None:
    assert len(CASES) >= 40 and len({case.name for case in CASES}) == len(CASES)


def test_the_whole_resource_goes_back_with_only_its_status_changed(server: PartnerCenterServer) -> None:
    before = json.loads(json.dumps(server.get()))
    came = change(server)
    (sent,) = server.sent("PATCH")
    assert json.loads(sent.body) == before | {"status": "suspended"}
    assert sent.path == f"/v1/customers/{TENANT}/subscriptions/{SEATS}"
    wanted = {
        "if-match": "W/1", "ms-requestid": ASKED, "ms-contract-version": "v1", "accept": "application/json",
        "content-type": "application/json",
    }
    assert {name: sent.headers[name] for name in wanted} == wanted
    assert came.state_before is not None
    assert came.state_before["status"] == "active" and came.state_before["autoRenewEnabled"] is True
    # An event holds no binary numbers: 0.1 stays 0.1.
    assert str(came.state_before["scheduledNextTermInstructions"]["share"]) == "0.1"
    assert Outcome.read(came.content).outcome == "suspended"
    # What suspending takes away, as documented; that is why it was kept.
    assert server.get()["autoRenewEnabled"] is False and "scheduledNextTermInstructions" not in server.get()


def test_everything_of_one_change_has_one_correlation_and_reads_have_ids_of_their_own(server: PartnerCenterServer) -> None:
    change(server)
    asked = [request for request in server.requests if request.path.startswith("/v1/")]
    assert [request.method for request in asked] == ["GET", "PATCH", "GET"]
    assert len({request.headers["ms-correlationid"] for request in asked}) == 1
    assert len({str(uuid.UUID(request.headers["ms-requestid"])) for request in asked}) == 3


def test_a_change_whose_answer_was_lost_is_repeated_under_its_own_id(server: PartnerCenterServer) -> None:
    server.faults["PATCH"] = [GONE]
    change(server)
    first, second = server.sent("PATCH")
    assert first.headers["ms-requestid"] == second.headers["ms-requestid"] == ASKED
    # Between the two it was looked at.
    methods = [request.method for request in server.requests if request.path.startswith("/v1/")]
    assert methods == ["GET", "PATCH", "GET", "PATCH", "GET"]


def test_after_somebody_elses_change_it_is_another_request_on_what_is_so_now(server: PartnerCenterServer) -> None:
    server.faults["PATCH"] = [Fault("meanwhile")]
    came = change(server)
    first, second = server.sent("PATCH")
    assert (first.headers["if-match"], second.headers["if-match"]) == ("W/1", "W/2")
    assert first.headers["ms-requestid"] != second.headers["ms-requestid"] == came.request_id


def test_what_else_changed_is_said(server: PartnerCenterServer) -> None:
    server.faults["GET"] = [None, Fault("answer", body=server.get() | {"status": "suspended", "quantity": 3})]
    assert change(server).detail == words.ALSO_CHANGED.format(fields="quantity")


def test_waiting_is_bounded_and_as_long_as_asked(server: PartnerCenterServer) -> None:
    waits: list[float] = []
    server.faults["GET"] = [BUSY, Fault("status", 429, {"Retry-After": "soon"}), Fault("status", 429)]
    with center(server, waits) as asked:
        assert asked.change(line(), "suspend", ASKED).outcome == "suspended"
    assert waits == [3.0, 2.0, 2.0]
    waits.clear()
    suspended(server)
    # A date is meant by the server's own clock.
    dated = {"Date": "Thu, 01 Oct 2026 09:00:00 GMT", "Retry-After": "Thu, 01 Oct 2026 09:00:07 GMT"}
    server.faults["GET"] = [Fault("status", 429, dated)]
    with center(server, waits) as asked:
        asked.look(line())
    assert waits == [7.0]
    waits.clear()
    server.put()
    server.faults["PATCH"] = [Fault("status", 429, {"Retry-After": "40"})] * 3
    with center(server, waits) as asked:
        assert asked.change(line(), "suspend", str(uuid.uuid4())).outcome == "not_done"
    assert waits == [40.0]


def test_a_token_is_fetched_once_and_renewed_once(server: PartnerCenterServer) -> None:
    with center(server) as asked:
        asked.look(line())
        asked.look(line())
        assert server.tokens_given == 1
        server.tokens.clear()
        asked.look(line())
        assert server.tokens_given == 2
        server.tokens, server.gives_tokens = set(), False
        with pytest.raises(PartnerCenterError, match="did not accept the credentials"):
            asked.look(line())


def test_a_ready_token_is_used_as_it_is(server: PartnerCenterServer) -> None:
    with PartnerCenter(access(server), Credentials(token="canary-token-0")) as asked:
        assert asked.look(line()).status == "active"
    with PartnerCenter(access(server), Credentials(token="canary-old")) as asked:
        assert asked.change(line(), "suspend", ASKED).outcome == "not_done"
    assert server.tokens_given == 0


def test_a_dry_run_reads_and_says_what_it_would_send(server: PartnerCenterServer) -> None:
    came = change(server, mode="dry_run")
    path = f"/v1/customers/{TENANT}/subscriptions/{SEATS}"
    assert came == Outcome(
        "S-1", "not_done", words.WOULD_SEND.format(path=path, status="suspended", etag="W/1", request_id=ASKED), came.state_before,
    )
    assert {request.method for request in server.requests if request.path.startswith("/v1/")} == {"GET"}
    suspended(server)
    assert change(server, mode="dry_run").detail == f"Dry run: {words.ALREADY}"
    server.put(status="expired")
    dry = change(server, mode="dry_run")
    assert (dry.outcome, dry.detail) == ("not_done", f"Dry run: {words.WRONG_STATUS['expired']}")
    assert server.sent("PATCH") == []


def test_it_is_off_unless_it_is_switched_on(server: PartnerCenterServer) -> None:
    with pytest.raises(PartnerCenterError, match="switched off"):
        PartnerCenter.configured(PartnerCenterAccess(), {"CLEARACCOUNTS_PARTNER_CENTER_TOKEN": "t"})
    assert server.requests == []


@pytest.mark.parametrize("environment", [
    {}, {"CLEARACCOUNTS_PARTNER_CENTER_TENANT_ID": "t", "CLEARACCOUNTS_PARTNER_CENTER_CLIENT_ID": "c"},
    {"CLEARACCOUNTS_PARTNER_CENTER_TOKEN": "canary two\nlines"},
    {"CLEARACCOUNTS_PARTNER_CENTER_TENANT_ID": "a/../canary", "CLEARACCOUNTS_PARTNER_CENTER_CLIENT_ID": "c",
     "CLEARACCOUNTS_PARTNER_CENTER_CLIENT_SECRET": "canary"},
])
def test_without_credentials_that_can_be_used_it_says_so_and_repeats_none(server: PartnerCenterServer, environment: dict[str, str]) -> None:
    with pytest.raises(PartnerCenterError) as refused:
        PartnerCenter.configured(access(server), environment)
    assert "canary" not in str(refused.value)


def test_the_credentials_come_from_the_environment(server: PartnerCenterServer) -> None:
    prefix = "CLEARACCOUNTS_PARTNER_CENTER_"
    environment = {f"{prefix}TENANT_ID": "contoso.example", f"{prefix}CLIENT_ID": "app", f"{prefix}CLIENT_SECRET": SECRET}
    with PartnerCenter.configured(access(server), environment) as asked:
        assert asked.look(line()).status == "active"
    assert server.requests[0].path == "/contoso.example/oauth2/v2.0/token"


def everything(error: BaseException | None) -> str:
    """An error with all that it hangs on to."""
    return "" if error is None else f"{error!r} {vars(error)!r} {everything(error.__cause__)} {everything(error.__context__)}"


@pytest.mark.parametrize("fault", [GONE, BROKEN, Fault("status", 401), Fault("answer", body=b"x"), Fault("status", 403)])
def test_no_secret_is_logged_or_kept_in_an_error(server: PartnerCenterServer, caplog: pytest.LogCaptureFixture, fault: Fault) -> None:
    caplog.set_level(logging.DEBUG)
    server.faults["GET"], server.faults["PATCH"] = [None, fault, fault, fault], [fault, fault]
    with center(server) as asked:
        came = asked.change(line(), "suspend", ASKED)
        server.faults["GET"] = [fault, fault]
        with pytest.raises(PartnerCenterError) as refused:
            asked.look(line())
        told = [repr(asked), repr(vars(asked)), repr(came), everything(refused.value), caplog.text, repr(Credentials(token="canary-1"))]
    assert [text for text in told if "canary" in text] == []


def test_an_address_where_nobody_listens(server: PartnerCenterServer) -> None:
    nowhere = "http://127.0.0.1:1"
    with PartnerCenter(access(server, base_url=nowhere), Credentials(token="t")) as asked:
        assert asked.change(line(), "suspend", ASKED).detail == words.UNREACHABLE
    with center(server, login_url=nowhere) as asked, pytest.raises(PartnerCenterError, match="sign-in for Partner Center could not"):
        asked.look(line())


def test_an_answer_without_end_is_none(server: PartnerCenterServer) -> None:
    server.faults["GET"] = [Fault("answer", body=b" " * (5 * 1024 * 1024))]
    with center(server) as asked, pytest.raises(PartnerCenterError, match="could not be reached"):
        asked.look(line())


def test_looking_says_whose_it_is_not(server: PartnerCenterServer) -> None:
    with center(server) as asked:
        assert asked.look(line()).etag == "W/1"
        with pytest.raises(WrongSubscription):
            asked.look(line(microsoft_tenant_id=OTHER_TENANT))


def test_every_sentence_is_there_in_spanish() -> None:
    said = [*words.REFUSALS.values(), *words.WRONG_STATUS.values(), words.ALREADY, words.NO_ANSWER_UNCHANGED, words.RENEWING]
    assert [text for text in said if SPANISH.gettext(text) == text] == []
