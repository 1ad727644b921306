"""Which of a repo's GGUF files is meant: models told from what lies beside them, and the choice of a quant."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lazyflow.models.shards import Shards, group

PREFERRED = "Q4_K_M"
_EIGHT_BITS = 8.0
_UNKNOWN = 99.0
_TOKEN = re.compile(r"(?:UD-)?(?:I?Q\d\w*|TQ\d\w*|BF16|F16|F32|FP16|FP32|MXFP4\w*|NVFP4)", re.IGNORECASE)
_NOT_MODELS = re.compile(r"(?:^|[-_.])(?:mmproj|imatrix)(?:[-_.]|$)", re.IGNORECASE)
# Bits a weight of Llama 3.1 8B, as llama.cpp's quantize tool lists them: they order quants by size.
_BITS = {
    "TQ1_0": 1.69,
    "IQ1_S": 2.0,
    "TQ2_0": 2.06,
    "IQ1_M": 2.15,
    "IQ2_XXS": 2.38,
    "IQ2_XS": 2.59,
    "IQ2_S": 2.74,
    "IQ2_M": 2.93,
    "Q2_K_S": 2.97,
    "Q2_K": 3.16,
    "IQ3_XXS": 3.25,
    "IQ3_XS": 3.5,
    "Q3_K_S": 3.64,
    "IQ3_S": 3.66,
    "IQ3_M": 3.76,
    "Q3_K_M": 4.0,
    "MXFP4": 4.25,
    "Q3_K_L": 4.3,
    "IQ4_XS": 4.46,
    "Q4_0": 4.66,
    "Q4_K_S": 4.67,
    "IQ4_NL": 4.68,
    "Q4_K_M": 4.89,
    "Q4_1": 5.12,
    "Q5_0": 5.57,
    "Q5_K_S": 5.57,
    "Q5_K_M": 5.7,
    "Q5_1": 6.03,
    "Q6_K": 6.56,
    "Q8_0": 8.5,
    "BF16": 16.0,
    "F16": 16.01,
    "FP16": 16.01,
    "F32": 32.0,
    "FP32": 32.0,
}


def is_model(file: str) -> bool:
    """Whether a file's name can be a model's: a GGUF that is no projector (mmproj) and no importance matrix."""
    name = file.rsplit("/", 1)[-1]
    return name.lower().endswith(".gguf") and not _NOT_MODELS.search(name)


def quant_of(file: str) -> str:
    """The quant that a file's name tells, upper case (`Q4_K_M`), or an empty text."""
    name = file.rsplit("/", 1)[-1]
    found = [token for token in re.split(r"(?<!UD)[-.]|\s", name.removesuffix(".gguf"), flags=re.IGNORECASE) if token]
    for token in reversed(found):
        match = _TOKEN.fullmatch(token) or re.search(rf"_({_TOKEN.pattern})$", token, re.IGNORECASE)
        if match:
            return match.group(match.lastindex or 0).upper()
    folder = file.rsplit("/", 2)[-2] if "/" in file else ""
    return quant_of(f"{folder}.gguf") if folder else ""


def choose(files: Iterable[str], quant: str = "") -> Shards | None:
    """The model that is meant among `files` (paths in a repo), its shards together; None where there is none.

    With `quant`, the files of that quant alone; without, Q4_K_M, else the closest one below 8 bits, else the smallest.
    Among equals a file at the top of the repo wins, then a whole one, then the first by name.
    """
    models = [shards for shards in group(filter(is_model, files)) if shards.complete]
    if quant:
        models = [shards for shards in models if _is(quant, shards.first)]
    return min(models, key=_rank, default=None)


def quants(files: Iterable[str]) -> tuple[str, ...]:
    """Every quant that `files` offer, from few bits to many."""
    found = {quant_of(shards.first) for shards in group(filter(is_model, files))}
    return tuple(sorted(found - {""}, key=lambda quant: (bits(quant), quant)))


def bits(quant: str) -> float:
    """About how many bits a weight has in `quant`, finely enough to order quants by size."""
    name = quant.upper().removeprefix("UD-")
    if name in _BITS:
        return _BITS[name]
    digits = re.search(r"\d+", name)
    return int(digits.group()) + 0.8 if digits else _UNKNOWN


def _is(quant: str, file: str) -> bool:
    return quant_of(file).casefold() == quant.casefold() or file.rsplit("/", 1)[-1].casefold().endswith(
        (f"-{quant}.gguf".casefold(), f".{quant}.gguf".casefold())
    )


def _rank(shards: Shards) -> tuple[int, float, int, int, str]:
    quant = quant_of(shards.first)
    width = bits(quant)
    tier = 0 if quant == PREFERRED else 1 if width < _EIGHT_BITS else 2
    distance = width if width >= _EIGHT_BITS else abs(width - bits(PREFERRED))
    return (tier, distance, shards.first.count("/"), len(shards.files), shards.first)
