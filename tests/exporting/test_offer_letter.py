"""A customer's support as a letter: the same terms the same bytes, both languages, and no price for who may see none."""

from __future__ import annotations

import io
from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pypdf
import pytest

from clearaccounts.access import OPERATOR, Role, Viewer
from clearaccounts.errors import NotFound
from clearaccounts.exporting.offer_letter import country, to_pdf, weekdays
from clearaccounts.exporting.offer_terms import Offer, Terms, gather
from clearaccounts.settings import Company, Settings
from clearaccounts.support.rules import Calendar, Goal, SupportRules
from clearaccounts.support.rules_reader import in_use
from clearaccounts.text import ENGLISH, SPANISH, Language
from tests.worlds import world

DAY = date(2026, 6, 30)
COMPANY = Company(
    legal_name="Partner Cloud, S.L.", address="Calle Mayor 12\n28013 Madrid", contact="support@partner.example\n+34 910 000 000",
)
OWN = Offer("Premium", "own", "24x7 for severity A", "named engineer, phone", (30, 120, 2880), Decimal("690.00"), "EUR")
OTHERS = Offer("Out of hours", "outsourced", "Nights and weekends", "phone", (60, None, None))
HOSTILE = "<script>alert(1)</script> **bold** [x](https://evil.example) {nb} $1$"


def terms(*given: Offer, name: str = "Alder & Sons") -> Terms:
    return Terms("C1", name, "es", DAY, given, is_sample=False)


def pdf(what: Terms, language: Language = ENGLISH, rules: SupportRules | None = None, logo: bytes | None = None) -> bytes:
    return to_pdf(what, rules or in_use(Settings()), COMPANY, logo, language, time_zone="Atlantic/Canary")


def said(content: bytes) -> str:
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    return " ".join(text.split())


def test_the_letter_in_english() -> None:
    text = said(pdf(terms(OWN, OTHERS)))
    for part in (
        "Your support", "Alder & Sons", "As of 30 Jun 2026", "Premium", "We do, with people of our own.", "24x7 for severity A",
        "named engineer, phone", "What it costs 690.00 EUR", "30 min, at any hour", "2 h of working time, see below",
        # Two days of the clock are not two days of working time.
        "48 h of working time, see below",
        "Out of hours", "Another company on our behalf", "not agreed",
        "Critical: a service that your business depends on is down", "Moderate:", "Minimal:",
        "Monday to Friday, 08:00 to 18:00, time zone Europe/Madrid.", "Public holidays of Spain are not working days.",
        "We then hand the case to Microsoft", "severity A: 2 h; severity B: 4 h; severity C: 8 h.",
        "Microsoft's own targets and say nothing about when it is solved", "Talk to us", "support@partner.example", "+34 910 000 000",
    ):
        assert part in text, part
    assert "SAMPLE" not in text


def test_the_letter_in_spanish() -> None:
    text = said(pdf(terms(OWN, OTHERS), SPANISH))
    for part in (
        "Su soporte", "Alder & Sons", "A 30 jun 2026", "690,00 EUR", "Lunes a viernes", "España", "Hable con nosotros",
        "Otra empresa en nuestro nombre", "no acordado", "gravedad A: 2 h",
    ):
        assert part in text, part
    for english in ("working", "severity C", "agreed", "Microsoft aims", "holidays"):
        assert english not in text, english


@pytest.mark.parametrize(("model", "words"), [
    ("own", "people of our own"), ("resold", "whose support we sell you"), ("outsourced", "on our behalf"),
    ("mixed", "We and another company together"),
])
def test_who_supports_them_in_plain_words(model: str, words: str) -> None:
    assert words in said(pdf(terms(Offer("One", model, "always", "phone", (None, None, None)))))


def test_without_a_price_nothing_is_said_of_what_it_costs() -> None:
    text = said(pdf(terms(OTHERS)))
    assert "costs" not in text and "EUR" not in text


def test_the_rules_decide_what_is_promised_of_time_and_of_microsoft() -> None:
    rules = SupportRules(
        "Other", Calendar((0, 1, 2, 3, 5), time(7, 30), time(0, 0), holidays="ES-CN"),
        (Goal("response", "A", None, "business"), Goal("microsoft_response", "A", 90, "business")), (), (), ())
    text = said(pdf(terms(OWN), rules=rules))
    assert "Monday to Thursday, Saturday, 07:30 to 24:00, time zone Atlantic/Canary." in text
    assert "Public holidays of Spain (CN)" in text and "severity A: 1.5 h of working time" in text and "severity B" not in text
    assert "30 min of working time" in text and "2 h, at any hour" in text
    nothing = SupportRules("None", Calendar((), time(8), time(18)), (), (), (), ())
    assert "Microsoft aims" not in said(pdf(terms(OWN), rules=nothing)) and "holidays" not in said(pdf(terms(OWN), rules=nothing))


def test_days_and_countries_in_words() -> None:
    assert weekdays((0, 1, 2, 3, 4), ENGLISH) == "Monday to Friday"
    assert weekdays((0, 1, 3), SPANISH) == "Lunes, martes, jueves"
    assert weekdays((5, 6), ENGLISH) == "Saturday, Sunday" and weekdays((), ENGLISH) == ""
    assert country(Calendar((), time(8), time(18), holidays="XX"), ENGLISH) == "XX"


@pytest.mark.parametrize("language", [ENGLISH, SPANISH], ids=["en", "es"])
def test_the_same_terms_give_the_same_bytes_and_open_nothing(language: Language) -> None:
    first, again = pdf(terms(OWN), language), pdf(terms(OWN), language)
    assert first == again != pdf(terms(OTHERS), language)
    reader = pypdf.PdfReader(io.BytesIO(first))
    assert reader.metadata and str(reader.metadata["/CreationDate"]).startswith("D:20260630")
    assert not any("/Annots" in page or "/AA" in page for page in reader.pages)
    assert not {"/AcroForm", "/Names", "/AA"} & set(reader.root_object)


def test_names_are_names_whatever_stands_in_them() -> None:
    offer = Offer(HOSTILE, "own", HOSTILE, HOSTILE, (1, 2, 3))
    text = said(pdf(terms(offer, name=HOSTILE)))
    assert text.count("<script>alert(1)</script> **bold** [x](https://evil.example) {nb} $1$") >= 4
    # However long, and in whatever script, it ends in dots or boxes and stays on the paper.
    long = Offer("Endless" * 90, "own", "always " * 400, "電話" * 200, (0, 1, 2))
    reader = pypdf.PdfReader(io.BytesIO(pdf(terms(long, OWN, OTHERS, name="Very long name " * 60))))
    text = " ".join(page.extract_text() for page in reader.pages)
    assert "…" in text and "stands for a character that this letter's font does not have" in text and 2 <= len(reader.pages) <= 4


def test_the_reader_decides_whether_a_price_is_gathered(tmp_path: Path) -> None:
    partner = world(
        tmp_path, DAY,
        customers=[{"customer_id": "C1", "customer_name": "Alder", "language": "es", "sales_agent": "sofia@partner.example"},
                   {"customer_id": "C2"}],
        support_offers=[{
            "customer_id": "C1", "offer_name": "Premium", "delivery_model": "own", "service_hours": "always", "contact_method": "phone",
            "amount_price": "69.00", "currency": "EUR", "response_minutes_a": 30,
        }],
    )
    helpdesk = Viewer("h", "H", Role.HELPDESK_AGENT, "h@partner.example")
    priced, unpriced = gather(partner, "C1", DAY, OPERATOR), gather(partner, "C1", DAY, helpdesk)
    assert priced.offers[0].amount_price == Decimal(69) and priced.offers[0].response_minutes == (30, None, None)
    assert unpriced.offers[0].amount_price is None and unpriced.offers[0].currency is None
    assert "69" not in said(pdf(unpriced)) and priced.language_code == "es"
    other = Viewer("o", "O", Role.SALES_AGENT, "other@partner.example")
    for viewer, customer_id, words in (
        (other, "C1", "no such account"), (OPERATOR, "C9", "no such account"), (OPERATOR, "C2", "No support offer"),
    ):
        with pytest.raises(NotFound, match=words):
            gather(partner, customer_id, DAY, viewer)
