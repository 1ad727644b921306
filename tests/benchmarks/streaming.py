"""A reply of ordinary Markdown, or of one long block of code, at 100 tokens a second, and what it costs."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
from playwright.sync_api import Page

RATE = 100
PIECE = 5
"""Characters a token."""
APP = """version: 1
nodes:
  source: { type: python, call: "./source.py:source" }
  web: { type: web, target: source, store: chats.db }
"""
SOURCE = '''
"""Says `kind.txt` in pieces, at a steady rate."""
import asyncio
import sys
import time
from pathlib import Path

def pieces(message):
    kind, tokens = message.split()
    text = Path(__file__).with_name(f"{kind}.txt").read_text("utf-8")[: int(tokens) * PIECE]
    return [text[at : at + PIECE] for at in range(0, len(text), PIECE)]

async def paced(message):
    began = time.perf_counter()
    for number, piece in enumerate(pieces(message)):
        await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))
        yield piece

async def source(message):
    async for piece in paced(message):
        yield piece

async def alone(message):
    async for _ in source(message):
        pass

if __name__ == "__main__":
    began = time.process_time()
    asyncio.run(alone(sys.argv[1]))
    print(time.process_time() - began)
'''.replace("PIECE", str(PIECE)).replace("RATE", str(RATE))
MARKDOWN = """## Choosing a queue, part {n}

Pick by **delivery guarantee**, not by benchmark: what is *lost* costs more than what is late, and a queue that is
fast in a test has seen none of your failures. Read `q.ack` twice before you write it once.

- *At most once*: fire and forget, for figures that the next one replaces
- *At least once*: consumers that may see a message twice and do no harm
- *Exactly once*: usually a database in disguise

```python
async def consume(q):
    async for msg in q:      # blocks until one arrives
        await handle(msg)
        await q.ack(msg.id)
```

| Broker | Guarantee | p99 latency |
|:--|:--|--:|
| NATS | at most once | 0.4 ms |
| RabbitMQ | at least once | 2.1 ms |

See [the manual](https://example.org/queues) for the acknowledgement call, and measure on your own machines.

"""
CODE = """    if queue[{n}].ready and not queue[{n}].closed:  # the next one in line
        total += handle(queue[{n}], limit={n})
"""
TEXTS = {
    "markdown": "".join(MARKDOWN.format(n=n) for n in range(40)),
    "code": "```python\n" + "".join(CODE.format(n=n) for n in range(300)),
}
# When the first piece of the newest answer was in the page, and when all of it was, in milliseconds.
WATCH = """() => {
  const inside = e => e.shadowRoot ? [e.shadowRoot, ...find(e.shadowRoot)] : []
  const find = root => [...root.querySelectorAll('*')].flatMap(inside)
  const log = find(document).map(root => root.querySelector('.log')).find(Boolean)
  window.times = {}
  const seen = new MutationObserver(() => {
    const answer = [...log.querySelectorAll('article.assistant')].at(-1)
    if (!answer?.querySelector('.body').textContent) return
    window.times.first = performance.now()
    seen.disconnect()
    const ended = new MutationObserver(() => { window.times.last ??= performance.now() })
    ended.observe(answer, {attributeFilter: ['aria-busy']})
  })
  seen.observe(log, {childList: true, subtree: true})
}"""


def write_app(folder: Path) -> Path:
    """The app and what it says; the path of its app.yaml."""
    (folder / "source.py").write_text(SOURCE)
    for kind, text in TEXTS.items():
        (folder / f"{kind}.txt").write_text(text)
    (folder / "app.yaml").write_text(APP)
    return folder / "app.yaml"


def cpu(process: psutil.Process) -> float:
    """Seconds of CPU that a process has used."""
    times = process.cpu_times()
    return float(times.user + times.system)


def source_alone(folder: Path, tokens: int) -> float:
    """Milliseconds of CPU a token that the source takes where nobody listens: waking up a hundred times a second."""
    command = [sys.executable, str(folder / "source.py"), f"markdown {tokens}"]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return 1000 * float(told) / tokens


@dataclass(frozen=True)
class Streamed:
    """What a token cost, in milliseconds of CPU, and how much of the source's rate reached the DOM."""

    server: float
    browser: float
    rate: float

    def __str__(self) -> str:
        return f"server {self.server:.2f} ms, main thread {self.browser:.2f} ms a token, {self.rate:.1%} of the rate"


def streamed(process: psutil.Process, page: Page, ask: Callable[[], None], tokens: int, watch: str = WATCH) -> Streamed:
    """Watch one reply of so many tokens that `ask` asks for, from its first piece in the page to its end."""
    metrics = page.context.new_cdp_session(page)
    # Time on the processor: that of the clock tells what else the machine does.
    metrics.send("Performance.enable", {"timeDomain": "threadTicks"})

    def busy() -> float:
        found = metrics.send("Performance.getMetrics")["metrics"]
        return float(next(metric["value"] for metric in found if metric["name"] == "TaskDuration"))

    page.evaluate(watch)
    time.sleep(1)
    server, browser = cpu(process), busy()
    ask()
    # Asked at each of its frames, as is the default, the page would be made to draw 60 a second.
    page.wait_for_function("() => window.times.last", polling=500, timeout=1000 * (tokens / RATE * 10 + 30))
    server, browser = cpu(process) - server, busy() - browser
    times = page.evaluate("window.times")
    metrics.detach()
    seconds = (times["last"] - times["first"]) / 1000
    return Streamed(1000 * server / tokens, 1000 * browser / tokens, (tokens - 1) / RATE / seconds)
