"""The notices page: read word by word, sent once, told what became of it; and the same on an account."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest

from clearaccounts.access import DEMO_PEOPLE, Role
from clearaccounts.collections import notices
from clearaccounts.collections.notices import Status
from clearaccounts.decisions import open_store
from clearaccounts.settings import Settings, served_folder
from clearaccounts.ui import connection
from tests.collections.mail_server import Post, running
from tests.pages.conftest import Screen

SOFIA = next(person for person in DEMO_PEOPLE if person.role is Role.SALES_AGENT)


def known(data: Path) -> list[notices.Notice]:
    return notices.known(open_store(served_folder(data), Settings()).matching)


def code(tab: Screen) -> str:
    return "\n".join(str(block.value) for block in tab.app.code)


def choose(tab: Screen, *rows: int) -> None:
    key = tab.app.dataframe[0].proto.id.split("-", 2)[2]
    tab.app.session_state[key] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}
    tab.app.run()


def test_read_send_and_find_it_again(screen: Callable[..., Screen], data: Path) -> None:
    tab = screen(Role.BILLING_ADMIN, at="notices.py", notice_type="final_notice")
    name = tab.app.dataframe[0].value["customer_name"][0]
    choose(tab, 0)
    assert "Dear Renza Tessarone," in code(tab) and "Subject: Final notice" in tab.words()
    assert "There is no text in the customer's language" in tab.words()
    body = code(tab)
    tab.app.button(key="notice_send").click().run()
    assert "nothing leaves this machine" in tab.words() and "may be flagged for suspension" in tab.words()
    tab.app.button(key="notice_do").click().run()
    assert f"{name}: sent." in tab.words().replace("\\", "")
    assert not tab.problems() and name not in tab.cells()
    sent, = known(data)
    assert (sent.customer_name, sent.body.rstrip(), sent.notice_status, sent.is_mailed) == (name, body.rstrip(), Status.SENT, False)
    tab.app.session_state["list"] = "sent"
    tab.app.run()
    choose(tab, 0)
    assert code(tab) == body and "Beatriz Romero" in tab.words()


def test_several_at_once_each_stand_for_themselves(screen: Callable[..., Screen], data: Path) -> None:
    tab = screen(Role.MANAGER, at="notices.py", notice_type="reminder")
    choose(tab, 0, 1, 2)
    tab.app.button(key="notice_send").click().run()
    other = screen(Role.BILLING_ADMIN, at="notices.py", notice_type="reminder")
    choose(other, 1)
    other.app.button(key="notice_send").click().run()
    other.app.button(key="notice_do").click().run()
    tab.app.button(key="notice_do").click().run()
    assert tab.words().replace("\\", "").count(": sent.") == 2
    assert "Beatriz Romero has sent this notice" in "".join(tab.problems()).replace("\\", "")
    assert len(known(data)) == 3 and not tab.app.exception


def test_by_hand_and_taken_back(screen: Callable[..., Screen], data: Path) -> None:
    tab = screen(Role.BILLING_ADMIN, at="notices.py", notice_type="final_notice")
    choose(tab, 0)
    tab.app.button(key="notice_by_hand").click().run()
    tab.app.selectbox(key="notice_channel").set_value("registered_letter")
    tab.app.button(key="notice_do").click().run()
    assert "Recorded" in tab.words()
    record, = known(data)
    assert (record.channel, record.notice_type, record.sent_on.isoformat()) == ("registered_letter", "final_notice", "2026-09-30")
    tab.app.session_state["list"] = "sent"
    tab.app.run()
    choose(tab, 0)
    tab.app.button(key="notice_withdraw").click().run()
    tab.app.button(key="notice_do").click().run()
    assert "Give a reason" in "".join(tab.problems())
    tab.app.text_area(key="notice_reason").set_value("the wrong customer")
    tab.app.button(key="notice_do").click().run()
    assert known(data)[0].notice_status is Status.WITHDRAWN and not tab.problems()


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_a_mail_of_which_nobody_knows_waits_for_a_person(
    screen: Callable[..., Screen], data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    post = Post("drop_after_data")
    with running(post) as smtp:
        (tmp_path / "clearaccounts.toml").write_text(
            f'[smtp]\nhost = "{smtp.host}"\nport = {smtp.port}\nsecurity = "none"\nfrom_address = "billing@partner.test"\n'
            "may_mail_sample = true\n", encoding="utf-8")
        connection.settings.cache_clear()
        tab = screen(Role.BILLING_ADMIN, at="notices.py", notice_type="final_notice")
        choose(tab, 0)
        tab.app.button(key="notice_send").click().run()
        tab.app.button(key="notice_do").click().run()
    assert "nobody knows whether it arrived" in "".join(tab.problems()) and len(post.taken) == 1
    tab.app.button(key="notice_cancel").click().run()
    tab.app.session_state["list"] = "open"
    tab.app.run()
    choose(tab, 0)
    tab.app.button(key="notice_arrived").click().run()
    tab.app.text_area(key="notice_reason").set_value("they answered the mail")
    tab.app.button(key="notice_do").click().run()
    assert known(data)[0].notice_status is Status.SENT and not tab.problems()


def test_on_the_account_and_in_its_timeline(screen: Callable[..., Screen], data: Path) -> None:
    tab = screen(Role.BILLING_ADMIN, at="account.py", customer_id="C0008", section="notices")
    choose(tab, 0)
    assert "Dear Renza Tessarone," in code(tab)
    tab.app.button(key="notice_send").click().run()
    tab.app.button(key="notice_do").click().run()
    assert len(known(data)) == 1 and not tab.problems()
    tab.app.session_state["section"] = "timeline"
    tab.app.run()
    assert "Final notice sent" in tab.cells()


def test_a_sales_agent_writes_to_their_own_alone(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.SALES_AGENT, at="notices.py")
    everybody = screen(Role.MANAGER, at="notices.py")
    mine, all_of_them = (set(one.app.dataframe[0].value["customer_name"]) for one in (tab, everybody))
    assert mine and mine < all_of_them
    choose(tab, 0)
    assert tab.app.button(key="notice_send")


def test_on_another_day_nothing_is_sent(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.BILLING_ADMIN, at="notices.py", as_of_on="2026-09-10")
    choose(tab, 0)
    assert "notices are sent on the newest" in tab.words() and not [b for b in tab.app.button if b.key == "notice_send"]


def test_without_a_mail_server_of_ones_own_data_only_by_hand(screen: Callable[..., Screen]) -> None:
    with patch("clearaccounts.collections.notice_sending.way_out", return_value=None):
        tab = screen(Role.BILLING_ADMIN, at="notices.py")
        assert "No mail server is set up" in tab.words()
        choose(tab, 0)
        keys = {button.key for button in tab.app.button}
    assert "notice_by_hand" in keys and "notice_send" not in keys
