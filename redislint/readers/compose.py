"""docker-compose and Podman compose files → containers, as `docker compose config` reads them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from redislint.knowledge import images
from redislint.model.container import Container
from redislint.model.deployment import Problem
from redislint.model.value import Origin, Value, at, unknown
from redislint.readers import Context
from redislint.readers.composing.command import words_of
from redislint.readers.composing.files import (
    File,
    below,
    beside,
    extends_itself,
    is_override,
    layers,
    names_in,
    replaces,
    top_of,
)
from redislint.readers.composing.limits import add_limits
from redislint.readers.composing.places import add_mounts, add_ports
from redislint.readers.interpolation import dotenv, interpolate
from redislint.source import Source, Span
from redislint.syntax import yaml
from redislint.syntax.yaml import Mapping, Node, Scalar, Sequence


def read(source: Source, context: Context) -> Iterator[Container | Problem]:
    """The services of a compose file, those that are no Redis included: clients live there."""
    stream = yaml.load(source)
    seen = False
    for document in stream.documents:
        top = top_of(document, source.path)
        services = top.get("services") if top is not None else None
        if top is None or not isinstance(services, Mapping):
            continue
        seen = True
        file = File(source, top, context)
        base = beside(file, override=False) if is_override(source.path) else None
        for key, body in services.pairs:
            if base is not None and base.top.get("services", key.text) is not None:
                continue  # read as a layer of the default file
            if below(file, key.text):
                continue  # read as a layer of the file before
            if isinstance(body, Mapping) and key.text != "<<" and not key.text.startswith("x-"):
                yield _service(file, key, body)
                if body.get("extends") is not None and extends_itself(file, key.text, body):
                    why = f"service {key.text} extends itself: compose refuses the file"
                    yield Problem(source.path, key.line, why)
    if seen:
        for line, why in stream.unread:
            yield Problem(source.path, line, why)


def _service(file: File, key: Scalar, body: Mapping) -> Container:
    name = key.text
    container = Container(f"service {name}", key.span, "compose")
    container.group = file.source.path
    chain = layers(file, name, body)

    def first(*path: str) -> tuple[File, Node] | None:
        for holder, mapping in chain:
            node = mapping.get(*path)
            if node is not None:
                return holder, node
        return None

    def text(*path: str) -> Value | None:
        found = first(*path)
        return found[0].value(found[1]) if found else None

    set_image(container, text("image"))
    _build(container, file, first("build"))
    container.entrypoint = words_of(first("entrypoint"))
    container.argv = words_of(first("command"))
    found = first("command") or first("entrypoint")
    container.command_span = found[1].head if found else None
    for holder, mapping in reversed(chain):
        _environment(container, holder, mapping)
        add_ports(container, holder, mapping)
        add_mounts(container, holder, mapping)
    sysctls = first("sysctls")
    add_limits(container, text, first, sysctls[1] if sysctls else None)
    names = [name]
    for path in (("container_name",), ("hostname",)):
        value = text(*path)
        if value is not None and value.known:
            names.append(str(value.value))
    networks = first("networks")
    if networks is not None:
        container.networks = names_in(networks[1])
        if isinstance(networks[1], Mapping):
            for _, network in networks[1].pairs:
                if isinstance(network, Mapping):
                    names += names_in(network.get("aliases"))
                    fixed = network.get("ipv4_address")
                    if isinstance(fixed, Scalar) and not fixed.is_null:
                        container.set("fixed-address", at(fixed.text, fixed.span))
    container.names = tuple(dict.fromkeys(names))
    depends = first("depends_on")
    container.depends_on = tuple(names_in(depends[1])) if depends else ()
    mode = text("network_mode")
    if mode is not None:
        container.set("network-mode", mode)
    _health(container, first("healthcheck"))
    profiles = first("profiles")
    if profiles is not None:
        container.set("profiles", Value(tuple(names_in(profiles[1])), Origin(profiles[1].span)))
    return container


def set_image(container: Container, value: Value | None) -> None:
    """Store an image reference with its name, tag and digest."""
    if value is None:
        return
    container.image = value
    container.set("image", value)
    reference = str(value.value) if value.known else (value.raw or "")
    if "{{" in reference:
        filled = re.sub(r"\{\{[^{}]*\}\}", "$T", reference)
        if re.search(r"(?i)redis|valkey", filled):  # a template's `redis:{{ .Values.tag }}`
            reference = filled
    name, tag, digest = images.parse(reference)
    container.set("image-name", Value(name, value.origin))
    if tag is not None and "$" not in tag:
        container.set("tag", Value(tag, value.origin))
    elif not value.known:
        container.set("tag", Value(None, value.origin, known=False, why=value.why))
    if digest:
        container.set("digest", Value(digest, value.origin))


def _build(container: Container, file: File, found: tuple[File, Node] | None) -> None:
    if found is None:
        return
    holder, node = found
    folder, dockerfile = "", "Dockerfile"
    if isinstance(node, Scalar):
        folder = node.text
    elif isinstance(node, Mapping):
        folder = node.text("context") or "."
        dockerfile = node.text("dockerfile") or "Dockerfile"
        inline = node.get("dockerfile_inline")
        if inline is not None:
            if isinstance(inline, Scalar) and not inline.templated:
                container.build = f"{holder.source.path}:{inline.line}"
                container.inline = inline.embedded()
            return
    container.build = posixpath.normpath(posixpath.join(holder.folder, folder, dockerfile))
    if isinstance(node, Mapping):
        container.set("build-target", at(node.text("target") or "", node.span))


def _env_files(node: Node | None) -> list[str]:
    """The paths of `env_file`: one, a list, or a list with `path` and `required`."""
    if not isinstance(node, Sequence):
        return names_in(node) if isinstance(node, Scalar) else []
    texts = [i.text("path") if isinstance(i, Mapping) else "".join(names_in(i)) for i in node.items]
    return [t for t in texts if t]


def _environment(container: Container, holder: File, body: Mapping) -> None:
    for path in _env_files(body.get("env_file")):
        found = holder.context.find(posixpath.normpath(posixpath.join(holder.folder, path)))
        if found is None:
            continue
        for name, content in dotenv(found.text).items():
            line = re.search(
                rf"(?m)^[ \t]*(?:export[ \t]+)?{re.escape(name)}[ \t]*[=:].*", found.text
            )
            place = Span(found, line.start(), line.end()) if line else None
            container.env[name] = Value(content, Origin(place, f"in {path}"))
    node = body.get("environment")
    if node is not None and replaces(node):
        container.env.clear()
    if isinstance(node, Mapping):
        for key, item in node.merged():
            value = holder.value(item)
            if value is None:
                value = (
                    unknown("taken from the environment", key.span)
                    if isinstance(item, Scalar)
                    else None
                )
            if value is not None:
                container.env[key.text] = value
    elif isinstance(node, Sequence):
        for item in node.items:
            if isinstance(item, Scalar):
                name, equals, rest = item.text.partition("=")
                if not equals:
                    container.env[name] = unknown("taken from the environment", item.span)
                elif item.templated:
                    container.env[name] = unknown("a template fills it in", item.span)
                else:
                    container.env[name] = interpolate(
                        rest, holder.variables, item.span, where=holder.env_path
                    )


def _health(container: Container, found: tuple[File, Node] | None) -> None:
    if found is None or not isinstance(found[1], Mapping):
        return
    holder, body = found[0], found[1]
    assert isinstance(body, Mapping)
    node = body.get("test")
    if isinstance(node, Sequence):
        text = " ".join(i.text for i in node.items if isinstance(i, Scalar))
        container.set("healthcheck", at(text, node.head))
    elif isinstance(node, Scalar):
        container.set("healthcheck", holder.value(node) or at("", node.span))
