"""Turn the words of the command line and stdin into a question, pictures and files to write."""
