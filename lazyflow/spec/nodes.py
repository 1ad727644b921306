"""The nodes of an app as frozen values: what app.yaml says after validation. Names and defaults are the schema's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from lazyflow.spec.sampling import Format, Sampling

Auto = Literal["auto"]
FallbackReason = Literal["load_failed", "error", "timeout", "rate_limit", "context_window"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """Who answers when a model node cannot; `cooldown` seconds pass before the failed node is asked again."""

    nodes: tuple[str, ...] = ()
    when: tuple[FallbackReason, ...] = ("load_failed", "error", "timeout", "rate_limit", "context_window")
    retries: int = 0
    cooldown: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSpec:
    """What every node has. `history` is None where the user wrote nothing (the graph then decides)."""

    name: str
    description: str = ""
    history: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec(NodeSpec):
    """What both kinds of model node have."""

    system: str | None = None
    sampling: Sampling = Sampling()
    format: Format = "text"
    fallback: Fallback = Fallback()


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalSpec(ModelSpec):
    """A GGUF on this machine."""

    type: Literal["local"] = "local"
    model: str
    revision: str = "main"
    gpu_layers: int | Literal["auto", "all", "none"] = "auto"
    main_gpu: int | None = None
    split_mode: Literal["none", "layer", "row"] | None = None
    tensor_split: tuple[float, ...] = ()
    context: int | Auto = "auto"
    parallel: int = 4
    threads: int | Auto = "auto"
    batch: int | Auto = "auto"
    flash_attention: bool | Auto = "auto"
    kv_cache: Literal["auto", "f16", "q8_0", "q4_0"] = "auto"
    mmap: bool | Auto = "auto"
    mlock: bool | Auto = "auto"
    isolate: bool = True
    chat_template: str | None = None
    overflow: Literal["drop-oldest", "error"] = "drop-oldest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One of several places that serve the same online model."""

    api_base: str | None = None
    api_key: str | None = field(default=None, repr=False)
    model: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineSpec(ModelSpec):
    """A model behind a provider's API. `timeout` is seconds of silence."""

    type: Literal["online"] = "online"
    source: str | None = None
    model: str | None = None
    api_key: str | None = field(default=None, repr=False)
    api_base: str | None = None
    timeout: float = 60.0
    retries: int = 2
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    endpoints: tuple[Endpoint, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptSpec(NodeSpec):
    """One model call from a template."""

    type: Literal["prompt"] = "prompt"
    model: str
    template: str
    system: str | None = None
    sampling: Sampling = Sampling()


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineSpec(NodeSpec):
    """The output of each step is the input of the next."""

    type: Literal["pipeline"] = "pipeline"
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParallelSpec(NodeSpec):
    """All branches at once, joined by a template over their outputs."""

    type: Literal["parallel"] = "parallel"
    branches: Mapping[str, str]
    join: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One way a router can send a message: `about` tells a model, `when` is a Jinja expression."""

    to: str
    about: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterSpec(NodeSpec):
    """Exactly one of its routes runs."""

    type: Literal["router"] = "router"
    by: Literal["model", "rules"]
    routes: tuple[Route, ...]
    model: str | None = None
    default: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonSpec(NodeSpec):
    """Any callable: `package.module:name` or `./file.py:name`; `arguments` is what the user wrote under `with`."""

    type: Literal["python"] = "python"
    call: str
    arguments: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A parameter of a node that the person chatting may change."""

    node: str
    param: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """How the page looks."""

    primary: str | None = None
    mode: Literal["auto", "light", "dark"] = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth:
    """Who may come in: password hashes by user name, and API keys."""

    users: Mapping[str, str] = field(default_factory=dict, repr=False)
    keys: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What may be attached to a message: so many files, each of so many MB (a million bytes).

    `max_total_mb` is what one person's files may have in all conversations together.
    """

    max_mb: float = 20
    max_files: int = 10
    max_total_mb: float = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSpec:
    """A chat page with its API. `ports` are inclusive (first, last) ranges in the order to try them."""

    name: str
    description: str = ""
    type: Literal["web"] = "web"
    target: str
    history: tuple[str, ...] = ()
    ports: tuple[tuple[int, int], ...] = ((20500, 20799),)
    host: str = "127.0.0.1"
    title: str | None = None
    welcome: str = ""
    examples: tuple[str, ...] = ()
    stream: bool = True
    titles: bool = True
    controls: tuple[Control, ...] = ()
    upload: Upload | None = None
    theme: Theme = Theme()
    auth: Auth | None = None
    store: str | None = field(default=None, repr=False)
    api: bool = True


FlowSpec = PromptSpec | PipelineSpec | ParallelSpec | RouterSpec | PythonSpec
CallableSpec = LocalSpec | OnlineSpec | FlowSpec
AnyNode = CallableSpec | WebSpec
