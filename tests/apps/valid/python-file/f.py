raise SystemExit("validating runs nothing")


async def answer(message, *, tone, history):
    yield message


try:
    from x import later
except ImportError:
    later = answer
