"""What each server's data is for, as its clients and their frameworks show."""

from __future__ import annotations

import re

from redislint.model.client import Client
from redislint.model.container import Container
from redislint.model.dependency import Dependency
from redislint.model.deployment import Arrow, Deployment
from redislint.model.server import Server
from redislint.model.value import Origin, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redislint.readers import Context

# In order of what is worst to lose: the first that any client shows is the server's purpose.
_BY_VARIABLE = (
    ("queue", r"(?i)celery|broker|sidekiq|bull|queue|resque|\brq_|dramatiq|huey|\bjob"),
    ("session", r"(?i)session"),
)
_BY_COMMAND = (
    (
        "queue",
        r"(?i)\b(?:celery|sidekiq|rq worker|resque|dramatiq|huey_consumer|arq|bull(?:mq)?"
        r"|artisan (?:horizon|queue:work redis))\b",
    ),
)
# Laravel's own variables say what it keeps in the Redis that another variable names.
_BY_DRIVER = (
    ("queue", ("QUEUE_CONNECTION", "QUEUE_DRIVER")),
    ("session", ("SESSION_DRIVER",)),
)
_BY_DEPENDENCY = {
    "org.springframework.session:spring-session-data-redis": "session",
    "celery": "queue", "rq": "queue", "dramatiq": "queue", "huey": "queue", "arq": "queue",
    "kombu": "queue",
}  # fmt: skip
_RANK = {"queue": 0, "session": 1, "rate-limiter": 2, "pubsub": 3, "cache": 4}
"""What is worst to lose comes first; a cache is one only if nothing else is known to be there."""


def find_purposes(deployment: Deployment, context: Context) -> None:
    """Set the fact `purpose` of servers of which a comment, clients or dependencies show it."""
    if any("redislint:" in source.text for source in deployment.sources.values()):
        from redislint.linking.hints import take_hints

        take_hints(deployment)
    found: dict[int, tuple[int, Value]] = {}
    mixed: set[int] = set()
    servers = [s for s in deployment.subjects if isinstance(s, Server) and s.kind == "server"]

    def note(server: Server, purpose: str, value: Value) -> None:
        rank = _RANK[purpose]
        if id(server) not in found or rank < found[id(server)][0]:
            found[id(server)] = (rank, value)

    for arrow in deployment.arrows:
        if isinstance(arrow.target, Server) and isinstance(arrow.source, Container):
            _from_arrow(arrow, note)
        elif isinstance(arrow.target, Server) and isinstance(arrow.source, Client):
            held = arrow.source.facts.get("purpose")
            if held is not None and held.value in _RANK:
                why = f"{arrow.source.label} keeps its data there"
                note(arrow.target, str(held.value), Value(held.value, Origin(held.span, why)))
            elif arrow.source.get("language").value == "python":
                mixed.add(id(arrow.target))
    _from_workers(deployment, servers, note)
    for dependency in deployment.subjects:
        if not isinstance(dependency, Dependency) or dependency.scope == "test":
            continue
        purpose = _BY_DEPENDENCY.get(dependency.name)
        if purpose is None:
            continue
        value = Value(purpose, Origin(dependency.anchor, f"{dependency.name} keeps its data there"))
        for server in _sole(servers, dependency):
            note(server, purpose, value)
    for client in deployment.subjects:
        if isinstance(client, Client) and "xreadgroup" in client.uses:
            value = Value("queue", Origin(client.anchor, "a consumer group reads streams there"))
            known = client.links.get("server")
            for server in [known] if isinstance(known, Server) else _alike(_started(servers)):
                note(server, "queue", value)
    for server in servers:
        if id(server) in found and "purpose" not in server.facts:
            if found[id(server)][1].value == "cache" and id(server) in mixed:
                continue
            server.set("purpose", found[id(server)][1])


def _started(servers: list[Server]) -> list[Server]:
    """The servers without those of a chart's values, where the chart's templates are here too."""
    manifests = [s for s in servers if _platform(s) == "kubernetes"]
    return [s for s in servers if _platform(s) != "helm"] if manifests else servers


def _platform(server: Server) -> str:
    container = server.links.get("container")
    return container.platform if isinstance(container, Container) else ""


def _from_arrow(arrow: Arrow, note: object) -> None:
    assert callable(note)
    container = arrow.source
    assert isinstance(container, Container)
    if any(
        re.match(r"(?:py)?(?:amqps?|sqs|kafka)://", str(v.value if v.known else v.raw or ""))
        for v in container.env.values()
    ):
        return  # its jobs lie in another broker, and here perhaps their results
    for purpose, pattern in _BY_VARIABLE:
        if re.search(pattern, arrow.text.removeprefix("connects by ")):
            note(
                arrow.target,
                purpose,
                Value(purpose, Origin(arrow.span, f"{container.label} {arrow.text}")),
            )
    for purpose, names in _BY_DRIVER:
        for name in names:
            value = container.env.get(name)
            if value is not None and value.known and value.value == "redis":
                why = f"{container.label} sets {name}=redis"
                note(arrow.target, purpose, Value(purpose, Origin(value.span, why)))
    worker = _worker(container)
    if worker:
        why = f"{container.label} runs a worker"
        note(arrow.target, worker, Value(worker, Origin(container.command_span, why)))


def _worker(container: Container) -> str:
    """What a container's command shows that it keeps in the Redis that it talks to."""
    words = " ".join(
        str(v.value if v.known else v.raw or "")
        for v in [*(container.entrypoint or []), *(container.argv or [])]
    )
    return next((p for p, pattern in _BY_COMMAND if re.search(pattern, words)), "")


_OTHER_BROKERS = re.compile(r"(?i)rabbit|amqp|kafka|\bsqs\b|nats|mosquitto|activemq")


def _from_workers(deployment: Deployment, servers: list[Server], note: object) -> None:
    """Workers of which nothing says where their broker is: the one Redis that they wait for."""
    assert callable(note)
    told = {id(a.source) for a in deployment.arrows if isinstance(a.target, Server)}
    for container in deployment.subjects:
        if not isinstance(container, Container) or id(container) in told or not container.group:
            continue
        purpose = _worker(container)
        values = (str(v.value if v.known else v.raw or "") for v in container.env.values())
        around = " ".join((*container.depends_on, *container.env, *values))
        if not purpose or _OTHER_BROKERS.search(around):
            continue
        place = container.anchor or container.command_span
        if place is not None and re.search(r"(?i)rabbitmq|amqps?://", place.source.text):
            continue  # the stack has a broker, and Redis may hold the results only
        near = [s for s in servers if _grouped(s) == container.group]
        waited = [s for s in near if set(_names_of(s)) & set(container.depends_on)]
        if not waited and re.search(r"(?i)redis|valkey", " ".join(container.env)):
            waited = near
        if len(waited) == 1:
            why = f"{container.label} runs a worker and waits for it"
            note(waited[0], purpose, Value(purpose, Origin(container.command_span, why)))


def _grouped(server: Server) -> str:
    container = server.links.get("container")
    return container.group if isinstance(container, Container) else ""


def _names_of(server: Server) -> tuple[str, ...]:
    container = server.links.get("container")
    return container.names if isinstance(container, Container) else ()


def _sole(servers: list[Server], dependency: Dependency) -> list[Server]:
    """The servers that can be meant: those below the module's folder, if they are one deployment."""
    module = dependency.module.rstrip("/")
    near = [
        s for s in servers
        if s.anchor is not None and (not module or module == "." or s.anchor.path.startswith(module + "/"))
    ]  # fmt: skip
    named = {(_named(s)) for s in near}
    return near if 0 < len(near) <= 3 or len(named) == 1 else []


def _alike(servers: list[Server]) -> list[Server]:
    """The servers, where all of them are one deployment: one, or copies under one name."""
    return servers if len({_named(s) for s in servers}) == 1 else []


def _named(server: Server) -> str:
    container = server.links.get("container")
    return (
        container.names[0] if isinstance(container, Container) and container.names else server.label
    )
