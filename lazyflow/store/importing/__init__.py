"""Conversations from files: lazyflow's own, OpenAI's and Open WebUI's exports."""
