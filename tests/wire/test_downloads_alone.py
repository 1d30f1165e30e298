"""Opening a list's downloads runs that part of the page alone, on what the page shows, unless that is not theirs or not new any more."""

from __future__ import annotations

from collections.abc import Callable

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from clearaccounts.access import Role
from tests.identity_provider import Identity
from tests.wire.client import Tab
from tests.wire.town import Town

KEPT, TAKEN = "C0003", "C0006"


def give(town: Town, who: Identity, customer_id: str) -> None:
    town.record(("assignment", f"account:{customer_id}"), "assigned", {"user_id": town.person(who).user_id})


def open_downloads(tab: Tab) -> bytes:
    """Open the list's downloads; the CSV that is offered then."""
    tab.change("open_ageing-customers", True)
    return tab.download("download_ageing-customers_csv").content


def ran_alone(tab: Tab) -> bool:
    """Whether the last run was of a part of the page, and of nothing else."""
    said = [ForwardMsg.FromString(frame) for frame in tab.last]
    runs = [message for message in said if message.WhichOneof("type") == "new_session"]
    return bool(runs) and all(message.metadata.run.fragment_ids for message in runs)


def test_downloads_run_alone_and_never_on_accounts_that_were_taken_back(found_town: Callable[..., Town]) -> None:
    town = found_town()
    nora = town.newcomer(Role.SALES_AGENT)
    give(town, nora, KEPT)
    give(town, nora, TAKEN)
    caller = town.sign_in(nora)
    with caller.open("ageing") as tab:
        both = open_downloads(tab)
        assert ran_alone(tab)
        assert KEPT.encode() in both and TAKEN.encode() in both
    with caller.open("ageing") as tab:
        assert tab.was_sent(TAKEN)
        town.record(("assignment", f"account:{TAKEN}"), "unassigned", {})
        rest = open_downloads(tab)
        assert not ran_alone(tab) and TAKEN.encode() not in b"".join(tab.last)
        assert KEPT.encode() in rest and TAKEN.encode() not in rest
