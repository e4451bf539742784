"""A client of Redis as code or properties make it, and its default options by release."""

from __future__ import annotations

from redislint.model import subject
from redislint.model.subject import FactSpec, Subject
from redislint.model.value import ABSENT, Origin, Value, unknown
from redislint.source import Span


class Client(Subject):
    """A client: library, mode, options.

    Options that the code sets are facts. `open_why` is not empty where options may come from what
    could not be read: then an option that was not seen is unknown, with this reason.
    `package` is the dependency that carries it ("io.lettuce:lettuce-core", "redis"); `candidates`
    its possible releases, oldest first, found by the link stage from the module's manifests.
    `hosts` are the addresses it connects to ("host:port" texts, known or not).
    """

    kind = "client"

    def __init__(
        self, label: str, anchor: Span | None, library: str, mode: Value, package: str
    ) -> None:
        super().__init__(label, anchor)
        self.library = library
        self.package = package
        self.set("library", Value(library, Origin(anchor)))
        self.set("mode", mode)
        self.open_why = ""
        self.hosts: list[Value] = []
        self.version_origin = Origin(None, "no version is named")
        self.uses: set[str] = set()
        """Names of calls seen on it, for rules about commands: {"keys", "subscribe"}."""

    def missing(self, name: str) -> Value:
        """The default of an option in the release in use, or unknown where options are open."""
        if self.open_why and not name.startswith(("has-", "calls-")):
            return unknown(self.open_why, set=None)
        from redislint.knowledge.clients import option_default

        releases = (self.version,) if self.version else self.candidates
        if not releases:
            found = option_default(self, name, None)
            return ABSENT if found is None else found
        first = option_default(self, name, releases[-1])
        if first is None:
            return ABSENT
        for other in releases[:-1]:
            value = option_default(self, name, other)
            if value is None or value.value != first.value:
                return unknown("the default differs between the releases allowed", set=False)
        return first


subject.kind(
    "client",
    "a client of Redis made by code or by a framework's properties",
    [
        FactSpec("library", "enum", "the client library",
                 choices="lettuce jedis redisson redis-py valkey-py aioredis redis-py-cluster go-redis ioredis node-redis".split()),
        FactSpec("mode", "enum", "what it connects to",
                 choices="standalone sentinel cluster master-replica pubsub unknown".split()),
        FactSpec("framework", "enum", "what builds it",
                 choices="none spring-data-redis spring-boot django celery flask dramatiq huey arq taskiq socketio aiocache limits quarkus micronaut".split()),
        FactSpec("language", "enum", "java, kotlin, python, yaml, properties",
                 choices="java kotlin python yaml properties".split()),
        FactSpec("asyncio", "bool", "it is an asyncio client"),
        FactSpec("managed-address", "text",
                 "a private address that it names although the repository has a managed cache"),
        FactSpec("managed", "subject", "the managed cache of the repository", target="managed-cache"),
        FactSpec("context", "enum", "what kind of file makes it",
                 choices="application test example library".split()),
        FactSpec("version", "version", "the release of the library"),
        FactSpec("dependency", "subject", "the dependency that decides its release", target="dependency"),
        FactSpec("server", "subject", "the server it talks to", target="server"),
    ],
)  # fmt: skip
