"""500 texts that try to be more than text, by family; generated from parts, and the same each time.

`CLEARACCOUNTS_PAYLOADS` says how many of them go into each field: 50 in `make test`, all in `make test-long`. However many, they are
taken from every family in turn, and every field begins at another place.
"""

from __future__ import annotations

import os
from itertools import zip_longest

COUNT = int(os.environ.get("CLEARACCOUNTS_PAYLOADS", "50"))
ALL = 500

# How a text is ended, so that what follows would be SQL; and how the rest of the statement is made to vanish.
_ENDS = ("'", "''", '"', "')", "'))", "$$", "\\'", "\u2019", "\uff07", "%27", "'||'", "*/")
_TAILS = ("--", "-- -", "#", "/*", ";--", "\x00", "", "/**/")
_ALWAYS = (
    "or 1=1", "or true", "or 'a'='a'", "and 1=0", "||true", "or $viewer_agent is null", "or exists(select 1)", "or not false",
    "or 1 in (1)", "or 2>1", "is not null", "or customer_id like '%'", "union select null",
)
_STATEMENTS = (
    "drop table customers", "delete from customers", "update customers set sales_agent = null", "drop table event",
    "insert into event select * from event", "create table pwned(a int)", "attach ':memory:' as x", "detach database warehouse",
    "checkpoint", "vacuum", "alter table customers rename to c", "set variable a = 1", "reset all", "truncate open_items",
    "set enable_external_access = true", "set lock_configuration = false", "pragma database_list", "call pragma_version()",
    "install httpfs", "load httpfs", "export database 'x'", "import database 'x'", "copy customers to 'x.csv'",
    "copy (select 1) to '/dev/stdout'", "create macro f() as 1", "create secret s (type s3)", "prepare v as select 1", "execute v",
    "deallocate v", "begin", "rollback", "commit", "explain analyze select 1", "use x", "summarize customers", "vacuum into 'x'",
    "grant all on event to public", "lock table event", "do $body$ begin end $body$", "listen x", "pg_terminate_backend(1)",
    "load_extension('x')",
)
_READERS = (
    "read_text('/etc/passwd')", "read_csv('/etc/passwd')", "read_blob('/etc/shadow')", "read_json('/etc/hosts')", "read_parquet('x')",
    "glob('/**')", "sniff_csv('/etc/passwd')", "'/etc/passwd'", "'http://127.0.0.1:1/x.csv'", "query('select 1')",
    "query_table('customers')", "duckdb_settings()", "duckdb_secrets()", "duckdb_tables()", "getvariable('x')", "getenv('HOME')",
    "pragma_table_info('customers')", "sqlite_master", "information_schema.tables", "pg_catalog.pg_shadow",
    "pg_read_file('/etc/passwd')", "pg_sleep(9)", "pg_ls_dir('/')", "range(1000000000)", "generate_series(1, 1000000000)",
    "parquet_metadata('x')", "postgres_scan('', '', '')", "sqlite_scan('x', 'y')", "current_setting('memory_limit')", "version()",
    "zeroblob(1000000000)", "randomblob(1000000000)", "which_secret('x', 's3')",
)
_NAMES = (
    "$viewer_agent", "$1", "?", ":name", "@x", "%s", "%(who)s", "{}", "?1", "$as_of_on", ":1", "$$viewer_agent$$",
    "getvariable('viewer_agent')",
)
_NULLS = (
    "null", "NULL", "None", "nan", "NaN", "Infinity", "-Infinity", "true", "false", "undefined", "0", "-1", "1e309", "0x1F", "9" * 40,
)
_DAYS = (
    "2026-06-30", "9999-12-31", "0000-00-00", "epoch", "infinity", "today", "2026-02-30", "-290308-12-22", "2026-06-30T00:00:00+99:99",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
)
_FORMATS = (
    "{}", "{0}", "{who}", "{reason}", "{customer}", "{0.__class__}", "{0.__class__.__mro__}", "{who.__init__.__globals__}", "{self}",
    "{0[a]}", "{!r}", "{:>999999999}", "{0:{1}}", "{", "}", "{{}}", "{{0}}", "{amount:d}", "%s", "%d", "%n%n%n", "%(who)s",
    "%1000000000d", "%x" * 20, "${jndi:ldap://127.0.0.1:1/a}", "${7*7}", "#{7*7}", "{{7*7}}", "{{config}}",
    "{{''.__class__.__mro__[1].__subclasses__()}}", "{% for x in () %}", "{% include '/etc/passwd' %}", "<%= 7*7 %>", "@(7*7)", "*{7*7}",
    "$(id)", "`id`", "| id", "; id", "&& id", "%PATH%", "~root",
)
_PATHS = (
    "../../../../etc/passwd", "..\\..\\..\\windows\\win.ini", "/etc/passwd", "C:\\boot.ini", "\\\\127.0.0.1\\c$",
    "....//....//etc/passwd", "%2e%2e%2fetc%2fpasswd", "..%252f..%252fetc", "..%c0%af..%c0%afetc", "file:///etc/passwd", "CON",
    "NUL.txt", "a/../b", ".", "..", "~/.ssh/id_rsa", "/proc/self/environ", "php://filter/resource=x", "x" * 300, "a\x00.csv", "-rf",
    "--help", "*.csv", "[a-z]*", "?", "con:", "a:b",
)
_HEADERS = (
    "a\r\nSet-Cookie: x=1", "a\nX-Evil: 1", "a\r\n\r\n<html>", "a%0d%0aSet-Cookie:x", "x@example.org\r\nBcc: y@example.org", "a\u2028b",
    "a\x85b", "a\x0bb", "a\x0cb", "a\x1eb", 'x"; filename="y.exe', "=?utf-8?b?eA==?=", "a\tb", "\x1b[2J\x1b[31m", "\x1b]0;title\x07",
    "\x08\x08\x08", "2026-06-30 ERROR all is well", '{"level":"error"}\n{"level":"info"}', "a\rb", "\ufeffa",
    "user@example.org,other@example.org",
)
_JSON = (
    '"', '\\"', '","is_admin":true,"a":"', "'}", '"}]}', "\\u0000", "\\", "\\\\", "[" * 2000, '{"a":' * 500, '{"__proto__":{"a":1}}',
    "</script>", "]]>", "<!--", "-->", "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", "&lt;",
    "&#x27;", "&amp;quot;",
)
_LOOKALIKES = (
    "%", "_", "%%", "\\%", "C_", "C%", "[C]1", "C?", ".*", "^.*$", "(a+)+$", "(" * 50 + "a" + ")*" * 50, "(.*a){99}", "[", "(?i)c1",
    "\\", "C1\\", "%' escape '%", "*", "~* 'a'", "*)(uid=*", "*)(|(mail=*))", "admin)(&)", "\\2a", "' or '1'='1' or ''='",
    "count(/child::node())",
)
_UNICODE = (
    "\x00", "a\x00b", "\ud800", "a\udfffb", "\udcff\udcfe", "\u202edrop", "\u200b", "\u200d" * 50, "\u2066\u2069", "\ufffe", "\uffff",
    "\U0010ffff", "a" + "\u0301" * 500, "\uff1b drop table customers\uff1b", "\u02bc or 1=1 --", "\u2018 or 1=1 --", "\u201c or 1=1 --",
    "\u2032 or 1=1 --", "\u037e", "\u0130\u0131\ufb01\u00df", "\u1e9e", "\u212a", "\u00a0", "\u3000", "\u180e", "\ufeff", "\u2028",
    "\u2029", "\ufdfa" * 50, "\U0001f468\u200d\U0001f469\u200d\U0001f467",
)
_SCRIPTS = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "javascript:alert(1)",
    "![a](http://127.0.0.1:1/a.png)", "[a](javascript:alert(1))", "<style>*{display:none}</style>", ":material/delete:", ":red[a]",
    "$\\frac{1}{2}$", "<a href='http://127.0.0.1:1'>a</a>", "=1+1", "+1", "@SUM(1)", "=cmd|' /C calc'!A0", "<base href=//127.0.0.1:1>",
    "<meta http-equiv=refresh content=0>", "data:text/html,<b>a",
)
_LONG = (
    "a" * 65_536, "'" * 65_536, "(" * 20_000, "1," * 20_000, "-- " * 20_000, "\u00e9" * 32_768, "%" * 5_000, "/*" * 5_000, "{0}" * 5_000,
    "\n" * 5_000, " " * 5_000,
)


def _families() -> dict[str, list[str]]:
    return {
        "ended texts": [f"C1{end} {always} {_TAILS[(number + shift) % len(_TAILS)]}" for shift, always in enumerate(_ALWAYS)
                        for number, end in enumerate(_ENDS)],
        "stacked statements": [f"C1{_ENDS[number % len(_ENDS)]}; {one}; {_TAILS[number % 3]}" for number, one in enumerate(_STATEMENTS)],
        "unions": [f"C1{_ENDS[number % len(_ENDS)]} union all select * from {one} --" for number, one in enumerate(_READERS)],
        "calls": [f"{'from ' if number % 2 else ''}{one}" for number, one in enumerate(_READERS)],
        "names of parameters": [*_NAMES, *(f"' || {name} || '" for name in _NAMES)],
        "no values": [*_NULLS, *_DAYS],
        "format strings": list(_FORMATS),
        "paths": list(_PATHS),
        "lines and headers": list(_HEADERS),
        "json and xml": list(_JSON),
        "patterns": list(_LOOKALIKES),
        "unicode": list(_UNICODE),
        "markup": list(_SCRIPTS),
        "long": list(_LONG),
    }


def _in_turn(families: dict[str, list[str]]) -> list[tuple[str, str]]:
    """(text, family), one of each family in turn; a text belongs to the first family that has it."""
    turns = zip_longest(*([(text, name) for text in family] for name, family in families.items()))
    return list({text: (text, name) for turn in turns for text, name in filter(None, reversed(turn))}.values())[:ALL]


_LISTED = _in_turn(_families())
PAYLOADS = tuple(text for text, _ in _LISTED)
FAMILIES = {family: tuple(text for text, of in _LISTED if of == family) for family in _families()}


def chosen(place: int, count: int = COUNT) -> tuple[str, ...]:
    """The payloads for the field of that number: `count` of them, one of each family in turn, beginning where the field before ended."""
    if count >= len(PAYLOADS):
        return PAYLOADS
    families = list(FAMILIES.values())
    turns = (divmod(place * count + turn, len(families)) for turn in range(count))
    return tuple(families[family][round_ % len(families[family])] for round_, family in turns)
