"""A progress bar for bytes, on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

_MEGABYTE = 1_000_000


@contextmanager
def byte_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """Give a function that shows (bytes done, bytes in all).

    The bar appears with its first call; where stderr is no terminal it is a line with the label alone.
    """
    with ExitStack() as stack:
        bars: list[ProgressBar[int]] = []

        def show(done: int, total: int) -> None:
            if not bars:
                bar: ProgressBar[int] = click.progressbar(
                    length=max(total, 1),
                    label=label,
                    item_show_func=lambda at: f"{(at or 0) / _MEGABYTE:,.1f} of {total / _MEGABYTE:,.1f} MB",
                    file=sys.stderr,
                )
                bars.append(stack.enter_context(bar))
            bars[0].update(done - bars[0].pos, done)

        yield show
