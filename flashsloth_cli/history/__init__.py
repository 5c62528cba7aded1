"""Save conversations turn by turn, and export them."""
