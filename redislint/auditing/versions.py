"""Does what a server says of its version agree with the rest of what it says?"""

from __future__ import annotations

import re

from redislint.auditing.snapshot import Snapshot
from redislint.knowledge.directives import all_names
from redislint.knowledge.servers import matching, version

ENOUGH = 5
"""Directives of later versions that nobody backports by chance."""


def contradiction(shot: Snapshot, hello: str = "") -> str:
    """Why the version cannot be true, as the end of "the server ..."; empty where it can.

    `hello` is the version in the answer to HELLO, where there was one.
    """
    said = shot.version
    if not re.fullmatch(r"\d{1,3}\.\d{1,3}(\.\d{1,3})?([.-]\w+)*", said):
        return f"says its version is '{said[:40]}', which is none"
    versions = {said, shot.text("redis_version"), shot.text("valkey_version")}
    if hello and hello not in versions:
        return f"says {said} in INFO and {hello[:40]} in HELLO"
    keys = matching(said, shot.product.lower())
    if not keys:
        major = int(said.split(".")[0])
        return "" if major >= 2 else f"says it is version {said}, which never had INFO sections"
    if shot.config is None:
        return ""
    newest = keys[-1]
    flavour = newest.partition("-")[0]
    later = []
    for name in shot.config:
        servers = [s for s in all_names().get(name, ()) if s.startswith(flavour + "-")]
        if servers and version(servers[0]) > version(newest):
            later.append((version(servers[0]), name))
    if len(later) >= ENOUGH:
        (major, minor), name = min(later)
        return (
            f"says it is {shot.product} {said}, but has {len(later)} settings of later versions"
            f" ({name} came with {major}.{minor})"
        )
    return ""
