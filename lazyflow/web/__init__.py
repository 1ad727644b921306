"""The chat page: the only package that knows Panel."""
