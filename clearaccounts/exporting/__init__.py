"""Tables and statements for people to take away."""
