"""Words of the command line and stdin, as a question and pictures."""
