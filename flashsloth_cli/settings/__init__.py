"""Settings, and templates of prompts."""
