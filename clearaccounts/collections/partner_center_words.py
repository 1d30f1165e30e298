"""What Partner Center calls things, and what it refuses, in sentences.

A sentence that is kept with an outcome is English and, but for those with a number in them, constant: a page gives it to
`Language.gettext` and has it in the reader's language. Nothing that Partner Center wrote itself goes into one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clearaccounts.collections.orders import REACTIVATE, SUSPEND, is_guid
from clearaccounts.text import N_

STATUSES = ("none", "active", "pending", "suspended", "expired", "disabled", "deleted")


@dataclass(frozen=True)
class Change:
    """What an action makes of a subscription.

    Attributes:
        before: the status that it must have.
        after: the status that it is to have.
        cmdlet_status: `after` as PowerShell's cmdlet spells it.
    """

    before: str
    after: str
    cmdlet_status: str


CHANGES: Mapping[str, Change] = {
    SUSPEND: Change("active", "suspended", "Suspended"),
    REACTIVATE: Change("suspended", "active", "Active"),
}

# Why a subscription of another status is not changed, and nothing is sent.
WRONG_STATUS = {
    "none": N_("Partner Center gives the subscription no status; nothing was sent."),
    "active": N_("The subscription is active; nothing was sent."),
    "pending": N_("The subscription is still pending, so it cannot be changed yet; nothing was sent."),
    "suspended": N_("The subscription is suspended; nothing was sent."),
    "expired": N_("The subscription has expired and cannot be changed any more; nothing was sent."),
    "disabled": N_("The subscription is disabled and cannot be changed any more; nothing was sent."),
    "deleted": N_("The subscription is deleted and cannot be changed any more; nothing was sent."),
}

# Partner Center's error codes that a change of status can meet.
REFUSALS = {
    2001: N_("Partner Center: the number of seats cannot change while the subscription is suspended (error 2001)."),
    800039: N_("Partner Center: the reseller's status is not active (error 800039)."),
    800040: N_("Partner Center: the subscription cannot pass from its status to this one (error 800040)."),
    800091: N_("Partner Center: a suspended subscription cannot be updated like this (error 800091)."),
    800096: N_("Partner Center: the status of this subscription cannot be updated (error 800096)."),
    900105: N_("Partner Center: a suspended Azure subscription cannot move to the Azure plan (error 900105)."),
    900115: N_(
        "Partner Center: an Azure subscription under this Azure plan is active; each has to be cancelled before the plan can be "
        "suspended (error 900115)."
    ),
    900278: N_("Partner Center: another operation on the subscription is pending; try again in 24 hours (error 900278)."),
    900279: N_("Partner Center allows no updates of this subscription (error 900279)."),
    900280: N_("Partner Center allows no updates of this subscription (error 900280)."),
}
REFUSED_WITH_CODE = N_("Partner Center refused the change (error {code}).")
REFUSED_WITH_STATUS = N_("Partner Center refused the change (HTTP status {status}).")

ALREADY = N_("It stood so already; nothing was sent.")
DONE_WITHOUT_ANSWER = N_("The answer was lost; read back, the change is there.")
RENEWING = N_(
    "A renewal of the subscription is running, and nothing can be changed meanwhile; try again after two minutes (HTTP status "
    "409)."
)
CHANGED_MEANWHILE = N_(
    "Somebody keeps changing the subscription in Partner Center; nothing of ours was changed. Look at it there, then try "
    "again."
)
AZURE_ACTIVE = N_(
    "An Azure subscription under this Azure plan is active; each has to be cancelled before the plan can be suspended; nothing was sent."
)
OTHER_SUBSCRIPTION = N_(
    "Partner Center answered with the subscription of another customer, or with another subscription; nothing was "
    "sent."
)
NOT_FOUND = N_("Partner Center knows no such subscription of this customer; nothing was sent.")
NO_ETAG = N_("Partner Center gave no ETag, so a change by somebody else could be overwritten; nothing was sent.")
READS_OTHERWISE = N_(
    "Partner Center accepted the change, but the subscription does not read so yet; look again before anything else is "
    "done."
)
STILL_RUNNING = N_("Partner Center is still at work on the change; look again before anything else is done.")
NO_ANSWER_UNCHANGED = N_(
    "Partner Center did not answer; the subscription reads unchanged, but the change may still come. Look again before anything else "
    "is done."
)
NO_ANSWER_OTHERWISE = N_(
    "Partner Center did not answer, and the subscription now reads neither as before nor as asked. Look at it before anything else is done."
)
NO_ANSWER_NO_LOOK = N_(
    "Partner Center did not answer, and the subscription could not be read afterwards. Look at it before anything else is "
    "done."
)
ALSO_CHANGED = N_("The change is there; besides the status, this changed too: {fields}.")

# Why nothing could be read; said before anything is sent.
UNREACHABLE = N_("Partner Center could not be reached; nothing was sent.")
TOO_BUSY = N_("Partner Center asks to wait ({seconds} seconds) before it is asked again; nothing was changed.")
NOT_SIGNED_IN = N_("Partner Center did not accept the credentials; nothing was changed.")
NOT_ALLOWED = N_("Partner Center does not allow these credentials to do this; nothing was changed.")
FAULTY = N_("Partner Center is not working at the moment (HTTP status {status}); nothing was sent.")
UNREADABLE = N_("Partner Center's answer could not be read; nothing was sent.")
ODD_ID = N_("The subscription's or the customer's id is no GUID; nothing was sent.")

WOULD_SEND = N_(
    "Dry run: nothing was sent. It would send PATCH {path} with the status {status}, If-Match {etag} and MS-RequestId "
    "{request_id}."
)
WOULD_NOT_SEND = N_("Dry run: {sentence}")


def guid(text: object) -> str | None:
    """A GUID in the form in which it is written, lower case; None if the text is none."""
    return text.lower() if isinstance(text, str) and text.isascii() and is_guid(text) else None


def refusal(status: int, code: int | None) -> tuple[str, dict[str, object]]:
    """Why Partner Center refused, as a template and its values.

    Args:
        status: of the HTTP answer.
        code: Partner Center's own, where it gave one.
    """
    if code in REFUSALS:
        return REFUSALS[code], {}
    if status == 409:
        return RENEWING, {}
    return (REFUSED_WITH_CODE, {"code": code}) if code is not None else (REFUSED_WITH_STATUS, {"status": status})
