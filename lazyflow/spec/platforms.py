"""The one table of sources of `type: online`: schema, checks, requests, error texts and reference are made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Retired:
    """That a platform has given a model up: since when (ISO date, empty: unknown) and which model to write instead."""

    since: str = ""
    instead: str = ""

    @property
    def words(self) -> str:
        """The warning's text after the model's name."""
        since = f"since {self.since}" if self.since else "by now"
        return f"is retired by its platform {since}" + (f"; write {self.instead!r} instead" if self.instead else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """One source.

    `route` is litellm's prefix. `key_variables` are looked up in their order (none: it takes no key). `endpoint` is
    the base URL that is used where the app names none (None: the library's own), `needs_endpoint` that there is none.
    `repeat_penalty` is what it calls that parameter. `contexts` are tokens by model where litellm does not know them.
    `prefill` is what an answer carries that its model is to go on with (None: there is no such thing).
    `key_help` says where a key comes from, `model_help` which model to write.
    """

    name: str
    title: str
    route: str
    default_model: str | None = None
    key_variables: tuple[str, ...] = ()
    endpoint: str | None = None
    needs_endpoint: bool = False
    repeat_penalty: str = "repetition_penalty"
    prefill: Mapping[str, bool] | None = None
    contexts: Mapping[str, int] = field(default_factory=dict)
    deprecated: Mapping[str, Retired] = field(default_factory=dict)
    key_help: str = ""
    model_help: str = ""

    @property
    def keyless(self) -> bool:
        """Whether it answers without a key: a server of one's own."""
        return not self.key_variables

    def key(self, environment: Mapping[str, str]) -> str | None:
        """The first of its key variables that is set and not empty."""
        return next((environment[name] for name in self.key_variables if environment.get(name)), None)


_TABLE = (
    Platform(
        name="openai",
        title="OpenAI",
        route="openai",
        default_model="gpt-3.5-turbo",
        key_variables=("OPENAI_API_KEY",),
        deprecated={"gpt-3.5-turbo": Retired(since="2026-10-23", instead="gpt-4o-mini")},
        key_help="make a key at platform.openai.com/api-keys",
    ),
    Platform(
        name="sensenova",
        title="SenseNova",
        route="openai",
        default_model="SenseChat-5",
        key_variables=("SENSENOVA_API_KEY",),
        endpoint="https://api.sensenova.cn/compatible-mode/v1",
        contexts={"SenseChat-5": 131_072},
        key_help="make a key in the console at console.sensecore.cn",
    ),
    Platform(
        name="glm",
        title="Zhipu GLM",
        route="zai",
        default_model="glm-4",
        key_variables=("ZAI_API_KEY", "ZHIPUAI_API_KEY"),
        endpoint="https://open.bigmodel.cn/api/paas/v4",
        contexts={"glm-4": 128_000, "glm-4-plus": 128_000},
        deprecated={"glm-4": Retired(instead="glm-4-plus")},
        key_help="make a key at open.bigmodel.cn/usercenter/apikeys",
    ),
    Platform(
        name="kimi",
        title="Moonshot Kimi",
        route="moonshot",
        default_model="moonshot-v1-8k",
        key_variables=("MOONSHOT_API_KEY",),
        endpoint="https://api.moonshot.cn/v1",
        prefill={"partial": True},
        key_help="make a key at platform.moonshot.cn/console/api-keys",
    ),
    Platform(
        name="qwen",
        title="Qwen (Alibaba Cloud)",
        route="dashscope",
        default_model="qwen-plus",
        key_variables=("DASHSCOPE_API_KEY",),
        endpoint="https://dashscope.aliyuncs.com/compatible-mode/v1",
        key_help="make a key at bailian.console.aliyun.com",
    ),
    Platform(
        name="doubao",
        title="Doubao (Volcengine Ark)",
        route="volcengine",
        key_variables=("VOLCENGINE_API_KEY", "ARK_API_KEY"),
        endpoint="https://ark.cn-beijing.volces.com/api/v3",
        key_help="make a key at console.volcengine.com/ark",
        model_help=(
            "write `model:` with a model ID (such as doubao-seed-2-0-lite-260215) that your account has opened, or "
            "with the ID of an endpoint of your own (it begins with ep-); both stand at console.volcengine.com/ark"
        ),
    ),
    Platform(
        name="anthropic",
        title="Anthropic",
        route="anthropic",
        default_model="claude-haiku-4-5",
        key_variables=("ANTHROPIC_API_KEY",),
        key_help="make a key at console.anthropic.com",
    ),
    Platform(
        name="gemini",
        title="Google Gemini",
        route="gemini",
        default_model="gemini-flash-latest",
        key_variables=("GEMINI_API_KEY", "GOOGLE_API_KEY"),
        key_help="make a key at aistudio.google.com/apikey",
    ),
    Platform(
        name="deepseek",
        title="DeepSeek",
        route="deepseek",
        default_model="deepseek-flash",
        key_variables=("DEEPSEEK_API_KEY",),
        deprecated={
            "deepseek-chat": Retired(since="2026-07-24", instead="deepseek-flash"),
            "deepseek-reasoner": Retired(since="2026-07-24", instead="deepseek-flash"),
        },
        key_help="make a key at platform.deepseek.com/api_keys",
    ),
    Platform(
        name="mistral",
        title="Mistral",
        route="mistral",
        default_model="mistral-small-latest",
        key_variables=("MISTRAL_API_KEY",),
        prefill={"prefix": True},
        key_help="make a key at console.mistral.ai",
    ),
    Platform(
        name="openrouter",
        title="OpenRouter",
        route="openrouter",
        default_model="openrouter/auto",
        key_variables=("OPENROUTER_API_KEY",),
        key_help="make a key at openrouter.ai/keys",
    ),
    Platform(
        name="azure",
        title="Azure OpenAI",
        route="azure",
        key_variables=("AZURE_API_KEY", "AZURE_OPENAI_API_KEY"),
        needs_endpoint=True,
        key_help="copy a key from «Keys and Endpoint» of your resource at portal.azure.com",
        model_help="write `model:` with the name of your deployment",
    ),
    Platform(
        name="ollama",
        title="Ollama",
        route="openai",
        repeat_penalty="repeat_penalty",
        prefill={},
        endpoint="http://127.0.0.1:11434/v1",
        model_help="write `model:` with a name that `ollama list` shows",
    ),
    Platform(
        name="vllm",
        title="vLLM",
        route="hosted_vllm",
        endpoint="http://127.0.0.1:8000/v1",
        model_help="write `model:` with the name that the server was started with",
    ),
    Platform(
        name="lm-studio",
        title="LM Studio",
        route="lm_studio",
        repeat_penalty="repeat_penalty",
        endpoint="http://127.0.0.1:1234/v1",
        model_help="write `model:` with the name of a model that LM Studio serves",
    ),
    Platform(
        name="llama-server",
        title="llama.cpp's server",
        route="openai",
        repeat_penalty="repeat_penalty",
        default_model="default",
        prefill={},
        endpoint="http://127.0.0.1:8080/v1",
    ),
)

PLATFORMS: Mapping[str, Platform] = {platform.name: platform for platform in _TABLE}


def retired(source: str | None, model: str | None) -> tuple[str, Retired] | None:
    """The model's name and what is known of its retirement, for a `source` and the `model` written (None: its default).

    `provider/model` without a source counts as the platform with that route. None where nothing is known.
    """
    if source is None and model is not None and "/" in model:
        provider, _, model = model.partition("/")
        platform = next((platform for platform in _TABLE if platform.route == provider), None)
    else:
        platform = PLATFORMS.get(source or "")
    if platform is None:
        return None
    name = model or platform.default_model
    found = platform.deprecated.get(name) if name else None
    return (name, found) if name and found else None
