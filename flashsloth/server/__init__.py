"""Serve one model over HTTP in the OpenAI protocol: requests, a scheduler, an application."""
