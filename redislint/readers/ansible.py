"""Ansible playbooks, tasks and variables → containers that modules start, and passwords.

Only `docker_container` and `podman_container` say enough to know a server; roles and templates
are read as what they write (their `.conf.j2` files).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from redislint.model.conf import ConfFile
from redislint.model.container import Container, Mount, Port
from redislint.model.facts.kubernetes import is_password_name
from redislint.model.subject import Subject
from redislint.model.value import Origin, Value, at, unknown
from redislint.readers import Context
from redislint.readers.compose import set_image
from redislint.source import Source
from redislint.syntax import shell, yaml
from redislint.syntax.yaml import Mapping, Node, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redislint.readers.ansiblelines import Edits

_MODULE = re.compile(r"^(?:[\w.]+\.)?(?:docker|podman)_container$")
_COPY = re.compile(r"^(?:ansible\.builtin\.)?copy$")
_EDIT = re.compile(r"^(?:ansible\.builtin\.)?(lineinfile|blockinfile|replace)$")
_TELLS = re.compile(r"(?m)_container|^-\s+hosts:|^\s+content:|(?:line|block)infile:|replace:")
_VARIABLES = re.compile(r"(?i)(^|/)(group_vars|host_vars|defaults|vars)(/|\.ya?ml$)")
_PORT = re.compile(r"^(?:([\d.]+|\[[^\]]*\]|localhost):)?(?:(\d+):)?(\d+)(?:/tcp)?$")
_LISTS = ("tasks", "pre_tasks", "post_tasks", "handlers", "block", "rescue", "always")
_DEPTH = 12


def read(source: Source, context: Context) -> Iterator[Container | Subject | ConfFile]:
    """The containers that tasks start, and the literal passwords of variables."""
    text = source.text
    variables = bool(_VARIABLES.search(source.path))
    if not variables and not _TELLS.search(text):
        return
    edits = _edits(source) if re.search(r"infile:|replace:", text) else None
    for document in yaml.load(source).documents:
        if isinstance(document, Sequence):
            yield from _tasks(document, 0, edits)
        elif variables and isinstance(document, Mapping) and document.get("kind") is None:
            yield from _passwords(document)
    if edits is not None:
        yield from edits.confs()


def _edits(source: Source) -> Edits:
    from redislint.readers.ansiblelines import Edits

    return Edits(source)


def _tasks(
    node: Node | None, depth: int, edits: Edits | None
) -> Iterator[Container | Subject | ConfFile]:
    if not isinstance(node, Sequence) or depth > _DEPTH:
        return
    for item in node.items:
        if not isinstance(item, Mapping):
            continue
        for key, body in item.pairs:
            if _MODULE.match(key.text) and isinstance(body, Mapping):
                yield _container(item, body)
            elif _COPY.match(key.text) and isinstance(body, Mapping):
                yield from _written(body)
            elif key.text == "vars" and isinstance(body, Mapping):
                yield from _passwords(body)
            elif key.text in _LISTS or key.text == "roles":
                yield from _tasks(body, depth + 1, edits)
            elif edits is not None and (match := _EDIT.match(key.text)):
                edits.take(item, match[1], body)


def _written(body: Mapping) -> Iterator[ConfFile]:
    """The configuration that a task writes from a text of its own."""
    from redislint.readers.redisconf import conf_file, is_redis

    place, content = body.text("dest"), body.get("content")
    if place is None or not isinstance(content, Scalar) or not place.endswith(".conf"):
        return
    source = content.embedded()
    if is_redis(source, place):
        yield conf_file(source, None, place)


def _passwords(table: Mapping) -> Iterator[Subject]:
    for key, node in table.pairs:
        if not isinstance(node, Scalar) or node.templated or node.is_null or not node.text:
            continue
        if node.tag.startswith("!") or not is_password_name(key.text):
            continue
        if node.text.lower() in ("true", "false", "yes", "no") or is_password_name(node.text):
            continue
        made = Subject(f"variable {key.text}", key.span, "resource")
        made.set("type", Value("variable"))
        made.set("name", Value(key.text))
        made.set("written-password", Value(node.text, Origin(node.span)))
        yield made


def _value(node: Node | None) -> Value | None:
    if not isinstance(node, Scalar) or node.is_null:
        return None
    if node.templated:
        held = unknown("Ansible fills it in", node.span)
        held.raw = node.text
        return held
    return at(node.text, node.span)


def _words(node: Node | None) -> list[Value] | None:
    if isinstance(node, Sequence):
        return [_value(i) or unknown("is no text", i.head) for i in node.items]
    value = _value(node)
    if value is None or not value.known:
        return None if value is None else [value]
    words = []
    for word in shell.split(str(value.value)):
        if not word.operator:
            held = Value(word.value.value, value.origin, known=word.value.known, raw=word.value.raw)
            words.append(held)
    return words


def _container(task: Mapping, body: Mapping) -> Container:
    name = body.text("name")
    pair = body.pair("name")
    container = Container(
        f"container {name or ''}".strip(), (pair[1] if pair else body).head, "ansible"
    )
    container.group = task.source.path
    if name:
        container.names = (name,)
    set_image(container, _value(body.get("image")))
    container.argv, container.entrypoint = (
        _words(body.get("command")),
        _words(body.get("entrypoint")),
    )
    node = body.get("command")
    container.command_span = node.head if node is not None else None
    env = body.get("env")
    for key, item in env.pairs if isinstance(env, Mapping) else []:
        container.env[key.text] = _value(item) or unknown("is no text", item.head)
    for item in _items(body, "ports", "published_ports", "publish"):
        match = _PORT.match(item.text) if not item.templated else None
        if match:
            host = int(match[2]) if match[2] else None
            local = (match[1] or "").startswith(("127.", "localhost", "[::1]"))
            scope = "loopback" if local else "network"
            container.ports.append(Port(int(match[3]), host, match[1] or "", scope, item.span))
    for item in _items(body, "volumes", "volume"):
        source, colon, rest = item.text.rpartition(":") if item.text.count(":") == 1 else (
            item.text.partition(":")[0], ":", item.text.split(":")[1] if ":" in item.text else "")  # fmt: skip
        target = rest.split(":")[0] if colon else item.text
        if item.templated and "{{" in target:
            target, source = "/", "template"
        kind = "anonymous" if not source else "bind" if source[0] in "/.~{" else "volume"
        container.mounts.append(Mount(target, kind, source, item.span))
    for fact, option in (
        ("restart", "restart_policy"),
        ("network-mode", "network_mode"),
        ("user", "user"),
    ):
        value = _value(body.get(option))
        if value is not None:
            container.set(fact, value)
    restart = container.facts.get("restart")
    if restart is not None and restart.known:
        container.set("restarts", Value(restart.value != "no", restart.origin))
    return container


def _items(body: Mapping, *names: str) -> Iterator[Scalar]:
    for name in names:
        node = body.get(name)
        items = node.items if isinstance(node, Sequence) else [node] if node is not None else []
        for item in items:
            if isinstance(item, Scalar) and not item.is_null:
                yield item
