"""OpenAI's API over the benchmark's source, paced as it is: `paced_api.py FOLDER PORT [ADDRESS]`.

What else is asked is answered by the server at ADDRESS: llama.cpp's own, so that its page is measured at this pace.
"""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse

HOP_BY_HOP = {"connection", "content-length", "keep-alive", "transfer-encoding", "date", "server"}


def chunk(**delta: str) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": None if delta else "stop"}
    told = {"id": "paced", "object": "chat.completion.chunk", "created": 1, "model": "paced", "choices": [choice]}
    return f"data: {json.dumps(told)}\n\n"


async def stream(message: str, paced: Callable[[str], AsyncIterator[str]]) -> AsyncIterator[str]:
    async for piece in paced(message):
        yield chunk(content=piece)
    yield chunk(content="\n\nthe-end")
    yield chunk()
    yield "data: [DONE]\n\n"


def api(paced: Callable[[str], AsyncIterator[str]], behind: str) -> FastAPI:
    app = FastAPI()
    client = httpx.AsyncClient(base_url=behind, timeout=60)

    @app.post("/v1/chat/completions")
    async def complete(request: Request) -> StreamingResponse:
        content = (await request.json())["messages"][-1]["content"]
        text = content if isinstance(content, str) else content[0]["text"]
        return StreamingResponse(stream(text, paced), media_type="text/event-stream")

    if not behind:

        @app.get("/v1/models")
        async def models() -> dict[str, Any]:
            return {"object": "list", "data": [{"id": "paced", "object": "model", "created": 1, "owned_by": "paced"}]}

        return app

    @app.api_route("/{path:path}", methods=["GET", "POST", "HEAD"])
    async def passed(request: Request, path: str) -> Response:
        asked = client.build_request(
            request.method,
            f"/{path}?{request.url.query}",
            headers={name: value for name, value in request.headers.items() if name != "host"},
            content=await request.body(),
        )
        answer = await client.send(asked, stream=True)
        # As it came over the wire: what the server has compressed stays so.
        body = b"".join([part async for part in answer.aiter_raw()])
        headers = {name: value for name, value in answer.headers.items() if name not in HOP_BY_HOP}
        return Response(body, answer.status_code, headers)

    return app


def main(folder: str, port: str, behind: str = "") -> None:
    sys.path.insert(0, folder)
    import source  # type: ignore[import-not-found] # noqa: PLC0415 - what the folder says

    uvicorn.run(api(source.paced, behind), port=int(port), log_level="warning")


if __name__ == "__main__":
    main(*sys.argv[1:])
