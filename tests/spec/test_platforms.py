from __future__ import annotations

import pytest

from lazyflow.spec.platforms import PLATFORMS, Platform, Retired, retired

CLASSIC = {
    "openai": ("openai", "gpt-3.5-turbo", "OPENAI_API_KEY", None),
    "sensenova": ("openai", "SenseChat-5", "SENSENOVA_API_KEY", "https://api.sensenova.cn/compatible-mode/v1"),
    "glm": ("zai", "glm-4", "ZAI_API_KEY", "https://open.bigmodel.cn/api/paas/v4"),
    "kimi": ("moonshot", "moonshot-v1-8k", "MOONSHOT_API_KEY", "https://api.moonshot.cn/v1"),
    "qwen": ("dashscope", "qwen-plus", "DASHSCOPE_API_KEY", "https://dashscope.aliyuncs.com/compatible-mode/v1"),
    "doubao": ("volcengine", None, "VOLCENGINE_API_KEY", "https://ark.cn-beijing.volces.com/api/v3"),
}


@pytest.mark.parametrize("name", CLASSIC)
def test_the_six_platforms_have_the_classic_defaults(name: str) -> None:
    platform = PLATFORMS[name]
    assert (platform.route, platform.default_model, platform.key_variables[0], platform.endpoint) == CLASSIC[name]


def test_the_six_platforms_come_first_because_the_first_key_that_is_set_decides() -> None:
    assert list(PLATFORMS)[:6] == list(CLASSIC)


@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=list(PLATFORMS))
def test_every_platform_says_where_a_key_and_a_model_come_from(platform: Platform) -> None:
    assert platform.keyless or platform.key_help
    assert platform.default_model or platform.model_help
    assert not (platform.needs_endpoint and platform.endpoint)


@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=list(PLATFORMS))
def test_a_replacement_is_not_retired_itself(platform: Platform) -> None:
    assert not {entry.instead for entry in platform.deprecated.values()} & platform.deprecated.keys()


def test_the_second_key_variable_counts_where_the_first_is_unset_or_empty() -> None:
    assert PLATFORMS["glm"].key({"ZAI_API_KEY": "", "ZHIPUAI_API_KEY": "b"}) == "b"
    assert PLATFORMS["glm"].key({"ZAI_API_KEY": "a", "ZHIPUAI_API_KEY": "b"}) == "a"
    assert PLATFORMS["glm"].key({}) is None


def test_a_retired_default_is_found_however_it_is_written() -> None:
    found = ("gpt-3.5-turbo", Retired(since="2026-10-23", instead="gpt-4o-mini"))
    assert (
        retired("openai", None) == retired("openai", "gpt-3.5-turbo") == retired(None, "openai/gpt-3.5-turbo") == found
    )


def test_nothing_is_said_of_models_that_are_not_known_as_retired() -> None:
    assert retired("qwen", None) is None
    assert retired("openai", "gpt-4o-mini") is None
    assert retired(None, "groq/llama") is None
    assert retired(None, None) is None


def test_a_retirement_without_a_date_still_reads_as_a_sentence() -> None:
    assert Retired(instead="b").words == "is retired by its platform by now; write 'b' instead"
    assert Retired(since="2026-01-02").words == "is retired by its platform since 2026-01-02"
