"""A file from outside -> rows of text with their lines, read in a process of its own within bounds."""
