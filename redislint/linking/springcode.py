"""Which of the properties the application's own code reads: Boot's opinion of them does not matter.

`@Value("${spring.redis.pool.max-idle}")` or an own class with
`@ConfigurationProperties("spring.redis")` gives a key a reader, whatever release of Boot ignores it.
"""

from __future__ import annotations

import posixpath
import re

from redislint.knowledge.clients.spring import relaxed
from redislint.model.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redislint.model.deployment import Deployment
    from redislint.model.subject import Subject
    from redislint.readers import Context

_LIKELY = re.compile(r"(?i)redis|lettuce|jedis|cache|session|conf|propert|bean|application|lock")
_COMMENT = re.compile(r"(?m)^[ \t]*//.*$")
_MOST = 80
"""At most so many files of a module are looked through."""
_PLACEHOLDER = re.compile(r"\$\{\s*(spring\.(?:(?:data|cache)\.)?redis\.[\w.\[\]-]+)")
_BOUND = re.compile(
    r"@ConfigurationProperties\s*\(\s*(?:(?:prefix|value)\s*=\s*)?\"(spring\.(?:(?:data|cache)\.)?redis[\w.-]*)\""
)
_ASKED = re.compile(r"get(?:Required)?Property\s*\(\s*\"(spring\.(?:data\.)?redis\.[\w.-]+)\"")
_DEPENDS = re.compile(
    r"@ConditionalOn(?:Property|Expression)\s*\([^)]*?\"[^\"]*?(spring\.(?:(?:data|cache)\.)?redis[\w.-]*)"
)
"""What a bean depends on: a key, or a prefix. Enough for a key that is the application's own."""


_Names = tuple[frozenset[str], tuple[str, ...], frozenset[str]]
"""Keys that code reads, prefixes that it binds, keys that beans depend on."""


def mark_read(deployment: Deployment, context: Context) -> None:
    """Set `read-by-code` on the properties that code of their module reads by name."""
    modules: dict[str, _Names] = {}
    files: list[str] | None = None
    for item in deployment.of("property"):
        name = item.get("name").value
        if item.anchor is None or not isinstance(name, str) or "redis" not in name:
            continue
        module = _module_of(item.anchor.path)
        if module not in modules:
            if files is None:
                files = sorted([*context.glob("*.java"), *context.glob("*.kt")])
            modules[module] = _names(module, files, context)
        keys, prefixes, _ = modules[module]
        if item.get("typo-of").set or item.get("foreign").is_true:
            if "" not in modules:
                modules[""] = _names("", files or [], context)
            keys = keys.union(modules[module][2], *modules[""][::2])
            prefixes = (*prefixes, *modules[""][1])
        key = relaxed(name)
        read = key in keys or any(key == p or key.startswith(p + ".") for p in prefixes)
        if item.get("block").is_true:
            read = read or any(k.startswith(key + ".") for k in keys)
        if read:
            item.set("read-by-code", Value(True, set=False))
        elif item.get("no-host").set:
            _unreachable(item, deployment)


def _unreachable(item: Subject, deployment: Deployment) -> None:
    """Tell the clients of a file that what it gives as their host can be no name."""
    assert item.anchor is not None
    value = item.get("no-host")
    for client in deployment.of("client"):
        named = client.facts.get("host")
        if named is not None and named.span is not None and named.span == value.span:
            shown = f"{value.value} is looked up as a host name as it stands, scheme, port and all"
            client.set("host-problem", Value(shown, value.origin))


def _module_of(path: str) -> str:
    match = re.match(r"(.*?)(?:^|/)src/(?:main|test)/", path)
    return match[1] if match else posixpath.dirname(path)


def _names(module: str, files: list[str], context: Context) -> _Names:
    """The keys and prefixes that the code of a module names, in their relaxed form."""
    inside = module + "/" if module else ""
    keys: set[str] = set()
    prefixes: set[str] = set()
    conditions: set[str] = set()
    likely = [p for p in files if p.startswith(inside) and _LIKELY.search(p.rsplit("/", 1)[-1])]
    for path in likely[:_MOST]:
        source = context.find(path)
        if source is None or "redis" not in source.text:
            continue
        text = _COMMENT.sub("", source.text)
        for pattern in (_PLACEHOLDER, _ASKED):
            keys |= {relaxed(m[1]) for m in pattern.finditer(text)}
        prefixes |= {relaxed(m[1]) for m in _BOUND.finditer(text)}
        conditions |= {relaxed(m[1]) for m in _DEPENDS.finditer(text)}
    whole = {"spring.redis", "spring.data.redis", "spring.cache.redis"}
    return frozenset(keys), tuple(sorted(prefixes)), frozenset(conditions - whole)
