"""What init containers put into a shared volume: `cp /config/redis.conf /etc/redis/redis.conf`."""

from __future__ import annotations

import posixpath
import re

from redislint.model.container import Container
from redislint.readers.k8s.objects import Folder
from redislint.syntax.yaml import Mapping, Scalar, Sequence

_COPY = re.compile(r"\bcp\s+(?:-\w+\s+)*([^\s;&|$`]+)\s+([^\s;&|$`]+)")
_CHANGE = re.compile(r"\b(?:sed|awk|perl|envsubst|tee|python3?)\b|>>?")


def add_copies(container: Container, item: Mapping, pod: Mapping, near: Folder) -> None:
    """Put the ConfigMap's files that an init container copies where the container finds them."""
    starters = pod.get("initContainers")
    own = _targets(item)
    for starter in starters.items if isinstance(starters, Sequence) else []:
        if not isinstance(starter, Mapping):
            continue
        text = script(starter)
        seen = _targets(starter)
        for match in _COPY.finditer(text):
            origin, target = (posixpath.normpath(g.strip("\"'")) for g in match.groups())
            held = _content(origin, seen, pod, near)
            if held is None:
                continue
            if posixpath.basename(target) != posixpath.basename(origin) and "." not in target:
                target = posixpath.join(target, posixpath.basename(origin))
            volume, rest = _inside(target, seen)
            place = own.get(volume)
            if place is None:
                continue
            path = posixpath.normpath(posixpath.join(place, rest))
            container.files[path] = held
            container.copied.add(path)
            if _CHANGE.search(text):
                container.edits[path] = None


def script(item: Mapping) -> str:
    """The words of a container's command and arguments."""
    found = []
    for name in ("command", "args"):
        node = item.get(name)
        found += (
            [i.text for i in node.items if isinstance(i, Scalar)]
            if isinstance(node, Sequence)
            else []
        )
    return " ".join(found)[:20_000]


def _targets(item: Mapping) -> dict[str, str]:
    """Volume → where the container mounts it."""
    mounts = item.get("volumeMounts")
    found = {}
    for mount in mounts.items if isinstance(mounts, Sequence) else []:
        name = mount.text("name") if isinstance(mount, Mapping) else None
        place = mount.text("mountPath") if isinstance(mount, Mapping) else None
        if name and place and isinstance(mount, Mapping) and mount.get("subPath") is None:
            found[name] = posixpath.normpath(place)
    return found


def _inside(path: str, mounted: dict[str, str]) -> tuple[str, str]:
    """The volume that a path lies in, and the path below its mount."""
    best = ("", "")
    for volume, place in mounted.items():
        if path.startswith(place.rstrip("/") + "/") and len(place) > len(mounted.get(best[0], "")):
            best = (volume, path[len(place.rstrip("/")) + 1 :])
    return best


def _content(path: str, mounted: dict[str, str], pod: Mapping, near: Folder) -> object | None:
    """The ConfigMap's value that lies at a path of an init container."""
    volume, rest = _inside(path, mounted)
    table = pod.get("volumes")
    for entry in table.items if isinstance(table, Sequence) else []:
        if isinstance(entry, Mapping) and entry.text("name") == volume:
            name = entry.text("configMap", "name")
            if name is None or entry.get("configMap", "items") is not None:
                return None
            return (near.content(name) or {}).get(rest)
    return None
