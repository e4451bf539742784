"""Tasks of ECS: copies that overlap on one file system, machines that are taken away."""

from __future__ import annotations

from redislint.model.container import Container
from redislint.model.server import Server
from redislint.model.subject import FactSpec, computed, kind
from redislint.model.value import Origin, Value, default

kind("container", "a container or process that a Dockerfile, compose file, manifest, task or unit starts", [
    FactSpec("deploy-maximum", "int", "percent of its tasks that may run during an update"),
    FactSpec("spot", "bool", "it runs on spare machines, which are taken away at short notice"),
])  # fmt: skip


def _task(server: Server) -> Container | None:
    found = server.links.get("container")
    return found if isinstance(found, Container) and found.platform == "ecs" else None


@computed("server", "overlapping-tasks", "text", "when two of its tasks write one file system")
def overlapping_tasks(server: Server) -> Value:
    """Several tasks of a service on EFS, or an update that starts the new one first."""
    task = _task(server)
    if task is None or server.get("data-volume").value != "network":
        return default(None, "its tasks share no files")
    copies = task.facts.get("replicas")
    if copies is not None and isinstance(copies.value, int) and copies.value > 1:
        return Value(f"the service runs {copies.value} tasks", copies.origin)
    most = task.facts.get("deploy-maximum")
    if most is not None and isinstance(most.value, int) and most.value > 100:
        note = most.origin.note
        shown = f"an update starts the new task before the old one ends ({most.value} %"
        return Value(f"{shown}{', the default' if note else ''})", most.origin)
    return default(None, "one task at a time")


@computed("server", "on-spot", "bool", "its task runs on machines that are taken away")
def on_spot(server: Server) -> Value:
    """FARGATE_SPOT, or a capacity provider that is named after spot."""
    task = _task(server)
    found = task.facts.get("spot") if task is not None else None
    if found is None:
        return default(False, "no spot capacity is named")
    return Value(True, Origin(found.span))
