"""`docker run` and `podman run` in shell scripts → containers, where the words are plain."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from redislint.knowledge import images
from redislint.model.container import Container
from redislint.model.value import Origin, Value, at
from redislint.readers import Context, engine
from redislint.source import Source
from redislint.syntax import shell

_ENGINES = frozenset({"docker", "podman", "nerdctl"})
_BARE = frozenset(
    "detach rm interactive tty privileged read-only init publish-all no-healthcheck sig-proxy "
    "disable-content-trust oom-kill-disable replace quiet".split()
)
_SHORT = {"p": "publish", "v": "volume", "e": "env", "m": "memory", "u": "user", "w": "workdir",
          "h": "hostname"}  # fmt: skip
_LONG = {"net": "network"}
_FLAGS = "ditqPR"
_LONGEST = 200_000


def read(source: Source, context: Context) -> Iterator[Container]:
    """The Redis containers that a script starts."""
    if len(source.text) > _LONGEST:
        return
    for command in shell.commands(shell.split(source.text, source)):
        words = list(command)
        while words and _text(words[0]) in ("sudo", "exec", "nohup", "time", "then", "do", "else"):
            words.pop(0)
        if len(words) < 3 or _text(words[0]) not in _ENGINES:
            continue
        start = 2 if _text(words[1]) == "container" else 1
        if _text(words[start]) in ("run", "create"):
            container = _container(source, words[start + 1 :], words[0])
            if container is not None:
                yield container


def _text(word: Value) -> str:
    return str(word.value) if word.known else (word.raw or "")


def _container(source: Source, words: list[Value], first: Value) -> Container | None:
    container = engine.new("container", first.span, "docker", source.path)
    folder = posixpath.dirname(source.path)
    index = 0
    brief = False
    while index < len(words) and _text(words[index]).startswith("-"):
        name, value, used = _option(words, index)
        brief = brief or name in ("rm", "interactive", "tty")
        index += used
        if name == "entrypoint" and value is not None:
            container.entrypoint = [value]
        elif name and value is not None and value.span is not None:
            engine.apply(container, name, value, folder)
    if index >= len(words):
        return None
    image = words[index]
    known = images.lookup(images.parse(_text(image))[0])
    if known is None or not image.known:
        return None
    container.anchor = image.span
    container.label = f"container {container.names[0] if container.names else known.name}"
    engine.apply(container, "image", image, folder)
    container.argv = words[index + 1 :] or None
    container.command_span = container.argv[0].span if container.argv else None
    if brief:
        container.set(
            "environment", Value("test", Origin(image.span, "it is thrown away when it ends"))
        )
    return container


def _option(words: list[Value], index: int) -> tuple[str, Value | None, int]:
    """(long name, value, words used) of the option at a place."""
    word = words[index]
    text = _text(word)
    if text.startswith("--"):
        name, equals, rest = text[2:].partition("=")
        name = _LONG.get(name, name)
        if equals:
            held = at(rest, word.span) if word.known else word
            if not word.known:
                held = Value(None, word.origin, known=False, why=word.why, raw=rest)
            return name, held, 1
        if name in _BARE:
            return name, at(True, word.span), 1
        return name, words[index + 1] if index + 1 < len(words) else None, 2
    letters = text[1:]
    match = re.match(rf"([{_FLAGS}]*)([a-zA-Z])?(.*)", letters, re.S)
    assert match is not None
    if not match[2]:
        attached = "i" in letters or "t" in letters
        return "interactive" if attached else "detach", at(True, word.span), 1
    name = _SHORT.get(match[2], "")
    if match[3]:
        rest = match[3].removeprefix("=")
        held = at(rest, word.span) if word.known else Value(
            None, word.origin, known=False, why=word.why, raw=rest)  # fmt: skip
        return name, held, 1
    return name, words[index + 1] if index + 1 < len(words) else None, 2
