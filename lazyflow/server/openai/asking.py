"""From a request of the API to a message for the app. The API is stateless: the caller's messages are the history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from lazyflow.messages import Message
from lazyflow.nodes.contract import Overrides, Takes, Tools
from lazyflow.runtime.contract import Ask, RunningApp
from lazyflow.server.openai.answer import ChatEnvelope, Envelope, TextEnvelope
from lazyflow.server.openai.body import AnswerBody, ChatBody, ChosenTool, CompletionBody, ResponseFormat
from lazyflow.server.openai.conversation import BAD_REQUEST, conversation
from lazyflow.server.openai.problem import ApiProblem
from lazyflow.server.openai.streaming import Wanted
from lazyflow.spec.sampling import Format, JsonSchema, Sampling

NOT_FOUND = 404


async def chat(app: RunningApp, web: str, body: ChatBody, person: str) -> tuple[Wanted, Envelope]:
    """A message for the app for each of the `n` answers that are wanted; `user` counts where nobody knows the person.

    Raises: `ApiProblem` where the request cannot be answered.
    """
    entry = callable_node(app, web, body.model)
    if body.top_logprobs is not None and not body.logprobs:
        raise ApiProblem(BAD_REQUEST, "top_logprobs needs logprobs: true", param="top_logprobs")
    tools = wanted_tools(body)
    messages = conversation(body.messages)
    check_takes(entry, await app.takes(entry), tools, messages)
    last = messages[-1]
    wanted = [
        Ask(
            message=last.text,
            answers=last.answers,
            entry=entry,
            history=messages[:-1],
            files=last.files,
            overrides={entry: replace(overrides(body, number), tools=tools)},
            person=person or body.user or "",
        )
        for number in range(body.n or 1)
    ]
    return [(ask, 0) for ask in wanted], ChatEnvelope(entry, likeliest(body))


def wanted_tools(body: ChatBody) -> Tools | None:
    """What the model may call; None where nothing is offered.

    Raises: `ApiProblem` 400.
    """
    if body.functions is not None:
        raise ApiProblem(BAD_REQUEST, "functions are the old form of tools: send tools", param="functions")
    names = [tool.function.name for tool in body.tools or ()]
    chosen = body.tool_choice
    if not names and (chosen == "required" or isinstance(chosen, ChosenTool)):
        raise ApiProblem(BAD_REQUEST, "tool_choice needs tools", param="tool_choice")
    if isinstance(chosen, ChosenTool) and chosen.function.name not in names:
        words = f"there is no tool '{chosen.function.name}': the tools are {', '.join(names)}"
        raise ApiProblem(BAD_REQUEST, words, param="tool_choice")
    if not names:
        return None
    return Tools(
        offered=tuple(tool.model_dump(exclude_unset=True) for tool in body.tools or ()),
        choice=chosen.model_dump() if isinstance(chosen, ChosenTool) else chosen,
        parallel=body.parallel_tool_calls,
    )


def check_takes(node: str, takes: Takes, tools: Tools | None, messages: Iterable[Message]) -> None:
    """Nothing is asked of a node that it would have to leave out.

    Raises: `ApiProblem` 400.
    """
    if not takes.tools:
        words = f"node '{node}' cannot call tools: ask a node of type online"
        if tools is not None:
            raise ApiProblem(BAD_REQUEST, words, param="tools", code="unsupported")
        if any(message.calls for message in messages):
            raise ApiProblem(BAD_REQUEST, words, param="messages", code="unsupported")
    if not takes.images and any(message.files for message in messages):
        words = f"node '{node}' sees no pictures: ask a node whose model does"
        raise ApiProblem(BAD_REQUEST, words, param="messages", code="unsupported")


def callable_node(app: RunningApp, web: str, model: str | None) -> str:
    """The node that the caller names as `model`; the page's target where none is named.

    Raises: `ApiProblem` 404.
    """
    if model is None:
        return app.spec.webs[web].target
    if model not in app.spec.callables:
        names = ", ".join(app.spec.callables)
        raise ApiProblem(
            NOT_FOUND,
            f"there is no model '{model}': the nodes of this app are {names}",
            param="model",
            code="model_not_found",
        )
    return model


async def completions(app: RunningApp, web: str, body: CompletionBody, person: str) -> tuple[Wanted, Envelope]:
    """A message for the app for each answer to each prompt: nodes answer a text, they do not go on with it.

    Raises: `ApiProblem` where the request cannot be answered.
    """
    entry = callable_node(app, web, body.model)
    if body.suffix:
        raise ApiProblem(BAD_REQUEST, "text is not filled in before a suffix here", param="suffix", code="unsupported")
    if (body.best_of or 1) > (body.n or 1):
        raise ApiProblem(BAD_REQUEST, "best_of may not be more than n here", param="best_of", code="unsupported")
    whose = person or body.user or ""
    prompts = [body.prompt] if isinstance(body.prompt, str) else body.prompt
    wanted = [
        (Ask(message=prompt, entry=entry, overrides={entry: wishes(body, answer)}, person=whose), number)
        for number, prompt in enumerate(prompts)
        for answer in range(body.n or 1)
    ]
    shown = tuple(prompt if body.echo else "" for prompt in prompts)
    return wanted, TextEnvelope(entry, shown, body.logprobs)


def overrides(body: ChatBody, number: int) -> Overrides:
    """The caller's parameters for the node that answers."""
    common = wishes(body, number)
    sampling = replace(common.sampling, max_tokens=body.max_completion_tokens or body.max_tokens)
    form = wanted_format(body.response_format)
    return replace(common, sampling=sampling, format=form, logprobs=likeliest(body))


def likeliest(body: ChatBody) -> int | None:
    """How many alternatives each token's logprobs have; None: none are told."""
    return (body.top_logprobs or 0) if body.logprobs else None


def wishes(body: AnswerBody, number: int) -> Overrides:
    """The parameters that every request for an answer may hold; each of several answers has a seed of its own."""
    sampling = Sampling(
        temperature=body.temperature,
        top_p=body.top_p,
        presence_penalty=body.presence_penalty,
        frequency_penalty=body.frequency_penalty,
        max_tokens=body.max_tokens,
        seed=body.seed + number if body.seed is not None else None,
        stop=(body.stop,) if isinstance(body.stop, str) else tuple(body.stop or ()),
    )
    told = body.logprobs if isinstance(body, CompletionBody) else None
    return Overrides(sampling=sampling, logit_bias=body.logit_bias or {}, logprobs=told)


def wanted_format(wanted: ResponseFormat | None) -> Format | None:
    """The form of the answer in the terms of app.yaml.

    Raises: `ApiProblem` 400.
    """
    match wanted:
        case None:
            return None
        case ResponseFormat(type="json_object"):
            return "json"
        case ResponseFormat(type="json_schema", json_schema=described):
            schema = (described or {}).get("schema")
            if not isinstance(schema, dict):
                raise ApiProblem(BAD_REQUEST, "json_schema.schema must be a JSON Schema", param="response_format")
            return JsonSchema(schema)
        case _:
            return "text"
