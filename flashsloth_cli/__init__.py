"""The command line: the only place that knows a terminal. The library it drives is `flashsloth`."""
