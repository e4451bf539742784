"""Files → facts: each file goes to the readers that know it, and what fails becomes a problem."""

from __future__ import annotations

import importlib
import os
import re
import sys

from redislint.discover import Tree
from redislint.findings.outcome import Report
from redislint.model.conf import ConfFile
from redislint.model.deployment import Deployment, Problem
from redislint.model.subject import Subject
from redislint.readers import readers_for
from redislint.source import Source, UnreadableError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def read_files(
    deployment: Deployment, tree: Tree, wanted: list[tuple[str, bool]], report: Report
) -> None:
    """Read every wanted file into the deployment; what fails becomes a problem."""
    plugins = _plugins(deployment)
    for path, named in wanted:
        source = tree.sources.get(path)
        if source is None:
            try:
                source = tree.load(path)
            except UnreadableError as error:
                if named:
                    report.failed_paths.append(path)
                deployment.problems.append(Problem(path, None, str(error)))
                continue
            tree.sources[path] = source
        deployment.sources[path] = source
        data = source.data
        if data is None or data.startswith((b"\xff\xfe", b"\xfe\xff")):
            data = source.text.encode(errors="replace")  # the readers' patterns know UTF-8
        data = data.removeprefix(b"\xef\xbb\xbf")  # else no pattern for a line's start fits
        modules = [
            importlib.import_module(f"redislint.readers.{name}") for name in readers_for(path, data)
        ]
        modules += [m for m, paths, content in plugins if paths(path) and content(data)]
        before = len(deployment.subjects), len(deployment.confs), len(deployment.problems)
        for module in modules:
            _read_one(deployment, module, source, tree)
        if before == (len(deployment.subjects), len(deployment.confs), len(deployment.problems)):
            unread = _unread(source) if modules else []
            deployment.problems += unread
            if named and unread:
                report.failed_paths.append(path)


def _unread(source: Source) -> list[Problem]:
    """Why not one document of a YAML or JSON file could be read: then no reader knew it as its own."""
    yaml = sys.modules.get("redislint.syntax.yaml")
    if yaml is None or not source.path.lower().endswith((".yml", ".yaml", ".json")):
        return []
    stream = yaml.load(source)
    if stream.documents or stream.templated:
        return []
    return [Problem(source.path, line, why) for line, why in stream.unread]


def _plugins(deployment: Deployment) -> list[tuple[Any, Any, Any]]:
    """The readers of installed packages, with the searches for their paths and contents."""
    from redislint.plugins import entry_points

    found = []
    for point in entry_points("redislint.readers"):
        try:
            module = point.load()
            found.append(
                (module, re.compile(module.PATHS).search, re.compile(module.CONTENT).search)
            )
        except Exception as error:
            if os.environ.get("REDISLINT_DEBUG"):
                raise
            text = f"this installed reader cannot be used ({type(error).__name__}: {error}); the rest was checked"
            deployment.problems.append(Problem(point.module, None, " ".join(text.split())))
    return found


def _read_one(deployment: Deployment, module: Any, source: Source, tree: Tree) -> None:
    """Run one reader on one file. A reader's own fault is a problem of that file, never a crash."""
    try:
        for item in module.read(source, tree):
            if isinstance(item, Problem):
                deployment.problems.append(item)
            elif isinstance(item, ConfFile):
                deployment.confs.append(item)
            elif isinstance(item, Subject):
                deployment.subjects.append(item)
    except UnreadableError as error:
        deployment.problems.append(Problem(source.path, None, str(error)))
    except RecursionError:
        deployment.problems.append(Problem(source.path, None, "is nested too deeply to be read"))
    except Exception as error:
        if os.environ.get("REDISLINT_DEBUG"):
            raise
        name = module.__name__.rpartition(".")[2]
        deployment.problems.append(
            Problem(source.path, None, f"the {name} reader failed ({type(error).__name__}): "
                    "please report this file; the rest was checked")
        )  # fmt: skip
