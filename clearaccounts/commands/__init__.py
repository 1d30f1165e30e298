"""The command line: what a machine's operator types, and what scripts rely on."""
