"""How an app's sites are reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lazyflow.server.proxies import Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """What stands before the sites: nothing, or trusted `proxies`, which pass on what is below `root_path`.

    `insecure` lets everybody in who reaches a site without `auth`, `traces` goes on with the traces of callers.
    """

    insecure: bool = False
    proxies: Sequence[Network] = ()
    root_path: str = ""
    traces: bool = False


DIRECT = Front()
