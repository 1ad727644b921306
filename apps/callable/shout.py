"""A chatbot in one function: it gets the message and yields its answer."""

from collections.abc import Iterator


def shout(message: str, mark: str = "!") -> Iterator[str]:
    """Say it again, louder, a word at a time."""
    for word in message.upper().split():
        yield word + " "
    yield mark
