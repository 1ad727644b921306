"""The app as an OpenAI-compatible API."""
