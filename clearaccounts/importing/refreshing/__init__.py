"""A day's documents into a copy of the current warehouse: what they touch is made anew by the build's own files, the rest stays."""
