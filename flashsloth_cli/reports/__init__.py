"""The reports of commands, which are the contents of the caches, and the cards of models."""
