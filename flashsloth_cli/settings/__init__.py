"""The user's settings, and prompt templates."""
