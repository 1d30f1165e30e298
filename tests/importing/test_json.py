"""JSON and JSON Lines become rows of text in which nothing is lost, rounded or guessed."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from clearaccounts.errors import FileRefused
from clearaccounts.importing.reading.rows import Heading
from clearaccounts.settings import DataFolder
from tests.importing.desk import hand_in, landed, said
from tests.importing.here import Read, read_here


def read(tmp_path: Path, content: str | bytes, name: str = "given.json", choice: int = 0) -> Read:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_here(path, choice=choice)


def refusal(tmp_path: Path, content: str | bytes, name: str = "given.json") -> str:
    with pytest.raises(FileRefused) as refused:
        read(tmp_path, content, name)
    return str(refused.value)


@pytest.mark.parametrize(
    ("content", "path"),
    [
        ('[{"Id": "1"}, {"Id": "2"}]', ""),
        ('{"totalCount": 2, "items": [{"Id": "1"}, {"Id": "2"}], "links": {"self": {"uri": "/x"}}}', "items"),
        ('{"@odata.context": "x", "value": [{"Id": "1"}, {"Id": "2"}]}', "value"),
        ('{"Status": "OK", "Invoices": [{"Id": "1"}, {"Id": "2"}]}', "Invoices"),
        ('{"QueryResponse": {"Invoice": [{"Id": "1"}, {"Id": "2"}], "maxResults": 2}, "time": "x"}', "QueryResponse.Invoice"),
        ('{"result": [{"Id": "1"}, {"Id": "2"}]}', "result"),
        ('{"Id": "1"}\n{"Id": "2"}\n', ""),
        ('{"Id": "1"}\r\n\r\n{"Id": "2"}', ""),
        ('\ufeff[{"Id": "1"}, {"Id": "2"}]', ""),
    ],
)
def test_the_rows_are_found_wherever_they_stand(tmp_path: Path, content: str, path: str) -> None:
    found = read(tmp_path, content)
    assert found.headings[0] == Heading(path, ("Id",))
    assert [cells for _, cells in found.rows] == [["1"], ["2"]]


def test_one_object_is_one_row_and_the_lists_in_it_may_be_meant_as_well(tmp_path: Path) -> None:
    content = '{"Id": "7", "Total": 1.50, "Lines": [{"Amount": 1}, {"Amount": 0.50}]}'
    whole, lines = read(tmp_path, content), read(tmp_path, content, choice=1)
    assert whole.headings == (Heading("", ("Id", "Total", "Lines")), Heading("Lines", ("Amount",)))
    assert whole.sample == [["7", "1.50", '[{"Amount":1},{"Amount":0.50}]']]
    assert whole.rows == [(1, ["7", "1.50", '[{"Amount":1},{"Amount":0.50}]'])]
    assert lines.sample == [["1"], ["0.50"]]
    assert [cells for _, cells in lines.rows] == [["1"], ["0.50"]]


def test_objects_within_are_columns_with_dots_and_lists_stay_json(tmp_path: Path) -> None:
    found = read(tmp_path, '''[{
        "Id": 1, "Customer": {"Ref": {"value": "7", "name": "A, \\"B\\""}, "Empty": {}},
        "Tags": ["a", null, true, {"x": 1.10, "é": "€"}], "None": null
    }]''')
    assert found.headings[0].header == ("Id", "Customer.Ref.value", "Customer.Ref.name", "Tags", "None")
    assert found.rows == [(1, ["1", "7", 'A, "B"', '["a",null,true,{"x":1.10,"é":"€"}]', None])]


@pytest.mark.parametrize("number", ["1", "-0", "1.50", "1e5", "1E-7", "100000000000000000000.01", "12345678901234567890", "-12.3400"])
def test_a_number_keeps_its_very_text(tmp_path: Path, number: str) -> None:
    found = read(tmp_path, f'[{{"a": {number}, "b": {{"c": {number}}}, "d": [{number}]}}]')
    assert found.rows == [(1, [number, number, f"[{number}]"])]


def test_the_header_is_every_name_in_order_of_appearance_in_any_letter_case(tmp_path: Path) -> None:
    found = read(tmp_path, '[\n{"b": "1"},\n{"a": true, "B": false},\n{}\n]')
    assert found.headings[0].header == ("b", "a")
    assert found.rows == [(2, ["1", None]), (3, ["false", "true"]), (4, [None, None])]


def test_a_line_is_where_the_object_begins(tmp_path: Path) -> None:
    found = read(tmp_path, '{\r\n  "items": [\r\n    {\r\n      "a": "x"\r\n    }, {\r\n      "a": "y"\r\n    }\r\n  ]\r\n}')
    assert [line for line, _ in found.rows] == [3, 5]


def test_objects_that_share_a_line_are_numbered(tmp_path: Path) -> None:
    found = read(tmp_path, '[{"a":1},{"a":2},\n{"a":3}]')
    assert found.rows == [(1, ["1"]), (2, ["2"]), (3, ["3"])]
    assert found.raw == {1: '{"a":1}', 2: '{"a":2}', 3: '{"a":3}'}


def test_raw_is_the_very_text_of_the_object(tmp_path: Path) -> None:
    assert read(tmp_path, '[\n {"a" : 1.0,\n  "b": [ ]},\n {"a": 2}\n]').raw == {2: '{"a" : 1.0,\n  "b": [ ]}', 4: '{"a": 2}'}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ('{"a": 1, "b": 2, "a": 3}', "the name a is there twice"),
        ('{"a": 1, "A": 2}', "the name A is there twice"),
        ('{"b": {"c": 1, "c": 1}}', "the name c is there twice"),
        ('{"b.c": 1, "b": {"c": 1}}', "the name b.c is there twice"),
        ('{"a": NaN}', "NaN is not a number"),
        ('{"a": -Infinity}', "-Infinity is not a number"),
        ('{"a": [Infinity]}', "Infinity is not a number"),
        ('{"a": 01}', "this is no JSON from character 8 on"),
        ('{"a": tru}', "this is no JSON from character 7 on"),
        ('{"a": "\t"}', "this is no JSON from character 8 on"),
        ('{"a" 1}', "this is no JSON from character 6 on"),
        ('{"a": "\\ud800"}', "half a character stands there"),
        ('{"a": ["\\udfff"]}', "half a character stands there"),
        ("1", "this is no JSON object"),
        ('"x"', "this is no JSON object"),
        ("null", "this is no JSON object"),
        ('[{"a": 1}]', "this is no JSON object"),
        ('{"a":' * 60 + "1" + "}" * 60, "objects are nested too deeply"),
        ('{"a": ' + "[" * 60 + "]" * 60 + "}", "objects are nested too deeply"),
        ('{"a":' * 5000 + "1" + "}" * 5000, "objects are nested too deeply"),
        ('{"a": "' + "x" * 2_000_000 + '"}', "the line is too long"),
    ],
    ids=lambda value: value[:20],
)
@pytest.mark.parametrize("form", ["list", "lines"])
def test_a_row_that_cannot_be_read_is_rejected_and_no_other(tmp_path: Path, form: str, row: str, reason: str) -> None:
    good = ['{"a": "1"}', '{"a": "2"}']
    content = {"list": f"[\n{good[0]},\n{row},\n{good[1]}\n]", "lines": f"\n{good[0]}\n{row}\n{good[1]}\n"}[form]
    found = read(tmp_path, content)
    assert [(line, cells[0]) for line, cells in found.rows] == [(2, "1"), (4, "2")]
    assert found.rejects == [(3, reason)]


def test_half_a_pair_of_escapes_is_none_and_a_whole_pair_is_a_character(tmp_path: Path) -> None:
    found = read(tmp_path, '[{"a": "\\ud83d\\ude00", "b\\u00e9": "\\\\ud800"}]')
    assert (found.rows, found.rejects) == ([(1, ["\U0001f600", "\\ud800"])], [])


WHOLE_DOCUMENT = '{\n"items": [\n{"a": "1", "b": [1, {"c": "}"}]},\n{"a": "2\\""}\n],\n"more": {"x": "y"}\n}'
WHOLE_LINES = '{"a": "1", "b": [1, {"c": "}"}]}\n{"a": "2\\"", "b": null}\n{"a": "3"}\n'


def test_a_document_cut_anywhere_is_refused(tmp_path: Path) -> None:
    for size in range(1, len(WHOLE_DOCUMENT)):
        said_of = refusal(tmp_path, WHOLE_DOCUMENT[:size])
        assert said_of.endswith("export it again."), WHOLE_DOCUMENT[:size]


def test_lines_cut_anywhere_are_refused_or_whole_lines(tmp_path: Path) -> None:
    whole = [cells[0] for _, cells in read(tmp_path, WHOLE_LINES, "given.jsonl").rows]
    assert whole == ["1", '2"', "3"]
    complete = 0
    for size in range(1, len(WHOLE_LINES)):
        try:
            found = read(tmp_path, WHOLE_LINES[:size], "given.jsonl")
        except FileRefused:
            continue
        complete += 1
        assert not found.rejects
        assert [cells[0] for _, cells in found.rows] == whole[: len(found.rows)]
    assert complete == 5


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('{"items": []}', "given.json: there is no row that can be read; export it again."),
        ("[]", "given.json: there is no row that can be read; export it again."),
        ("[1, 2]", "given.json: there is no row that can be read; export it again."),
        ('[{"a": 1}\n{"a": 2}]', "given.json, line 2: the JSON is cut or damaged here; export it again."),
        ('{"items": [{"a": 1}],\n"items": [{"a": 2}]}', "given.json, line 2: the JSON is cut or damaged here; export it again."),
        ('{"items": [{"a": 1}]} x', "given.json, line 1: the JSON is cut or damaged here; export it again."),
        ('[{"a": 1}] x', "given.json, line 1: the JSON is cut or damaged here; export it again."),
        ('[\n{"a": "1}\n]', "given.json, line 2: the JSON is cut or damaged here; export it again."),
        ('{"a": 1}\n{"a": 2', "given.json, line 2: the last line is not a whole JSON object, so the file is cut; export it again."),
        ('[{"a": "caf\u00e9"}]'.encode("latin-1"),
         "given.json, line 1: this is not UTF-8 text; save the file as CSV UTF-8 and import it again."),
    ],
)
def test_a_whole_file_is_refused_in_one_sentence(tmp_path: Path, content: str | bytes, sentence: str) -> None:
    assert refusal(tmp_path, content) == sentence


INVOICE = (
    '{"Invoice_ID": "I%d", "customer_id": "007", "issued_on": "2026-05-01", "currency": "EUR", "amount_total": %s, "extra": {"x": [1]}}'
)


@pytest.mark.parametrize("form", ["list", "envelope", "lines", "utf-16", "gzip"])
def test_canonical_rows_land_from_json_too(tmp_path: Path, form: str) -> None:
    objects = [INVOICE % (1, "10.50"), INVOICE % (2, '"7"'), INVOICE % (3, "1e5"), INVOICE % (4, "1.005"), INVOICE % (5, "null")]
    listed = "[\n" + ",\n".join(objects) + "\n]"
    lines = "\n" + "\n".join(objects) + "\n"
    content, name = {
        "list": (listed.encode(), "x.json"),
        "envelope": (f'{{"items": {listed}}}'.encode(), "x.json"),
        "lines": (lines.encode(), "x.jsonl"),
        "utf-16": (listed.encode("utf-16"), "x.json"),
        "gzip": (gzip.compress(lines.encode()[:50]) + gzip.compress(lines.encode()[50:]), "x.jsonl.gz"),
    }[form]
    path = tmp_path / name
    path.write_bytes(content)
    data = DataFolder(tmp_path / "data")
    outcome = hand_in(data, path)
    rows = landed(data, outcome, "customer_invoices")
    assert [(row["invoice_id"], row["customer_id"], str(row["amount_total"])) for row in rows] == [
        ("I1", "007", "10.5000"), ("I2", "007", "7.0000"),
    ]
    assert [(line, column) for line, column, _ in said(outcome)] == [(4, "amount_total"), (5, "amount_total"), (6, "amount_total")]
    assert outcome.landing is not None and outcome.landing.rows == 5
    assert outcome.rejects[0].raw == objects[2]
