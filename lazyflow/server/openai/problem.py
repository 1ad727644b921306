"""Errors in OpenAI's shape, each with the status that its clients act on."""

from __future__ import annotations

import math
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from lazyflow.nodes.events import Failure, FailureReason
from lazyflow.runtime.contract import Stopping

STATUS: dict[FailureReason, int] = {
    "load_failed": 503,
    "error": 502,
    "timeout": 504,
    "rate_limit": 429,
    "context_window": 400,
    "invalid": 422,
    "busy": 429,
}
CODES: dict[FailureReason, str] = {"context_window": "context_length_exceeded", "rate_limit": "rate_limit_exceeded"}
TYPES = {400: "invalid_request_error", 401: "authentication_error", 403: "permission_error", 404: "not_found_error"}
TYPES |= {413: "invalid_request_error", 422: "invalid_request_error", 429: "rate_limit_error"}
BACK_SOON = 5
"""Seconds after which a client of an app that is being stopped may look whether it is back."""


class ApiProblem(Exception):
    """A request that is not answered: status, words, and the field that is wrong."""

    def __init__(self, status: int, message: str, *, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body = problem_body(status, message, param=param, code=code)
        self.headers: dict[str, str] = {}


class AppStopping(ApiProblem):
    """No new turn begins any more; another process may take this one's place."""

    def __init__(self, reason: Stopping) -> None:
        super().__init__(503, f"{reason.message}: {reason.help}", code="stopping")
        self.headers["Retry-After"] = str(BACK_SOON)


class TurnFailed(ApiProblem):
    """The app's turn ended with a failure."""

    def __init__(self, failure: Failure) -> None:
        words = f"{failure.message}: {failure.help}" if failure.help else failure.message
        super().__init__(STATUS[failure.reason], words, code=CODES.get(failure.reason, failure.reason))
        if self.status in {429, 503}:
            self.headers["Retry-After"] = str(math.ceil(failure.retry_after or 1))


def problem_body(status: int, message: str, *, param: str | None = None, code: str | None = None) -> dict[str, Any]:
    """The body of an error."""
    kind = TYPES.get(status, "server_error")
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def add_problem_handlers(site: FastAPI) -> None:
    """Answer every error of the API in this shape."""

    async def refused(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, ApiProblem)  # noqa: S101 - tells the type that it is registered for
        return JSONResponse(error.body, error.status, headers=error.headers)

    async def stopping(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, Stopping)  # noqa: S101 - tells the type that it is registered for
        return await refused(request, AppStopping(error))

    async def malformed(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - tells the type that it is registered for
        first = error.errors()[0]
        place = [str(part) for part in first["loc"] if part != "body"]
        words = f"{'.'.join(place)}: {first['msg']}" if place else str(first["msg"])
        return JSONResponse(problem_body(400, words, param=place[0] if place else None, code="invalid_value"), 400)

    async def not_served(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)  # noqa: S101 - tells the type that it is registered for
        return JSONResponse(
            problem_body(error.status_code, str(error.detail)), error.status_code, headers=dict(error.headers or {})
        )

    site.add_exception_handler(ApiProblem, refused)
    site.add_exception_handler(Stopping, stopping)
    site.add_exception_handler(RequestValidationError, malformed)
    site.add_exception_handler(HTTPException, not_served)
