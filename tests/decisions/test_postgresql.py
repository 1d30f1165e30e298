"""What only PostgreSQL can do to us: connections lost in the middle, restarts, roles, a file lock that is not shared."""

from __future__ import annotations

import logging
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import psycopg
import pytest

from clearaccounts.access import OPERATOR
from clearaccounts.decisions import EventFilter, Store, open_store
from clearaccounts.errors import DecisionError, SettingsError, StoreBroken
from clearaccounts.settings import DataFolder, Decisions, Settings, load
from tests.decisions import processes
from tests.decisions.common import BEATRIZ, MARTIN, NOW, anchor, database, note, settings_in, store_in, with_notes
from tests.decisions.postgresql import USER, Cluster, wait_for
from tests.decisions.proxy import NAME, Proxy, between
from tests.house.source import ROOT

pytestmark = pytest.mark.only("postgresql")


def failures(store: Store) -> list[str]:
    return [str(finding) for finding in store.verify() if finding.is_failure]


def schema_of(folder: Path) -> str:
    return settings_in(folder).decisions.url.rpartition("%3D")[2]


def end_backend(cluster: Cluster, backend: int) -> None:
    """End one connection of a server, when it has done what it is doing."""
    with cluster.connect() as connection:
        state = "select state from pg_stat_activity where pid = %s"
        wait_for(lambda: connection.execute(state, [backend]).fetchone() != ("active",))
        connection.execute("select pg_terminate_backend(%s)", [backend])


@pytest.fixture
def proxy(tmp_path: Path, cluster: Cluster) -> Iterator[Proxy]:
    """The test's store is reached through a socket that can lose a commit."""
    folder = Path(tempfile.mkdtemp(prefix="ca-px-"))
    url = cluster.url(schema_of(tmp_path), socket=folder)
    (tmp_path / "clearaccounts.toml").write_text(f'[decisions]\nurl = "{url}"\n')
    with between(folder, cluster.folder, lambda backend: end_backend(cluster, backend)) as found:
        yield found
    shutil.rmtree(folder)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_connection_lost_at_the_commit_is_known_as_committed_or_not_and_never_doubled(tmp_path: Path, proxy: Proxy, moment: str) -> None:
    store = with_notes(tmp_path, 3)
    proxy.lose = moment
    if moment == "before":
        with pytest.raises(DecisionError, match="nothing was recorded"):
            store.append(BEATRIZ, note("k"))
        assert len(store.matching(EventFilter())) == 3
    else:
        assert store.append(BEATRIZ, note("k")).sequence == 4
    assert proxy.lost == 1
    event = store.append(BEATRIZ, note("k"))
    assert (event.sequence, len(store.matching(EventFilter()))) == (4, 4)
    assert failures(store) == [] and anchor(tmp_path).read_text().splitlines()[-1] == f"4 {event.hash}"


@pytest.mark.parametrize("moment", ["before", "after"])
def test_when_the_server_cannot_be_asked_it_is_not_known_and_the_same_form_tells(
    tmp_path: Path, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, moment: str,
) -> None:
    store = with_notes(tmp_path, 3)
    stands = Store._stands

    def unreachable(self: Store, event: Any) -> bool:
        proxy.close()
        (proxy.folder / NAME).rename(proxy.folder / "away")
        return stands(self, event)

    proxy.lose = moment
    monkeypatch.setattr(Store, "_stands", unreachable)
    with pytest.raises(DecisionError, match="not known whether this was recorded"):
        store.append(BEATRIZ, note("k"))
    monkeypatch.undo()
    (tmp_path / "clearaccounts.toml").write_text((tmp_path / "direct.toml").read_text())
    again = store_in(tmp_path)
    assert again.append(BEATRIZ, note("k")).sequence == 4
    assert len(again.matching(EventFilter())) == 4 and failures(again) == []


@pytest.fixture(autouse=True)
def _direct(tmp_path: Path) -> None:
    (tmp_path / "direct.toml").write_text((tmp_path / "clearaccounts.toml").read_text())


@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_a_server_restarted_under_us_is_found_again_and_has_lost_nothing(tmp_path: Path, cluster: Cluster, how: str) -> None:
    store = with_notes(tmp_path, 20)
    cluster.stop(how)
    try:
        with pytest.raises(DecisionError, match=r"does not answer .* nothing was recorded"):
            store.append(BEATRIZ, note("k"))
        with pytest.raises(StoreBroken):
            store.events(MARTIN)
        assert "does not answer" in failures(store)[0]
        opened_meanwhile = store_in(tmp_path)
    finally:
        cluster.start()
    for number, one in enumerate([store, opened_meanwhile], start=21):
        assert one.append(BEATRIZ, note(f"k{number}")).sequence == number
    assert failures(store) == []


def test_reading_waits_for_nobody_who_writes(tmp_path: Path) -> None:
    store = with_notes(tmp_path, 5)
    with psycopg.connect(**parts(tmp_path)) as writing:
        writing.execute("lock table event in exclusive mode")
        assert store.events(MARTIN).event_count == 5
        assert len(store.matching(EventFilter())) == 5


def parts(folder: Path, **other: Any) -> dict[str, Any]:
    host = settings_in(folder).decisions.url.partition("host=")[2].partition("&")[0]
    return {"host": host, "user": USER, "dbname": "postgres", "options": f"-csearch_path={schema_of(folder)}", **other}


def test_the_databases_own_lock_orders_servers_whose_file_locks_are_not_shared(tmp_path: Path, context: ForkServerContext) -> None:
    store_in(tmp_path)
    running = [context.Process(target=processes.note_without_file_locks, args=(tmp_path, server, 6, 8)) for server in range(3)]
    for process in running:
        process.start()
    for process in running:
        process.join(120)
    assert [process.exitcode for process in running] == [0, 0, 0]
    store = store_in(tmp_path)
    assert [str(finding) for finding in store.verify()] == []
    assert [event.sequence for event in store.matching(EventFilter())] == list(range(1, 3 * 6 * 8 + 1))
    assert "adopted" not in anchor(tmp_path).read_text()


def with_documented_grants(folder: Path) -> tuple[str, Store]:
    """An account of a server's, with the rights that docs/operations.md gives it, and the store as it opens it."""
    name = f"server_{schema_of(folder)}"
    grants = re.findall(r"^(grant .*) to clearaccounts;", (ROOT / "docs" / "operations.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(grants) == 2
    with psycopg.connect(**parts(folder), autocommit=True) as owner:
        for statement in (f"create role {name} login", f"grant usage on schema {schema_of(folder)} to {name}"):
            owner.execute(statement.encode())
        there = {row[0] for row in owner.execute("select tablename from pg_tables where schemaname = current_schema()")}
        for grant in grants:
            if grant.split(" on ")[1] in there:
                owner.execute(f"{grant} to {name}".encode())
    url = settings_in(folder).decisions.url.replace(f"//{USER}@", f"//{name}@")
    return name, open_store(DataFolder(folder), Settings(decisions=Decisions(url=url)))


def test_a_table_that_a_new_version_needs_is_made_by_the_owner(tmp_path: Path) -> None:
    store_in(tmp_path)
    with psycopg.connect(**parts(tmp_path), autocommit=True) as owner:
        owner.execute("drop table session_seen")
        name, store = with_documented_grants(tmp_path)
        assert store.append(BEATRIZ, note("k")).sequence == 1
        with pytest.raises(StoreBroken, match="session_seen"):  # whether a session is idle is not known: nobody is let in
            store.seen_at("s")
        store_in(tmp_path)
        owner.execute(f"grant select, insert, delete on session_seen to {name}".encode())
    store.note_seen("s", NOW)
    assert store.seen_at("s") == NOW and failures(store) == []


def test_an_account_that_may_not_change_the_table_is_enough(tmp_path: Path) -> None:
    store_in(tmp_path)
    name, store = with_documented_grants(tmp_path)
    assert store.append(BEATRIZ, note("k")).sequence == 1 and failures(store) == []
    store.note_seen("s", NOW)
    store.note_seen("s", NOW)
    assert store.seen_at("s") == NOW
    with psycopg.connect(**parts(tmp_path, user=name)) as server:
        for forbidden in ("update event set reason = 'x'", "delete from event", "truncate event", "drop table event",
                          "drop trigger event_no_change on event", "alter table event disable trigger all"):
            with pytest.raises((psycopg.errors.RaiseException, psycopg.errors.InsufficientPrivilege)):
                server.execute(forbidden.encode())
            server.rollback()


def test_a_database_that_cannot_hold_every_text_is_refused(tmp_path: Path, cluster: Cluster) -> None:
    with cluster.connect() as connection:
        connection.execute(f"create database latin_{schema_of(tmp_path)} encoding latin1 template template0".encode())
    url = cluster.url("public").replace("/postgres?", f"/latin_{schema_of(tmp_path)}?")
    with pytest.raises(DecisionError, match="encoding LATIN1; create it with UTF8"):
        open_store(DataFolder(tmp_path), Settings(decisions=Decisions(url=url)))


# ---- passwords

SECRET = "hunter2-Geheim"


@pytest.fixture
def account(tmp_path: Path, cluster: Cluster) -> Iterator[str]:
    """An account that needs its password."""
    store_in(tmp_path)
    name = f"secret_{schema_of(tmp_path)}"
    rules = cluster.data / "pg_hba.conf"
    before = rules.read_text()
    rules.write_text(f"local all {name} scram-sha-256\n{before}")
    with cluster.connect(schema_of(tmp_path)) as connection:
        connection.execute(f"create role {name} login password '{SECRET}'".encode())
        connection.execute(f"grant usage on schema {schema_of(tmp_path)} to {name}".encode())
        connection.execute(f"grant select, insert, update on event to {name}".encode())
        connection.execute("select pg_reload_conf()")
    yield name
    rules.write_text(before)


def with_account(folder: Path, name: str, password: str = "") -> Settings:
    url = settings_in(folder).decisions.url.replace(f"//{USER}@", f"//{name}{':' if password else ''}{password}@")
    return Settings(decisions=Decisions(url=url))


def test_the_password_comes_from_the_environment_or_from_a_password_file(
    tmp_path: Path, account: str, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PGPASSWORD", SECRET)
    assert open_store(DataFolder(tmp_path), with_account(tmp_path, account)).append(BEATRIZ, note("k1")).sequence == 1
    monkeypatch.delenv("PGPASSWORD")
    passwords = tmp_path / "pgpass"
    passwords.write_text(f"*:*:*:{account}:{SECRET}\n")
    passwords.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(passwords))
    assert open_store(DataFolder(tmp_path), with_account(tmp_path, account)).append(BEATRIZ, note("k2")).sequence == 2


@pytest.mark.parametrize("spoil", [
    lambda url: url.replace(SECRET, "wrong-" + SECRET),
    lambda url: url.replace("/postgres?", "/nowhere?"),
    lambda url: url.replace("host=/", "host=/no/such/"),
    lambda url: url.replace("postgresql+psycopg", "postgresql+pg8000"),
    lambda url: url.replace("host=", "no_such_option="),
], ids=["password", "database", "host", "driver", "option"])
def test_no_error_and_no_log_holds_the_password(
    tmp_path: Path, account: str, caplog: pytest.LogCaptureFixture, spoil: Callable[[str], str],
) -> None:
    settings = Settings(decisions=Decisions(url=spoil(with_account(tmp_path, account, SECRET).decisions.url)))
    caplog.set_level(logging.DEBUG)
    said = [repr(settings)]
    try:
        store = open_store(DataFolder(tmp_path), settings)
        said += failures(store)
        store.append(BEATRIZ, note("k"))
    except DecisionError as error:
        said += [repr(error), str(error), repr(error.__cause__), repr(error.__context__)]
    assert len(said) > 1
    assert SECRET not in "".join(said) + caplog.text


@pytest.mark.parametrize("url", [
    f"postgresql+psycopg://me:{SECRET}@x@host/db", f"mysql://me:{SECRET}@host/db", f"postgresql://me:{SECRET}@host/db",
])
def test_settings_name_the_key_and_not_the_address(tmp_path: Path, url: str) -> None:
    (tmp_path / "clearaccounts.toml").write_text(f'[decisions]\nurl = "{url}"\n')
    with pytest.raises(SettingsError, match=r"\[decisions\] url is no address we know") as caught:
        load(tmp_path / "clearaccounts.toml")
    assert SECRET not in str(caught.value)


# ---- bytes of the server's own files


def test_a_flipped_byte_in_the_servers_file_is_found_and_named(tmp_path: Path, cluster: Cluster) -> None:
    with_notes(tmp_path, 12)
    connection = database(tmp_path)
    [place] = connection.execute("select pg_relation_filepath('event')").fetchone()
    connection.execute("checkpoint")
    file = cluster.data / place
    whole = file.read_bytes()
    for wanted, sequence in ((b"key-5", 5), (b"demo:beatriz", None), (b"because", None)):
        cluster.stop()
        flipped = bytearray(whole)
        flipped[flipped.index(wanted) + 2] ^= 0x80
        file.write_bytes(bytes(flipped))
        cluster.start()
        [found] = failures(store_in(tmp_path))
        assert "was changed after it was written" in found and (sequence is None or f"Event {sequence} " in found)
        with pytest.raises(StoreBroken):
            store_in(tmp_path).append(BEATRIZ, note("another"))
        cluster.stop()
        file.write_bytes(whole)
        cluster.start()
    assert [str(finding) for finding in store_in(tmp_path).verify()] == ["The store is whole again; acting is possible."]


def test_a_restored_dump_is_whole_and_an_older_one_is_accepted_by_a_person_alone(tmp_path: Path, cluster: Cluster) -> None:
    store = with_notes(tmp_path, 6)
    dump = cluster.run("pg_dump", "-h", cluster.folder, "-U", USER, "-n", schema_of(tmp_path), "postgres")
    with_more = [store.append(BEATRIZ, note(f"later-{number}")) for number in range(3)]
    with cluster.connect() as connection:
        connection.execute(f"drop schema {schema_of(tmp_path)} cascade".encode())
    (cluster.folder / "dump.sql").write_text(dump)
    cluster.run("psql", "-h", cluster.folder, "-U", USER, "-v", "ON_ERROR_STOP=1", "-f", cluster.folder / "dump.sql", "postgres")
    again = store_in(tmp_path)
    assert failures(again) == ["The anchor knows event 7, and the store ends at event 6."]
    with pytest.raises(StoreBroken):
        again.append(BEATRIZ, note("another"))
    assert again.accept_break(OPERATOR, "restored the dump of last night", "accept", NOW).sequence == 7
    assert again.append(BEATRIZ, note("another")).sequence == 8 and len(with_more) == 3
    with pytest.raises(psycopg.errors.RaiseException, match="never changed"), psycopg.connect(**parts(tmp_path)) as server:
        server.execute("delete from event")


# ---- many at once


def test_fifty_threads_wait_in_one_queue_without_using_up_the_connections(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    with ThreadPoolExecutor(50) as threads:
        made = list(threads.map(lambda number: store.append(BEATRIZ, note(f"k{number}", f"N{number}")).sequence, range(150)))
    assert sorted(made) == list(range(1, 151)) and failures(store) == []
