"""The login page: a form without scripts, a cookie for who knows their password."""

from __future__ import annotations

import asyncio
import html
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from lazyflow.server.attempts import Attempts
from lazyflow.server.passwords import Passwords
from lazyflow.server.sessions import COOKIE, SECONDS, Sessions
from lazyflow.spec.nodes import Auth

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

LONGEST = 4096
OK, SEE_OTHER, UNAUTHORIZED, TOO_LARGE, TOO_MANY = 200, 303, 401, 413, 429
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>
:root {{ color-scheme: light dark; font: 16px/1.6 system-ui, sans-serif; }}
body {{ display: grid; place-items: center; min-height: 100vh; margin: 0; }}
form {{ display: grid; gap: 12px; width: min(320px, 90vw); }}
h1 {{ font-size: 22px; font-weight: 600; margin: 0 0 8px; }}
label {{ display: grid; gap: 4px; font-size: 14px; }}
input, button {{ font: inherit; padding: 9px 12px; border-radius: 10px; border: 1px solid #8888; }}
button {{ background: #2f5bd7; color: #fff; border-color: transparent; cursor: pointer; }}
p {{ margin: 0; color: #c62828; min-height: 1.6em; font-size: 14px; }}
@media (prefers-color-scheme: dark) {{ p {{ color: #ff8a80; }} }}
</style></head><body><form method="post" action="{root}/login"><h1>{title}</h1>
<label>Name <input name="user" autocomplete="username" autofocus required></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<p role="alert">{message}</p><button>Log in</button></form></body></html>"""


class Login:
    """An ASGI app for `/login` and `/logout`. `auth` and `title` give what the file has now.

    `root` is the path of the host below which the site is.
    """

    def __init__(self, auth: Callable[[], Auth], title: Callable[[], str], sessions: Sessions, root: str = "") -> None:
        self.root = root
        self.auth = auth
        self.title = title
        self.sessions = sessions
        self.passwords = Passwords()
        self.attempts = Attempts()

    @property
    def address(self) -> str:
        """Where a browser finds the form."""
        return f"{self.root}/login"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Show the form, take it, or log out."""
        request = Request(scope, receive)
        response = await self._answer(request)
        response.headers["cache-control"] = "no-store"
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        match request.method, request.url.path:
            case "POST", "/login":
                return await self._log_in(request)
            case "POST", "/logout":
                response: Response = RedirectResponse(self.address, SEE_OTHER)
                response.delete_cookie(COOKIE, path=self.root or "/")
                return response
            case "GET" | "HEAD", "/login":
                return self._form("")
            case _:
                return RedirectResponse(f"{self.root}/", SEE_OTHER)

    async def _log_in(self, request: Request) -> Response:
        address = request.client.host if request.client else ""
        wait = self.attempts.wait(address)
        if wait:
            return self._form(f"Too many tries. Wait {wait} seconds.", TOO_MANY, {"retry-after": str(wait)})
        body = await limited_body(request)
        if body is None:
            return self._form("That is too long.", TOO_LARGE)
        fields = parse_qs(body.decode("utf-8", "replace"))
        user, password = fields.get("user", [""])[0], fields.get("password", [""])[0]
        users = self.auth().users
        if not await asyncio.to_thread(self.passwords.fit, users, user, password):
            self.attempts.failed(address)
            return self._form("The name or the password is wrong.", UNAUTHORIZED)
        self.attempts.succeeded(address)
        response = RedirectResponse(f"{self.root}/", SEE_OTHER)
        secure = request.url.scheme == "https"
        token = self.sessions.token(user, users)
        path = self.root or "/"
        response.set_cookie(COOKIE, token, SECONDS, path=path, httponly=True, samesite="lax", secure=secure)
        return response

    def _form(self, message: str, status: int = OK, headers: dict[str, str] | None = None) -> Response:
        page = PAGE.format(title=html.escape(self.title()), message=html.escape(message), root=self.root)
        return HTMLResponse(page, status, headers)


async def limited_body(request: Request) -> bytes | None:
    """The request's body; None where it is too long."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST:
            return None
    return body
