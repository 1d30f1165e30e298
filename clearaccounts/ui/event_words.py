"""What every event of the decisions store is called: one table, by what it is about and what was done."""

from __future__ import annotations

from collections.abc import Mapping

from clearaccounts.access import ROLE_TITLES, Role
from clearaccounts.decisions import Event
from clearaccounts.people.assignments import ACCOUNT, BOOK
from clearaccounts.text import N_, Language
from clearaccounts.ui.registry import PAGES

SUBJECTS = {
    "suspension_mark": N_("Suspension mark"), "hold": N_("Hold"), "notice": N_("Notice"), "policy": N_("Collections policy"),
    "import": N_("Imported files"), "profile": N_("Profile"), "access": N_("Access"), "person": N_("Person"),
    "session": N_("Session"), "assignment": N_("Assignment of accounts"), "store": N_("Decisions store"),
}
EVENTS = {
    ("suspension_mark", "mark"): N_("Marked for suspension"),
    ("suspension_mark", "approve_once"): N_("Approved the mark as the first of two"),
    ("suspension_mark", "approve"): N_("Approved the mark"),
    ("suspension_mark", "lapse"): N_("Found the approval lapsed"),
    ("suspension_mark", "decline"): N_("Declined the mark"),
    ("suspension_mark", "withdraw"): N_("Withdrew the mark"),
    ("suspension_mark", "export"): N_("Exported the mark"),
    ("suspension_mark", "report"): N_("Reported what came of the export"),
    ("suspension_mark", "clear"): N_("Noted that the debt is gone"),
    ("suspension_mark", "approve_reinstatement"): N_("Approved the reinstatement"),
    ("suspension_mark", "export_reinstatement"): N_("Exported the reinstatement"),
    ("suspension_mark", "report_reinstatement"): N_("Reported what came of the reinstatement"),
    ("hold", "record"): N_("Recorded a hold"), ("hold", "release"): N_("Released a hold"),
    ("notice", "queued"): N_("Began to send a notice"), ("notice", "sent"): N_("Sent a notice"),
    ("notice", "failed"): N_("A notice could not be sent"), ("notice", "unknown"): N_("It is not known whether a notice arrived"),
    ("notice", "arrived"): N_("Said that a notice arrived"), ("notice", "not_arrived"): N_("Said that a notice did not arrive"),
    ("notice", "withdraw_notice"): N_("Took the record of a notice back"),
    ("policy", "propose"): N_("Proposed a policy"), ("policy", "approve"): N_("Approved a policy"),
    ("policy", "decline"): N_("Declined a policy"), ("policy", "withdraw"): N_("Withdrew a policy"),
    ("import", "imported"): N_("Imported"), ("import", "undone"): N_("Took an import back"),
    ("profile", "profile_saved"): N_("Saved a profile"), ("profile", "profile_deleted"): N_("Deleted a profile"),
    ("person", "invited"): N_("Invited"), ("person", "invitation_withdrawn"): N_("Withdrew an invitation"),
    ("person", "joined"): N_("Joined with the first sign-in"), ("person", "granted"): N_("Changed a role"),
    ("person", "disabled"): N_("Withdrew access"), ("person", "enabled"): N_("Gave access back"),
    ("person", "sessions_ended"): N_("Ended all sessions"),
    ("session", "signed_in"): N_("Signed in"), ("session", "signed_out"): N_("Signed out"),
    ("assignment", "assigned"): N_("Assigned accounts"), ("assignment", "unassigned"): N_("Took an assignment back"),
    ("access", "denied"): N_("Was refused"), ("store", "break_accepted"): N_("Accepted a break"),
}
# What somebody wanted to see, and was not shown.
LOOKS = {
    "page": N_("Open a page"), "customer": N_("Follow a link to an account"), "invoice": N_("Follow a link to an invoice"),
    "case": N_("Follow a link to a case"), "person": N_("Follow a link to a person"),
}


def subject(subject_type: str, language: Language) -> str:
    """What kind of thing an event is about."""
    return language.gettext(SUBJECTS.get(subject_type, subject_type))


def event(subject_type: str, event_type: str, language: Language) -> str:
    """What was done; one that we do not know is shown as it is stored."""
    known = EVENTS.get((subject_type, event_type), event_type)
    return language.gettext(known) if known else ""


def concerning(event: Event, names: Mapping[str, str], language: Language) -> str:
    """Whom or what an event about people is about, in words: who it happened to and as what; empty for every other event.

    Args:
        event: as the reader may see it.
        names: of everybody, by user id.
        language: the reader's.
    """
    translate = language.gettext
    details = event.details
    match event.subject_type:
        case "person":
            name = names.get(event.subject_id) or str(details.get("name", ""))
            role = ROLE_TITLES.get(Role(details["role"])) if details.get("role") else None
            return ", ".join(part for part in (name, translate(role) if role else "") if part)
        case "session":
            return names.get(event.actor, "")
        case "assignment":
            given = names.get(str(details.get("user_id", "")))
            return f"{assigned(event.subject_id, language)} → {given}" if given else assigned(event.subject_id, language)
        case "access":
            asked = details.get("asked", {})
            title = event_title(str(asked.get("subject_type", "")), str(asked.get("event_type", "")), language)
            url = asked.get("subject_id") if asked.get("subject_type") == "page" else None
            page = next((entry.title for entry in PAGES if entry.url == url), "")
            return f"{title}: {translate(page)}" if page else title
        case _:
            return ""


def event_title(subject_type: str, event_type: str, language: Language) -> str:
    """What was tried: the deed if the kind of thing is known, else as it is stored."""
    if event_type == "view" and subject_type in LOOKS:
        return language.gettext(LOOKS[subject_type])
    if (subject_type, event_type) in EVENTS:
        return event(subject_type, event_type, language)
    known = next((title for (_, name), title in EVENTS.items() if name == event_type), event_type)
    return language.gettext(known) if known else ""


def assigned(subject_id: str, language: Language) -> str:
    """What an assignment is about: an account by its id, or a book by its address."""
    if subject_id.startswith(ACCOUNT):
        return language.gettext(N_("account {account}")).format(account=subject_id.removeprefix(ACCOUNT))
    address = subject_id.removeprefix(BOOK) or language.gettext(N_("(without a sales agent)"))
    return language.gettext(N_("the book of {address}")).format(address=address)
