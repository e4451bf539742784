"""Everything that the files of a repository say, linked."""

from __future__ import annotations

from redislint.model import subject
from redislint.model.conf import ConfFile
from redislint.model.subject import FactSpec, Subject
from redislint.source import Source, Span


class Problem:
    """Something that could not be read: an entry of `errors` in every report."""

    __slots__ = ("line", "message", "path")

    def __init__(self, path: str, line: int | None, message: str) -> None:
        self.path = path
        self.line = line
        self.message = message

    def __repr__(self) -> str:
        return f"Problem({self.path}:{self.line}: {self.message})"


class Arrow:
    """A relation that the map draws: from one subject to another, what it is, and who says so."""

    __slots__ = ("source", "span", "target", "text")

    def __init__(self, source: Subject, target: Subject, text: str, span: Span | None) -> None:
        self.source = source
        self.target = target
        self.text = text
        self.span = span


class Deployment:
    """What redislint understood of a repository."""

    def __init__(self) -> None:
        self.subjects: list[Subject] = []
        self.confs: list[ConfFile] = []
        self.arrows: list[Arrow] = []
        self.problems: list[Problem] = []
        self.sources: dict[str, Source] = {}

    def of(self, kind: str) -> list[Subject]:
        """The subjects of a kind, in the order in which they were read."""
        return [s for s in self.subjects if s.kind == kind]


subject.kind(
    "connection",
    "a client together with the server, container or managed cache it talks to",
    [
        FactSpec("client", "subject", "the client", target="client"),
        FactSpec("server", "subject", "the server", target="server"),
        FactSpec("container", "subject", "the server's container", target="container"),
        FactSpec("managed", "subject", "the managed cache", target="managed-cache"),
        FactSpec("source", "text", "who connects: a container or a client"),
        FactSpec("via", "text", "the variable that tells the address"),
        FactSpec("port", "int", "the port that it is told"),
        FactSpec("tls", "bool", "it is told to use TLS, by the scheme of a URL"),
        FactSpec("database", "int", "the database number in a URL"),
    ],
)
subject.kind(
    "cluster",
    "the nodes of a Redis Cluster that one file or stack starts",
    [
        FactSpec("size", "int", "how many nodes are started"),
        FactSpec("node", "subject", "one of its nodes: the first", target="server"),
        FactSpec("container", "subject", "the container of its first node", target="container"),
    ],
)
subject.kind(
    "sentinel-group",
    "the Sentinels that watch one master name",
    [
        FactSpec("master-name", "text", "the name of the master"),
        FactSpec("size", "int", "how many Sentinels the files start"),
        FactSpec("watchers", "int", "how many Sentinels are configured, started here or not"),
        FactSpec("quorum", "int", "the quorum"),
        FactSpec("operated", "bool", "an operator starts them for a custom resource"),
        FactSpec("sentinel", "subject", "one of them: the first", target="sentinel"),
        FactSpec("server", "subject", "the server it watches", target="server"),
    ],
)
subject.kind(
    "sentinel",
    "a Sentinel process: its configuration",
    [
        FactSpec("container", "subject", "the container that runs it", target="container"),
        FactSpec("environment", "enum", "where it runs, as far as names show",
                 choices="production development test example unknown".split()),
    ],
)  # fmt: skip
subject.kind("directive", "one line of a configuration file or command line", [
    FactSpec("name", "text", "the name as written"),
    FactSpec("server", "subject", "the server whose line it is", target="server"),
    FactSpec("problem", "enum", "what is wrong with it", choices=(
        "refused inline-comment unknown-directive bad-boolean bad-enum-value bad-memory-unit unbalanced-quotes "
        "equals-or-colon-syntax option-too-new option-removed option-removed-silently "
        "valkey-only-option-on-redis password-with-space-unquoted client-output-buffer-limit-arguments "
        "save-odd-or-quoted-arguments acl-rule-invalid utf8-bom duplicate-directive include-order-overrides cli-flags-override-conf "
        "deprecated-alias memory-unit-decimal maxmemory-without-unit-tiny dbfilename-path rename-command-unknown").split()),
    FactSpec("reason", "text", "what the server says"),
    FactSpec("value", "text", "the words after the name"),
    FactSpec("hint", "text", "what was probably meant"),
    FactSpec("winner", "text", "the value that counts"),
    FactSpec("versions", "text", "the versions for which it is so"),
])  # fmt: skip
subject.kind("property", "one property of a framework's configuration file", [
    FactSpec("name", "text", "the key as written, with dots"),
    FactSpec("value", "text", "the value as written"),
    FactSpec("framework", "text", "spring-boot, quarkus, redisson, django"),
])  # fmt: skip
subject.kind("call", "a call or literal in client code that is wrong whatever the options", [
    FactSpec("name", "text", "what is called"),
    FactSpec("trap", "text", "which trap the reader recognised, by the rule's name"),
    FactSpec("detail", "text", "the text to show"),
    FactSpec("debatable", "bool", "there are good reasons for it now and then"),
    FactSpec("client", "subject", "the client it is called on", target="client"),
    FactSpec("silent-server", "text", "a server that does not send what it listens to"),
    FactSpec("context", "enum", "what kind of file makes it",
             choices="application test example library".split()),
])  # fmt: skip
subject.kind("resource", "a resource of an orchestrator or provider beside the containers: Service, "
             "PodDisruptionBudget, security group, parameter group, custom resource", [
    FactSpec("type", "text", "its type as written"),
    FactSpec("name", "text", "its name"),
    FactSpec("trap", "text", "which trap the reader recognised, by the rule's name"),
    FactSpec("detail", "text", "the text to show"),
])  # fmt: skip
