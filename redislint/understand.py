"""Paths → the linked deployment: files found, read and linked as the configuration says."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from redislint.config import Config
from redislint.discover import Tree, candidates, excluded
from redislint.findings.outcome import Report
from redislint.link import link
from redislint.model.deployment import Deployment, Problem
from redislint.reading import read_files
from redislint.source import Source, UnreadableError, check_text, decode


def understand(paths: Sequence[str | os.PathLike[str]], config: Config | None = None) -> Report:
    """Read and link the files below paths; the report has a deployment and no findings."""
    from redislint.model import load_vocabulary

    load_vocabulary()  # linking asks for computed facts
    report, _, _ = gather(paths, config or Config())
    report.errors += report.deployment.problems
    return report


def gather(
    paths: Sequence[str | os.PathLike[str]],
    config: Config,
    *,
    stdin: tuple[str, bytes] | None = None,
    jobs: int = 1,
    load_facts: Callable[[set[str]], None] = lambda _: None,
) -> tuple[Report, Tree, set[str]]:
    """A report with its deployment, the tree it came from, and the files that may be reported on.

    `stdin` is as in `check`. `load_facts` brings what computes facts of these kinds of subjects:
    linking asks for such facts, and takes one that nobody can compute for absent.
    """
    names = [os.fspath(p) for p in paths]
    base = common_base(names) if not stdin else os.path.realpath(os.getcwd())
    report = Report(base)
    tree = Tree(base)
    if stdin is not None:
        source = Source(stdin[0].replace(os.sep, "/"), decode(stdin[1]), stdin[1])
        wanted = [(source.path, True)]
        try:
            check_text(stdin[1])
            tree.sources[source.path] = source
        except UnreadableError as error:
            report.failed_paths.append(source.path)
            report.deployment.problems.append(Problem(source.path, None, str(error)))
            wanted = []
    else:
        wanted = wanted_files(names, base, config, report)
        tree.named = [
            os.path.relpath(os.path.realpath(n), base).replace(os.sep, "/") for n in names
        ]
    deployment = report.deployment
    if jobs > 1 and len(wanted) > 40:
        from redislint.parallel import read_all

        read_all(deployment, tree, wanted, report, jobs)
    else:
        read_files(deployment, tree, wanted, report)
    _configure(deployment, config)
    kinds = {subject.kind for subject in deployment.subjects}
    load_facts(kinds | {"server"} if "container" in kinds else kinds)  # containers become servers
    link(deployment, tree, lambda found: _configure_servers(found, config))
    return report, tree, {path for path, _ in wanted} | _below(tree, config)


def common_base(paths: Sequence[str]) -> str:
    """The folder that paths are relative to: the working directory, or what all have in common."""
    here = os.path.realpath(os.getcwd())
    folders = []
    for path in paths:
        full = os.path.realpath(path)
        folders.append(full if os.path.isdir(full) else os.path.dirname(full))
    if all(f == here or f.startswith(here.rstrip(os.sep) + os.sep) for f in folders):
        return here
    try:
        return os.path.commonpath(folders)
    except ValueError:
        return here


def wanted_files(
    names: list[str], base: str, config: Config, report: Report
) -> list[tuple[str, bool]]:
    """(path relative to base, whether the user named it), each once."""
    found: dict[str, bool] = {}
    for name in names:
        full = os.path.realpath(name)
        relative = os.path.relpath(full, base).replace(os.sep, "/")
        if os.path.isdir(full):
            for path in candidates(base, relative):
                if not excluded(path, config.exclude):
                    found.setdefault(path, False)
        else:
            found[relative] = True
    report.files = len(found)
    return list(found.items())


def _below(tree: Tree, config: Config) -> set[str]:
    """The files that links led to, where they lie in a folder that the user named."""
    folders = [n for n in tree.named if os.path.isdir(os.path.join(tree.base, n))]
    inside = {
        path
        for path, source in tree.sources.items()
        if source is not None
        and any(n == "." or path.startswith(n.rstrip("/") + "/") for n in folders)
    }
    return {path for path in inside if not excluded(path, config.exclude)}


def _configure(deployment: Deployment, config: Config) -> None:
    """Put what the user knows over what the files show: client versions."""
    for subject in deployment.of("dependency"):
        # `io.lettuce:lettuce-core` may be named without its group.
        named = (subject.label, subject.label.rpartition(":")[2])
        wanted = next((v for k, v in config.client_versions.items() if k in named), None)
        if wanted:
            from redislint.model.value import Origin, Value

            value = Value(wanted, Origin(None, "redislint configuration"))
            subject.__dict__["requirement"] = value
            subject.set("requirement", value)


def _configure_servers(deployment: Deployment, config: Config) -> None:
    """Put what the user knows over what the files show: servers, environments, purposes."""
    from redislint.knowledge.servers import matching
    from redislint.model.server import Server
    from redislint.model.value import Origin, Value

    named = tuple(dict.fromkeys(k for text in config.servers for k in matching(text)))
    for subject in deployment.subjects:
        if named and isinstance(subject, Server):
            subject.candidates = named
            subject.version_origin = Origin(None, "given as --server or in the configuration")
        path = subject.anchor.path if subject.anchor else ""
        for pattern, environment in config.environments.items():
            if excluded(path, [pattern]):
                subject.set(
                    "environment", Value(environment, Origin(None, "redislint configuration"))
                )
        for pattern, purpose in config.purposes.items():
            if excluded(path, [pattern]):
                subject.set("purpose", Value(purpose, Origin(None, "redislint configuration")))
