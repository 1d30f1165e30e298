"""Every error a person can cause or meet, as one tree.

ClearAccountsError              a sentence for a person, never a traceback
├── SettingsError               clearaccounts.toml: names file and key
├── PolicyError                 a policy file: names file, line or key
├── SupportRulesError           a file of support rules: names file, line and key
├── TemplateError               a notice's template: names file, line and placeholder
├── LandingError                a file that cannot be landed at all
│   └── FileRefused             one file refused whole: names file, line, column
│       └── NotConfirmed        what the file would do waits for a person's yes
├── Cancelled                   a person stopped an import; nothing of it is kept
├── BuildError                  the new warehouse failed; the old one is still served
├── WarehouseError              no warehouse, or a query that cannot run
│   ├── NoWarehouse             nothing has been built yet
│   ├── QueryTimeout            the time limit of one query was reached
│   └── BadParameter            a query's parameter is missing, surplus or of the wrong form
├── ConfirmationError           a file that says what became of an order: names line and column
├── PartnerCenterError          Partner Center cannot be asked, or gave no answer that can be used
├── PreferenceError             what a person prefers cannot be kept or read
├── ServingError                a server, or what stands before it, cannot start
├── BackupError                 a backup cannot be made, is not whole, or cannot be restored here
├── NotPermitted                the person's role does not allow it
│   └── SignedOut               the person is not, or not any more, signed in here
├── NotFound                    no such thing, or not for this person: the same words for both
└── DecisionError               the decisions store refused an action
    ├── Stale                   somebody acted meanwhile; says who did what
    ├── Refused                 a rule forbids it (paid since, already marked)
    │   └── SamePerson          it needs another person than the one who began it
    ├── KeyReused               the same idempotency key came with other content
    └── StoreBroken             chain or anchor do not agree; acting stops until a person decides

A message is a gettext template and its values, so that the same error reads in English on
the command line and in the reader's language on a page: `error.in_language(translate)`.
"""

from __future__ import annotations

from collections.abc import Callable


class ClearAccountsError(Exception):
    """Base of all errors shown to a person; `template` is translatable, `values` fill it."""

    def __init__(self, template: str, **values: object) -> None:
        self.template = template
        self.values = values
        super().__init__(template.format(**values) if values else template)

    def in_language(self, translate: Callable[[str], str]) -> str:
        """The sentence in the language that `translate` speaks."""
        text = translate(self.template)
        values = {
            key: value.in_language(translate) if isinstance(value, ClearAccountsError) else value for key, value in self.values.items()
        }
        return text.format(**values) if values else text


class SettingsError(ClearAccountsError):
    """clearaccounts.toml holds something we cannot use."""


class PolicyError(ClearAccountsError):
    """A collections policy file holds something we cannot use."""


class SupportRulesError(ClearAccountsError):
    """A file of support rules holds something we cannot use."""


class TemplateError(ClearAccountsError):
    """A notice's template holds something we cannot use."""


class PreferenceError(ClearAccountsError):
    """What a person prefers cannot be kept or read."""


class ServingError(ClearAccountsError):
    """A server, or what stands before it, cannot start."""


class ConfirmationError(ClearAccountsError):
    """A file that says what became of an order holds something that cannot be taken; nothing of it was."""


class PartnerCenterError(ClearAccountsError):
    """Partner Center cannot be asked, or gave no answer that can be used; nothing was changed."""


class LandingError(ClearAccountsError):
    """Nothing of what was given could be landed."""


class FileRefused(LandingError):
    """One file is refused whole; nothing of it was landed."""


class NotConfirmed(FileRefused):
    """Nobody confirmed what the import of this file would do; nothing was landed."""


class Cancelled(ClearAccountsError):
    """A person stopped the import before it landed; nothing of it is kept."""


class BuildError(ClearAccountsError):
    """The new warehouse could not be built; the previous one stays."""


class WarehouseError(ClearAccountsError):
    """A query could not be answered."""


class NoWarehouse(WarehouseError):
    """There is no warehouse yet."""


class QueryTimeout(WarehouseError):
    """A query took longer than it may."""


class BadParameter(WarehouseError):
    """A parameter is missing, unknown or not of the form it must have."""


class BackupError(ClearAccountsError):
    """A backup cannot be made, is not whole, or cannot be restored here."""


class NotPermitted(ClearAccountsError):
    """The person's role does not allow this."""


class SignedOut(NotPermitted):
    """The person is not known here, or their session is over."""


class NotFound(ClearAccountsError):
    """It does not exist, or not for this person; nobody learns which."""


class DecisionError(ClearAccountsError):
    """The decisions store refused an action; nothing was written."""


class Stale(DecisionError):
    """Somebody acted on the same subject meanwhile."""


class Refused(DecisionError):
    """A rule forbids the action."""


class SamePerson(Refused):
    """What one person began, another must decide."""


class KeyReused(DecisionError):
    """The same idempotency key came with other content."""


class StoreBroken(DecisionError):
    """The chain of events or its anchor is not whole."""
