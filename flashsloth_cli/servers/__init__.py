"""The options of servers, and starting them."""
