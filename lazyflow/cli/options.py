"""The options of `lazyflow run` that have a form of their own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from lazyflow.server.proxies import Network

ONE = re.compile(r"\d{1,5}(-\d{1,5})?")


class Ports(click.ParamType[tuple[tuple[int, int], ...]]):
    """A port or a range such as `20500-20799`, or several with commas between."""

    name = "port"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[tuple[int, int], ...]:
        """Inclusive ranges, in the order to try them."""
        from lazyflow.spec.ports import port_range  # noqa: PLC0415 - one home of what a port may be

        found = [port_range(one) if ONE.fullmatch(one) else None for one in value.replace(" ", "").split(",")]
        ranges = tuple(one for one in found if one is not None)
        if len(ranges) < len(found):
            self.fail(f"'{value}' is no port: write 8080, or a range such as 20500-20799", param, ctx)
        return ranges


class Proxies(click.ParamType["Sequence[Network]"]):
    """Addresses and networks of proxies, with commas between."""

    name = "addresses"

    def convert(
        self, value: str | Sequence[Network], param: click.Parameter | None, ctx: click.Context | None
    ) -> Sequence[Network]:
        """The networks."""
        from lazyflow.server.proxies import networks  # noqa: PLC0415 - used here only

        if not isinstance(value, str):
            return value
        try:
            return networks(value)
        except ValueError:
            self.fail(f"'{value}' is no address: write 127.0.0.1, or a network such as 10.0.0.0/8", param, ctx)


class RootPath(click.ParamType[str]):
    """A path such as `/chat`, without the slash at its end."""

    name = "path"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The path; empty for the root of the host."""
        from lazyflow.server.root_path import ROOT_PATH  # noqa: PLC0415 - used here only

        bare = value.rstrip("/")
        if bare and ROOT_PATH.fullmatch(bare) is None:
            self.fail(f"'{value}' is no path: write it as /chat", param, ctx)
        return bare
