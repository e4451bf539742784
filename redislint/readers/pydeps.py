"""Python manifests and lock files → dependencies; dispatches by file name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from redislint.model.dependency import Dependency
from redislint.model.deployment import Problem
from redislint.readers import BUILTIN, Context
from redislint.source import Source


def read(source: Source, context: Context) -> Iterable[Dependency | Problem]:
    """The Redis clients that a Python manifest or lock file names."""
    name = posixpath.basename(source.path).lower()
    if name == "pipfile.lock":
        from redislint.readers.manifests import pylocks

        return pylocks.read_json(source)
    if name.endswith((".yml", ".yaml")):
        from redislint.readers.manifests import conda

        return conda.read(source)
    if name.endswith(".lock") or name.startswith("pylock"):
        from redislint.readers.manifests import pylocks

        return pylocks.read_toml(source)
    if name in ("pyproject.toml", "pipfile"):
        from redislint.readers.manifests import pyproject

        reader = pyproject.read_pipfile if name == "pipfile" else pyproject.read
        return reader(source)
    if name in ("setup.cfg", "setup.py"):
        from redislint.readers.manifests import setuptools

        return setuptools.read_cfg(source) if name == "setup.cfg" else setuptools.read_py(source)
    from redislint.readers.manifests import requirements

    return requirements.read(
        source, context, re.compile(next(p for n, _, p, _ in BUILTIN if n == "pydeps"))
    )
