"""Values of the widely used Redis and Valkey charts, alone or below a parent chart's key.

Read are passwords, persistence, authentication, presets and Services; nothing is rendered.
https://github.com/bitnami/charts/blob/main/bitnami/redis/values.yaml
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from redislint.model.deployment import Problem
from redislint.model.facts.kubernetes import is_password_name, is_stand_in
from redislint.model.subject import Subject
from redislint.model.value import Origin, Value, at
from redislint.readers import Context
from redislint.readers.k8s import chartservers
from redislint.source import Source, Span
from redislint.syntax import yaml
from redislint.syntax.yaml import Mapping, Node, Scalar, Sequence

_NAMED = re.compile(r"(?i)^(?:\w+[-_])?(?:redis|valkey)(?:[-_](?:ha|cluster|master))?$")
_SHAPE = ({"architecture", "master"}, {"auth", "master"}, {"master", "replica"}, {"auth", "primary"},
          {"architecture", "auth"})  # fmt: skip
_KEYS = re.compile(r"(?i)keys?$")
"""Tables that say under which key of a Secret something lies."""
_DEPTH = 8
_KEPT = "persistentVolumeClaimRetentionPolicy"
_EVENTS = (("whenDeleted", "the release is uninstalled"), ("whenScaled", "it is scaled down"))


def read(source: Source, context: Context) -> Iterator[Subject | Problem]:
    """What a values file says of Redis."""
    if not re.search(r"(?i)values", posixpath.basename(source.path)):
        return
    stream = yaml.load(source)
    for document in stream.documents:
        if isinstance(document, Mapping):
            yield from _passwords(document, redis=_is_chart(document), depth=0)
            for key, block in _blocks(document):
                yield from _block(key, block, own=_is_own(source, context))
    if not stream.templated:
        for line, why in stream.unread:
            yield Problem(source.path, line, why)


def of_release(chart: str, values: Mapping) -> Iterator[Subject]:
    """What the values of a release of a chart say, where the chart is one of Redis."""
    if re.fullmatch(r"(?:[\w./-]*/)?(?:redis|valkey)[\w-]*", chart):
        yield from _passwords(values, redis=True, depth=0)
        yield from _block("release", values, own=False)
    else:
        yield from _passwords(values, redis=False, depth=0)
        for key, block in _blocks(values):
            yield from _block(key, block, own=False)


def _is_chart(node: Mapping) -> bool:
    """Whether a mapping has the keys of a Redis chart."""
    keys = {k.text for k, _ in node.pairs}
    return any(shape <= keys for shape in _SHAPE) and not {"postgresql", "mysql"} & keys


def _is_own(source: Source, context: Context) -> bool:
    """Whether the file holds the defaults of a Redis chart itself: whoever installs it decides."""
    folder = posixpath.dirname(source.path)
    chart = context.find(posixpath.join(folder, "Chart.yaml"))
    return chart is not None and bool(re.search(r"(?m)^name: *[\"']?(redis|valkey)", chart.text))


def _blocks(document: Mapping) -> Iterator[tuple[str, Mapping]]:
    """The parts that configure a Redis chart, each with the name of its key."""
    if _is_whole(document):
        yield "values", document
        return
    if _is_chart(document) and document.get("redis") is None:
        yield "values", document
    for key, node in document.pairs:
        if isinstance(node, Mapping) and _NAMED.match(key.text):
            yield key.text, node


def _is_whole(document: Mapping) -> bool:
    """Whether the key `redis` is one part of a chart's own values: redis-ha, redis-cluster."""
    if document.get("redis", "masterGroupName") or document.get("redis", "config"):
        return isinstance(document.get("sentinel"), Mapping)
    return document.get("cluster", "nodes") is not None


def _passwords(node: Node, *, redis: bool, depth: int) -> Iterator[Subject]:
    if depth > _DEPTH:
        return
    if isinstance(node, Sequence):
        for item in node.items:
            yield from _passwords(item, redis=redis, depth=depth + 1)
            if isinstance(item, Mapping) and is_password_name(item.text("name") or ""):
                value = item.get("value")
                if isinstance(value, Scalar) and not value.templated and value.text:
                    yield _password(item.text("name") or "", value.span, value.text)
        return
    if not isinstance(node, Mapping):
        return
    for key, child in node.pairs:
        if isinstance(child, Scalar):
            if child.templated or child.is_null or not child.text:
                continue
            if child.text.lower() in ("true", "false", "yes", "no"):
                continue
            named = is_password_name(key.text, redis=redis)
            if named and not is_stand_in(child.text):
                yield _password(key.text, child.span, child.text)
        elif not _KEYS.search(key.text):
            inside = bool(_NAMED.match(key.text)) or (redis and key.text in ("auth", "global"))
            yield from _passwords(child, redis=inside, depth=depth + 1)


def _password(name: str, span: Span, text: str) -> Subject:
    made = Subject(f"value {name}", span, "resource")
    made.set("type", Value("values"))
    made.set("name", Value(name))
    made.set("written-password", Value(text, Origin(span)))
    return made


def _block(name: str, block: Mapping, *, own: bool) -> Iterator[Subject]:
    if own or _off(block.get("enabled")):
        return
    yield from chartservers.read(_label(name), block)
    auth = block.get("auth", "enabled") or block.get("usePassword")
    if auth is None and isinstance(block.get("auth"), Scalar):
        auth = block.get("auth")  # redis-ha
    if _off(auth) and auth is not None:
        yield _trap(name, auth, "allow-empty-password", "authentication is off")
    tuned = block.get("sysctl", "enabled") or block.get("sysctlImage", "enabled")
    if isinstance(tuned, Scalar) and tuned.text == "true":
        yield _trap(name, tuned, "k8s-thp-no-node-tuning", "sysctl")
    for part in ("master", "primary", "haproxy", ""):
        path = (part, "persistence", "enabled") if part else ("persistence", "enabled")
        switch = block.get(*path)
        if switch is None and not part:
            path = ("persistentVolume", "enabled")
            switch = block.get(*path)
        if switch is not None and _off(switch) and not re.search("cache", name):
            yield _trap(name, switch, "k8s-persistence-disabled", ".".join(path))
        kind = block.get(part, "service", "type") if part else block.get("service", "type")
        notes = block.get(part, "service") if part else block.get("service")
        if isinstance(kind, Scalar) and kind.text == "LoadBalancer" and isinstance(notes, Mapping):
            text = str(yaml.plain(notes)).lower()
            if "internal" not in text.replace("internaltrafficpolicy", "") and not _filled(
                notes.get("loadBalancerSourceRanges")
            ):
                yield _trap(name, kind, "k8s-service-loadbalancer", "port 6379")
        kept = block.get(*(part, _KEPT) if part else (_KEPT,))
        if isinstance(kept, Mapping) and not _off(kept.get("enabled") or kept):
            for event, shown in _EVENTS:
                answer = kept.get(event)
                if isinstance(answer, Scalar) and answer.text == "Delete" and kept.get("enabled"):
                    yield _trap(name, answer, "k8s-reclaim-delete", shown)
        preset = block.get(part, "resourcesPreset") if part else block.get("resourcesPreset")
        if isinstance(preset, Scalar) and preset.text == "nano":
            yield _trap(name, preset, "k8s-nano-preset", "nano")


def _filled(node: Node | None) -> bool:
    return isinstance(node, Sequence) and bool(node.items)


def _off(node: Node | None) -> bool:
    return isinstance(node, Scalar) and node.text.lower() in ("false", "no")


def _label(name: str) -> str:
    """What messages call the chart: by its key in a parent chart's values, where it has one."""
    return "the Redis chart" if name in ("values", "release") else f"the chart {name}"


def _trap(name: str, node: Node, rule: str, detail: str) -> Subject:
    made = Subject(_label(name), node.head, "resource")
    made.set("type", Value("values"))
    made.set("name", Value(name))
    made.set("trap", at(rule, node.head))
    made.set("detail", at(detail, node.head))
    return made
