"""Embeddings as OpenAI's clients read them: as numbers, or as little-endian 32-bit floats in base64."""

from __future__ import annotations

import base64 as coding
import struct
from typing import Any

from lazyflow.nodes.contract import Embeddings


def embedding_response(model: str, found: Embeddings, *, base64: bool) -> dict[str, Any]:
    """The answer to a request for embeddings."""
    vectors: list[Any] = [packed(vector) if base64 else list(vector) for vector in found.vectors]
    data = [{"object": "embedding", "index": index, "embedding": vector} for index, vector in enumerate(vectors)]
    tokens = found.tokens or 0
    return {
        "object": "list",
        "data": data,
        "model": model,
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }


def packed(vector: tuple[float, ...]) -> str:
    """The form that OpenAI's own clients ask for by default."""
    return coding.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
