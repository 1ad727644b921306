"""Whom an online node asks: platform, model, key and address, from what app.yaml says and what the environment has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from lazyflow.errors import LazyflowError
from lazyflow.spec.nodes import Endpoint, OnlineSpec
from lazyflow.spec.platforms import PLATFORMS, Platform

NO_KEY = "none"
_SERVER = Platform(name="server", title="the server", route="openai", default_model="default")


class NoTarget(LazyflowError):
    """A node that cannot ask anybody yet: no key, no model, no address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One place that serves the model. `model` is in litellm's form; `provider` is the platform's name for people.

    An `api_key` of `NO_KEY` goes to servers that take none; None leaves the search to litellm.
    """

    provider: str
    model: str
    platform: Platform | None = field(default=None, compare=False)
    api_key: str | None = field(default=None, repr=False)
    api_base: str | None = None

    @property
    def key_help(self) -> str:
        """How to come by the key that this target wants."""
        if self.platform is None or self.platform.keyless:
            return "set the provider's key variable, or write `api_key: ${YOUR_VARIABLE}` in app.yaml"
        return f"set {' or '.join(self.platform.key_variables)} ({self.platform.key_help})"


def targets(spec: OnlineSpec, environment: Mapping[str, str]) -> tuple[Target, ...]:
    """The places to ask: one for each endpoint of `spec`, else the one that it names. Raises: `NoTarget`."""
    return tuple(_target(spec, endpoint, environment) for endpoint in spec.endpoints or (Endpoint(),))


def _target(spec: OnlineSpec, endpoint: Endpoint, environment: Mapping[str, str]) -> Target:
    written = endpoint.model or spec.model
    api_base = endpoint.api_base or spec.api_base
    api_key = endpoint.api_key or spec.api_key
    if spec.source is not None:
        platform, model = _platform(spec), written
    elif written is None:
        platform, model = _SERVER if api_base else _first(spec, environment), None
    elif "/" not in written:
        if api_base is None:
            known = ", ".join(PLATFORMS)
            raise NoTarget(
                f"node {spec.name!r}: the model {written!r} does not say whose it is",
                f"write `source:` beside it (one of {known}), or `model: provider/{written}`",
            )
        platform, model = _SERVER, written
    else:
        return _routed(spec, written, api_key, api_base, environment)
    name = model or platform.default_model
    if name is None:
        raise NoTarget(f"node {spec.name!r}: {platform.title} has no default model", platform.model_help)
    if platform.needs_endpoint and not (api_base or environment.get("AZURE_API_BASE")):
        raise NoTarget(
            f"node {spec.name!r}: {platform.title} needs the address of your resource",
            "write `api_base: https://YOUR-RESOURCE.openai.azure.com`, or set AZURE_API_BASE",
        )
    return Target(
        provider=platform.title,
        platform=platform,
        model=f"{platform.route}/{name}",
        api_key=api_key or _key(spec, platform, environment),
        api_base=_address(api_base, platform)
        or platform.endpoint
        or (environment.get("AZURE_API_BASE") if platform.needs_endpoint else None),
    )


def _platform(spec: OnlineSpec) -> Platform:
    platform = PLATFORMS.get(spec.source or "")
    if platform is None:
        raise NoTarget(
            f"node {spec.name!r}: there is no source {spec.source!r}",
            f"write one of {', '.join(PLATFORMS)}, or `model: provider/model` without a source",
        )
    return platform


def _routed(
    spec: OnlineSpec, model: str, api_key: str | None, api_base: str | None, environment: Mapping[str, str]
) -> Target:
    """A model in litellm's own form: key and words of the table's platform, else litellm's own defaults."""
    route = model.partition("/")[0]
    platform = next((one for one in PLATFORMS.values() if one.route == route), None)
    if platform is None:
        variable = f"{route.upper().replace('-', '_')}_API_KEY"
        return Target(provider=route, model=model, api_key=api_key or environment.get(variable), api_base=api_base)
    return Target(
        provider=platform.title,
        platform=platform,
        model=model,
        api_key=api_key or _key(spec, platform, environment),
        api_base=api_base or (platform.endpoint if platform.keyless else None),
    )


def _address(api_base: str | None, platform: Platform) -> str | None:
    """`http://host:port` of a server of one's own means its OpenAI-compatible API, which all of them have below /v1."""
    if api_base is None or not platform.keyless or urlsplit(api_base).path.strip("/"):
        return api_base
    return f"{api_base.rstrip('/')}/v1"


def _first(spec: OnlineSpec, environment: Mapping[str, str]) -> Platform:
    usable = [platform for platform in PLATFORMS.values() if platform.default_model and not platform.keyless]
    for platform in usable:
        if platform.key(environment):
            return platform
    variables = ", ".join(platform.key_variables[0] for platform in usable)
    raise NoTarget(
        f"node {spec.name!r} names no source and no model, and no platform's key is set",
        f"set one of {variables}, or write `source:` and `model:` in app.yaml",
    )


def _key(spec: OnlineSpec, platform: Platform, environment: Mapping[str, str]) -> str:
    if platform.keyless:
        return NO_KEY
    key = platform.key(environment)
    if key is None:
        variables = " and ".join(platform.key_variables)
        unset = "is not set" if len(platform.key_variables) == 1 else "are not set"
        raise NoTarget(
            f"node {spec.name!r} has no key for {platform.title}: {variables} {unset}",
            f"set {platform.key_variables[0]} in the environment or in .env beside app.yaml; {platform.key_help}",
        )
    return key
