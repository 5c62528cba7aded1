"""What is generated from the commands: shell completion and the manual page."""
