"""The paths under `/v1`, and `/tokenize`: what each answers, on the app as it is when the request comes."""

from __future__ import annotations

import time
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from lazyflow.nodes.contract import NodeFailed
from lazyflow.runtime.contract import LiveApp
from lazyflow.server.access import PERSON
from lazyflow.server.openai.asking import callable_node, chat, completions
from lazyflow.server.openai.body import ChatBody, CompletionBody, EmbeddingBody, TokenizeBody
from lazyflow.server.openai.document import ERRORS, add_document, streaming
from lazyflow.server.openai.embeddings import embedding_response
from lazyflow.server.openai.limited import LimitedRoute
from lazyflow.server.openai.problem import TurnFailed
from lazyflow.server.openai.streaming import respond, while_connected
from lazyflow.server.openai.told import (
    ChatCompletion,
    ChatCompletionChunk,
    EmbeddingList,
    Model,
    Models,
    TextCompletion,
    TokenList,
)


def person(request: Request) -> str:
    """Who is asking, as the gate tells it; empty where it knows nobody."""
    return request.headers.get(PERSON.decode(), "")


def openai_routes(live: LiveApp, web: str) -> APIRouter:
    """The API of one web node."""
    router = APIRouter(route_class=LimitedRoute, responses=ERRORS)
    started = int(time.time())

    def described(name: str) -> dict[str, Any]:
        return {"id": name, "object": "model", "created": started, "owned_by": live.app.spec.name}

    @router.get("/v1/models", response_model=Models)
    async def models() -> JSONResponse:
        spec = live.app.spec
        target = spec.webs[web].target
        names = [target, *(name for name in spec.callables if name != target)]
        return JSONResponse({"object": "list", "data": [described(name) for name in names]})

    @router.get("/v1/models/{model}", response_model=Model)
    async def model(model: str) -> JSONResponse:
        return JSONResponse(described(callable_node(live.app, web, model)))

    @router.post("/v1/chat/completions", responses=streaming(ChatCompletionChunk, ChatCompletion))
    async def chat_completions(body: ChatBody, request: Request) -> Response:
        return await respond(request, live, body, lambda app: chat(app, web, body, person(request)))

    @router.post("/v1/completions", responses=streaming(TextCompletion, TextCompletion))
    async def text_completions(body: CompletionBody, request: Request) -> Response:
        return await respond(request, live, body, lambda app: completions(app, web, body, person(request)))

    @router.post("/v1/embeddings", response_model=EmbeddingList)
    async def embeddings(body: EmbeddingBody, request: Request) -> JSONResponse:
        with live.lease() as app:
            node = callable_node(app, web, body.model)
            texts = [body.input] if isinstance(body.input, str) else body.input
            try:
                found = await while_connected(request, app.embed(node, texts, body.dimensions))
            except NodeFailed as error:
                raise TurnFailed(error.failure) from error
            return JSONResponse(embedding_response(node, found, base64=body.encoding_format == "base64"))

    @router.post("/tokenize", response_model=TokenList)
    async def tokenize(body: TokenizeBody) -> JSONResponse:
        with live.lease() as app:
            node = callable_node(app, web, body.model)
            try:
                return JSONResponse({"tokens": list(await app.tokenize(node, body.content))})
            except NodeFailed as error:
                raise TurnFailed(error.failure) from error

    add_document(router, live, web)
    return router
