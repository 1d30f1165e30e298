"""The Data page without a browser: what each role sees, the way of a file in, a profile by hand, proof and undo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clearaccounts.access import DEMO_PEOPLE, Role
from clearaccounts.importing import publish
from clearaccounts.importing.profiles import own as own_profiles
from clearaccounts.settings import DataFolder, Settings
from clearaccounts.ui import import_desk, import_jobs, import_work
from tests.importing.desk import INVOICES, NOW, invoice, write
from tests.pages.conftest import Screen

SECONDS = 60
B = next(person.user_id for person in DEMO_PEOPLE if person.role is Role.BILLING_ADMIN)
FILE = ("\n".join((INVOICES, invoice(1), invoice(2, "10.505"), invoice(3))) + "\n").encode()
UNKNOWN = b'Rechnungsnr,Kunde,Datum,Betrag,Status\nR1,Acme,05.06.2026,"1.234,56",offen\nR2,Acme,07.06.2026,"7,00",bezahlt\n'


def said(tab: Screen) -> str:
    """What the page says, without the signs that keep markdown from meaning anything."""
    return tab.words().replace("\\", "")


@pytest.fixture(autouse=True)
def _no_jobs_of_earlier_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_jobs, "_registry", import_jobs._Registry())


def keyed(widgets: Any, ending: str) -> Any:
    """The one widget whose key ends so."""
    return next(widget for widget in widgets if str(widget.key).endswith(ending))


def settle(tab: Screen, *kinds: str) -> None:
    """Wait for the person's jobs and let the page run again."""
    for kind in kinds:
        job = import_jobs.newest(B, kind)
        if job is not None:
            assert job.wait(SECONDS)
    tab.app.run()


def choose(tab: Screen, *files: tuple[str, bytes]) -> None:
    """Choose files and wait for what was understood."""
    tab.app.file_uploader[0].set_value([(name, content, "text/csv") for name, content in files]).run()
    settle(tab, import_work.LOOK)


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_manager_sees_the_lists_and_nothing_that_imports(screen: Callable[..., Screen], language: str) -> None:
    tab = screen(Role.MANAGER, language, at="data.py")
    assert not tab.app.file_uploader
    assert not [button.key for button in tab.app.button if button.key in {"import", "undo", "map"}]
    assert len(keyed(tab.app.get("button_group"), "section").options) == 4


def test_on_the_sample_nothing_can_be_undone(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.BILLING_ADMIN, at="data.py")
    assert tab.app.file_uploader
    assert not [button for button in tab.app.button if button.key == "undo"]


def test_a_look_changes_nothing_and_the_import_is_found_by_every_tab(screen: Callable[..., Screen], data: Path) -> None:
    tab = screen(Role.BILLING_ADMIN, at="data.py")
    choose(tab, ("invoices.csv", FILE))
    assert "What was understood" in said(tab)
    assert "3 rows, 2 would load" in said(tab) and "1 rejected" in said(tab)
    assert "10.505 has more decimals than EUR has (2)" in tab.cells()
    assert publish.last_import(DataFolder(data)) is None
    tab.app.button(key="import").click().run()
    # Another tab of the same person finds the import, and what came of it.
    other = screen(Role.BILLING_ADMIN, at="data.py")
    settle(other, import_work.IMPORT)
    assert "invoices.csv: 3 rows, 2 loaded (2 new, 0 changed), 1 rejected." in said(other)
    # Who chooses other files has read it; so has who closes it.
    choose(other, ("payments.csv", b"payment_id,customer_id,received_on,currency,amount_total\nP1,C1,2026-06-01,EUR,1.00\n"))
    assert "invoices.csv: 3 rows" not in said(other) and "Payments: 1 rows, 1 would load" in said(other)
    other.app.button(key="import").click().run()
    settle(other, import_work.IMPORT)
    other.app.button(key="seen").click().run()
    assert "payments.csv: 1 rows" not in said(other)
    assert tab.problems() == other.problems() == []


def test_refused_files_say_why_and_the_others_can_be_imported(screen: Callable[..., Screen], data: Path) -> None:
    tab = screen(Role.BILLING_ADMIN, at="data.py")
    choose(tab, ("invoices.csv", FILE), ("[x](javascript:alert).csv", b"colour,size\nred,5\n"))
    assert tab.app.button(key="import").label == "Import 1 of 2 files"
    assert "refused" in tab.cells()
    tab.select(0, 1)
    # The name of a file is text, not a link.
    assert [problem.replace("\\", "") for problem in tab.problems()] == [
        "[x](javascript:alert).csv: these columns are none that we know. Map them to ours, or choose another profile."]
    assert "\\[x\\]\\(javascript" in tab.problems()[0]
    tab.app.button(key="put_away").click().run()
    assert tab.app.file_uploader and publish.last_import(DataFolder(data)) is None


def test_an_ambiguous_date_is_asked_and_a_profile_saved(screen: Callable[..., Screen], data: Path) -> None:
    tab = screen(Role.BILLING_ADMIN, at="data.py")
    choose(tab, ("ventas.csv", UNKNOWN))
    tab.app.button(key="map").click().run()
    settle(tab, import_work.SAMPLE)
    assert "No value proves the order: 05.06.2026 may mean two days." in said(tab)
    assert "Still to be mapped: Currency" in said(tab)
    order = keyed(tab.app.radio, "_order")
    assert order.value is None and tab.app.button(key="try").disabled
    keyed(tab.app.selectbox, "_customer_invoices_currency").select_index(1).run()
    keyed(tab.app.text_input, "_currency_value").set_value("EUR").run()
    assert tab.app.button(key="try").disabled
    keyed(tab.app.radio, "_order").set_value("DMY").run()
    assert not tab.app.button(key="try").disabled
    tab.app.button(key="try").click().run()
    settle(tab, import_work.TRY)
    assert "2 rows, 2 would load, 0 rejected" in said(tab)
    assert own_profiles.names(DataFolder(data)) == []
    tab.app.button(key="save_profile").click().run()
    assert own_profiles.names(DataFolder(data)) == ["ventas"]
    settle(tab, import_work.LOOK)
    assert "ventas: 2 rows, 2 would load" in said(tab)
    tab.app.button(key="import").click().run()
    settle(tab, import_work.IMPORT)
    assert "2 loaded" in said(tab) and tab.problems() == []


def test_the_last_import_is_undone_after_a_dialog(screen: Callable[..., Screen], data: Path) -> None:
    folder = DataFolder(data)
    publish.import_files(folder, Settings(), [write(data.parent, "first.csv", INVOICES, invoice(1))], NOW, by=B)
    publish.import_files(folder, Settings(), [write(data.parent, "second.csv", INVOICES, invoice(2))], NOW, by=B)
    tab = screen(Role.BILLING_ADMIN, at="data.py")
    tab.app.button(key="undo").click().run()
    assert "second.csv: 1 rows, 1 of them new and 0 changed" in said(tab) and "Beatriz Romero" in said(tab)
    tab.app.button(key="undo_send").click().run()
    settle(tab, import_work.UNDO)
    last = publish.last_import(folder)
    assert last is not None and last.files == ("first.csv",)
    assert "undone" in tab.cells() and "The import was undone" in said(tab)
    assert tab.problems() == []


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_section_opens(screen: Callable[..., Screen], data: Path, language: str) -> None:
    path = write(data.parent, "first.csv", INVOICES, invoice(1), invoice(2, "1.005"))
    publish.import_files(DataFolder(data), Settings(), [path], NOW, by=B)
    for section in ("imports", "rejects", "sums", "checks", "profiles"):
        tab = screen(Role.BILLING_ADMIN, language, at="data.py", section=section)
        assert tab.problems() == [] and tab.app.dataframe
        if section in {"imports", "profiles"}:
            tab.select(0, 0)
            assert tab.problems() == []


def test_an_own_profile_is_listed_and_deleted(screen: Callable[..., Screen], data: Path) -> None:
    from clearaccounts.importing import mapping
    from tests.importing.test_mapping import SALES

    own_profiles.save(DataFolder(data), "sales_list", mapping.document(SALES))
    tab = screen(Role.BILLING_ADMIN, at="data.py", section="profiles")
    tab.select(0, 0)
    tab.app.button(key="delete_profile").click().run()
    tab.app.button(key="delete_profile_send").click().run()
    assert own_profiles.names(DataFolder(data)) == [] and tab.problems() == []


def test_a_damaged_profile_of_ones_own_is_listed_and_can_be_deleted(screen: Callable[..., Screen], data: Path) -> None:
    (data / "profiles").mkdir(parents=True)
    (data / "profiles" / "broken.toml").write_text("title = 1\n", encoding="utf-8")
    tab = screen(Role.BILLING_ADMIN, at="data.py", section="profiles")
    assert "cannot be read" in tab.cells()
    assert any("broken.toml" in warning.value.replace("\\", "") for warning in tab.app.warning)
    # Files of other formats have nothing to do with it.
    choose(tab, ("invoices.csv", FILE))
    assert tab.problems() == [] and "3 rows, 2 would load" in said(tab)
    tab.app.button(key="put_away").click().run()
    tab.select(0, 0)
    tab.app.button(key="delete_profile").click().run()
    tab.app.button(key="delete_profile_send").click().run()
    assert own_profiles.names(DataFolder(data)) == [] and tab.problems() == []
    assert not any("broken.toml" in warning.value.replace("\\", "") for warning in tab.app.warning)


@pytest.mark.parametrize("name", ["..", ".", "../../x.csv", "a" * 400 + ".csv", "C:\\temp\\y.csv", "\x00.csv", "  "])
def test_a_files_name_is_never_a_path(name: str) -> None:
    class Sent:
        def __init__(self) -> None:
            self.name = name

        def getbuffer(self) -> bytes:
            return FILE

    desk = import_desk.lay([Sent()])
    [path] = desk.paths
    assert path.is_file() and path.parent.parent == Path(desk.folder.name)
    assert Path(desk.folder.name).stat().st_mode & 0o077 == 0


def test_where_nothing_tells_day_from_month_a_person_chooses(screen: Callable[..., Screen], data: Path) -> None:
    head = b"ContactName,InvoiceNumber,InvoiceDate,DueDate,Total,InvoiceAmountDue,Currency,Type,Status\n"
    tab = screen(Role.BILLING_ADMIN, at="data.py")
    choose(tab, ("xero.csv", head + b"Acme,1,03/04/2026,05/06/2026,100.00,40.00,EUR,Sales invoice,Paid\n"))
    assert "03/04/2026 may be day before month" in tab.problems()[0]
    keyed(tab.app.selectbox, "days_as_0").set_value("MDY").run()
    settle(tab, import_work.LOOK)
    assert tab.problems() == [] and "1 rows, 1 would load" in said(tab)
    assert "Days are read as month before day, as was chosen." in said(tab)
    tab.app.button(key="import").click().run()
    settle(tab, import_work.IMPORT)
    assert "1 loaded" in said(tab) and tab.problems() == []
