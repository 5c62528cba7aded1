"""Help, shell completion, the manual page and docs/cli.md, all generated from the commands."""
