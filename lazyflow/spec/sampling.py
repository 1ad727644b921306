"""How a model picks its tokens, and the form its answer must have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """Sampling parameters as the user wrote them; `None` leaves the choice to the model's engine or provider."""

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    repeat_penalty: float | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    max_tokens: int | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()

    def over(self, base: Sampling) -> Sampling:
        """These parameters, and `base`'s where nothing was said."""
        said = {name: value for name in SAMPLING_FIELDS if (value := getattr(self, name)) not in (None, ())}
        return replace(base, **said)


SAMPLING_FIELDS = tuple(field.name for field in fields(Sampling))


@dataclass(frozen=True, slots=True)
class JsonSchema:
    """An answer that must be JSON which fits this JSON Schema."""

    schema: Mapping[str, Any]


Format = Literal["text", "json"] | JsonSchema
