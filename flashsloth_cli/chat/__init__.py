"""The conversation at a terminal: lines, commands and completion."""
