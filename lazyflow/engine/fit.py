"""What was wished for and what is free → how many layers go where and how long a conversation may be. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from lazyflow.engine.contract import ModelKey
from lazyflow.engine.devices import CUDA_INSTALL, Device, Hardware
from lazyflow.engine.placement import Load, Placement, assign, compute_bytes, demand, kv_bytes
from lazyflow.engine.shape import ModelShape
from lazyflow.errors import ModelUnusable

MARGIN = 1 << 30
"""Bytes that are left free on a device and, where there is a choice, on the host: estimates err, others need some."""
LARGEST_AUTO, COMFORTABLE, SMALLEST, STEP = 32768, 4096, 512, 256
"""Tokens a conversation for `context: auto`. Above COMFORTABLE, layers on a device count for more than length."""


def fit(key: ModelKey, shape: ModelShape, hardware: Hardware) -> Placement:
    """Choose layers, split and context for `key`.

    Raises: `ModelUnusable` where the wish cannot be had: offload without a device, more than the memory takes.
    """
    devices = _devices(key, hardware)
    problem = _Problem(
        shape, devices, _shares(key, devices), load_of(key), hardware.host.free if hardware.host else None
    )
    everything = shape.layers + 1
    match key.gpu_layers:
        case "auto":
            layers, context = _search(key, problem)
            reason = _why_auto(layers, problem, hardware)
        case "none":
            layers, reason = 0, "on the processor, as gpu_layers says"
            context = _context(key, problem, layers)
        case "all":
            layers, reason = everything, f"all {everything} layers on {_names(devices)}, as gpu_layers says"
            context = _context(key, problem, layers)
        case int(wished):
            layers = min(max(wished, 0), everything)
            where = _names(devices) if layers else "a device"
            reason = f"{layers} of {everything} layers on {where}, as gpu_layers says"
            context = _context(key, problem, layers)
    used = set(assign(shape.layers, layers, problem.shares)) - {None}
    return Placement(
        gpu_layers=layers,
        context=context,
        tensor_split=problem.shares if len(devices) > 1 and layers else (),
        devices=tuple(device.name for at, device in enumerate(devices) if at in used),
        reason=f"{reason}; {context} tokens for each of {key.parallel} conversations",
    )


def beside(wanted: Sequence[tuple[ModelKey, ModelShape]], hardware: Hardware) -> bool:
    """Whether models fit into what is free now as they would alone: all layers where they may be, enough context.

    Raises: `ModelUnusable` for offload without a device.
    """
    for key, shape in wanted:
        devices = _devices(key, hardware)
        host = hardware.host
        problem = _Problem(shape, devices, _shares(key, devices), load_of(key), host.free if host else None)
        everything = shape.layers + 1 if devices else 0
        layers = everything if isinstance(key.gpu_layers, str) else min(max(key.gpu_layers, 0), everything)
        context = _bounds(key, shape)[1]
        if not problem.fits(layers, context):
            return False
        hardware = _less(hardware, problem, layers, context)
    return True


def _less(hardware: Hardware, problem: _Problem, layers: int, context: int) -> Hardware:
    """What is left once a model is loaded."""
    need = demand(problem.shape, layers, context, problem.shares, problem.load)
    taken = {device.name: size for device, size in zip(problem.devices, need.devices, strict=True)}
    devices = tuple(replace(one, free=max(one.free - taken.get(one.name, 0), 0)) for one in hardware.devices)
    host = hardware.host
    left = replace(host, free=max(host.free - problem.on_host(layers, context), 0)) if host else None
    return replace(hardware, devices=devices, host=left)


def load_of(key: ModelKey) -> Load:
    """The part of `key` that decides about memory beside the model itself."""
    return Load(
        parallel=key.parallel,
        kv_cache="f16" if key.kv_cache == "auto" else key.kv_cache,
        flash_attention=key.flash_attention is not False,
        ubatch=512 if key.batch == "auto" else min(key.batch, 512),
    )


def least(key: ModelKey, shape: ModelShape, context: int = SMALLEST) -> int:
    """Bytes on the host where nothing goes to a device, with `context` tokens a conversation if that is `auto`."""
    longest = min(shape.trained_context or COMFORTABLE, context)
    return demand(shape, 0, longest if key.context == "auto" else key.context, (), load_of(key)).host


def check_total(key: ModelKey, shape: ModelShape, total: int) -> None:
    """Refuse what not even an empty machine with `total` bytes could hold. Raises: `ModelUnusable`."""
    if (need := least(key, shape)) > total:
        raise ModelUnusable(
            f"{key.path.name} needs {_gib(need)} of memory and this machine has {_gib(total)}",
            "write a shorter context or fewer parallel, or take a smaller model or quant",
        )


@dataclass(frozen=True, slots=True)
class _Problem:
    """Model, devices and free memory: asked again and again whether a choice fits. `host` None: nobody tells."""

    shape: ModelShape
    devices: tuple[Device, ...]
    shares: tuple[float, ...]
    load: Load
    host: int | None

    def fits(self, layers: int, context: int, *, margin: int = MARGIN) -> bool:
        """Whether host and devices have room, and `margin` besides."""
        need = demand(self.shape, layers, context, self.shares, self.load)
        room = all(
            size <= max(device.free - MARGIN, 0) for size, device in zip(need.devices, self.devices, strict=True)
        )
        return room and self.on_host(layers, context) + margin <= (self.host if self.host is not None else 1 << 62)

    def on_host(self, layers: int, context: int) -> int:
        """Bytes of the host's memory, integrated devices' included."""
        need = demand(self.shape, layers, context, self.shares, self.load)
        shared = sum(size for size, device in zip(need.devices, self.devices, strict=True) if device.kind == "igpu")
        return need.host + shared

    def most_layers(self, context: int, margin: int) -> int | None:
        """As many layers as fit on the devices; None where not even the host alone has room."""
        counts = range(self.shape.layers + 1 if self.devices else 0, -1, -1)
        return next((layers for layers in counts if self.fits(layers, context, margin=margin)), None)


def _devices(key: ModelKey, hardware: Hardware) -> tuple[Device, ...]:
    """The devices that layers may go to under `key`, checked against what was wished for."""
    if key.gpu_layers in {"none", 0}:
        return ()
    devices = hardware.offload
    if not devices:
        if key.gpu_layers == "auto":
            return ()
        wish = f"gpu_layers: {key.gpu_layers} needs a GPU"
        if hardware.built_for:
            raise ModelUnusable(
                f"{wish}, and llama.cpp (built for {', '.join(hardware.built_for)}) finds none",
                "check the driver and CUDA_VISIBLE_DEVICES, or write gpu_layers: auto",
            )
        raise ModelUnusable(
            f"{wish}, and the installed llama.cpp is built for the processor alone",
            f"install a build for it: {CUDA_INSTALL}; or write gpu_layers: auto",
        )
    if key.split_mode == "none":
        at = max(key.main_gpu or 0, 0)
        if at >= len(devices):
            raise ModelUnusable(f"main_gpu: {at}, but there are only {_names(devices)} (0 is the first)")
        return (devices[at],)
    return devices


def _shares(key: ModelKey, devices: tuple[Device, ...]) -> tuple[float, ...]:
    if not key.tensor_split or not devices or key.split_mode == "none":
        return tuple(float(max(device.free - MARGIN, 1)) for device in devices)
    if len(key.tensor_split) > len(devices):
        raise ModelUnusable(
            f"tensor_split has {len(key.tensor_split)} shares for {len(devices)} device(s): {_names(devices)}",
            "write one share for each device",
        )
    if not sum(key.tensor_split) > 0 or min(key.tensor_split) < 0:
        raise ModelUnusable("tensor_split needs shares that are not negative and not all 0", "write such as [3, 1]")
    return key.tensor_split + (0.0,) * (len(devices) - len(key.tensor_split))


def _bounds(key: ModelKey, shape: ModelShape) -> tuple[int, int, int]:
    """The shortest, a comfortable and the longest context that may be chosen."""
    if key.context != "auto":
        return key.context, key.context, key.context
    longest = min(shape.trained_context or COMFORTABLE, LARGEST_AUTO)
    return min(SMALLEST, longest), min(COMFORTABLE, longest), longest


def _search(key: ModelKey, problem: _Problem) -> tuple[int, int]:
    """Layers and context for `gpu_layers: auto`: the most layers that leave room for a comfortable context.

    Then as long a context as still fits. Where the host is short, the shortest context and no margin must do.
    """
    shortest, comfortable, longest = _bounds(key, problem.shape)
    for context, margin in ((comfortable, MARGIN), (shortest, MARGIN), (shortest, 0)):
        layers = problem.most_layers(context, margin)
        if layers is not None:
            fits = partial(problem.fits, layers, margin=margin)
            return layers, _largest(context, longest, fits) if margin else context
    raise _too_large(key, problem, 0, shortest)


def _context(key: ModelKey, problem: _Problem, layers: int) -> int:
    """The longest context beside `layers`. A device that is too small shows when it is loaded, the host here."""
    shortest, _, longest = _bounds(key, problem.shape)
    if problem.fits(layers, longest):
        return longest
    if problem.fits(layers, shortest):
        return _largest(shortest, longest, partial(problem.fits, layers))
    if problem.host is not None and problem.on_host(layers, shortest) > problem.host:
        raise _too_large(key, problem, layers, shortest)
    return shortest


def _largest(low: int, high: int, fits: Callable[[int], bool]) -> int:
    """The largest context that fits, a multiple of STEP unless it is one of the ends; `low` is known to fit."""
    if fits(high):
        return high
    below, above = low // STEP, high // STEP
    while above - below > 1:
        middle = (below + above) // 2
        below, above = (middle, above) if fits(middle * STEP) else (below, middle)
    return max(below * STEP, low)


def _too_large(key: ModelKey, problem: _Problem, layers: int, context: int) -> ModelUnusable:
    shape, free = problem.shape, problem.host or 0
    tokens = context * key.parallel
    cache = sum(kv_bytes(width, tokens, problem.load.kv_cache) for width in shape.kv_widths)
    need = problem.on_host(layers, context)
    message = (
        f"{key.path.name} needs {_gib(need)} of memory and {_gib(free)} is free: {_gib(shape.size)} of weights, "
        f"{_gib(cache)} for {key.parallel} conversations of {context} tokens, "
        f"{_gib(compute_bytes(shape, context, problem.load))} to compute"
    )
    if key.context != "auto" and problem.on_host(layers, SMALLEST) <= free:
        longest = _largest(SMALLEST, context, lambda size: problem.on_host(layers, size) <= free)
        return ModelUnusable(message, f"write context: {longest} or less, fewer parallel, or kv_cache: q8_0")
    return ModelUnusable(message, "take a smaller model or quant, or free some memory")


def _why_auto(layers: int, problem: _Problem, hardware: Hardware) -> str:
    everything = problem.shape.layers + 1
    if not problem.devices:
        built = hardware.built_for
        return (
            f"on the processor: llama.cpp (built for {', '.join(built)}) finds no GPU"
            if built
            else "on the processor: this llama.cpp is built for it alone"
        )
    free = ", ".join(f"{device.name} ({_gib(device.free)} free)" for device in problem.devices)
    if layers == 0:
        return f"on the processor: not one layer fits on {free}"
    return f"{'all ' if layers == everything else ''}{layers} of {everything} layers fit on {free}"


def _names(devices: tuple[Device, ...]) -> str:
    return ", ".join(device.name for device in devices)


def _gib(size: int) -> str:
    return f"{size / 2**30:.1f} GiB" if size >= 1 << 30 else f"{size / 2**20:.0f} MiB"
