"""What every event of the decisions store is called: one table, by what it is about and what was done."""

from __future__ import annotations

from clearaccounts.text import N_, Language

SUBJECTS = {
    "suspension_mark": N_("Suspension mark"), "hold": N_("Hold"), "notice": N_("Notice"), "policy": N_("Collections policy"),
    "import": N_("Imported files"), "profile": N_("Profile"), "access": N_("Access"), "person": N_("Person"),
    "store": N_("Decisions store"),
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
    ("access", "denied"): N_("Was refused"), ("store", "break_accepted"): N_("Accepted a break"),
}


def subject(subject_type: str, language: Language) -> str:
    """What kind of thing an event is about."""
    return language.gettext(SUBJECTS.get(subject_type, subject_type))


def event(subject_type: str, event_type: str, language: Language) -> str:
    """What was done; one that we do not know is shown as it is stored."""
    known = EVENTS.get((subject_type, event_type), event_type)
    return language.gettext(known) if known else ""
