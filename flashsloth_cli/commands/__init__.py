"""A file for each command or a few of them. It parses the command line, calls the library and prints
the result. What only one command needs, such as the checks of `doctor`, stands beside it."""
