"""One small file for each command. It parses the command line, calls the library and prints the
result."""
