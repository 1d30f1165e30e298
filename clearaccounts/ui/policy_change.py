"""Trying a changed policy: the draft, the comparison with the policy of the day, and the same over past month ends."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from clearaccounts.access import Permission, Viewer, is_same_person
from clearaccounts.collections import policy as policy_files
from clearaccounts.collections import simulation
from clearaccounts.collections.policies import Known, Proposal, hash_of
from clearaccounts.collections.policy import Policy
from clearaccounts.collections.policy_desk import LONGEST_TEXT, checked
from clearaccounts.errors import PolicyError
from clearaccounts.settings import SAMPLE_POLICY
from clearaccounts.text import N_, Language
from clearaccounts.ui import connection, controls, messages, policy_forms, policy_view, registry, tables, words
from clearaccounts.ui.policy_forms import Form
from clearaccounts.ui.tables import Column
from clearaccounts.warehouse import Warehouse

_DRAFT, _EDITOR, _UPLOAD, _UPLOAD_PROBLEM = "_policy_draft", "policy_editor", "policy_upload", "_policy_upload_problem"
_MONTHS = "policy_months"
FLAGGED = "flagged"
TOTAL_COLUMNS = (
    Column("stage", N_("Stage"), "label", "medium"),
    Column("currency", N_("Currency"), width=75),
    Column("before_count", N_("Before"), "number", help=N_("By the policy of the day")),
    Column("entering_count", N_("Enter"), "number"),
    Column("leaving_count", N_("Leave"), "number"),
    Column("after_count", N_("After"), "number", help=N_("By the changed policy")),
    Column("amount_before", N_("Overdue before"), "amount"),
    Column("amount_entering", N_("Overdue entering"), "amount"),
    Column("amount_leaving", N_("Overdue leaving"), "amount"),
    Column("amount_after", N_("Overdue after"), "amount"),
)
MONTH_COLUMNS = (Column("as_of_on", N_("Month end"), "day"), *TOTAL_COLUMNS)
CHANGE_COLUMNS = (
    Column("customer_name", N_("Customer"), width="medium"),
    Column("currency", N_("Currency"), width=75),
    Column("amount_overdue", N_("Overdue"), "amount"),
    Column("overdue_days", N_("Days overdue"), "number", help=tables.OLDEST),
    Column("stage_before", N_("Stage before"), "label"),
    Column("stage_after", N_("Stage after"), "label"),
    Column("is_flagged_before", N_("Flagged before"), "flag", 125),
    Column("is_flagged_after", N_("Flagged after"), "flag", 125),
    Column("hold_reasons_after", N_("Held back by"), "labels", "medium"),
    Column("segment", N_("Segment")),
    Column("sales_agent", N_("Sales agent")),
)


def draft(warehouse: Warehouse, current: Known | None, waiting: Proposal | None, chosen: controls.Chosen, viewer: Viewer) -> None:
    """Edit, paste or upload a policy, see what it would change, and propose it."""
    translate = words.language().gettext
    _editor(current)
    text = str(st.session_state.get(_DRAFT) or "")
    if problem := st.session_state.get(_UPLOAD_PROBLEM):
        st.error(words.plain(problem), icon=":material/error:")
    try:
        policy = checked(text)
    except PolicyError as error:
        messages.show(error)
        return
    if current is not None and text == current.text:
        st.caption(translate(N_("This is the policy in force. Change it above to see who would enter and who would leave each stage.")))
        return
    if viewer.may(Permission.PROPOSE_POLICY):
        _propose(policy, text, waiting)
    comparison(warehouse, policy, chosen, viewer)


def _editor(current: Known | None) -> None:
    """The text and what may be done with it; a partner without a policy begins with the standard one."""
    translate = words.language().gettext
    start = policy_files.read(SAMPLE_POLICY) if current is None else current.text
    label, again = (
        (N_("The policy as TOML, at first the standard one; none is in force"), N_("Start again from the standard policy"))
        if current is None
        else (N_("The policy as TOML, at first the one in force"), N_("Start again from the policy in force"))
    )
    if _DRAFT not in st.session_state:
        st.session_state[_DRAFT] = start
    st.session_state[_EDITOR] = st.session_state[_DRAFT]
    st.text_area(translate(label), key=_EDITOR, height=300, max_chars=LONGEST_TEXT, on_change=_typed)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(translate(N_("Compare")), key="policy_compare", type="primary", icon=":material/compare_arrows:")
        st.button(translate(again), key="policy_reset", type="tertiary", on_click=_set, args=(start,))
        with st.popover(translate(N_("Upload a file")), icon=":material/upload_file:", type="tertiary"):
            st.file_uploader(translate(N_("A policy file (TOML)")), type=["toml"], key=_UPLOAD, on_change=_uploaded)


def _typed() -> None:
    _set(str(st.session_state.get(_EDITOR) or ""))


def _set(text: str) -> None:
    st.session_state[_DRAFT] = text
    st.session_state.pop(_UPLOAD_PROBLEM, None)


def _uploaded() -> None:
    """Callback: the uploaded file becomes the draft."""
    file = st.session_state.get(_UPLOAD)
    if file is None:
        return
    content = file.getvalue()
    try:
        if len(content) > 4 * LONGEST_TEXT:
            raise PolicyError(N_("{file}: a policy has {limit} characters at most."), file=file.name, limit=LONGEST_TEXT)
        _set(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        st.session_state[_UPLOAD_PROBLEM] = messages.sentence(PolicyError(N_("{file}: this file is not UTF-8 text."), file=file.name))
    except PolicyError as error:
        st.session_state[_UPLOAD_PROBLEM] = messages.sentence(error)


def _propose(policy: Policy, text: str, waiting: Proposal | None) -> None:
    language = words.language()
    if waiting is not None:
        st.caption(words.plain(policy_view.waiting_in_words(waiting, language)))
        return
    title = policy_forms.TITLES["propose"]
    about = Form("propose", policy.name, policy.version, policy.effective_on, hash_of(text), text=text)
    st.button(
        language.gettext(title), key="policy_propose", on_click=policy_forms.open_form, args=(about,),
        icon=":material/outgoing_mail:")


def proposal(warehouse: Warehouse, waiting: Proposal, chosen: controls.Chosen, viewer: Viewer) -> None:
    """What is proposed, by whom and why, what it would change, and the decision for who may take it."""
    language = words.language()
    translate = language.gettext
    title = translate(N_("{name}, version {version}, effective {day}")).format(
        name=waiting.policy.name, version=waiting.policy.version, day=language.day(waiting.policy.effective_on))
    policy_view.in_words(waiting.policy, title)
    said = translate(N_("Proposed by {who} on {when} UTC: {reason}"))
    st.text(said.format(who=waiting.proposed_by.name, when=language.moment(waiting.proposed_at), reason=waiting.reason))
    st.text(translate(N_("SHA-256 of its text: {hash}")).format(hash=waiting.text_hash))
    with st.expander(translate(N_("The text")), icon=":material/code:"):
        st.code(waiting.text, language="toml")
    _decisions(waiting, viewer)
    if viewer.may(Permission.VIEW_FLAGS):
        comparison(warehouse, waiting.policy, chosen, viewer)


def _decisions(waiting: Proposal, viewer: Viewer) -> None:
    translate = words.language().gettext
    is_own = is_same_person(waiting.proposed_by.viewer, viewer)
    offered = ["approve", "decline"] if viewer.may(Permission.APPROVE_POLICY) and not is_own else []
    if viewer.may(Permission.APPROVE_POLICY) or viewer.may(Permission.PROPOSE_POLICY):
        offered.append("withdraw")
    with st.container(horizontal=True):
        for action in offered:
            about = Form(action, waiting.policy.name, waiting.policy.version, waiting.policy.effective_on, waiting.text_hash,
                         policy_id=waiting.policy_id, seen_version=waiting.version)
            st.button(
                translate(policy_forms.TITLES[action]), key=f"policy_{action}", on_click=policy_forms.open_form, args=(about,),
                type="primary" if action == "approve" else "secondary")
    if is_own:
        st.caption(translate(N_("You proposed this yourself; another person approves it.")))


def not_yet(known: list[Known], viewer: Viewer) -> None:
    """Approved policies that do not count yet, each with the way to take it back for who may."""
    if not viewer.may(Permission.APPROVE_POLICY):
        return
    language = words.language()
    name = policy_forms.TITLES["withdraw"]
    title = language.gettext(name)
    for one in known:
        if one.proposal is not None and one.counts_from_on > connection.today():
            about = Form("withdraw", one.policy.name, one.policy.version, one.policy.effective_on, one.proposal.text_hash,
                         policy_id=one.proposal.policy_id, seen_version=one.proposal.version)
            said = language.gettext(N_("{title}: version {version}, from {day}"))
            st.button(
                said.format(title=title, version=one.policy.version, day=language.day(one.counts_from_on)), args=(about,),
                key=f"policy_withdraw_{one.policy.version}", on_click=policy_forms.open_form)


def comparison(warehouse: Warehouse, policy: Policy, chosen: controls.Chosen, viewer: Viewer) -> None:
    """Side by side with the policy of the day: totals, the customers that change, and past month ends on demand."""
    language = words.language()
    translate = language.gettext
    caption = chosen.in_words(language, registry.POLICY.filters, viewer)
    before = policy_view.seen(warehouse, chosen.as_of_on, connection.policy(chosen.as_of_on), viewer)
    after = policy_view.seen(warehouse, chosen.as_of_on, policy, viewer)
    totals = policy_view.of_currency(simulation.totals(warehouse, before, after, viewer), chosen.currency)
    changed = policy_view.of_currency(simulation.changes(warehouse, before, after, viewer), chosen.currency)
    st.subheader(translate(N_("What would change")), anchor=False)
    for sentence in flag_sentences(totals, language):
        st.text(sentence)
    label = translate(N_("Stages by the policy of the day and by the changed one"))
    tables.show(totals, TOTAL_COLUMNS, key="simulation_totals", alt=label, visible_rows=18)
    tables.download(tables.whole(totals), TOTAL_COLUMNS, caption=tables.captioned(label, caption), stem="policy-comparison")
    _changed_customers(changed, caption, viewer)
    if st.toggle(translate(N_("The same at the last 12 month ends")), key=_MONTHS):
        _months(warehouse, policy, chosen, viewer)


def flag_sentences(totals: pa.Table, language: Language) -> list[str]:
    """Per currency who would newly be flagged and who no longer, with what they owe past due."""
    said = language.gettext(N_("{currency}: {entering} newly flagged ({amount_entering} overdue), {leaving} no longer ({amount_leaving})."))
    flags = totals.filter(pc.equal(totals["outcome_type"], "flag")).to_pylist()
    return [
        said.format(
            currency=row["currency"], entering=language.number(row["entering_count"]), leaving=language.number(row["leaving_count"]),
            amount_entering=language.amount(row["amount_entering"], row["currency"]),
            amount_leaving=language.amount(row["amount_leaving"], row["currency"]),
        )
        for row in flags
    ]


def _changed_customers(changed: pa.Table, caption: str, viewer: Viewer) -> None:
    translate = words.language().gettext
    label = translate(N_("Customers whose stage or flag would change"))
    st.subheader(label, anchor=False)
    if changed.num_rows == 0:
        messages.empty(translate(N_("Nobody's stage or flag would change on this day.")))
        return
    columns = tuple(column for column in CHANGE_COLUMNS if column.name != "sales_agent" or viewer.agent_scope is None)
    page = tables.slices(changed)
    picked = tables.show(page.rows, columns, key="simulation_customers", alt=label, selectable=True)
    tables.pager(page, "page")
    tables.download(page, columns, caption=tables.captioned(label, caption), stem="policy-changes")
    policy_view.to_account(picked)


def _months(warehouse: Warehouse, policy: Policy, chosen: controls.Chosen, viewer: Viewer) -> None:
    """Each month end by its own day's policy, documents, holds and notices, beside the changed policy on the same."""
    language = words.language()
    translate = language.gettext
    found = policy_view.of_currency(month_totals(warehouse, policy, chosen.as_of_on, viewer), chosen.currency)
    names = dict.fromkeys(found["stage"].to_pylist())
    stage = st.selectbox(
        translate(N_("Stage")), [FLAGGED, *(name for name in names if name != FLAGGED)], key="policy_month_stage",
        format_func=lambda name: policy_view.stage_title(name, language), width=260)
    shown = found.filter(pc.equal(found["stage"], stage))
    label = translate(N_("Month ends by the policy of each day and by the changed one"))
    tables.show(shown, MONTH_COLUMNS, key="simulation_months", alt=label, visible_rows=14)
    caption = chosen.in_words(language, registry.POLICY.filters, viewer)
    tables.download(tables.whole(found), MONTH_COLUMNS, caption=tables.captioned(label, caption), stem="policy-months")


def month_totals(warehouse: Warehouse, policy: Policy, as_of_on: date, viewer: Viewer) -> pa.Table:
    """`collections/simulation_totals` of each of the last 12 month ends, `as_of_on` first."""
    found = []
    for day in simulation.month_ends(as_of_on):
        before = policy_view.seen(warehouse, day, connection.policy(day), viewer)
        found.append((day, simulation.totals(warehouse, before, policy_view.seen(warehouse, day, policy, viewer), viewer)))
    return simulation.of_days(found)
