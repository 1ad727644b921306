"""The HTTP side: one server that carries page and API."""
