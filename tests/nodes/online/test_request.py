from __future__ import annotations

from lazyflow.messages import File, Message, Role
from lazyflow.nodes.contract import Overrides, Turn
from lazyflow.nodes.online.request import GO_ON, Abilities, Asked, ask
from lazyflow.nodes.online.target import Target
from lazyflow.spec.nodes import OnlineSpec
from lazyflow.spec.platforms import PLATFORMS
from lazyflow.spec.sampling import JsonSchema, Sampling

OPENAI = Target(provider="OpenAI", model="openai/m", platform=PLATFORMS["openai"])
SCHEMA = JsonSchema({"type": "object"})
PICTURE = File("p.png", "image/png", b"\x01")


def asked(spec: OnlineSpec, turn: Turn, target: Target = OPENAI, **abilities: object) -> Asked:
    return ask(spec, turn, target, Abilities(**abilities))  # type: ignore[arg-type] # each test names real fields


def test_system_prompt_conversation_and_message_stand_in_their_order() -> None:
    history = (Message(Role.USER, "a"), Message(Role.ASSISTANT, "b"))
    turn = Turn(message="c", history=history, readers=frozenset({"chat"}))
    messages = asked(OnlineSpec(name="chat", system="s"), turn).messages
    assert [(one["role"], one["content"]) for one in messages] == [
        ("system", "s"),
        ("user", "a"),
        ("assistant", "b"),
        ("user", "c"),
    ]


def test_a_node_that_does_not_read_the_conversation_sends_the_message_alone() -> None:
    turn = Turn(message="c", history=(Message(Role.USER, "a"),))
    assert asked(OnlineSpec(name="chat"), turn).messages == [{"role": "user", "content": "c"}]


def test_what_stands_of_the_answer_is_gone_on_with_in_the_platforms_own_way_or_in_words() -> None:
    turn = Turn(message="c", begun="so far")
    kimi = Target(provider="k", model="moonshot/m", platform=PLATFORMS["kimi"])
    server = Target(provider="l", model="openai/m", platform=PLATFORMS["llama-server"])
    spec = OnlineSpec(name="chat")
    assert asked(spec, turn, kimi).messages[1:] == [{"role": "assistant", "content": "so far", "partial": True}]
    assert asked(spec, turn, server).messages[1:] == [{"role": "assistant", "content": "so far"}]
    said, told = asked(spec, turn).messages[1:]
    assert said == {"role": "assistant", "content": "so far"}
    assert told == {"role": "user", "content": GO_ON}


def test_thinking_in_an_earlier_answer_is_not_sent_back() -> None:
    history = (Message(Role.ASSISTANT, "<think>hm</think>\n\nYes"),)
    turn = Turn(message="c", history=history, readers=frozenset({"chat"}))
    assert asked(OnlineSpec(name="chat"), turn).messages[0]["content"] == "Yes"


def test_what_the_caller_wishes_wins_over_the_node() -> None:
    wishes = Overrides(system="S", sampling=Sampling(temperature=0.0), logit_bias={7: -1.0})
    found = asked(
        OnlineSpec(name="chat", system="s", sampling=Sampling(temperature=1.0, top_p=0.5)),
        Turn(message="c", overrides={"chat": wishes}),
    )
    assert found.messages[0]["content"] == "S"
    assert found.parameters == {"temperature": 0.0, "top_p": 0.5, "logit_bias": {"7": -1.0}}


def test_parameters_beyond_openais_go_into_the_body_under_the_platforms_name() -> None:
    spec = OnlineSpec(name="chat", sampling=Sampling(top_k=5, repeat_penalty=1.1, seed=3, stop=("x",)))
    found = asked(spec, Turn(message="c"))
    assert found.parameters == {"seed": 3, "stop": ["x"]}
    assert found.body == {"top_k": 5, "repetition_penalty": 1.1}
    llama = Target(provider="l", model="openai/m", platform=PLATFORMS["llama-server"])
    assert asked(spec, Turn(message="c"), llama).body == {"top_k": 5, "repeat_penalty": 1.1}


def test_what_another_dialect_cannot_say_is_left_out_and_told() -> None:
    spec = OnlineSpec(name="chat", sampling=Sampling(temperature=0.5, seed=3, min_p=0.1))
    found = asked(spec, Turn(message="c"), dialect="own", parameters=frozenset({"temperature"}))
    assert found.parameters == {"temperature": 0.5}
    assert found.left_out == ("min_p", "seed")


def test_pictures_go_along_unless_the_model_is_known_to_be_blind() -> None:
    turn = Turn(message="look", files=(PICTURE,))
    parts = asked(OnlineSpec(name="chat"), turn).messages[0]["content"]
    assert parts == [
        {"type": "text", "text": "look"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AQ=="}},
    ]
    blind = asked(OnlineSpec(name="chat"), turn, images=False)
    assert blind.messages[0]["content"] == "look"
    assert blind.left_out == ("pictures",)


def test_the_inspector_shows_texts_and_how_many_pictures() -> None:
    assert asked(OnlineSpec(name="chat"), Turn(message="look", files=(PICTURE,))).shown == (
        ("user", "look [1 picture]"),
    )


def test_a_schema_is_enforced_by_a_provider_that_can() -> None:
    found = asked(OnlineSpec(name="chat", format=SCHEMA), Turn(message="c"), json="schema")
    assert found.parameters["response_format"]["json_schema"]["schema"] == {"type": "object"}
    assert len(found.messages) == 1


def test_a_schema_is_told_in_words_to_a_provider_that_knows_json_alone() -> None:
    found = asked(OnlineSpec(name="chat", system="s", format=SCHEMA), Turn(message="c"), json="object")
    assert found.parameters["response_format"] == {"type": "json_object"}
    assert found.messages[0]["content"].startswith("s\n\nAnswer with JSON")
    assert '{"type": "object"}' in found.messages[0]["content"]


def test_without_any_json_mode_words_alone_must_do() -> None:
    found = asked(OnlineSpec(name="chat", format="json"), Turn(message="c"), json="none")
    assert "response_format" not in found.parameters
    assert "JSON" in found.messages[0]["content"]


def test_choices_are_told_in_words() -> None:
    turn = Turn(message="c", overrides={"chat": Overrides(choices=("yes", "no"))})
    assert asked(OnlineSpec(name="chat"), turn).messages[0]["content"].endswith("yes, no")
