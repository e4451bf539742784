"""Read files in several processes; the facts come back by pickle."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor

from redislint.discover import Tree
from redislint.findings.outcome import Report
from redislint.model.deployment import Deployment
from redislint.reading import read_files

_Chunk = tuple[str, list[str], list[tuple[str, bool]]]


def _work(chunk: _Chunk) -> tuple[Deployment, list[str]]:
    base, named, wanted = chunk
    deployment, report = Deployment(), Report(base)
    tree = Tree(base)
    tree.named = named
    read_files(deployment, tree, wanted, report)
    return deployment, report.failed_paths


def read_all(
    deployment: Deployment, tree: Tree, wanted: list[tuple[str, bool]], report: Report, jobs: int
) -> None:
    """As read_files, on `jobs` processes; the order of the facts is that of the files."""
    size = max(10, len(wanted) // (jobs * 4) + 1)
    chunks = [(tree.base, tree.named, wanted[i : i + size]) for i in range(0, len(wanted), size)]
    with ProcessPoolExecutor(max_workers=jobs) as pool:
        for part, failed in pool.map(_work, chunks):
            deployment.subjects += part.subjects
            deployment.confs += part.confs
            deployment.problems += part.problems
            deployment.sources.update(part.sources)
            tree.sources.update(part.sources)
            report.failed_paths += failed
