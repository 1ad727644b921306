"""The sizes of a model that decide where it fits, read from its files' headers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lazyflow.engine.native.gguf import GgufTable, Tensor
from lazyflow.errors import ModelUnusable

_LAYER = re.compile(r"blk\.(\d+)\.")
_SHARD = re.compile(r"-00001-of-(\d{5})\.gguf$", re.IGNORECASE)
_OUTPUT = re.compile(r"output(_norm)?\.")
_EMBEDDINGS = "token_embd.weight"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelShape:
    """What placement needs to know of a model. Sizes are bytes, widths are numbers (elements) a token.

    `weights` and `kv_widths` have one entry a layer; `kv_widths` counts keys and values together. `input` always
    stays on the host, `output` goes with the output layer; `tied` is what that layer takes besides on a device,
    where the model uses its embeddings for it again.
    """

    weights: tuple[int, ...]
    kv_widths: tuple[int, ...]
    input: int
    output: int
    tied: int = 0
    trained_context: int
    width: int
    feed_forward: int
    heads: int
    vocabulary: int
    types: Counter[str] = field(default_factory=Counter, hash=False)

    @property
    def layers(self) -> int:
        """Layers, the output layer not counted."""
        return len(self.weights)

    @property
    def size(self) -> int:
        """Bytes of all tensors."""
        return sum(self.weights) + self.input + self.output

    @property
    def quant(self) -> str:
        """The type that most of the weights have, by ggml's name (`q4_1`)."""
        return self.types.most_common(1)[0][0] if self.types else ""


def read_shape(path: Path) -> ModelShape:
    """Read the headers of a GGUF and of its further shards: tens of milliseconds, no weights.

    Raises: `ModelUnusable` for a file that is no GGUF or holds no language model.
    """
    with GgufTable(path) as table:
        kind = table.text("general.architecture") or ""
        layers = table.whole(f"{kind}.block_count") or 0
        if not 0 < layers <= 1 << 16:
            raise ModelUnusable(f"{path} holds no language model", "name a GGUF with a model's weights")
        tensors = [*table.tensors(), *(tensor for shard in _further(path) for tensor in _tensors(shard))]
        width = table.whole(f"{kind}.embedding_length") or 0
        heads = table.whole(f"{kind}.attention.head_count") or 1
        experts = table.whole(f"{kind}.expert_used_count") or 0
        return ModelShape(
            **_sizes(tensors, layers),
            kv_widths=_kv_widths(table, kind, layers, width // max(heads, 1)),
            trained_context=table.whole(f"{kind}.context_length") or 0,
            width=width,
            feed_forward=max(
                table.whole(f"{kind}.feed_forward_length") or 0,
                experts * (table.whole(f"{kind}.expert_feed_forward_length") or 0),
            ),
            heads=heads,
            vocabulary=table.count("tokenizer.ggml.tokens") or table.whole(f"{kind}.vocab_size") or 0,
        )


def _kv_widths(table: GgufTable, kind: str, layers: int, head: int) -> tuple[int, ...]:
    """`n_embd_k_gqa + n_embd_v_gqa` of each layer (llama.cpp, src/llama-hparams.cpp).

    Layers with a sliding window count in full: that is how llama.cpp keeps them by default (`swa_full`).
    """
    key = table.whole(f"{kind}.attention.key_length") or head
    value = table.whole(f"{kind}.attention.value_length") or head
    counts = table.numbers(f"{kind}.attention.head_count_kv") or table.numbers(f"{kind}.attention.head_count") or (1,)
    if len(counts) < layers:
        counts = counts[:1] * layers
    return tuple(count * (key + value) for count in counts[:layers])


def _sizes(tensors: Iterable[Tensor], layers: int) -> dict[str, Any]:
    weights, rest, embeddings, output = [0] * layers, 0, 0, 0
    types: Counter[str] = Counter()
    has_output = False
    for tensor in tensors:
        types[tensor.type] += tensor.size
        match = _LAYER.match(tensor.name)
        if match and int(match[1]) < layers:
            weights[int(match[1])] += tensor.size
        elif _OUTPUT.match(tensor.name):
            output += tensor.size
            has_output = has_output or tensor.name == "output.weight"
        else:
            rest += tensor.size
            embeddings = tensor.size if tensor.name == _EMBEDDINGS else embeddings
    # A model without an output tensor uses its embeddings again, as a second copy where that layer is offloaded.
    return {
        "weights": tuple(weights),
        "input": rest,
        "output": output,
        "tied": 0 if has_output else embeddings,
        "types": types,
    }


def _further(path: Path) -> tuple[Path, ...]:
    match = _SHARD.search(path.name)
    if not match:
        return ()
    stem, count = path.name[: match.start()], int(match[1])
    return tuple(path.with_name(f"{stem}-{number:05}-of-{count:05}.gguf") for number in range(2, count + 1))


def _tensors(path: Path) -> list[Tensor]:
    with GgufTable(path) as table:
        return list(table.tensors())
