"""The dashboard's own server around an entry script that breaks where it is told to."""

SECRET = "select amount from customers where name = 'Tailspin Toys' -- /srv/clear/accounts.py line 12"
