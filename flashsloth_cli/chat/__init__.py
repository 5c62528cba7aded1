"""The conversation at a terminal, with its lines, commands and completion."""
