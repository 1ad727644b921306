"""Where the models of an app come from, and how they would lie in memory; nothing is fetched, nothing loaded."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from lazyflow.cli.checkup.finding import Finding, Level, Section, size
from lazyflow.engine.contract import ModelKey
from lazyflow.engine.devices import Hardware
from lazyflow.engine.fit import fit
from lazyflow.engine.shape import read_shape
from lazyflow.errors import LazyflowError
from lazyflow.models.cache import cache_folder
from lazyflow.models.check import ModelFile, check
from lazyflow.models.found import Remote
from lazyflow.models.resolve import resolve
from lazyflow.runtime.claim import OWNING
from lazyflow.spec.app import AppSpec
from lazyflow.spec.nodes import LocalSpec

OFFLINE = ("LAZYFLOW_OFFLINE", "HF_HUB_OFFLINE")
SLOW_ON_PROCESSORS = frozenset(("Q4_1", "Q5_0", "Q5_1"))
"""Quants without kernels that repack them for a processor."""


def places(environment: Mapping[str, str]) -> Section:
    """The folders where models are looked for."""
    cache = cache_folder(environment)
    findings = [Finding("Hugging Face cache", f"{cache}" if cache.is_dir() else f"{cache} (not there yet)")]
    folders = [folder for folder in environment.get("LAZYFLOW_MODEL_PATH", "").split(os.pathsep) if folder]
    findings += [_folder(Path(folder).expanduser()) for folder in folders]
    if not folders:
        findings.append(Finding("LAZYFLOW_MODEL_PATH", "not set"))
    findings += [Finding(name, "set: nothing is fetched") for name in OFFLINE if environment.get(name)]
    return Section("where models are looked for", tuple(findings))


def models(app: AppSpec, environment: Mapping[str, str], hardware: Hardware | None) -> Section:
    """One or two findings a local node; `hardware` is None where llama.cpp is not installed."""
    nodes = [node for node in app.nodes.values() if isinstance(node, LocalSpec)]
    findings = [finding for node in nodes for finding in _model(node, app.folder, environment, hardware)]
    return Section("models of the app", tuple(findings))


def _folder(folder: Path) -> Finding:
    if folder.is_dir():
        return Finding("LAZYFLOW_MODEL_PATH", str(folder))
    return Finding("LAZYFLOW_MODEL_PATH", f"{folder} (no such folder)", "hint", "make it, or correct the variable")


def _model(
    node: LocalSpec, folder: Path, environment: Mapping[str, str], hardware: Hardware | None
) -> tuple[Finding, ...]:
    name = f"node {node.name}"
    bad: Level = "hint" if node.fallback.nodes else "problem"
    try:
        found = resolve(node.model, folder=folder, environment=environment, revision=node.revision)
        if isinstance(found, Remote):
            return (_remote(name, found, environment, bad),)
        file = check(found)
    except LazyflowError as error:
        return (Finding(name, error.message, bad, error.help),)
    findings = [Finding(name, f"{file.path} ({file.origin}, {file.quant}, {size(file.size)})")]
    if hardware is not None:
        findings += _memory(node, file, hardware, bad)
    return tuple(findings)


def _remote(name: str, remote: Remote, environment: Mapping[str, str], bad: Level) -> Finding:
    offline = next((variable for variable in OFFLINE if environment.get(variable)), None)
    if offline:
        return Finding(name, f"{remote} is not on this machine, and {offline} forbids to fetch it", bad,
                       f"unset {offline}, or fetch it elsewhere")  # fmt: skip
    return Finding(name, f"would be fetched from the Hub: {remote}", "hint", "run: lazyflow pull, to have it before")


def _memory(node: LocalSpec, file: ModelFile, hardware: Hardware, bad: Level) -> list[Finding]:
    key = ModelKey(path=file.path, identity=file.identity, **{name: getattr(node, name) for name in OWNING})
    try:
        placement = fit(key, read_shape(file.path), hardware)
    except LazyflowError as error:
        return [Finding("", error.message, bad, error.help)]
    findings = [Finding("", placement.reason)]
    if placement.gpu_layers == 0 and file.quant.upper() in SLOW_ON_PROCESSORS:
        findings.append(
            Finding(
                "",
                f"{file.quant} reads prompts slowly on a processor",
                "hint",
                "a Q4_0 or Q4_K_M file of the same model reads them several times faster",
            )
        )
    return findings
