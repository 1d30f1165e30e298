"""Who may use the dashboard: people, their roles and sessions, and which accounts are whose.

Everything here is a fold over events of the decisions store: `person` (invited, joined, granted, ...), `session` (signed in, signed
out) and `assignment` (an account, or a sales agent's whole book, given to another).
"""
