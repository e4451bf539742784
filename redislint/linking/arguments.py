"""Settings from a command line, from an image's environment variables and from its defaults."""

from __future__ import annotations

from redislint.knowledge.images import Image
from redislint.model.container import Container
from redislint.model.server import Server
from redislint.model.setting import Setting
from redislint.model.value import Origin, Value, default
from redislint.source import Span
from redislint.syntax import shell


def arguments(values: list[Value]) -> tuple[Value | None, list[Setting]]:
    """The configuration file and the options of a server's arguments."""
    path: Value | None = None
    settings: list[Setting] = []
    name: str | None = None
    words: list[str] = []
    first: Value | None = None
    last: Value | None = None

    def close() -> None:
        nonlocal name
        if name is not None and first is not None:
            span = _joined(first.span, last.span if last else None)
            settings.append(Setting(name, tuple(words), span, "command line"))
        name = None

    for index, value in enumerate(values):
        text = str(value.value) if value.known else None
        if text is None:
            written = value.raw or ""
            if written.startswith("--"):
                close()
                continue
            if name is not None:
                words.append("\x00" if "$" not in written else written)
                last = value
            elif index == 0:
                path = value
            continue
        if text.startswith("--"):
            close()
            body = text[2:]
            name, _, rest = body.partition(" ")
            words = rest.split() if rest else []
            first, last = value, None
            if name.lower() in ("sentinel", "check-system") and not words:
                name = None
        elif name is not None:
            words.append(text)
            last = value
        elif index == 0 and text not in ("-",):
            path = value
    close()
    return path, settings


def _joined(first: Span | None, last: Span | None) -> Span | None:
    if first is None or last is None or last.source is not first.source or last.end < first.end:
        return first
    if last.line != first.line:
        return first
    return Span(first.source, first.start, last.end)


def image_defaults(server: Server, container: Container, image: Image) -> None:
    """The defaults that an image changes: protected mode, the data folder, persistence."""
    if image.unprotected:
        tag = container.facts.get("tag")
        note = f"the {image.name} image switches protected mode off"
        if tag is not None and tag.known and str(tag.value).startswith(("2.", "3.0")):
            return
        server.image_defaults["protected-mode"] = default(False, note)
    if image.family == "bitnami":
        note = f"default of the {image.name} image"
        server.image_defaults["appendonly"] = default(True, note)
        server.image_defaults["protected-mode"] = default(False, note)
    if image.data:
        server.image_defaults["dir"] = default(image.data, f"default of the {image.name} image")


_BITNAMI = {
    "AOF_ENABLED": "appendonly",
    "PORT_NUMBER": "port",
    "MASTER_PASSWORD": "masterauth",
    "PRIMARY_PASSWORD": "masterauth",
    "PASSWORD": "requirepass",
    "ACLFILE": "aclfile",
}


def environment(server: Server, container: Container, image: Image) -> list[Setting]:
    """The settings that an image makes of environment variables."""
    settings: list[Setting] = []
    if image.family == "stack":
        settings += _extra(container.env.get("REDIS_ARGS"))
    if image.family == "official" and image.flavour == "valkey":
        settings += _extra(container.env.get("VALKEY_EXTRA_FLAGS"))
    if image.family != "bitnami":
        return settings
    for prefix in ("REDIS", "VALKEY"):
        for name, directive in _BITNAMI.items():
            for suffix in ("", "_FILE"):
                value = container.env.get(f"{prefix}_{name}{suffix}")
                if value is None:
                    continue
                text = str(value.value) if value.known and not suffix else "\x00"
                if text == "":
                    continue
                settings.append(Setting(directive, (text,), value.span, "environment"))
        mode = container.env.get(f"{prefix}_REPLICATION_MODE")
        if mode is not None and str(mode.value) in ("slave", "replica"):
            host = container.env.get(f"{prefix}_MASTER_HOST") or container.env.get(
                f"{prefix}_PRIMARY_HOST"
            )
            where = str(host.value) if host is not None and host.known else "\x00"
            settings.append(Setting("replicaof", (where, "6379"), mode.span, "environment"))
        settings += _extra(container.env.get(f"{prefix}_EXTRA_FLAGS"))
    if any(k.endswith("_FILE") for k in container.env) or "/bitnami" in " ".join(
        m.target for m in container.mounts if "etc" in m.target
    ):
        server.complete, server.why = False, "a mounted file may change the configuration"
    return settings


def _extra(value: Value | None) -> list[Setting]:
    """The options of a variable that holds command-line arguments."""
    if value is None:
        return []
    text = str(value.value) if value.known else (value.raw or "")
    words = []
    for word in shell.split(text):
        held = Value(
            word.value.value, Origin(value.span), known=word.value.known, raw=word.value.raw
        )
        words.append(held)
    return arguments([Value("x"), *words])[1]
