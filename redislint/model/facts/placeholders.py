"""Variables that nobody replaces: in a file that is read as it is, in a command without a shell."""

from __future__ import annotations

import re

from redislint.knowledge import images
from redislint.model.container import Container
from redislint.model.facts.container_more import direct
from redislint.model.server import Server
from redislint.model.subject import computed
from redislint.model.value import Origin, Value, default
from redislint.syntax import shell


@computed(
    "server", "placeholder", "text", "a directive whose variable nobody replaces before it is read"
)
def placeholder(server: Server) -> Value:
    """In a file that is mounted or copied as it is, or in a command that no shell reads."""
    return _found(server)[0]


@computed("server", "placeholder-cause", "text", "why nobody replaces a variable")
def placeholder_cause(server: Server) -> Value:
    """The start of a sentence."""
    found, cause = _found(server)
    return Value(cause, found.origin) if cause else default(None, "every variable is replaced")


def _found(server: Server) -> tuple[Value, str]:
    """The directive, and why its variable stays."""
    container = server.links.get("container")
    if not isinstance(container, Container):
        return default(None, "something may fill it in"), ""
    name = container.facts.get("image-name")
    image = images.lookup(str(name.value)) if name is not None and name.known else None
    official = image is not None and image.family == "official"
    if not direct(container):
        return default(None, "a shell may fill it in"), ""
    word = _in_command(container, official=official)
    if word is not None:
        return word, f"no shell reads the command of {server.label} or replaces the variable in"
    if container.platform not in ("compose", "dockerfile") or not official:
        return default(None, "something may fill it in"), ""
    if container.entrypoint is not None or container.edits or container.build:
        return default(None, "a script may fill it in"), ""
    for setting in server.settings:
        if setting.where != "file" or setting.span is None or setting.span.source.outer is not None:
            continue
        if not setting.span.path.endswith(".conf"):
            continue
        if any(re.search(r"\$\{\w+[^}]*\}|^\$[A-Z_]+$", a) for a in setting.args):
            cause = f"nobody replaces the variable in the file that {server.label} reads, in"
            return Value(setting.name, Origin(setting.span)), cause
    return default(None, "none is there"), ""


_LITERAL = {
    # Compose leaves `$(` alone and makes one dollar of two; the kubelet fills in `$(NAME)` only.
    "compose": re.compile(r"\$\$[A-Za-z_{(]|(?<!\$)\$\("),
    "kubernetes": re.compile(r"(?<!\$)\$(?:[A-Za-z_]|\{[A-Za-z_]\w*\})"),
    "ecs": re.compile(r"(?<!\$)\$[A-Za-z_(]"),
    "podman": re.compile(r"\$\("),
    "dockerfile": re.compile(r"\$[A-Za-z_{(]"),
}


def _in_command(container: Container, *, official: bool) -> Value | None:
    """The option of a command without a shell that is given a variable's name as its text."""
    pattern = _LITERAL.get(container.platform)
    words = [*(container.entrypoint or []), *(container.argv or [])]
    program = str(words[0].value).rpartition("/")[2] if words and words[0].known else ""
    started = program in shell.SERVERS or (program.startswith("--") and official)
    if pattern is None or not started or not (official or container.entrypoint is not None):
        return None
    option = ""
    for word in words:
        text = str(word.value) if word.known else (word.raw or "")
        if text.startswith("--"):
            option = text[2:].partition(" ")[0]
        if "$" in text and option and word.span is not None and pattern.search(word.span.text):
            return Value(option, Origin(word.span))
    return None
