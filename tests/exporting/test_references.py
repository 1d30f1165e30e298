"""A payment reference is one that banks check: ISO 11649."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearaccounts.exporting.references import creditor_reference, is_creditor_reference, spaced, statement_reference

DAY = date(2026, 6, 30)
BODIES = st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=21)


def test_published_examples() -> None:
    assert creditor_reference("539007547034") == "RF18539007547034"
    assert is_creditor_reference("RF18 5390 0754 7034") and is_creditor_reference("RF45G72UUR")
    assert not is_creditor_reference("RF19 5390 0754 7034") and not is_creditor_reference("RF18")
    assert spaced("RF18539007547034") == "RF18 5390 0754 7034"


@given(BODIES, st.data())
def test_every_reference_agrees_and_no_single_slip_does(body: str, data: st.DataObject) -> None:
    reference = creditor_reference(body)
    assert is_creditor_reference(reference) and len(reference) <= 25
    place = data.draw(st.integers(4, len(reference) - 1))
    # A digit for a letter changes how many digits are counted, which the rule catches in most cases, not in all.
    other = data.draw(st.sampled_from("0123456789" if reference[place].isdecimal() else "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    wrong = reference[:place] + other + reference[place + 1:]
    assert is_creditor_reference(wrong) == (wrong == reference)


def test_a_statement_quotes_the_customer_and_the_day() -> None:
    assert statement_reference("C0032", DAY)[4:] == "C0032260630"
    assert statement_reference("C0032", DAY) != statement_reference("C0032", date(2026, 7, 1))


@pytest.mark.parametrize("customer_id", ["c0032", "C-0032", "Ç1", "A" * 16, " C1", "C 1", "=1+1", "株"])
def test_ids_that_a_reference_cannot_spell_share_none(customer_id: str) -> None:
    reference = statement_reference(customer_id, DAY)
    assert is_creditor_reference(reference) and reference.endswith("260630") and len(reference) == 25
    assert reference != statement_reference(customer_id + "x", DAY)
    spelled = "".join(letter for letter in customer_id.upper() if letter.isascii() and letter.isalnum())[:15] or "X"
    assert reference != statement_reference(spelled, DAY)


def test_what_a_reference_cannot_spell_is_refused() -> None:
    for body in ("", "a", "A" * 22, "A B", "É"):
        with pytest.raises(ValueError, match="creditor reference"):
            creditor_reference(body)
