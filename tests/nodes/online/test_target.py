from __future__ import annotations

import pytest

from lazyflow.nodes.online.target import NO_KEY, NoTarget, Target, targets
from lazyflow.spec.nodes import Endpoint, OnlineSpec

KEYS = {"OPENAI_API_KEY": "k-openai", "MOONSHOT_API_KEY": "k-kimi"}


def target(spec: OnlineSpec, environment: dict[str, str] | None = None) -> Target:
    (found,) = targets(spec, KEYS if environment is None else environment)
    return found


def spec(**fields: object) -> OnlineSpec:
    return OnlineSpec(name="chat", **fields)  # type: ignore[arg-type] # each test names real fields


def test_a_source_brings_model_key_and_address() -> None:
    found = target(spec(source="kimi"))
    assert (found.model, found.api_key, found.api_base) == (
        "moonshot/moonshot-v1-8k",
        "k-kimi",
        "https://api.moonshot.cn/v1",
    )


def test_what_the_app_writes_wins_over_the_table() -> None:
    found = target(spec(source="kimi", model="kimi-k3", api_key="mine", api_base="https://proxy/v1"))
    assert (found.model, found.api_key, found.api_base) == ("moonshot/kimi-k3", "mine", "https://proxy/v1")


def test_without_source_and_model_the_first_platform_whose_key_is_set_answers() -> None:
    assert target(spec(), {"MOONSHOT_API_KEY": "k", "DASHSCOPE_API_KEY": "k"}).provider == "Moonshot Kimi"


def test_doubao_is_not_chosen_by_its_key_alone_because_it_has_no_default_model() -> None:
    assert target(spec(), {"ARK_API_KEY": "k", "GEMINI_API_KEY": "k"}).provider == "Google Gemini"


def test_without_any_key_the_error_lists_the_variables() -> None:
    with pytest.raises(NoTarget) as caught:
        target(spec(), {})
    assert all(name in caught.value.help for name in ("OPENAI_API_KEY", "SENSENOVA_API_KEY", "ANTHROPIC_API_KEY"))


def test_a_missing_key_is_an_error_that_says_where_to_get_one() -> None:
    with pytest.raises(NoTarget) as caught:
        target(spec(source="glm"))
    assert caught.value.message == ("node 'chat' has no key for Zhipu GLM: ZAI_API_KEY and ZHIPUAI_API_KEY are not set")
    assert "open.bigmodel.cn" in caught.value.help


def test_doubao_without_a_model_explains_model_and_endpoint_ids() -> None:
    with pytest.raises(NoTarget) as caught:
        target(spec(source="doubao"), {"ARK_API_KEY": "k"})
    assert "model ID" in caught.value.help
    assert "ep-" in caught.value.help


def test_litellms_own_form_finds_the_key_in_the_table_and_leaves_the_address_to_litellm() -> None:
    found = target(spec(model="zai/glm-4.6"), {"ZHIPUAI_API_KEY": "k"})
    assert (found.model, found.api_key, found.api_base) == ("zai/glm-4.6", "k", None)


def test_a_provider_that_is_not_in_the_table_takes_the_variable_of_its_name() -> None:
    found = target(spec(model="groq/llama-4"), {"GROQ_API_KEY": "k"})
    assert (found.provider, found.api_key) == ("groq", "k")
    assert target(spec(model="bedrock/x"), {}).api_key is None


def test_a_bare_model_without_source_is_an_error_that_says_what_to_write() -> None:
    with pytest.raises(NoTarget, match="does not say whose it is"):
        target(spec(model="gpt-4o"))


def test_an_address_alone_is_an_openai_compatible_server_that_never_sees_openais_key() -> None:
    found = target(spec(model="mine", api_base="http://127.0.0.1:1/v1"))
    assert (found.model, found.api_key) == ("openai/mine", NO_KEY)


def test_a_server_of_ones_own_gets_no_key() -> None:
    assert target(spec(source="llama-server")).api_key == NO_KEY
    assert target(spec(source="vllm", model="m")).api_base == "http://127.0.0.1:8000/v1"


def test_the_api_of_a_server_of_ones_own_is_found_below_its_bare_address() -> None:
    assert target(spec(source="ollama", model="m", api_base="http://box:11434/")).api_base == "http://box:11434/v1"
    assert target(spec(source="vllm", model="m", api_base="http://box/api/v2")).api_base == "http://box/api/v2"


def test_azure_needs_an_address() -> None:
    with pytest.raises(NoTarget, match="address"):
        target(spec(source="azure", model="d"), {"AZURE_API_KEY": "k"})
    found = target(spec(source="azure", model="d"), {"AZURE_API_KEY": "k", "AZURE_API_BASE": "https://r"})
    assert found.api_base == "https://r"


def test_each_endpoint_is_a_target_that_inherits_what_it_does_not_say() -> None:
    places = (Endpoint(api_base="http://a/v1"), Endpoint(api_base="http://b/v1", api_key="kb", model="m2"))
    first, second = targets(spec(source="openai", model="m1", api_key="ka", endpoints=places), {})
    assert (first.model, first.api_key, first.api_base) == ("openai/m1", "ka", "http://a/v1")
    assert (second.model, second.api_key, second.api_base) == ("openai/m2", "kb", "http://b/v1")


def test_a_key_is_not_part_of_what_a_target_looks_like() -> None:
    assert "k-kimi" not in repr(target(spec(source="kimi")))
