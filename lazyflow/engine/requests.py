"""What a model's owner asks of its process. Pickled: only the process that started the worker writes them."""

from __future__ import annotations

import json
import pickle
import socket
from dataclasses import dataclass, replace

from lazyflow.engine import wire
from lazyflow.engine.contract import ChatRequest, InvalidRequest, ModelKey
from lazyflow.spec.sampling import JsonSchema


@dataclass(frozen=True, slots=True)
class Load:
    """Load this model; the first request."""

    key: ModelKey


@dataclass(frozen=True, slots=True)
class Chat:
    """Answer."""

    number: int
    request: ChatRequest


@dataclass(frozen=True, slots=True)
class Embed:
    """Make an embedding of a text."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Tokenize:
    """Tell the tokens of a text."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class State:
    """Tell how busy the model is."""

    number: int


@dataclass(frozen=True, slots=True)
class Room:
    """Tell whether these models fit beside this one."""

    number: int
    keys: tuple[ModelKey, ...]


@dataclass(frozen=True, slots=True)
class Cancel:
    """End a request."""

    number: int


@dataclass(frozen=True, slots=True)
class Ping:
    """Say that you are alive."""


@dataclass(frozen=True, slots=True)
class Stop:
    """End every request and then yourself."""


OfModel = Chat | Embed | Tokenize | State | Room | Cancel
Request = Load | OfModel | Ping | Stop


def plain(request: ChatRequest) -> ChatRequest:
    """A request that can be sent: without attachments, which the engine does not read, and of plain containers.

    Raises: `InvalidRequest`.
    """
    shape = request.format
    try:
        if isinstance(shape, JsonSchema):
            shape = JsonSchema(json.loads(json.dumps(shape.schema, default=dict)))
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidRequest(f"the JSON Schema is no JSON: {error}", "write a JSON Schema") from error
    messages = tuple(replace(one, files=()) for one in request.messages)
    return replace(request, messages=messages, format=shape, logit_bias=dict(request.logit_bias))


def frame(request: Request) -> bytes:
    """A request on its way to the worker."""
    return wire.frame(pickle.dumps(request))


def receive(connection: socket.socket) -> Request | None:
    """The next request, or None where the owner is gone."""
    body = wire.receive(connection)
    if not body:
        return None
    request: Request = pickle.loads(body)  # noqa: S301 - written by the process that started this one
    return request
