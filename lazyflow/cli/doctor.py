"""`lazyflow doctor`: what is installed, what the machine has, and whether an app can run here."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from lazyflow.cli.checkup.finding import Finding, Level, Section, as_json, as_text, usable
from lazyflow.cli.checkup.gpus import visible
from lazyflow.cli.checkup.keys import keys
from lazyflow.cli.checkup.machine import devices, machine
from lazyflow.cli.checkup.models import models, places
from lazyflow.cli.checkup.versions import extras, versions
from lazyflow.cli.exits import Exit
from lazyflow.cli.failures import problems_text
from lazyflow.cli.output import tell, write
from lazyflow.cli.paths import one_app
from lazyflow.engine.devices import Hardware, hardware
from lazyflow.engine.memory import host_memory
from lazyflow.errors import LazyflowError, MissingExtra
from lazyflow.graph.load import Source
from lazyflow.runtime.reading import Reading, read_app
from lazyflow.spec.app import AppSpec


@click.command(short_help="tell whether everything is there to run")
@click.argument("app", required=False)
@click.option(
    "-f", "--file", "over", multiple=True, type=click.Path(path_type=Path), help="A file to lay over the app."
)
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text", help="How to print it.")
@click.option("--env-file", type=click.Path(path_type=Path), help="Read variables here instead of from .env.")
def command(*, app: str | None, over: tuple[Path, ...], format_: str, env_file: Path | None) -> int:
    """Tell versions, devices and memory, which keys are set, and where the models of APP would come from.

    Nothing is fetched and no model is loaded. Exits with 1 where the app cannot run here.
    """
    reading = read_app(Source((one_app(app), *over), os.environ, env_file)) if app else None
    sections = examine(reading)
    write(json.dumps(as_json(sections), indent=2) + "\n" if format_ == "json" else as_text(sections))
    if reading is not None and reading.checked.problems:
        tell(problems_text(reading.checked.problems))
    return Exit.FINE if usable(sections) else Exit.PROBLEMS


def examine(reading: Reading | None) -> list[Section]:
    """Every section, in the order in which they are shown."""
    app = reading.checked.app if reading else None
    environment = reading.environment if reading and app else os.environ
    llama, found = _llama(app)
    sections = [versions(app), machine(host_memory()), llama, keys(app, environment), places(environment)]
    if app is not None:
        sections.append(models(app, environment, found))
    elif reading is not None:
        broken = Finding("app.yaml", "has errors", "problem", "they are told below; 'lazyflow validate' shows them too")
        sections.append(Section("app", (broken,)))
    return [section for section in sections if section.findings]


def _llama(app: AppSpec | None) -> tuple[Section, Hardware | None]:
    try:
        found = hardware()
    except MissingExtra as error:
        gpus = ", ".join(f"{maker} {name}" for maker, name in visible())
        value = "not installed" + (f"; visible: {gpus}" if gpus else "")
        level: Level = "problem" if "local" in extras(app) else "hint"
        return Section("llama.cpp", (Finding("build", value, level, error.help),)), None
    except LazyflowError as error:
        return Section("llama.cpp", (Finding("build", error.message, "problem", error.help),)), None
    return devices(found, visible()), found
