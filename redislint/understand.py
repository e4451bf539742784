"""Paths → the linked deployment, without rules: what `map`, `verify` and others ask for."""

from __future__ import annotations

import os
from collections.abc import Sequence

from redislint.checking import common_base, wanted_files
from redislint.config import Config
from redislint.discover import Tree
from redislint.findings.outcome import Report
from redislint.link import link
from redislint.model import load_vocabulary
from redislint.reading import read_files


def understand(paths: Sequence[str | os.PathLike[str]], config: Config | None = None) -> Report:
    """Read and link the files below paths; the report has a deployment and no findings."""
    names = [os.fspath(p) for p in paths]
    base = common_base(names)
    report = Report(base)
    tree = Tree(base)
    tree.named = [os.path.relpath(os.path.realpath(n), base).replace(os.sep, "/") for n in names]
    read_files(
        report.deployment, tree, wanted_files(names, base, config or Config(), report), report
    )
    link(report.deployment, tree)
    load_vocabulary()
    report.errors += report.deployment.problems
    return report
