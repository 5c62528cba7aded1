"""The reports of commands, which are the checks of `doctor`, the contents of the caches, and the cards
of models."""
