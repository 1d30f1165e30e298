"""Every parameter of every query takes a hostile text as text: it is answered as any unknown word is, and nothing else happens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clearaccounts import __main__ as command_line
from clearaccounts.access import DEMO_PEOPLE, OPERATOR, Role, Viewer
from clearaccounts.decisions import EventFilter, open_store
from clearaccounts.errors import BadParameter, NotPermitted, WarehouseError
from clearaccounts.handed_tables import EMPTY_TABLES
from clearaccounts.query_files import Parameter, Query, queries, read_value
from clearaccounts.settings import DataFolder, Settings
from clearaccounts.warehouse import Warehouse, _bindable
from tests.hostile.payloads import COUNT, FAMILIES, PAYLOADS, chosen
from tests.house.test_queries_on_the_sample import values
from tests.worlds import world

SOFIA = next(person for person in DEMO_PEOPLE if person.role is Role.SALES_AGENT)
UNKNOWN = "no such thing anywhere"
TEXTS = {name: [p for p in query.parameters if p.type == "text"] for name, query in queries().items()}
WITH_TEXTS = [name for name, texts in TEXTS.items() if texts]
EVERY_NAME = {parameter.name: parameter for query in queries().values() for parameter in query.parameters}
# Planning a statement is what a run costs: of each hundred payloads a query is given a third.
SHARE = COUNT if len(PAYLOADS) <= COUNT else -(-COUNT // 3)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """Two agents' customers with something of every kind, so that a filter that fails to narrow shows."""
    customers = [{"customer_id": "C1", "sales_agent": SOFIA.email}, {"customer_id": "C2", "sales_agent": "another@partner.example"}]
    both = [row["customer_id"] for row in customers]
    built = world(
        tmp_path_factory.mktemp("town"), customers=customers,
        customer_invoices=[
            {"invoice_id": f"I{one}", "customer_id": one, "issued_on": "2026-03-01", "due_on": "2026-03-31", "amount_total": "500.00"}
            for one in both
        ],
        payments=[{"payment_id": f"P{one}", "customer_id": one, "received_on": "2026-04-01", "amount_total": "10.00"} for one in both],
        support_cases=[{"case_id": f"S{one}", "customer_id": one, "opened_at": "2026-06-01T09:00:00Z", "title": "No mail"} for one in both],
        service_requests=[{"service_request_id": f"R{one}", "customer_id": one, "opened_at": "2026-06-02T09:00:00Z"} for one in both],
        subscriptions=[{"subscription_id": f"U{one}", "customer_id": one} for one in both],
        holds=[{"hold_id": f"H{one}", "customer_id": one, "starts_on": "2026-06-01"} for one in both],
    )
    before = kept(built)
    yield built
    assert kept(built) == before


def kept(warehouse: Warehouse) -> list[Any]:
    """Every table, view and macro there is, and the rows of each table."""
    cursor = warehouse._connection.cursor()
    tables = cursor.execute("select table_name, estimated_size from duckdb_tables() order by all").fetchall()
    return [tables, cursor.execute("select count(*) from duckdb_views()").fetchall(),
            cursor.execute("select count(*) from duckdb_functions() where not internal").fetchall()]


def told(warehouse: Warehouse, query: Query, viewer: Viewer, given: dict[str, Any]) -> object:
    """The rows, or the sentence that refuses, whatever text was refused."""
    tables = {table: EMPTY_TABLES[table] for table in query.tables if table not in warehouse._beside}
    # An answer may say what it was asked for.
    asked = {text for value in given.values() if isinstance(value, str) for text in (value, _bindable(value))}
    try:
        rows = warehouse.run(query.name, given, viewer, tables).to_pylist()
        return [{name: "asked" if value in asked else value for name, value in row.items()} for row in rows]
    except NotPermitted as refused:
        return str(refused)
    except BadParameter as refused:
        return refused.template, refused.values["name"], refused.values["wanted"]


@pytest.mark.parametrize("name", WITH_TEXTS)
def test_a_query_takes_every_text_as_text(name: str, town: Warehouse) -> None:
    query, texts = queries()[name], TEXTS[name]
    usual = values(query, town, "C1")
    place = WITH_TEXTS.index(name)
    harmless: dict[tuple[object, ...], object] = {}
    hostile = [chosen(place * 7 + number, SHARE) for number in range(len(texts))]
    for turn, given in enumerate(zip(*hostile, strict=True)):
        viewer = (OPERATOR, SOFIA)[turn % 2]
        # All at once and, in turn, each alone: a filter that lets nothing through would hide what another lets in.
        alone = texts[turn % len(texts)]
        for wanted in ({p.name: text for p, text in zip(texts, given, strict=True)}, {alone.name: given[turn % len(texts)]}):
            known = (viewer, *wanted)
            if known not in harmless:
                harmless[known] = told(town, query, viewer, {**usual, **dict.fromkeys(wanted, UNKNOWN)})
            assert told(town, query, viewer, {**usual, **wanted}) == harmless[known], (name, wanted)
            if len(texts) == 1:
                break


def delivered(name: str, text: str) -> str:
    """What the command line's own parser makes of `--name=text`."""
    arguments = _PARSER.parse_args(["query", "accounts/search", f"--{name.replace('_', '-')}={text}"])
    return str(getattr(arguments, f"parameter_{name}"))


_PARSER = command_line._parser()


@pytest.mark.parametrize("name", sorted(EVERY_NAME))
def test_the_command_line_reads_every_text_as_text_or_refuses_it(name: str) -> None:
    kinds = {(p.type, p.choices): p for query in queries().values() for p in query.parameters if p.name == name}
    for text in chosen(sorted(EVERY_NAME).index(name)):
        assert delivered(name, text) == text
        for parameter in kinds.values():
            read(parameter, text)


def read(parameter: Parameter, text: str) -> None:
    """A text stays what it is; a day, a number or a choice is one, or the sentence names the parameter and is no longer than that."""
    try:
        value = read_value(parameter, text)
    except BadParameter as refused:
        assert parameter.name.replace("_", "-") in str(refused) and len(str(refused)) < 600
        assert refused.in_language(str) == str(refused)
        return
    if parameter.type == "text" and not parameter.choices and parameter.name != "currency":
        assert value == text
    else:
        assert not isinstance(value, str) or value in parameter.choices or parameter.name == "currency"


@pytest.mark.parametrize("family", FAMILIES)
def test_a_command_says_a_sentence_or_the_unknown_words_answer(
    family: str, sample_folder: DataFolder, capfd: pytest.CaptureFixture[str],
) -> None:
    text = FAMILIES[family][0]
    place = list(FAMILIES).index(family)
    before = len(open_store(sample_folder, Settings()).matching(EventFilter()))
    for name in ("accounts/search", WITH_TEXTS[place * 7 % len(WITH_TEXTS)]):
        query = queries()[name]
        if {"policy_proposed", "stages_proposed"} & set(query.tables):
            continue
        required = {p.name: p for p in query.parameters if p.is_required}
        options = [f"--{p.name.replace('_', '-')}={text}" for p in TEXTS[name]]
        options += [f"--{p.name.replace('_', '-')}={plain(p)}" for p in required.values() if p.type != "text"]
        code = command_line.main(["query", name, "--data", str(sample_folder.path), "--format", "json", *options])
        said = capfd.readouterr()
        assert code in {0, 2} and "should not happen" not in said.err and "Error" not in said.err, said.err
        assert said.err.count("\n") == (code == 2)
    assert len(open_store(sample_folder, Settings()).matching(EventFilter())) == before


def plain(parameter: Parameter) -> str:
    """An ordinary value of a parameter that is no text."""
    return {"date": "2026-06-30", "timestamp": "2026-06-30T00:00:00Z", "integer": "7", "integers": "30", "dates": "2026-06-30",
            "amount": "1"}[parameter.type]


def test_the_texts_are_five_hundred_and_every_field_meets_every_family() -> None:
    assert len(PAYLOADS) == len(set(PAYLOADS)) == 500
    for place in range(200):
        some = set(chosen(place, 17))
        assert len(some) == 17
        assert all(some & set(family) for family in FAMILIES.values())


def test_a_text_that_reaches_sql_as_sql_would_be_seen(town: Warehouse, tmp_path: Path) -> None:
    """The same comparison finds a query that is assembled: this one is."""
    def answer(text: str) -> list[Any]:
        return town._connection.cursor().execute(f"select customer_id from customers where customer_id = '{text}'").fetchall()

    assert answer(UNKNOWN) == [] and answer(FAMILIES["ended texts"][0]) != []
    with pytest.raises(WarehouseError):
        town.run("support/backlog_days", {"from_on": "2026-06-01", "to_on": "no day", "step": "day"}, OPERATOR)
