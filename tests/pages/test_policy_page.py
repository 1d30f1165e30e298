"""The policy page: read by everybody it concerns, changed by two people, the past left as it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from clearaccounts.access import Role
from clearaccounts.collections.policies import hash_of
from clearaccounts.settings import SAMPLE_POLICY
from clearaccounts.ui import connection
from tests.pages.conftest import Screen
from tests.proposed import CHANGED


def part(tab: Screen, name: str) -> Screen:
    tab.open("policy.py")
    tab.app.session_state["part"] = name
    tab.app.run()
    return tab


def propose(tab: Screen, text: str, reason: str = "fewer calls") -> None:
    part(tab, "change").app.text_area(key="policy_editor").set_value(text).run()
    tab.app.button(key="policy_propose").click().run()
    tab.app.text_area(key="policy_reason").set_value(reason)
    tab.app.button(key="policy_send").click().run()


def decide(tab: Screen, action: str, reason: str) -> None:
    tab.app.button(key=f"policy_{action}").click().run()
    tab.app.text_area(key="policy_reason").set_value(reason)
    tab.app.button(key="policy_send").click().run()


def keys(tab: Screen) -> set[str]:
    return {str(button.key) for button in tab.app.button}


@pytest.mark.parametrize("role", [Role.SALES_AGENT, Role.HELPDESK_AGENT, Role.BILLING_ADMIN, Role.MANAGER])
def test_everybody_reads_the_words_and_only_who_may_see_flags_sees_customers(screen: Callable[..., Screen], role: Role) -> None:
    tab = screen(role).open("policy.py")
    assert "Standard collections policy, version 1, in force since 1 Oct 2024" in tab.words().replace("\\", "")
    assert "suspension: overdue by 30 days or more" in tab.words() and tab.problems() == []
    for name in ("stages", "change", "versions"):
        part(tab, name)
        assert tab.problems() == []
        if role is Role.HELPDESK_AGENT and name != "versions":
            # The address of a part that is not theirs leads to the words.
            assert not tab.app.dataframe and not tab.app.text_area and "suspension: overdue by 30 days or more" in tab.words()
    assert "policy_propose" not in keys(tab)


def test_a_sales_agent_counts_their_own_customers_only(screen: Callable[..., Screen]) -> None:
    def counted(role: Role) -> int:
        tab = part(screen(role), "stages")
        return sum(int(count) for count in tab.app.dataframe[0].value["customer_count"])

    assert 0 < counted(Role.SALES_AGENT) < counted(Role.MANAGER)


def test_a_stage_leads_to_its_customers(screen: Callable[..., Screen]) -> None:
    tab = part(screen(Role.MANAGER), "stages")
    rows = tab.app.dataframe[0].value
    number = next(n for n, (stage, currency) in enumerate(zip(rows["stage"], rows["currency"], strict=True))
                  if (stage, currency) == ("Suspension", "EUR"))
    tab.select(0, number)
    customers = tab.app.dataframe[1].value
    assert len(customers) == rows["customer_count"].iloc[number] == 7
    assert sum(customers["amount_overdue"]) == rows["amount_overdue"].iloc[number]


def test_a_fault_in_the_text_is_told_with_its_line_and_nothing_is_compared(screen: Callable[..., Screen]) -> None:
    tab = part(screen(Role.BILLING_ADMIN), "change")
    tab.app.text_area(key="policy_editor").set_value(CHANGED.replace('action = "restrict"', 'action = "shout"')).run()
    assert "policy.toml, line 24: action must be one of notify, restrict, suspend." in tab.words().replace("\\", "")
    assert not tab.app.dataframe and "policy_propose" not in keys(tab)
    tab.app.button(key="policy_reset").click().run()
    assert tab.problems() == [] and "This is the policy in force" in tab.words()


def test_proposed_by_billing_compared_and_approved_by_a_manager(screen: Callable[..., Screen]) -> None:
    admin = screen(Role.BILLING_ADMIN)
    propose(admin, CHANGED)
    assert "Proposed. Another person must approve it." in admin.words() and admin.problems() == []
    part(admin, "proposal")
    assert "You proposed this yourself; another person approves it." in admin.words()
    assert not {"policy_approve", "policy_decline"} & keys(admin) and "policy_withdraw" in keys(admin)

    helpdesk = part(screen(Role.HELPDESK_AGENT), "proposal")
    assert "Beatriz Romero" in helpdesk.words() and not helpdesk.app.dataframe
    assert not [key for key in keys(helpdesk) if key.startswith("policy_")]

    manager = screen(Role.MANAGER).open("policy.py")
    assert "Beatriz Romero proposed version 2" in manager.words().replace("\\", "")
    part(manager, "proposal")
    assert hash_of(CHANGED) in manager.words() and "fewer calls" in manager.words()
    assert "GBP: 0 newly flagged" in manager.words() and "C0008" not in manager.words()
    totals = manager.app.dataframe[0].value
    assert list(totals["before_count"] - totals["leaving_count"] + totals["entering_count"]) == list(totals["after_count"])
    decide(manager, "approve", "")
    assert "Approved." in manager.words() and manager.problems() == []
    assert "version 2, in force since 30 Sep 2026" in part(manager, "words").words().replace("\\", "").replace("Sept", "Sep")
    # The day before still has its own policy.
    yesterday = screen(Role.MANAGER, at="policy.py", as_of_on="2026-09-29")
    assert "version 1, in force since 1 Oct 2024" in yesterday.words().replace("\\", "")
    versions = part(manager, "versions").app.dataframe[0].value
    assert list(versions["policy_status"]) == ["Approved", "From a file"]


def test_declined_with_a_reason_it_changes_nothing(screen: Callable[..., Screen]) -> None:
    admin, manager = screen(Role.BILLING_ADMIN), screen(Role.MANAGER)
    propose(admin, CHANGED)
    part(manager, "proposal")
    decide(manager, "decline", "  ")
    assert "Give a reason" in manager.words()
    manager.app.text_area(key="policy_reason").set_value("too soft")
    manager.app.button(key="policy_send").click().run()
    assert "Declined." in manager.words()
    assert "version 1" in part(manager, "words").words()
    assert "too soft" in part(manager, "versions").cells()


def test_a_version_that_does_not_grow_is_refused_in_the_form(screen: Callable[..., Screen]) -> None:
    admin = screen(Role.BILLING_ADMIN)
    propose(admin, CHANGED.replace("version = 2", "version = 1"))
    assert "there is a version 1 already" in admin.words().replace("\\", "")


def test_month_ends_on_demand_in_spanish(screen: Callable[..., Screen]) -> None:
    tab = part(screen(Role.MANAGER, "es"), "change")
    tab.app.text_area(key="policy_editor").set_value(CHANGED).run()
    tab.app.toggle(key="policy_months").set_value(True).run()
    assert tab.problems() == []
    months = tab.app.dataframe[-1].value
    assert len({str(day) for day in months["as_of_on"]}) == 12 and "Qué cambiaría" in tab.words()


def test_where_no_policy_is_in_force_a_change_begins_with_the_standard_one(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.BILLING_ADMIN).open("policy.py")
    tab.app.session_state["as_of_on"] = date(2024, 9, 15)
    tab.app.session_state["part"] = "change"
    tab.app.run()
    assert tab.app.text_area(key="policy_editor").value == SAMPLE_POLICY.read_text(encoding="utf-8")
    assert not tab.app.error and "policy_propose" in keys(tab) and "What would change" in tab.words()


def test_a_broken_file_of_the_settings_is_a_sentence_on_the_page(screen: Callable[..., Screen], data: Path) -> None:
    broken = data.parent / "broken.toml"
    broken.write_text(SAMPLE_POLICY.read_text(encoding="utf-8").replace('action = "suspend"', 'action = "stop"'), encoding="utf-8")
    (data.parent / "clearaccounts.toml").write_text(f'[collections]\npolicies = ["{broken}"]\n', encoding="utf-8")
    connection.settings.cache_clear()
    for script in ("policy.py", "suspensions.py", "overview.py", "account.py"):
        tab = screen(Role.MANAGER).open(script, **({"customer_id": "C0001"} if script == "account.py" else {}))
        assert not tab.app.exception
        if script in {"policy.py", "suspensions.py"}:
            assert "broken.toml, line 30: action must be one of notify, restrict, suspend." in tab.words().replace("\\", "")


def test_an_approved_policy_is_taken_back_before_it_counts_and_the_trail_says_what_was_done(screen: Callable[..., Screen]) -> None:
    admin, manager = screen(Role.BILLING_ADMIN), screen(Role.MANAGER)
    propose(admin, CHANGED.replace("effective_on = 2024-10-01", "effective_on = 2026-12-01"))
    part(manager, "proposal")
    decide(manager, "approve", "")
    assert "policy_withdraw_2" not in keys(part(admin, "versions"))
    part(manager, "versions")
    decide(manager, "withdraw_2", "not after all")
    assert "Withdrawn." in manager.words() and "policy_withdraw_2" not in keys(manager)
    trail = screen(Role.MANAGER).open("audit.py")
    said = [str(value) for value in trail.app.dataframe[0].value["event"]]
    assert said == ["Withdrew a policy", "Approved a policy", "Proposed a policy"]
