"""How fast, beside how fast it could be: `make bench`."""
