from __future__ import annotations

from typing import get_args

import pytest

from lazyflow.nodes.online.failures import WORDS, failure
from lazyflow.nodes.online.mishap import Kind, Mishap
from lazyflow.nodes.online.target import Target
from lazyflow.spec.platforms import PLATFORMS

TARGET = Target(provider="Zhipu GLM", model="zai/glm-4", platform=PLATFORMS["glm"], api_base="https://glm/v4")


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_mishap_names_node_and_provider_and_says_what_to_do(kind: Kind) -> None:
    told = failure(Mishap(kind=kind, detail="d{0}"), "chat", TARGET, ("chat",), timeout=60.0)
    assert told.message.startswith("node 'chat': ")
    assert "Zhipu GLM" in told.message or "https://glm/v4" in told.message
    assert told.message.endswith("d{0}")
    assert told.help
    assert "{" not in told.help


def test_there_are_words_for_nothing_else() -> None:
    assert set(WORDS) == set(get_args(Kind))


def test_a_rate_limit_says_how_long_to_wait() -> None:
    told = failure(Mishap(kind="rate_limit", retry_after=17.2), "chat", TARGET, (), timeout=60.0)
    assert (told.help, told.retry_after, told.reason) == ("try again in 17 s", 17.2, "rate_limit")


def test_a_conversation_that_is_too_long_hears_how_much_fits() -> None:
    told = failure(Mishap(kind="context_window"), "chat", TARGET, (), timeout=60.0, context=128_000)
    assert "(128,000 tokens)" in told.message


def test_a_wrong_key_names_the_variables() -> None:
    told = failure(Mishap(kind="wrong_key"), "chat", TARGET, (), timeout=60.0)
    assert "ZAI_API_KEY or ZHIPUAI_API_KEY" in told.help
