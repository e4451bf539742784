"""Where the checkout comes from: SARIF's version control provenance."""

from __future__ import annotations

import os
import re
import subprocess
import uuid
from typing import Any


def provenance(root: str) -> list[dict[str, Any]]:
    """Where the checkout comes from, by GITHUB_* or git."""
    env = os.environ
    if env.get("GITHUB_REPOSITORY") and env.get("GITHUB_SHA"):
        address = f"{env.get('GITHUB_SERVER_URL', 'https://github.com')}/{env['GITHUB_REPOSITORY']}"
        found = {"repositoryUri": address, "revisionId": env["GITHUB_SHA"]}
        if env.get("GITHUB_REF_NAME"):
            found["branch"] = env["GITHUB_REF_NAME"]
    else:
        address = _git(root, "config", "--get", "remote.origin.url")
        revision = _git(root, "rev-parse", "HEAD")
        address = re.sub(r"^(?:ssh://)?git@([^:/]+)[:/]", r"https://\1/", address)
        address = re.sub(r"^(https?://)[^@/]*@", r"\1", address)
        found = {"repositoryUri": address.removesuffix(".git")}
        if not address.startswith("https://"):
            found = {"repositoryUri": _nameless(root)}
        if revision:
            found["revisionId"] = revision
        branch = _git(root, "rev-parse", "--abbrev-ref", "HEAD")
        if branch and branch != "HEAD":
            found["branch"] = branch
    return [{**found, "mappedTo": {"uriBaseId": "%SRCROOT%"}}]


def _nameless(root: str) -> str:
    """The name of a repository that has no address: by its first commit, else by none at all.

    An entry without an address is refused by the schema, and one without any is asked for by
    validators; a name that leads nowhere says what is known and no path of this machine.
    """
    first = _git(root, "rev-list", "--max-parents=0", "HEAD").split("\n")[0]
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, first or 'no version control')}"


def _git(root: str, *words: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", root, *words], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
