"""What the fake app says, by the first word of the message."""

from __future__ import annotations

from collections.abc import Sequence

from lazyflow.nodes.events import Failure, Notice, Step, Text, Thinking, Usage
from lazyflow.runtime.contract import Ask
from tests.web.fake_live import Beat

QUEUE = """## Choosing a queue

Pick by **delivery guarantee**, not by benchmark:

- *At most once* - fire and forget
- *At least once* - needs idempotent consumers
- *Exactly once* - usually a database in disguise

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
| Kafka | at least once | 5.8 ms |

See `q.ack` for the acknowledgement call.
"""


def play(ask: Ask) -> Sequence[Beat]:
    usage = Usage(("chat",), "smollm2-135m-instruct", 42, 128, None, 0.31, 3.2, finish_reason="stop")
    kind = ask.message.split()[0].lower()
    match kind:
        case "slow":
            return [beat for number in range(600) for beat in (Text(f"word{number} "), 0.01)]
        case "think":
            steps = [Step(("chat", "plan"), "began"), Step(("chat", "plan"), "output", "Look it up.")]
            return [
                Step(("chat",), "began"), *steps, Thinking("First, "), 0.2, Thinking("let me think."), 0.2,
                Step(("chat", "plan"), "ended", seconds=0.4), Notice("trimmed", "The oldest 2 messages were left out."),
                Text("Thought it through."), Step(("chat",), "ended", seconds=0.5), usage,
            ]  # fmt: skip
        case "fail":
            return [Text("Half an ans"), Failure(("chat",), "The provider did not answer in time.", "Try again.")]
        case "remember":
            return [Text(f"history={len(ask.history)} context={ask.use_context}")]
        case _:
            pieces = [QUEUE[at : at + 7] for at in range(0, len(QUEUE), 7)]
            return [*[beat for piece in pieces for beat in (Text(piece), 0.002)], usage]
