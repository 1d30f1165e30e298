"""The collections policy: in words, who is in which stage, what a change would do, and how it comes into force."""

import streamlit as st

from clearaccounts.access import Permission
from clearaccounts.collections.policies import known_on, open_proposal
from clearaccounts.ui import connection, controls, guard, policy_change, policy_forms, policy_letter_view, policy_view, url, words

viewer = guard.require(Permission.READ_POLICY)
language = words.language()
_ = language.gettext
warehouse = connection.warehouse()
chosen = controls.chosen()

policy_forms.draw()
known = connection.policies()
current = known_on(known, chosen.as_of_on)
waiting = open_proposal(connection.store().matching)
parts = policy_view.parts(viewer, waiting)
with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
    part = url.segments(_("Part"), {key: _(title) for key, title in parts.items()}, "part")
    if current is not None:
        policy_letter_view.button(current)

if part == "words":
    if waiting is not None:
        st.info(words.plain(policy_view.waiting_in_words(waiting, language)), icon=":material/pending_actions:")
    if current is None:
        policy_view.no_policy()
    else:
        policy_view.in_words(current.policy, policy_view.heading(current, language))
elif part == "stages":
    policy_view.who_is_where(warehouse, current, chosen, viewer)
elif part == "change":
    policy_change.draft(warehouse, current, waiting, chosen, viewer)
elif part == "proposal" and waiting is not None:
    policy_change.proposal(warehouse, waiting, chosen, viewer)
else:
    policy_view.versions(known)
    policy_change.not_yet(known, viewer)
