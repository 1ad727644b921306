"""The caller's messages in the terms of the app: text, pictures, tool calls and their results."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Sequence

from lazyflow.messages import File, Message, Role, ToolCall
from lazyflow.server.openai.body import ChatMessage, Part
from lazyflow.server.openai.problem import ApiProblem

BAD_REQUEST = 400
ROLES = {
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "user": Role.USER,
    "assistant": Role.ASSISTANT,
    "tool": Role.TOOL,
}


def conversation(messages: Sequence[ChatMessage]) -> tuple[Message, ...]:
    """All of them, the last one a user's or a tool's.

    Raises: `ApiProblem` 400.
    """
    found = tuple(message_of(message) for message in messages)
    if found[-1].role not in {Role.USER, Role.TOOL}:
        raise wrong("the last message must be the user's, or a tool's result")
    check_calls(found)
    return found


def message_of(message: ChatMessage) -> Message:
    """One message.

    Raises: `ApiProblem` 400.
    """
    return Message(ROLES[message.role], text_of(message), images_of(message), calls_of(message), answers(message))


def text_of(message: ChatMessage) -> str:
    """The text of a message, its text parts joined."""
    match message.content:
        case str(text):
            return text
        case None:
            return ""
        case parts:
            return "\n".join(text for part in parts for text in (part.text, part.refusal) if text is not None)


def calls_of(message: ChatMessage) -> tuple[ToolCall, ...]:
    """What a model called in an earlier answer."""
    calls = message.tool_calls or ()
    if calls and message.role != "assistant":
        raise wrong("only an assistant's message has tool_calls")
    return tuple(ToolCall(call.id, call.function.name, call.function.arguments) for call in calls)


def answers(message: ChatMessage) -> str:
    """The id of the call that a tool's message answers."""
    if message.role != "tool":
        return ""
    if not message.tool_call_id:
        raise wrong("a tool's message needs the tool_call_id of the call that it answers")
    return message.tool_call_id


def check_calls(messages: Iterable[Message]) -> None:
    """Every call is answered right after the message that made it, and nothing else is.

    Raises: `ApiProblem` 400.
    """
    waiting: list[str] = []
    for message in messages:
        if message.role is Role.TOOL:
            if message.answers not in waiting:
                raise wrong(f"no tool call before this message has the tool_call_id '{message.answers}'")
            waiting.remove(message.answers)
            continue
        check_answered(waiting)
        waiting = [call.id for call in message.calls]
    check_answered(waiting)


def check_answered(waiting: Sequence[str]) -> None:
    """No call waits for its result.

    Raises: `ApiProblem` 400.
    """
    if waiting:
        raise wrong(f"no tool's message follows that answers the tool calls {', '.join(waiting)}")


def images_of(message: ChatMessage) -> tuple[File, ...]:
    """The images of a user's message. Only data URLs: this server fetches nothing on a caller's word."""
    if not isinstance(message.content, list):
        return ()
    parts = [part for part in message.content if part.type not in {"text", "refusal"}]
    if parts and message.role != "user":
        raise wrong(f"only a user's message may hold parts of type '{parts[0].type}'")
    return tuple(image(part, number) for number, part in enumerate(parts, 1))


def image(part: Part, number: int) -> File:
    """One image part.

    Raises: `ApiProblem` 400.
    """
    if part.type != "image_url":
        raise wrong(f"parts of type '{part.type}' are not taken: send text and image_url")
    url = str((part.image_url or {}).get("url", ""))
    head, _, data = url.partition(",")
    media_type = head.removeprefix("data:").removesuffix(";base64")
    if not head.startswith("data:image/") or not head.endswith(";base64"):
        raise wrong("images are taken as data:image/...;base64 URLs only")
    try:
        return File(f"image-{number}", media_type, base64.b64decode(data, validate=True))
    except binascii.Error as error:
        raise wrong("an image is not valid base64") from error


def wrong(words: str) -> ApiProblem:
    """A conversation that cannot be answered."""
    return ApiProblem(BAD_REQUEST, words, param="messages")
