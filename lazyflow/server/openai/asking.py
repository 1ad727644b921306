"""From a request of the API to a message for the app. The API is stateless: the caller's messages are the history."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import replace

from lazyflow.messages import File, Message, Role
from lazyflow.nodes.contract import Overrides
from lazyflow.runtime.contract import Ask, RunningApp
from lazyflow.server.openai.answer import ChatEnvelope, Envelope, TextEnvelope
from lazyflow.server.openai.body import AnswerBody, ChatBody, ChatMessage, CompletionBody, Part, ResponseFormat
from lazyflow.server.openai.problem import ApiProblem
from lazyflow.server.openai.streaming import Wanted
from lazyflow.spec.sampling import Format, JsonSchema, Sampling

BAD_REQUEST = 400
NOT_FOUND = 404
ROLES = {
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "user": Role.USER,
    "assistant": Role.ASSISTANT,
}


def chat(app: RunningApp, web: str, body: ChatBody, person: str) -> tuple[Wanted, Envelope]:
    """A message for the app for each of the `n` answers that are wanted; `user` counts where nobody knows the person.

    Raises: `ApiProblem` where the request cannot be answered.
    """
    entry = callable_node(app, web, body.model)
    if body.tools:
        raise ApiProblem(BAD_REQUEST, "the nodes of this app cannot call tools", param="tools", code="unsupported")
    if body.top_logprobs is not None and not body.logprobs:
        raise ApiProblem(BAD_REQUEST, "top_logprobs needs logprobs: true", param="top_logprobs")
    messages = conversation(body.messages)
    if not messages or messages[-1].role is not Role.USER:
        raise ApiProblem(BAD_REQUEST, "the last message must be the user's", param="messages")
    last = messages[-1]
    wanted = [
        Ask(
            message=last.text,
            entry=entry,
            history=messages[:-1],
            files=last.files,
            overrides={entry: overrides(body, number)},
            person=person or body.user or "",
        )
        for number in range(body.n or 1)
    ]
    return [(ask, 0) for ask in wanted], ChatEnvelope(entry, likeliest(body))


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


def conversation(messages: Sequence[ChatMessage]) -> tuple[Message, ...]:
    """The caller's messages; what tools said is left out, since no node calls any."""
    return tuple(
        Message(ROLES[message.role], text_of(message), images_of(message))
        for message in messages
        if message.role in ROLES
    )


def text_of(message: ChatMessage) -> str:
    """The text of a message, its text parts joined."""
    match message.content:
        case str(text):
            return text
        case None:
            return ""
        case parts:
            return "\n".join(part.text for part in parts if part.text is not None)


def images_of(message: ChatMessage) -> tuple[File, ...]:
    """The images of a message. Only data URLs: this server fetches nothing on a caller's word."""
    if not isinstance(message.content, list):
        return ()
    parts = [part for part in message.content if part.type != "text"]
    return tuple(image(part, number) for number, part in enumerate(parts, 1))


def image(part: Part, number: int) -> File:
    """One image part.

    Raises: `ApiProblem` 400.
    """
    url = str((part.image_url or {}).get("url", ""))
    head, _, data = url.partition(",")
    media_type = head.removeprefix("data:").removesuffix(";base64")
    if part.type != "image_url" or not head.startswith("data:image/") or not head.endswith(";base64"):
        raise ApiProblem(BAD_REQUEST, "images are taken as data:image/...;base64 URLs only", param="messages")
    try:
        return File(f"image-{number}", media_type, base64.b64decode(data, validate=True))
    except binascii.Error as error:
        raise ApiProblem(BAD_REQUEST, "an image is not valid base64", param="messages") from error


def completions(app: RunningApp, web: str, body: CompletionBody, person: str) -> tuple[Wanted, Envelope]:
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
