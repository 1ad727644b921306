"""Text that would run or fetch something in a careless page: the known ways around filters, and Markdown's own.

`payloads.json` has them by kind. Each of them names itself where it runs, as `ran(NUMBER)`, and in the address of what
it fetches, so that many can stand in one page.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

HOST = "elsewhere.invalid"
KINDS = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
HANDLERS = KINDS.pop("names of events").split()
LESS_THAN = [
    *("&lt", "&lt;", "&LT", "&LT;", "%3C", "%3c", "\\x3c", "\\x3C", "\\u003c", "\\u003C", "\uff1c", "\u2039"),
    *(f"&#{'0' * zeros}60{end}" for zeros in range(6) for end in ("", ";")),
    *(f"&#{x}{'0' * zeros}3{c}{end}" for x in "xX" for c in "cC" for zeros in range(6) for end in ("", ";")),
]


def decimal(text: str) -> str:
    return "".join(f"&#{ord(sign)};" for sign in text)


def padded(text: str) -> str:
    return "".join(f"&#{ord(sign):07}" for sign in text)


def hexadecimal(text: str) -> str:
    return "".join(f"&#x{ord(sign):X}" for sign in text)


MADE: tuple[Callable[[str], str], ...] = (
    lambda run: f"<IMG SRC={decimal(f'javascript:{run}')}>",
    lambda run: f"<IMG SRC={padded(f'javascript:{run}')}>",
    lambda run: f"<IMG SRC={hexadecimal(f'javascript:{run}')}>",
    lambda run: f'<img src=x onerror="{padded(run)}">',
    lambda run: f"[x]({decimal('javascript:')}{run})",
    lambda run: f'<a href="{hexadecimal("javascript:")}{run}">x</a>',
    lambda run: "<b tabindex=1 " + " ".join(f"on{event}={run}" for event in HANDLERS) + ">x</b>",
    lambda run: "\n".join(f"{sign}img src=x onerror={run}>" for sign in LESS_THAN),
    lambda run: "\n".join(f"{sign}script>{run}{sign}/script>" for sign in LESS_THAN),
    lambda run: f"%3Cscript%3E{run}%3C/script%3E",
)


def numbered() -> Iterator[str]:
    plain = [payload for kind in KINDS.values() for payload in kind]
    for number, payload in enumerate(plain):
        yield payload.replace("RUN", f"ran({number})").replace("ELSEWHERE", f"http://{HOST}/{number}")
    for number, made in enumerate(MADE, len(plain)):
        yield made(f"ran({number})")


PAYLOADS = tuple(numbered())
