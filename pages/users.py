"""Users and roles: who may sign in and as what, and which accounts each sales agent has."""

import streamlit as st

from clearaccounts.access import Permission
from clearaccounts.ui import guard, person_view, url, user_forms, users_view, words

viewer = guard.require(Permission.MANAGE_USERS)
_ = words.language().gettext
users_view.notes()
user_forms.draw()

person_id = st.query_params.get("person")
if person_id:
    person_view.draw(users_view.people(viewer), viewer, person_id)
    st.stop()
view = url.segments(_("View"), {key: _(title) for key, title in users_view.VIEWS.items()}, "view")
if view == users_view.PEOPLE:
    users_view.people_table(users_view.narrowed(users_view.people(viewer)))
elif view == users_view.BOOKS:
    users_view.books(viewer)
else:
    users_view.accounts()
