"""The policy as a letter: what every customer is told, in both languages, from the same policy the same bytes."""

from __future__ import annotations

import io
from datetime import date

import pypdf
import pytest

from clearaccounts.collections.policy import Policy, load, parse
from clearaccounts.exporting.policy_letter import to_pdf
from clearaccounts.settings import SAMPLE_POLICY, Company
from clearaccounts.text import ENGLISH, SPANISH, Language

DAY = date(2026, 10, 1)
COMPANY = Company(
    legal_name="Partner Cloud, S.L.", address="Calle Mayor 12\n28013 Madrid", contact="billing@partner.example\n+34 910 000 000",
)
SEGMENTS = """
name = "By segment"
version = 7
effective_on = 2026-01-01

[[stages]]
name = "suspension"
action = "suspend"
min_overdue_days = 30
min_overdue_invoices = 2

[holds]
dispute_days = 20
promise_to_pay_days = 5
severity_a_case = false
switched_off_because = "agreed"

[[segments]]
segment = "public sector"
clock = "invoice_date"
[[segments.stages]]
name = "later"
action = "suspend"
min_overdue_days = 90
min_overdue_amount = { EUR = "1000.00" }

[[segments]]
segment = "friends"
stages = []
"""


def letter(policy: Policy, language: Language = ENGLISH, segment: str | None = None, *, is_sample: bool = False) -> str:
    content = to_pdf(policy, DAY, COMPANY, None, language, segment=segment, is_sample=is_sample)
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    return " ".join(text.split())


def test_the_standard_policy_in_english() -> None:
    said = letter(load(SAMPLE_POLICY), is_sample=True)
    for part in (
        "When an invoice is overdue", "Version 1, in force since 1 Oct 2026", "SAMPLE DATA", "Partner Cloud, S.L.",
        "5 days before the due date We send you a reminder. For amounts from 25.00 EUR / 25.00 USD / 25.00 GBP.",
        "21 days after the due date We send you a final notice. It names the day from which your access may be affected.",
        "You then have 5 days to pay or to talk to us.", "We take no new orders",
        "Invoices are overdue by 30 days or more.", "Together they come to at least 250.00 EUR / 300.00 USD / 220.00 GBP.",
        "We sent you a final notice after the oldest of them fell due, at least 5 days ago.",
        "Two people of ours have looked at your account and agree.", "nor after 90 days where it is a legacy subscription",
        "we have your access restored",
        "for up to 60 days, what you dispute does not count", "up to 14 days ahead", "highest severity is open",
        "Talk to us", "billing@partner.example", "+34 910 000 000",
    ):
        assert part in said, part
    # A stage that only says that we write stands in the notice of that day.
    assert "From 14 days" not in said and "14 days after the due date" in said
    # The steps come in the order of their days.
    places = [said.index(part) for part in ("5 days before", "From 7 days", "14 days after", "21 days after", "From 30 days")]
    assert places == sorted(places)


def test_the_standard_policy_in_spanish() -> None:
    said = letter(load(SAMPLE_POLICY), SPANISH)
    for part in (
        "Cuando una factura vence sin pagar", "Versión 1, en vigor desde el 1 oct 2026", "Le enviamos un recordatorio.",
        "Hay facturas vencidas desde hace 30 días o más.", "Juntas suman al menos 250,00 EUR / 300,00 USD / 220,00 GBP.",
        "su personal ya no puede usar los servicios suspendidos", "pedimos que se restablezca su acceso", "Hable con nosotros",
    ):
        assert part in said, part
    assert "SAMPLE" not in said and "invoice" not in said


def test_each_segment_reads_its_own_stages() -> None:
    policy = parse(SEGMENTS, "p")
    own, public, friends = letter(policy), letter(policy, segment="Public Sector"), letter(policy, segment="friends")
    assert "overdue by 30 days or more" in own and "It takes 2 such invoices." in own and "1,000.00" not in own
    assert "From 90 days after the invoice date, once it is overdue" in public and "at least 1,000.00 EUR" in public
    assert "It takes" not in public
    assert "we suspend no subscription for an unpaid invoice" in friends and "Step by step" not in friends


def test_what_the_policy_switches_off_is_not_promised() -> None:
    said = letter(parse(SEGMENTS, "p"))
    assert "highest severity" not in said and "can still be cancelled" in said
    assert "for up to 20 days" in said and "up to 5 days ahead" in said


@pytest.mark.parametrize("language", [ENGLISH, SPANISH], ids=["en", "es"])
def test_the_same_policy_gives_the_same_bytes_and_opens_nothing(language: Language) -> None:
    first, again = (to_pdf(load(SAMPLE_POLICY), DAY, COMPANY, None, language) for _ in range(2))
    assert first == again
    reader = pypdf.PdfReader(io.BytesIO(first))
    assert reader.metadata and str(reader.metadata["/CreationDate"]).startswith("D:20261001")
    assert not any("/Annots" in page or "/AA" in page for page in reader.pages)
    assert not {"/AcroForm", "/Names", "/AA"} & set(reader.root_object)
