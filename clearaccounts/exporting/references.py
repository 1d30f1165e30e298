"""Payment references that banks check: ISO 11649, the "RF" creditor reference.

RF, two check digits, and up to 21 letters and digits; moved to the end, letters read as 10 to 35, the whole is 1 modulo 97.
A mistyped digit or letter is noticed before the money is sent.
"""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import date

_BODY = re.compile(r"[A-Z0-9]{1,21}")
_REFERENCE = re.compile(r"RF[0-9]{2}[A-Z0-9]{1,21}")
_DAY_LENGTH = 6
_LONGEST_ID = 21 - _DAY_LENGTH


def creditor_reference(body: str) -> str:
    """`body` (1 to 21 of A-Z and 0-9) as a reference with its check digits: `539007547034` becomes `RF18539007547034`.

    Raises:
        ValueError: the body has other characters, or too many.
    """
    if not _BODY.fullmatch(body):
        raise ValueError(f"a creditor reference takes 1 to 21 of A-Z and 0-9, not {body!r}")
    return f"RF{98 - _number(body + 'RF00') % 97:02d}{body}"


def is_creditor_reference(text: str) -> bool:
    """Whether a text, however it is spaced, is a reference whose check digits agree."""
    found = "".join(text.split()).upper()
    return bool(_REFERENCE.fullmatch(found)) and _number(found[4:] + found[:4]) % 97 == 1


def statement_reference(customer_id: str, as_of_on: date) -> str:
    """What a customer quotes when paying a statement: their id and the statement's day.

    An id with other characters than A-Z and 0-9, or with more than 15, goes in as 15 characters of its SHA-256: two ids
    that differ by a dash or by letter case must not share a reference.
    """
    body = customer_id
    if len(body) > _LONGEST_ID or not _BODY.fullmatch(body):
        body = base64.b32encode(hashlib.sha256(customer_id.encode()).digest()).decode()[:_LONGEST_ID]
    return creditor_reference(f"{body}{as_of_on:%y%m%d}")


def spaced(reference: str) -> str:
    """In groups of four, as it is printed: `RF18 5390 0754 7034`."""
    return " ".join(reference[start : start + 4] for start in range(0, len(reference), 4))


def _number(text: str) -> int:
    return int("".join(str(int(letter, 36)) for letter in text))
