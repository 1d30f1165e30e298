"""Every page as every person: what is theirs is shown, of the rest nothing, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from clearaccounts import accounts
from clearaccounts.access import DEMO_PEOPLE, OPERATOR, Role
from clearaccounts.collections import policy as policies
from clearaccounts.decisions import EventFilter
from clearaccounts.settings import SAMPLE_POLICY
from clearaccounts.text import ENGLISH
from clearaccounts.ui import connection
from clearaccounts.ui.registry import PAGES, PRODUCT
from clearaccounts.ui.tables import PAGE_SIZE
from clearaccounts.warehouse import Warehouse
from tests.pages.conftest import PEOPLE, Screen
from tests.who_may.table import NO, OWN, ROLES, rows

S, H, B, M, U = Role.SALES_AGENT, Role.HELPDESK_AGENT, Role.BILLING_ADMIN, Role.MANAGER, Role.USER_ADMIN
SCRIPTS = {entry.url: entry.script for entry in PAGES}
# Who sees which page, from the table of who may do what.
VISITORS = {SCRIPTS[row.where]: {role for role in ROLES if row.answer(role.value, OWN) != NO} for row in rows("page")}
TITLES = {
    "en": {
        "overview.py": "Overview", "account.py": "Account", "ageing.py": "Receivables ageing", "key_figures.py": "Key figures",
        "payments.py": "Payment behaviour",
        "cash.py": "Expected cash", "suspensions.py": "Suspensions", "notices.py": "Notices", "holds.py": "Holds",
        "policy.py": "Collections policy",
        "cases.py": "Support cases", "service_levels.py": "Service levels", "escalations.py": "Escalations",
        "support_offers.py": "Support offers", "support_money.py": "Support and money",
        "users.py": "Users and roles", "audit.py": "Audit trail", "data.py": "Data",
    },
    "es": {
        "overview.py": "Resumen", "account.py": "Cuenta", "ageing.py": "Antigüedad de saldos", "key_figures.py": "Indicadores",
        "payments.py": "Comportamiento de pago",
        "cash.py": "Cobros previstos", "suspensions.py": "Suspensiones", "notices.py": "Avisos", "holds.py": "Retenciones",
        "policy.py": "Política de cobros",
        "cases.py": "Casos de soporte", "service_levels.py": "Niveles de servicio", "escalations.py": "Escalados",
        "support_offers.py": "Ofertas de soporte", "support_money.py": "Soporte y dinero",
        "users.py": "Usuarios y roles", "audit.py": "Registro de auditoría", "data.py": "Datos",
    },
}
NOTHING = {"en": "No such page", "es": "No existe esa página"}
AMOUNT = re.compile(r"\d+[.,]\d{2}\s(?:EUR|USD|GBP)")
SAMPLE_CUSTOMER = "C0001"


def test_the_table_above_names_every_page() -> None:
    assert {entry.script for entry in PAGES} == set(VISITORS)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("role", [S, H, B, M, U])
def test_a_person_sees_their_pages_and_nothing_of_the_others(screen: Callable[..., Screen], role: Role, language: str) -> None:
    tab = screen(role, language)
    for script, visitors in VISITORS.items():
        parameters = {"customer_id": SAMPLE_CUSTOMER} if script == "account.py" and role is not S else {}
        if script == "overview.py" and role is U:
            continue  # the root address leads them to a page of theirs, see below
        tab.open(script, **parameters)
        title = tab.app.title[0].value
        if role in visitors:
            assert title == TITLES[language][script]
            assert tab.problems() == []
            assert all(len(table.value) <= PAGE_SIZE for table in tab.app.dataframe), f"{script} sends more than a page's rows"
        else:
            assert title == NOTHING[language]
            assert not tab.app.dataframe and not tab.app.metric and not tab.app.get("plotly_chart")
        for name in parameters:
            tab.app.query_params.pop(name, None)
    # Every page that was not theirs is on record, and nothing else.
    denied = connection.own_store().matching(EventFilter(event_type="denied"))
    not_theirs = [script for script, visitors in VISITORS.items() if role not in visitors and (script, role) != ("overview.py", U)]
    assert [SCRIPTS[event.details["asked"]["subject_id"]] for event in denied] == not_theirs
    assert {event.actor for event in denied} <= {PEOPLE[role].user_id} and {event.details["denial"] for event in denied} <= {"NotPermitted"}


def test_a_user_administrator_lands_on_the_users(screen: Callable[..., Screen]) -> None:
    assert screen(U).app.title[0].value == "Users and roles"


@pytest.mark.parametrize("script", VISITORS)
def test_nobody_signed_in_sees_the_sign_in_at_every_address(screen: Callable[..., Screen], script: str) -> None:
    tab = screen(at=script, customer_id=SAMPLE_CUSTOMER)
    assert [title.value for title in tab.app.title] == [PRODUCT]
    assert {button.key for button in tab.app.button} == {f"sign_in_{person.role.value}" for person in DEMO_PEOPLE}
    assert not tab.app.dataframe and not tab.app.get("plotly_chart") and not tab.app.get("page_link")


def test_a_deep_link_opens_after_the_sign_in(screen: Callable[..., Screen]) -> None:
    tab = screen(M, at="ageing.py", currency="USD", bucket="1-30")
    assert tab.app.title[0].value == "Receivables ageing"
    assert "USD" in tab.words() and tab.app.session_state["bucket"] == "1-30"


def test_signing_out_leaves_nothing(screen: Callable[..., Screen]) -> None:
    tab = screen(M)
    tab.open("ageing.py")
    tab.app.button(key="sign_out").click().run()
    assert [title.value for title in tab.app.title] == [PRODUCT]
    assert not tab.app.dataframe


def test_a_helpdesk_agent_sees_no_amount_anywhere(screen: Callable[..., Screen]) -> None:
    tab = screen(H)
    policy = policies.load(SAMPLE_POLICY)
    # A policy's own thresholds are in every letter to customers: they are nobody's debt.
    thresholds = set(AMOUNT.findall(" ".join(policy.in_words(ENGLISH))))
    for script, visitors in VISITORS.items():
        if H not in visitors:
            continue
        tab.open(script, customer_id=SAMPLE_CUSTOMER)
        shown = set(AMOUNT.findall(tab.words() + tab.cells()))
        assert shown <= (thresholds if script == "policy.py" else set()), script
        assert "currency" not in tab.app.session_state
    # The same search does find amounts where they are.
    assert AMOUNT.search(screen(M).words())


def test_a_sales_agent_sees_their_own_customers_alone(screen: Callable[..., Screen], sample_warehouse: Warehouse) -> None:
    everybody = accounts.search(sample_warehouse, accounts.SearchFilter(None, 10_000), OPERATOR).to_pylist()
    mine = {row["customer_name"] for row in everybody if row["sales_agent"] == "sofia.lindgren@partner.example"}
    others = {row["customer_name"] for row in everybody} - mine
    assert mine and others
    tab = screen(S)
    seen = ""
    for script, visitors in VISITORS.items():
        if S in visitors:
            tab.open(script, **({"search": "a"} if script == "account.py" else {}))
            seen += tab.words() + "\n" + tab.cells() + "\n"
    assert not [name for name in others if name in seen]
    assert [name for name in mine if name in seen]


def test_another_agents_customer_is_answered_like_one_that_does_not_exist(
    screen: Callable[..., Screen], sample_warehouse: Warehouse,
) -> None:
    everybody = accounts.search(sample_warehouse, accounts.SearchFilter(None, 10_000), OPERATOR).to_pylist()
    foreign = next(row["customer_id"] for row in everybody if row["sales_agent"] != "sofia.lindgren@partner.example")
    said = []
    for customer_id in (foreign, "no-such-customer"):
        tab = screen(S, at="account.py", customer_id=customer_id)
        said.append((tab.words(), tab.cells()))
    assert said[0] == said[1]
    assert "There is no such account" in said[0][0]
