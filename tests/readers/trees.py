"""Small trees of files for readers and links."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from redislint.discover import Tree
from redislint.link import link
from redislint.model.dependency import Dependency
from redislint.model.deployment import Deployment, Problem
from redislint.model.subject import Subject


def tree(base: Path, files: dict[str, str]) -> Tree:
    for name, text in files.items():
        path = base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Tree(str(base))


def read(base: Path, reader: str, files: dict[str, str], path: str = "") -> list[Any]:
    """What a reader finds in one file of the tree (default: the first)."""
    context = tree(base, files)
    source = context.find(path or next(iter(files)))
    assert source is not None
    return list(importlib.import_module(f"redislint.readers.{reader}").read(source, context))


def versions(found: list[Any]) -> dict[str, str]:
    """Package → requirement as resolved, or "unknown: why"; Spring Boot's own entry left out."""
    return {
        d.name: str(d.requirement.value) if d.requirement.known else f"unknown: {d.requirement.why}"
        for d in found
        if isinstance(d, Dependency) and d.name != "org.springframework.boot:spring-boot"
    }


def problems(found: list[Any]) -> list[Problem]:
    return [p for p in found if isinstance(p, Problem)]


def linked(base: Path, reader: str, files: dict[str, str], subjects: list[Subject]) -> Deployment:
    """A deployment of what a reader finds in all files, and of ready-made subjects."""
    context = tree(base, files)
    deployment = Deployment()
    module = importlib.import_module(f"redislint.readers.{reader}")
    for path in files:
        source = context.find(path)
        assert source is not None
        deployment.subjects += [s for s in module.read(source, context) if isinstance(s, Subject)]
    deployment.subjects += subjects
    link(deployment, context)
    return deployment
