"""What commands report: the checks of `doctor`, the caches, and the cards of models."""
