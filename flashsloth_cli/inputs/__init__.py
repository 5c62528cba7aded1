"""From the words of a command line and stdin to a question and its pictures."""
