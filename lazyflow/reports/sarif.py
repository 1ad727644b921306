"""SARIF 2.1.0 (OASIS), within the rules of GitHub's code scanning upload."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from lazyflow.errors import Problem
from lazyflow.reports.excerpt import line_of
from lazyflow.reports.report import Report

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a code means. `example` is Markdown."""

    title: str
    explanation: str
    example: str = ""
    level: str = "error"


@dataclass(frozen=True, slots=True)
class Tool:
    """Who made the report: its version, and what each of its codes means."""

    version: str
    rules: Mapping[str, Rule]


def sarif(report: Report, tool: Tool, root: PurePath) -> str:
    """The log of one run, in ASCII. Files below `root` get URIs relative to it."""
    codes = sorted({problem.code for problem in report.problems} | set(tool.rules))
    index = {code: place for place, code in enumerate(codes)}
    seen: Counter[str] = Counter()
    files = {file: {**location(file, root), "index": place} for place, file in enumerate(report.by_file)}
    results = [
        result(problem, index, files[problem.file], fingerprint(problem, report, seen)) for problem in report.problems
    ]
    driver = {
        "name": "lazyflow",
        "version": tool.version,
        "semanticVersion": tool.version,
        "rules": [rule(code, tool.rules.get(code, Rule(code, code))) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": location(file, root)} for file in files],
        "results": results,
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def rule(code: str, meaning: Rule) -> dict[str, Any]:
    """A code's descriptor."""
    help_text = f"{meaning.explanation}\n\n{meaning.example}" if meaning.example else meaning.explanation
    return {
        "id": code,
        "name": "".join(filter(str.isalnum, meaning.title.title())) or code,
        "shortDescription": {"text": meaning.title},
        "fullDescription": {"text": meaning.explanation},
        "help": {"text": meaning.explanation, "markdown": help_text},
        "defaultConfiguration": {"level": meaning.level},
        "properties": {"tags": ["app.yaml"], "precision": "very-high", "problem.severity": meaning.level},
    }


def result(problem: Problem, index: Mapping[str, int], file: dict[str, Any], name: str) -> dict[str, Any]:
    """One problem."""
    words = f"{problem.message}\n{problem.help}" if problem.help else problem.message
    region = {
        "startLine": problem.line,
        "startColumn": problem.column,
        "endLine": problem.end_line,
        "endColumn": problem.end_column,
    }
    return {
        "ruleId": problem.code,
        "ruleIndex": index[problem.code],
        "level": problem.severity.value,
        "message": {"text": words},
        "locations": [{"physicalLocation": {"artifactLocation": file, "region": region}}],
        "partialFingerprints": {"primaryLocationLineHash": name},
    }


def fingerprint(problem: Problem, report: Report, seen: Counter[str]) -> str:
    """A name for the finding that outlives lines put above it: code, path, the line's text, and which of them it is."""
    line = (line_of(report.texts.get(problem.file, ""), problem.line) or "").strip()
    parts = "\0".join((problem.code, *map(str, problem.path), line)).encode("utf-8", "surrogatepass")
    digest = hashlib.sha256(parts).hexdigest()[:16]
    key = f"{problem.file}:{digest}"
    seen[key] += 1
    return f"{digest}:{seen[key]}"


def location(file: str, root: PurePath) -> dict[str, str]:
    """A file as a URI: relative below `root`, else as an absolute or upward path."""
    path = PurePath(file)
    if path.is_absolute() and path.is_relative_to(root):
        path = path.relative_to(root)
    address = quote(octets(path.as_posix()), safe="/")
    return {"uri": f"file://{address}"} if path.is_absolute() else {"uri": address, "uriBaseId": "%SRCROOT%"}


def octets(name: str) -> bytes:
    """A file's name as the bytes that it has on disk; Windows allows halves of surrogate pairs that are none."""
    try:
        return name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return name.encode("utf-8", "surrogatepass")
