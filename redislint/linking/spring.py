"""Properties and Java configuration of one Spring application are one client.

An own RedisConnectionFactory bean switches Boot's off, so Boot's properties make no client there.
Customizer beans change the client that Boot makes of the properties.
"""

from __future__ import annotations

import posixpath
import re

from redislint.linking import classpath
from redislint.model.client import Client
from redislint.model.value import Origin, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redislint.model.deployment import Deployment
    from redislint.model.subject import Subject
    from redislint.readers import Context

_LOOPBACK = re.compile(r"(?i)(localhost|127\.|::1|\[::1|0\.0\.0\.0|host\.docker\.internal)")

_REPLACED = (
    "adaptive-refresh periodic-refresh refresh-period dynamic-refresh-sources connect-timeout "
    "timeout-options max-redirects"
).split()
"""What Boot had put into the client options that a customizer replaces."""

_KEYS = {
    "command-timeout": "timeout",
    "connect-timeout": "connect-?timeout",
    "adaptive-refresh": "lettuce.cluster.refresh.adaptive",
    "refresh-period": "lettuce.cluster.refresh.period",
    "shutdown-timeout": "lettuce.shutdown-?timeout",
    "pool-max-active": r"(?:\w+\.)?pool.max-?active",
    "pool-max-wait": r"(?:\w+\.)?pool.max-?wait",
    "read-from": "lettuce.read-?from",
}
"""How code that reads a property on its own writes its key, below `redis.`."""

_DEAD = (
    "command-timeout connect-timeout adaptive-refresh refresh-period shutdown-timeout "
    "pool-max-active pool-max-wait read-from password"
).split()


def module_of(path: str) -> str:
    """The folder of the module that a path belongs to: what is above `src/`."""
    match = re.match(r"(.*?)(?:^|/)src/(?:main|test)/", path)
    return match[1] if match else posixpath.dirname(path)


def merge_spring(deployment: Deployment, context: Context) -> None:
    """Merge customizers into Boot's clients; drop Boot's client where the code makes its own."""
    clients = [c for c in deployment.of("client") if isinstance(c, Client)]
    boot = [c for c in clients if c.facts["framework"].value == "spring-boot"]
    beans = [c for c in clients if _replaces(c)]
    for bean in beans:
        assert bean.anchor is not None
        classpath.lettuce(bean, module_of(bean.anchor.path), context)
    customizers = deployment.of("spring-customizer")
    dropped: set[int] = {id(c) for c in customizers}
    for client in boot:
        assert client.anchor is not None
        module = module_of(client.anchor.path)
        own = [b for b in beans if b.anchor and module_of(b.anchor.path) == module]
        if own:
            for bean in own:
                _ignored(bean, client)
            _elsewhere(own, client)
            endless = _endless(client, own)
            if "password-literal" in client.facts or endless:
                _only_what_counts(client, endless)
            else:
                dropped.add(id(client))
            continue
        if any(_may_use(module, b, context) for b in beans):
            client.open_why = "a connection factory in another module may replace it"
        _customize(client, customizers, module, context)
        classpath.commons_pool(client, module, context)
    _migrators(deployment, context)
    if dropped:
        deployment.subjects = [s for s in deployment.subjects if id(s) not in dropped]


def _replaces(client: Client) -> bool:
    """Whether it is a bean of the application that turns Boot's own client off."""
    return (
        client.facts["framework"].value == "spring-data-redis"
        and client.get("bean").is_true
        and client.get("context").value != "test"
    )


def _ignored(bean: Client, properties: Client) -> None:
    """Note which of the properties nobody reads: neither Boot nor the bean's own file."""
    if bean.anchor is None or bean.open_why:
        return
    code = bean.anchor.source.text
    if re.search(r"ConfigurationProperties|Binder\b|Environment\b", code):
        return
    dead: list[str] = []
    place: Origin | None = None
    tls = properties.facts.get("ssl")
    if tls is not None and tls.is_true and "ssl" not in code.lower():
        dead.append("ssl")
        place = tls.origin
    for name in _DEAD:
        value = properties.facts.get(name)
        if value is None or not value.set or value.span is None:
            continue
        own = bean.facts.get(name)
        if own is not None and own.set is not False:
            continue
        if _reads_itself(bean, _KEYS.get(name, name)) or (name == "password" and _is_empty(value)):
            continue
        dead.append(name)
        place = place or value.origin
    if dead and place is not None:
        bean.set("ignored-keys", Value(dead, place))


def _is_empty(value: Value) -> bool:
    """Whether a property is nothing but a placeholder with an empty default."""
    text = value.span.source.text[value.span.start : value.span.end] if value.span else ""
    return re.search(r"\$\{[^}:]*:\s*\}", text) is not None


def _elsewhere(beans: list[Client], properties: Client) -> None:
    """Note the host of the properties on beans that name none and so connect to localhost."""
    named = [h for h in properties.hosts if h.set]
    if not named or properties.get("mode").value != "standalone":
        return
    if named[0].known and _LOOPBACK.match(str(named[0].value)):
        return
    if any(h.set or not h.known for bean in beans for h in bean.hosts):
        return
    for bean in beans:
        if bean.hosts and not bean.open_why and not _reads_itself(bean, "host"):
            shown = str(named[0].value) if named[0].known else "a host from the environment"
            bean.set("host-elsewhere", Value(shown, named[0].origin))


def _endless(client: Client, beans: list[Client]) -> list[str]:
    """The timeouts of zero that the application's own code reads and hands on."""
    zero: list[str] = [
        name
        for name in ("command-timeout", "socket-timeout")
        if name in client.facts and client.facts[name].known and client.facts[name].value == 0
    ]
    return zero if any(_reads_itself(bean, "timeout") for bean in beans) else []


def _only_what_counts(client: Client, names: list[str]) -> None:
    """Leave of Boot's client, which is never made, the password in its file and these facts."""
    kept = ("context", "language", "profile", "development", *names)
    for name in list(client.facts):
        if not name.startswith("password") and name not in kept:
            del client.facts[name]
    for name in names:
        client.set("command-timeout", client.facts.pop(name))
    client.library, client.package = "", ""
    client.set("framework", Value("none", set=False))
    client.set("mode", Value("unknown", set=False))


def _reads_itself(bean: Client, key: str) -> bool:
    """Whether the code of a bean mentions the property by name, and so reads it on its own."""
    assert bean.anchor is not None
    return re.search(rf"(?i)redis\.{key}\b", bean.anchor.source.text) is not None


def _may_use(module: str, bean: Subject, context: Context) -> bool:
    """Whether a module's build may bring in the module that a bean is in."""
    if bean.anchor is None:
        return False
    other = module_of(bean.anchor.path)
    own = _own_manifest(module, context)
    if not own:
        return True
    names = {posixpath.basename(other)}
    for text in re.findall(
        r"<artifactId>\s*([\w.-]+)",
        re.sub(r"(?s)<parent>.*?</parent>", "", _own_manifest(other, context)),
    )[:1]:
        names.add(text)
    return any(n and re.search(rf"(?<![\w-]){re.escape(n)}(?![\w-])", own) for n in names)


def _own_manifest(module: str, context: Context) -> str:
    for name in ("pom.xml", "build.gradle", "build.gradle.kts"):
        source = context.find(posixpath.join(module, name))
        if source is not None:
            return source.text
    return ""


def _customize(client: Client, customizers: list[Subject], module: str, context: Context) -> None:
    for customizer in customizers:
        if customizer.anchor is None or customizer.get("context").value == "test":
            continue
        if module_of(customizer.anchor.path) != module:
            if _may_use(module, customizer, context):
                client.open_why = client.open_why or "a customizer elsewhere may change it"
            continue
        if customizer.get("replaces-options").is_true:
            lost = [n for n in _REPLACED if n in client.facts and n not in customizer.facts]
            for name in lost:
                del client.facts[name]
            if lost:
                client.set("ignored-keys", Value(lost, customizer.get("replaces-options").origin))
        for name, value in customizer.facts.items():
            if name not in ("context", "replaces-options", "open"):
                client.set(name, value)
        why = customizer.get("open").value
        if isinstance(why, str):
            client.open_why = client.open_why or why


def _migrators(deployment: Deployment, context: Context) -> None:
    """Mark properties of modules that have spring-boot-properties-migrator."""
    seen: dict[str, bool] = {}
    for item in deployment.of("property"):
        if item.anchor is None or not item.get("block").is_true:
            continue
        folder = module_of(item.anchor.path)
        if folder not in seen:
            texts = [
                context.find(posixpath.join(folder, name))
                for name in ("pom.xml", "build.gradle", "build.gradle.kts")
            ]
            seen[folder] = any(t is not None and "properties-migrator" in t.text for t in texts)
        item.set("migrator", Value(seen[folder], set=False))
