"""Where our answers have another shape than those of llama.cpp's server, and why."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Documented:
    """One difference. `requests` begins the names of those requests that show it; "" stands for any."""

    path: str
    how: str
    why: str
    requests: tuple[str, ...] = ("",)

    def covers(self, request: str, path: str, how: str) -> bool:
        return (self.path, self.how) == (path, how) and request.startswith(self.requests)


EXTENSION = "an extension of llama.cpp; ours tells times in the page and at /metrics"
OPENAI_HAS_IT = "OpenAI's answers always have the key"
OPENAI_LOGPROBS = "completions have logprobs of their own form at OpenAI, llama.cpp answers in that of chats"
OPENAI_CODE = "OpenAI's code is a word; the status stands in the response's first line"

DOCUMENTED = (
    Documented(".timings", "only theirs: object", EXTENSION),
    Documented(".choices[].logprobs", "only ours: null", OPENAI_HAS_IT, ("chat", "stream")),
    Documented(".choices[].message.refusal", "only ours: null", OPENAI_HAS_IT, ("chat",)),
    Documented(".choices[].logprobs.refusal", "only ours: null", OPENAI_HAS_IT, ("chat", "stream")),
    Documented(".choices[].logprobs.content[].id", "only theirs: number", EXTENSION, ("chat", "stream")),
    Documented(".choices[].logprobs.content[].top_logprobs[].id", "only theirs: number", EXTENSION, ("chat", "stream")),
    Documented(
        ".choices[].logprobs.content[].top_logprobs[]",
        "only theirs: object",
        "where no top_logprobs are asked for, OpenAI tells none and llama.cpp one",
        ("chat with logprobs",),
    ),
    Documented(
        ".choices[].delta.content",
        "ours string, theirs null|string",
        "OpenAI's first chunk has an empty text, llama.cpp's has null",
        ("stream",),
    ),
    Documented(
        ".choices[].logprobs",
        "ours null|object, theirs object",
        "chunks that hold no token tell so, as OpenAI's do",
        ("stream with logprobs",),
    ),
    Documented(".choices[].logprobs.content", "only theirs: array", OPENAI_LOGPROBS, ("completion with logprobs",)),
    Documented(".choices[].logprobs.text_offset", "only ours: array", OPENAI_LOGPROBS, ("completion with logprobs",)),
    Documented(
        ".choices[].logprobs.token_logprobs", "only ours: array", OPENAI_LOGPROBS, ("completion with logprobs",)
    ),
    Documented(".choices[].logprobs.tokens", "only ours: array", OPENAI_LOGPROBS, ("completion with logprobs",)),
    Documented(".choices[].logprobs.top_logprobs", "only ours: array", OPENAI_LOGPROBS, ("completion with logprobs",)),
    Documented(".data[].encoding_format", "only theirs: string", EXTENSION, ("embedding in base64",)),
    Documented(".usage", "only theirs: object", "nobody asked for it with stream_options", ("completion streamed",)),
    Documented(".error.code", "ours string, theirs number", OPENAI_CODE, ("error",)),
    Documented(".error.code", "ours null, theirs number", OPENAI_CODE, ("error: no such path",)),
    Documented(".error.param", "only ours: string", OPENAI_HAS_IT, ("error",)),
    Documented(".error.param", "only ours: null", OPENAI_HAS_IT, ("error",)),
    Documented(".error.n_ctx", "only theirs: number", "the message tells it", ("error: a conversation",)),
    Documented(".error.n_prompt_tokens", "only theirs: number", "the message tells it", ("error: a conversation",)),
    *(
        Documented(path, "only theirs: " + kind, "what stands in the GGUF is shown by `lazyflow doctor`", ("models",))
        for path, kind in (
            (".models", "array"),
            (".data[].aliases", "array"),
            (".data[].architecture", "object"),
            (".data[].meta", "object"),
            (".data[].tags", "array"),
        )
    ),
)

STATUS = {"error: a picture for a model that sees none": (400, 500, "the request is wrong, the server is not")}
"""Our status, theirs, and why they differ."""
