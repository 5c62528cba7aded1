"""Start servers, list them and stop them."""
