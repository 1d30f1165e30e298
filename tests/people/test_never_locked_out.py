"""Whatever user administrators do: one of them is left, and nobody's own action raised their own rights."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearaccounts.access import Role
from clearaccounts.errors import ClearAccountsError
from clearaccounts.people import administering, register
from clearaccounts.people.administering import GRANTABLE
from tests.people.house import ACCESS, House

NAMES = ("ada", "bob", "eve")
STEPS = st.tuples(
    st.sampled_from(["grant", "disable", "enable", "end_sessions", "invite", "withdraw", "renew"]),
    st.sampled_from(NAMES), st.sampled_from([*NAMES, "newcomer"]), st.sampled_from(GRANTABLE),
)


def act(house: House, step: str, by: Any, of: str, role: Role) -> None:
    """One thing that somebody tries; what is refused is refused."""
    ids = {one.name.casefold(): one.user_id for one in register.everybody(house.store.matching, ACCESS)}
    form = administering.Form(ids.get(of, of), None, "because", house.key(), house.now)
    match step:
        case "invite":
            house.invited(by, of, role)
        case "grant":
            administering.grant(house.store, ACCESS, by, form, role)
        case "withdraw":
            administering.withdraw_invitation(house.store, ACCESS, by, form)
        case _:
            getattr(administering, step)(house.store, ACCESS, by, form)


@pytest.mark.only("sqlite")
@settings(max_examples=20, deadline=None)
@given(second=st.sampled_from(GRANTABLE), steps=st.lists(STEPS, min_size=3, max_size=12))
def test_one_administrator_is_left_and_nobody_raises_themselves(second: Role, steps: list[tuple[str, str, str, Role]]) -> None:
    with TemporaryDirectory() as folder:
        house = House(Path(folder))
        ada = house.founder()
        seats = {"ada": ada, "bob": house.joined(ada, "bob", second), "eve": house.joined(ada, "eve")}
        for step, by, of, role in steps:
            before = house.person(seats[by].user_id)
            with suppress(ClearAccountsError):
                seats[by] = house.signs_in(by)  # with the role that they have by now, if any
            with suppress(ClearAccountsError):
                act(house, step, seats[by], of, role)
            after = house.person(seats[by].user_id)
            assert house.administrators(), (step, by, of)
            assert after.role is before.role and (after.status is before.status or after.status.value == "disabled"), (step, by, of)
        assert not [finding for finding in house.store.verify() if finding.is_failure]
