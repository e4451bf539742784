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
    from redislint.readers import Context

_LIKELY = re.compile(r"(?i)redis|lettuce|jedis|cache|session|conf|propert|bean|application|lock")
_MOST = 80
"""At most so many files of a module are looked through."""
_PLACEHOLDER = re.compile(r"\$\{\s*(spring\.(?:data\.)?redis\.[\w.\[\]-]+)")
_BOUND = re.compile(
    r"@ConfigurationProperties\s*\(\s*(?:(?:prefix|value)\s*=\s*)?\"(spring\.(?:data\.)?redis[\w.-]*)\""
)
_ASKED = re.compile(r"get(?:Required)?Property\s*\(\s*\"(spring\.(?:data\.)?redis\.[\w.-]+)\"")


def mark_read(deployment: Deployment, context: Context) -> None:
    """Set `read-by-code` on the properties that code of their module reads by name."""
    modules: dict[str, tuple[frozenset[str], tuple[str, ...]]] = {}
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
        keys, prefixes = modules[module]
        key = relaxed(name)
        read = key in keys or any(key == p or key.startswith(p + ".") for p in prefixes)
        if item.get("block").is_true:
            read = read or any(k.startswith(key + ".") for k in keys)
        if read:
            item.set("read-by-code", Value(True, set=False))


def _module_of(path: str) -> str:
    match = re.match(r"(.*?)(?:^|/)src/(?:main|test)/", path)
    return match[1] if match else posixpath.dirname(path)


def _names(
    module: str, files: list[str], context: Context
) -> tuple[frozenset[str], tuple[str, ...]]:
    """The keys and prefixes that the code of a module names, in their relaxed form."""
    inside = module + "/" if module else ""
    keys: set[str] = set()
    prefixes: set[str] = set()
    likely = [p for p in files if p.startswith(inside) and _LIKELY.search(p.rsplit("/", 1)[-1])]
    for path in likely[:_MOST]:
        source = context.find(path)
        if source is None or "redis" not in source.text:
            continue
        for pattern in (_PLACEHOLDER, _ASKED):
            keys |= {relaxed(m[1]) for m in pattern.finditer(source.text)}
        prefixes |= {relaxed(m[1]) for m in _BOUND.finditer(source.text)}
    return frozenset(keys), tuple(sorted(prefixes))
