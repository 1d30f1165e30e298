"""Support: cases and their backlog, what was promised, and the rules that the partner supports by."""
