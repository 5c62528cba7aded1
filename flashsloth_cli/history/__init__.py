"""Recording conversations as they go on, and exporting them."""
