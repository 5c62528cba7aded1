"""The conversation at a terminal: lines, commands, completion."""
