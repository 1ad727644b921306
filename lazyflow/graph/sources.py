"""Online nodes: whether platform, model and key go together."""

from __future__ import annotations

from lazyflow.errors import Severity
from lazyflow.graph.context import Context, text
from lazyflow.spec.platforms import PLATFORMS, Platform, retired
from lazyflow.spec.tree import Mapping, Span


def check_sources(context: Context) -> None:
    """What an online node lacks, and models that their platform has given up."""
    for name, node in context.nodes("online"):
        source, model = text(node, "source"), text(node, "model")
        if ("source" in node.entries and source is None) or ("model" in node.entries and model is None):
            continue
        if source is not None and source.value not in PLATFORMS:
            continue
        platform = PLATFORMS[str(source.value)] if source is not None else None
        at = (source or model).span if source or model else context.names.keys[name]  # type: ignore[union-attr]  # one of them is there
        if platform is None:
            without_source(context, name, str(model.value) if model else None, at)
        else:
            with_source(context, name, node, platform, at)
        known = retired(platform.name if platform else None, str(model.value) if model else None)
        if known and (platform or model):
            context.add(
                (model.span if model else at),
                "LF046",
                f"the model '{known[0]}' of node '{name}' {known[1].words}",
                ("nodes", name, "model" if model else "source"),
                f"write: model: {known[1].instead}" if known[1].instead else "choose another model",
                severity=Severity.WARNING,
            )


def without_source(context: Context, name: str, model: str | None, at: Span) -> None:
    """Without a platform the model's name must say it, or a key must tell it."""
    path = ("nodes", name)
    if model is not None and "/" not in model:
        context.add(
            at,
            "LF045",
            f"node '{name}' does not say where the model '{model}' is served",
            (*path, "model"),
            f"add 'source:' with {', '.join(PLATFORMS)}, or write 'provider/model'",
        )
    elif model is None and context.environment is not None:
        environment = context.environment
        if not any(platform.key(environment) for platform in PLATFORMS.values()):
            variables = dict.fromkeys(one for platform in PLATFORMS.values() for one in platform.key_variables)
            context.add(
                at,
                "LF045",
                f"node '{name}' names neither source nor model, and no platform's key is set",
                path,
                f"write 'source:', or set one of: {', '.join(variables)}",
            )


def with_source(context: Context, name: str, node: Mapping, platform: Platform, at: Span) -> None:
    """What this platform needs."""
    path = ("nodes", name, "source")
    addressed = "api_base" in node.entries or "endpoints" in node.entries
    if platform.default_model is None and "model" not in node.entries and "endpoints" not in node.entries:
        help_ = platform.model_help or "write 'model:' with a name that the platform knows"
        context.add(at, "LF045", f"node '{name}': {platform.title} has no default model", path, help_)
    if platform.needs_endpoint and not addressed:
        context.add(
            at,
            "LF045",
            f"node '{name}': {platform.title} needs the address of your deployment",
            path,
            "write 'api_base:' with it",
        )
    given = {"api_key", "endpoints", "api_base"} & set(node.entries)
    if context.environment is None or platform.keyless or given or platform.key(context.environment):
        return
    context.add(
        at,
        "LF023",
        f"node '{name}': the key of {platform.title} is not set",
        path,
        f"set {' or '.join(platform.key_variables)}" + (f"; {platform.key_help}" if platform.key_help else ""),
        severity=Severity.WARNING,
    )
