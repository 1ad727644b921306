"""The secrets that a running app knows: what a log must not show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lazyflow.graph.secrets import URL_PASSWORD
from lazyflow.redaction import Redaction, redaction, secrets_in
from lazyflow.spec.app import AppSpec
from lazyflow.spec.nodes import AnyNode, OnlineSpec, PythonSpec, WebSpec
from lazyflow.spec.platforms import PLATFORMS


def known_secrets(app: AppSpec, environment: Mapping[str, str]) -> Redaction:
    """All of them: what the app's files say, and the platforms' keys that the environment holds."""
    keys = (environment.get(name) for platform in PLATFORMS.values() for name in platform.key_variables)
    return redaction(
        [*keys, environment.get("HF_TOKEN"), *(found for node in app.nodes.values() for found in of(node))]
    )


def of(node: AnyNode) -> Iterator[str | None]:
    """The secrets of one node."""
    match node:
        case OnlineSpec():
            yield node.api_key
            yield from secrets_in(node.options)
            for endpoint in node.endpoints:
                yield endpoint.api_key
            for address in (node.api_base, *(endpoint.api_base for endpoint in node.endpoints)):
                yield from password(address)
        case PythonSpec():
            yield from secrets_in(node.arguments)
        case WebSpec():
            yield from password(node.store)
            if node.auth is not None:
                yield from node.auth.keys
                yield from node.auth.users.values()
        case _:
            pass


def password(address: str | None) -> Iterator[str]:
    """The password in a URL."""
    found = URL_PASSWORD.search(address or "")
    if found is not None:
        yield found["password"]
