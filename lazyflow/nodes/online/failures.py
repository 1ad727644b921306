"""What a person is told when a provider fails: which node, which provider, what happened, what to do."""

from __future__ import annotations

from collections.abc import Mapping

from lazyflow.nodes.events import Failure, FailureReason, NodePath
from lazyflow.nodes.online.mishap import Kind, Mishap
from lazyflow.nodes.online.target import Target

REASONS: Mapping[Kind, FailureReason] = {
    "rate_limit": "rate_limit",
    "context_window": "context_window",
    "silent": "timeout",
    "stalled": "timeout",
}

# What happened, and what to do.
WORDS: Mapping[Kind, tuple[str, str]] = {
    "wrong_key": ("{provider} does not accept the key", "check the key: {key_help}"),
    "forbidden": (
        "{provider} forbids this key to use {model!r}",
        "open the model for this account on the platform, or use a key that may use it",
    ),
    "unknown_model": (
        "{provider} does not know the model {model!r}",
        "check `model:` (and `api_base:`, where there is one) in app.yaml; the platform lists its models",
    ),
    "no_credit": (
        "the account at {provider} has no credit or quota left",
        "top it up on the platform, or use another key",
    ),
    "rate_limit": ("{provider} gets too many requests from this key (rate limit)", "try again {when}"),
    "context_window": (
        "the conversation is too long for the context of {model!r} at {provider}{context}",
        "start a new conversation, send less, or use a model with a larger context",
    ),
    "content": ("{provider} refused the message (content filter)", "say it differently"),
    "bad_request": (
        "{provider} refused the request",
        "check `sampling:`, `format:` and `options:` of the node in app.yaml",
    ),
    "provider": ("{provider} failed{status}", "try again later; the platform's status page may tell more"),
    "dns": (
        "the name of {place} cannot be resolved (DNS)",
        "check the network connection and `api_base:` in app.yaml",
    ),
    "tls": (
        "no secure connection to {place} (TLS: its certificate is not trusted, or it does not speak https)",
        "check `api_base:`, the clock of this machine, and SSL_CERT_FILE where a proxy has a certificate of its own",
    ),
    "unreachable": (
        "{place} cannot be reached (the connection was refused or broken off)",
        "check that the server runs, and `api_base:` in app.yaml",
    ),
    "silent": (
        "{provider} did not answer within {timeout:g} s (timeout)",
        "try again, or raise `timeout:` of the node in app.yaml",
    ),
    "stalled": (
        "{provider} fell silent for {timeout:g} s within the answer (timeout)",
        "try again, or raise `timeout:` of the node in app.yaml",
    ),
    "cut": ("{provider} cut the connection before the answer was complete", "try again"),
    "malformed": (
        "{provider} sent something that is no chat answer (malformed data)",
        "try again; where it stays so, check `api_base:` in app.yaml",
    ),
    "unfinished": ("the answer of {provider} ended without a finish reason: it may be incomplete", "try again"),
    "bad_answer": (
        "the model {model!r} of {provider} did not answer in the form that was asked for",
        "try again, say in `system:` what the answer must look like, or use a more capable model",
    ),
}


def failure(
    mishap: Mishap, node: str, target: Target, path: NodePath, *, timeout: float, context: int | None = None
) -> Failure:
    """The failure that ends the turn. `timeout`: the limit of silence in seconds; `context`: the model's, in tokens."""
    wait = mishap.retry_after
    facts = {
        "provider": target.provider,
        "model": target.model.partition("/")[2],
        "place": target.api_base or target.provider,
        "key_help": target.key_help,
        "timeout": timeout,
        "context": f" ({context:,} tokens)" if context else "",
        "status": f" with status {mishap.status}" if mishap.status else "",
        "when": "in a moment" if wait is None else f"in {max(1.0, wait):.0f} s",
    }
    happened, remedy = (text.format_map(facts) for text in WORDS[mishap.kind])
    if mishap.detail:
        happened = (
            f"{happened}: {mishap.detail}" if mishap.kind == "bad_answer" else f"{happened}; it says: {mishap.detail}"
        )
    return Failure(path, f"node {node!r}: {happened}", remedy, REASONS.get(mishap.kind, "error"), wait)
