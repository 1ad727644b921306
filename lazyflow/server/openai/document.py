"""The API's OpenAPI document, made of its routes and their types."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from lazyflow import __version__
from lazyflow.runtime.contract import LiveApp
from lazyflow.server.openai.told import ChatCompletionChunk, ErrorAnswer

COMPONENTS = "#/components/schemas/"
ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"description": "the request is wrong", "model": ErrorAnswer},
    401: {"description": "a key or a login is missing", "model": ErrorAnswer},
    403: {"description": "not from this machine or page", "model": ErrorAnswer},
    404: {"description": "no node has this name", "model": ErrorAnswer},
    413: {"description": "the request is too large", "model": ErrorAnswer},
    422: {"description": "the node cannot do this", "model": ErrorAnswer},
    429: {"description": "too busy: Retry-After says when to come again", "model": ErrorAnswer},
    502: {"description": "the node failed", "model": ErrorAnswer},
    503: {"description": "the model is not loaded", "model": ErrorAnswer},
    504: {"description": "a provider did not answer in time", "model": ErrorAnswer},
}


def streaming(chunk: type[BaseModel], whole: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """The answers of a route that streams where the caller asks for it: events whose data is a `chunk`."""
    told = [{"$ref": COMPONENTS + model.__name__} for model in (chunk, ErrorAnswer)]
    piece = {"type": "string", "contentMediaType": "application/json", "contentSchema": {"anyOf": told}}
    data = {"anyOf": [piece, {"const": "[DONE]"}], "description": "the last one is [DONE]"}
    event = {"type": "object", "description": "one event", "properties": {"data": data}, "required": ["data"]}
    return {200: {"description": "the answer", "model": whole, "content": {"text/event-stream": {"schema": event}}}}


def add_document(router: APIRouter, live: LiveApp, web: str) -> None:
    """Serve the document of the router's routes beside them."""

    @router.get("/v1/openapi.json", include_in_schema=False)
    async def openapi(request: Request) -> JSONResponse:
        spec = live.app.spec
        root_path = str(request.scope.get("root_path", ""))
        return JSONResponse(document(router, spec.name, root_path, keys=spec.webs[web].auth is not None))


def document(router: APIRouter, title: str, root_path: str, *, keys: bool) -> dict[str, Any]:
    """The document; `keys` says whether callers must prove who they are."""
    found = get_openapi(title=title, version=__version__, routes=router.routes)
    found["servers"] = [{"url": root_path or "/"}]
    chunk = ChatCompletionChunk.model_json_schema(ref_template=COMPONENTS + "{model}")
    parts = chunk.pop("$defs")
    found["components"]["schemas"] |= {**parts, ChatCompletionChunk.__name__: chunk}
    if keys:
        found["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        found["security"] = [{"key": []}]
    return found
