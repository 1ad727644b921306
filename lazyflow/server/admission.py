"""Which gate a web node gets: its own machine, whoever can log in, or everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platformdirs import user_data_path

from lazyflow.runtime.contract import LiveApp
from lazyflow.server.access import Gate, LoopbackOnly
from lazyflow.server.login import Login
from lazyflow.server.members import Members
from lazyflow.server.passwords import check_hashes
from lazyflow.server.sessions import Sessions, kept_secret
from lazyflow.server.visitors import Visitors
from lazyflow.spec.nodes import Auth

if TYPE_CHECKING:
    from starlette.types import ASGIApp


def guarded(app: ASGIApp, live: LiveApp, web: str, *, insecure: bool = False, root: str = "") -> Gate:
    """`app` behind the gate that its web node asks for. Users and keys are the file's newest; the kind of gate stays.

    `root` is the path of the host below which the site is.

    Raises: `LazyflowError` where a user's hash is none.
    """
    first = live.app.spec.webs[web].auth
    if first is None:
        return Gate(app, Visitors(kept_secret(user_data_path("lazyflow")), root) if insecure else LoopbackOnly())
    check_hashes(web, first.users)

    def auth() -> Auth:
        spec = live.app.spec.webs.get(web)
        return (spec.auth if spec is not None else None) or first

    def title() -> str:
        spec = live.app.spec.webs.get(web)
        return (spec.title if spec is not None else None) or live.app.spec.name

    sessions = Sessions(kept_secret(user_data_path("lazyflow")))
    login = Login(auth, title, sessions, root) if first.users else None
    return Gate(app, Members(auth, sessions), login)
