"""From files, bytes and messages to what the model takes."""
