"""The command line. Only this package uses a terminal. The library that it calls is `flashsloth`."""
