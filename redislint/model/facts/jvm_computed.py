"""Facts about Java clients that follow from others: where they connect to, what a fix looks like."""

from __future__ import annotations

import re

from redislint.model.facts import jvm_options
from redislint.model.subject import Subject, computed
from redislint.model.value import NOWHERE, Value, default
from redislint.model.versions import key

OPTIONS = jvm_options.__name__
"""Imported with this module, so that their types are known wherever these facts are."""

_LOOPBACK = re.compile(
    r"(?i)^(rediss?://)?([^@/]*@)?(localhost|127\.|\[?::1\]?|0\.0\.0\.0|host\.docker\.internal)"
)
_MANAGED = re.compile(
    r"(?i)\.cache\.amazonaws\.com|\.memorydb\.|\.redis\.cache\.windows\.net|\.redis\.azure\.net"
    r"|\.redis-cloud|redislabs\.com|\.rediscloud\.com"
)
_AWS = re.compile(r"(?i)\.cache\.amazonaws\.com|\.memorydb\.")
_IP = re.compile(r"^(?:rediss?://)?(?:[^@/]*@)?\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?/?$")


def _hosts(client: Subject) -> list[Value]:
    return list(getattr(client, "hosts", ()))


def _texts(client: Subject) -> list[str]:
    return [h.value for h in _hosts(client) if h.known and isinstance(h.value, str)]


@computed("client", "local", "bool", "it connects to this machine only, as on a developer's")
def local(client: Subject) -> Value:
    """True where every address is written out and is a loopback one."""
    hosts, named = _hosts(client), _texts(client)
    if not hosts or len(named) != len(hosts):
        return Value(False, set=False)
    return Value(all(_LOOPBACK.match(h) for h in named), hosts[0].origin, set=False)


@computed("client", "managed-host", "bool", "an address is one of ElastiCache or MemoryDB")
def managed_host(client: Subject) -> Value:
    """Whether an address that is written out belongs to AWS."""
    for host in _hosts(client):
        if host.known and isinstance(host.value, str) and _AWS.search(host.value):
            return Value(True, host.origin)
    return Value(False, set=False)


@computed("client", "provider-host", "text", "an address at a cloud provider, as written")
def provider_host(client: Subject) -> Value:
    """The first address that is a provider's."""
    for host in _hosts(client):
        if host.known and isinstance(host.value, str) and _MANAGED.search(host.value):
            return Value(host.value.rsplit("@", 1)[-1], host.origin)
    return Value(None, set=False)


@computed("client", "plaintext", "bool", "a Java client that connects without TLS")
def plaintext(client: Subject) -> Value:
    """No option and no scheme turns TLS on, and nothing that was not read may."""
    named, found = _texts(client), client.facts.get("ssl")
    # Keys of a project's own name no library; its reader says whether they speak of TLS.
    own = found is not None and found.set is False and found.value is False
    if client.get("library").value not in ("lettuce", "jedis", "redisson") and not own:
        return Value(False, set=False)
    if getattr(client, "open_why", "") or len(named) != len(_hosts(client)) or not named:
        return Value(None, known=False, why="its address or its options are not all known")
    if found is not None and (not found.known or found.value):
        return Value(False, found.origin) if found.known else found
    secure = any(re.match(r"(?i)(rediss|valkeys|redis\+ssl)://", h) for h in named)
    return Value(not secure, _hosts(client)[0].origin, set=False)


@computed("client", "malformed-address", "text", "an address that no client can use, and why")
def malformed_address(client: Subject) -> Value:
    """A scheme written twice, a scheme of another protocol, a port that does not exist."""
    if client.get("library").value not in ("lettuce", "jedis", "redisson"):
        return Value(None, set=False)
    told = client.facts.get("host-problem")
    if told is not None:
        return told
    for host in _hosts(client):
        text = host.value if host.known and isinstance(host.value, str) else ""
        shown = text.rsplit("@", 1)[-1]
        port = re.search(r":(\d+)/?$", text)
        if re.match(r"\w+://\w+://", text):
            return Value(f"{shown} has two schemes", host.origin)
        if re.match(r"(?i)https?://", text):
            return Value(f"{shown} is no Redis address", host.origin)
        if port and int(port[1]) > 65535:
            return Value(f"{shown} has a port above 65535", host.origin)
    return Value(None, set=False)


@computed("client", "address-problem", "text", "why an address can never be used")
def address_problem(client: Subject) -> Value:
    """What redis-py refuses, or what no Java client can reach."""
    refused = client.facts.get("url-refused")
    if client.get("library").value == "redis-py" and refused is not None:
        return refused
    return client.get("malformed-address")


@computed(
    "client", "lone-url-user", "bool", "a URL has one word before the @: a user without password"
)
def lone_url_user(client: Subject) -> Value:
    """Where the library takes that word for a user name."""
    name = "url-secret-only" if client.get("library").value == "jedis" else "url-user-only"
    found = client.facts.get(name)
    return found if found is not None else Value(False, set=False)


@computed("client", "bare-address", "text", "an address of Redisson without redis:// in front")
def bare_address(client: Subject) -> Value:
    """The first address that has a host and port only."""
    if client.get("library").value != "redisson":
        return Value(None, set=False)
    for host in _hosts(client):
        if host.known and isinstance(host.value, str) and re.fullmatch(r"[\w.-]+:\d+", host.value):
            return Value(host.value, host.origin)
    return Value(None, set=False)


@computed("client", "prefix-unread", "bool", "the Boot release in use does not read its prefix")
def prefix_unread(client: Subject) -> Value:
    """spring.redis with Boot 3 or later, spring.data.redis before it."""
    prefix, boot = client.get("property-prefix").value, client.get("boot-version")
    if not boot.known or not boot.value or not prefix:
        return Value(False, set=False)
    new = key(str(boot.value)) >= key("3.0")
    return Value(new != (prefix == "spring.data.redis"), boot.origin, set=False)


@computed("client", "fixed-addresses", "bool", "every address is an IP that is written out")
def fixed_addresses(client: Subject) -> Value:
    """Whether all addresses are known and are IPs beyond loopback."""
    hosts, named = _hosts(client), _texts(client)
    fixed = bool(hosts) and len(named) == len(hosts) and all(_IP.match(h) for h in named)
    return Value(fixed and not local(client).value, set=False)


@computed("client", "sentinel-addresses", "int", "how many Sentinels a client is given")
def sentinel_addresses(client: Subject) -> Value:
    """What the code of either language counts, for a client that asks Sentinels."""
    if client.get("mode").value != "sentinel":
        return Value(None, set=False)
    return client.facts.get("sentinels") or client.facts.get("seeds") or Value(None, set=False)


@computed("client", "hosts", "text", "the addresses as written")
def hosts(client: Subject) -> Value:
    """The addresses, for messages; credentials are cut off."""
    named = [h.rsplit("@", 1)[-1] for h in _texts(client)]
    found = _hosts(client)
    origin = found[0].origin if found else NOWHERE
    return Value(", ".join(named) or "unknown", origin)


def _idiom(client: Subject) -> str:
    language = client.facts.get("language")
    held = language.value if language is not None else None
    if held in ("yaml", "properties"):
        return str(held)
    return "kotlin" if held == "kotlin" else "java"


def _prefix(client: Subject) -> str:
    prefix = client.facts.get("property-prefix")
    return str(prefix.value) if prefix is not None and prefix.value else "spring.data.redis"


_TOPOLOGY = {
    "java": "ClusterClientOptions.builder().topologyRefreshOptions(ClusterTopologyRefreshOptions"
    ".builder().enablePeriodicRefresh(Duration.ofSeconds(30)).enableAllAdaptiveRefreshTriggers()"
    ".build()).build()",
    "kotlin": "ClusterClientOptions.builder().topologyRefreshOptions(ClusterTopologyRefreshOptions"
    ".builder().apply { enablePeriodicRefresh(Duration.ofSeconds(30)); "
    "enableAllAdaptiveRefreshTriggers() }.build()).build()",
}


@computed("client", "fix-topology", "text", "how to turn topology refresh on, in the idiom found")
def fix_topology(client: Subject) -> Value:
    """The options object for code, the two keys for properties."""
    idiom = _idiom(client)
    if idiom in _TOPOLOGY:
        call = ".clientOptions" if client.get("framework").value != "none" else "client.setOptions"
        return default(f"{call}({_TOPOLOGY[idiom]})", "")
    base = _prefix(client) + ".lettuce.cluster.refresh"
    mark = ": " if idiom == "yaml" else "="
    return default(f"{base}.adaptive{mark}true and {base}.period{mark}30s", "")


@computed("client", "fix-periodic", "text", "how to add the periodic refresh, in the idiom found")
def fix_periodic(client: Subject) -> Value:
    """The call for code, the key for properties."""
    idiom = _idiom(client)
    if idiom in _TOPOLOGY:
        return default("enablePeriodicRefresh(Duration.ofSeconds(30))", "")
    mark = ": " if idiom == "yaml" else "="
    return default(f"{_prefix(client)}.lettuce.cluster.refresh.period{mark}30s", "")


@computed("client", "fix-adaptive", "text", "how to add adaptive refresh, in the idiom found")
def fix_adaptive(client: Subject) -> Value:
    """The call for code, the key for properties."""
    idiom = _idiom(client)
    if idiom in _TOPOLOGY:
        return default("enableAllAdaptiveRefreshTriggers()", "")
    mark = ": " if idiom == "yaml" else "="
    return default(f"{_prefix(client)}.lettuce.cluster.refresh.adaptive{mark}true", "")


@computed("client", "fix-timeout", "text", "how to set the command timeout, in the idiom found")
def fix_timeout(client: Subject) -> Value:
    """The call for code, the key for properties."""
    idiom = _idiom(client)
    if idiom in ("yaml", "properties"):
        mark = ": " if idiom == "yaml" else "="
        return default(f"{_prefix(client)}.timeout{mark}1s", "")
    if client.get("framework").value == "none":
        if client.get("timeout-options").is_true:
            return default("set TimeoutOptions.enabled(Duration.ofSeconds(1))", "")
        return default("set RedisURI.Builder.withTimeout(Duration.ofSeconds(1))", "")
    return default(
        "set LettuceClientConfiguration.builder().commandTimeout(Duration.ofSeconds(1))", ""
    )


@computed("client", "pool-wait-site", "text", "where the pool's longest wait is or would be set")
def pool_wait_site(client: Subject) -> Value:
    """The setting where there is one, else the pool's configuration."""
    written = client.facts.get("pool-max-wait")
    if written is not None and written.span is not None:
        return written
    return client.get("pool-config")


@computed("client", "zero-timeout", "text", "where a timeout of zero is set")
def zero_timeout(client: Subject) -> Value:
    """The first timeout that is zero."""
    for name in ("command-timeout", "socket-timeout"):
        value = client.facts.get(name)
        if value is not None and value.known and value.value == 0:
            return value
    return Value(None, set=False)


@computed("property", "property-hint", "text", "why a property is not read, and what is")
def property_hint(item: Subject) -> Value:
    """A phrase for messages: the key meant, the release that has it, the key instead."""
    from redislint.knowledge.clients.spring import INSTEAD

    near, boot = item.get("typo-of").value, item.get("boot-version")
    old = boot.known and boot.value and key(str(boot.value)) < key("2.0")
    if near:
        near = str(near).replace(".lettuce.pool.", ".pool.") if old else near
        return default(f"did you mean {near}?", "")
    if item.get("foreign").is_true:
        return default("no release has such a key", "")
    suffix, since = item.get("suffix").value, item.get("since").value
    removed, instead = item.get("removed").value, item.get("replaced-by").value
    if removed and boot.known and boot.value and key(str(boot.value)) >= key(str(removed)):
        more = f", use {instead}" if instead else ""
        return default(f"removed in {removed}{more}", "")
    hint = INSTEAD.get(str(suffix), "")
    return default(f"it came with {since}" + (f"; until then {hint}" if hint else ""), "")


LONG_TIMEOUT = 60.0
"""Lettuce's own default: what is longer was written by somebody."""


@computed(
    "client", "long-timeout", "duration", "a timeout of commands that is longer than a minute"
)
def long_timeout(client: Subject) -> Value:
    """The first timeout of commands that is set to more than a minute."""
    for name in ("command-timeout", "socket-timeout"):
        value = client.facts.get(name)
        held = value.value if value is not None and value.known and value.set is not False else None
        if value is not None and isinstance(held, int | float) and held > LONG_TIMEOUT:
            return value
    return Value(None, set=False)


_ENVIRONMENT = {"test": "test", "example": "example"}


@computed("client", "environment", "enum", "where it runs, as far as names show",
          choices="production development test example unknown".split())  # fmt: skip
def environment(client: Subject) -> Value:
    """By profile and kind of file; a public address is no test bed, whoever connects to it."""
    kind = client.get("context").value
    found = _ENVIRONMENT.get(str(kind), "unknown")
    if client.get("development").is_true:
        found = "development"
    if found != "unknown" and any(_is_public(h) for h in _texts(client)):
        return default("unknown", "it connects to a public address")
    return default(found, "by its path")


_RESERVED = re.compile(
    r"(?i)(^|\.)(example|test|invalid|localhost|local|localdomain|internal|intranet|lan|home|corp|"
    r"svc|cluster|docker|example\.(com|org|net))$|(^|\.)(example|your[\w-]*|my[\w-]*|domain|host\w*)\."
)


def _is_public(address: str) -> bool:
    """Whether an address is plainly one of the internet: a public IP, or a name under a real domain."""
    import ipaddress

    host = re.sub(r"(?i)^\w+://", "", address).rsplit("@", 1)[-1].split("/")[0]
    if host.startswith("["):
        host = host[1:].split("]")[0]
    elif host.count(":") == 1:
        host = host.split(":")[0]
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        named = re.fullmatch(r"(?i)[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}", host)
        return bool(named) and not _RESERVED.search(host)


def _literal(client: Subject) -> Value | None:
    found = client.facts.get("password-literal")
    return found if found is not None and isinstance(found.value, str) else None


@computed("client", "password-in-file", "bool", "a password stands in a file of the repository")
def password_in_file(client: Subject) -> Value:
    """A literal password that is no stand-in; the default of a placeholder counts."""
    from redislint.model.facts.secrets import is_dummy, is_literal

    found = _literal(client)
    if found is None:
        return default(False, "no password is written")
    text = str(found.value)
    return Value(is_literal(text, shell=False) and not is_dummy(text), found.origin)


@computed("client", "password-weak", "bool", "the password is guessed within seconds")
def password_weak(client: Subject) -> Value:
    """A literal password that is short or well known; not the default of a placeholder."""
    from redislint.model.facts.secrets import is_literal, is_weak

    found = _literal(client)
    if found is None or client.get("password-default").is_true:
        return default(False, "no password is written")
    text = str(found.value)
    return Value(is_literal(text, shell=False) and is_weak(text), found.origin)
