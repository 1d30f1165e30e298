"""Clear Accounts: receivables, support and suspension decisions for a Microsoft CSP partner."""

__version__ = "0.1.0"
