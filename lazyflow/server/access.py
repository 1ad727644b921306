"""The one ASGI middleware that decides who comes in: it covers pages, API and websocket alike."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from lazyflow.server.caller import Caller
from lazyflow.server.origin import foreign_page, refusal

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from lazyflow.server.login import Login

POLICY_VIOLATION = 1008
FORBIDDEN = 403
UNAUTHORIZED = 401
SEE_OTHER = 303
LOGIN_PATHS = frozenset({"/login", "/logout"})
OPEN_TO_ALL = frozenset({"/healthz"})
PERSON = b"x-lazyflow-person"
"""The header that tells the app who sent a request. Only the gate sets it: what a client sends is dropped."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who is known from this request on, by the cookie that goes back with its answer."""

    person: str
    cookie: str


class Policy(Protocol):
    """Who may come in."""

    def refusal(self, caller: Caller) -> str | None:
        """Why this caller is not even asked who they are; None where they may go on."""

    def person(self, caller: Caller) -> str | None:
        """Who the caller is, as an opaque id; None where they have not proved it."""

    def newcomer(self, caller: Caller) -> Newcomer | None:
        """Who the caller is from now on, where they get to know it with the answer."""


class LoopbackOnly:
    """This machine's own pages and programs, and nobody else. They are all one person."""

    def refusal(self, caller: Caller) -> str | None:
        """See `Policy`."""
        return refusal(caller)

    def person(self, caller: Caller) -> str | None:  # noqa: ARG002 - everybody is the same
        """See `Policy`."""
        return ""

    def newcomer(self, caller: Caller) -> Newcomer | None:  # noqa: ARG002 - nobody is told anything
        """See `Policy`."""
        return None


class Everybody(LoopbackOnly):
    """Anybody who can reach the port, from pages of this very server alone."""

    def refusal(self, caller: Caller) -> str | None:
        """See `Policy`."""
        return foreign_page(caller)


class Gate:
    """Lets in whom its policy knows, and tells the app who they are. `login` answers `/login` and `/logout`."""

    def __init__(self, app: ASGIApp, policy: Policy, login: Login | None = None) -> None:
        self.app = app
        self.policy = policy
        self.login = login

    @property
    def paths(self) -> frozenset[str]:
        """What the gate itself answers."""
        return LOGIN_PATHS if self.login is not None else frozenset()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it before anything else sees it."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        caller = Caller.of(scope)
        reason = self.policy.refusal(caller)
        if reason is not None:
            await refuse(scope, receive, send, FORBIDDEN, reason)
        elif self.login is not None and scope["type"] == "http" and caller.path in LOGIN_PATHS:
            await self.login(scope, receive, send)
        else:
            await self._let_in(caller, scope, receive, send)

    async def _let_in(self, caller: Caller, scope: Scope, receive: Receive, send: Send) -> None:
        person = self.policy.person(caller)
        newcomer = self.policy.newcomer(caller) if scope["type"] == "http" else None
        if newcomer is not None:
            person, send = newcomer.person, with_cookie(send, newcomer.cookie)
        if person is not None or caller.path in OPEN_TO_ALL:
            headers = [pair for pair in scope["headers"] if pair[0] != PERSON]
            headers.append((PERSON, (person or "").encode()))
            await self.app({**scope, "headers": headers}, receive, send)
        elif self.login is not None and scope["type"] == "http" and caller.browses:
            location = (b"location", self.login.address.encode())
            await send({"type": "http.response.start", "status": SEE_OTHER, "headers": [location]})
            await send({"type": "http.response.body", "body": b""})
        else:
            reason = "send a key: Authorization: Bearer KEY"
            await refuse(scope, receive, send, UNAUTHORIZED, f"This app needs a login or a key ({reason}).")


def with_cookie(send: Send, cookie: str) -> Send:
    """The answer gives the browser a cookie."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], (b"set-cookie", cookie.encode("latin-1"))]
        await send(message)

    return sending


async def refuse(scope: Scope, receive: Receive, send: Send, status: int, reason: str) -> None:
    """Answer in the shape that OpenAI's clients read, or close the websocket before it opens."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": reason})
        return
    kind, code = (
        ("authentication_error", "unauthorized") if status == UNAUTHORIZED else ("permission_error", "forbidden")
    )
    body = json.dumps({"error": {"message": reason, "type": kind, "param": None, "code": code}})
    headers = [(b"content-type", b"application/json"), (b"x-content-type-options", b"nosniff")]
    if status == UNAUTHORIZED:
        headers.append((b"www-authenticate", b"Bearer"))
    start: Message = {"type": "http.response.start", "status": status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": body.encode()})
